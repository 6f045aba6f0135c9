/* quality_test.c - sounds on which an AAC encoder fails: what a listener gets is compared with the source, sample by sample.
 *
 * The worker's own measure (quality.h) is not asked, but where a test is about what it reports. */
#include "support.h"

#include "takes.h"
#include "true_peak.h"
#include "worker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 44100

static const char *const aac[] = { "low", "medium", "high" };
enum { LOW, MEDIUM, HIGH };

/* --- sounds --- */
static double level, pitch; /* of the next sound */

static double
tone(int64_t frame, int channel, int rate)
{
    (void)channel;
    return level * sin(2 * M_PI * pitch * (double)frame / rate);
}

static double
bass_drum(int64_t frame, int channel, int rate)
{
    double t = (double)frame / rate;

    (void)channel;
    return level * exp(-1.2 * t) * sin(2 * M_PI * pitch * t);
}

static double
sub_with_hats(int64_t frame, int channel, int rate)
{
    double t = (double)frame / rate;

    return 0.7 * sin(2 * M_PI * 45 * t) + 0.25 * exp(-40 * fmod(t, 0.25)) * signal_noise(frame, channel, rate);
}

static double
castanets(int64_t frame, int channel, int rate)
{
    double t = fmod((double)frame / rate, 0.18);

    (void)channel;
    return 0.55 * exp(-120 * t) * (sin(2 * M_PI * 2600 * t) + 0.6 * sin(2 * M_PI * 4100 * t));
}

static double
glockenspiel(int64_t frame, int channel, int rate)
{
    static const double notes[] = { 1200, 1798, 1347, 2018 };
    double t = fmod((double)frame / rate, 0.4), hz = notes[(int)((double)frame / rate / 0.4) % 4];

    (void)channel;
    return 0.7 * (0.6 * exp(-4 * t) * sin(2 * M_PI * hz * t) + 0.3 * exp(-10 * t) * sin(2 * M_PI * 2.76 * hz * t) +
                  0.1 * exp(-16 * t) * sin(2 * M_PI * 5.4 * hz * t));
}

/* A buzz through the formants of "a", as harmonics of 120 Hz. */
static double
voice(int64_t frame, int channel, int rate)
{
    static const double formants[][2] = { { 730, 90 }, { 1090, 110 }, { 2440, 170 } };
    double t = (double)frame / rate, sum = 0, syllable = 0.5 - 0.5 * cos(2 * M_PI * 3 * t);

    (void)channel;
    for (int h = 1; h <= 30; h++) {
        double gain = 0;

        for (int f = 0; f < 3; f++)
            gain += 1 / (1 + pow((120 * h - formants[f][0]) / formants[f][1], 2)) / (f + 1);
        sum += gain * sin(2 * M_PI * 120 * h * t);
    }
    return 0.25 * syllable * sum;
}

/* From silence to full scale in a second. */
static double
silence_to_full_scale(int64_t frame, int channel, int rate)
{
    double t = (double)frame / rate;

    (void)channel;
    return (t < 0.3 ? 0 : t < 1.3 ? t - 0.3 : 1) * sin(2 * M_PI * 330 * t);
}

static double
square(int64_t frame, int channel, int rate)
{
    (void)channel;
    return sin(2 * M_PI * 500 * ((double)frame + 0.5) / rate) > 0 ? 0.999 : -0.999;
}

static double
pulse_in_all_channels(int64_t frame, int channel, int rate)
{
    (void)channel;
    return 0.98 * sin(2 * M_PI * 220 * (double)frame / rate);
}

/* --- what is heard --- */
struct heard {
    double snr, level, true_peak; /* dB, dB, dBTP */
    const char *coder;
    double gain;
    bool is_good;
};

static struct run
make(signal_at signal, double seconds, int channels)
{
    struct run run;

    write_wav(scratch("hard.wav"), signal, (int64_t)(seconds * RATE), RATE, channels, -32);
    run = run_media(MEDIA_MODE_AUDIO, scratch("hard.wav"), NULL);
    assert_string_equal(run.outcome.code, "");
    return run;
}

