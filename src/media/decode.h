/* decode.h - turns the input into blocks of samples in one of three plain formats. */
#ifndef VEZA_MEDIA_DECODE_H
#define VEZA_MEDIA_DECODE_H

#include "input.h"

#define BLOCK_SAMPLES 4096

/* What comes out: interleaved s16 (sources of up to 16 bits), s32 (24 and 32 bits, left aligned) or float (the rest). */
struct sound {
    enum AVSampleFormat format;
    int sample_rate;
    AVChannelLayout layout;
    int bits; /* of the source; 0 when it is lossy and has none */
};

struct decode_sink {
    /* Called once, before the first block. */
    int (*on_start)(void *user, const struct sound *sound);
    /* A block of BLOCK_SAMPLES frames; only the last may be shorter. The callee may change the samples, and takes references, not the block. */
    int (*on_block)(void *user, AVFrame *block);
    /* Every packet of the sound as it was stored, with the number of frames that it decoded to (0: it is damaged); may be NULL. */
    int (*on_packet)(void *user, const AVPacket *packet, int samples);
    void *user;
};

/* Decodes everything. Returns 0 and the exact number of frames, or an enum media_reason (also one of the sink's). */
int decode_all(struct input *input, const struct decode_sink *sink, int64_t max_duration_s, int64_t *ret_samples);

#endif
