/* timing_test.c - a listener hears exactly the samples that an MP4 wants to be heard: none before, none less. */
#include "support.h"

#include "worker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 44100
#define FRAMES (RATE * 4 + 321)

struct bytes {
    uint8_t *data;
    size_t length;
};

static uint32_t
get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void
put32(uint8_t *p, int64_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint8_t *
box(const struct bytes *file, const char *type)
{
    uint8_t *moov = memmem(file->data, file->length, "moov", 4);
    uint8_t *at = memmem(moov, (size_t)(file->data + file->length - moov), type, 4);

    assert_non_null(at);
    return at;
}

/* Makes room for `count` bytes at `at` inside moov and the boxes named. moov is the last box, so that no offset changes. */
static uint8_t *
insert(struct bytes *file, uint8_t *at, size_t count, const char *const *grown)
{
    size_t offset = (size_t)(at - file->data);

    for (; *grown; grown++)
        put32(box(file, *grown) - 4, get32(box(file, *grown) - 4) + (int64_t)count);
    file->data = realloc(file->data, file->length + count);
    assert_non_null(file->data);
    memmove(file->data + offset + count, file->data + offset, file->length - offset);
    file->length += count;
    return file->data + offset;
}

/* Encodes the fixture and puts this edit list into it: pairs of length (milliseconds) and media time (samples). */
static const char *
with_edits(const char *codec, const int64_t (*edits)[2], int count)
{
    static const char *const edts[] = { "moov", "trak", "edts", "elst", NULL };
    const char *path = scratch("edits.m4a");
    struct bytes file;
    uint8_t *at;

    ffmpeg("-i", scratch("source.wav"), "-c:a", codec, "-b:a", "192k", "-aac_pns", "0", path, NULL);
    file.data = (uint8_t *)read_bytes(path, &file.length);
    for (int i = 1; i < count; i++)
        insert(&file, box(&file, "elst") + 12, 12, edts);
    at = box(&file, "elst");
    put32(at + 8, count);
    for (int i = 0; i < count; i++) {
        put32(at + 12 + 12 * i, edits[i][0]);
        put32(at + 16 + 12 * i, edits[i][1]);
        put32(at + 20 + 12 * i, 0x10000);
    }
    write_file(path, file.data, file.length);
    free(file.data);
    return path;
}

/* Every sample that is stored, also those that nobody is to hear. */
static float *
decode_stored(const char *path, int64_t *ret_frames)
{
    const char *raw = scratch("stored.raw");
    size_t length;
    float *samples;

    ffmpeg("-flags2", "skip_manual", "-ignore_editlist", "1", "-i", path, "-f", "f32le", "-ac", "2", raw, NULL);
    samples = (float *)read_bytes(raw, &length);
    *ret_frames = (int64_t)(length / sizeof(float)) / 2;
    return samples;
}

/* What a player hears of a rendition: what is stored, from the delay of the init segment's edit list on. */
static float *
decode_heard(const struct run *run, const char *name, int64_t *ret_frames)
{
    const json_t *r = rendition_of(run, name);
    int64_t stored, delay = integer_of(r, "encoder_delay"), samples = integer_of(r, "samples");
    const char *joined = join_rendition(run, name, NULL);
    struct bytes file;
    float *all;

    file.data = (uint8_t *)read_bytes(joined, &file.length);
    assert_int_equal(get32(box(&file, "elst") + 12), samples);
    assert_int_equal(get32(box(&file, "elst") + 16), delay);
    free(file.data);
    all = decode_stored(joined, &stored);
    assert_true(stored >= delay + samples);
    memmove(all, all + 2 * delay, (size_t)samples * 2 * sizeof(float));
    *ret_frames = samples;
    return all;
}

/* The source's samples from `start` on, `length` of them (0: to the end), are what the untouched rendition plays; and `high` has its bursts
 * where they are there. */
static void
assert_heard(const char *source, const char *codec, int64_t start, int64_t length)
{
    struct run run = run_media(MEDIA_MODE_AUDIO, source, NULL);
    int64_t stored, got;
    float *want, *copy;
    double worst = 0, seconds;

    assert_string_equal(run.outcome.code, "");
    assert_string_equal(json_string_value(json_object_get(rendition_of(&run, "lossless"), "codec")), codec);
    want = decode_stored(source, &stored);
    copy = decode_heard(&run, "lossless", &got);
    assert_int_equal(got, length ? length : stored - start);
    assert_int_equal(integer_of(run.result, "samples"), got);
    for (int64_t i = 0; i < 2 * got; i++)
        worst = fmax(worst, fabs((double)copy[i] - want[2 * start + i]));
    if (worst > 1e-4)
        fail_msg("%s: the copy differs by %g", source, worst);
    join_rendition(&run, "lossless", &seconds);
    assert_true(fabs(seconds - (double)got / integer_of(run.result, "sample_rate")) < 1e-3);
    free(copy);

    copy = decode_heard(&run, "high", &got);
    double same = 0, power = 0, other = 0;
    for (int64_t i = 0; i < 2 * got; i++) {
        same += (double)copy[i] * want[2 * start + i];
        power += (double)want[2 * start + i] * want[2 * start + i];
        other += (double)copy[i] * copy[i];
    }
    if (same / sqrt(power * other) < 0.95) /* one sample off is 0.9 for these bursts */
        fail_msg("%s: high correlates by %g", source, same / sqrt(power * other));
    free(copy);
    free(want);
    run_free(&run);
}

static void
an_edit_list_may_start_past_the_first_packet(void **state)
{
    static const int64_t apple[][2] = { { 3000, 2112 } }, far[][2] = { { 2000, RATE + 555 } };

    (void)state;
    assert_heard(with_edits("aac", apple, 1), "mp4a.40.2", 2112, 3 * RATE);
    assert_heard(with_edits("aac", far, 1), "mp4a.40.2", RATE + 555, 2 * RATE);
}

static void
what_an_edit_list_cuts_away_is_not_published(void **state)
{
    static const int64_t far[][2] = { { 1000, RATE * 2 } };

    (void)state;
    struct run run = run_media(MEDIA_MODE_AUDIO, with_edits("aac", far, 1), NULL);
    int64_t stored;

    free(decode_stored(join_rendition(&run, "lossless", NULL), &stored));
    assert_in_range(stored, RATE, RATE + 5 * 1024);
    run_free(&run);
}

static void
an_empty_edit_keeps_no_priming(void **state)
{
    static const int64_t edits[][2] = { { 500, -1 }, { 4007, 1024 } };

    (void)state;
    assert_heard(with_edits("aac", edits, 2), "mp4a.40.2", 1024, FRAMES);
}

static void
a_list_of_several_parts_is_played_in_order(void **state)
{
    static const int64_t edits[][2] = { { 500, 1024 }, { 1000, 2 * RATE } };

    (void)state;
    struct run run = run_media(MEDIA_MODE_AUDIO, with_edits("aac", edits, 2), NULL);

    assert_string_equal(run.outcome.code, "");
    assert_string_equal(json_string_value(json_object_get(rendition_of(&run, "lossless"), "codec")), "fLaC");
    assert_in_range(integer_of(run.result, "samples"), RATE * 3 / 2 - 2048, RATE * 3 / 2 + 2048);
    run_free(&run);
}

static void
a_movie_that_counts_milliseconds_loses_no_sample(void **state)
{
    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "aac", "-aac_pns", "0", scratch("ms.m4a"), NULL);
    assert_heard(scratch("ms.m4a"), "mp4a.40.2", 1024, FRAMES);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "alac", scratch("ms.m4a"), NULL);
    assert_heard(scratch("ms.m4a"), "fLaC", 0, FRAMES);
}