/* Compares with `signal` under the gain that the result tells, from `from` seconds on: a sound that begins at once is a click. */
static struct heard
hear(const struct run *run, int quality, signal_at signal, double from)
{
    const json_t *r = rendition_of(run, aac[quality]);
    struct heard heard = { .coder = json_string_value(json_object_get(r, "coder")), .gain = pow(10, real_of(r, "gain_db") / 20),
                           .is_good = json_is_true(json_object_get(r, "is_good")) };
    int channels = (int)integer_of(r, "channels");
    int64_t got, frames = integer_of(r, "samples");
    float *samples = decode_float(join_rendition(run, aac[quality], NULL), channels, &got);
    double sound = 0, noise = 0, copy = 0;
    struct true_peak peak = { 0 };

    assert_true(got >= frames);
    for (int64_t i = 0; i < got; i++) {
        true_peak_add(&peak, &samples[i * channels], 1);
        if (i < from * RATE || i >= frames)
            continue;
        double want = heard.gain * signal(i, 0, RATE), have = (double)samples[i * channels];

        sound += want * want;
        copy += have * have;
        noise += (have - want) * (have - want);
    }
    free(samples);
    heard.snr = 10 * log10(sound / (noise + 1e-30));
    heard.level = 10 * log10(copy / sound);
    heard.true_peak = 20 * log10((double)peak.highest);
    return heard;
}

/* Expects at least these signal-to-noise ratios, a level that nobody hears change, and the peak below the ceiling. */
static void
assert_heard(const char *what, signal_at signal, double seconds, double low, double medium, double high)
{
    const double least[] = { low, medium, high }, levels[] = { 0.4, 0.3, 0.2 };
    struct run run = make(signal, seconds, 2);

    for (int q = LOW; q <= HIGH; q++) {
        struct heard heard = hear(&run, q, signal, 0.1);

        if (heard.snr < least[q] || fabs(heard.level) > levels[q] || heard.true_peak > -1 || !heard.is_good)
            fail_msg("%s, %s (%s): %.1f dB instead of %.1f, level %.2f dB, peak %.2f dBTP", what, aac[q], heard.coder, heard.snr, least[q], heard.level,
                     heard.true_peak);
    }
    run_free(&run);
}

