/* mp4_box.c - see mp4_box.h. */
#include "mp4_box.h"

#include <string.h>
#include <unistd.h>

#define MAX_BOXES 4096

uint64_t
mp4_big_endian(const uint8_t *p, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value = value << 8 | p[i];
    return value;
}

/* The box at `at`, which must end by `end`. */
static bool
read_box(int fd, int64_t at, int64_t end, struct mp4_box *ret_box)
{
    uint8_t h[16];
    ssize_t n = at < end ? pread(fd, h, sizeof h, at) : 0;
    uint64_t length;

    if (n < 8)
        return false;
    length = mp4_big_endian(h, 4);
    ret_box->payload = at + 8;
    if (length == 1 && n == 16) {
        length = mp4_big_endian(h + 8, 8);
        ret_box->payload = at + 16;
    } else if (length == 0) {
        length = (uint64_t)(end - at);
    }
    if (length < (uint64_t)(ret_box->payload - at) || length > (uint64_t)(end - at))
        return false;
    memcpy(ret_box->type, h + 4, 4);
    ret_box->end = at + (int64_t)length;
    return true;
}

bool
mp4_box_next(int fd, const char *type, int64_t *at, int64_t end, struct mp4_box *ret_box)
{
    for (int i = 0; i < MAX_BOXES && read_box(fd, *at, end, ret_box); i++) {
        *at = ret_box->end;
        if (!memcmp(ret_box->type, type, 4))
            return true;
    }
    return false;
}

bool
mp4_box_child(int fd, const char *type, const struct mp4_box *parent, struct mp4_box *ret_box)
{
    int64_t at = parent->payload;

    return mp4_box_next(fd, type, &at, parent->end, ret_box);
}
