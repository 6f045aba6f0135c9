/* audio_test.c - what a listener of a transcoded track would notice. */
#include "../level.h"
#include "support.h"

#include "worker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const aac[] = { "low", "medium", "high" };

static struct run
transcode(const char *path)
{
    struct run run = run_media(MEDIA_MODE_AUDIO, path, NULL);

    assert_string_equal(run.outcome.code, "");
    assert_int_equal(run.outcome.kind, MEDIA_OK);
    assert_non_null(run.result);
    return run;
}

/* Where the burst nearest to `expected` really is, by correlation. */
static int64_t
find_click(const float *samples, int64_t frames, int channels, int64_t expected, int rate)
{
    int64_t best = -1, half = rate / 400;
    double highest = -1;

    for (int64_t at = expected - 400; at <= expected + 400; at++) {
        double sum = 0;

        if (at < half || at + half >= frames)
            continue;
        for (int64_t k = -half; k <= half; k++)
            sum += (double)samples[(at + k) * channels] * signal_clicks(rate / 4 + k, 0, rate);
        if (sum > highest) {
            highest = sum;
            best = at;
        }
    }
    return best;
}

static void
assert_lossless(const struct run *run, const char *source, int channels, int64_t frames, int drop_bits)
{
    int64_t got, want;
    double seconds;
    const char *joined = join_rendition(run, "lossless", &seconds);
    int32_t *copy = decode_s32(joined, channels, &got);
    int32_t *original = decode_s32(source, channels, &want);

    assert_int_equal(want, frames);
    assert_int_equal(got, frames);
    for (int64_t i = 0; i < frames * channels; i++) {
        int64_t difference = (int64_t)copy[i] - original[i];

        if (difference > (1ll << drop_bits) / 2 || difference < -(1ll << drop_bits) / 2 - (drop_bits ? 1 << drop_bits : 0))
            fail_msg("sample %lld: %d instead of %d", (long long)i, copy[i], original[i]);
    }
    free(copy);
    free(original);
}

static void
flac_gives_back_every_sample_of_16_and_24_bits(void **state)
{
    static const struct {
        int rate, channels, bits, drop_bits;
    } cases[] = { { 44100, 2, 16, 0 }, { 48000, 2, 24, 0 }, { 96000, 1, 24, 0 }, { 8000, 1, 8, 0 }, { 44100, 2, 32, 8 }, { 192000, 2, 24, 0 },
                  { 48000, 6, 16, 0 }, { 44100, 2, -32, 8 } };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t frames = cases[i].rate * 2 + 777;
        const char *source = scratch("source-%zu.wav", i);
        struct run run;

        write_wav(source, signal_noise, frames, cases[i].rate, cases[i].channels, cases[i].bits);
        run = transcode(source);
        assert_lossless(&run, source, cases[i].channels, frames, cases[i].drop_bits);
        assert_int_equal(integer_of(run.result, "samples"), frames);
        assert_int_equal(integer_of(run.result, "sample_rate"), cases[i].rate);
        assert_int_equal(integer_of(run.result, "channels"), cases[i].channels);
        assert_true(json_is_true(json_object_get(run.result, "is_lossless")));
        run_free(&run);
    }
}

static void
aac_clicks_are_where_they_were(void **state)
{
    const int rate = 44100;
    const int64_t frames = 12 * rate + 1234;

    (void)state;
    write_wav(scratch("clicks.wav"), signal_clicks, frames, rate, 2, 16);
    struct run run = transcode(scratch("clicks.wav"));

    for (size_t q = 0; q < 3; q++) {
        const json_t *r = rendition_of(&run, aac[q]);
        int64_t got, padding = integer_of(r, "end_padding");
        double seconds;
        float *samples = decode_float(join_rendition(&run, aac[q], &seconds), 2, &got);

        assert_true(fabs(seconds - (double)frames / rate) < 1e-4);
        assert_int_equal(integer_of(r, "samples"), frames);
        assert_int_equal(integer_of(r, "encoder_delay"), 1024);
        assert_int_equal(got, frames + padding); /* the edit list removes the delay; players cut the padding */
        assert_true(padding >= 0 && padding < 1024);
        for (int64_t k = 0; k < 24; k++) {
            int64_t expected = k * (rate / 2) + rate / 4;

            assert_in_range(find_click(samples, got, 2, expected, rate) + 1, expected, expected + 2);
        }
        free(samples);
    }
    run_free(&run);
}

