/* init_patch.h - what FFmpeg's muxer cannot know when it writes an init segment, written in afterwards. */
#ifndef VEZA_MEDIA_INIT_PATCH_H
#define VEZA_MEDIA_INIT_PATCH_H

#include <stddef.h>
#include <stdint.h>

/* How much longer the segment becomes. */
#define INIT_PATCH_EDIT_BYTES 36
#define INIT_PATCH_MASK_BYTES 58

/* Inserts an edit list: play `samples` frames, from frame `delay` on. Needs movie timescale = media timescale = sample rate, and
 * INIT_PATCH_EDIT_BYTES of room behind the segment. */
int init_patch_edit(uint8_t *init, size_t *length, int64_t delay, int64_t samples);

/* Replaces FLAC's STREAMINFO in the dfLa box. */
int init_patch_streaminfo(uint8_t *init, size_t length, const uint8_t *streaminfo, size_t streaminfo_length);

/* Inserts the channel mask of a FLAC, as the comment WAVEFORMATEXTENSIBLE_CHANNEL_MASK (RFC 9639, 8.6.2) behind STREAMINFO. Needs
 * INIT_PATCH_MASK_BYTES of room behind the segment. */
int init_patch_channel_mask(uint8_t *init, size_t *length, uint32_t mask);

#endif
