/* audio_job.c - one decode that feeds the analysis, the lossless rendition and, through one resampler, three AAC encoders. */
#include "audio_job.h"

#include "decode.h"
#include "output.h"
#include "playlist.h"
#include "reason.h"
#include "result.h"
#include "samples.h"

#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <string.h>

#define STAGE "transcoding"
#define SEGMENT_SECONDS 5

enum { LOW, MEDIUM, HIGH, LOSSLESS, RENDITIONS };

struct audio_job {
    struct input input;
    struct sound sound;
    struct rendition renditions[RENDITIONS];
    struct analysis analysis;
    atomic_bool failed;
    bool copies;     /* lossless is the source's own packets */
    SwrContext *resample;
    AVFrame *aac_block;
    int aac_filled;
    AVChannelLayout aac_layout;
    int aac_rate;
    int64_t samples;
    int64_t mended; /* samples that were no sound */
};

static const struct {
    const char *name;
    int bit_rate;
    const char *coder;
} ladder[] = { [LOW] = { "low", 64000, "twoloop" }, [MEDIUM] = { "medium", 128000, "fast" }, [HIGH] = { "high", 256000, "fast" } };

/* Whole FLAC blocks, and so whole AAC frames: all qualities are cut at the same place. */
static int64_t
segment_samples(const struct audio_job *job, int rate)
{
    int64_t aac = (int64_t)SEGMENT_SECONDS * job->aac_rate / BLOCK_SAMPLES;
    int64_t blocks = (aac * rate + job->aac_rate / 2) / job->aac_rate;

    return (blocks > 0 ? blocks : 1) * BLOCK_SAMPLES;
}

static int
start_aac(struct audio_job *job, int which)
{
    struct rendition_config config = {
        .name = ladder[which].name, .kind = RENDITION_AAC, .bit_rate = ladder[which].bit_rate, .coder = ladder[which].coder,
        .sample_rate = job->aac_rate, .layout = job->aac_layout, .segment_samples = segment_samples(job, job->aac_rate),
    };

    return rendition_start(&job->renditions[which], &config, &job->failed);
}

static int
start_flac(struct audio_job *job)
{
    bool wide = job->sound.format == AV_SAMPLE_FMT_S32 || (job->sound.format == AV_SAMPLE_FMT_FLT && job->input.is_lossless);
    struct rendition_config config = {
        .name = "lossless", .kind = RENDITION_FLAC, .sample_rate = job->sound.sample_rate, .layout = job->sound.layout, .bits = wide ? 24 : 16,
        .segment_samples = segment_samples(job, job->sound.sample_rate),
    };

    return rendition_start(&job->renditions[LOSSLESS], &config, &job->failed);
}

/* Lossy sources that browsers play from MP4 as they are: docs/adr tells why the others become FLAC. */
static bool
can_copy(const struct input *input)
{
    const AVCodecParameters *par = input->stream->codecpar;
    int object_type = par->extradata_size >= 2 ? par->extradata[0] >> 3 : 0;

    if (input->edit.is_complex)
        return false;
    if (par->codec_id == AV_CODEC_ID_AAC) /* LC, HE and HE v2; raw ADTS has no configuration to put into the header */
        return object_type == 2 || object_type == 5 || object_type == 29;
    return par->codec_id == AV_CODEC_ID_OPUS && par->ch_layout.nb_channels <= 2 && par->extradata_size >= 19;
}

static int
start_copy(struct audio_job *job)
{
    const AVCodecParameters *par = job->input.stream->codecpar;
    struct rendition_config config = {
        .name = "lossless", .kind = RENDITION_COPY, .sample_rate = par->sample_rate, .source = par,
        .heard_from = job->input.cuts_itself ? input_frames(&job->input, job->input.heard_from, par->sample_rate) : -1,
        .heard_length = input_frames(&job->input, job->input.heard_length, par->sample_rate),
        .segment_samples = (int64_t)SEGMENT_SECONDS * par->sample_rate,
    };

    job->copies = true;
    if (av_channel_layout_copy(&config.layout, &par->ch_layout) < 0)
        return MEDIA_E_OUT_OF_MEMORY;
    return rendition_start(&job->renditions[LOSSLESS], &config, &job->failed);
}