static void
a_fragmented_file_keeps_no_priming_and_loses_nothing(void **state)
{
    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "aac", "-aac_pns", "0", "-frag_duration", "1000000", "-movflags", "empty_moov+delay_moov",
           scratch("fragments.m4a"), NULL);
    assert_heard(scratch("fragments.m4a"), "mp4a.40.2", 1024, 0);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libopus", "-frag_duration", "1000000", "-movflags", "empty_moov+delay_moov", scratch("fragments.mp4"),
           NULL);
    assert_heard(scratch("fragments.mp4"), "Opus", 312, 0);
}

static void
a_fragmented_file_without_an_edit_list_is_whole(void **state)
{
    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "aac", "-aac_pns", "0", "-frag_duration", "1000000", "-movflags", "empty_moov",
           scratch("plain.m4a"), NULL);
    assert_heard(scratch("plain.m4a"), "mp4a.40.2", 0, 0);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "aac", "-aac_pns", "0", "-movflags", "frag_keyframe", "-frag_duration", "1000000",
           scratch("hybrid.m4a"), NULL);
    assert_heard(scratch("hybrid.m4a"), "mp4a.40.2", 0, 0);
}

static void
opus_tells_its_priming_itself(void **state)
{
    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libopus", scratch("o.mp4"), NULL);
    assert_heard(scratch("o.mp4"), "Opus", 312, ((int64_t)FRAMES * 48000 + RATE - 1) / RATE);
}

