/* motifs.c - each motif is a function from a place to a colour. */
#include "motifs.h"

/* Fog in layers before a low sun. */
static struct colour
motif_fog(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    float warp = cloud_noise(x * 1.3f, y * 2.6f, s->seed, 4);
    float sun = hypotf(x - 0.5f * (s->random[0] - 0.5f), y + 0.15f + 0.25f * s->random[1]);
    struct colour c = blend(p->one, p->two, ease(-1.1f, 0.7f, y + 0.35f * (warp - 0.5f)));

    c = blend(c, p->light, 0.55f * ease(1.0f, 0.0f, sun));
    c = blend(c, p->light, cover(s, sun - 0.34f) * (0.92f - 0.35f * ease(-0.1f, 0.35f, y)));
    for (int i = 0; i < 6; i++) {
        float level = 0.02f + 0.17f * (float)i;
        float edge = level + 0.16f * (cloud_noise(x * (1.1f + 0.3f * (float)i) + 5.0f * (float)i, (float)i * 3.0f, s->seed, 4) - 0.5f);

        c = blend(c, blend(blend(p->one, p->light, 0.35f), p->dark, (float)i / 5.4f), ease(0.0f, 0.1f, y - edge) * 0.8f);
    }
    return c;
}

/* A map of a place that does not exist: contour lines, one path. */
static struct colour
motif_contours(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    float height = cloud_noise(x * 1.25f + 3.0f * s->random[0], y * 1.25f, s->seed, 3) * 16.0f;
    float slope_x = cloud_noise((x + 0.002f) * 1.25f + 3.0f * s->random[0], y * 1.25f, s->seed, 3) * 16.0f - height;
    float slope_y = cloud_noise(x * 1.25f + 3.0f * s->random[0], (y + 0.002f) * 1.25f, s->seed, 3) * 16.0f - height;
    float slope = fmaxf(hypotf(slope_x, slope_y) / 0.002f, 0.5f);
    float level = floorf(height + 0.5f);
    float line = fabsf(height - level) / slope - ((int)level % 4 == 0 ? 0.006f : 0.0028f);
    float water = ease(6.5f, 6.4f, height);
    struct colour c = blend(blend(p->dark, p->one, 0.25f + 0.05f * level), p->two, ease(9.0f, 13.5f, height) * 0.8f);

    c = blend(c, blend(p->dark, p->one, 0.12f), water);
    c = blend(c, p->light, cover(s, line) * mixf(0.62f, 0.22f, water));
    c = blend(c, p->three, cover(s, fabsf(hypotf(x - 0.3f + 0.6f * s->random[1], y - 0.2f) - 0.06f) - 0.012f));
    return blend(c, p->three, cover(s, hypotf(x - 0.3f + 0.6f * s->random[1], y - 0.2f) - 0.02f));
}

/* Bars of a waveform, mirrored like keys. */
static struct colour
motif_bars(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    float cell = 2.0f / 45.0f;
    int i = (int)floorf((x + 1.0f) / cell);
    float centre = -1.0f + ((float)i + 0.5f) * cell;
    float shape = expf(-3.0f * (centre - 0.5f + s->random[0]) * (centre - 0.5f + s->random[0])) + 0.6f * expf(-14.0f * (centre + 0.55f) * (centre + 0.55f));
    float tall = 0.03f + 0.62f * shape * (0.35f + 0.65f * hash_unit(i, 3, s->seed));
    float dx = fabsf(x - centre), dy = fmaxf(fabsf(y) - tall, 0.0f);
    struct colour ground = blend(p->light, blend(p->light, p->two, 0.35f), ease(-1.0f, 1.2f, y));
    struct colour c = ground;

    c = blend(c, p->two, 0.9f * cover(s, hypotf(x - 0.35f + 0.8f * s->random[1], y + 0.28f) - 0.36f));
    c = blend(c, p->dark, cover(s, hypotf(dx, dy) - cell * 0.26f) * (fabsf(x) < 0.86f ? 1.0f : 0.0f));
    return c;
}

