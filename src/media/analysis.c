/* analysis.c - libebur128, libchromaprint, true_peak.h and music.h over blocks. libebur128 finds true peaks too, by oversampling everything, which took
 * more than half of the time of all this. */
#include "analysis.h"

#include "output.h"
#include "reason.h"
#include "samples.h"
#include "sandbox.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#define STACK_BYTES (1u << 20)

static int
add_loudness(struct analysis *a, const AVFrame *block)
{
    size_t frames = (size_t)block->nb_samples;
    int error;

    if (block->format == AV_SAMPLE_FMT_S16)
        error = ebur128_add_frames_short(a->loudness, (const short *)block->data[0], frames);
    else if (block->format == AV_SAMPLE_FMT_S32)
        error = ebur128_add_frames_int(a->loudness, (const int *)block->data[0], frames);
    else
        error = ebur128_add_frames_float(a->loudness, (const float *)block->data[0], frames);
    return error == EBUR128_SUCCESS ? 0 : MEDIA_E_OUT_OF_MEMORY;
}

static void
one_channel(float *to, const AVFrame *block, int channel)
{
    int channels = block->ch_layout.nb_channels, count = block->nb_samples;
    const int16_t *narrow = (const int16_t *)block->data[0] + channel;
    const int32_t *wide = (const int32_t *)block->data[0] + channel;
    const float *floats = (const float *)block->data[0] + channel;

    if (block->format == AV_SAMPLE_FMT_S16)
        for (int i = 0; i < count; i++)
            to[i] = (float)narrow[i * channels] / 32768.0f;
    else if (block->format == AV_SAMPLE_FMT_S32)
        for (int i = 0; i < count; i++)
            to[i] = (float)wide[i * channels] / 2147483648.0f;
    else
        for (int i = 0; i < count; i++)
            to[i] = floats[i * channels];
}

static void
add_peak(struct analysis *a, const AVFrame *block)
{
    float samples[BLOCK_SAMPLES];

    for (int c = 0; c < block->ch_layout.nb_channels; c++) {
        one_channel(samples, block, c);
        true_peak_add(&a->peak[c], samples, (size_t)block->nb_samples);
    }
}

static void
to_s16(int16_t *to, const AVFrame *block, size_t count)
{
    const int32_t *wide = (const int32_t *)block->data[0];
    const float *floats = (const float *)block->data[0];

    if (block->format == AV_SAMPLE_FMT_S32)
        for (size_t i = 0; i < count; i++)
            to[i] = sample_s16_of_s32(wide[i]);
    else
        for (size_t i = 0; i < count; i++)
            to[i] = sample_s16_of_float(floats[i]);
}

static int
add_fingerprint(struct analysis *a, const AVFrame *block)
{
    int16_t samples[BLOCK_SAMPLES * 8];
    size_t count = (size_t)block->nb_samples * (size_t)block->ch_layout.nb_channels;
    const int16_t *from = (const int16_t *)block->data[0];

    if (a->fingerprinted >= a->fingerprint_max)
        return 0;
    a->fingerprinted += block->nb_samples;
    if (block->format != AV_SAMPLE_FMT_S16) {
        to_s16(samples, block, count);
        from = samples;
    }
    return chromaprint_feed(a->fingerprinter, from, (int)count) ? 0 : MEDIA_E_INTERNAL;
}

/* That of the whole track is a file, waveform/fingerprint.bin; the compressed one of its beginning is in RESULT. */
static int
send_fingerprint(struct analysis *a)
{
    uint32_t *items = NULL;
    int count = 0, length = 0, error = 0;

    if (!chromaprint_finish(a->fingerprinter) || !chromaprint_get_raw_fingerprint(a->fingerprinter, &items, &count) || count <= 0) {
        chromaprint_dealloc(items);
        return 0; /* too short */
    }
    if (!chromaprint_encode_fingerprint(items, count < FINGERPRINT_SHORT ? count : FINGERPRINT_SHORT, CHROMAPRINT_ALGORITHM_DEFAULT, &a->fingerprint, &length, 1))
        a->fingerprint = NULL;
    for (int i = 0; i < count; i++)
        items[i] = htole32(items[i]);
    error = output_file("waveform/fingerprint.bin", (const char *)items, (size_t)count * sizeof *items);
    chromaprint_dealloc(items);
    return error;
}

static int
conclude(struct analysis *a)
{
    static const float rest[TRUE_PEAK_TAPS];
    float highest = 0;
    int error;

    if (ebur128_loudness_global(a->loudness, &a->loudness_lufs) != EBUR128_SUCCESS)
        a->loudness_lufs = -HUGE_VAL;
    if (ebur128_loudness_range(a->loudness, &a->loudness_range_lu) != EBUR128_SUCCESS)
        a->loudness_range_lu = -HUGE_VAL;
    for (unsigned c = 0; c < a->loudness->channels; c++) {
        true_peak_add(&a->peak[c], rest, TRUE_PEAK_TAPS);
        highest = fmaxf(highest, a->peak[c].highest);
    }
    a->true_peak_dbtp = 20 * log10((double)highest);
    if (a->music)
        music_conclude(a->music, &a->heard);
    error = send_fingerprint(a);
    return error ? error : waveform_send(&a->waveform);
}

