/* odd_files_test.c - files that are unusual but fine, and files that only look like sound. */
#include "support.h"

#include "worker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 44100
#define FRAMES (RATE * 2 + 123)

static struct run
transcode(const char *path)
{
    struct run run = run_media(MEDIA_MODE_AUDIO, path, NULL);

    if (run.outcome.kind != MEDIA_OK)
        fail_msg("%s: %s", path, run.outcome.code);
    return run;
}

static bool
ended_early(const struct run *run)
{
    return json_is_true(json_object_get(run->result, "ended_early"));
}

/* A file with `before` in front of it and `after` behind it. */
static const char *
wrap(const char *path, const void *before, size_t before_length, const void *after, size_t after_length)
{
    const char *wrapped = scratch("wrapped");
    size_t length;
    char *bytes = read_bytes(path, &length), *all = malloc(before_length + length + after_length + 1);

    assert_non_null(all);
    if (before_length > 0)
        memcpy(all, before, before_length);
    memcpy(all + before_length, bytes, length);
    if (after_length > 0)
        memcpy(all + before_length + length, after, after_length);
    write_file(wrapped, all, before_length + length + after_length);
    free(bytes);
    free(all);
    return wrapped;
}

static void
assert_length(const char *path, int64_t frames, int64_t tolerance, bool early)
{
    struct run run = transcode(path);

    assert_in_range(integer_of(run.result, "samples"), frames - tolerance, frames + tolerance);
    assert_int_equal(ended_early(&run), early);
    run_free(&run);
}

static void
bytes_behind_the_last_box_of_an_mp4_are_no_lost_end(void **state)
{
    char tag[128] = "TAGSomething";

    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "aac", scratch("a.m4a"), NULL);
    assert_length(wrap(scratch("a.m4a"), NULL, 0, tag, sizeof tag), FRAMES, 0, false);
    assert_length(wrap(scratch("a.m4a"), NULL, 0, "\0\0\0", 3), FRAMES, 0, false);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "alac", "-movflags", "faststart", scratch("a.m4a"), NULL);
    assert_length(wrap(scratch("a.m4a"), NULL, 0, tag, sizeof tag), FRAMES, 0, false);
}

static void
sound_is_found_behind_two_megabytes_of_tag(void **state)
{
    static const char *const files[] = { "big.flac", "big.aac", "big.mp3", "big.wav" };
    const size_t length = 2 << 20;
    uint8_t *tag = calloc(1, length + 10);

    (void)state;
    assert_non_null(tag);
    memcpy(tag, "ID3\3\0\0", 6);
    for (int i = 0; i < 4; i++)
        tag[6 + i] = (uint8_t)(length >> (21 - 7 * i) & 0x7f);
    memcpy(tag + 10, "TIT2\0\0\0\5\0\0\0Long", 15);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        ffmpeg("-i", scratch("source.wav"), scratch("%s", files[i]), NULL);
        struct run run = transcode(wrap(scratch("%s", files[i]), tag, length + 10, NULL, 0));

        assert_in_range(integer_of(run.result, "samples"), FRAMES, FRAMES + 2048);
        if (i == 1 || i == 2) /* the others have their own tags */
            assert_string_equal(json_string_value(json_object_get(json_object_get(run.result, "tags"), "title")), "Long");
        run_free(&run);
    }
    free(tag);
}

static void
twenty_four_bits_in_thirty_two_are_twenty_four(void **state)
{
    int64_t got, want;

    (void)state;
    write_wav_extensible(scratch("wide.wav"), signal_noise, FRAMES, RATE, 2, 32, 24, 3);
    write_wav_extensible(scratch("plain.wav"), signal_noise, FRAMES, RATE, 2, 24, 24, 3);
    struct run run = transcode(scratch("wide.wav"));
    int32_t *copy = decode_s32(join_rendition(&run, "lossless", NULL), 2, &got), *source = decode_s32(scratch("plain.wav"), 2, &want);

    assert_int_equal(integer_of(run.result, "bit_depth"), 24);
    assert_int_equal(got, want);
    assert_memory_equal(copy, source, (size_t)got * 8);
    free(copy);
    free(source);
    run_free(&run);
}

