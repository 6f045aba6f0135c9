/* analysis.h - what is measured rather than encoded: waveform, EBU R128 loudness, Chromaprint fingerprint, tempo, key and timbre; in a thread of its own. */
#ifndef VEZA_MEDIA_ANALYSIS_H
#define VEZA_MEDIA_ANALYSIS_H

#include "decode.h"
#include "frame_queue.h"
#include "music.h"
#include "true_peak.h"
#include "waveform.h"

#include <chromaprint.h>
#include <ebur128.h>
#include <stdatomic.h>

#define FINGERPRINT_SHORT 948 /* items of the compressed one: two minutes, as others compute it */
#define FINGERPRINT_SHORT_S 120

struct analysis {
    struct frame_queue queue;
    struct waveform waveform;
    ebur128_state *loudness;
    struct true_peak peak[8];
    ChromaprintContext *fingerprinter;
    int64_t fingerprinted, fingerprint_max; /* frames: so far, and at most */
    struct music *music; /* NULL: it is left out */
    pthread_t thread;
    bool started;
    int error;
    atomic_bool *failed;

    /* results, after analysis_join() */
    double loudness_lufs, loudness_range_lu, true_peak_dbtp; /* not finite when the recording is silent */
    char *fingerprint; /* of the beginning, compressed, base64; NULL when too short */
    struct music_result heard; /* of the music, unless that is left out */
};

/* Unless `hears_music`, tempo, key and timbre are left out, and the fingerprint ends after FINGERPRINT_SHORT_S. */
int analysis_start(struct analysis *analysis, const struct sound *sound, bool hears_music, atomic_bool *failed);
int analysis_join(struct analysis *analysis);
void analysis_free(struct analysis *analysis);

#endif