static void
a_length_of_whole_segments_has_no_empty_segment(void **state)
{
    (void)state;
    write_wav(scratch("whole.wav"), signal_sine, 2 * 53 * 4096, 44100, 2, 16); /* exactly two segments */
    struct run run = transcode(scratch("whole.wav"));
    static const char *const all[] = { "low", "medium", "high", "lossless" };

    for (size_t q = 0; q < 4; q++) {
        double seconds;

        join_rendition(&run, all[q], &seconds);
        assert_true(fabs(seconds - 2 * 53 * 4096 / 44100.0) < 1e-4);
        assert_int_equal(integer_of(rendition_of(&run, all[q]), "segments"), 2);
    }
    run_free(&run);
}

static void
one_sample_is_a_track(void **state)
{
    (void)state;
    write_wav(scratch("one.wav"), signal_noise, 1, 44100, 2, 16);
    struct run run = transcode(scratch("one.wav"));

    assert_lossless(&run, scratch("one.wav"), 2, 1, 0);
    assert_int_equal(integer_of(run.result, "samples"), 1);
    assert_true(json_is_null(json_object_get(run.result, "loudness_lufs")));
    run_free(&run);
}

static void
other_rates_are_resampled_in_place(void **state)
{
    static const int rates[][2] = { { 8000, 48000 }, { 22050, 44100 }, { 32000, 48000 }, { 88200, 44100 }, { 96000, 48000 }, { 192000, 48000 } };

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        int from = rates[i][0], to = rates[i][1];
        int64_t frames = from * 2, got;
        float *samples;

        write_wav(scratch("rate.wav"), from < 22050 ? signal_sine : signal_clicks, frames, from, 1, 16);
        struct run run = transcode(scratch("rate.wav"));
        const json_t *r = rendition_of(&run, "high");

        assert_int_equal(integer_of(r, "sample_rate"), to);
        assert_int_equal(integer_of(r, "channels"), 1);
        assert_in_range(integer_of(r, "samples"), to * 2 - 8, to * 2 + 8);
        samples = decode_float(join_rendition(&run, "high", NULL), 1, &got);
        if (from >= 22050)
            for (int64_t k = 0; k < 3; k++) {
                int64_t expected = k * (to / 2) + to / 4;

                assert_in_range(find_click(samples, got, 1, expected, to) + 2, expected, expected + 4);
            }
        free(samples);
        run_free(&run);
    }
}

static double
sine_at_minus_23(int64_t frame, int channel, int rate)
{
    (void)channel;
    return pow(10, -23 / 20.0) * sin(2 * M_PI * 1000 * (double)frame / rate); /* EBU Tech 3341, case 1 */
}

static void
loudness_is_that_of_the_ebu_test_signal(void **state)
{
    (void)state;
    write_wav(scratch("ebu.wav"), sine_at_minus_23, 48000 * 20, 48000, 2, 16);
    struct run run = transcode(scratch("ebu.wav"));

    assert_true(fabs(real_of(run.result, "loudness_lufs") + 23.0) <= 0.1);
    assert_true(real_of(run.result, "loudness_range_lu") < 0.5);
    assert_true(fabs(real_of(run.result, "true_peak_dbtp") + 23.0) < 0.4);
    assert_true(strlen(json_string_value(json_object_get(run.result, "fingerprint"))) > 20);
    run_free(&run);
}

static struct {
    double level, samples_a_period, degrees;
} peaking;

/* A sine whose crests lie between the samples; it comes and goes slowly. */
static double
sine_between_samples(int64_t frame, int channel, int rate)
{
    double t = (double)frame / rate, edge = fmin(1, 10 * fmin(t, 1 - t));

    (void)channel;
    return peaking.level * edge * sin(2 * M_PI * (double)frame / peaking.samples_a_period + peaking.degrees * M_PI / 180);
}

static void
true_peaks_are_those_of_the_ebu_test_signals(void **state)
{
    static const struct {
        double level, samples_a_period, degrees, true_peak;
    } cases[] = { { 0.5, 4, 0, -6 }, { 0.5, 4, 45, -6 }, { 0.5, 6, 60, -6 }, { 0.5, 8, 67.5, -6 }, { 1.41, 4, 45, 3 } }; /* EBU Tech 3341, cases 15 to 19 */
    static const int formats[] = { 16, 24, -32 };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
            peaking.level = cases[i].level;
            peaking.samples_a_period = cases[i].samples_a_period;
            peaking.degrees = cases[i].degrees;
            write_wav(scratch("peak.wav"), sine_between_samples, 48000, 48000, 1, formats[f]);
            struct run run = transcode(scratch("peak.wav"));
            double off = real_of(run.result, "true_peak_dbtp") - cases[i].true_peak;

            if (off < -0.4 || off > 0.2)
                fail_msg("case %zu of %d bits: %.2f dB off", i + 15, formats[f], off);
            run_free(&run);
        }
}

