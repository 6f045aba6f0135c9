/* rhythm.h - the tempo of a recording, and where its beats are.
 *
 * aubio gives onsets and an onset curve. The tempo is the period after which the curve repeats best, refined over many beats; a least squares fit to
 * the onsets gives the grid of beats. The tempo is unsure when the recording repeats too little, when its parts do not agree, when another period fits as well, or
 * when nothing tells it from twice or half of it. docs/adr/0084-analysis-at-ingest.md has the reasons. Memory: 1.2 MB, whatever the length. */
#ifndef VEZA_MEDIA_RHYTHM_H
#define VEZA_MEDIA_RHYTHM_H

#include <aubio/aubio.h>
#include <stdbool.h>
#include <stddef.h>

#define RHYTHM_RATE 22050 /* of the samples */
#define RHYTHM_HOP 256    /* samples from one spectrum to the next: 86 a second */
#define RHYTHM_FRAME 1024 /* samples of a spectrum */

struct rhythm;

struct rhythm_result {
    double bpm;        /* 0: none was found */
    double confidence; /* 0 to 1 */
    bool is_sure;
    double first_beat_s, beat_s; /* the grid: the first beat, and from one to the next; 0 unless the tempo is sure */
    double onsets_per_s;
};

/* NULL without memory. */
struct rhythm *rhythm_new(void);

/* The next RHYTHM_HOP samples, mono, and the complex spectrum of the last RHYTHM_FRAME samples, as aubio_fft_do_complex() gives it. */
void rhythm_add(struct rhythm *rhythm, const fvec_t *samples, const fvec_t *spectrum);

/* At the end, once. */
void rhythm_conclude(struct rhythm *rhythm, struct rhythm_result *ret_result);
void rhythm_free(struct rhythm *rhythm);

#endif
