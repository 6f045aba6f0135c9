/* samples.h - every conversion of a sample from one format to another, and what is done with samples that are no sound. */
#ifndef VEZA_MEDIA_SAMPLES_H
#define VEZA_MEDIA_SAMPLES_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Full scale is 1.0. Float recordings may exceed it; above this (+24 dBFS) a sample is damage, not sound. */
#define SAMPLE_LOUDEST 16.0f

/* Rounds first and clamps then: 32767.5 rounds to 32768, which 16 bits do not hold. A value that is not a number is silence. */
static inline int32_t
sample_round(float value, double full_scale)
{
    double rounded = rint((double)value * full_scale);

    if (isnan(rounded))
        return 0;
    return (int32_t)fmax(-full_scale, fmin(full_scale - 1, rounded));
}

static inline int16_t
sample_s16_of_float(float value)
{
    return (int16_t)sample_round(value, 32768);
}

/* 24 bits, in the upper bits of 32. */
static inline int32_t
sample_s24_of_float(float value)
{
    return sample_round(value, 8388608) * 256;
}

static inline int32_t
sample_s24_of_s32(int32_t value)
{
    int64_t rounded = ((int64_t)value + 128) & ~(int64_t)255;

    return rounded > 0x7fffff00 ? 0x7fffff00 : (int32_t)rounded;
}

static inline int16_t
sample_s16_of_s32(int32_t value)
{
    int64_t rounded = ((int64_t)value + 32768) >> 16;

    return rounded > INT16_MAX ? INT16_MAX : (int16_t)rounded;
}

/* Replaces what is not a number by silence, and what is louder than SAMPLE_LOUDEST (infinity included) by full scale. Returns how many. */
size_t samples_mend(float *samples, size_t count);

#endif
