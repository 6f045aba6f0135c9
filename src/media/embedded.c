/* embedded.c - ID3v2.2 to 2.4 (id3.org), PICTURE blocks (RFC 9639, 8.8), chunks of RIFF, RF64 (EBU Tech 3306) and AIFF, and the covers of
 * iTunes in MP4. */
#include "embedded.h"

#include "embedded_ogg.h"
#include "image_size.h"
#include "input.h"
#include "mp4_box.h"
#include "reason.h"

#include <libavutil/avstring.h>
#include <libavutil/common.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/mem.h>
#include <string.h>
#include <unistd.h>

#define TAGS_MAX 8
#define BLOCKS_MAX 256
#define CHUNKS_MAX 4096
#define FRONT 3 /* of the picture types, which both formats share */

struct id3_frame {
    const uint8_t *id; /* three letters in version 2, else four */
    int version;
    uint8_t *body;
    size_t length;
};

/* Seven bits a byte. */
static uint32_t
synchsafe(const uint8_t *p)
{
    return (uint32_t)(p[0] & 0x7f) << 21 | (uint32_t)(p[1] & 0x7f) << 14 | (uint32_t)(p[2] & 0x7f) << 7 | (p[3] & 0x7f);
}

static int
keep_picture(struct embedded *e, uint32_t type, const uint8_t *bytes, size_t length)
{
    uint32_t width, height;

    if ((e->cover && (e->is_front || type != FRONT)) || length > COVER_BYTES_MAX || image_size(bytes, length, &width, &height) == IMAGE_UNKNOWN)
        return 0;
    av_packet_free(&e->cover);
    e->cover = av_packet_alloc();
    if (!e->cover || av_new_packet(e->cover, (int)length) < 0)
        return MEDIA_E_OUT_OF_MEMORY;
    memcpy(e->cover->data, bytes, length);
    e->is_front = type == FRONT;
    return 0;
}

/* Where the text that begins at `at` ends, behind its zero; `length` without one. */
static size_t
behind_text(const uint8_t *bytes, size_t at, size_t length, bool is_wide)
{
    size_t unit = is_wide ? 2 : 1;

    for (; at + unit <= length; at += unit)
        if (bytes[at] == 0 && (!is_wide || bytes[at + 1] == 0))
            return at + unit;
    return length;
}

static int
read_picture_frame(struct embedded *e, const struct id3_frame *f)
{
    size_t at = f->version == 2 ? 4 : f->length > 0 ? behind_text(f->body, 1, f->length, false) : 0; /* encoding and MIME type */
    uint32_t type;

    if (at >= f->length)
        return 0;
    type = f->body[at];
    at = behind_text(f->body, at + 1, f->length, f->body[0] == 1 || f->body[0] == 2);
    return keep_picture(e, type, f->body + at, f->length - at);
}

/* The unit at *at, or 0 at the end; moves *at behind it. */
static uint32_t
utf16_unit(const struct id3_frame *f, size_t *at, bool is_little)
{
    const uint8_t *p = f->body + *at;

    if (*at + 2 > f->length)
        return 0;
    *at += 2;
    return is_little ? (uint32_t)(p[0] | p[1] << 8) : (uint32_t)(p[0] << 8 | p[1]);
}

/* The text as UTF-8, or in Windows-1252 as it came. A zero, which separates values, stays one. Returns the length. */
static size_t
decode_text(char *to, size_t max, const struct id3_frame *f)
{
    bool is_wide = f->body[0] == 1 || f->body[0] == 2, is_little = f->body[0] == 1;
    size_t length = 0, at = 1;

    if (!is_wide) {
        length = FFMIN(f->length - 1, max);
        memcpy(to, f->body + 1, length);
        return length;
    }
    while (at + 2 <= f->length && length + 4 <= max) {
        uint32_t point;
        uint8_t byte;

        GET_UTF16(point, utf16_unit(f, &at, is_little), continue;)
        if (point == 0xfffe)
            is_little = !is_little;
        else if (point != 0xfeff)
            PUT_UTF8(point, byte, to[length++] = (char)byte;)
    }
    return length;
}

