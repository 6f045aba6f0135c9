/* vorbis_comment.h - the comments of Ogg and FLAC: names and values (RFC 9639, 8.6). Lengths are believed only as far as there are bytes. */
#ifndef VEZA_MEDIA_VORBIS_COMMENT_H
#define VEZA_MEDIA_VORBIS_COMMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vorbis_comments {
    const uint8_t *at;
    size_t left;    /* bytes */
    uint32_t count; /* comments that are still to come */
};

/* Begins at the vendor string. The bytes must live as long as the result. */
struct vorbis_comments vorbis_comments_begin(const uint8_t *bytes, size_t length);

/* The next comment of that name, in whatever case; false when there is none, and then *ret_value and *ret_length mean nothing. The value
 * lies in the given bytes, `*ret_length` long and without a zero behind it. */
bool vorbis_comments_find(struct vorbis_comments *comments, const char *name, const uint8_t **ret_value, size_t *ret_length);

/* The comment that gives the channel mask of a FLAC whose layout is not the usual one (RFC 9639, 8.6.2). */
#define CHANNEL_MASK_COMMENT "WAVEFORMATEXTENSIBLE_CHANNEL_MASK"

#endif
