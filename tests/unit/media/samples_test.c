/* samples_test.c - conversions of samples at their edges, and recordings with samples that are no sound. */
#include "support.h"

#include "flac_samples.h"
#include "samples.h"
#include "worker.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
every_conversion_keeps_the_sign_and_the_range_at_its_edges(void **state)
{
    static const struct {
        float value;
        int s16, s24;
    } floats[] = {
        { 0, 0, 0 }, { -0.0f, 0, 0 }, { 1, 32767, 8388607 }, { -1, -32768, -8388608 }, { 2, 32767, 8388607 }, { -2, -32768, -8388608 },
        { 32766.5f / 32768, 32766, 8388224 }, { 32767 / 32768.0f, 32767, 8388352 }, { 32767.25f / 32768, 32767, 8388416 },
        { 32767.5f / 32768, 32767, 8388480 }, { 32767.75f / 32768, 32767, 8388544 }, { -32767.5f / 32768, -32768, -8388480 },
        { -32768.5f / 32768, -32768, -8388608 }, { 8388606.5f / 8388608, 32767, 8388606 }, { 8388607 / 8388608.0f, 32767, 8388607 },
        { 8388607.5f / 8388608, 32767, 8388607 }, { -8388607.5f / 8388608, -32768, -8388608 }, { 0.5f / 32768, 0, 128 }, { 1.5f / 32768, 2, 384 },
        { FLT_MAX, 32767, 8388607 }, { -FLT_MAX, -32768, -8388608 }, { FLT_MIN, 0, 0 }, { 1e30f, 32767, 8388607 }, { INFINITY, 32767, 8388607 },
        { -INFINITY, -32768, -8388608 }, { NAN, 0, 0 },
    };
    static const struct {
        int32_t value;
        int s16, s24;
    } wide[] = {
        { 0, 0, 0 }, { INT32_MAX, 32767, 8388607 }, { INT32_MIN, -32768, -8388608 }, { 0x7fffff00, 32767, 8388607 }, { 0x7fffff7f, 32767, 8388607 },
        { 0x7fffff80, 32767, 8388607 }, { 0x7fff0000, 32767, 8388352 }, { 0x7fff7fff, 32767, 8388480 }, { 0x7fff8000, 32767, 8388480 },
        { INT32_MIN + 127, -32768, -8388608 }, { INT32_MIN + 128, -32768, -8388607 }, { 127, 0, 0 }, { 128, 0, 1 }, { -128, 0, 0 }, { -129, 0, -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(floats) / sizeof(floats[0]); i++) {
        assert_int_equal(sample_s16_of_float(floats[i].value), floats[i].s16);
        assert_int_equal(sample_s24_of_float(floats[i].value), floats[i].s24 * 256);
    }
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
        assert_int_equal(sample_s16_of_s32(wide[i].value), wide[i].s16);
        assert_int_equal(sample_s24_of_s32(wide[i].value), wide[i].s24 * 256);
    }
}

static AVFrame *
frame_of(enum AVSampleFormat format, const void *samples, int count)
{
    AVFrame *frame = av_frame_alloc();

    assert_non_null(frame);
    frame->format = format;
    frame->sample_rate = 48000;
    frame->nb_samples = count;
    av_channel_layout_default(&frame->ch_layout, 1);
    assert_int_equal(av_frame_get_buffer(frame, 0), 0);
    memcpy(frame->data[0], samples, (size_t)count * (size_t)av_get_bytes_per_sample(format));
    return frame;
}

