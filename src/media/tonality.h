/* tonality.h - the key of a recording, and how far its tuning is from a = 440 Hz.
 *
 * The peaks of spectra are counted by their pitch class in steps of ten cents (a chroma, of constant size). At the end the tuning is estimated from where
 * between the semitones they lie, and twelve pitch classes in that tuning are compared with published key profiles. The key is unsure when two keys fit nearly as well,
 * and when the pitches lie anywhere, as in speech and noise. */
#ifndef VEZA_MEDIA_TONALITY_H
#define VEZA_MEDIA_TONALITY_H

#include <stdbool.h>

#define TONALITY_RATE 22050 /* of the samples */
#define TONALITY_HOP 4096   /* samples from one spectrum to the next: 186 ms */

struct tonality;

struct tonality_result {
    int root;          /* 0 is C, 11 is B; -1: none was found */
    bool is_minor;
    double confidence; /* 0 to 1 */
    bool is_sure;
    double tuning_cents; /* -50 to 50: above a = 440 Hz */
    bool is_in_tune;   /* the pitches lie where semitones are expected; else the tuning says nothing */
};

/* NULL without memory. */
struct tonality *tonality_new(void);

/* The next TONALITY_HOP samples, mono. */
void tonality_add(struct tonality *tonality, const float *samples);

void tonality_conclude(const struct tonality *tonality, struct tonality_result *ret_result);
void tonality_free(struct tonality *tonality);

#endif
