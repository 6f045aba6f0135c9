/* aac_feed.c - mixes down, resamples, and cuts into blocks. */
#include "aac_feed.h"

#include "reason.h"

#include <libavutil/opt.h>
#include <string.h>

int
aac_feed_usual_rate(int source_rate)
{
    return source_rate % 11025 == 0 ? 44100 : 48000;
}

int
aac_feed_open(struct aac_feed *feed, const struct sound *sound, int rate, int (*on_block)(void *user, const AVFrame *block), void *user)
{
    AVChannelLayout from = sound->layout;
    int error;

    memset(feed, 0, sizeof *feed);
    feed->on_block = on_block;
    feed->user = user;
    feed->source_rate = sound->sample_rate;
    feed->rate = rate;
    av_channel_layout_default(&feed->layout, sound->layout.nb_channels == 1 ? 1 : 2);
    error = swr_alloc_set_opts2(&feed->resample, &feed->layout, AV_SAMPLE_FMT_FLTP, feed->rate, &from, sound->format, sound->sample_rate, 0, NULL);
    if (error >= 0 && feed->rate != sound->sample_rate) {
        av_opt_set_int(feed->resample, "filter_size", 64, 0);
        av_opt_set_double(feed->resample, "cutoff", 0.97, 0);
    }
    if (error >= 0)
        error = swr_init(feed->resample);
    return error < 0 ? MEDIA_E_OUT_OF_MEMORY : 0;
}

static int
new_block(struct aac_feed *feed)
{
    AVFrame *block = feed->block = av_frame_alloc();

    if (!block)
        return MEDIA_E_OUT_OF_MEMORY;
    block->format = AV_SAMPLE_FMT_FLTP;
    block->sample_rate = feed->rate;
    block->nb_samples = BLOCK_SAMPLES;
    feed->filled = 0;
    if (av_channel_layout_copy(&block->ch_layout, &feed->layout) < 0 || av_frame_get_buffer(block, 0) < 0)
        return MEDIA_E_OUT_OF_MEMORY;
    return 0;
}

static int
send_block(struct aac_feed *feed)
{
    int error;

    feed->block->nb_samples = feed->filled;
    error = feed->on_block(feed->user, feed->block);
    av_frame_free(&feed->block);
    return error;
}

/* `block` NULL drains the resampler. */
int
aac_feed_add(struct aac_feed *feed, const AVFrame *block)
{
    const uint8_t *const *in = block ? (const uint8_t *const *)block->extended_data : NULL;
    int count = block ? block->nb_samples : 0;

    feed->taken += count;
    for (;;) {
        uint8_t *out[2];
        int got, error;

        if (!feed->block && (error = new_block(feed)))
            return error;
        for (int c = 0; c < feed->layout.nb_channels; c++)
            out[c] = feed->block->extended_data[c] + (size_t)feed->filled * sizeof(float);
        got = swr_convert(feed->resample, out, BLOCK_SAMPLES - feed->filled, (const uint8_t **)in, count);
        if (got < 0)
            return MEDIA_E_INTERNAL;
        count = 0; /* what did not fit waits inside the resampler */
        for (int c = 0; got > 0 && c < feed->layout.nb_channels; c++)
            feed->last[c] = ((const float *)(const void *)out[c])[got - 1];
        feed->filled += got;
        feed->given += got;
        if (feed->filled < BLOCK_SAMPLES)
            return 0;
        error = send_block(feed);
        if (error)
            return error;
    }
}

/* The resampler keeps the last frames to itself, and all of a recording that is shorter than its filter: the last frame is held instead. */
static int
hold_last(struct aac_feed *feed)
{
    int64_t length = av_rescale_rnd(feed->taken, feed->rate, feed->source_rate, AV_ROUND_UP);

    for (; feed->given < length; feed->given++) {
        int error = feed->block ? 0 : new_block(feed);

        for (int c = 0; !error && c < feed->layout.nb_channels; c++)
            ((float *)(void *)feed->block->extended_data[c])[feed->filled] = feed->last[c];
        if (!error && ++feed->filled == BLOCK_SAMPLES)
            error = send_block(feed);
        if (error)
            return error;
    }
    return 0;
}

int
aac_feed_end(struct aac_feed *feed)
{
    int error = aac_feed_add(feed, NULL);

    if (!error)
        error = hold_last(feed);
    return !error && feed->block && feed->filled > 0 ? send_block(feed) : error;
}

void
aac_feed_close(struct aac_feed *feed)
{
    av_frame_free(&feed->block);
    swr_free(&feed->resample);
}