static int sounding_channel;

static double
in_one_channel(int64_t frame, int channel, int rate)
{
    return channel == sounding_channel ? signal_sine(frame, channel, rate) : 0;
}

/* A sine in one channel and silence in the others; -HUGE_VAL when nothing was measured. */
static double
loudness_of_channel(int channels, unsigned mask, int channel)
{
    double lufs;

    sounding_channel = channel;
    write_wav_extensible(scratch("place.wav"), in_one_channel, 8000, 8000, channels, 24, 24, mask);
    struct run run = transcode(scratch("place.wav"));

    lufs = json_is_null(json_object_get(run.result, "loudness_lufs")) ? -HUGE_VAL : real_of(run.result, "loudness_lufs");
    run_free(&run);
    return lufs;
}

static void
every_channel_has_its_weight_by_itu_r_bs_1770(void **state)
{
    /* Front channels, and what is behind 120 degrees, weigh 1; 60 to 120 degrees weigh 1.41, which are 1.5 LU; a subwoofer weighs nothing. */
    static const struct {
        int channels;
        unsigned mask;
        int channel;
        double gain_lu;
    } cases[] = {
        { 1, 0x4, 0, 0 },                                                                           /* mono */
        { 3, 0xb, 1, 0 }, { 3, 0xb, 2, -HUGE_VAL },                                                 /* 2.1 */
        { 4, 0x107, 3, 0 }, { 4, 0x33, 2, 1.5 },                                                    /* 4.0 with a back centre; quad */
        { 6, 0x3f, 2, 0 }, { 6, 0x3f, 3, -HUGE_VAL }, { 6, 0x3f, 5, 1.5 }, { 6, 0x60f, 4, 1.5 },    /* 5.1 with back or side channels */
        { 7, 0x70f, 3, -HUGE_VAL }, { 7, 0x70f, 4, 0 }, { 7, 0x70f, 6, 1.5 },                       /* 6.1 */
        { 8, 0x63f, 3, -HUGE_VAL }, { 8, 0x63f, 4, 0 }, { 8, 0x63f, 6, 1.5 }, { 8, 0x63f, 7, 1.5 }, /* 7.1 */
    };
    double front = loudness_of_channel(2, 0x3, 0);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double got = loudness_of_channel(cases[i].channels, cases[i].mask, cases[i].channel) - front;

        if (isinf(cases[i].gain_lu) ? got > -50 : fabs(got - cases[i].gain_lu) > 0.05)
            fail_msg("channel %d of %#x: %+.2f LU", cases[i].channel, cases[i].mask, got);
    }
}

/* Is the third of three channels a subwoofer, whose sound has no loudness? Leaves the lossless rendition in `lossless`. */
static void
assert_subwoofer(const char *path, const char *lossless)
{
    struct run run = transcode(path);
    size_t length;
    char *rendition = read_bytes(join_rendition(&run, "lossless", NULL), &length);
    int64_t frames;

    if (!json_is_null(json_object_get(run.result, "loudness_lufs")))
        fail_msg("%s: %s", path, json_dumps(run.result, 0));
    assert_non_null(memmem(rendition, length, "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x00000b", 42));
    write_file(lossless, rendition, length);
    free(rendition);
    free(decode_s32(lossless, 3, &frames)); /* others read it */
    assert_int_equal(frames, 8000);
    run_free(&run);
}

static void
a_subwoofer_in_flac_stays_one_in_ogg_in_mp4_and_in_the_lossless_rendition(void **state)
{
    size_t length;

    (void)state;
    sounding_channel = 2;
    write_wav_extensible(scratch("place.wav"), in_one_channel, 8000, 8000, 3, 24, 24, 0xb);
    ffmpeg("-i", scratch("place.wav"), scratch("place.flac"), NULL);
    ffmpeg("-i", scratch("place.wav"), "-c:a", "flac", "-metadata", "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0xB", scratch("place.oga"), NULL);
    assert_subwoofer(scratch("place.wav"), scratch("first.mp4"));
    assert_subwoofer(scratch("place.flac"), scratch("second.mp4"));
    assert_subwoofer(scratch("place.oga"), scratch("second.mp4"));
    assert_subwoofer(scratch("first.mp4"), scratch("second.mp4"));
    write_wav_extensible(scratch("usual.wav"), in_one_channel, 8000, 8000, 3, 24, 24, 0x7); /* the usual layout is not told */
    struct run run = transcode(scratch("usual.wav"));
    char *rendition = read_bytes(join_rendition(&run, "lossless", NULL), &length);
    assert_null(memmem(rendition, length, "CHANNEL_MASK", 12));
    free(rendition);
    run_free(&run);
}

