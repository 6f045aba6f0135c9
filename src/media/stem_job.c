/* stem_job.c - decodes once: the blocks go to the waveform, and resampled to one FLAC encoder for each segment. */
#include "stem_job.h"

#include "aac_feed.h"
#include "flac_samples.h"
#include "output.h"
#include "reason.h"
#include "result.h"
#include "samples.h"
#include "waveform.h"

#include <stdio.h>
#include <string.h>

#define STAGE "transcoding"
#define STREAMINFO_BYTES 34
#define HEAD_BYTES (8 + STREAMINFO_BYTES)
#define SEGMENT_BYTES_MAX (HEAD_BYTES + STEM_SEGMENT_FRAMES * 2 * 4 + (64 << 10)) /* FLAC is never much larger than what went in */

struct stem_job {
    struct input input;
    struct aac_feed feed;
    struct waveform waveform;
    AVCodecContext *encoder; /* of the segment that is being filled, or NULL */
    AVPacket *packet;
    uint8_t *segment; /* SEGMENT_BYTES_MAX */
    size_t segment_bytes;
    int rate, bits, source_rate;
    int64_t decoded;  /* frames of the source */
    int64_t encoded;  /* frames at `rate` */
    int64_t in_segment;
    int segments;
};

static int
open_segment(struct stem_job *job)
{
    static const uint8_t head[8] = { 'f', 'L', 'a', 'C', 0x80, 0, 0, STREAMINFO_BYTES }; /* STREAMINFO is the only block of metadata */

    job->encoder = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_FLAC));
    if (!job->encoder)
        return MEDIA_E_OUT_OF_MEMORY;
    job->encoder->sample_rate = job->rate;
    job->encoder->time_base = (AVRational){ 1, job->rate };
    job->encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    job->encoder->thread_count = 1;
    job->encoder->sample_fmt = job->bits > 16 ? AV_SAMPLE_FMT_S32 : AV_SAMPLE_FMT_S16;
    job->encoder->bits_per_raw_sample = job->bits;
    job->encoder->frame_size = BLOCK_SAMPLES;
    job->encoder->compression_level = 5;
    if (av_channel_layout_copy(&job->encoder->ch_layout, &job->feed.layout) < 0)
        return MEDIA_E_OUT_OF_MEMORY;
    if (avcodec_open2(job->encoder, job->encoder->codec, NULL) < 0 || job->encoder->extradata_size != STREAMINFO_BYTES)
        return MEDIA_E_INTERNAL;
    memcpy(job->segment, head, sizeof head);
    memcpy(job->segment + sizeof head, job->encoder->extradata, STREAMINFO_BYTES);
    job->segment_bytes = HEAD_BYTES;
    job->in_segment = 0;
    return 0;
}

/* NULL ends the segment; only then STREAMINFO says how long it is. */
static int
encode(struct stem_job *job, const AVFrame *frame)
{
    int error = avcodec_send_frame(job->encoder, frame);

    while (error >= 0) {
        const uint8_t *streaminfo;
        size_t length = 0;

        error = avcodec_receive_packet(job->encoder, job->packet);
        if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
            return 0;
        if (error < 0)
            break;
        streaminfo = av_packet_get_side_data(job->packet, AV_PKT_DATA_NEW_EXTRADATA, &length);
        if (streaminfo && length == STREAMINFO_BYTES)
            memcpy(job->segment + HEAD_BYTES - STREAMINFO_BYTES, streaminfo, length);
        if ((size_t)job->packet->size > SEGMENT_BYTES_MAX - job->segment_bytes)
            return MEDIA_E_INTERNAL;
        if (job->packet->size > 0)
            memcpy(job->segment + job->segment_bytes, job->packet->data, (size_t)job->packet->size);
        job->segment_bytes += (size_t)job->packet->size;
        av_packet_unref(job->packet);
    }
    return error == AVERROR(ENOMEM) ? MEDIA_E_OUT_OF_MEMORY : MEDIA_E_INTERNAL;
}

static int
end_segment(struct stem_job *job)
{
    char name[MEDIA_FILE_NAME_MAX + 1];
    int error = encode(job, NULL);

    avcodec_free_context(&job->encoder);
    snprintf(name, sizeof name, "stem/segment_%03d.flac", job->segments++);
    return error ? error : output_file(name, job->segment, job->segment_bytes);
}

