/* mp4_edit.c - a walk over moov, mvhd and trak; see mp4_edit.h. */
#include "mp4_edit.h"

#include <libavutil/mathematics.h>
#include <string.h>
#include <unistd.h>

#define MAX_BOXES 4096
#define EDITS_MAX 64
#define TIME_MAX (INT64_C(1) << 40) /* no recording is as long, and no sum overflows */

struct box {
    uint8_t type[4];
    int64_t payload, end;
};

static uint64_t
big_endian(const uint8_t *p, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value = value << 8 | p[i];
    return value;
}

/* The box at `at`, which must end by `end`. */
static bool
read_box(int fd, int64_t at, int64_t end, struct box *ret_box)
{
    uint8_t h[16];
    ssize_t n = at < end ? pread(fd, h, sizeof h, at) : 0;
    uint64_t length;

    if (n < 8)
        return false;
    length = big_endian(h, 4);
    ret_box->payload = at + 8;
    if (length == 1 && n == 16) {
        length = big_endian(h + 8, 8);
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

/* The next box of that type between *at and `end`; moves *at behind it. */
static bool
find_box(int fd, const char *type, int64_t *at, int64_t end, struct box *ret_box)
{
    for (int i = 0; i < MAX_BOXES && read_box(fd, *at, end, ret_box); i++) {
        *at = ret_box->end;
        if (!memcmp(ret_box->type, type, 4))
            return true;
    }
    return false;
}

static bool
find_child(int fd, const char *type, const struct box *parent, struct box *ret_box)
{
    int64_t at = parent->payload;

    return find_box(fd, type, &at, parent->end, ret_box);
}

/* mvhd and mdhd have their timescale at the same place. */
static uint32_t
time_scale(int fd, const struct box *header)
{
    uint8_t h[24] = { 0 };

    if (pread(fd, h, sizeof h, header->payload) != sizeof h)
        return 0;
    return (uint32_t)big_endian(h + (h[0] == 1 ? 20 : 12), 4);
}

static void
read_list(int fd, const struct box *elst, struct mp4_edit *edit)
{
    uint8_t h[8], e[20];
    uint64_t count;
    int heard = 0;

    if (pread(fd, h, sizeof h, elst->payload) != sizeof h)
        return;
    count = big_endian(h + 4, 4);
    edit->is_complex = count > EDITS_MAX;
    for (uint64_t i = 0; i < count && !edit->is_complex; i++) {
        int wide = h[0] == 1 ? 8 : 4;
        size_t length = 2 * (size_t)wide + 4;
        int64_t at = elst->payload + 8 + (int64_t)(i * length), media_time;

        if (at + (int64_t)length > elst->end || pread(fd, e, length, at) != (ssize_t)length)
            return;
        media_time = wide == 8 ? (int64_t)big_endian(e + 8, 8) : (int32_t)big_endian(e + 4, 4);
        if (media_time < 0)
            continue;
        edit->is_complex = heard++ > 0 || big_endian(e + 2 * wide, 4) != 0x10000;
        edit->exists = true;
        edit->start = media_time < TIME_MAX ? media_time : TIME_MAX;
        edit->length = big_endian(e, wide) < TIME_MAX ? (int64_t)big_endian(e, wide) : 0;
    }
}

static bool
read_track(int fd, const struct box *trak, struct mp4_edit *edit)
{
    struct box mdia, box;
    uint8_t handler[4];

    if (!find_child(fd, "mdia", trak, &mdia) || !find_child(fd, "hdlr", &mdia, &box) || pread(fd, handler, 4, box.payload + 8) != 4 ||
        memcmp(handler, "soun", 4) != 0)
        return false;
    edit->is_mp4 = true;
    if (find_child(fd, "mdhd", &mdia, &box))
        edit->media_scale = time_scale(fd, &box);
    if (edit->media_scale > 0 && edit->movie_scale > 0 && find_child(fd, "edts", trak, &box) && find_child(fd, "elst", &box, &box))
        read_list(fd, &box, edit);
    return true;
}

void
mp4_edit_read(int fd, int64_t size, struct mp4_edit *ret_edit)
{
    struct box moov, box;
    int64_t at = 0;

    memset(ret_edit, 0, sizeof *ret_edit);
    if (!find_box(fd, "moov", &at, size, &moov))
        return;
    if (find_child(fd, "mvhd", &moov, &box))
        ret_edit->movie_scale = time_scale(fd, &box);
    ret_edit->is_fragmented = find_child(fd, "mvex", &moov, &box);
    for (at = moov.payload; find_box(fd, "trak", &at, moov.end, &box);)
        if (read_track(fd, &box, ret_edit))
            return;
}

int64_t
mp4_edit_length(const struct mp4_edit *edit, int64_t media_length)
{
    int64_t tick, length, rest = edit->is_fragmented ? 0 : media_length - edit->start;

    if (edit->length == 0)
        return rest > 0 ? rest : INT64_MAX;
    length = av_rescale(edit->length, edit->media_scale, edit->movie_scale);
    tick = av_rescale_rnd(1, edit->media_scale, edit->movie_scale, AV_ROUND_UP);
    if (rest > 0 && length > rest - tick && length < rest + tick)
        return rest;
    return length < 0 ? INT64_MAX : length;
}