/* Quarter circles and halves on a grid, as on an old record sleeve. */
static struct colour
motif_tiles(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    const struct colour colours[5] = { p->dark, p->light, p->one, p->two, p->three };
    int n = 4 + (int)(s->random[0] * 2.0f);
    float u = (x + 1.0f) * 0.5f * (float)n, v = (y + 1.0f) * 0.5f * (float)n;
    int i = (int)u, j = (int)v, ground, figure, kind;
    float a = u - (float)i, b = v - (float)j, distance;

    ground = (int)(hash_unit(i, j, s->seed) * 5.0f);
    figure = (ground + 1 + (int)(hash_unit(i, j, s->seed + 1) * 4.0f)) % 5;
    kind = (int)(hash_unit(i, j, s->seed + 2) * 5.0f);
    if (hash_unit(i, j, s->seed + 3) < 0.5f)
        a = 1.0f - a;
    if (hash_unit(i, j, s->seed + 4) < 0.5f)
        b = 1.0f - b;
    switch (kind) {
    case 0: distance = hypotf(a - 0.5f, b - 0.5f) - 0.36f; break;
    case 1: distance = fabsf(hypotf(a, b) - 0.62f) - 0.2f; break;
    case 2: distance = fmaxf(hypotf(a - 0.5f, b) - 0.5f, -b); break;
    default: distance = hypotf(a, b) - 0.98f; break;
    }
    return blend(colours[ground], colours[figure], cover(s, distance * 2.0f / (float)n));
}

/* Two sets of rings that interfere, and one disc. */
static struct colour
motif_rings(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    float shift = 0.09f + 0.2f * s->random[0], turn = 6.2832f * s->random[1];
    float one = hypotf(x + shift * cosf(turn), y + shift * sinf(turn)), two = hypotf(x - shift * cosf(turn), y - shift * sinf(turn));
    float gap = 0.042f + 0.02f * s->random[2];
    float a = cover(s, fabsf(phase_wrap(one / gap) - 0.5f) * gap - gap * 0.24f), b = cover(s, fabsf(phase_wrap(two / gap) - 0.5f) * gap - gap * 0.24f);
    float inside = cover(s, hypotf(x, y) - 0.78f);
    struct colour c = blend(p->dark, p->light, inside * (a + b - 2.0f * a * b) * 0.93f);

    return blend(c, p->one, cover(s, hypotf(x - 0.42f * cosf(turn * 3.0f), y - 0.42f * sinf(turn * 3.0f)) - 0.17f));
}

/* The same circle, again and again, fainter: an echo. */
static struct colour
motif_echo(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    const struct colour colours[3] = { p->one, p->two, p->three };
    float turn = -0.6f + 1.2f * s->random[0];
    struct colour c = blend(p->dark, blend(p->dark, p->one, 0.25f), ease(-1.0f, 1.0f, x + y));

    for (int i = 8; i >= 0; i--) {
        float far = -0.42f + 0.17f * (float)i, radius = 0.46f * powf(0.87f, (float)i);
        float distance = hypotf(x - far * cosf(turn), y - far * sinf(turn)) - radius;

        c = blend(c, blend(colours[i % 3], p->light, 0.06f * (float)(i % 2)), cover(s, distance) * powf(0.86f, (float)i) * 0.86f);
        if (i == 0)
            c = blend(c, p->dark, cover(s, fabsf(distance + radius * 0.62f) - 0.008f) + cover(s, distance + radius * 0.92f));
    }
    return c;
}

/* Hills at dusk, a moon, a few lit windows. */
static struct colour
motif_hills(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    float moon = hypotf(x - 0.7f + 1.2f * s->random[0], y + 0.42f - 0.15f * s->random[1]);
    struct colour sky = blend(blend(p->dark, p->one, 0.45f), p->two, ease(-0.9f, 0.5f, y));
    struct colour c = blend(sky, p->light, 0.3f * ease(0.7f, 0.15f, moon));

    c = blend(c, p->light, cover(s, moon - 0.2f));
    for (int i = 0; i < 5; i++) {
        float depth = (float)i / 4.0f;
        float edge = -0.02f + 0.22f * (float)i + 0.3f * (1.0f - 0.4f * depth) * (cloud_noise(x * (1.0f + 0.5f * depth) + 9.0f * (float)i, 1.0f, s->seed, 4) - 0.5f);

        c = blend(c, blend(blend(p->two, p->one, 0.4f + 0.5f * depth), p->dark, 0.25f + 0.72f * depth), cover(s, edge - y));
    }
    if (y > 0.55f) {
        int i = (int)floorf((x + 1.0f) * 16.0f), j = (int)floorf(y * 18.0f);
        float dx = fabsf(phase_wrap((x + 1.0f) * 16.0f) - 0.5f) / 16.0f, dy = fabsf(phase_wrap(y * 18.0f) - 0.5f) / 18.0f;

        if (hash_unit(i, j, s->seed) > 0.9f && y > 0.72f)
            c = blend(c, p->three, cover(s, fmaxf(dx - 0.011f, dy - 0.014f)));
    }
    return c;
}

