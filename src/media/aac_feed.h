/* aac_feed.h - makes what all AAC renditions and stems are encoded from, of the blocks of decode.h: planar float, mono or stereo.
 *
 * Lengths are rounded up: no part of a recording is lost when it is cut in two, and no recording becomes empty. */
#ifndef VEZA_MEDIA_AAC_FEED_H
#define VEZA_MEDIA_AAC_FEED_H

#include "decode.h"

#include <libswresample/swresample.h>

struct aac_feed {
    /* Called with blocks of BLOCK_SAMPLES frames, of which only the last may be shorter. Takes references, not the block. */
    int (*on_block)(void *user, const AVFrame *block);
    void *user;
    int rate, source_rate;
    AVChannelLayout layout;
    SwrContext *resample;
    AVFrame *block; /* being filled */
    int filled;
    int64_t taken, given; /* frames, at the source's rate and at ours */
    float last[2];        /* the last frame given */
};

/* 44.1 or 48 kHz, whichever is the nearer relative of the source's rate. */
int aac_feed_usual_rate(int source_rate);

/* The functions return 0 or an enum media_reason, also one of on_block's. `rate` is what comes out, in Hz. */
int aac_feed_open(struct aac_feed *feed, const struct sound *sound, int rate, int (*on_block)(void *user, const AVFrame *block), void *user);
int aac_feed_add(struct aac_feed *feed, const AVFrame *block);
int aac_feed_end(struct aac_feed *feed);
void aac_feed_close(struct aac_feed *feed);

#endif