static void
put32(const char *path, long offset, uint32_t value)
{
    FILE *f = fopen(path, "r+b");

    assert_non_null(f);
    fseek(f, offset, SEEK_SET);
    for (int i = 0; i < 4; i++)
        fputc((int)(value >> (8 * i) & 0xff), f);
    fclose(f);
}

static void
a_placeholder_for_the_length_is_no_promise(void **state)
{
    static const uint32_t placeholders[] = { 0x7fffffff, 0xfffff000, 0xffffffff, 0x7ffff000, 0x80000000 };

    (void)state;
    for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
        write_wav(scratch("pipe.wav"), signal_sine, FRAMES, RATE, 2, 16);
        put32(scratch("pipe.wav"), 4, placeholders[i]);
        put32(scratch("pipe.wav"), 40, placeholders[i]);
        struct run probe = run_media(MEDIA_MODE_PROBE, scratch("pipe.wav"), NULL);

        assert_in_range(integer_of(probe.result, "duration_ms"), 1000 * FRAMES / RATE - 1, 1000 * FRAMES / RATE + 1);
        run_free(&probe);
        assert_length(scratch("pipe.wav"), FRAMES, 0, false);
    }
    ffmpeg("-i", scratch("source.wav"), "-rf64", "always", "-fflags", "+bitexact", scratch("pipe.wav"), NULL);
    put32(scratch("pipe.wav"), 28, 0); /* the length of the data in ds64 */
    assert_length(scratch("pipe.wav"), FRAMES, 0, false);
}

static void
a_bw64_is_read_like_an_rf64(void **state)
{
    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-rf64", "always", "-fflags", "+bitexact", scratch("b.wav"), NULL);
    put32(scratch("b.wav"), 0, 0x34365742); /* BW64 */
    assert_length(scratch("b.wav"), FRAMES, 0, false);
    put32(scratch("b.wav"), 28, 0); /* the length of the data in ds64 */
    assert_length(scratch("b.wav"), FRAMES, 0, false);
}

static void
a_placeholder_for_the_length_of_an_aiff_is_no_promise(void **state)
{
    static const uint32_t placeholders[] = { 0x7fffffff, 0xffffffff, 0x80000000 };

    (void)state;
    for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
        size_t length;

        ffmpeg("-i", scratch("source.wav"), "-fflags", "+bitexact", scratch("p.aiff"), NULL);
        char *bytes = read_bytes(scratch("p.aiff"), &length), *sound = memmem(bytes, length, "SSND", 4);
        assert_non_null(sound);
        put32(scratch("p.aiff"), 4, __builtin_bswap32(placeholders[i]));
        put32(scratch("p.aiff"), sound + 4 - bytes, __builtin_bswap32(placeholders[i]));
        free(bytes);
        assert_length(scratch("p.aiff"), FRAMES, 0, false);
    }
}

static void
what_is_there_of_a_file_that_ends_early_is_taken_and_marked(void **state)
{
    static const char *const files[] = { "cut.wav", "cut.aiff", "cut.m4a", "cut.flac" };

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        ffmpeg("-i", scratch("source.wav"), "-c:a", i == 2 ? "alac" : i == 3 ? "flac" : i == 1 ? "pcm_s16be" : "pcm_s16le", "-movflags", "faststart",
               scratch("%s", files[i]), NULL);
        cut_file(scratch("%s", files[i]), 0.6);
        assert_length(scratch("%s", files[i]), FRAMES * 6 / 10, 4096 * 3, true);
    }
    assert_length(scratch("source.wav"), FRAMES, 0, false);
}

static void
an_mp3_may_begin_in_the_middle_of_a_frame_or_behind_filling(void **state)
{
    uint8_t *zeros = calloc(1, 3000);
    size_t length;

    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libmp3lame", "-b:a", "320k", "-write_xing", "0", "-id3v2_version", "0", scratch("m.mp3"), NULL);
    char *bytes = read_bytes(scratch("m.mp3"), &length);
    write_file(scratch("middle.mp3"), bytes + 400, length - 400);
    assert_length(scratch("middle.mp3"), FRAMES, 4 * 1152, false);
    assert_length(wrap(scratch("m.mp3"), zeros, 3000, NULL, 0), FRAMES, 4 * 1152, false);
    free(bytes);
    free(zeros);
}

