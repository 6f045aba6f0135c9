/* rendition.c - encoder threads. */
#include "rendition.h"

#include "flac_samples.h"
#include "reason.h"
#include "sandbox.h"

#include <libavutil/intreadwrite.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define STACK_BYTES (2u << 20)

static int
reason_of(int av_error)
{
    return av_error == AVERROR(ENOMEM) ? MEDIA_E_OUT_OF_MEMORY : MEDIA_E_INTERNAL;
}

static int
open_encoder(struct rendition *r)
{
    const struct rendition_config *c = &r->config;
    const AVCodec *encoder = avcodec_find_encoder(c->kind == RENDITION_AAC ? AV_CODEC_ID_AAC : AV_CODEC_ID_FLAC);
    AVDictionary *options = NULL;
    int error;

    r->codec = avcodec_alloc_context3(encoder);
    if (!r->codec)
        return MEDIA_E_OUT_OF_MEMORY;
    r->codec->sample_rate = c->sample_rate;
    r->codec->time_base = (AVRational){ 1, c->sample_rate };
    r->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    r->codec->thread_count = 1;
    if (av_channel_layout_copy(&r->codec->ch_layout, &c->layout) < 0)
        return MEDIA_E_OUT_OF_MEMORY;
    if (c->kind == RENDITION_AAC) {
        r->codec->sample_fmt = AV_SAMPLE_FMT_FLTP;
        r->codec->bit_rate = c->bit_rate;
        av_dict_set(&options, "aac_coder", c->coder, 0);
    } else {
        r->codec->sample_fmt = c->bits > 16 ? AV_SAMPLE_FMT_S32 : AV_SAMPLE_FMT_S16;
        r->codec->bits_per_raw_sample = c->bits;
        r->codec->frame_size = 4096;
        r->codec->compression_level = 5;
    }
    error = avcodec_open2(r->codec, encoder, &options);
    av_dict_free(&options);
    return error < 0 ? reason_of(error) : 0;
}

static void
name_codec(struct rendition *r, const AVCodecParameters *par)
{
    switch (par->codec_id) {
    case AV_CODEC_ID_FLAC:
        snprintf(r->codec_string, sizeof r->codec_string, "fLaC");
        break;
    case AV_CODEC_ID_OPUS:
        snprintf(r->codec_string, sizeof r->codec_string, "Opus");
        break;
    default: /* AAC's audio object type is the first five bits of its configuration */
        snprintf(r->codec_string, sizeof r->codec_string, "mp4a.40.%d", par->extradata_size > 0 ? par->extradata[0] >> 3 : 2);
    }
}

static int
open_track(struct rendition *r)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    int error = MEDIA_E_OUT_OF_MEMORY;

    if (par && (r->codec ? avcodec_parameters_from_context(par, r->codec) : avcodec_parameters_copy(par, r->config.source)) >= 0) {
        name_codec(r, par);
        error = cmaf_open(&r->cmaf, r->config.name, par, r->config.segment_samples, r->delay);
    }
    avcodec_parameters_free(&par);
    return error;
}

static void
keep_streaminfo(struct rendition *r, const AVPacket *packet)
{
    size_t length = 0;
    const uint8_t *bytes = av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, &length);

    if (bytes && length == sizeof r->streaminfo) {
        memcpy(r->streaminfo, bytes, length);
        r->has_streaminfo = true;
    }
}

static int
take_packets(struct rendition *r, AVPacket *packet)
{
    for (;;) {
        int error = avcodec_receive_packet(r->codec, packet);

        if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
            return 0;
        if (error < 0)
            return reason_of(error);
        keep_streaminfo(r, packet);
        if (r->quality && packet->size > 0 && (error = quality_packet(r->quality, packet)))
            return error;
        /* The track's clock counts what a decoder puts out; the encoder shortens its last packet instead. */
        packet->pts = packet->dts = r->clock;
        packet->duration = r->config.kind == RENDITION_AAC ? r->codec->frame_size : packet->duration;
        if (packet->size > 0)
            r->clock += packet->duration;
        error = cmaf_write(r->cmaf, packet);
        av_packet_unref(packet);
        if (error)
            return error;
    }
}

