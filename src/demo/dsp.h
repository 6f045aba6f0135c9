/* dsp.h - the small parts every instrument is made of: noise source, sine, band-limited saw, filter, envelope.
 *
 * Everything is inline, allocation free and deterministic. Frequencies are in Hz unless named otherwise, `phase` and
 * `step` are in turns (1.0 is a whole period), times are in seconds. */
#ifndef VEZA_DEMO_DSP_H
#define VEZA_DEMO_DSP_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* The renderer works in chunks of at most this many frames; control values are refreshed once a chunk. */
enum { DSP_CHUNK = 32 };

/* Below this a decaying sound counts as silent (-80 dB) and its voice is freed. */
#define DSP_SILENCE 1e-4f

struct random {
    uint64_t state;
};

static inline uint32_t
random_next(struct random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

/* In [0, 1). */
static inline float
random_unit(struct random *random)
{
    return (float)(random_next(random) >> 8) * (1.0f / 16777216.0f);
}

static inline float
random_between(struct random *random, float low, float high)
{
    return low + (high - low) * random_unit(random);
}

/* In [0, count). */
static inline int
random_below(struct random *random, int count)
{
    return (int)(((uint64_t)random_next(random) * (uint64_t)count) >> 32);
}

static inline bool
random_chance(struct random *random, float probability)
{
    return random_unit(random) < probability;
}

/* White noise in [-1, 1), cheap enough for one call a sample. */
static inline float
noise_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(int32_t)*state * (1.0f / 2147483648.0f);
}

static inline float
clampf(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

static inline float
mixf(float from, float to, float share)
{
    return from + (to - from) * share;
}

/* sin(2 pi phase) for a phase in [0, 1), error below 1e-5. */
static inline float
sine_turns(float phase)
{
    float t = 0.5f - phase;
    float z;

    if (t > 0.25f)
        t = 0.5f - t;
    else if (t < -0.25f)
        t = -0.5f - t;
    z = t * t;
    return t * (6.2831853f + z * (-41.341702f + z * (81.605249f + z * (-76.705860f + z * 42.058694f))));
}

static inline float
phase_wrap(float phase)
{
    phase -= (float)(int)phase;     /* floorf() is a call on plain x86-64 */
    return phase < 0.0f ? phase + 1.0f : phase;
}

/* The correction that rounds off a discontinuity at phase 0. */
static inline float
poly_blep(float phase, float step)
{
    if (phase < step) {
        float t = phase / step;
        return t + t - t * t - 1.0f;
    }
    if (phase > 1.0f - step) {
        float t = (phase - 1.0f) / step;
        return t * t + t + t + 1.0f;
    }
    return 0.0f;
}

static inline float
saw_turns(float phase, float step)
{
    return 2.0f * phase - 1.0f - poly_blep(phase, step);
}

static inline float
pulse_turns(float phase, float step, float width)
{
    float second = phase + 1.0f - width;

    if (second >= 1.0f)
        second -= 1.0f;
    return (phase < width ? 1.0f : -1.0f) + poly_blep(phase, step) - poly_blep(second, step);
}

static inline float
triangle_turns(float phase)
{
    return 4.0f * fabsf(phase - 0.5f) - 1.0f;
}

/* Frequency of a (possibly fractional) MIDI note. */
static inline float
note_hz(float note)
{
    return 440.0f * exp2f((note - 69.0f) / 12.0f);
}

/* Gain a sample that falls by 60 dB in `seconds`. */
static inline float
decay_per_frame(float seconds, float rate)
{
    return expf(-6.9078f / (fmaxf(seconds, 1e-4f) * rate));
}

/* Rounds peaks off smoothly; transparent below about 0.5. */
static inline float
soft_clip(float x)
{
    float c = clampf(x, -3.0f, 3.0f);
    float z = c * c;

    return c * (27.0f + z) / (27.0f + 9.0f * z);
}

/* A two-pole state variable filter (trapezoidal integrators), stable under fast modulation. */
struct filter {
    float a1, a2, a3, k;
    float s1, s2;
};

static inline void
filter_set(struct filter *filter, float cutoff_hz, float quality, float rate)
{
    float g = tanf(3.14159265f * clampf(cutoff_hz, 10.0f, 0.45f * rate) / rate);

    filter->k = 1.0f / fmaxf(quality, 0.3f);
    filter->a1 = 1.0f / (1.0f + g * (g + filter->k));
    filter->a2 = g * filter->a1;
    filter->a3 = g * filter->a2;
}

struct filter_out {
    float low, band, high;
};

static inline struct filter_out
filter_run(struct filter *filter, float in)
{
    float v3 = in - filter->s2;
    float v1 = filter->a1 * filter->s1 + filter->a2 * v3;
    float v2 = filter->s2 + filter->a2 * filter->s1 + filter->a3 * v3;

    filter->s1 = 2.0f * v1 - filter->s1;
    filter->s2 = 2.0f * v2 - filter->s2;
    return (struct filter_out){ v2, v1, in - filter->k * v1 - v2 };
}

struct adsr {
    float attack_s, decay_s, sustain, release_s;
};

struct envelope {
    float level, attack_step, decay_factor, release_factor, sustain;
    bool attacking;
};

static inline void
envelope_start(struct envelope *envelope, const struct adsr *adsr, float rate)
{
    envelope->level = 0.0f;
    envelope->attack_step = 1.0f / (fmaxf(adsr->attack_s, 0.0005f) * rate);
    envelope->decay_factor = 1.0f - decay_per_frame(adsr->decay_s, rate);
    envelope->release_factor = decay_per_frame(adsr->release_s, rate);
    envelope->sustain = adsr->sustain;
    envelope->attacking = true;
}

static inline float
envelope_next(struct envelope *envelope, bool held)
{
    if (!held) {
        envelope->level *= envelope->release_factor;
    } else if (envelope->attacking) {
        envelope->level += envelope->attack_step;
        if (envelope->level >= 1.0f) {
            envelope->level = 1.0f;
            envelope->attacking = false;
        }
    } else {
        envelope->level += (envelope->sustain - envelope->level) * envelope->decay_factor;
    }
    return envelope->level;
}

#endif
