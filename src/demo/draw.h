/* draw.h - numbers that only look random: the same seed, kind and index always give the same ones, in whatever order they are asked for. */
#ifndef VEZA_DEMO_DRAW_H
#define VEZA_DEMO_DRAW_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { DRAW_UUID = 37 };

struct draw {
    uint64_t state;
};

static inline uint64_t
draw_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* `kind` tells apart what has an index of its own: people, tracks, their words. */
static inline struct draw
draw_begin(uint64_t seed, unsigned kind, uint64_t index)
{
    return (struct draw){draw_mix(draw_mix(seed + 0x9e3779b97f4a7c15u) ^ draw_mix(index * 0x9e3779b97f4a7c15u + kind + 1))};
}

static inline uint64_t
draw_next(struct draw *draw)
{
    draw->state += 0x9e3779b97f4a7c15u;
    return draw_mix(draw->state);
}

/* 0 .. n - 1; 0 where n is 0. */
static inline uint64_t
draw_below(struct draw *draw, uint64_t n)
{
    return (uint64_t)(((unsigned __int128)draw_next(draw) * n) >> 64);
}

/* Above 0, at most 1. */
static inline double
draw_unit(struct draw *draw)
{
    return (double)((draw_next(draw) >> 11) + 1) / 9007199254740992.0;
}

static inline bool
draw_chance(struct draw *draw, double percent)
{
    return draw_unit(draw) * 100 <= percent;
}

/* A rank below n by Zipf's law with this exponent (not 1): the first is the most frequent one. */
static inline uint64_t
draw_zipf(struct draw *draw, uint64_t n, double exponent)
{
    double e = 1 - exponent, top = pow((double)n + 1, e);
    uint64_t rank = (uint64_t)pow(1 + draw_unit(draw) * (top - 1), 1 / e) - 1;

    return rank < n ? rank : n - 1;
}

/* Around 1 on average, with a long tail: how much more somebody does than others. */
static inline double
draw_weight(struct draw *draw)
{
    return 0.5 / sqrt(draw_unit(draw));
}

/* A UUID of version 4. */
static inline void
draw_uuid(uint64_t seed, unsigned kind, uint64_t index, char ret_id[DRAW_UUID])
{
    static const char digits[] = "0123456789abcdef";
    struct draw draw = draw_begin(seed, kind, index);
    uint64_t half[2] = {draw_next(&draw), draw_next(&draw)};
    char *out = ret_id;

    half[0] = (half[0] & ~(uint64_t)0xf000) | 0x4000;
    half[1] = (half[1] & 0x3fffffffffffffffu) | 0x8000000000000000u;
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *out++ = '-';
        *out++ = digits[half[i / 16] >> (60 - i % 16 * 4) & 15];
    }
    *out = 0;
}

#endif
