/* wav.h - writes stereo PCM as a WAV file through a callback, a few kilobytes at a time. */
#ifndef VEZA_DEMO_WAV_H
#define VEZA_DEMO_WAV_H

#include "synth.h"

enum { WAV_HEADER_BYTES = 44, WAV_BUFFER_BYTES = 12 * 2048 };      /* a multiple of both frame sizes */

struct wav {
    demo_write write;
    void *user;
    uint32_t bit_depth, dither;
    size_t filled;
    uint8_t buffer[WAV_BUFFER_BYTES];
};

uint64_t wav_size(uint64_t frames, uint32_t bit_depth);

/* All return DEMO_OK or DEMO_WRITE_FAILED. Samples are in [-1, 1]; 16 bits are dithered. */
int wav_begin(struct wav *wav, demo_write write, void *user, uint64_t frames, uint32_t sample_rate, uint32_t bit_depth);
int wav_frames(struct wav *wav, const float *left, const float *right, int frames);
int wav_end(struct wav *wav);

#endif
