/* embedded_ogg.c - pages (RFC 3533) of header packets: Vorbis and Opus keep pictures as comments in base64, FLAC also as blocks of its own. */
#include "embedded_ogg.h"

#include "reason.h"
#include "vorbis_comment.h"

#include <libavutil/base64.h>
#include <libavutil/common.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/mem.h>
#include <string.h>
#include <unistd.h>

#define PAGE_HEAD 27
#define PAGES_MAX 16384 /* of other streams in a row */
#define PACKETS_MAX 256
#define FLAC_COMMENTS 4
#define FLAC_PICTURE 6

struct ogg {
    int fd;
    int64_t at; /* of the next page */
    bool is_begun; /* `serial` is known */
    uint32_t serial;
    uint8_t head[PAGE_HEAD], lacing[255];
    int segments, segment; /* of this page, and which is next */
    int64_t payload;       /* where that one lies */
    uint8_t *packet;
    size_t length;
    unsigned capacity;
};

/* The next page of the stream (the first page tells which that is); false when there is none. */
static bool
next_page(struct ogg *o)
{
    for (int i = 0; i < PAGES_MAX; i++) {
        int64_t length = 0;

        if (pread(o->fd, o->head, PAGE_HEAD, o->at) != PAGE_HEAD || memcmp(o->head, "OggS", 4) != 0 ||
            pread(o->fd, o->lacing, o->head[26], o->at + PAGE_HEAD) != o->head[26])
            return false;
        o->payload = o->at + PAGE_HEAD + o->head[26];
        for (int s = 0; s < o->head[26]; s++)
            length += o->lacing[s];
        o->at = o->payload + length;
        if (!o->is_begun)
            o->serial = AV_RL32(o->head + 14);
        o->is_begun = true;
        o->segments = o->head[26];
        o->segment = 0;
        if (AV_RL32(o->head + 14) == o->serial && o->segments > 0)
            return true;
    }
    return false;
}

/* Reads the next packet into o->packet. Returns 1, 0 when there is none of at most EMBEDDED_BYTES_MAX, or MEDIA_E_OUT_OF_MEMORY. */
static int
next_packet(struct ogg *o)
{
    int lacing = 255;

    o->length = 0;
    while (lacing == 255) {
        uint8_t *grown;

        if (o->segment == o->segments && !next_page(o))
            return 0;
        lacing = o->lacing[o->segment++];
        if (o->length + (size_t)lacing > EMBEDDED_BYTES_MAX)
            return 0;
        grown = av_fast_realloc(o->packet, &o->capacity, o->length + (size_t)lacing + 1);
        if (!grown)
            return MEDIA_E_OUT_OF_MEMORY;
        o->packet = grown;
        if (pread(o->fd, o->packet + o->length, (size_t)lacing, o->payload) != lacing)
            return 0;
        o->length += (size_t)lacing;
        o->payload += lacing;
    }
    return 1;
}

static int
read_comments(struct embedded *e, const uint8_t *bytes, size_t length)
{
    struct vorbis_comments comments = vorbis_comments_begin(bytes, length);
    const uint8_t *value;
    size_t value_length;
    int error = 0;

    while (!error && vorbis_comments_find(&comments, "METADATA_BLOCK_PICTURE", &value, &value_length)) {
        char *text = av_strndup((const char *)value, value_length);
        uint8_t *block = av_malloc(value_length);
        int n = text && block ? av_base64_decode(block, text, (int)value_length) : 0;

        error = !text || !block ? MEDIA_E_OUT_OF_MEMORY : n > 0 ? embedded_take_picture_block(e, block, (size_t)n) : 0;
        av_free(block);
        av_free(text);
    }
    return error;
}

/* The blocks of a FLAC are a packet each. Sound begins with 0xff. */
static int
read_flac(struct ogg *o, struct embedded *e)
{
    int error = 1;

    for (int i = 0; i < PACKETS_MAX && (error = next_packet(o)) > 0; i++) {
        int type = o->length > 4 ? o->packet[0] & 0x7f : 0;

        if (o->length < 4 || o->packet[0] == 0xff)
            return 0;
        if (type == FLAC_COMMENTS)
            error = read_comments(e, o->packet + 4, o->length - 4);
        else if (type == FLAC_PICTURE)
            error = embedded_take_picture_block(e, o->packet + 4, o->length - 4);
        if (error < 0 || o->packet[0] & 0x80)
            break;
    }
    return error < 0 ? error : 0;
}

static bool
begins_with(const struct ogg *o, const char *bytes, size_t length)
{
    return o->length >= length && !memcmp(o->packet, bytes, length);
}

int
embedded_ogg_read(int fd, int64_t at, struct embedded *e)
{
    struct ogg o = { .fd = fd, .at = at };
    int error = next_packet(&o);

    if (error > 0 && begins_with(&o, "\x7f" "FLAC", 5)) {
        error = read_flac(&o, e);
    } else if (error > 0 && (error = next_packet(&o)) > 0) {
        if (begins_with(&o, "OpusTags", 8))
            error = read_comments(e, o.packet + 8, o.length - 8);
        else if (begins_with(&o, "\3vorbis", 7))
            error = read_comments(e, o.packet + 7, o.length - 7);
    }
    av_free(o.packet);
    return error < 0 ? error : 0;
}
