/* mp4_edit.c - a walk over moov, mvhd and trak; see mp4_edit.h. */
#include "mp4_edit.h"

#include "mp4_box.h"
#include "vorbis_comment.h"

#include <libavutil/mathematics.h>
#include <libavutil/mem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EDITS_MAX 64
#define BLOCKS_MAX 256
#define COMMENTS_BYTES_MAX (1 << 20)
#define TIME_MAX (INT64_C(1) << 40) /* no recording is as long, and no sum overflows */

/* mvhd and mdhd have their timescale at the same place. */
static uint32_t
time_scale(int fd, const struct mp4_box *header)
{
    uint8_t h[24] = { 0 };

    if (pread(fd, h, sizeof h, header->payload) != sizeof h)
        return 0;
    return (uint32_t)mp4_big_endian(h + (h[0] == 1 ? 20 : 12), 4);
}

static void
read_list(int fd, const struct mp4_box *elst, struct mp4_edit *edit)
{
    uint8_t h[8], e[20];
    uint64_t count;
    int heard = 0;

    if (pread(fd, h, sizeof h, elst->payload) != sizeof h)
        return;
    count = mp4_big_endian(h + 4, 4);
    edit->is_complex = count > EDITS_MAX;
    for (uint64_t i = 0; i < count && !edit->is_complex; i++) {
        int wide = h[0] == 1 ? 8 : 4;
        size_t length = 2 * (size_t)wide + 4;
        int64_t at = elst->payload + 8 + (int64_t)(i * length), media_time;

        if (at + (int64_t)length > elst->end || pread(fd, e, length, at) != (ssize_t)length)
            return;
        media_time = wide == 8 ? (int64_t)mp4_big_endian(e + 8, 8) : (int32_t)mp4_big_endian(e + 4, 4);
        if (media_time < 0)
            continue;
        edit->is_complex = heard++ > 0 || mp4_big_endian(e + 2 * wide, 4) != 0x10000;
        edit->exists = true;
        edit->start = media_time < TIME_MAX ? media_time : TIME_MAX;
        edit->length = mp4_big_endian(e, wide) < TIME_MAX ? (int64_t)mp4_big_endian(e, wide) : 0;
    }
}

static uint32_t
mask_of_comments(const uint8_t *bytes, size_t length)
{
    struct vorbis_comments comments = vorbis_comments_begin(bytes, length);
    char text[20] = "";
    const uint8_t *value;
    size_t n;

    if (!vorbis_comments_find(&comments, CHANNEL_MASK_COMMENT, &value, &n) || n >= sizeof text)
        return 0;
    memcpy(text, value, n);
    return (uint32_t)strtoul(text, NULL, 0);
}

/* The blocks of a FLAC lie in the box dfLa of its sample entry. */
static uint32_t
read_channel_mask(int fd, const struct mp4_box *mdia)
{
    struct mp4_box box;
    int64_t at;
    uint8_t h[4] = { 0 };

    if (!mp4_box_child(fd, "minf", mdia, &box) || !mp4_box_child(fd, "stbl", &box, &box) || !mp4_box_child(fd, "stsd", &box, &box))
        return 0;
    at = box.payload + 8;
    if (!mp4_box_next(fd, "fLaC", &at, box.end, &box))
        return 0;
    at = box.payload + 28;
    if (!mp4_box_next(fd, "dfLa", &at, box.end, &box))
        return 0;
    at = box.payload + 4;
    for (int i = 0; i < BLOCKS_MAX && !(h[0] & 0x80) && at + 4 <= box.end && pread(fd, h, 4, at) == 4; i++) {
        int64_t length = (int64_t)mp4_big_endian(h + 1, 3);
        uint8_t *block = (h[0] & 0x7f) == 4 && length <= COMMENTS_BYTES_MAX && at + 4 + length <= box.end ? av_malloc((size_t)length + 1) : NULL;
        uint32_t mask = block && pread(fd, block, (size_t)length, at + 4) == length ? mask_of_comments(block, (size_t)length) : 0;

        av_free(block);
        if (mask)
            return mask;
        at += 4 + length;
    }
    return 0;
}

static bool
read_track(int fd, const struct mp4_box *trak, struct mp4_edit *edit)
{
    struct mp4_box mdia, box;
    uint8_t handler[4];

    if (!mp4_box_child(fd, "mdia", trak, &mdia) || !mp4_box_child(fd, "hdlr", &mdia, &box) || pread(fd, handler, 4, box.payload + 8) != 4 ||
        memcmp(handler, "soun", 4) != 0)
        return false;
    edit->is_mp4 = true;
    edit->channel_mask = read_channel_mask(fd, &mdia);
    if (mp4_box_child(fd, "mdhd", &mdia, &box))
        edit->media_scale = time_scale(fd, &box);
    if (edit->media_scale > 0 && edit->movie_scale > 0 && mp4_box_child(fd, "edts", trak, &box) && mp4_box_child(fd, "elst", &box, &box))
        read_list(fd, &box, edit);
    return true;
}

void
mp4_edit_read(int fd, int64_t size, struct mp4_edit *ret_edit)
{
    struct mp4_box moov, box;
    int64_t at = 0;

    memset(ret_edit, 0, sizeof *ret_edit);
    if (!mp4_box_next(fd, "moov", &at, size, &moov))
        return;
    if (mp4_box_child(fd, "mvhd", &moov, &box))
        ret_edit->movie_scale = time_scale(fd, &box);
    ret_edit->is_fragmented = mp4_box_child(fd, "mvex", &moov, &box);
    for (at = moov.payload; mp4_box_next(fd, "trak", &at, moov.end, &box);)
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
