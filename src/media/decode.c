/* decode.c - the one decode that feeds every output. */
#include "decode.h"

#include "reason.h"

#include <libswresample/swresample.h>
#include <string.h>

struct decoder {
    struct input *input;
    const struct decode_sink *sink;
    AVCodecContext *codec;
    SwrContext *convert; /* NULL when the decoder already speaks the block's format */
    AVFrame *block;
    int filled;
    struct sound sound;
    enum AVSampleFormat source_format;
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

static int
open_convert(struct decoder *d, const AVFrame *frame)
{
    int error = swr_alloc_set_opts2(&d->convert, &d->sound.layout, d->sound.format, d->sound.sample_rate, &d->sound.layout,
                                    (enum AVSampleFormat)frame->format, d->sound.sample_rate, 0, NULL);

    if (error >= 0)
        error = swr_init(d->convert);
    return error < 0 ? MEDIA_E_OUT_OF_MEMORY : 0;
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

/* The first frame is the truth about rate, channels and format: headers of HE-AAC, for one, are not. */
static int
begin(struct decoder *d, const AVFrame *frame)
{
    int error;

    if (frame->ch_layout.nb_channels < 1 || frame->ch_layout.nb_channels > 8)
        return MEDIA_E_TOO_MANY_CHANNELS;
    if (frame->sample_rate < 8000 || frame->sample_rate > 192000)
        return MEDIA_E_SAMPLE_RATE;
    d->source_format = (enum AVSampleFormat)frame->format;
    d->sound.format = block_format(d->source_format);
    d->sound.sample_rate = frame->sample_rate;
    d->sound.bits = source_bits(d);
    if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        usual_layout(&d->sound.layout, frame->ch_layout.nb_channels);
    else if (av_channel_layout_copy(&d->sound.layout, &frame->ch_layout) < 0)
        return MEDIA_E_OUT_OF_MEMORY;
    d->max_samples *= frame->sample_rate;
    d->skip = input_frames(d->input, d->input->heard_from, frame->sample_rate);
    d->heard = input_frames(d->input, d->input->heard_length, frame->sample_rate);
    if (d->source_format != d->sound.format) {
        error = open_convert(d, frame);
        if (error)
            return error;
    }
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

static int
copy_samples(struct decoder *d, const AVFrame *frame, int offset, int count)
{
    int channels = d->sound.layout.nb_channels;
    int unit = av_get_bytes_per_sample(d->sound.format) * channels;
    int source_unit = av_get_bytes_per_sample(d->source_format);
    uint8_t *to = d->block->data[0] + d->filled * unit;
    const uint8_t *from[8];

    if (!d->convert) {
        memcpy(to, frame->data[0] + offset * unit, (size_t)count * (size_t)unit);
        return 0;
    }
    for (int c = 0; c < channels; c++)
        from[c] = av_sample_fmt_is_planar(d->source_format) ? frame->extended_data[c] + offset * source_unit
                                                            : frame->extended_data[0] + offset * source_unit * channels;
    return swr_convert(d->convert, &to, count, from, count) == count ? 0 : MEDIA_E_INTERNAL;
}

static int
take_frame(struct decoder *d, const AVFrame *frame)
{
    int first, error = 0;

    if (d->sound.sample_rate == 0)
        error = begin(d, frame);
    else if (frame->format != d->source_format || frame->sample_rate != d->sound.sample_rate ||
             frame->ch_layout.nb_channels != d->sound.layout.nb_channels)
        return MEDIA_E_CORRUPT;
    first = d->skip < frame->nb_samples ? (int)d->skip : frame->nb_samples;
    d->skip -= first;
    for (int offset = first; !error && offset < frame->nb_samples;) {
        int count = frame->nb_samples - offset;

        if (count > d->heard - d->samples)
            count = (int)(d->heard - d->samples);
        if (count == 0)
            return 0;
        if (!d->block)
            error = new_block(d);
        if (error)
            return error;
        if (count > BLOCK_SAMPLES - d->filled)
            count = BLOCK_SAMPLES - d->filled;
        error = copy_samples(d, frame, offset, count);
        if (error)
            return error;
        offset += count;
        d->filled += count;
        d->samples += count;
        if (d->filled == BLOCK_SAMPLES)
            error = send_block(d);
    }
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
    int error = 0;

    while (!error && av_read_frame(d->input->format, packet) >= 0) {
        if (packet->stream_index == d->input->stream->index) {
            d->packet_samples = 0;
            error = decode_packet(d, packet, frame);
            if (!error && d->sink->on_packet)
                error = d->sink->on_packet(d->sink->user, packet, d->packet_samples);
        }
        av_packet_unref(packet);
    }
    if (!error)
        error = decode_packet(d, NULL, frame);
    if (!error && d->block)
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
    if (promised > 0 && d->samples < promised - BLOCK_SAMPLES - promised / 1000) {
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
    int error = packet && frame ? open_codec(&d) : MEDIA_E_OUT_OF_MEMORY;

    if (!error)
        error = read_all(&d, packet, frame);
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
