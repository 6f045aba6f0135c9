/* true_peak.c - a windowed sinc between samples, near those that are loud. */
#include "true_peak.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define PHASES 3           /* between two samples */
#define BLOCK 1024
#define NEARLY 0.6f        /* of the highest so far: an interpolated value exceeds its neighbours by less than 4.4 dB in sound */

static float taps[PHASES][TRUE_PEAK_TAPS];
static pthread_once_t taps_made = PTHREAD_ONCE_INIT;

static void
make_taps(void)
{
    for (int p = 0; p < PHASES; p++) {
        double sum = 0;

        for (int k = 0; k < TRUE_PEAK_TAPS; k++) {
            int steps = k - (TRUE_PEAK_TAPS / 2 - 1);
            double x = steps - (p + 1) / 4.0, w = cos(M_PI * x / (TRUE_PEAK_TAPS + 1));

            taps[p][k] = (float)(sin(M_PI * x) / (M_PI * x) * w * w);
            sum += (double)taps[p][k];
        }
        for (int k = 0; k < TRUE_PEAK_TAPS; k++)
            taps[p][k] /= (float)sum;
    }
}

static float
interpolated(const float *from, float highest)
{
    for (int p = 0; p < PHASES; p++) {
        float value = 0;

        for (int k = 0; k < TRUE_PEAK_TAPS; k++)
            value += from[k] * taps[p][k];
        value = fabsf(value);
        highest = value > highest ? value : highest;
    }
    return highest;
}

static void
add_block(struct true_peak *peak, const float *samples, size_t count)
{
    float line[BLOCK + TRUE_PEAK_TAPS - 1];
    float loudest = 0;

    for (size_t i = 0; i < count; i++)
        loudest = fabsf(samples[i]) > loudest ? fabsf(samples[i]) : loudest;
    peak->highest = loudest > peak->highest ? loudest : peak->highest;
    memcpy(line, peak->before, sizeof peak->before);
    memcpy(line + TRUE_PEAK_TAPS - 1, samples, count * sizeof(float));
    for (size_t i = 0; i < count; i++) {
        float bound = NEARLY * peak->highest;
        const float *middle = line + i + TRUE_PEAK_TAPS / 2 - 1;

        if (fabsf(middle[0]) > bound || fabsf(middle[1]) > bound)
            peak->highest = interpolated(line + i, peak->highest);
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
