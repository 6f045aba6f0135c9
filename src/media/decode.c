/* decode.c - the one decode that feeds every output. */
#include "decode.h"

#include "flac_wide.h"
#include "majority.h"
#include "reason.h"

#include <libswresample/swresample.h>
#include <string.h>

struct decoder {
    struct input *input;
    const struct decode_sink *sink;
    AVCodecContext *codec;
    SwrContext *convert; /* NULL when the decoder already speaks the block's format */
    struct sound_format majority; /* zeros: the first frame decides */
    AVFrame *block;
    int filled;
    struct sound sound;
    enum AVSampleFormat source_format; /* of the decoder's last frame, as the next two */
    int source_rate, source_channels;
    int64_t samples, max_samples;
    int64_t skip;  /* frames still to be dropped before the first that is heard */
    int64_t heard; /* frames that may be heard; INT64_MAX: all */
    int packet_samples;
    int64_t good_packets, bad_packets;
};

static int
reason_of(int av_error)
{
    return av_error == AVERROR(ENOMEM) ? MEDIA_E_OUT_OF_MEMORY : MEDIA_E_CORRUPT;
}

static enum AVSampleFormat
block_format(enum AVSampleFormat format)
{
    switch (av_get_packed_sample_fmt(format)) {
    case AV_SAMPLE_FMT_U8:
    case AV_SAMPLE_FMT_S16:
        return AV_SAMPLE_FMT_S16;
    case AV_SAMPLE_FMT_S32:
        return AV_SAMPLE_FMT_S32;
    default:
        return AV_SAMPLE_FMT_FLT;
    }
}

static int
source_bits(const struct decoder *d)
{
    const AVCodecParameters *par = d->input->stream->codecpar;

    if (!d->input->is_lossless)
        return 0;
    if (d->input->valid_bits > 0)
        return d->input->valid_bits;
    if (d->codec->bits_per_raw_sample > 0)
        return d->codec->bits_per_raw_sample;
    if (par->bits_per_raw_sample > 0)
        return par->bits_per_raw_sample;
    if (par->bits_per_coded_sample > 0)
        return par->bits_per_coded_sample;
    return 8 * av_get_bytes_per_sample(d->codec->sample_fmt);
}

static int
open_codec(struct decoder *d)
{
    int error;

    d->codec = avcodec_alloc_context3(d->input->decoder);
    if (!d->codec)
        return MEDIA_E_OUT_OF_MEMORY;
    error = avcodec_parameters_to_context(d->codec, d->input->stream->codecpar);
    if (error < 0)
        return reason_of(error);
    d->codec->pkt_timebase = d->input->stream->time_base;
    d->codec->thread_count = 1;
    if (d->input->cuts_itself)
        d->codec->flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
    error = avcodec_open2(d->codec, d->input->decoder, NULL);
    return error < 0 ? reason_of(error) : 0;
}

/* What FLAC and WAV mean by a number of channels without a layout; FFmpeg would take the third of three for a subwoofer. */
static void
usual_layout(AVChannelLayout *layout, int channels)
{
    av_channel_layout_default(layout, channels);
    if (channels == 3)
        *layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_SURROUND;
    else if (channels == 4)
        *layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_QUAD;
}

static int
layout_of(AVChannelLayout *layout, const AVFrame *frame)
{
    av_channel_layout_uninit(layout);
    if (frame->ch_layout.order != AV_CHANNEL_ORDER_UNSPEC)
        return av_channel_layout_copy(layout, &frame->ch_layout) < 0 ? MEDIA_E_OUT_OF_MEMORY : 0;
    usual_layout(layout, frame->ch_layout.nb_channels);
    return 0;
}

/* The decoder may double what headers say (HE-AAC), which concerns the rates of all formats alike. */
static void
take_majority(struct decoder *d, int first_samples)
{
    bool doubles = d->input->stream->codecpar->codec_id == AV_CODEC_ID_AAC && first_samples == 2048;

    d->sound.sample_rate = d->majority.sample_rate * (doubles ? 2 : 1);
    if (d->sound.layout.nb_channels != d->majority.channels) {
        av_channel_layout_uninit(&d->sound.layout);
        usual_layout(&d->sound.layout, d->majority.channels);
    }
}

