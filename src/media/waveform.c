/* waveform.c - peaks of blocks. */
#include "waveform.h"

#include "output.h"
#include "reason.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
waveform_init(struct waveform *w, int sample_rate)
{
    memset(w, 0, sizeof *w);
    w->sample_rate = sample_rate;
    w->samples_per_pixel = sample_rate / WAVEFORM_PAIRS_PER_SECOND;
    w->low = INFINITY;
    w->high = -INFINITY;
    w->pairs = malloc(2 * WAVEFORM_DETAIL_MAX);
    return w->pairs ? 0 : MEDIA_E_OUT_OF_MEMORY;
}

void
waveform_free(struct waveform *w)
{
    free(w->pairs);
    w->pairs = NULL;
}

static int8_t
to_8_bits(float value)
{
    float scaled = floorf(value * 128.0f);

    return (int8_t)(scaled > 127 ? 127 : scaled > -128 ? (int)scaled : -128);
}

static int8_t
lower(int8_t a, int8_t b)
{
    return a < b ? a : b;
}

static int8_t
higher(int8_t a, int8_t b)
{
    return a > b ? a : b;
}

static void
halve(struct waveform *w)
{
    w->count /= 2;
    for (int i = 0; i < w->count; i++) {
        w->pairs[2 * i] = lower(w->pairs[4 * i], w->pairs[4 * i + 2]);
        w->pairs[2 * i + 1] = higher(w->pairs[4 * i + 1], w->pairs[4 * i + 3]);
    }
    w->samples_per_pixel *= 2;
}

static void
end_pair(struct waveform *w)
{
    w->pairs[2 * w->count] = to_8_bits(w->low);
    w->pairs[2 * w->count + 1] = to_8_bits(w->high);
    w->count++;
    w->in_pair = 0;
    w->low = INFINITY;
    w->high = -INFINITY;
    if (w->count == WAVEFORM_DETAIL_MAX)
        halve(w);
}

static void
range_s16(const int16_t *samples, size_t count, float *low, float *high)
{
    int16_t l = INT16_MAX, h = INT16_MIN;

    for (size_t i = 0; i < count; i++) {
        l = samples[i] < l ? samples[i] : l;
        h = samples[i] > h ? samples[i] : h;
    }
    *low = (float)l / 32768.0f;
    *high = (float)h / 32768.0f;
}

static void
range_s32(const int32_t *samples, size_t count, float *low, float *high)
{
    int32_t l = INT32_MAX, h = INT32_MIN;

    for (size_t i = 0; i < count; i++) {
        l = samples[i] < l ? samples[i] : l;
        h = samples[i] > h ? samples[i] : h;
    }
    *low = (float)l / 2147483648.0f;
    *high = (float)h / 2147483648.0f;
}

static void
range_float(const float *samples, size_t count, float *low, float *high)
{
    float l = INFINITY, h = -INFINITY;

    for (size_t i = 0; i < count; i++) {
        l = samples[i] < l ? samples[i] : l;
        h = samples[i] > h ? samples[i] : h;
    }
    *low = l <= h ? l : 0; /* nothing but NaN */
    *high = l <= h ? h : 0;
}

static void
range(const AVFrame *block, int offset, int frames, float *low, float *high)
{
    int channels = block->ch_layout.nb_channels;
    size_t count = (size_t)frames * (size_t)channels;
    const uint8_t *at = block->data[0] + (size_t)offset * (size_t)channels * (size_t)av_get_bytes_per_sample((enum AVSampleFormat)block->format);

    if (block->format == AV_SAMPLE_FMT_S16)
        range_s16((const int16_t *)at, count, low, high);
    else if (block->format == AV_SAMPLE_FMT_S32)
        range_s32((const int32_t *)at, count, low, high);
    else
        range_float((const float *)at, count, low, high);
}

int
waveform_add(struct waveform *w, const AVFrame *block)
{
    for (int offset = 0; offset < block->nb_samples;) {
        int frames = block->nb_samples - offset;
        float low, high;

        if (frames > w->samples_per_pixel - w->in_pair)
            frames = w->samples_per_pixel - w->in_pair;
        range(block, offset, frames, &low, &high);
        w->low = low < w->low ? low : w->low;
        w->high = high > w->high ? high : w->high;
        w->in_pair += frames;
        offset += frames;
        if (w->in_pair == w->samples_per_pixel)
            end_pair(w);
    }
    return 0;
}

/* Each output pair covers `group` pairs. */
static int
send_group(const struct waveform *w, const char *name, int group)
{
    int length = (w->count + group - 1) / group;
    char *json = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&json, &size);
    int error;

    if (!out)
        return MEDIA_E_OUT_OF_MEMORY;
    fprintf(out, "{\"version\":2,\"channels\":1,\"sample_rate\":%d,\"samples_per_pixel\":%d,\"bits\":8,\"length\":%d,\"data\":[", w->sample_rate,
            w->samples_per_pixel * group, length);
    for (int i = 0; i < length; i++) {
        int8_t low = 127, high = -128;

        for (int j = i * group; j < (i + 1) * group && j < w->count; j++) {
            low = lower(low, w->pairs[2 * j]);
            high = higher(high, w->pairs[2 * j + 1]);
        }
        fprintf(out, "%s%d,%d", i ? "," : "", low, high);
    }
    fputs("]}", out);
    error = fclose(out) == 0 ? output_file(name, json, size) : MEDIA_E_OUT_OF_MEMORY;
    free(json);
    return error;
}

int
waveform_send_overview(struct waveform *w)
{
    int group;

    if (w->in_pair > 0)
        end_pair(w);
    group = (w->count + WAVEFORM_OVERVIEW_MAX - 1) / WAVEFORM_OVERVIEW_MAX;
    return send_group(w, "waveform/overview.json", group > 0 ? group : 1);
}

int
waveform_send(struct waveform *w)
{
    int error;

    if (w->in_pair > 0)
        end_pair(w);
    error = send_group(w, "waveform/detail.json", 1);
    return error ? error : waveform_send_overview(w);
}
