/* paint.h - colours, noise and soft-edged shapes for the pictures.
 *
 * Coordinates run from -1 (left, top) to 1. A shape is a signed distance, negative inside; cover() turns it into an opacity
 * with an edge of one pixel. */
#ifndef VEZA_DEMO_PAINT_H
#define VEZA_DEMO_PAINT_H

#include "dsp.h"

struct colour {
    float r, g, b;
};

/* Dark and light ground, and three colours that go with them. */
struct palette {
    struct colour dark, light, one, two, three;
};

/* What a motif knows: the palette and eight random numbers of the seed. */
struct scene {
    struct palette palette;
    float pixel;                /* width of a pixel */
    float random[8];
    uint32_t seed;
};

typedef struct colour (*motif_paint)(const struct scene *scene, float x, float y);

void scene_init(struct scene *scene, uint64_t seed, int family, unsigned size);

static inline struct colour
blend(struct colour from, struct colour to, float share)
{
    share = clampf(share, 0.0f, 1.0f);
    return (struct colour){ mixf(from.r, to.r, share), mixf(from.g, to.g, share), mixf(from.b, to.b, share) };
}

static inline float
ease(float low, float high, float value)
{
    float t = clampf((value - low) / (high - low), 0.0f, 1.0f);

    return t * t * (3.0f - 2.0f * t);
}

/* Opacity of a shape at signed distance `distance`. */
static inline float
cover(const struct scene *scene, float distance)
{
    return clampf(0.5f - distance / scene->pixel, 0.0f, 1.0f);
}

static inline float
hash_unit(int x, int y, uint32_t seed)
{
    uint32_t h = (uint32_t)x * 0x8da6b343u ^ (uint32_t)y * 0xd8163841u ^ seed * 0xcb1ab31fu;

    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    h = (h ^ (h >> 12)) * 0x297a2d39u;
    return (float)((h ^ (h >> 15)) >> 8) * (1.0f / 16777216.0f);
}

/* Smooth noise in 0..1 with features of about size 1, and the same with finer detail added. */
float smooth_noise(float x, float y, uint32_t seed);
float cloud_noise(float x, float y, uint32_t seed, int octaves);

#endif