/* The first frame is the truth about rate, channels and format: headers of HE-AAC, for one, are not. */
static int
begin(struct decoder *d, const AVFrame *frame)
{
    int error;

    if (frame->ch_layout.nb_channels < 1 || frame->ch_layout.nb_channels > 8)
        return MEDIA_E_TOO_MANY_CHANNELS;
    if (frame->sample_rate < 8000 || frame->sample_rate > 192000)
        return MEDIA_E_SAMPLE_RATE;
    d->sound.format = block_format((enum AVSampleFormat)frame->format);
    if (d->sound.format == AV_SAMPLE_FMT_S16 && d->majority.bits > 16)
        d->sound.format = AV_SAMPLE_FMT_S32;
    d->sound.sample_rate = frame->sample_rate;
    d->sound.bits = d->majority.bits > 0 ? d->majority.bits : source_bits(d);
    error = layout_of(&d->sound.layout, frame);
    if (!error && d->majority.sample_rate > 0)
        take_majority(d, frame->nb_samples);
    if (error)
        return error;
    d->max_samples *= d->sound.sample_rate;
    d->skip = input_frames(d->input, d->input->heard_from, d->sound.sample_rate);
    d->heard = input_frames(d->input, d->input->heard_length, d->sound.sample_rate);
    return d->sink->on_start(d->sink->user, &d->sound);
}

static int
new_block(struct decoder *d)
{
    d->block = av_frame_alloc();
    if (!d->block)
        return MEDIA_E_OUT_OF_MEMORY;
    d->block->format = d->sound.format;
    d->block->sample_rate = d->sound.sample_rate;
    d->block->nb_samples = BLOCK_SAMPLES;
    if (av_channel_layout_copy(&d->block->ch_layout, &d->sound.layout) < 0 || av_frame_get_buffer(d->block, 0) < 0)
        return MEDIA_E_OUT_OF_MEMORY;
    d->filled = 0;
    return 0;
}

static int
send_block(struct decoder *d)
{
    int error;

    d->block->nb_samples = d->filled;
    d->block->pts = d->samples - d->filled;
    error = d->sink->on_block(d->sink->user, d->block);
    av_frame_free(&d->block);
    return error;
}

/* Puts frames into blocks, through the converter where there is one. `from` NULL: what the converter still holds. */
static int
feed(struct decoder *d, const uint8_t **from, int count)
{
    int unit = av_get_bytes_per_sample(d->sound.format) * d->sound.layout.nb_channels;

    for (;;) {
        int error = d->block ? 0 : new_block(d), room, got;
        uint8_t *to;

        if (error)
            return error;
        room = BLOCK_SAMPLES - d->filled;
        room = room > d->heard - d->samples ? (int)(d->heard - d->samples) : room;
        to = d->block->data[0] + d->filled * unit;
        got = count < room ? count : room;
        if (d->convert)
            got = swr_convert(d->convert, &to, room, from, count);
        else if (got > 0)
            memcpy(to, from[0], (size_t)got * (size_t)unit);
        if (got < 0)
            return MEDIA_E_INTERNAL;
        d->filled += got;
        d->samples += got;
        if (d->convert) {
            count = 0; /* what did not fit waits inside the converter */
        } else {
            count -= got;
            from[0] += got * unit;
        }
        if (d->filled < BLOCK_SAMPLES || got == 0)
            return 0;
        error = send_block(d);
        if (error)
            return error;
    }
}

static int
drain_convert(struct decoder *d)
{
    int error = d->convert && d->source_rate != d->sound.sample_rate ? feed(d, NULL, 0) : 0;

    swr_free(&d->convert);
    return error;
}

/* Files may change their format in mid-stream; what comes out does not. */
static int
change_source(struct decoder *d, const AVFrame *frame)
{
    AVChannelLayout layout = { 0 };
    int error = drain_convert(d);

    d->source_format = (enum AVSampleFormat)frame->format;
    d->source_rate = frame->sample_rate;
    d->source_channels = frame->ch_layout.nb_channels;
    if (d->source_channels < 1 || d->source_channels > 8 || d->source_rate < 1000 || d->source_rate > 768000)
        return MEDIA_E_CORRUPT;
    if (error || (d->source_format == d->sound.format && d->source_rate == d->sound.sample_rate && d->source_channels == d->sound.layout.nb_channels))
        return error;
    error = layout_of(&layout, frame);
    if (!error && d->source_channels == d->sound.layout.nb_channels) /* the same channels, in whatever order they are called */
        error = av_channel_layout_copy(&layout, &d->sound.layout) < 0 ? MEDIA_E_OUT_OF_MEMORY : 0;
    if (!error && (swr_alloc_set_opts2(&d->convert, &d->sound.layout, d->sound.format, d->sound.sample_rate, &layout, d->source_format, d->source_rate, 0,
                                       NULL) < 0 ||
                   swr_init(d->convert) < 0))
        error = MEDIA_E_OUT_OF_MEMORY;
    av_channel_layout_uninit(&layout);
    return error;
}

