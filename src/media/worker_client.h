/* worker_client.h - runs one media job in a sandboxed process and hands out what it makes.
 *
 * The server never parses a byte of a stranger's media: it gives a descriptor of the file to `veza media-worker` and
 * reads frames (worker_protocol.h) until the worker is gone. media_run() blocks; call it from a worker thread. It may be
 * called from any number of threads at once, leaves no descriptor and no zombie behind, and uses about 130 KiB of memory. */
#ifndef VEZA_MEDIA_WORKER_CLIENT_H
#define VEZA_MEDIA_WORKER_CLIENT_H

#include "base/source.h"
#include "worker_protocol.h"

#include <stdatomic.h>

enum media_mode {
    MEDIA_MODE_AUDIO,  /* HLS renditions, waveform, loudness, fingerprint, tags: docs/media.md lists files and RESULT */
    MEDIA_MODE_PROBE,  /* headers only: RESULT, no files */
    MEDIA_MODE_MUSIC,  /* tempo, key and timbre: RESULT, no files */
    MEDIA_MODE_STEM,   /* what the stem player plays: segments of FLAC, a waveform, RESULT */
    MEDIA_MODE_IMAGE,  /* image_1200.webp, image_600.webp, image_300.webp: squares, cropped in the centre */
    MEDIA_MODE_BANNER, /* banner_1500.webp, banner_750.webp: 3:1 */
    MEDIA_MODE_JPEG,   /* image.jpg: a square of at most 1000 pixels, for tags of downloads */
};

/* 0 in a limit means its default. Callbacks run in the calling thread; those that return int return 0, or a negative number
 * to end the job (outcome MEDIA_REFUSED). Any of them may be NULL. */
struct media_job {
    enum media_mode mode;
    struct source *input;          /* local: the worker gets a descriptor of it; the reference stays the caller's */
    const char *program;           /* NULL: this very binary */
    uint32_t wall_limit_ms;        /* default 30 min for audio, 30 s for the rest */
    uint32_t cpu_limit_s;          /* default twice the wall limit */
    uint32_t memory_limit_mib;     /* address space; default 1536 */
    uint32_t max_duration_s;       /* longer recordings fail with too_long; default 6 h */
    uint32_t stem_rate;            /* of a stem: the rate of what is made of it, in Hz; default 48000 */
    const atomic_bool *cancel;     /* may be NULL; looked at ten times a second */
    bool skips_judging;            /* for benchmarks: publishes the AAC renditions as they were encoded first, and not compared with the source */
    bool skips_music;              /* for benchmarks: without tempo, key and timbre, and with a fingerprint of two minutes */
    const char *self_test;         /* NULL; for tests and `veza doctor`: see worker.h */

    int (*on_file_begin)(void *user, const char *name); /* name is valid, see media_file_name_is_valid() */
    int (*on_file_data)(void *user, const void *bytes, size_t length);
    int (*on_file_end)(void *user);
    void (*on_progress)(void *user, const char *stage, float fraction);
    int (*on_playable)(void *user, const char *json, size_t length); /* of audio that lasts a minute and longer: one quality can be played; at most once */
    int (*on_result)(void *user, const char *json, size_t length); /* json is NUL-terminated; called at most once, last */
    void *user;
};

enum media_outcome_kind {
    MEDIA_OK,
    MEDIA_FAILED,      /* the file is at fault: code and message say why; do not retry */
    MEDIA_CRASHED,     /* the worker died: signal says how (0: it exited without a word); do not retry more than once, unless it was SIGKILL */
    MEDIA_TIMED_OUT,
    MEDIA_CANCELLED,
    MEDIA_REFUSED,     /* a callback returned a negative number */
    MEDIA_NOT_STARTED, /* no process could be started: error is the errno; retry later */
};

/* code and message are always set unless kind is MEDIA_OK: "crashed", "timed_out", "cancelled", "refused", "not_started",
 * or one of reason.c. The message is a sentence for the person who sent the file. */
struct media_outcome {
    enum media_outcome_kind kind;
    int signal;
    int error;
    char code[MEDIA_CODE_MAX + 1];
    char message[MEDIA_MESSAGE_MAX + 1];
};

struct media_outcome media_run(const struct media_job *job);

#endif
