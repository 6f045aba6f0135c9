/* flac_samples.c - rounds to what FLAC holds, where there is something to round. */
#include "flac_samples.h"

#include "reason.h"
#include "samples.h"

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
            out32[i] = sample_s24_of_s32(wide[i]);
    else if (bits == 24)
        for (size_t i = 0; i < count; i++)
            out32[i] = sample_s24_of_float(floats[i]);
    else
        for (size_t i = 0; i < count; i++)
            out16[i] = sample_s16_of_float(floats[i]);
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