static int
take_frame(struct decoder *d, const AVFrame *frame)
{
    int unit = av_get_bytes_per_sample((enum AVSampleFormat)frame->format);
    bool planar = av_sample_fmt_is_planar((enum AVSampleFormat)frame->format);
    const uint8_t *from[8] = { 0 };
    int first, error = 0;

    if (d->sound.sample_rate == 0)
        error = begin(d, frame);
    if (!error && (frame->format != d->source_format || frame->sample_rate != d->source_rate || frame->ch_layout.nb_channels != d->source_channels))
        error = change_source(d, frame);
    if (error)
        return error;
    first = d->skip < frame->nb_samples ? (int)d->skip : frame->nb_samples;
    d->skip -= first;
    for (int c = 0; c < (planar ? d->source_channels : 1); c++)
        from[c] = frame->extended_data[c] + first * unit * (planar ? 1 : d->source_channels);
    if (first < frame->nb_samples)
        error = feed(d, from, frame->nb_samples - first);
    if (!error && d->samples > d->max_samples)
        return MEDIA_E_TOO_LONG;
    return error;
}

static int
decode_packet(struct decoder *d, const AVPacket *packet, AVFrame *frame)
{
    int error = avcodec_send_packet(d->codec, packet);

    if (error < 0 && error != AVERROR_EOF) {
        if (error == AVERROR(ENOMEM))
            return MEDIA_E_OUT_OF_MEMORY;
        d->bad_packets++; /* one damaged MP3 frame is a click, not a refusal: the end decides */
        return 0;
    }
    for (;;) {
        error = avcodec_receive_frame(d->codec, frame);
        if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
            return 0;
        if (error == AVERROR(ENOMEM))
            return MEDIA_E_OUT_OF_MEMORY;
        if (error < 0) {
            d->bad_packets++;
            return 0;
        }
        d->good_packets++;
        d->packet_samples += frame->nb_samples;
        error = take_frame(d, frame);
        av_frame_unref(frame);
        if (error)
            return error;
    }
}

static int
read_all(struct decoder *d, AVPacket *packet, AVFrame *frame)
{
    int error = open_codec(d);

    while (!error && av_read_frame(d->input->format, packet) >= 0) {
        if (packet->stream_index == d->input->stream->index) {
            d->packet_samples = 0;
            error = decode_packet(d, packet, frame);
            if (!error && d->sink->on_packet)
                error = d->sink->on_packet(d->sink->user, packet, d->packet_samples);
        }
        av_packet_unref(packet);
    }
    return error ? error : decode_packet(d, NULL, frame);
}

static int
take_wide_frame(void *user, const AVFrame *frame)
{
    return take_frame(user, frame);
}

static int
read_all_wide(struct decoder *d)
{
    struct flac_wide_counts counts;
    int error = flac_wide_decode(d->input, take_wide_frame, d, &counts);

    d->good_packets = counts.good;
    d->bad_packets = counts.damaged;
    return error;
}

static int
finish(struct decoder *d)
{
    int error = drain_convert(d);

    if (!error && d->block && d->filled > 0)
        error = send_block(d);
    return error;
}

/* Judges what was decoded against what the header promised. Less than that is still a recording, unless much of it was damaged. */
static int
judge(const struct decoder *d)
{
    int64_t promised = d->input->promised_samples;

    if (d->samples == 0)
        return d->bad_packets > 0 ? MEDIA_E_CORRUPT : MEDIA_E_TOO_SHORT;
    if (d->bad_packets > d->good_packets)
        return MEDIA_E_CORRUPT;
    if (promised > 0 && d->majority.sample_rate == 0 && d->samples < promised - BLOCK_SAMPLES - promised / 1000) {
        d->input->ended_early = true;
        return d->bad_packets > 1 ? MEDIA_E_CORRUPT : 0;
    }
    return 0;
}

int
decode_all(struct input *input, const struct decode_sink *sink, int64_t max_duration_s, int64_t *ret_samples)
{
    struct decoder d = { .input = input, .sink = sink, .max_samples = max_duration_s };
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    int error = packet && frame ? 0 : MEDIA_E_OUT_OF_MEMORY;

    d.majority = majority_find();
    if (!error)
        error = input->is_wide_flac ? read_all_wide(&d) : read_all(&d, packet, frame);
    if (!error)
        error = finish(&d);
    if (!error)
        error = judge(&d);
    if (!error)
        *ret_samples = d.samples;
    av_frame_free(&d.block);
    swr_free(&d.convert);
    av_channel_layout_uninit(&d.sound.layout);
    avcodec_free_context(&d.codec);
    av_frame_free(&frame);
    av_packet_free(&packet);
    return error;
}