static void
an_archive_or_a_page_with_an_mp3_inside_is_no_sound(void **state)
{
    uint8_t head[40000] = { 0 };

    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libmp3lame", scratch("inside.mp3"), NULL);
    const char *mp3 = scratch("inside.mp3");
    const struct {
        const char *bytes;
        size_t signature, length;
    } heads[] = {
        { "song.mp3", 8, 512 },                                                       /* tar */
        { "PK\3\4\24\0\0\0\0\0\0\0\0\0\1\2\3\4", 18, 38 },                           /* zip, stored */
        { "\x1f\x8b\x08\0\0\0\0\0\0\3\1\xff\x7f\0\x80", 15, 15 },                     /* gzip, stored */
        { "From someone@example.org Sat Jan  1 00:00:00 2022\nSubject: a song\n\n", 67, 67 }, /* mbox */
        { "<!doctype html><title>A song</title>", 36, 36 },
        { "\xff\xd8\xff\xe0\0\20JFIF", 10, 300 }, { "\x7f" "ELF\2\1\1", 7, 64 }, { "\x1a\x45\xdf\xa3", 4, 200 }, { "%PDF-1.4\n%\xe2\xe3", 12, 100 },
    };

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        memset(head, 0, sizeof head);
        memcpy(head, heads[i].bytes, heads[i].signature);
        assert_fails(MEDIA_MODE_PROBE, wrap(mp3, head, heads[i].length, NULL, 0), "not_audio");
    }
    memset(head, 0, sizeof head);
    memcpy(head + 32768, "\1CD001\1", 7); /* an image of a disc */
    assert_fails(MEDIA_MODE_PROBE, wrap(mp3, head, 38912, NULL, 0), "not_audio");
}

/* Where the sound begins: behind the metadata of a FLAC, at 0 of anything else. */
static size_t
sound_offset(const uint8_t *bytes)
{
    size_t at = 4;
    bool last = memcmp(bytes, "fLaC", 4) != 0;

    if (last)
        return 0;
    while (!last) {
        last = bytes[at] & 0x80;
        at += 4 + ((size_t)bytes[at + 1] << 16 | (size_t)bytes[at + 2] << 8 | bytes[at + 3]);
    }
    return at;
}

