/* audio_job.c - decodes the recording several times.
 *
 * The first pass finds the peak of what the AAC encoders will get, and so how much room they need. The second feeds the analysis and the encoder of the
 * medium quality, which can be played from then on; the third one the rest. What is short has both in one pass. Each AAC rendition is judged while it
 * is made (quality.h), and further passes encode once more those that missed a bound (takes.h); their files replace those that were sent before, which
 * happens to the medium quality before it is played. */
#include "audio_job.h"

#include "aac_feed.h"
#include "decode.h"
#include "output.h"
#include "playlist.h"
#include "reason.h"
#include "result.h"
#include "samples.h"
#include "takes.h"
#include "true_peak.h"

#include <math.h>
#include <string.h>

#define STAGE "transcoding"
#define SEGMENT_SECONDS 5
#define EARLY_SECONDS 60 /* what lasts so long can be played before all of it is made, for one more decoding */
#define CODING_ROOM 2.0 /* dB by which coding may raise the peak: nearly all music takes less, even at 64k */

enum { LOW, MEDIUM, HIGH, LOSSLESS, RENDITIONS };

struct audio_job {
    struct input input;
    struct sound sound;
    struct rendition renditions[RENDITIONS];
    struct analysis analysis;
    atomic_bool failed;
    bool judges;     /* AAC renditions are compared with the source */
    bool hears_music;
    bool copies;     /* lossless is the source's own packets */
    bool is_early;   /* the medium quality is made, and can be played */
    struct aac_feed feed;
    struct true_peak peak[2]; /* of what the feed gives */
    struct takes takes[LOSSLESS];
    double done_from, done_span; /* progress of this pass */
    int64_t samples;
    int64_t mended; /* samples that were no sound */
};

/* docs/adr/0020-media-aac-coder.md tells which coder begins, and where the bounds come from. */
static const struct {
    const char *name;
    int bit_rate;
    enum aac_coder coder;
    struct quality_bounds bounds;
    double judged_hz; /* in stereo: noise up to here; the encoder drops what is above */
} ladder[] = {
    [LOW] = { "low", 64000, CODER_FAST, { .nmr = 8, .level = 0.8 }, 9500 },
    [MEDIUM] = { "medium", 128000, CODER_FAST, { .nmr = 6, .level = 0.3 }, 15500 },
    [HIGH] = { "high", 256000, CODER_FAST, { .nmr = 4, .level = 0.15 }, 15500 },
};

/* Whole FLAC blocks, and so whole AAC frames: all qualities are cut at the same place. */
static int64_t
segment_samples(const struct audio_job *job, int rate)
{
    int64_t aac = (int64_t)SEGMENT_SECONDS * job->feed.rate / BLOCK_SAMPLES;
    int64_t blocks = (aac * rate + job->feed.rate / 2) / job->feed.rate;

    return (blocks > 0 ? blocks : 1) * BLOCK_SAMPLES;
}

