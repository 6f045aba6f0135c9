/* flac_samples.h - samples as FFmpeg's FLAC encoder takes them: s16, or s32 of which the upper 24 bits count. */
#ifndef VEZA_MEDIA_FLAC_SAMPLES_H
#define VEZA_MEDIA_FLAC_SAMPLES_H

#include <libavutil/frame.h>

/* A frame of `bits` (16 or 24) from a block of decode.h. Sources of up to 16 and of 24 bits pass unchanged, bit for bit; 32 bit and float
 * sources are rounded to the nearest of 24 bits, lossy sources (float) to 16. The caller frees *ret_frame. */
int flac_samples_from(AVFrame **ret_frame, const AVFrame *block, int bits);

#endif
