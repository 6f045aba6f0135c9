/* fingerprint.h - how far two recordings are from each other, by the raw Chromaprint fingerprints of the whole of them. */
#ifndef VEZA_MEDIA_FINGERPRINT_H
#define VEZA_MEDIA_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Items of 32 bits, 8.08 a second. */
#define FINGERPRINT_ITEMS_MINUTE 485

/* From here on it is another recording: docs/adr/0082-versions-of-tracks.md has what was measured. */
#define FINGERPRINT_OTHER 0.29

/* Compares each minute of either with the place of the other that is most like it, at most ten minutes from where it is expected: that of the minute
 * that is least alike counts. `ret_distance` is the part of the bits that differ: 0 for the same sound, nearly 0.5 for nothing alike. False when one of them is too
 * short to tell, or without memory. The time grows with the length of the recordings: 1.6 s for two of six hours. */
bool fingerprint_distance(const uint32_t *one, size_t one_items, const uint32_t *other, size_t other_items, double *ret_distance);

#endif