static int
encode(struct rendition *r, const AVFrame *frame, AVPacket *packet)
{
    int error = avcodec_send_frame(r->codec, frame);

    return error < 0 ? reason_of(error) : take_packets(r, packet);
}

/* An AAC encoder wants exactly its frame size, so a block is handed on in slices that share its memory. */
static int
encode_slices(struct rendition *r, const AVFrame *block, AVPacket *packet)
{
    int error = 0;

    for (int offset = 0; !error && offset < block->nb_samples; offset += r->codec->frame_size) {
        AVFrame *slice = av_frame_clone(block);
        int left = block->nb_samples - offset;

        if (!slice)
            return MEDIA_E_OUT_OF_MEMORY;
        for (int c = 0; c < slice->ch_layout.nb_channels; c++)
            slice->extended_data[c] += (size_t)offset * sizeof(float);
        slice->nb_samples = left < r->codec->frame_size ? left : r->codec->frame_size;
        slice->pts = r->fed + offset;
        if (r->quality)
            quality_source(r->quality, (const float *const *)slice->extended_data, slice->nb_samples);
        error = encode(r, slice, packet);
        av_frame_free(&slice);
    }
    return error;
}

static int
amplify(AVFrame *block, float gain)
{
    if (gain == 1)
        return 0;
    if (av_frame_make_writable(block) < 0) /* the other renditions have it too */
        return MEDIA_E_OUT_OF_MEMORY;
    for (int c = 0; c < block->ch_layout.nb_channels; c++)
        for (int i = 0; i < block->nb_samples; i++)
            ((float *)block->extended_data[c])[i] *= gain;
    return 0;
}

static int
encode_aac(struct rendition *r, AVFrame *block, AVPacket *packet)
{
    int error = amplify(block, (float)pow(10, r->config.gain_db / 20));

    return error ? error : encode_slices(r, block, packet);
}

static int
encode_flac(struct rendition *r, const AVFrame *block, AVPacket *packet)
{
    AVFrame *ready = NULL;
    int error = flac_samples_from(&ready, block, r->config.bits);

    if (!error) {
        ready->pts = r->fed;
        error = encode(r, ready, packet);
    }
    av_frame_free(&ready);
    return error;
}

static int
encode_all(struct rendition *r, AVPacket *packet)
{
    AVFrame *frame;
    int error = 0;

    while (!error && (frame = frame_queue_pop(&r->queue))) {
        error = r->config.kind == RENDITION_AAC ? encode_aac(r, frame, packet) : encode_flac(r, frame, packet);
        r->fed += frame->nb_samples;
        av_frame_free(&frame);
    }
    if (error || atomic_load(r->failed))
        return error;
    error = encode(r, NULL, packet);
    r->samples = r->fed;
    if (!error && r->quality)
        r->report = quality_finish(r->quality);
    if (!error)
        error = cmaf_finish(r->cmaf, r->fed, r->has_streaminfo ? r->streaminfo : NULL, sizeof r->streaminfo);
    return error;
}

static void *
thread_main(void *user)
{
    struct rendition *r = user;
    AVPacket *packet = av_packet_alloc();

    if (!r->config.goes_first)
        sandbox_lower_priority();
    r->error = packet ? encode_all(r, packet) : MEDIA_E_OUT_OF_MEMORY;
    if (r->error) {
        atomic_store(r->failed, true);
        frame_queue_abort(&r->queue); /* the decoder must not wait for us */
    }
    av_packet_free(&packet);
    return NULL;
}

