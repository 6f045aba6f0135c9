/* true_peak.c - a windowed sinc between samples, near those that are loud. */
#include "true_peak.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#define PHASES 3           /* between two samples */
#define BLOCK 1024
#define GROUP 32           /* samples that are left out together when all are quiet */
#define LANES 4
#define NEARLY 0.6f        /* of the highest so far: an interpolated value exceeds its neighbours by less than 4.4 dB in sound */

/* The phases side by side, so that one vector instruction works on all; the fourth lane is idle. */
typedef float phases __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t bits __attribute__((vector_size(LANES * sizeof(int32_t))));

static phases taps[TRUE_PEAK_TAPS];
static pthread_once_t taps_made = PTHREAD_ONCE_INIT;

static void
make_taps(void)
{
    for (int p = 0; p < PHASES; p++) {
        double sum = 0;

        for (int k = 0; k < TRUE_PEAK_TAPS; k++) {
            int steps = k - (TRUE_PEAK_TAPS / 2 - 1);
            double x = steps - (p + 1) / 4.0, w = cos(M_PI * x / (TRUE_PEAK_TAPS + 1));

            taps[k][p] = (float)(sin(M_PI * x) / (M_PI * x) * w * w);
            sum += (double)taps[k][p];
        }
        for (int k = 0; k < TRUE_PEAK_TAPS; k++)
            taps[k][p] /= (float)sum;
    }
}

static float
interpolated(const float *from, float highest)
{
    phases values = { 0 };

    for (int k = 0; k < TRUE_PEAK_TAPS; k++)
        values += from[k] * taps[k];
    for (int p = 0; p < PHASES; p++)
        highest = fabsf(values[p]) > highest ? fabsf(values[p]) : highest;
    return highest;
}

/* Reads up to LANES - 1 samples more than `count`. The bits of floats without their sign, read as integers, are in the order of the floats. */
static float
loudest(const float *samples, size_t count)
{
    bits highest = { 0 };
    float values[LANES];

    for (size_t i = 0; i < count; i += LANES) {
        bits some, louder;

        memcpy(&some, samples + i, sizeof some);
        some &= INT32_MAX;
        louder = some > highest;
        highest = (some & louder) | (highest & ~louder);
    }
    memcpy(values, &highest, sizeof values);
    return fmaxf(fmaxf(values[0], values[1]), fmaxf(values[2], values[3]));
}

static void
add_block(struct true_peak *peak, const float *samples, size_t count)
{
    float line[BLOCK + GROUP + LANES + TRUE_PEAK_TAPS];

    memcpy(line, peak->before, sizeof peak->before);
    memcpy(line + TRUE_PEAK_TAPS - 1, samples, count * sizeof(float));
    memset(line + TRUE_PEAK_TAPS - 1 + count, 0, (GROUP + LANES) * sizeof(float)); /* so that a group is always whole */
    peak->highest = fmaxf(peak->highest, loudest(line + TRUE_PEAK_TAPS - 1, count));
    for (size_t first = 0; first < count; first += GROUP) {
        const float *middle = line + first + TRUE_PEAK_TAPS / 2 - 1;

        if (loudest(middle, GROUP + 1) <= NEARLY * peak->highest)
            continue;
        for (size_t i = 0; i < GROUP && first + i < count; i++) {
            float bound = NEARLY * peak->highest;

            if (fabsf(middle[i]) > bound || fabsf(middle[i + 1]) > bound)
                peak->highest = interpolated(line + first + i, peak->highest);
        }
    }
    memcpy(peak->before, line + count, sizeof peak->before);
}

void
true_peak_add(struct true_peak *peak, const float *samples, size_t count)
{
    pthread_once(&taps_made, make_taps);
    for (size_t done = 0; done < count; done += BLOCK)
        add_block(peak, samples + done, count - done < BLOCK ? count - done : BLOCK);
}
