/* samples.c - one bad sample must not spoil a track: FFmpeg's AAC encoder gives up on infinity, and loudness becomes infinite. */
#include "samples.h"

size_t
samples_mend(float *samples, size_t count)
{
    size_t mended = 0;

    for (size_t i = 0; i < count; i++) {
        if (fabsf(samples[i]) <= SAMPLE_LOUDEST)
            continue;
        samples[i] = isnan(samples[i]) ? 0 : copysignf(1, samples[i]);
        mended++;
    }
    return mended;
}