static int
on_packet(void *user, const AVPacket *packet, int samples)
{
    struct audio_job *job = user;
    struct rendition *lossless = &job->renditions[LOSSLESS];

    if (!job->copies)
        return 0;
    if (samples > 0)
        samples = (int)av_rescale(samples, lossless->config.sample_rate, job->sound.sample_rate);
    return rendition_copy(lossless, packet, samples);
}

static int
open_resampler(struct audio_job *job)
{
    int error = swr_alloc_set_opts2(&job->resample, &job->aac_layout, AV_SAMPLE_FMT_FLTP, job->aac_rate, &job->sound.layout, job->sound.format,
                                    job->sound.sample_rate, 0, NULL);

    if (error >= 0 && job->aac_rate != job->sound.sample_rate) {
        av_opt_set_int(job->resample, "filter_size", 64, 0);
        av_opt_set_double(job->resample, "cutoff", 0.97, 0);
    }
    if (error >= 0)
        error = swr_init(job->resample);
    return error < 0 ? MEDIA_E_OUT_OF_MEMORY : 0;
}

static int
on_start(void *user, const struct sound *sound)
{
    struct audio_job *job = user;
    int error;

    job->sound = *sound;
    memset(&job->sound.layout, 0, sizeof job->sound.layout); /* ours is a copy: the decoder frees its own first */
    if (av_channel_layout_copy(&job->sound.layout, &sound->layout) < 0)
        return MEDIA_E_OUT_OF_MEMORY;
    job->aac_rate = sound->sample_rate % 11025 == 0 ? 44100 : 48000;
    av_channel_layout_default(&job->aac_layout, sound->layout.nb_channels == 1 ? 1 : 2);
    error = open_resampler(job);
    if (!error)
        error = analysis_start(&job->analysis, sound, &job->failed);
    for (int i = HIGH; !error && i >= LOW; i--)
        error = start_aac(job, i);
    if (!error && !job->copies)
        error = start_flac(job);
    return error;
}

static int
new_aac_block(struct audio_job *job)
{
    AVFrame *block = job->aac_block = av_frame_alloc();

    if (!block)
        return MEDIA_E_OUT_OF_MEMORY;
    block->format = AV_SAMPLE_FMT_FLTP;
    block->sample_rate = job->aac_rate;
    block->nb_samples = BLOCK_SAMPLES;
    job->aac_filled = 0;
    if (av_channel_layout_copy(&block->ch_layout, &job->aac_layout) < 0 || av_frame_get_buffer(block, 0) < 0)
        return MEDIA_E_OUT_OF_MEMORY;
    return 0;
}

static int
send_aac_block(struct audio_job *job)
{
    int error = 0;

    job->aac_block->nb_samples = job->aac_filled;
    for (int i = LOW; !error && i <= HIGH; i++)
        error = frame_queue_push(&job->renditions[i].queue, job->aac_block);
    av_frame_free(&job->aac_block);
    return error;
}

/* `block` NULL drains the resampler. */
static int
resample(struct audio_job *job, const AVFrame *block)
{
    const uint8_t *const *in = block ? (const uint8_t *const *)block->extended_data : NULL;
    int count = block ? block->nb_samples : 0;

    for (;;) {
        uint8_t *out[2];
        int room, got, error;

        if (!job->aac_block && (error = new_aac_block(job)))
            return error;
        room = BLOCK_SAMPLES - job->aac_filled;
        for (int c = 0; c < job->aac_layout.nb_channels; c++)
            out[c] = job->aac_block->extended_data[c] + (size_t)job->aac_filled * sizeof(float);
        got = swr_convert(job->resample, out, room, (const uint8_t **)in, count);
        if (got < 0)
            return MEDIA_E_INTERNAL;
        count = 0; /* what did not fit waits inside the resampler */
        job->aac_filled += got;
        if (job->aac_filled < BLOCK_SAMPLES)
            return 0;
        error = send_aac_block(job);
        if (error)
            return error;
    }
}

static double
fraction(const struct audio_job *job)
{
    int64_t whole = input_duration_ms(&job->input), done = job->samples * 1000 / job->sound.sample_rate;

    return whole > 0 && done < whole ? 0.99 * (double)done / (double)whole : 0.99;
}

