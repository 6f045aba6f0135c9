/* flac_wide.h - decodes FLAC of more than 24 bits, which FFmpeg 5.1 does not, by libFLAC. */
#ifndef VEZA_MEDIA_FLAC_WIDE_H
#define VEZA_MEDIA_FLAC_WIDE_H

#include "input.h"

struct flac_wide_counts {
    int64_t good;    /* frames that decoded */
    int64_t damaged; /* places where the stream is damaged; a frame whose checksum is wrong is silence */
};

/* What STREAMINFO, the extradata of a FLAC, says; 0 for other codecs. */
int flac_bits(const AVCodecParameters *par);
int flac_channels(const AVCodecParameters *par);

/* Decodes all that is left of the input, which hands out its packets unparsed, into frames of interleaved s32, left aligned. on_frame returns 0,
 * or an enum media_reason, which ends the work and is returned. */
int flac_wide_decode(struct input *input, int (*on_frame)(void *user, const AVFrame *frame), void *user, struct flac_wide_counts *ret_counts);

#endif
