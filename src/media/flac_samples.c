/* flac_samples.c - rounding, where there is something to round. */
#include "flac_samples.h"

#include "reason.h"

#include <math.h>

static int32_t
round_float(float value, float scale)
{
    float scaled = value * scale;

    if (!(scaled < scale)) /* also what is not a number */
        return scaled >= scale ? (int32_t)scale - 1 : 0;
    return scaled < -scale ? -(int32_t)scale : (int32_t)lrintf(scaled);
}

static int32_t
round_24(int32_t value)
{
    int64_t rounded = ((int64_t)value + 128) & ~(int64_t)255;

    return rounded > 0x7fffff00 ? 0x7fffff00 : (int32_t)rounded;
}

static void
fill(AVFrame *to, const AVFrame *from, int bits)
{
    size_t count = (size_t)from->nb_samples * (size_t)from->ch_layout.nb_channels;
    const float *floats = (const float *)from->data[0];
    const int32_t *wide = (const int32_t *)from->data[0];
    int32_t *out32 = (int32_t *)to->data[0];
    int16_t *out16 = (int16_t *)to->data[0];

    if (from->format == AV_SAMPLE_FMT_S32)
        for (size_t i = 0; i < count; i++)
            out32[i] = round_24(wide[i]);
    else if (bits == 24)
        for (size_t i = 0; i < count; i++)
            out32[i] = round_float(floats[i], 8388608.0f) * 256;
    else
        for (size_t i = 0; i < count; i++) {
            int32_t value = round_float(floats[i], 32768.0f);

            out16[i] = (int16_t)value;
        }
}

int
flac_samples_from(AVFrame **ret_frame, const AVFrame *block, int bits)
{
    AVFrame *frame;

    if (block->format == AV_SAMPLE_FMT_S16) {
        *ret_frame = av_frame_clone(block);
        return *ret_frame ? 0 : MEDIA_E_OUT_OF_MEMORY;
    }
    frame = av_frame_alloc();
    if (!frame)
        return MEDIA_E_OUT_OF_MEMORY;
    frame->format = bits == 24 ? AV_SAMPLE_FMT_S32 : AV_SAMPLE_FMT_S16;
    frame->sample_rate = block->sample_rate;
    frame->nb_samples = block->nb_samples;
    if (av_channel_layout_copy(&frame->ch_layout, &block->ch_layout) < 0 || av_frame_get_buffer(frame, 0) < 0) {
        av_frame_free(&frame);
        return MEDIA_E_OUT_OF_MEMORY;
    }
    fill(frame, block, bits);
    *ret_frame = frame;
    return 0;
}