/* A second of one format, then three of another, then a second of the first. */
static void
a_change_of_format_in_mid_stream_is_converted_to_the_format_of_the_majority(void **state)
{
    static const struct {
        const char *name, *rates[2], *channels[2], *more[2];
        int64_t slack;
    } cases[] = {
        { "x.mp3", { "44100", "48000" }, { "2", "1" }, { "-write_xing", "0" }, 8 * 1152 },
        { "x.mp3", { "44100", "44100" }, { "1", "2" }, { "-write_xing", "0" }, 8 * 1152 },
        { "x.aac", { "44100", "48000" }, { "1", "2" }, { "-aac_pns", "0" }, 8 * 1024 },
        { "x.flac", { "44100", "96000" }, { "2", "2" }, { "-frame_size", "4096" }, 512 },
        { "x.flac", { "48000", "48000" }, { "1", "2" }, { "-frame_size", "4096" }, 512 },
        { "x.ogg", { "44100", "48000" }, { "2", "1" }, { "-c:a", "libvorbis" }, 4096 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *joined = scratch("joined-%s", cases[i].name);
        int64_t want = 5 * strtoll(cases[i].rates[1], NULL, 10), got;
        FILE *out = fopen(joined, "wb");

        assert_non_null(out);
        for (int part = 0; part < 3; part++) {
            const char *path = scratch("part-%s", cases[i].name);
            size_t length, from;

            ffmpeg("-f", "lavfi", "-i", part == 1 ? "sine=1000:d=3" : "sine=1000:d=1", "-ar", cases[i].rates[part % 2], "-ac", cases[i].channels[part % 2],
                   cases[i].more[0], cases[i].more[1], path, NULL);
            uint8_t *bytes = read_bytes(path, &length);
            from = part ? sound_offset(bytes) : 0;
            fwrite(bytes + from, 1, length - from, out);
            free(bytes);
        }
        fclose(out);
        struct run run = transcode(joined);

        if (integer_of(run.result, "sample_rate") != want / 5 || integer_of(run.result, "channels") != strtol(cases[i].channels[1], NULL, 10) ||
            llabs(integer_of(run.result, "samples") - want) > cases[i].slack || ended_early(&run))
            fail_msg("case %zu: %s", i, json_dumps(run.result, 0));
        int channels = (int)integer_of(run.result, "channels");
        float *samples = decode_float(join_rendition(&run, "lossless", NULL), channels, &got);
        int crossings = 0; /* 1 kHz stays 1 kHz in every part */

        for (int64_t n = want / 10 + 1; n < want * 9 / 10; n++)
            crossings += samples[(n - 1) * channels] < 0 && samples[n * channels] >= 0;
        assert_in_range(crossings, 3950, 4050);
        free(samples);
        run_free(&run);
    }
}

/* The lossless rendition as 32-bit integers; the caller frees. */
static int32_t *
lossless_samples(const char *path, int channels, int64_t *ret_frames)
{
    struct run run = transcode(path);
    int32_t *samples = decode_s32(join_rendition(&run, "lossless", NULL), channels, ret_frames);

    assert_int_equal(integer_of(run.result, "samples"), *ret_frames);
    assert_int_equal(integer_of(run.result, "bit_depth"), 32);
    run_free(&run);
    return samples;
}

static void
a_flac_of_32_bits_is_the_wav_of_32_bits_that_it_was_made_of(void **state)
{
    static const struct {
        const char *file, *option, *format;
        int channels, rate;
        unsigned mask;
    } cases[] = {
        { "wide.flac", "--best", "flac", 2, RATE, 3 }, { "wide.flac", "--fast", "flac", 1, 96000, 4 }, { "wide.flac", "--blocksize=65535", "flac", 6, 48000, 0x3f },
        { "wide.oga", "--ogg", "ogg", 2, RATE, 3 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t got, want;

        write_wav_extensible(scratch("wide.wav"), signal_noise, FRAMES, cases[i].rate, cases[i].channels, 32, 32, cases[i].mask);
        flac(cases[i].option, "--lax", "-o", scratch("%s", cases[i].file), scratch("wide.wav"), NULL);
        struct run probe = run_media(MEDIA_MODE_PROBE, scratch("%s", cases[i].file), NULL);
        assert_string_equal(probe.outcome.code, "");
        assert_string_equal(json_string_value(json_object_get(probe.result, "format")), cases[i].format);
        assert_string_equal(json_string_value(json_object_get(probe.result, "codec")), "flac");
        assert_int_equal(integer_of(probe.result, "bit_depth"), 32);
        assert_int_equal(integer_of(probe.result, "duration_ms"), (FRAMES * 1000 + cases[i].rate / 2) / cases[i].rate);
        run_free(&probe);
        int32_t *samples = lossless_samples(scratch("%s", cases[i].file), cases[i].channels, &got);
        int32_t *source = lossless_samples(scratch("wide.wav"), cases[i].channels, &want);
        assert_int_equal(got, FRAMES);
        assert_int_equal(want, FRAMES);
        assert_memory_equal(samples, source, (size_t)got * (size_t)cases[i].channels * sizeof *samples);
        free(samples);
        free(source);
    }
}

static void
a_flac_of_32_bits_that_is_damaged_loses_no_more_than_what_is_damaged(void **state)
{
    size_t length;
    int64_t got, whole;

    (void)state;
    write_wav_extensible(scratch("wide.wav"), signal_noise, FRAMES, RATE, 2, 32, 32, 3);
    flac("-o", scratch("wide.flac"), scratch("wide.wav"), NULL);
    int32_t *source = lossless_samples(scratch("wide.flac"), 2, &whole);

    cut_file(scratch("wide.flac"), 0.6);
    assert_length(scratch("wide.flac"), FRAMES * 6 / 10, 4096 * 3, true);

    flac("-o", scratch("wide.flac"), scratch("wide.wav"), NULL);
    uint8_t *bytes = read_bytes(scratch("wide.flac"), &length);
    bytes[length / 2] ^= 0x55;
    write_file(scratch("wide.flac"), bytes, length);
    int32_t *samples = lossless_samples(scratch("wide.flac"), 2, &got);
    int64_t other = 0, silent = 0;
    assert_int_equal(got, whole);
    for (int64_t i = 0; i < 2 * got; i++) {
        other += samples[i] != source[i];
        silent += samples[i] == 0 && source[i] != 0;
    }
    assert_in_range(silent, 4096, 2 * 2 * 4096); /* the frame, and the next where the damaged one seems to reach into it */
    assert_int_equal(other, silent);
    free(samples);
    free(source);

    for (size_t at = length / 100; at < length; at += 1000) /* in every frame */
        bytes[at] ^= 0x55;
    write_file(scratch("wide.flac"), bytes, length);
    assert_fails(MEDIA_MODE_AUDIO, scratch("wide.flac"), "corrupt");
    for (size_t at = sound_offset(bytes); at < length; at++) /* no frame */
        bytes[at] = (uint8_t)(at * 7 + (at >> 8));
    write_file(scratch("wide.flac"), bytes, length);
    assert_fails(MEDIA_MODE_AUDIO, scratch("wide.flac"), "corrupt");
    free(bytes);
}

static void
a_flac_of_32_bits_keeps_to_the_longest_duration(void **state)
{
    const struct media_job limits = { .max_duration_s = 1 };

    (void)state;
    write_wav_extensible(scratch("wide.wav"), signal_noise, FRAMES, RATE, 2, 32, 32, 3);
    flac("-o", scratch("wide.flac"), scratch("wide.wav"), NULL);
    size_t length;
    uint8_t *bytes = read_bytes(scratch("wide.flac"), &length);
    memset(bytes + 22, 0, 4); /* the number of samples in STREAMINFO: unknown */
    bytes[21] &= 0xf0;
    write_file(scratch("wide.flac"), bytes, length);
    free(bytes);
    struct run run = run_media(MEDIA_MODE_AUDIO, scratch("wide.flac"), &limits);
    assert_string_equal(run.outcome.code, "too_long");
    run_free(&run);
    assert_length(scratch("wide.flac"), FRAMES, 0, false);
}

static int
make_fixtures(void **state)
{
    if (scratch_make(state))
        return -1;
    write_wav(scratch("source.wav"), signal_noise, FRAMES, RATE, 2, 16);
    return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(bytes_behind_the_last_box_of_an_mp4_are_no_lost_end),
    cmocka_unit_test(sound_is_found_behind_two_megabytes_of_tag),
    cmocka_unit_test(twenty_four_bits_in_thirty_two_are_twenty_four),
    cmocka_unit_test(a_placeholder_for_the_length_is_no_promise),
    cmocka_unit_test(a_bw64_is_read_like_an_rf64),
    cmocka_unit_test(a_placeholder_for_the_length_of_an_aiff_is_no_promise),
    cmocka_unit_test(what_is_there_of_a_file_that_ends_early_is_taken_and_marked),
    cmocka_unit_test(an_mp3_may_begin_in_the_middle_of_a_frame_or_behind_filling),
    cmocka_unit_test(a_change_of_format_in_mid_stream_is_converted_to_the_format_of_the_majority),
    cmocka_unit_test(a_flac_of_32_bits_is_the_wav_of_32_bits_that_it_was_made_of),
    cmocka_unit_test(a_flac_of_32_bits_that_is_damaged_loses_no_more_than_what_is_damaged),
    cmocka_unit_test(a_flac_of_32_bits_keeps_to_the_longest_duration),
    cmocka_unit_test(an_archive_or_a_page_with_an_mp3_inside_is_no_sound),
};

int
main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "media-worker"))
        return media_worker_main(argc - 1, argv + 1);
    return cmocka_run_group_tests(tests, make_fixtures, scratch_remove);
}
