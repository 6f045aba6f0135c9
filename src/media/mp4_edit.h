/* mp4_edit.h - reads the edit list of an MP4's sound: which part of its samples is heard; and the channel mask of a FLAC in it.
 *
 * FFmpeg applies edit lists itself, but loses samples: up to a packet when the list starts inside a later packet than the first, all priming
 * in fragmented files, up to a millisecond where the movie counts milliseconds. So for the ordinary list, one edit at normal speed,
 * FFmpeg is told to ignore it and decode.c cuts exactly. */
#ifndef VEZA_MEDIA_MP4_EDIT_H
#define VEZA_MEDIA_MP4_EDIT_H

#include <stdbool.h>
#include <stdint.h>

struct mp4_edit {
    bool is_mp4;             /* a track with sound was found */
    bool is_complex;         /* several parts, or another speed than normal: FFmpeg has to play the list */
    bool is_fragmented;      /* moov does not know the length of the media */
    bool exists;
    int64_t start;           /* first sample heard, in units of `media_scale` */
    int64_t length;          /* in units of `movie_scale`; 0: to the end */
    uint32_t media_scale, movie_scale; /* units a second */
    uint32_t channel_mask;   /* WAVEFORMATEXTENSIBLE_CHANNEL_MASK of a FLAC that gives one; else 0 */
};

/* Looks at the first track with sound. An empty edit (silence before the sound) is left out. Everything is zero when the file is no MP4. */
void mp4_edit_read(int fd, int64_t size, struct mp4_edit *ret_edit);

/* How much of `media_length` (units of `media_scale`, 0: unknown) is heard, in the same units; INT64_MAX: to the end. Where the movie's
 * unit is too coarse to tell the end of the edit from the end of the media, the end of the media counts. */
int64_t mp4_edit_length(const struct mp4_edit *edit, int64_t media_length);

#endif
