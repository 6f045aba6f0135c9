/* majority.c - headers of packets; see majority.h. */
#include "majority.h"

#include "input.h"

#include <string.h>

#define FORMATS_MAX 16 /* a file with more of them is not one that anybody made on purpose */

struct counter {
    struct sound_format format;
    double seconds;
};

static bool
read_mpeg(const AVPacket *p, struct sound_format *f)
{
    static const int rates[] = { 44100, 48000, 32000, 0 };
    int version = p->size < 4 ? 1 : p->data[1] >> 3 & 3;

    if (version == 1 || p->data[0] != 0xff)
        return false;
    f->sample_rate = rates[p->data[2] >> 2 & 3] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    f->channels = p->data[3] >> 6 == 3 ? 1 : 2;
    return true;
}

static bool
read_adts(const AVPacket *p, struct sound_format *f)
{
    static const int rates[] = { 96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350, 0, 0, 0 };
    int channels;

    if (p->size < 7 || p->data[0] != 0xff)
        return false;
    channels = (p->data[2] & 1) << 2 | p->data[3] >> 6;
    f->sample_rate = rates[p->data[2] >> 2 & 15];
    f->channels = channels == 7 ? 8 : channels;
    return true;
}

/* RFC 9639, 9.1. What a frame leaves to STREAMINFO stays 0. */
static bool
read_flac(const AVPacket *p, struct sound_format *f)
{
    static const int rates[] = { 0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000, 0, 0, 0, 0 };
    static const int bits[] = { 0, 8, 12, 0, 16, 20, 24, 32 };
    int at = 4, block, rate, number;

    if (p->size < 16 || p->data[0] != 0xff)
        return false;
    block = p->data[2] >> 4;
    rate = p->data[2] & 15;
    f->sample_rate = rates[rate];
    f->channels = p->data[3] >> 4 < 8 ? (p->data[3] >> 4) + 1 : 2;
    f->bits = bits[p->data[3] >> 1 & 7];
    for (number = p->data[at++]; number & 0x40 && number & 0x80; number <<= 1)
        at++; /* the number of the frame, coded like UTF-8 */
    at += block == 6 ? 1 : block == 7 ? 2 : 0;
    if (at + 2 > p->size)
        return false;
    if (rate == 12)
        f->sample_rate = p->data[at] * 1000;
    else if (rate == 13 || rate == 14)
        f->sample_rate = (p->data[at] << 8 | p->data[at + 1]) * (rate == 14 ? 10 : 1);
    return true;
}

/* The format of a packet; false when it tells none. Chained Vorbis tells it by a header among the packets. */
static bool
read_format(const struct input *input, const AVPacket *p, struct sound_format *f)
{
    const AVCodecParameters *par = input->stream->codecpar;

    switch (par->codec_id) {
    case AV_CODEC_ID_MP1:
    case AV_CODEC_ID_MP2:
    case AV_CODEC_ID_MP3:
        return read_mpeg(p, f);
    case AV_CODEC_ID_AAC:
        return read_adts(p, f);
    case AV_CODEC_ID_FLAC:
        return read_flac(p, f);
    case AV_CODEC_ID_VORBIS:
        if (p->size > 16 && !memcmp(p->data, "\1vorbis", 7)) {
            f->channels = p->data[11];
            f->sample_rate = p->data[12] | p->data[13] << 8 | p->data[14] << 16;
        }
        return p->size > 0 && !(p->data[0] & 1);
    default:
        return false;
    }
}

static void
count(struct counter *counters, const struct sound_format *f, double seconds)
{
    for (int i = 0; i < FORMATS_MAX; i++) {
        if (counters[i].seconds > 0 && memcmp(&counters[i].format, f, sizeof *f) != 0)
            continue;
        counters[i].format = *f;
        counters[i].seconds += seconds;
        return;
    }
}

static struct sound_format
scan(const struct input *input, AVPacket *packet)
{
    const AVCodecParameters *par = input->stream->codecpar;
    struct sound_format told = { par->sample_rate, par->ch_layout.nb_channels, 0 }, current = told;
    struct counter counters[FORMATS_MAX] = { 0 };
    int best = 0, formats = 0;

    while (av_read_frame(input->format, packet) >= 0) {
        bool known = packet->stream_index == input->stream->index && read_format(input, packet, &current);

        if (known) {
            struct sound_format f = { current.sample_rate ? current.sample_rate : told.sample_rate, current.channels ? current.channels : told.channels,
                                      current.bits };
            double seconds = packet->duration > 0 ? (double)packet->duration * av_q2d(input->stream->time_base) : 0;

            count(counters, &f, seconds > 0 ? seconds : 1e-6);
        }
        av_packet_unref(packet);
    }
    for (int i = 0; i < FORMATS_MAX; i++) {
        formats += counters[i].seconds > 0;
        best = counters[i].seconds > counters[best].seconds ? i : best;
    }
    return formats > 1 ? counters[best].format : (struct sound_format){ 0 };
}

static bool
may_change(const struct input *input)
{
    return !input->is_wide_flac && strcmp(input_format_name(input), "mp4") != 0 && strcmp(input_format_name(input), "wav") != 0 &&
           strcmp(input_format_name(input), "aiff") != 0;
}

struct sound_format
majority_find(void)
{
    struct sound_format result = { 0 };
    struct input input;
    AVPacket *packet = av_packet_alloc();

    if (packet && input_open(&input, INT32_MAX) == 0 && may_change(&input))
        result = scan(&input, packet);
    if (packet)
        input_close(&input);
    av_packet_free(&packet);
    if (result.channels < 1 || result.channels > 8 || result.sample_rate < 8000 || result.sample_rate > 192000)
        return (struct sound_format){ 0 };
    return result;
}