/* Shards that fly out of one point. */
static struct colour
motif_shards(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    float cx = x - 0.7f * (s->random[0] - 0.5f), cy = y - 0.7f * (s->random[1] - 0.5f);
    float angle = atan2f(cy, cx) / 6.2831853f + 0.5f, far = hypotf(cx, cy);
    struct colour c = blend(p->dark, blend(p->dark, p->two, 0.35f), ease(1.2f, 0.0f, far));

    for (int layer = 0; layer < 4; layer++) {
        int n = 26 + 17 * layer, i = (int)(angle * (float)n);
        float pick = hash_unit(i, layer, s->seed), start = 0.08f + 0.75f * hash_unit(i, layer + 9, s->seed);
        float length = 0.1f + 0.8f * hash_unit(i, layer + 5, s->seed);
        float across = fabsf(phase_wrap(angle * (float)n) - 0.5f) / (float)n * 6.2831853f * far;
        float width = 0.42f * 6.2831853f / (float)n * (far - start) * (0.35f + 0.65f * pick);
        float distance = fmaxf(across - width, fmaxf(start - far, far - start - length));
        struct colour ink = pick < 0.45f ? p->light : pick < 0.65f ? p->one : pick < 0.85f ? p->two : p->three;

        if (pick > 0.25f)
            c = blend(c, ink, cover(s, distance) * (0.92f - 0.16f * (float)layer));
    }
    return c;
}

/* A striped sun over a grid that runs to the horizon. */
static struct colour
motif_horizon(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    float horizon = 0.22f, sun = hypotf(x, y + 0.12f) - 0.52f;
    struct colour c = blend(p->dark, blend(p->dark, p->two, 0.6f), ease(-1.1f, horizon, y));

    if (y < horizon) {
        float stripe = phase_wrap((y + 2.0f) * 13.0f) - 0.04f - 0.75f * ease(-0.35f, horizon, y);
        float star = hash_unit((int)floorf(x * 260.0f), (int)floorf(y * 260.0f), s->seed);

        if (star > 0.9985f)
            c = blend(c, p->light, 0.8f);
        c = blend(c, p->two, 0.35f * ease(0.45f, 0.0f, sun));
        c = blend(c, blend(p->three, p->two, ease(-0.6f, 0.15f, y)), cover(s, sun) * (y > -0.3f ? cover(s, -stripe / 13.0f) : 1.0f));
        float ridge = horizon - 0.2f * cloud_noise(x * 4.0f, 2.0f, s->seed, 3) * ease(0.1f, 0.9f, fabsf(x));

        return blend(c, blend(p->dark, p->one, 0.18f), cover(s, ridge - y));
    }
    float depth = 0.22f / (y - horizon + 0.02f);
    float across = fabsf(phase_wrap(x * depth * 7.0f + 50.5f) - 0.5f) / (depth * 7.0f);
    float along = fabsf(phase_wrap(depth * 2.4f + s->random[0]) - 0.5f) / (2.4f * depth / (y - horizon + 0.02f));

    c = blend(p->dark, p->one, 0.25f * ease(0.9f, horizon, y));
    c = blend(c, p->one, fmaxf(cover(s, across - 0.004f), cover(s, along - 0.004f)) * ease(horizon, horizon + 0.12f, y) * 0.95f);
    return blend(c, p->two, 0.6f * ease(horizon + 0.12f, horizon, y));
}