static void
three_channels_without_a_layout_are_left_right_and_centre(void **state)
{
    (void)state;
    write_wav(scratch("three.wav"), signal_noise, 48000, 48000, 3, 16);
    write_wav_extensible(scratch("declared.wav"), signal_noise, 48000, 48000, 3, 16, 16, 0x7);
    struct run plain = transcode(scratch("three.wav")), declared = transcode(scratch("declared.wav"));

    assert_true(fabs(real_of(plain.result, "loudness_lufs") - real_of(declared.result, "loudness_lufs")) < 0.02);
    run_free(&plain);
    run_free(&declared);
}

static void
surround_is_as_loud_as_for_the_meter_of_ffmpeg(void **state)
{
    static const char *const layouts[] = { "5.1", "5.1(side)", "3.1" };

    (void)state;
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        char filter[200], *text;
        const char *found = "";

        snprintf(filter, sizeof filter, "pan=%s|c0=c0|c1=0.3*c0|c2=0.5*c0|c3=0.9*c0%s", layouts[i], strchr(layouts[i], '5') ? "|c4=0.7*c0|c5=0.2*c0" : "");
        ffmpeg("-f", "lavfi", "-i", "anoisesrc=r=48000:d=4:a=0.3:seed=1", "-af", filter, "-c:a", "pcm_s24le", scratch("meter.wav"), NULL);
        snprintf(filter, sizeof filter, "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=%s", scratch("meter.txt"));
        ffmpeg("-i", scratch("meter.wav"), "-af", filter, "-f", "null", "-", NULL);
        text = read_text(scratch("meter.txt"));
        for (char *at = text; (at = strstr(at, "r128.I=")); at += 7)
            found = at + 7;
        struct run run = transcode(scratch("meter.wav"));

        assert_true(fabs(real_of(run.result, "loudness_lufs") - strtod(found, NULL)) <= 0.1);
        free(text);
        run_free(&run);
    }
}

static double
half_loud(int64_t frame, int channel, int rate)
{
    (void)channel;
    return frame < 10 * rate ? 0 : 0.5 * (frame % 2 ? 1 : -1);
}

static void
the_waveform_shows_silence_then_sound(void **state)
{
    static const char *const names[] = { "overview", "detail" };

    (void)state;
    write_wav(scratch("half.wav"), half_loud, 44100 * 20, 44100, 1, 16);
    struct run run = transcode(scratch("half.wav"));

    for (int i = 0; i < 2; i++) {
        char path[700];
        snprintf(path, sizeof path, "%s/waveform/%s.json", run.folder, names[i]);
        json_t *w = json_load_file(path, 0, NULL);
        const json_t *data = json_object_get(w, "data");
        int64_t length = integer_of(w, "length");

        assert_int_equal(integer_of(w, "version"), 2);
        assert_int_equal(integer_of(w, "bits"), 8);
        assert_int_equal(integer_of(w, "channels"), 1);
        assert_int_equal(integer_of(w, "sample_rate"), 44100);
        assert_int_equal(json_array_size(data), 2 * length);
        assert_true(i ? length == 1000 : length <= 1000 && length >= 500);
        assert_true(length * integer_of(w, "samples_per_pixel") >= 44100 * 20);
        for (int64_t p = 0; p < length; p++) {
            int64_t low = json_integer_value(json_array_get(data, (size_t)(2 * p)));
            int64_t high = json_integer_value(json_array_get(data, (size_t)(2 * p + 1)));
            bool silent = (p + 1) * integer_of(w, "samples_per_pixel") <= 441000;

            assert_true(silent ? low == 0 && high == 0 : low >= -65 && low <= -63 && high >= 63 && high <= 65);
        }
        json_decref(w);
    }
    run_free(&run);
}