static int
on_block(void *user, AVFrame *block)
{
    struct audio_job *job = user;
    int error = atomic_load(&job->failed) ? MEDIA_E_INTERNAL : 0;

    if (block->format == AV_SAMPLE_FMT_FLT)
        job->mended += (int64_t)samples_mend((float *)block->data[0], (size_t)block->nb_samples * (size_t)block->ch_layout.nb_channels);
    if (!error)
        error = resample(job, block);
    if (!error && !job->copies)
        error = frame_queue_push(&job->renditions[LOSSLESS].queue, block);
    if (!error)
        error = frame_queue_push(&job->analysis.queue, block);
    job->samples += block->nb_samples;
    return error ? error : output_progress(STAGE, fraction(job));
}

static int
flush(struct audio_job *job)
{
    int error = resample(job, NULL);

    if (!error && job->aac_filled > 0)
        error = send_aac_block(job);
    av_frame_free(&job->aac_block);
    return error;
}

/* Ends all threads, whatever happened, and returns the error that came first in the order of importance. */
static int
join_all(struct audio_job *job, int error)
{
    void (*end)(struct frame_queue *) = error ? frame_queue_abort : frame_queue_close;
    int worst = error;

    if (error)
        atomic_store(&job->failed, true);
    for (int i = 0; i < RENDITIONS; i++)
        if (job->renditions[i].started)
            end(&job->renditions[i].queue);
    if (job->analysis.started)
        end(&job->analysis.queue);
    for (int i = 0; i < RENDITIONS; i++) {
        int e = job->renditions[i].started ? rendition_join(&job->renditions[i]) : 0;

        if (e && (!worst || worst == MEDIA_E_INTERNAL))
            worst = e;
    }
    if (job->analysis.started) {
        int e = analysis_join(&job->analysis);

        if (e && (!worst || worst == MEDIA_E_INTERNAL))
            worst = e;
    }
    return worst;
}

static int
send_playlists_and_result(struct audio_job *job)
{
    const struct rendition *order[] = { &job->renditions[MEDIUM], &job->renditions[LOW], &job->renditions[HIGH], &job->renditions[LOSSLESS] };
    const struct rendition *rising[] = { &job->renditions[LOW], &job->renditions[MEDIUM], &job->renditions[HIGH], &job->renditions[LOSSLESS] };
    const AVPacket *cover = input_cover(&job->input);
    int error = 0;

    for (int i = 0; !error && i < RENDITIONS; i++)
        error = playlist_send(order[i]);
    if (!error)
        error = playlist_send_master(order, RENDITIONS);
    if (!error && cover)
        error = output_file("cover.bin", cover->data, (size_t)cover->size);
    if (!error)
        error = output_progress(STAGE, 1);
    return error ? error : result_send_audio(&job->input, &job->sound, job->samples, job->mended, &job->analysis, rising, RENDITIONS);
}

static int
work(struct audio_job *job, int64_t max_duration_s)
{
    struct decode_sink sink = { on_start, on_block, on_packet, job };
    int error = input_open(&job->input, max_duration_s);

    if (!error)
        error = output_progress(STAGE, 0);
    if (!error && can_copy(&job->input))
        error = start_copy(job);
    if (!error)
        error = decode_all(&job->input, &sink, max_duration_s, &job->samples);
    if (!error)
        error = flush(job);
    if (!error && job->copies)
        error = rendition_copy_finish(&job->renditions[LOSSLESS], job->samples);
    error = join_all(job, error);
    return error ? error : send_playlists_and_result(job);
}

int
audio_job_run(int64_t max_duration_s)
{
    static struct audio_job job;
    int error = work(&job, max_duration_s);

    av_frame_free(&job.aac_block);
    for (int i = 0; i < RENDITIONS; i++)
        rendition_free(&job.renditions[i]);
    av_channel_layout_uninit(&job.sound.layout);
    analysis_free(&job.analysis);
    swr_free(&job.resample);
    input_close(&job.input);
    return error;
}

int
audio_job_probe(int64_t max_duration_s)
{
    struct input input;
    int error = input_open(&input, max_duration_s);

    if (!error)
        error = result_send_probe(&input);
    input_close(&input);
    return error;
}
