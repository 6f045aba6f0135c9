/* stem_test.c - what the stem player plays is the stem, to the sample. */
#include "support.h"

#include "stem_job.h"
#include "worker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* All segments one after the other; each is decoded alone, as browsers do. */
static float *
join_stem(const struct run *run, int channels, int64_t *ret_frames)
{
    const json_t *stem = json_object_get(run->result, "stem");
    int64_t segments = integer_of(stem, "segments"), samples = integer_of(stem, "samples"), at = 0;
    float *joined = malloc((size_t)(samples + 1) * (size_t)channels * sizeof *joined);

    assert_non_null(joined);
    assert_int_equal(segments, (samples + STEM_SEGMENT_FRAMES - 1) / STEM_SEGMENT_FRAMES);
    assert_int_equal(integer_of(stem, "channels"), channels);
    for (int64_t i = 0; i < segments; i++) {
        char path[700];
        int64_t frames = 0;
        float *part;

        snprintf(path, sizeof path, "%s/stem/segment_%03d.flac", run->folder, (int)i);
        part = decode_float(path, channels, &frames);
        assert_int_equal(frames, i < segments - 1 ? STEM_SEGMENT_FRAMES : samples - at);
        memcpy(joined + at * channels, part, (size_t)frames * (size_t)channels * sizeof *part);
        at += frames;
        free(part);
    }
    assert_int_equal(at, samples);
    *ret_frames = at;
    return joined;
}

static void
check_exact(int64_t frames, int rate, int channels, int bits)
{
    const char *path = scratch("stem-%d-%d.wav", channels, bits);
    struct media_job job = { .stem_rate = (uint32_t)rate };
    struct run run;
    int64_t source_frames = 0, made_frames = 0;
    float *source, *made;

    write_wav(path, signal_noise, frames, rate, channels, bits);
    run = run_media(MEDIA_MODE_STEM, path, &job);
    assert_string_equal(run.outcome.code, "");
    source = decode_float(path, channels, &source_frames);
    made = join_stem(&run, channels, &made_frames);
    assert_int_equal(made_frames, frames);
    assert_int_equal(source_frames, frames);
    for (int64_t i = 0; i < frames * channels; i++)
        if (source[i] != made[i])
            fail_msg("%d bits: sample %lld is %g, not %g", bits, (long long)i, (double)made[i], (double)source[i]);
    free(source);
    free(made);
    run_free(&run);
}

static void
a_stem_of_the_right_rate_comes_out_bit_for_bit(void **state)
{
    (void)state;
    check_exact(44100 * 7 + 321, 44100, 2, 16);
    check_exact(48000 * 4 + 1, 48000, 2, 24);
    check_exact(44100 * 4, 44100, 1, 16);
}

static void
stems_as_short_as_a_sample_and_as_long_as_segments_have_their_exact_length(void **state)
{
    static const int64_t lengths[] = { 1, 4096, STEM_SEGMENT_FRAMES - 1, STEM_SEGMENT_FRAMES, STEM_SEGMENT_FRAMES + 1, 2 * STEM_SEGMENT_FRAMES };

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        check_exact(lengths[i], 44100, 2, 16);
}

/* A tone of 1 kHz is where it belongs from the first second to the last of `seconds`: a sample of drift would turn it by 0.13 radians. */
static void
check_resampled(int from, int to, int seconds)
{
    const char *path = scratch("resampled.wav");
    struct media_job job = { .stem_rate = (uint32_t)to };
    struct run run;
    int64_t frames = 0;
    float *made;

    write_wav(path, signal_sine, (int64_t)from * seconds, from, 2, 24);
    run = run_media(MEDIA_MODE_STEM, path, &job);
    assert_string_equal(run.outcome.code, "");
    made = join_stem(&run, 2, &frames);
    assert_int_equal(frames, (int64_t)to * seconds);
    for (int64_t i = 1000; i < frames - 1000; i++) { /* the filter rings where the tone begins and ends */
        double wanted = signal_sine(i, 0, to);

        if (fabs((double)made[2 * i] - wanted) > 0.002)
            fail_msg("%d to %d: sample %lld is %g, not %g", from, to, (long long)i, (double)made[2 * i], wanted);
    }
    free(made);
    run_free(&run);
}

static void
a_stem_of_another_rate_is_resampled_and_stays_in_place(void **state)
{
    (void)state;
    check_resampled(44100, 48000, 30);
    check_resampled(48000, 44100, 30);
    check_resampled(96000, 44100, 5);
}

static void
surround_becomes_stereo(void **state)
{
    struct run run;
    int64_t frames = 0;

    (void)state;
    write_wav_extensible(scratch("surround.wav"), signal_sine, 48000, 48000, 6, 24, 24, 0x3f);
    run = run_media(MEDIA_MODE_STEM, scratch("surround.wav"), NULL);
    assert_string_equal(run.outcome.code, "");
    free(join_stem(&run, 2, &frames));
    assert_int_equal(frames, 48000);
    run_free(&run);
}

static void
what_is_no_stem_is_refused(void **state)
{
    struct media_job job = { .max_duration_s = 2 };
    struct run run;

    (void)state;
    write_file(scratch("no.wav"), "not a recording at all", 22);
    assert_fails(MEDIA_MODE_STEM, scratch("no.wav"), "not_audio");
    write_wav(scratch("long.wav"), signal_sine, 44100 * 3, 44100, 2, 16);
    run = run_media(MEDIA_MODE_STEM, scratch("long.wav"), &job);
    assert_string_equal(run.outcome.code, "too_long");
    run_free(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_stem_of_the_right_rate_comes_out_bit_for_bit),
    cmocka_unit_test(stems_as_short_as_a_sample_and_as_long_as_segments_have_their_exact_length),
    cmocka_unit_test(a_stem_of_another_rate_is_resampled_and_stays_in_place),
    cmocka_unit_test(surround_becomes_stereo),
    cmocka_unit_test(what_is_no_stem_is_refused),
};

MAIN_WITH_WORKER(tests)