/* A small creature in big pixels, symmetric as they are. */
static struct colour
motif_creature(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    const struct colour colours[3] = { p->one, p->two, p->three };
    float cell = 2.0f / 17.0f;
    int i = (int)floorf((x + 1.0f) / cell), j = (int)floorf((y + 1.0f) / cell), m = i < 9 ? 8 - i : i - 8, row = j - 4;
    float inset = fmaxf(fabsf(x + 1.0f - ((float)i + 0.5f) * cell), fabsf(y + 1.0f - ((float)j + 0.5f) * cell)) - cell * 0.46f;
    bool body = row >= 0 && row < 9 && m < 6 && hash_unit(m, row, s->seed) < 0.82f - 0.085f * (float)m - 0.02f * fabsf((float)row - 4.0f);
    struct colour c = blend(p->dark, blend(p->dark, p->one, 0.5f), (float)((i + j) % 2) * 0.1f + 0.25f * (float)j / 16.0f);

    if (row == 3 && m == 2)
        return blend(c, p->light, cover(s, inset));
    if (body || (row > 1 && row < 6 && m < 2))
        return blend(c, colours[(row / 3 + (int)(s->random[0] * 3.0f)) % 3], cover(s, inset));
    if (hash_unit(i, j, s->seed + 5) > 0.965f)
        return blend(c, p->light, 0.75f * cover(s, inset + cell * 0.26f));
    return c;
}

/* The rings of a tree. */
static struct colour
motif_wood(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    float cx = x - 0.5f * (s->random[0] - 0.5f), cy = y - 0.5f * (s->random[1] - 0.5f);
    float bend = 0.2f * (cloud_noise(cx * 1.4f, cy * 1.4f, s->seed, 3) - 0.5f) + 0.03f * (cloud_noise(cx * 7.0f, cy * 7.0f, s->seed + 2, 2) - 0.5f);
    float far = hypotf(cx, cy) * (1.0f + bend * 2.0f), angle = atan2f(cy, cx);
    float ring = far * 24.0f;
    int i = (int)ring;
    float within = ring - (float)i, dark = 0.2f + 0.6f * hash_unit(i, 0, s->seed);
    struct colour c = blend(p->light, p->three, 0.35f + 0.45f * hash_unit(i, 1, s->seed));
    float crack = fabsf(sinf((angle - 6.28f * s->random[2]) * 0.5f)) * far - 0.012f * (0.9f - far);

    c = blend(c, p->one, dark * within * within);
    c = blend(c, p->dark, 0.5f * ease(0.9f, 1.0f, within) * dark);
    c = blend(c, p->dark, cover(s, crack) * (far > 0.05f && far < 0.9f ? 0.8f : 0.0f));
    c = blend(c, blend(p->dark, p->one, 0.25f), cover(s, fabsf(far - 0.9f) - 0.035f));
    return blend(c, blend(p->two, p->dark, 0.25f), cover(s, 0.93f - far));
}

/* A voice print: lines that rise where somebody spoke. */
static struct colour
motif_voice(const struct scene *s, float x, float y)
{
    const struct palette *p = &s->palette;
    struct colour ground = blend(blend(p->dark, p->one, 0.15f), p->dark, ease(-1.0f, 1.0f, y));
    struct colour c = ground;

    for (int i = 0; i < 26; i++) {
        float base = -0.66f + 0.058f * (float)i;
        float swell = expf(-4.5f * (x - 0.3f * sinf((float)i * 0.5f + 6.0f * s->random[0])) * (x - 0.3f * sinf((float)i * 0.5f + 6.0f * s->random[0])));
        float height, slope, next, distance;

        if (y < base - 0.45f || y > base + 0.06f)
            continue;
        height = base - 0.42f * swell * powf(cloud_noise(x * 5.5f + 3.7f * (float)i, (float)i * 0.37f, s->seed, 3), 1.8f);
        next = base - 0.42f * swell * powf(cloud_noise((x + 0.004f) * 5.5f + 3.7f * (float)i, (float)i * 0.37f, s->seed, 3), 1.8f);
        slope = (next - height) / 0.004f;
        distance = fabsf(y - height) / sqrtf(1.0f + slope * slope) - 0.0042f;
        if (y > height)
            c = blend(c, ground, cover(s, height - y));
        if (fabsf(x) < 0.82f)
            c = blend(c, blend(p->two, blend(p->one, p->light, 0.35f), (float)i / 25.0f), cover(s, distance));
    }
    return c;
}

