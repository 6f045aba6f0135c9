/* embedded.h - what FFmpeg 5.1 leaves out of tags: all artists of an ID3v2 tag but the first, covers in WebP, covers without a MIME type or with a
 * wrong one. ID3v2 tags lie at the start of a file or in a chunk of WAV and AIFF; pictures also in blocks of FLAC, in comments of Ogg and in the
 * list of an MP4.
 *
 * Lengths in the file are believed only as far as there are bytes. */
#ifndef VEZA_MEDIA_EMBEDDED_H
#define VEZA_MEDIA_EMBEDDED_H

#include <libavcodec/packet.h>
#include <libavutil/dict.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EMBEDDED_ARTISTS_MAX 1000
#define EMBEDDED_BYTES_MAX (24 << 20) /* a larger tag or block is left to FFmpeg */

struct embedded {
    char artists[EMBEDDED_ARTISTS_MAX]; /* joined by ", ", not cleaned; "" unless the tag names several */
    AVPacket *cover;                    /* JPEG, PNG or WebP: the front cover, or else the first picture; NULL without */
    bool is_front;
    AVDictionary *texts; /* of an ID3v2 tag in a chunk, under FFmpeg's names, not cleaned: FFmpeg drops them where there is RIFF INFO */
    bool is_chunk;       /* that tag is being read */
};

/* Reads a file of `size` bytes. Returns 0 or MEDIA_E_OUT_OF_MEMORY; embedded_free() in either case. */
int embedded_read(int fd, int64_t size, struct embedded *ret_embedded);
void embedded_free(struct embedded *embedded);

/* For embedded_ogg.c: keeps the picture of a PICTURE block (RFC 9639, 8.8) where it is the best so far. Returns 0 or MEDIA_E_OUT_OF_MEMORY. */
int embedded_take_picture_block(struct embedded *embedded, const uint8_t *block, size_t length);

#endif
