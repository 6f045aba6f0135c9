#include "wav.h"

#include "dsp.h"

#include <string.h>

static uint8_t *
put_le(uint8_t *at, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *at++ = (uint8_t)(value >> 8 * i);
    return at;
}

uint64_t
wav_size(uint64_t frames, uint32_t bit_depth)
{
    return WAV_HEADER_BYTES + frames * 2 * (bit_depth / 8);
}

int
wav_begin(struct wav *wav, demo_write write, void *user, uint64_t frames, uint32_t sample_rate, uint32_t bit_depth)
{
    uint32_t bytes = bit_depth / 8, data = (uint32_t)(frames * 2 * bytes);
    uint8_t header[WAV_HEADER_BYTES], *at = header;

    wav->write = write;
    wav->user = user;
    wav->bit_depth = bit_depth;
    wav->dither = 1;
    wav->filled = 0;
    memcpy(at, "RIFF", 4);
    at = put_le(at + 4, data + WAV_HEADER_BYTES - 8, 4);
    memcpy(at, "WAVEfmt ", 8);
    at = put_le(at + 8, 16, 4);
    at = put_le(at, 1, 2);
    at = put_le(at, 2, 2);
    at = put_le(at, sample_rate, 4);
    at = put_le(at, sample_rate * 2 * bytes, 4);
    at = put_le(at, 2 * bytes, 2);
    at = put_le(at, bit_depth, 2);
    memcpy(at, "data", 4);
    put_le(at + 4, data, 4);
    return write(user, header, sizeof header) == 0 ? DEMO_OK : DEMO_WRITE_FAILED;
}

static int32_t
quantise(struct wav *wav, float sample)
{
    if (wav->bit_depth == 24)
        return (int32_t)lrintf(clampf(sample, -1.0f, 1.0f) * 8388607.0f);
    /* triangular dither: without it a long fade turns into a buzz */
    return (int32_t)lrintf(clampf(sample, -1.0f, 1.0f) * 32766.0f + 0.5f * (noise_next(&wav->dither) + noise_next(&wav->dither)));
}

int
wav_frames(struct wav *wav, const float *left, const float *right, int frames)
{
    int bytes = (int)wav->bit_depth / 8;

    for (int i = 0; i < frames; i++) {
        uint8_t *at = wav->buffer + wav->filled;

        at = put_le(at, (uint32_t)quantise(wav, left[i]), bytes);
        put_le(at, (uint32_t)quantise(wav, right[i]), bytes);
        wav->filled += 2 * (size_t)bytes;
        if (wav->filled == sizeof wav->buffer && wav_end(wav) != DEMO_OK)
            return DEMO_WRITE_FAILED;
    }
    return DEMO_OK;
}

int
wav_end(struct wav *wav)
{
    size_t filled = wav->filled;

    wav->filled = 0;
    return filled == 0 || wav->write(wav->user, wav->buffer, filled) == 0 ? DEMO_OK : DEMO_WRITE_FAILED;
}
