/* mp4_box.h - the boxes of an MP4 (ISO/IEC 14496-12, 4.2), and where they lie in the file. Lengths are believed only as far as the box around them reaches. */
#ifndef VEZA_MEDIA_MP4_BOX_H
#define VEZA_MEDIA_MP4_BOX_H

#include <stdbool.h>
#include <stdint.h>

struct mp4_box {
    uint8_t type[4];
    int64_t payload, end; /* byte offsets in the file: of the first byte behind the head, and behind the last */
};

/* The number in 1 to 8 bytes at `p`. */
uint64_t mp4_big_endian(const uint8_t *p, int bytes);

/* The next box of that type between the offsets *at and `end`; moves *at behind it. False when there is none among the next 4096 boxes, or
 * when the file cannot be read; *ret_box means nothing then. */
bool mp4_box_next(int fd, const char *type, int64_t *at, int64_t end, struct mp4_box *ret_box);

/* The same in `parent`, from its first box on. `ret_box` may be `parent`. */
bool mp4_box_child(int fd, const char *type, const struct mp4_box *parent, struct mp4_box *ret_box);

#endif
