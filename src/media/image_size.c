/* image_size.c - headers of JPEG, PNG and WebP. */
#include "image_size.h"

#include <string.h>

static uint32_t
be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static enum image_kind
answer(enum image_kind kind, uint32_t width, uint32_t height, uint32_t *ret_width, uint32_t *ret_height)
{
    if (width == 0 || height == 0)
        return IMAGE_UNKNOWN;
    *ret_width = width;
    *ret_height = height;
    return kind;
}

static enum image_kind
size_of_webp(const uint8_t *b, uint32_t *ret_width, uint32_t *ret_height)
{
    if (!memcmp(b + 12, "VP8X", 4))
        return answer(IMAGE_WEBP, 1 + (b[24] | (uint32_t)b[25] << 8 | (uint32_t)b[26] << 16),
                      1 + (b[27] | (uint32_t)b[28] << 8 | (uint32_t)b[29] << 16), ret_width, ret_height);
    if (!memcmp(b + 12, "VP8L", 4))
        return answer(IMAGE_WEBP, 1 + (b[21] | (b[22] & 0x3fu) << 8), 1 + (b[22] >> 6 | (uint32_t)b[23] << 2 | (b[24] & 0xfu) << 10), ret_width,
                      ret_height);
    if (!memcmp(b + 12, "VP8 ", 4))
        return answer(IMAGE_WEBP, b[26] | (b[27] & 0x3fu) << 8, b[28] | (b[29] & 0x3fu) << 8, ret_width, ret_height);
    return IMAGE_UNKNOWN;
}

/* The frame header (SOF0 to SOF15, but for the three markers in that range that mean something else). */
static enum image_kind
size_of_jpeg(const uint8_t *b, size_t length, uint32_t *ret_width, uint32_t *ret_height)
{
    for (size_t at = 2; at + 9 < length;) {
        uint8_t marker = b[at + 1];

        if (b[at] != 0xff)
            return IMAGE_UNKNOWN;
        if (marker == 0xff) {
            at++;
            continue;
        }
        if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc)
            return answer(IMAGE_JPEG, be16(b + at + 7), be16(b + at + 5), ret_width, ret_height);
        at += 2 + be16(b + at + 2);
    }
    return IMAGE_UNKNOWN;
}

enum image_kind
image_size(const uint8_t *b, size_t length, uint32_t *ret_width, uint32_t *ret_height)
{
    if (length < 32)
        return IMAGE_UNKNOWN;
    if (!memcmp(b, "\x89PNG\r\n\x1a\n", 8) && !memcmp(b + 12, "IHDR", 4))
        return answer(IMAGE_PNG, be16(b + 16) << 16 | be16(b + 18), be16(b + 20) << 16 | be16(b + 22), ret_width, ret_height);
    if (!memcmp(b, "RIFF", 4) && !memcmp(b + 8, "WEBP", 4))
        return size_of_webp(b, ret_width, ret_height);
    if (!memcmp(b, "\xff\xd8\xff", 3))
        return size_of_jpeg(b, length, ret_width, ret_height);
    return IMAGE_UNKNOWN;
}