/* Keeps the text of a frame that holds a single one. Genres that are given as a number are left to FFmpeg, which knows their names. */
static int
keep_text(struct embedded *e, const struct id3_frame *f)
{
    static const struct {
        const char *id, *name;
    } texts[] = {
        { "TIT2", "title" }, { "TPE1", "artist" }, { "TALB", "album" }, { "TCON", "genre" }, { "TDRC", "date" },
        { "TYER", "date" },  { "TRCK", "track" },  { "TPOS", "disc" },  { "TPE2", "album_artist" },  { "TBPM", "TBPM" },  { "TKEY", "TKEY" },
    };
    char text[EMBEDDED_ARTISTS_MAX];

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (f->version == 2 || f->length == 0 || memcmp(f->id, texts[i].id, 4) != 0)
            continue;
        text[decode_text(text, sizeof text - 1, f)] = 0;
        if (!memcmp(f->id, "TCON", 4) && (text[0] == '(' || av_isdigit(text[0])))
            return 0;
        return av_dict_set(&e->texts, texts[i].name, text, AV_DICT_DONT_OVERWRITE) < 0 ? MEDIA_E_OUT_OF_MEMORY : 0;
    }
    return 0;
}

static void
read_artists(struct embedded *e, const struct id3_frame *f)
{
    char text[EMBEDDED_ARTISTS_MAX / 2];
    size_t count = f->length > 0 ? decode_text(text, sizeof text - 1, f) : 0, length = 0, artists = 0;

    text[count] = 0;
    for (size_t at = 0; at < count; at += strlen(text + at) + 1) {
        size_t part = strlen(text + at);

        if (part == 0)
            continue;
        if (artists++ > 0) {
            memcpy(e->artists + length, ", ", 2);
            length += 2;
        }
        memcpy(e->artists + length, text + at, part);
        length += part;
    }
    e->artists[artists > 1 ? length : 0] = 0;
}

/* Takes the zeros out that writers put behind 0xff; returns the new length. */
static size_t
resynchronise(uint8_t *bytes, size_t length)
{
    size_t to = 0;

    for (size_t from = 0; from < length; from++) {
        bytes[to++] = bytes[from];
        if (bytes[from] == 0xff && from + 1 < length && bytes[from + 1] == 0)
            from++;
    }
    return to;
}

/* Undoes what the frame's flags say; false when it is compressed or encrypted. */
static bool
open_frame(struct id3_frame *f, uint8_t flags, bool is_unsynchronised)
{
    size_t before = 0;

    if (f->version == 3 ? flags & 0xc0 : f->version == 4 ? flags & 0x0c : 0)
        return false;
    if (f->version == 3)
        before = flags & 0x20 ? 1 : 0;
    else if (f->version == 4)
        before = (flags & 0x40 ? 1 : 0) + (flags & 0x01 ? 4 : 0);
    if (before > f->length)
        return false;
    f->body += before;
    f->length -= before;
    if (f->version == 4 && (is_unsynchronised || flags & 0x02))
        f->length = resynchronise(f->body, f->length);
    return true;
}

static int
read_frame(struct embedded *e, struct id3_frame *f, uint8_t flags, bool is_unsynchronised)
{
    bool is_picture = !memcmp(f->id, f->version == 2 ? "PIC" : "APIC", f->version == 2 ? 3 : 4);
    bool is_artist = !memcmp(f->id, f->version == 2 ? "TP1" : "TPE1", f->version == 2 ? 3 : 4);

    if ((!is_picture && !is_artist && !e->is_chunk) || !open_frame(f, flags, is_unsynchronised))
        return 0;
    if (is_picture)
        return read_picture_frame(e, f);
    if (is_artist)
        read_artists(e, f);
    return e->is_chunk ? keep_text(e, f) : 0;
}