int
rendition_start(struct rendition *r, const struct rendition_config *config, atomic_bool *failed)
{
    pthread_attr_t attributes;
    int error = 0;

    memset(r, 0, sizeof *r);
    r->config = *config;
    r->failed = failed;
    frame_queue_init(&r->queue);
    if (config->kind != RENDITION_COPY) {
        error = open_encoder(r);
        if (!error && config->kind == RENDITION_AAC) {
            r->delay = r->codec->initial_padding;
            if (config->judged_hz > 0)
                error = quality_open(&r->quality, r->codec, config->judged_hz);
        }
    }
    if (!error)
        error = open_track(r);
    if (error || config->kind == RENDITION_COPY)
        return error;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    r->started = pthread_create(&r->thread, &attributes, thread_main, r) == 0;
    pthread_attr_destroy(&attributes);
    return r->started ? 0 : MEDIA_E_OUT_OF_MEMORY;
}

/* RFC 6716, 3.1: frames of 48 kHz in a packet, by its first bytes. Containers do not tell in every fragment, and a decoder may deliver late. */
static int64_t
opus_samples(const AVPacket *packet)
{
    static const int silk[] = { 480, 960, 1920, 2880 };
    int configuration = packet->size > 0 ? packet->data[0] >> 3 : 0, code = packet->size > 0 ? packet->data[0] & 3 : 0;
    int frame = configuration < 12 ? silk[configuration & 3] : configuration < 16 ? 480 << (configuration & 1) : 120 << (configuration & 3);

    if (code == 3)
        return packet->size > 1 ? (int64_t)frame * (packet->data[1] & 63) : 0;
    return code == 0 ? frame : 2 * frame;
}

/* Frames before the first that is heard which a decoder needs to come to the same result: RFC 7845, 4.6; three overlaps of AAC. */
static int64_t
preroll(const struct rendition *r)
{
    return r->config.source->codec_id == AV_CODEC_ID_OPUS ? 3840 : 3 * r->packet_samples;
}

static void
learn_start(struct rendition *r, const AVPacket *packet)
{
    size_t length = 0;
    const uint8_t *skip = av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, &length);

    r->config.heard_from = skip && length >= 4 ? AV_RL32(skip) : 0;
}

static int
copy_packet(struct rendition *r, const AVPacket *packet, int64_t samples)
{
    AVPacket *copy = av_packet_clone(packet);
    int error;

    if (!copy)
        return MEDIA_E_OUT_OF_MEMORY;
    copy->pts = copy->dts = r->clock;
    copy->duration = samples;
    r->clock += samples;
    error = cmaf_write(r->cmaf, copy);
    av_packet_free(&copy);
    return error;
}

int
rendition_copy(struct rendition *r, const AVPacket *packet, int64_t samples)
{
    int64_t start = r->source_clock;

    if (r->config.heard_from < 0)
        learn_start(r, packet);
    if (r->config.source->codec_id == AV_CODEC_ID_OPUS)
        samples = opus_samples(packet);
    else
        samples = r->packet_samples = samples > 0 ? samples : r->packet_samples;
    r->source_clock += samples;
    if (r->source_clock <= r->config.heard_from - preroll(r) || start - r->config.heard_from >= r->config.heard_length)
        return 0;
    if (r->clock == 0) {
        r->delay = r->config.heard_from - start;
        cmaf_set_delay(r->cmaf, r->delay);
    }
    return copy_packet(r, packet, samples);
}

int
rendition_copy_finish(struct rendition *r, int64_t samples)
{
    r->samples = samples < r->clock - r->delay ? samples : r->clock - r->delay;
    return r->samples > 0 ? cmaf_finish(r->cmaf, r->samples, NULL, 0) : MEDIA_E_CORRUPT;
}

int
rendition_join(struct rendition *r)
{
    if (r->started)
        pthread_join(r->thread, NULL);
    r->started = false;
    return r->error;
}

void
rendition_free(struct rendition *r)
{
    avcodec_free_context(&r->codec);
    cmaf_free(&r->cmaf);
    quality_free(&r->quality);
    frame_queue_destroy(&r->queue);
}
