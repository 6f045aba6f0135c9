#include "cover.h"

#include "motifs.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURE_MAX = 4096 };

/* Grain keeps gradients from banding and screens from looking like plastic. */
static uint8_t
tone(float value, float grain)
{
    return (uint8_t)(clampf(value, 0.0f, 1.0f) * 251.0f + grain);
}

static void
draw(const struct scene *scene, motif_paint paint, unsigned size, float vignette, uint8_t *rgb)
{
    for (unsigned row = 0; row < size; row++)
        for (unsigned column = 0; column < size; column++) {
            float x = ((float)column + 0.5f) * scene->pixel - 1.0f, y = ((float)row + 0.5f) * scene->pixel - 1.0f;
            struct colour c = paint(scene, x, y);
            float shade = 1.0f - vignette * (x * x + y * y) * 0.5f;
            float grain = 4.0f * hash_unit((int)column, (int)row, scene->seed + 99);

            *rgb++ = tone(c.r * shade, grain);
            *rgb++ = tone(c.g * shade, grain);
            *rgb++ = tone(c.b * shade, grain);
        }
}

void
demo_cover_draw(enum demo_style style, uint64_t seed, unsigned size, uint8_t *rgb)
{
    struct scene scene;

    scene_init(&scene, seed, (int)style, size);
    draw(&scene, motifs[style], size, 0.22f, rgb);
}

void
demo_avatar_draw(uint64_t seed, unsigned size, uint8_t *rgb)
{
    struct scene scene;

    scene_init(&scene, seed, -1, size);
    draw(&scene, motif_portrait, size, 0.1f, rgb);
}

struct png_bytes {
    uint8_t *bytes;
    size_t length, room;
};

static void
png_grow(png_structp png, png_bytep data, png_size_t length)
{
    struct png_bytes *out = png_get_io_ptr(png);

    if (out->length + length > out->room) {
        size_t room = (out->length + length) * 2;
        uint8_t *bytes = realloc(out->bytes, room);

        if (!bytes)
            png_error(png, "no memory");
        out->bytes = bytes;
        out->room = room;
    }
    memcpy(out->bytes + out->length, data, length);
    out->length += length;
}

static void
png_nothing(png_structp png)
{
    (void)png;
}

/* libpng leaves by longjmp when it fails: everything that must be freed is owned by the caller. */
static int
png_encode(png_structp png, png_infop info, const uint8_t *rgb, unsigned size, struct png_bytes *out)
{
    if (setjmp(png_jmpbuf(png)))
        return DEMO_NO_MEMORY;
    png_set_write_fn(png, out, png_grow, png_nothing);
    png_set_IHDR(png, info, size, size, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, 2);
    png_set_filter(png, 0, PNG_FILTER_UP);
    png_write_info(png, info);
    for (unsigned row = 0; row < size; row++)
        png_write_row(png, rgb + (size_t)row * size * 3);
    png_write_end(png, info);
    return DEMO_OK;
}

static int
png_make(const uint8_t *rgb, unsigned size, uint8_t **ret_png, size_t *ret_length)
{
    struct png_bytes out = { 0 };
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    int result = info ? png_encode(png, info, rgb, size, &out) : DEMO_NO_MEMORY;

    png_destroy_write_struct(&png, &info);
    if (result != DEMO_OK) {
        free(out.bytes);
        return result;
    }
    *ret_png = out.bytes;
    *ret_length = out.length;
    return DEMO_OK;
}

int
demo_cover_png(const struct demo_track *track, unsigned size, uint8_t **ret_png, size_t *ret_length)
{
    uint8_t *rgb;
    int result;

    if (size == 0 || size > PICTURE_MAX || (unsigned)track->piece.style >= DEMO_STYLE_COUNT)
        return DEMO_INVALID;
    rgb = malloc((size_t)size * size * 3);
    if (!rgb)
        return DEMO_NO_MEMORY;
    demo_cover_draw(track->piece.style, track->piece.seed, size, rgb);
    result = png_make(rgb, size, ret_png, ret_length);
    free(rgb);
    return result;
}

int
demo_avatar_png(const struct demo_person *person, unsigned size, uint8_t **ret_png, size_t *ret_length)
{
    uint8_t *rgb;
    int result;

    if (size == 0 || size > PICTURE_MAX)
        return DEMO_INVALID;
    rgb = malloc((size_t)size * size * 3);
    if (!rgb)
        return DEMO_NO_MEMORY;
    demo_avatar_draw(person->seed, size, rgb);
    result = png_make(rgb, size, ret_png, ret_length);
    free(rgb);
    return result;
}
