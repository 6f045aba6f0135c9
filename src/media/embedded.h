/* embedded.h - what FFmpeg 5.1 leaves out of ID3v2 tags and FLAC metadata: all artists but the first, covers in WebP, covers without a MIME type.
 *
 * Lengths in the file are believed only as far as there are bytes. */
#ifndef VEZA_MEDIA_EMBEDDED_H
#define VEZA_MEDIA_EMBEDDED_H

#include <libavcodec/packet.h>
#include <stdbool.h>

#define EMBEDDED_ARTISTS_MAX 1000
#define EMBEDDED_BYTES_MAX (24 << 20) /* a larger tag or block is left to FFmpeg */

struct embedded {
    char artists[EMBEDDED_ARTISTS_MAX]; /* joined by ", ", not cleaned; "" unless the tag names several */
    AVPacket *cover;                    /* JPEG, PNG or WebP: the front cover, or else the first picture; NULL without */
    bool is_front;
};

/* Reads the ID3v2 tags at the start of the file and the pictures of a FLAC behind them. Returns 0 or MEDIA_E_OUT_OF_MEMORY; embedded_free()
 * in either case. */
int embedded_read(int fd, struct embedded *ret_embedded);
void embedded_free(struct embedded *embedded);

#endif