static int
read_frames(struct embedded *e, uint8_t *tag, size_t length, int version, uint8_t flags)
{
    size_t head = version == 2 ? 6 : 10, at = 0;
    int error = 0;

    if (version < 2 || version > 4 || (version == 2 && flags & 0x40))
        return 0;
    if (version < 4 && flags & 0x80)
        length = resynchronise(tag, length);
    if (version > 2 && flags & 0x40 && length >= 4) /* an extended header */
        at = version == 3 ? 4 + (size_t)AV_RB32(tag) : synchsafe(tag);
    while (!error && at < length && length - at > head && tag[at] != 0) {
        const uint8_t *h = tag + at;
        bool is_safe = version == 4 && !((h[4] | h[5] | h[6] | h[7]) & 0x80); /* old writers of 2.4 did not know */
        size_t body = version == 2 ? AV_RB24(h + 3) : is_safe ? synchsafe(h + 4) : AV_RB32(h + 4);
        struct id3_frame f = { h, version, tag + at + head, body };

        if (body > length - at - head)
            return 0;
        error = read_frame(e, &f, version == 2 ? 0 : h[9], flags & 0x80);
        at += head + body;
    }
    return error;
}

/* `length` bytes of the file, or NULL; the caller frees. Sets *ret_error when memory ran out. */
static uint8_t *
load(int fd, int64_t at, size_t length, int *ret_error)
{
    uint8_t *bytes = length > 0 && length <= EMBEDDED_BYTES_MAX ? av_malloc(length) : NULL;

    if (!bytes) {
        *ret_error = length > 0 && length <= EMBEDDED_BYTES_MAX ? MEDIA_E_OUT_OF_MEMORY : 0;
        return NULL;
    }
    if (pread(fd, bytes, length, at) != (ssize_t)length)
        av_freep(&bytes);
    return bytes;
}

/* Reads the tag at *at and moves *at behind it; false when there is none. */
static bool
read_tag(int fd, int64_t *at, struct embedded *e, int *ret_error)
{
    uint8_t h[10], *tag;
    size_t length;

    if (pread(fd, h, sizeof h, *at) != sizeof h || memcmp(h, "ID3", 3) != 0 || ((h[6] | h[7] | h[8] | h[9]) & 0x80))
        return false;
    length = synchsafe(h + 6);
    tag = load(fd, *at + 10, length, ret_error);
    if (tag)
        *ret_error = read_frames(e, tag, length, h[3], h[5]);
    av_free(tag);
    *at += 10 + (int64_t)length + (h[5] & 0x10 ? 10 : 0);
    return *ret_error == 0;
}

int
embedded_take_picture_block(struct embedded *e, const uint8_t *block, size_t length)
{
    size_t at = 4;

    for (int text = 0; text < 2; text++) { /* MIME type, description */
        if (length < at + 4 || AV_RB32(block + at) > length - at - 4)
            return 0;
        at += 4 + AV_RB32(block + at);
    }
    at += 16; /* width, height, depth, colours */
    if (length < at + 4 || AV_RB32(block + at) > length - at - 4)
        return 0;
    return keep_picture(e, AV_RB32(block), block + at + 4, AV_RB32(block + at));
}

static int
read_flac(int fd, int64_t at, struct embedded *e)
{
    uint8_t h[4] = { 0 };
    int error = 0;

    at += 4;
    for (int i = 0; !error && i < BLOCKS_MAX && !(h[0] & 0x80) && pread(fd, h, 4, at) == 4; i++) {
        size_t length = AV_RB24(h + 1);
        uint8_t *block = (h[0] & 0x7f) == 6 ? load(fd, at + 4, length, &error) : NULL;

        if (block)
            error = embedded_take_picture_block(e, block, length);
        av_free(block);
        at += 4 + (int64_t)length;
    }
    return error;
}

