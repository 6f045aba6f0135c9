#include "rhythm.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_S ((double)RHYTHM_RATE / RHYTHM_HOP)
#define WINDOW 2048 /* steps that are compared with each other: 24 s */
#define LAGS 1024
#define WINDOWS_MAX 8192 /* of 12 s: more than a day */
#define ONSETS_MAX 65536 /* the grid is fitted to the first so many: some hours */
#define AROUND 43        /* steps to either side of a local mean: half a second */
#define BASS_BINS 9      /* below 180 Hz */

#define FASTEST 240.0
#define STEP 1.002 /* from one period that is tried to the next */
#define TRIES 897  /* from FASTEST to 40 a minute */
#define FINE_STEP 0.0001
#define FINE_TRIES 100 /* to either side */
#define MULTIPLES 8

struct onset {
    double at_s;
    float strength;
};

struct window {
    float period; /* steps */
    float strength;
};

struct rhythm {
    aubio_onset_t *onset;
    aubio_fft_t *fft;
    fvec_t *found, *wave, *spectrum;
    uint64_t steps;
    size_t filled, windows_count, onsets_count;
    uint64_t onsets_all;
    float curve[WINDOW], bass[WINDOW]; /* onset curves, of all that sounds and of the bass */
    float bass_before[BASS_BINS];
    double repeats[LAGS], bass_repeats[LAGS]; /* sums of the windows' autocorrelations */
    struct window windows[WINDOWS_MAX];
    struct onset onsets[ONSETS_MAX];
};

struct rhythm *
rhythm_new(void)
{
    struct rhythm *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    r->onset = new_aubio_onset("specflux", RHYTHM_FRAME, RHYTHM_HOP, RHYTHM_RATE);
    r->fft = new_aubio_fft(2 * WINDOW);
    r->found = new_fvec(1);
    r->wave = new_fvec(2 * WINDOW);
    r->spectrum = new_fvec(2 * WINDOW);
    if (r->onset && r->fft && r->found && r->wave && r->spectrum)
        return r;
    rhythm_free(r);
    return NULL;
}

void
rhythm_free(struct rhythm *r)
{
    if (!r)
        return;
    if (r->onset)
        del_aubio_onset(r->onset);
    if (r->fft)
        del_aubio_fft(r->fft);
    if (r->found)
        del_fvec(r->found);
    if (r->wave)
        del_fvec(r->wave);
    if (r->spectrum)
        del_fvec(r->spectrum);
    free(r);
}

/* How the curve rises above its surroundings, into `to`. */
static void
rhythm_flatten(const float *curve, size_t count, float *to)
{
    double sum = 0;

    for (size_t i = 0; i < count && i <= AROUND; i++)
        sum += (double)curve[i];
    for (size_t i = 0; i < count; i++) {
        size_t from = i > AROUND ? i - AROUND : 0, last = i + AROUND < count ? i + AROUND : count - 1;

        to[i] = fmaxf(0, curve[i] - (float)(sum / (double)(last - from + 1)));
        if (i + AROUND + 1 < count)
            sum += (double)curve[i + AROUND + 1];
        if (i >= AROUND)
            sum -= (double)curve[i - AROUND];
    }
}

