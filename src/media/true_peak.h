/* true_peak.h - the highest level between samples, by ITU-R BS.1770-4 annex 2: four times oversampling.
 *
 * Only where samples are loud is there something to find, so that listening to a whole recording costs little. */
#ifndef VEZA_MEDIA_TRUE_PEAK_H
#define VEZA_MEDIA_TRUE_PEAK_H

#include <stddef.h>

#define TRUE_PEAK_TAPS 12

struct true_peak {
    float before[TRUE_PEAK_TAPS - 1]; /* the end of the samples before */
    float highest;                    /* of what was added, as a factor */
};

/* Starts as zeros. The last half dozen samples of all are not interpolated: add that many zeros. */
void true_peak_add(struct true_peak *peak, const float *samples, size_t count);

#endif