const motif_paint motifs[DEMO_STYLE_COUNT] = {
    [DEMO_AMBIENT] = motif_fog,     [DEMO_FIELD] = motif_contours, [DEMO_PIANO] = motif_bars,          [DEMO_HOUSE] = motif_tiles,
    [DEMO_TECHNO] = motif_rings,    [DEMO_DUB] = motif_echo,       [DEMO_LOFI] = motif_hills,          [DEMO_DRUM_AND_BASS] = motif_shards,
    [DEMO_SYNTHWAVE] = motif_horizon, [DEMO_CHIPTUNE] = motif_creature, [DEMO_FOLK] = motif_wood,      [DEMO_SPOKEN] = motif_voice,
};

static float
ellipse(float x, float y, float a, float b)
{
    return (hypotf(x / a, y / b) - 1.0f) * fminf(a, b);
}

/* A head and shoulders without a face; hair, glasses or headphones by the seed. */
struct colour
motif_portrait(const struct scene *s, float x, float y)
{
    static const struct colour skins[4] = { { 0.36f, 0.22f, 0.16f }, { 0.58f, 0.38f, 0.26f }, { 0.80f, 0.59f, 0.45f }, { 0.93f, 0.75f, 0.63f } };
    const struct palette *p = &s->palette;
    struct colour skin = skins[(int)(s->random[0] * 4.0f)], hair = blend(p->dark, p->three, s->random[1] * 0.22f);
    int style = (int)(s->random[2] * 5.0f);
    float head = ellipse(x, y + 0.12f, 0.31f, 0.39f), neck = fmaxf(fabsf(x) - 0.13f, fmaxf(-y, y - 0.6f));
    float body = ellipse(x, y - 1.02f, 0.72f, 0.58f), back = 1.0f, front = 1.0f;
    struct colour c = blend(p->one, p->two, ease(-1.2f, 1.2f, x * 0.4f + y + 0.2f * s->random[3]));

    c = blend(c, blend(p->light, p->two, 0.25f), cover(s, hypotf(x, y + 0.05f) - 0.76f) * 0.85f);
    switch (style) {
    case 0: back = hypotf(x, y + 0.26f) - 0.5f; front = fmaxf(ellipse(x, y + 0.2f, 0.34f, 0.36f), y + 0.3f); break;
    case 1: back = fmaxf(ellipse(x, y + 0.02f, 0.41f, 0.56f), y - 0.34f); front = fmaxf(head - 0.03f, y + 0.26f + 0.5f * x * x); break;
    case 2: front = fmaxf(head - 0.04f, y + 0.27f - 0.28f * x); break;
    case 3: back = hypotf(x - 0.04f, y + 0.62f) - 0.17f; front = fmaxf(head - 0.035f, y + 0.3f - 0.6f * x * x); break;
    default: back = fmaxf(ellipse(x, y - 0.1f, 0.45f, 0.72f), y - 0.62f); front = fmaxf(head - 0.035f, y + 0.2f + 0.55f * fabsf(x - 0.1f) - 0.12f); break;
    }
    c = blend(c, hair, cover(s, back));
    c = blend(c, blend(skin, p->dark, 0.22f), cover(s, neck));
    c = blend(c, p->three, cover(s, fmaxf(body, 0.12f - hypotf(x, (y - 0.38f) * 0.8f))));
    c = blend(c, skin, cover(s, head));
    c = blend(c, blend(skin, p->dark, 0.12f), cover(s, fmaxf(head, -x - 0.02f + 0.1f * y)) * 0.7f);
    c = blend(c, hair, cover(s, front));
    if (s->random[4] < 0.25f) {
        float rim = fminf(fabsf(hypotf(x - 0.13f, y + 0.1f) - 0.1f), fabsf(hypotf(x + 0.13f, y + 0.1f) - 0.1f)) - 0.014f;

        c = blend(c, p->dark, cover(s, fminf(rim, fmaxf(fabsf(x) - 0.04f, fabsf(y + 0.12f) - 0.01f))));
    } else if (s->random[4] > 0.72f) {
        float band = fmaxf(fabsf(ellipse(x, y + 0.12f, 0.4f, 0.47f)) - 0.03f, y + 0.1f);

        c = blend(c, p->dark, cover(s, band));
        c = blend(c, p->dark, cover(s, ellipse(fabsf(x) - 0.37f, y + 0.06f, 0.085f, 0.15f)));
        c = blend(c, p->one, cover(s, ellipse(fabsf(x) - 0.39f, y + 0.06f, 0.045f, 0.1f)));
    }
    return c;
}