/* Autocorrelation of the curve, flat and without its mean, by FFT: 1 is a perfect repetition. False for silence. */
static bool
rhythm_correlate(struct rhythm *r, const float *curve, size_t count, double to[LAGS])
{
    smpl_t *s = r->spectrum->data, *wave = r->wave->data;
    size_t n = 2 * WINDOW;
    double mean = 0, scale;

    fvec_zeros(r->wave);
    rhythm_flatten(curve, count, wave);
    for (size_t i = 0; i < count; i++)
        mean += (double)wave[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        wave[i] -= (float)mean;
    aubio_fft_do_complex(r->fft, r->wave, r->spectrum);
    s[0] *= s[0];
    s[n / 2] *= s[n / 2];
    for (size_t i = 1; i < n / 2; i++) { /* aubio keeps real parts forwards and imaginary parts backwards */
        s[i] = s[i] * s[i] + s[n - i] * s[n - i];
        s[n - i] = 0;
    }
    aubio_fft_rdo_complex(r->fft, r->spectrum, r->wave);
    scale = (double)wave[0];
    if (!(scale > 1e-9))
        return false;
    for (size_t lag = 0; lag < LAGS; lag++)
        to[lag] = lag + AROUND < count ? (double)wave[lag] / scale * (double)count / (double)(count - lag) : 0;
    return true;
}

/* How well a curve repeats after 1, 2, … `multiples` periods. */
static double
rhythm_comb(const double *repeats, double period, size_t limit, int multiples)
{
    double sum = 0;
    int count = 0;

    for (int k = 1; k <= multiples && k * period + 1 < (double)limit; k++, count++) {
        size_t at = (size_t)(k * period);
        double part = k * period - (double)at;

        sum += repeats[at] * (1 - part) + repeats[at + 1] * part;
    }
    return count ? sum / count : 0;
}

/* Of several periods that fit, people choose the one near 120 a minute, so the others count less, by a log-normal curve (Parncutt, "A Perceptual Model of Pulse
 * Salience and Metrical Accent in Musical Rhythms", Music Perception 11 (4), 1994). */
static double
rhythm_score(const double *repeats, double period, size_t limit)
{
    double octaves = log2(60 * STEPS_S / period / 120);

    return rhythm_comb(repeats, period, limit, MULTIPLES) * exp(-0.5 * octaves * octaves / (0.9 * 0.9));
}

static bool
rhythm_is_octave(double ratio)
{
    double octaves = log2(ratio);

    return fabs(octaves - rint(octaves)) < 0.022; /* 1.5 % */
}

/* The best period; not one that is `except` or octaves of it, unless that is 0. 0: nothing repeats. */
static double
rhythm_find(const double *repeats, size_t limit, double except, double *ret_score)
{
    double best = 0, period = 60 * STEPS_S / FASTEST;

    *ret_score = 0;
    for (int i = 0; i < TRIES; i++) {
        double score = rhythm_score(repeats, period, limit);

        if (score > *ret_score && !(except > 0 && rhythm_is_octave(period / except))) {
            *ret_score = score;
            best = period;
        }
        period *= STEP;
    }
    return best;
}

/* More exactly, by what lies many periods away. */
static double
rhythm_refine(const double *repeats, double period)
{
    double best = period, best_comb = 0;

    for (int i = -FINE_TRIES; i <= FINE_TRIES; i++) {
        double p = period * (1 + i * FINE_STEP), comb = rhythm_comb(repeats, p, LAGS, LAGS);

        if (comb > best_comb) {
            best_comb = comb;
            best = p;
        }
    }
    return best;
}

static void
rhythm_take_window(struct rhythm *r, size_t count)
{
    size_t limit = count > 2 * AROUND ? count - AROUND : 0;
    double own[LAGS], score;

    limit = limit < LAGS ? limit : LAGS;
    if (!limit || r->windows_count == WINDOWS_MAX)
        return;
    if (rhythm_correlate(r, r->bass, count, own))
        for (size_t i = 0; i < LAGS; i++)
            r->bass_repeats[i] += own[i];
    if (rhythm_correlate(r, r->curve, count, own)) {
        struct window *w = &r->windows[r->windows_count++];

        for (size_t i = 0; i < LAGS; i++)
            r->repeats[i] += own[i];
        w->period = (float)rhythm_find(own, limit, 0, &score);
        w->strength = (float)score;
    }
}

static float
rhythm_bass_rise(struct rhythm *r, const fvec_t *spectrum)
{
    float rise = 0;

    for (int i = 1; i < BASS_BINS; i++) {
        float now = log1pf(10 * hypotf(spectrum->data[i], spectrum->data[RHYTHM_FRAME - i]));

        rise += fmaxf(0, now - r->bass_before[i]);
        r->bass_before[i] = now;
    }
    return rise;
}

void
rhythm_add(struct rhythm *r, const fvec_t *samples, const fvec_t *spectrum)
{
    float rise;

    aubio_onset_do(r->onset, samples, r->found);
    rise = aubio_onset_get_descriptor(r->onset);
    if (r->found->data[0] > 0) {
        r->onsets_all++;
        if (r->onsets_count < ONSETS_MAX)
            r->onsets[r->onsets_count++] = (struct onset){ (double)aubio_onset_get_last(r->onset) / RHYTHM_RATE, rise };
    }
    r->curve[r->filled] = rise;
    r->bass[r->filled++] = rhythm_bass_rise(r, spectrum);
    r->steps++;
    if (r->filled == WINDOW) {
        rhythm_take_window(r, WINDOW);
        memmove(r->curve, r->curve + WINDOW / 2, WINDOW / 2 * sizeof *r->curve);
        memmove(r->bass, r->bass + WINDOW / 2, WINDOW / 2 * sizeof *r->bass);
        r->filled = WINDOW / 2;
    }
}

/* What part of the windows repeats after this period, or octaves of it. */
static double
rhythm_agreement(const struct rhythm *r, double period)
{
    double agrees = 0, all = 1e-9;

    for (size_t i = 0; i < r->windows_count; i++) {
        all += (double)r->windows[i].strength;
        if (r->windows[i].period > 0 && rhythm_is_octave((double)r->windows[i].period / period))
            agrees += (double)r->windows[i].strength;
    }
    return agrees / all;
}

#define ALONE 128.0      /* half of a slower tempo is slower than nearly all music */
#define DOUBLED 180.0    /* half of a faster one is 90 or more */
#define TOO_FAST 160.0   /* from here on nothing that we look at tells which of the two it is */
#define BASS_MARKS 0.4   /* the bass repeats this well where it marks the beat */
#define BASS_SAME 1.04   /* it repeats as well after one of the faster beats as after two */
#define BASS_SLOWER 1.45 /* it repeats so much better after two that two are the beat */

/* Which of the period and its double or half is the beat: the bass tells, where anything does. False: there is too little evidence. */
static bool
rhythm_choose_octave(const struct rhythm *r, double *period)
{
    double fast = 60 * STEPS_S / *period < ALONE * 0.7 ? *period / 2 : *period, bpm = 60 * STEPS_S / fast;
    double one = rhythm_comb(r->bass_repeats, fast, LAGS, MULTIPLES), two = rhythm_comb(r->bass_repeats, 2 * fast, LAGS, MULTIPLES);
    bool is_slow = bpm > DOUBLED || (bpm >= ALONE && two > BASS_SLOWER * one && two > BASS_MARKS / 2);

    *period = is_slow ? 2 * fast : fast;
    return is_slow || bpm < ALONE || (bpm < TOO_FAST && one > BASS_MARKS && two < BASS_SAME * one);
}

/* The phase at which most of the onsets before `until_s` lie, in beats. */
static double
rhythm_phase(const struct rhythm *r, double beat_s, double until_s)
{
    double best = 0, best_sum = -1;

    for (int step = 0; step < 64; step++) {
        double sum = 0;

        for (size_t i = 0; i < r->onsets_count && r->onsets[i].at_s < until_s; i++)
            sum += (double)r->onsets[i].strength * exp(8 * (cos(2 * M_PI * (r->onsets[i].at_s / beat_s - step / 64.0)) - 1));
        if (sum > best_sum) {
            best_sum = sum;
            best = step / 64.0;
        }
    }
    return best;
}

/* Least squares: the line through the onsets that lie near a beat, over their numbers. First of the beginning, and then of twice as much each time, so that a
 * small error of the tempo does not become a beat. */
static void
rhythm_fit_grid(const struct rhythm *r, double *beat_s, double *first_s)
{
    double start_s = r->onsets_count ? r->onsets[0].at_s : 0, end_s = r->onsets_count ? r->onsets[r->onsets_count - 1].at_s : 0;
    double beat = *beat_s, span = 16 * beat, zero = rhythm_phase(r, beat, start_s + 2 * span) * beat;

    do {
        span *= 2;
        for (int round = 0; round < 3; round++) {
            double w = 0, n1 = 0, n2 = 0, t1 = 0, nt = 0, spread;

            for (size_t i = 0; i < r->onsets_count && r->onsets[i].at_s < start_s + span; i++) {
                double n = rint((r->onsets[i].at_s - zero) / beat), t = r->onsets[i].at_s, weight = (double)r->onsets[i].strength;

                if (fabs(t - zero - n * beat) > 0.1 * beat)
                    continue;
                w += weight;
                n1 += weight * n;
                n2 += weight * n * n;
                t1 += weight * t;
                nt += weight * n * t;
            }
            spread = w * n2 - n1 * n1;
            if (!(spread > 1e-6 * w * w) || fabs((w * nt - n1 * t1) / spread / *beat_s - 1) > 0.005)
                break;
            beat = (w * nt - n1 * t1) / spread;
            zero = (t1 - beat * n1) / w;
        }
    } while (start_s + span <= end_s);
    *beat_s = beat;
    *first_s = zero - floor(zero / beat) * beat;
}

static double
rhythm_up_to_one(double value)
{
    return fmax(0, fmin(1, value));
}

#define STRENGTH 0.32 /* of a clear beat */
#define LEAD 0.2      /* over the next best period */
#define AGREEMENT 0.8 /* of the windows: less is a changing tempo */
#define SURE 0.5

void
rhythm_conclude(struct rhythm *r, struct rhythm_result *ret)
{
    double score, rival, period, strength, lead, agreement;
    bool knows_octave;

    memset(ret, 0, sizeof *ret);
    if (r->filled > WINDOW * 3 / 4 || r->steps < WINDOW)
        rhythm_take_window(r, r->filled);
    if (!r->windows_count)
        return;
    for (size_t i = 0; i < LAGS; i++) {
        r->repeats[i] /= (double)r->windows_count;
        r->bass_repeats[i] /= (double)r->windows_count;
    }
    ret->onsets_per_s = (double)r->onsets_all / ((double)r->steps / STEPS_S);
    period = rhythm_find(r->repeats, LAGS, 0, &score);
    if (period <= 0)
        return;
    strength = rhythm_comb(r->repeats, period, LAGS, MULTIPLES);
    rhythm_find(r->repeats, LAGS, period, &rival);
    lead = 1 - rival / score;
    agreement = rhythm_agreement(r, period);
    knows_octave = rhythm_choose_octave(r, &period);
    period = rhythm_refine(r->repeats, period);
    ret->bpm = 60 * STEPS_S / period;
    ret->confidence = rhythm_up_to_one(strength / STRENGTH) * rhythm_up_to_one(lead / LEAD) * agreement * (knows_octave ? 1 : 0.4);
    ret->is_sure = ret->confidence >= SURE && agreement >= AGREEMENT;
    if (ret->is_sure) {
        ret->beat_s = 60 / ret->bpm;
        rhythm_fit_grid(r, &ret->beat_s, &ret->first_beat_s);
        ret->bpm = 60 / ret->beat_s;
    }
}
