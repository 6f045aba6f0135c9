#include "tonality.h"

#include <aubio/aubio.h>
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME 8192 /* 372 ms: a semitone at 55 Hz is more than one bin */
#define BIN_HZ ((double)TONALITY_RATE / FRAME)
#define LOWEST_BIN 20  /* 54 Hz */
#define HIGHEST_BIN 1114 /* 3 kHz */
#define SEMITONE 10 /* steps of ten cents */
#define STEPS (12 * SEMITONE)
#define SILENT 0.05f /* a spectrum whose highest bin is lower: -90 dB */
#define FAINT 0.01f  /* of the highest bin: lower peaks are left out */

#define MINOR_LEAD 0.05 /* makes errors between relative keys as frequent in one direction as in the other */
#define IN_TUNE 0.2     /* less is speech, noise, or percussion alone */
#define MARGIN 0.16     /* over the next best key: certainty */
#define SURE 0.5

/* How often each pitch class is heard in a key, from the tonic up: major and minor. Albrecht and Shanahan, "The Use of Large Corpora to Train a New Type of
 * Key-Finding Algorithm", Music Perception 31 (1), 2013. */
static const double profiles[2][12] = {
    { 0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081 },
    { 0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052 },
};

struct tonality {
    aubio_fft_t *fft;
    fvec_t *wave, *spectrum;
    float window[FRAME], past[FRAME], size[FRAME / 2];
    double chroma[STEPS];  /* from C, at a = 440 Hz */
    double complex tuning; /* sum of the peaks, as points of a circle that is one semitone round */
    double weight;
};

struct tonality *
tonality_new(void)
{
    struct tonality *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->fft = new_aubio_fft(FRAME);
    t->wave = new_fvec(FRAME);
    t->spectrum = new_fvec(FRAME);
    for (int i = 0; i < FRAME; i++)
        t->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / FRAME));
    if (t->fft && t->wave && t->spectrum)
        return t;
    tonality_free(t);
    return NULL;
}

void
tonality_free(struct tonality *t)
{
    if (!t)
        return;
    if (t->fft)
        del_aubio_fft(t->fft);
    if (t->wave)
        del_fvec(t->wave);
    if (t->spectrum)
        del_fvec(t->spectrum);
    free(t);
}

static void
tonality_add_peak(struct tonality *t, double hz, double weight)
{
    double semitones = 12 * log2(hz / 440) + 69, at = fmod(semitones * SEMITONE, STEPS);
    int step = (int)at % STEPS;
    double part = at - step;

    t->tuning += weight * cexp(2 * M_PI * I * semitones);
    t->weight += weight;
    t->chroma[step] += weight * (1 - part);
    t->chroma[(step + 1) % STEPS] += weight * part;
}

static bool
tonality_is_peak(const float *size, int i)
{
    return size[i] > size[i - 1] && size[i] >= size[i + 1] && size[i] > size[i - 2] && size[i] > size[i + 2];
}

void
tonality_add(struct tonality *t, const float *samples)
{
    const smpl_t *s = t->spectrum->data;
    float *size = t->size, highest = 0;

    memmove(t->past, t->past + TONALITY_HOP, (FRAME - TONALITY_HOP) * sizeof *t->past);
    memcpy(t->past + FRAME - TONALITY_HOP, samples, TONALITY_HOP * sizeof *samples);
    for (int i = 0; i < FRAME; i++)
        t->wave->data[i] = t->past[i] * t->window[i];
    aubio_fft_do_complex(t->fft, t->wave, t->spectrum);
    for (int i = LOWEST_BIN - 2; i <= HIGHEST_BIN + 2; i++) {
        size[i] = hypotf(s[i], s[FRAME - i]); /* real parts forwards, imaginary parts backwards */
        highest = fmaxf(highest, size[i]);
    }
    if (!(highest >= SILENT))
        return;
    for (int i = LOWEST_BIN; i <= HIGHEST_BIN; i++)
        if (size[i] > FAINT * highest && tonality_is_peak(size, i)) {
            double before = log((double)size[i - 1] + 1e-9), here = log((double)size[i] + 1e-9), after = log((double)size[i + 1] + 1e-9);
            double offset = 0.5 * (before - after) / (before - 2 * here + after); /* the vertex of a parabola through the three */

            offset = fmax(-0.5, fmin(0.5, offset)); /* of equal heights it is no number */
            /* relative to the loudest, so that loud parts do not decide alone */
            tonality_add_peak(t, (i + offset) * BIN_HZ, sqrt((double)(size[i] / highest)));
        }
}

/* Twelve pitch classes, each from what lies within half a semitone of it in this tuning. */
static void
tonality_fold(const struct tonality *t, double cents, double ret_classes[12])
{
    for (int i = 0; i < 12; i++) {
        ret_classes[i] = 0;
        for (int k = -SEMITONE / 2; k <= SEMITONE / 2; k++) {
            double at = fmod(i * SEMITONE + cents / 10 + k + STEPS, STEPS);
            int step = (int)at % STEPS;
            double part = at - step;

            ret_classes[i] += (0.5 + 0.5 * cos(2 * M_PI * k / SEMITONE)) * (t->chroma[step] * (1 - part) + t->chroma[(step + 1) % STEPS] * part);
        }
    }
}

static double
tonality_correlation(const double classes[12], const double profile[12], int root)
{
    double x_mean = 0, y_mean = 0, xy = 0, xx = 0, yy = 0;

    for (int i = 0; i < 12; i++) {
        x_mean += classes[i] / 12;
        y_mean += profile[i] / 12;
    }
    for (int i = 0; i < 12; i++) {
        double x = classes[(i + root) % 12] - x_mean, y = profile[i] - y_mean;

        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    return xx > 0 ? xy / sqrt(xx * yy) : 0;
}

void
tonality_conclude(const struct tonality *t, struct tonality_result *ret)
{
    double classes[12], best = -2, second = -2;

    *ret = (struct tonality_result){ .root = -1 };
    if (!(t->weight > 0))
        return;
    ret->tuning_cents = carg(t->tuning) / (2 * M_PI) * 100;
    ret->is_in_tune = cabs(t->tuning) / t->weight >= IN_TUNE;
    tonality_fold(t, ret->tuning_cents, classes);
    for (int minor = 0; minor < 2; minor++)
        for (int root = 0; root < 12; root++) {
            double c = tonality_correlation(classes, profiles[minor], root) + minor * MINOR_LEAD;

            second = fmax(second, fmin(best, c));
            if (c > best) {
                best = c;
                ret->root = root;
                ret->is_minor = minor;
            }
        }
    ret->confidence = fmin(1, (best - second) / MARGIN) * (ret->is_in_tune ? 1 : 0.4);
    ret->is_sure = ret->confidence >= SURE;
}
