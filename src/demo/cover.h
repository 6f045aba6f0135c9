/* cover.h - pictures drawn on the spot: a cover for each piece, an avatar for each person.
 *
 * Every pixel is computed from the style, the seed and its place, so a picture needs no file and looks the same at any size.
 * 1200 pixels take about a quarter of a second. */
#ifndef VEZA_DEMO_COVER_H
#define VEZA_DEMO_COVER_H

#include "catalogue.h"

enum { DEMO_COVER_SIZE = 1200, DEMO_AVATAR_SIZE = 512 };

/* Draw into size * size * 3 bytes, red first, rows from the top. */
void demo_cover_draw(enum demo_style style, uint64_t seed, unsigned size, uint8_t *rgb);
void demo_avatar_draw(uint64_t seed, unsigned size, uint8_t *rgb);

/* Draw and encode as PNG. *ret_png is malloc'ed, the caller frees it. Return DEMO_OK, DEMO_INVALID (size 0 or above 4096, unknown
 * style) or DEMO_NO_MEMORY. */
int demo_cover_png(const struct demo_track *track, unsigned size, uint8_t **ret_png, size_t *ret_length);
int demo_avatar_png(const struct demo_person *person, unsigned size, uint8_t **ret_png, size_t *ret_length);

#endif