static int
start_aac(struct audio_job *job, int which)
{
    double judged_hz = job->feed.layout.nb_channels == 1 ? ladder[HIGH].judged_hz : ladder[which].judged_hz;
    struct rendition_config config = {
        .name = ladder[which].name, .kind = RENDITION_AAC, .bit_rate = ladder[which].bit_rate, .coder = takes_coder(&job->takes[which]),
        .goes_first = which == HIGH, .gain_db = job->takes[which].gain_db, .judged_hz = job->judges ? judged_hz : 0,
        .sample_rate = job->feed.rate, .layout = job->feed.layout, .segment_samples = segment_samples(job, job->feed.rate),
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

static double
fraction(const struct audio_job *job)
{
    int64_t whole = input_duration_ms(&job->input), done = job->samples * 1000 / job->sound.sample_rate;

    return job->done_from + job->done_span * (whole > 0 && done < whole ? (double)done / (double)whole : 1);
}

static int
keep_sound(struct audio_job *job, const struct sound *sound)
{
    av_channel_layout_uninit(&job->sound.layout);
    job->sound = *sound;
    memset(&job->sound.layout, 0, sizeof job->sound.layout); /* ours is a copy: the decoder frees its own first */
    return av_channel_layout_copy(&job->sound.layout, &sound->layout) < 0 ? MEDIA_E_OUT_OF_MEMORY : 0;
}

/* What every pass does with a block. */
static int
take_block(struct audio_job *job, AVFrame *block)
{
    int error = atomic_load(&job->failed) ? MEDIA_E_INTERNAL : 0;

    if (block->format == AV_SAMPLE_FMT_FLT)
        job->mended += (int64_t)samples_mend((float *)block->data[0], (size_t)block->nb_samples * (size_t)block->ch_layout.nb_channels);
    job->samples += block->nb_samples;
    if (!error)
        error = aac_feed_add(&job->feed, block);
    return error ? error : output_progress(STAGE, fraction(job));
}

static int
find_peak(void *user, const AVFrame *block)
{
    struct audio_job *job = user;

    for (int c = 0; c < block->ch_layout.nb_channels; c++)
        true_peak_add(&job->peak[c], (const float *)block->extended_data[c], (size_t)block->nb_samples);
    return 0;
}

static int
start_peak(void *user, const struct sound *sound)
{
    struct audio_job *job = user;
    int error = keep_sound(job, sound);

    return error ? error : aac_feed_open(&job->feed, sound, aac_feed_usual_rate(sound->sample_rate), find_peak, job);
}

static int
on_block_peak(void *user, AVFrame *block)
{
    return take_block(user, block);
}

/* To the renditions that are being made in this pass. */
static int
send_to_aac(void *user, const AVFrame *block)
{
    struct audio_job *job = user;
    int error = 0;

    for (int i = LOW; !error && i <= HIGH; i++)
        if (job->renditions[i].started)
            error = frame_queue_push(&job->renditions[i].queue, block);
    return error;
}

/* Makes those of these renditions that are not there: they are new, or were freed. */
static int
start_encoders(struct audio_job *job, const struct sound *sound, int from, int to)
{
    int error = aac_feed_open(&job->feed, sound, aac_feed_usual_rate(sound->sample_rate), send_to_aac, job);

    for (int i = to; !error && i >= from; i--)
        if (!job->renditions[i].cmaf)
            error = start_aac(job, i);
    return error;
}

static void
begin_takes(struct audio_job *job)
{
    float peak = fmaxf(job->peak[0].highest, job->peak[1].highest);
    double gain_db = fmin(0, TRUE_PEAK_CEILING - CODING_ROOM - 20 * log10((double)peak + 1e-10));

    for (int i = LOW; i <= HIGH; i++)
        job->takes[i] = (struct takes){ .bounds = ladder[i].bounds, .coder = ladder[i].coder, .gain_db = gain_db };
}

static int
start_early(void *user, const struct sound *sound)
{
    struct audio_job *job = user;
    int error = keep_sound(job, sound);

    if (!error)
        error = start_encoders(job, sound, MEDIUM, MEDIUM);
    return error ? error : analysis_start(&job->analysis, sound, job->hears_music, &job->failed);
}

static int
start_rest(void *user, const struct sound *sound)
{
    struct audio_job *job = user;
    int error = keep_sound(job, sound);

    if (!error)
        error = start_encoders(job, sound, LOW, HIGH);
    if (!error && !job->is_early)
        error = analysis_start(&job->analysis, sound, job->hears_music, &job->failed);
    return error || job->copies ? error : start_flac(job);
}

static int
on_block_analysed(void *user, AVFrame *block)
{
    struct audio_job *job = user;
    int error = take_block(job, block);

    return error || !job->analysis.started ? error : frame_queue_push(&job->analysis.queue, block);
}

static int
on_block_rest(void *user, AVFrame *block)
{
    struct audio_job *job = user;
    int error = on_block_analysed(job, block);

    return error || job->copies ? error : frame_queue_push(&job->renditions[LOSSLESS].queue, block);
}

static int
start_again(void *user, const struct sound *sound)
{
    return start_encoders(user, sound, LOW, HIGH);
}

static int
start_early_again(void *user, const struct sound *sound)
{
    return start_encoders(user, sound, MEDIUM, MEDIUM);
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

/* Players take the quality with the higher BANDWIDTH for the better one. Of silence, or of very short sound, a quality may take fewer bytes
 * than the one below it, and then states one bit per second more: hls.js takes equal ones for copies of one quality. Lossless states what it takes. */
static void
measure_bandwidth(struct audio_job *job)
{
    for (int i = LOW; i < RENDITIONS; i++) {
        struct bandwidth *b = &job->renditions[i].bandwidth;

        *b = playlist_bandwidth(&job->renditions[i]);
        if (i == MEDIUM || i == HIGH) {
            const struct bandwidth *below = &job->renditions[i - 1].bandwidth;

            b->peak = FFMAX(b->peak, below->peak + 1);
            b->average = FFMAX(b->average, below->average + 1);
        }
    }
}

static int
send_playlists_and_result(struct audio_job *job)
{
    const struct rendition *order[] = { &job->renditions[MEDIUM], &job->renditions[LOW], &job->renditions[HIGH], &job->renditions[LOSSLESS] };
    const struct rendition *rising[] = { &job->renditions[LOW], &job->renditions[MEDIUM], &job->renditions[HIGH], &job->renditions[LOSSLESS] };
    const AVPacket *cover = input_cover(&job->input);
    int error = 0;

    measure_bandwidth(job);
    for (int i = 0; !error && i < RENDITIONS; i++)
        error = playlist_send(order[i]);
    if (!error)
        error = playlist_send_master("master.m3u8", order, RENDITIONS);
    if (!error && cover)
        error = output_file("cover.bin", cover->data, (size_t)cover->size);
    if (!error)
        error = output_progress(STAGE, 1);
    return error ? error : result_send_audio(&job->input, &job->sound, job->samples, job->mended, &job->analysis, rising, RENDITIONS);
}

/* Decodes all of the input, which is open, into `sink`, and ends the threads that it started. `from` and `span`: of the progress. */
static int
pass(struct audio_job *job, const struct decode_sink *sink, int64_t max_duration_s, double from, double span)
{
    int error;

    job->samples = job->mended = 0;
    job->done_from = from;
    job->done_span = span;
    error = decode_all(&job->input, sink, max_duration_s, &job->samples);
    if (!error)
        error = aac_feed_end(&job->feed);
    if (!error && job->copies && sink->on_packet)
        error = rendition_copy_finish(&job->renditions[LOSSLESS], job->samples);
    error = join_all(job, error);
    aac_feed_close(&job->feed);
    return error;
}

static int
reopen(struct audio_job *job, int64_t max_duration_s)
{
    input_close(&job->input);
    return input_open(&job->input, max_duration_s);
}

/* Encodes those of the renditions that missed a bound once more, until takes.h is content with all. */
static int
mend(struct audio_job *job, int64_t max_duration_s, bool again[LOSSLESS], const struct decode_sink *sink, double from)
{
    int error = 0;

    for (int round = 0; !error; round++) {
        bool any = false;

        for (int i = LOW; i <= HIGH; i++) {
            again[i] = again[i] && takes_again(&job->takes[i], &job->renditions[i].report);
            if (again[i]) {
                rendition_free(&job->renditions[i]);
                memset(&job->renditions[i], 0, sizeof job->renditions[i]);
            }
            any = any || again[i];
        }
        if (!any)
            break;
        error = reopen(job, max_duration_s);
        if (!error)
            error = pass(job, sink, max_duration_s, from + 0.02 * round, 0.02);
    }
    for (int i = LOW; i <= HIGH; i++)
        job->renditions[i].is_good = takes_is_good(&job->takes[i]);
    return error;
}

static int
send_early(struct audio_job *job)
{
    struct rendition *medium = &job->renditions[MEDIUM];
    const struct rendition *all[] = { medium };
    int error = playlist_send(medium);

    medium->bandwidth = playlist_bandwidth(medium);
    if (!error)
        error = playlist_send_master("early.m3u8", all, 1);
    return error ? error : result_send_playable(&job->input, &job->sound, job->samples, job->mended, &job->analysis, medium);
}

/* One quality, and what is measured. */
static int
make_early(struct audio_job *job, int64_t max_duration_s)
{
    struct decode_sink sink = { start_early, on_block_analysed, NULL, job }, again = { start_early_again, on_block_peak, NULL, job };
    bool which[LOSSLESS] = { [MEDIUM] = true };
    int error = pass(job, &sink, max_duration_s, 0.1, 0.24);

    if (!error && job->judges)
        error = mend(job, max_duration_s, which, &again, 0.34);
    if (!error)
        error = send_early(job);
    job->is_early = true;
    return error ? error : reopen(job, max_duration_s);
}

static int
work(struct audio_job *job, int64_t max_duration_s)
{
    struct decode_sink peak = { start_peak, on_block_peak, NULL, job }, rest = { start_rest, on_block_rest, on_packet, job },
                       again = { start_again, on_block_peak, NULL, job };
    bool which[LOSSLESS] = { true, true, true };
    int error = input_open(&job->input, max_duration_s);

    if (!error)
        error = output_progress(STAGE, 0);
    if (!error)
        error = pass(job, &peak, max_duration_s, 0, 0.1);
    begin_takes(job);
    if (!error)
        error = reopen(job, max_duration_s);
    if (!error && job->samples >= (int64_t)EARLY_SECONDS * job->sound.sample_rate)
        error = make_early(job, max_duration_s);
    if (!error && can_copy(&job->input))
        error = start_copy(job);
    if (!error)
        error = pass(job, &rest, max_duration_s, job->is_early ? 0.4 : 0.1, job->is_early ? 0.5 : 0.8);
    which[MEDIUM] = !job->is_early;
    if (!error && job->judges)
        error = mend(job, max_duration_s, which, &again, 0.9);
    return error ? error : send_playlists_and_result(job);
}

int
audio_job_run(int64_t max_duration_s, bool judges, bool hears_music)
{
    static struct audio_job job;
    int error;

    job.judges = judges;
    job.hears_music = hears_music;
    error = work(&job, max_duration_s);

    for (int i = 0; i < RENDITIONS; i++)
        rendition_free(&job.renditions[i]);
    av_channel_layout_uninit(&job.sound.layout);
    analysis_free(&job.analysis);
    aac_feed_close(&job.feed);
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

struct listening {
    struct input input;
    struct music *music;
    int64_t samples;
};

static int
start_listening(void *user, const struct sound *sound)
{
    struct listening *job = user;

    job->music = music_new(&sound->layout, sound->format, sound->sample_rate);
    return job->music ? 0 : MEDIA_E_OUT_OF_MEMORY;
}

static int
listen_to_block(void *user, AVFrame *block)
{
    struct listening *job = user;

    if (block->format == AV_SAMPLE_FMT_FLT)
        samples_mend((float *)block->data[0], (size_t)block->nb_samples * (size_t)block->ch_layout.nb_channels);
    return music_add(job->music, block);
}

int
audio_job_listen(int64_t max_duration_s)
{
    struct listening job = {0};
    struct decode_sink sink = { start_listening, listen_to_block, NULL, &job };
    struct music_result heard;
    int error = input_open(&job.input, max_duration_s);

    if (!error)
        error = decode_all(&job.input, &sink, max_duration_s, &job.samples);
    if (!error) {
        music_conclude(job.music, &heard);
        error = result_send_music(&heard);
    }
    music_free(job.music);
    input_close(&job.input);
    return error;
}