/* The comment that Apple's encoders write, in a file whose edit list was lost. */
static void
the_comment_of_apples_encoder_stands_for_a_lost_edit_list(void **state)
{
    static const char *const moov[] = { "moov", NULL };
    static const char comment[] = " 00000000 00000840 0000010C 0000000000020000 00000000 00000000";
    static const uint8_t head[] = "\0\0\0\0udta\0\0\0\0meta\0\0\0\0\0\0\0\x21hdlr\0\0\0\0\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0\0\0\0\0ilst\0\0\0\0----"
                                  "\0\0\0\x1cmean\0\0\0\0com.apple.iTunes\0\0\0\x14name\0\0\0\0iTunSMPB\0\0\0\0data\0\0\0\1\0\0\0";
    static const uint16_t sizes[][2] = { { 0, 0 }, { 8, 8 }, { 53, 53 }, { 61, 61 }, { 117, 117 } }; /* where the lengths stand, and what is before them */
    const char *path = scratch("smpb.m4a");
    size_t length = sizeof head + sizeof comment - 1;
    struct bytes file;
    uint8_t *at;

    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "aac", "-b:a", "192k", "-aac_pns", "0", "-map_metadata", "-1", "-fflags", "+bitexact", path, NULL);
    file.data = (uint8_t *)read_bytes(path, &file.length);
    memcpy(box(&file, "edts"), "free", 4);
    memcpy(box(&file, "udta"), "free", 4);
    at = insert(&file, file.data + file.length, length, moov);
    memcpy(at, head, sizeof head);
    memcpy(at + sizeof head, comment, sizeof comment - 1);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        put32(at + sizes[i][0], (int64_t)length - sizes[i][1]);
    write_file(path, file.data, file.length);
    free(file.data);
    assert_heard(path, "mp4a.40.2", 2112, 0x20000);
}

/* Players end when there is a segment, and it has a length. */
static void
the_shortest_recordings_have_a_segment_in_every_quality(void **state)
{
    static const char *const qualities[] = { "low", "medium", "high", "lossless" };
    static const char *const files[][2] = { { "flac", "s.flac" }, { "aac", "s.m4a" }, { "libmp3lame", "s.mp3" }, { "libvorbis", "s.ogg" },
                                            { "libopus", "s.opus" }, { "libopus", "s.mp4" } };

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        for (int frames = 1; frames <= 1025; frames += 1024) {
            double seconds;

            write_wav(scratch("short.wav"), signal_noise, frames, 48000, 2, 16);
            ffmpeg("-i", scratch("short.wav"), "-c:a", files[i][0], scratch("%s", files[i][1]), NULL);
            struct run run = run_media(MEDIA_MODE_AUDIO, scratch("%s", files[i][1]), NULL);

            assert_string_equal(run.outcome.code, "");
            for (int q = 0; q < 4; q++) {
                join_rendition(&run, qualities[q], &seconds);
                assert_int_equal(integer_of(rendition_of(&run, qualities[q]), "segments"), 1);
                assert_true(seconds > 0);
            }
            run_free(&run);
        }
}