/* Finds the ID3v2 tags in the chunks of a WAV (lengths in little endian) or an AIFF (in big endian). At most TAGS_MAX are read: each may be
 * EMBEDDED_BYTES_MAX long, whatever the length of its chunk. */
static int
read_chunks(int fd, int64_t at, bool is_wav, struct embedded *e)
{
    uint64_t sound_bytes = 0; /* of an RF64 */
    uint8_t h[24] = { 0 };
    int error = 0, tags = 0;

    at += 12;
    e->is_chunk = true;
    for (int i = 0; !error && i < CHUNKS_MAX && tags < TAGS_MAX && pread(fd, h, sizeof h, at) >= 8; i++) {
        uint64_t length = is_wav ? AV_RL32(h + 4) : AV_RB32(h + 4);
        int64_t tag = at + 8;

        if (!memcmp(h, "ds64", 4))
            sound_bytes = AV_RL64(h + 16);
        if (!memcmp(h, "data", 4) && length == UINT32_MAX)
            length = sound_bytes;
        if (!memcmp(h, "ID3 ", 4) || !memcmp(h, "id3 ", 4))
            tags += read_tag(fd, &tag, e, &error);
        if (length > INT64_MAX / 2 || (int64_t)length > INT64_MAX / 2 - at)
            break;
        at += 8 + (int64_t)(length + (length & 1));
    }
    return error;
}

/* iTunes keeps covers in moov/udta/meta/ilst/covr, each in a box `data`: four bytes tell the type of the image, which many writers get wrong,
 * four the locale, and then comes the image. */
static int
read_mp4(int fd, int64_t size, struct embedded *e)
{
    struct mp4_box box, cover;
    int64_t at = 0;
    uint8_t h[8];
    int error = 0;

    if (!mp4_box_next(fd, "moov", &at, size, &box) || !mp4_box_child(fd, "udta", &box, &box) || !mp4_box_child(fd, "meta", &box, &box) ||
        pread(fd, h, sizeof h, box.payload) != sizeof h)
        return 0;
    if (memcmp(h + 4, "hdlr", 4) != 0)
        box.payload += 4; /* version and flags, which QuickTime leaves out */
    if (!mp4_box_child(fd, "ilst", &box, &box) || !mp4_box_child(fd, "covr", &box, &cover))
        return 0;
    at = cover.payload;
    for (int i = 0; !error && i < BLOCKS_MAX && mp4_box_next(fd, "data", &at, cover.end, &box); i++) {
        size_t length = box.end - box.payload > 8 ? (size_t)(box.end - box.payload - 8) : 0;
        uint8_t *image = load(fd, box.payload + 8, length, &error);

        if (image)
            error = keep_picture(e, FRONT, image, length);
        av_free(image);
    }
    return error;
}

int
embedded_read(int fd, int64_t size, struct embedded *ret_embedded)
{
    int64_t at = 0;
    uint8_t h[12] = { 0 };
    int error = 0;

    memset(ret_embedded, 0, sizeof *ret_embedded);
    for (int i = 0; i < TAGS_MAX && read_tag(fd, &at, ret_embedded, &error);)
        i++;
    if (error || pread(fd, h, sizeof h, at) != sizeof h)
        return error;
    if (!memcmp(h, "fLaC", 4))
        return read_flac(fd, at, ret_embedded);
    if (!memcmp(h, "OggS", 4))
        return embedded_ogg_read(fd, at, ret_embedded);
    if (!memcmp(h + 8, "WAVE", 4) || !memcmp(h, "FORM", 4))
        return read_chunks(fd, at, h[0] != 'F', ret_embedded);
    return read_mp4(fd, size, ret_embedded);
}

void
embedded_free(struct embedded *embedded)
{
    av_packet_free(&embedded->cover);
    av_dict_free(&embedded->texts);
}
