/* rendition.h - one quality of a track: an encoder, its thread and the CMAF track that it fills. */
#ifndef VEZA_MEDIA_RENDITION_H
#define VEZA_MEDIA_RENDITION_H

#include "cmaf.h"
#include "frame_queue.h"
#include "quality.h"

#include <stdatomic.h>

enum rendition_kind {
    RENDITION_AAC,  /* eats planar float at `sample_rate` */
    RENDITION_FLAC, /* eats the blocks of decode.h */
    RENDITION_COPY, /* eats the source's own packets through rendition_copy(); has no thread */
};

struct rendition_config {
    const char *name; /* the folder: "low", "medium", "high", "lossless" */
    enum rendition_kind kind;
    int bit_rate; /* AAC only */
    bool goes_first; /* its thread is the one that all others wait for in the end: it gets the processor before them */
    const char *coder; /* AAC only: FFmpeg's aac_coder */
    double gain_db;    /* AAC only: for the room that coding needs */
    double judged_hz;  /* AAC only: quality.h judges up to here; 0: it is not judged */
    int sample_rate;
    AVChannelLayout layout;
    int bits; /* FLAC only: 16 or 24 */
    const AVCodecParameters *source; /* COPY only; must outlive the rendition */
    int64_t heard_from;   /* COPY only: the first frame that is heard; -1: the first packet tells */
    int64_t heard_length; /* COPY only: INT64_MAX: to the end */
    int64_t segment_samples;
};

struct bandwidth {
    int64_t peak;    /* bits per second of the worst segment */
    int64_t average; /* of the whole rendition */
};

struct rendition {
    struct rendition_config config;
    struct frame_queue queue;
    AVCodecContext *codec;
    struct cmaf *cmaf;
    struct quality *quality;       /* AAC that is judged */
    struct quality_report report;  /* after rendition_join() */
    struct bandwidth bandwidth;    /* as published; set by the job */
    bool is_good;                  /* it keeps the bounds of its quality; set by the job */
    pthread_t thread;
    bool started;
    int error;         /* of the thread; read after rendition_join() */
    int64_t fed;       /* frames that went in */
    int64_t delay;
    int64_t clock;     /* of packets written, in frames */
    int64_t source_clock;   /* COPY: of packets seen, in frames */
    int64_t packet_samples; /* COPY of AAC: frames in every packet, also where the container shortens the last */
    uint8_t streaminfo[34];
    bool has_streaminfo;
    int64_t samples;   /* that a listener hears, at the rendition's rate */
    char codec_string[24]; /* RFC 6381 */
    atomic_bool *failed; /* set by the thread that fails, so that the others stop */
};

/* Opens encoder and track, and starts the thread of AAC and FLAC renditions. Returns 0 or an enum media_reason. */
int rendition_start(struct rendition *rendition, const struct rendition_config *config, atomic_bool *failed);

/* COPY: the next packet of the source, which decoded to `samples` frames at the rendition's rate. Packets that nobody needs to hear the
 * part from heard_from on are left out. */
int rendition_copy(struct rendition *rendition, const AVPacket *packet, int64_t samples);

/* COPY: sends the last segment. `samples` as in cmaf_finish(). */
int rendition_copy_finish(struct rendition *rendition, int64_t samples);

/* Waits for the thread after frame_queue_close() or _abort() on its queue. Returns its error. */
int rendition_join(struct rendition *rendition);
void rendition_free(struct rendition *rendition);

#endif