/* FFmpeg's FLAC encoder takes interleaved samples. */
static int
interleave(AVFrame **ret_frame, const AVFrame *block)
{
    int channels = block->ch_layout.nb_channels;
    AVFrame *frame = av_frame_alloc();

    if (!frame)
        return MEDIA_E_OUT_OF_MEMORY;
    frame->format = AV_SAMPLE_FMT_FLT;
    frame->sample_rate = block->sample_rate;
    frame->nb_samples = block->nb_samples;
    if (av_channel_layout_copy(&frame->ch_layout, &block->ch_layout) < 0 || av_frame_get_buffer(frame, 0) < 0) {
        av_frame_free(&frame);
        return MEDIA_E_OUT_OF_MEMORY;
    }
    for (int c = 0; c < channels; c++)
        for (int i = 0; i < block->nb_samples; i++)
            ((float *)frame->data[0])[i * channels + c] = ((const float *)block->extended_data[c])[i];
    *ret_frame = frame;
    return 0;
}

/* A segment is a whole number of blocks, of which only the very last may be shorter. */
static int
on_resampled(void *user, const AVFrame *block)
{
    struct stem_job *job = user;
    AVFrame *mixed = NULL, *ready = NULL;
    int error = job->encoder ? 0 : open_segment(job);

    if (!error)
        error = interleave(&mixed, block);
    if (!error)
        error = flac_samples_from(&ready, mixed, job->bits);
    if (!error) {
        ready->pts = job->in_segment;
        error = encode(job, ready);
    }
    job->in_segment += block->nb_samples;
    job->encoded += block->nb_samples;
    av_frame_free(&mixed);
    av_frame_free(&ready);
    return !error && job->in_segment >= STEM_SEGMENT_FRAMES ? end_segment(job) : error;
}

static int
on_start(void *user, const struct sound *sound)
{
    struct stem_job *job = user;
    int error = waveform_init(&job->waveform, sound->sample_rate);

    job->source_rate = sound->sample_rate;
    job->bits = sound->format == AV_SAMPLE_FMT_S16 || !job->input.is_lossless ? 16 : 24;
    return error ? error : aac_feed_open(&job->feed, sound, job->rate, on_resampled, job);
}

static int
on_block(void *user, AVFrame *block)
{
    struct stem_job *job = user;
    int64_t whole = input_duration_ms(&job->input);
    int error;

    if (block->format == AV_SAMPLE_FMT_FLT)
        samples_mend((float *)block->data[0], (size_t)block->nb_samples * (size_t)block->ch_layout.nb_channels);
    job->decoded += block->nb_samples;
    error = waveform_add(&job->waveform, block);
    if (!error)
        error = aac_feed_add(&job->feed, block);
    return error ? error : output_progress(STAGE, whole > 0 ? (double)job->decoded * 1000 / job->source_rate / (double)whole : 0.5);
}

static int
work(struct stem_job *job, int64_t max_duration_s)
{
    struct decode_sink sink = { on_start, on_block, NULL, job };
    int64_t samples = 0;
    int error = job->packet && job->segment ? input_open(&job->input, max_duration_s) : MEDIA_E_OUT_OF_MEMORY;

    if (!error)
        error = output_progress(STAGE, 0);
    if (!error)
        error = decode_all(&job->input, &sink, max_duration_s, &samples);
    if (!error)
        error = aac_feed_end(&job->feed);
    if (!error && job->encoder)
        error = end_segment(job);
    if (!error)
        error = waveform_send_overview(&job->waveform);
    return error ? error : result_send_stem(&job->input, job->source_rate, job->rate, job->feed.layout.nb_channels, job->encoded, job->segments);
}

int
stem_job_run(int64_t max_duration_s, int rate)
{
    static struct stem_job job;
    int error;

    job.rate = rate;
    job.packet = av_packet_alloc();
    job.segment = av_malloc(SEGMENT_BYTES_MAX);
    error = work(&job, max_duration_s);
    avcodec_free_context(&job.encoder);
    av_packet_free(&job.packet);
    av_freep(&job.segment);
    waveform_free(&job.waveform);
    aac_feed_close(&job.feed);
    input_close(&job.input);
    return error;
}
