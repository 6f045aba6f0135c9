/* image_size.h - what an image is and how large, from its header, before any decoder is let near it. */
#ifndef VEZA_MEDIA_IMAGE_SIZE_H
#define VEZA_MEDIA_IMAGE_SIZE_H

#include <stddef.h>
#include <stdint.h>

enum image_kind { IMAGE_UNKNOWN, IMAGE_JPEG, IMAGE_PNG, IMAGE_WEBP };

/* IMAGE_UNKNOWN unless both sides are known and positive; the outputs are untouched then. */
enum image_kind image_size(const uint8_t *bytes, size_t length, uint32_t *ret_width, uint32_t *ret_height);

#endif