static int
analyse_blocks(struct analysis *a)
{
    AVFrame *block;
    int error = 0;

    while (!error && (block = frame_queue_pop(&a->queue))) {
        error = waveform_add(&a->waveform, block);
        if (!error)
            error = add_loudness(a, block);
        if (!error)
            error = add_fingerprint(a, block);
        if (!error && a->music)
            error = music_add(a->music, block);
        add_peak(a, block);
        av_frame_free(&block);
    }
    return error || atomic_load(a->failed) ? error : conclude(a);
}

static void *
thread_main(void *user)
{
    struct analysis *a = user;

    sandbox_lower_priority();
    a->error = analyse_blocks(a);
    if (a->error) {
        atomic_store(a->failed, true);
        frame_queue_abort(&a->queue);
    }
    return NULL;
}

static bool
has(const AVChannelLayout *layout, enum AVChannel channel)
{
    return av_channel_layout_index_from_channel(layout, channel) >= 0;
}

/* The place of a channel by ITU-R BS.1770-4, annex 3. "Back" means 110 degrees in 5.1, and 135 where there are side channels as well. */
static int
place(const AVChannelLayout *layout, enum AVChannel channel)
{
    bool two_pairs = has(layout, AV_CHAN_SIDE_LEFT) && has(layout, AV_CHAN_BACK_LEFT);

    switch (channel) {
    case AV_CHAN_LOW_FREQUENCY:
    case AV_CHAN_LOW_FREQUENCY_2:
        return EBUR128_UNUSED;
    case AV_CHAN_SIDE_LEFT:
    case AV_CHAN_SIDE_RIGHT:
        return two_pairs ? EBUR128_Mp090 : EBUR128_Mp110; /* left and right weigh the same */
    case AV_CHAN_BACK_LEFT:
    case AV_CHAN_BACK_RIGHT:
        return two_pairs ? EBUR128_Mp135 : EBUR128_Mp110;
    case AV_CHAN_WIDE_LEFT:
    case AV_CHAN_WIDE_RIGHT:
        return EBUR128_Mp060;
    case AV_CHAN_SURROUND_DIRECT_LEFT:
    case AV_CHAN_SURROUND_DIRECT_RIGHT:
        return EBUR128_Mp090;
    default:
        return EBUR128_CENTER; /* weighs 1, as all others do */
    }
}

static int
open_loudness(struct analysis *a, const struct sound *sound)
{
    unsigned channels = (unsigned)sound->layout.nb_channels;
    int error = EBUR128_SUCCESS;

    a->loudness = ebur128_init(channels, (unsigned long)sound->sample_rate, EBUR128_MODE_I | EBUR128_MODE_LRA);
    if (!a->loudness)
        return MEDIA_E_OUT_OF_MEMORY;
    for (unsigned c = 0; c < channels && error == EBUR128_SUCCESS; c++)
        error = ebur128_set_channel(a->loudness, c, place(&sound->layout, av_channel_layout_channel_from_index(&sound->layout, c)));
    return error == EBUR128_SUCCESS ? 0 : MEDIA_E_INTERNAL;
}

int
analysis_start(struct analysis *a, const struct sound *sound, bool hears_music, atomic_bool *failed)
{
    pthread_attr_t attributes;
    unsigned channels = (unsigned)sound->layout.nb_channels;
    int error;

    memset(a, 0, sizeof *a);
    a->failed = failed;
    frame_queue_init(&a->queue);
    error = waveform_init(&a->waveform, sound->sample_rate);
    if (error)
        return error;
    error = open_loudness(a, sound);
    if (error)
        return error;
    a->fingerprint_max = hears_music ? INT64_MAX : (int64_t)FINGERPRINT_SHORT_S * sound->sample_rate;
    a->fingerprinter = chromaprint_new(CHROMAPRINT_ALGORITHM_DEFAULT);
    if (!a->fingerprinter || !chromaprint_start(a->fingerprinter, sound->sample_rate, (int)channels))
        return MEDIA_E_OUT_OF_MEMORY;
    a->music = hears_music ? music_new(&sound->layout, sound->format, sound->sample_rate) : NULL;
    if (hears_music && !a->music)
        return MEDIA_E_OUT_OF_MEMORY;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    a->started = pthread_create(&a->thread, &attributes, thread_main, a) == 0;
    pthread_attr_destroy(&attributes);
    return a->started ? 0 : MEDIA_E_OUT_OF_MEMORY;
}

int
analysis_join(struct analysis *a)
{
    if (a->started)
        pthread_join(a->thread, NULL);
    a->started = false;
    return a->error;
}

void
analysis_free(struct analysis *a)
{
    waveform_free(&a->waveform);
    if (a->loudness)
        ebur128_destroy(&a->loudness);
    if (a->fingerprinter)
        chromaprint_free(a->fingerprinter);
    if (a->fingerprint)
        chromaprint_dealloc(a->fingerprint);
    music_free(a->music);
    frame_queue_destroy(&a->queue);
}
