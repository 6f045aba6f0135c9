#include "paint.h"

#define HEX(value) { ((value) >> 16 & 255) / 255.0f, ((value) >> 8 & 255) / 255.0f, ((value) & 255) / 255.0f }

static const struct palette palettes[] = {
    { HEX(0x10222b), HEX(0xf3e9dc), HEX(0x5fa8a3), HEX(0xf2b880), HEX(0xc98686) },      /* sea and sand */
    { HEX(0x1b1f3b), HEX(0xfde8d7), HEX(0xff7f6b), HEX(0x53a2be), HEX(0xffc857) },      /* dusk */
    { HEX(0x231a2c), HEX(0xf6e7ef), HEX(0xb565a7), HEX(0xf4a259), HEX(0x5b8e7d) },      /* plum */
    { HEX(0x0e1f1a), HEX(0xeef2e2), HEX(0x3f8f68), HEX(0xd9b44a), HEX(0xe2725b) },      /* moss */
    { HEX(0x191516), HEX(0xf7f0e6), HEX(0xd7263d), HEX(0xf49d37), HEX(0x2e86ab) },      /* poster */
    { HEX(0x0c1024), HEX(0xe9ecf5), HEX(0x4d6cfa), HEX(0xff4f9a), HEX(0x6ee7d8) },      /* neon */
    { HEX(0x2b2118), HEX(0xf8efe0), HEX(0xb5743c), HEX(0x6b8f71), HEX(0xe3c16f) },      /* wood */
    { HEX(0x141414), HEX(0xededea), HEX(0xf0502d), HEX(0x8f8f8a), HEX(0xd4d2c8) },      /* concrete */
};
enum { PALETTES = sizeof palettes / sizeof palettes[0] };

/* Palettes that suit a style, by family. */
static const int suiting[][3] = {
    { 0, 2, 1 }, { 3, 0, 3 }, { 0, 6, 2 }, { 4, 1, 1 }, { 7, 7, 5 }, { 3, 4, 3 }, { 1, 2, 6 }, { 7, 5, 4 }, { 5, 5, 1 }, { 5, 1, 4 }, { 6, 3, 6 }, { 2, 1, 0 },
    { 0, 1, 4 },
};

void
scene_init(struct scene *scene, uint64_t seed, int family, unsigned size)
{
    struct random random = { seed * 0x9e3779b97f4a7c15u + (uint64_t)family * 1000003u };

    random_next(&random);
    scene->pixel = 2.0f / (float)size;
    scene->seed = random_next(&random);
    if (family < 0)
        scene->palette = palettes[random_below(&random, PALETTES)];
    else
        scene->palette = palettes[suiting[family][random_below(&random, 3)]];
    for (int i = 0; i < 8; i++)
        scene->random[i] = random_unit(&random);
}

float
smooth_noise(float x, float y, uint32_t seed)
{
    float fx = floorf(x), fy = floorf(y);
    int ix = (int)fx, iy = (int)fy;
    float u = x - fx, v = y - fy;

    u = u * u * (3.0f - 2.0f * u);
    v = v * v * (3.0f - 2.0f * v);
    return mixf(mixf(hash_unit(ix, iy, seed), hash_unit(ix + 1, iy, seed), u), mixf(hash_unit(ix, iy + 1, seed), hash_unit(ix + 1, iy + 1, seed), u), v);
}

float
cloud_noise(float x, float y, uint32_t seed, int octaves)
{
    float sum = 0.0f, gain = 0.5f, total = 0.0f;

    for (int i = 0; i < octaves; i++) {
        sum += gain * smooth_noise(x, y, seed + (uint32_t)i);
        total += gain;
        gain *= 0.5f;
        x = x * 2.03f + 7.3f;
        y = y * 2.03f - 3.1f;
    }
    return sum / total;
}