static int64_t
heard_samples(int rate, int64_t frames, const char *quality)
{
    write_wav(scratch("rate.wav"), signal_sine, frames, rate, 1, 16);
    struct run run = run_media(MEDIA_MODE_AUDIO, scratch("rate.wav"), NULL);
    double seconds;
    int64_t samples;

    assert_string_equal(run.outcome.code, "");
    join_rendition(&run, quality, &seconds);
    samples = integer_of(rendition_of(&run, quality), "samples");
    assert_true(fabs(seconds * (double)integer_of(rendition_of(&run, quality), "sample_rate") - (double)samples) < 0.1);
    run_free(&run);
    return samples;
}

static void
resampling_rounds_lengths_up_so_that_two_halves_lose_no_sample(void **state)
{
    (void)state;
    assert_int_equal(heard_samples(96000, 9601, "high"), 4801);
    assert_int_equal(heard_samples(88200, 4411, "low"), 2206);
    assert_int_equal(heard_samples(192000, 9601, "medium"), 2401);
    assert_int_equal(heard_samples(8000, 1001, "high"), 6006);
    assert_int_equal(heard_samples(192000, 1, "high"), 1);
    assert_int_equal(heard_samples(96000, 50, "low"), 25);
}

static double
whisper(int64_t frame, int channel, int rate)
{
    return signal_noise(frame, channel, rate) / 6000;
}

static void
no_aac_quality_states_a_lower_bandwidth_than_the_one_below_it(void **state)
{
    static const int64_t lengths[] = { 1, 1440, 24000 };
    static const signal_at signals[] = { whisper, signal_silence };

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        write_wav(scratch("b.wav"), signals[i / 3], lengths[i % 3], 48000, 1, 16);
        struct run run = run_media(MEDIA_MODE_AUDIO, scratch("b.wav"), NULL);
        const json_t *low = rendition_of(&run, "low"), *medium = rendition_of(&run, "medium"), *high = rendition_of(&run, "high");

        assert_true(integer_of(low, "bandwidth") <= integer_of(medium, "bandwidth"));
        assert_true(integer_of(medium, "bandwidth") <= integer_of(high, "bandwidth"));
        assert_true(integer_of(low, "average_bandwidth") <= integer_of(medium, "average_bandwidth"));
        assert_true(integer_of(medium, "average_bandwidth") <= integer_of(high, "average_bandwidth"));
        run_free(&run);
    }
}

static int
make_fixtures(void **state)
{
    if (scratch_make(state))
        return -1;
    write_wav(scratch("source.wav"), signal_clicks, FRAMES, RATE, 2, 16);
    return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_edit_list_may_start_past_the_first_packet),
    cmocka_unit_test(what_an_edit_list_cuts_away_is_not_published),
    cmocka_unit_test(an_empty_edit_keeps_no_priming),
    cmocka_unit_test(a_list_of_several_parts_is_played_in_order),
    cmocka_unit_test(a_movie_that_counts_milliseconds_loses_no_sample),
    cmocka_unit_test(a_fragmented_file_keeps_no_priming_and_loses_nothing),
    cmocka_unit_test(a_fragmented_file_without_an_edit_list_is_whole),
    cmocka_unit_test(opus_tells_its_priming_itself),
    cmocka_unit_test(the_shortest_recordings_have_a_segment_in_every_quality),
    cmocka_unit_test(resampling_rounds_lengths_up_so_that_two_halves_lose_no_sample),
    cmocka_unit_test(no_aac_quality_states_a_lower_bandwidth_than_the_one_below_it),
    cmocka_unit_test(the_comment_of_apples_encoder_stands_for_a_lost_edit_list),
};

int
main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "media-worker"))
        return media_worker_main(argc - 1, argv + 1);
    return cmocka_run_group_tests(tests, make_fixtures, scratch_remove);
}