static void
what_the_flac_encoder_gets_is_converted_by_the_same_rules(void **state)
{
    static const float floats[] = { 32767.5f / 32768, 8388607.5f / 8388608, 1, -1, NAN };
    static const int32_t wide[] = { INT32_MAX, INT32_MIN };
    static const int16_t narrow[] = { 32767, -32768, 1 };
    AVFrame *block = frame_of(AV_SAMPLE_FMT_FLT, floats, 5), *made;

    (void)state;
    assert_int_equal(flac_samples_from(&made, block, 16), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(((int16_t *)made->data[0])[i], sample_s16_of_float(floats[i]));
    av_frame_free(&made);
    assert_int_equal(flac_samples_from(&made, block, 24), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(((int32_t *)made->data[0])[i], sample_s24_of_float(floats[i]));
    av_frame_free(&made);
    av_frame_free(&block);
    block = frame_of(AV_SAMPLE_FMT_S32, wide, 2);
    assert_int_equal(flac_samples_from(&made, block, 24), 0);
    assert_int_equal(((int32_t *)made->data[0])[0], 0x7fffff00);
    assert_int_equal(((int32_t *)made->data[0])[1], INT32_MIN);
    av_frame_free(&made);
    av_frame_free(&block);
    block = frame_of(AV_SAMPLE_FMT_S16, narrow, 3);
    assert_int_equal(flac_samples_from(&made, block, 16), 0);
    assert_memory_equal(made->data[0], narrow, sizeof narrow);
    av_frame_free(&made);
    av_frame_free(&block);
}

static void
only_samples_that_are_no_sound_are_mended(void **state)
{
    float samples[] = { 0.5f, NAN, 1.5f, INFINITY, -1e30f, -16, 16.5f };
    const float mended[] = { 0.5f, 0, 1.5f, 1, -1, -16, 1 };

    (void)state;
    assert_int_equal(samples_mend(samples, 7), 4);
    assert_memory_equal(samples, mended, sizeof mended);
}

static double bad_value;

/* 1 kHz, with one bad sample in each channel. */
static double
sine_with_a_bad_sample(int64_t frame, int channel, int rate)
{
    return frame == 5000 + channel ? bad_value : signal_sine(frame, channel, rate);
}

static void
a_recording_with_bad_samples_is_published_and_says_how_many_were_mended(void **state)
{
    static const struct {
        double value, becomes;
        int bits;
    } cases[] = { { NAN, 0, -32 }, { INFINITY, 1, -32 }, { -1e30, -1, -32 }, { 1e300, 1, -64 } };
    static const char *const all[] = { "low", "medium", "high", "lossless" };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bad_value = cases[i].value;
        write_wav(scratch("bad.wav"), sine_with_a_bad_sample, 22050, 44100, 2, cases[i].bits);
        struct run run = run_media(MEDIA_MODE_AUDIO, scratch("bad.wav"), NULL);

        assert_string_equal(run.outcome.code, "");
        assert_int_equal(integer_of(run.result, "mended_samples"), 2);
        assert_true(real_of(run.result, "loudness_lufs") > -12 && real_of(run.result, "loudness_lufs") < 0);
        assert_true(real_of(run.result, "true_peak_dbtp") < 3);
        for (size_t q = 0; q < 4; q++) {
            int64_t got;
            float *samples = decode_float(join_rendition(&run, all[q], NULL), 2, &got);

            assert_true(got >= 22050);
            for (int64_t k = 0; k < 22050; k++) {
                assert_true(fabsf(samples[2 * k]) < 1.5f);
                if (q == 3) {
                    double expected = k == 5000 ? cases[i].becomes : signal_sine(k, 0, 44100);

                    assert_true(fabs(samples[2 * k] - expected) < 1e-6 || (k == 5000 && samples[2 * k] > 0.999999));
                }
            }
            free(samples);
        }
        run_free(&run);
    }
}

static void
an_ordinary_recording_has_nothing_to_mend(void **state)
{
    (void)state;
    write_wav(scratch("fine.wav"), signal_noise, 4410, 44100, 2, -32);
    struct run run = run_media(MEDIA_MODE_AUDIO, scratch("fine.wav"), NULL);

    assert_int_equal(integer_of(run.result, "mended_samples"), 0);
    run_free(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_conversion_keeps_the_sign_and_the_range_at_its_edges),
    cmocka_unit_test(what_the_flac_encoder_gets_is_converted_by_the_same_rules),
    cmocka_unit_test(only_samples_that_are_no_sound_are_mended),
    cmocka_unit_test(a_recording_with_bad_samples_is_published_and_says_how_many_were_mended),
    cmocka_unit_test(an_ordinary_recording_has_nothing_to_mend),
};
MAIN_WITH_WORKER(tests)