/* Long enough to have many segments and a range of loudness. */
static int
long_seconds(void)
{
    return test_is_full() ? 180 : 70;
}

static double
quiet_then_loud(int64_t frame, int channel, int rate)
{
    return signal_sine(frame, channel, rate) * (frame < long_seconds() / 2 * rate ? 0.1 : 1);
}

static void
a_long_track_is_measured_and_numbered_to_the_end(void **state)
{
    int length_s = long_seconds();
    double seconds;

    (void)state;
    write_wav(scratch("long.wav"), quiet_then_loud, 8000 * length_s, 8000, 1, 16);
    struct run run = transcode(scratch("long.wav"));

    assert_true(fabs(real_of(run.result, "loudness_range_lu") - 20) < 0.5); /* the level rises by 20 dB in the middle */
    assert_int_equal(integer_of(run.result, "duration_ms"), length_s * 1000);
    join_rendition(&run, "low", &seconds);
    assert_true(fabs(seconds - length_s) < 0.001);
    assert_in_range(integer_of(rendition_of(&run, "low"), "segments"), length_s / 5, length_s / 5 + 1);
    assert_true(run.is_rising && run.progress_calls > 3);
    assert_non_null(run.playable); /* as soon as one quality was made */
    assert_int_equal(json_array_size(json_object_get(run.playable, "renditions")), 1);
    assert_true(json_equal(json_object_get(run.playable, "duration_ms"), json_object_get(run.result, "duration_ms")));
    assert_true(json_equal(json_object_get(run.playable, "loudness_lufs"), json_object_get(run.result, "loudness_lufs")));
    assert_in_range(run.playable_files, length_s / 5 + 4, length_s / 5 + 6); /* its segments, header and playlist, the waveform and the fingerprint, early.m3u8 */
    assert_true(run.files > 4 * run.playable_files / 2);
    run_free(&run);
}

static void
the_master_playlist_names_every_quality_with_its_real_rate(void **state)
{
    char path[700];

    (void)state;
    write_wav(scratch("master.wav"), signal_noise, 44100 * 12, 44100, 2, 16);
    struct run run = transcode(scratch("master.wav"));
    snprintf(path, sizeof path, "%s/master.m3u8", run.folder);
    char *text = read_text(path);
    char *medium = strstr(text, "medium/playlist.m3u8"), *low = strstr(text, "low/playlist.m3u8");

    assert_true(medium && low && medium < low); /* players start with the first */
    assert_non_null(strstr(text, "CODECS=\"mp4a.40.2\"\nhigh/playlist.m3u8"));
    assert_non_null(strstr(text, "CODECS=\"fLaC\"\nlossless/playlist.m3u8"));
    for (size_t q = 0; q < 3; q++) {
        const json_t *r = rendition_of(&run, aac[q]);
        int64_t peak = integer_of(r, "bandwidth"), average = integer_of(r, "average_bandwidth"), nominal = integer_of(r, "bitrate");

        assert_true(peak >= average && average > nominal * 8 / 10 && average < nominal * 12 / 10);
    }
    free(text);
    assert_null(run.playable); /* what is short is soon made as a whole */
    assert_true(run.is_rising);
    assert_true(run.last_progress == 1.0f && run.progress_calls >= 2);
    run_free(&run);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(flac_gives_back_every_sample_of_16_and_24_bits),
    cmocka_unit_test(aac_clicks_are_where_they_were),
    cmocka_unit_test(a_length_of_whole_segments_has_no_empty_segment),
    cmocka_unit_test(one_sample_is_a_track),
    cmocka_unit_test(other_rates_are_resampled_in_place),
    cmocka_unit_test(loudness_is_that_of_the_ebu_test_signal),
    cmocka_unit_test(true_peaks_are_those_of_the_ebu_test_signals),
    cmocka_unit_test(every_channel_has_its_weight_by_itu_r_bs_1770),
    cmocka_unit_test(a_subwoofer_in_flac_stays_one_in_ogg_in_mp4_and_in_the_lossless_rendition),
    cmocka_unit_test(three_channels_without_a_layout_are_left_right_and_centre),
    cmocka_unit_test(surround_is_as_loud_as_for_the_meter_of_ffmpeg),
    cmocka_unit_test(a_long_track_is_measured_and_numbered_to_the_end),
    cmocka_unit_test(the_waveform_shows_silence_then_sound),
    cmocka_unit_test(the_master_playlist_names_every_quality_with_its_real_rate),
};
MAIN_WITH_WORKER(tests)