static void
pure_tones_are_clean_at_every_level_and_pitch(void **state)
{
    static const struct {
        double level, pitch, low, medium, high;
    } cases[] = {
        { 0.9, 440, 28, 36, 36 }, { 0.9, 50, 28, 36, 36 }, { 1, 200, 22, 36, 36 },     { 0.9, 3000, 20, 30, 36 },  { 0.5, 997, 24, 28, 28 },
        { 0.1, 997, 20, 30, 30 }, { 0.01, 997, 20, 25, 25 }, { 0.5, 10000, 10, 20, 25 }, { 0.7, 100, 28, 36, 36 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[64];

        level = cases[i].level;
        pitch = cases[i].pitch;
        snprintf(name, sizeof name, "%g * sin %g Hz", level, pitch);
        assert_heard(name, tone, 1, cases[i].low, cases[i].medium, cases[i].high);
    }
}

static void
a_long_bass_drum_is_clean(void **state)
{
    (void)state;
    level = 0.9;
    pitch = 50;
    assert_heard("808", bass_drum, 2.5, 25, 40, 40);
}

static void
sounds_that_are_hard_for_encoders_stay_near_the_source(void **state)
{
    (void)state;
    assert_heard("sub with hats", sub_with_hats, 1.5, 20, 25, 32);
    assert_heard("castanets", castanets, 1, 12, 18, 25);
    assert_heard("glockenspiel", glockenspiel, 1.6, 15, 28, 35);
    assert_heard("voice", voice, 1, 12, 20, 28);
    assert_heard("silence to full scale", silence_to_full_scale, 1.6, 22, 36, 36);
}

static void
no_lossy_rendition_peaks_above_minus_one_dbtp(void **state)
{
    (void)state;
    struct run run = make(square, 1, 2);

    for (int q = LOW; q <= HIGH; q++) {
        struct heard heard = hear(&run, q, square, 0.1);

        assert_true(heard.true_peak <= -1);
        assert_true(heard.gain < 0.9);
    }
    run_free(&run);
}

static void
a_surround_recording_is_mixed_down_without_clipping(void **state)
{
    (void)state;
    struct run run = make(pulse_in_all_channels, 1, 6);

    for (int q = LOW; q <= HIGH; q++) {
        const json_t *r = rendition_of(&run, aac[q]);
        int64_t got;
        float *samples = decode_float(join_rendition(&run, aac[q], NULL), 2, &got);
        double sum = 0, along = 0, noise = 0;

        for (int64_t i = RATE / 10; i < RATE * 9 / 10; i++) {
            double want = pulse_in_all_channels(i, 0, RATE);

            assert_true(fabsf(samples[2 * i]) <= 0.891f);
            sum += want * want;
            along += want * (double)samples[2 * i];
        }
        for (int64_t i = RATE / 10; i < RATE * 9 / 10; i++)
            noise += pow((double)samples[2 * i] - along / sum * pulse_in_all_channels(i, 0, RATE), 2);
        assert_true(10 * log10(along * along / sum / noise) > 25); /* still a sine: nothing was cut off */
        assert_true(real_of(r, "gain_db") < -7);
        free(samples);
    }
    run_free(&run);
}

static void
quiet_sound_keeps_its_level_and_all_qualities_share_one_gain(void **state)
{
    (void)state;
    level = 0.5;
    pitch = 440;
    struct run quiet = make(tone, 0.5, 2);

    level = 1;
    struct run loud = make(tone, 0.5, 2);

    for (int q = LOW; q <= HIGH; q++) {
        assert_true(real_of(rendition_of(&quiet, aac[q]), "gain_db") == 0);
        assert_true(fabs(real_of(rendition_of(&loud, aac[q]), "gain_db") - real_of(rendition_of(&loud, "high"), "gain_db")) < 2);
        assert_true(real_of(rendition_of(&loud, aac[q]), "gain_db") < -2.5);
    }
    run_free(&quiet);
    run_free(&loud);
}

static void
the_other_coder_is_tried_only_where_a_bound_is_missed(void **state)
{
    (void)state;
    level = 0.9;
    pitch = 440;
    struct run loud = make(tone, 0.5, 2);

    level = 0.1;
    struct run soft = make(tone, 0.5, 2);

    assert_string_equal(hear(&loud, HIGH, tone, 0.1).coder, "twoloop");
    assert_string_equal(hear(&loud, LOW, tone, 0.1).coder, "twoloop");
    for (int q = LOW; q <= HIGH; q++)
        assert_string_equal(hear(&soft, q, tone, 0.1).coder, "fast");
    run_free(&loud);
    run_free(&soft);
}

/* As the benchmark measures it. */
static void
without_judging_the_first_take_is_published(void **state)
{
    (void)state;
    level = 0.9;
    pitch = 440;
    write_wav(scratch("unjudged.wav"), tone, RATE / 2, RATE, 2, 16);
    struct run run = run_media(MEDIA_MODE_AUDIO, scratch("unjudged.wav"), &(struct media_job){ .skips_judging = true });

    assert_int_equal(run.outcome.kind, MEDIA_OK);
    for (int q = LOW; q <= HIGH; q++) {
        assert_string_equal(json_string_value(json_object_get(rendition_of(&run, aac[q]), "coder")), "fast");
        assert_null(json_object_get(rendition_of(&run, aac[q]), "is_good"));
    }
    run_free(&run);
}

/* hls.js takes qualities with equal figures for copies of one, and drops all but the first. */
static void
of_simple_sound_too_every_quality_states_a_bandwidth_of_its_own(void **state)
{
    static const signal_at sounds[] = { tone, signal_silence };

    (void)state;
    level = 0.3;
    pitch = 440;
    for (size_t i = 0; i < 2; i++) {
        struct run run = make(sounds[i], 6, 2);

        for (int q = MEDIUM; q <= HIGH; q++) {
            const json_t *r = rendition_of(&run, aac[q]), *below = rendition_of(&run, aac[q - 1]);

            assert_true(integer_of(r, "bandwidth") > integer_of(below, "bandwidth"));
            assert_true(integer_of(r, "average_bandwidth") > integer_of(below, "average_bandwidth"));
        }
        run_free(&run);
    }
}

/* --- the choice of takes --- */
static void
when_both_coders_miss_the_better_take_is_made_again_and_marked(void **state)
{
    struct takes takes = { .bounds = { .nmr = 3, .level = 0.15 }, .coder = CODER_FAST };

    (void)state;
    assert_true(takes_again(&takes, &(struct quality_report){ .nmr = 5, .true_peak = -3 }));
    assert_int_equal(takes.coder, CODER_TWOLOOP);
    assert_true(takes_again(&takes, &(struct quality_report){ .nmr = 8, .true_peak = -3 }));
    assert_int_equal(takes.coder, CODER_FAST);
    assert_false(takes_again(&takes, &(struct quality_report){ .nmr = 5, .true_peak = -3 }));
    assert_int_equal(takes.coder, CODER_FAST);
    assert_false(takes_is_good(&takes));
}

static void
a_take_that_keeps_its_bounds_is_the_only_one(void **state)
{
    struct takes takes = { .bounds = { .nmr = 3, .level = 0.15 }, .coder = CODER_FAST };

    (void)state;
    assert_false(takes_again(&takes, &(struct quality_report){ .nmr = 2, .level = -0.1, .true_peak = -1.2 }));
    assert_true(takes_is_good(&takes));
}

static void
too_high_a_peak_is_encoded_again_with_less_gain(void **state)
{
    struct takes takes = { .bounds = { .nmr = 3, .level = 0.15 }, .coder = CODER_TWOLOOP, .gain_db = -2 };

    (void)state;
    assert_true(takes_again(&takes, &(struct quality_report){ .nmr = 2, .true_peak = -0.4 }));
    assert_int_equal(takes.coder, CODER_TWOLOOP);
    assert_true(takes.gain_db < -2.6 && takes.gain_db > -3.2);
    assert_false(takes_again(&takes, &(struct quality_report){ .nmr = 2, .true_peak = -1.1 }));
    assert_true(takes_is_good(&takes));
}

static void
encoding_again_comes_to_an_end(void **state)
{
    struct takes takes = { .bounds = { .nmr = 3, .level = 0.15 }, .coder = CODER_FAST };
    int count = 1;

    (void)state;
    while (takes_again(&takes, &(struct quality_report){ .nmr = 5 + count, .true_peak = 2 }))
        count++;
    assert_in_range(count, 2, TAKES_MAX);
    assert_false(takes_is_good(&takes));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(pure_tones_are_clean_at_every_level_and_pitch),
    cmocka_unit_test(a_long_bass_drum_is_clean),
    cmocka_unit_test(sounds_that_are_hard_for_encoders_stay_near_the_source),
    cmocka_unit_test(no_lossy_rendition_peaks_above_minus_one_dbtp),
    cmocka_unit_test(a_surround_recording_is_mixed_down_without_clipping),
    cmocka_unit_test(quiet_sound_keeps_its_level_and_all_qualities_share_one_gain),
    cmocka_unit_test(the_other_coder_is_tried_only_where_a_bound_is_missed),
    cmocka_unit_test(without_judging_the_first_take_is_published),
    cmocka_unit_test(of_simple_sound_too_every_quality_states_a_bandwidth_of_its_own),
    cmocka_unit_test(when_both_coders_miss_the_better_take_is_made_again_and_marked),
    cmocka_unit_test(a_take_that_keeps_its_bounds_is_the_only_one),
    cmocka_unit_test(too_high_a_peak_is_encoded_again_with_less_gain),
    cmocka_unit_test(encoding_again_comes_to_an_end),
};
MAIN_WITH_WORKER(tests)
