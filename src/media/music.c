#include "music.h"

#include "reason.h"

#include <aubio/aubio.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MEL_BANDS 40
#define TIMBRE_EVERY 4 /* spectra: 21 a second are enough for a mean */
#define PIECE 4096     /* samples that are resampled at a time */

struct music {
    SwrContext *resample;
    struct rhythm *rhythm;
    struct tonality *tonality;
    aubio_fft_t *fft; /* and not aubio's phase vocoder, which takes five times as long for phases that nobody asks for */
    aubio_mfcc_t *mfcc;
    fvec_t *hop, *frame, *spectrum, *coefficients;
    cvec_t *sizes;
    size_t hop_filled, long_filled;
    uint64_t hops, timbres;
    double sum[MUSIC_TIMBRE], squares[MUSIC_TIMBRE];
    float window[RHYTHM_FRAME], past[RHYTHM_FRAME];
    float piece[PIECE], long_hop[TONALITY_HOP];
};

static bool
music_open(struct music *m, const AVChannelLayout *layout, enum AVSampleFormat format, int sample_rate)
{
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO, from = *layout;

    if (swr_alloc_set_opts2(&m->resample, &mono, AV_SAMPLE_FMT_FLT, RHYTHM_RATE, &from, format, sample_rate, 0, NULL) < 0 || swr_init(m->resample) < 0)
        return false;
    m->rhythm = rhythm_new();
    m->tonality = tonality_new();
    m->fft = new_aubio_fft(RHYTHM_FRAME);
    m->mfcc = new_aubio_mfcc(RHYTHM_FRAME, MEL_BANDS, MUSIC_TIMBRE, RHYTHM_RATE);
    m->sizes = new_cvec(RHYTHM_FRAME);
    m->hop = new_fvec(RHYTHM_HOP);
    m->frame = new_fvec(RHYTHM_FRAME);
    m->spectrum = new_fvec(RHYTHM_FRAME);
    m->coefficients = new_fvec(MUSIC_TIMBRE);
    for (int i = 0; i < RHYTHM_FRAME; i++)
        m->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / RHYTHM_FRAME));
    return m->rhythm && m->tonality && m->fft && m->mfcc && m->sizes && m->hop && m->frame && m->spectrum && m->coefficients;
}

struct music *
music_new(const AVChannelLayout *layout, enum AVSampleFormat format, int sample_rate)
{
    struct music *m = calloc(1, sizeof *m);

    if (!m || music_open(m, layout, format, sample_rate))
        return m;
    music_free(m);
    return NULL;
}

void
music_free(struct music *m)
{
    if (!m)
        return;
    swr_free(&m->resample);
    rhythm_free(m->rhythm);
    tonality_free(m->tonality);
    if (m->fft)
        del_aubio_fft(m->fft);
    if (m->mfcc)
        del_aubio_mfcc(m->mfcc);
    if (m->sizes)
        del_cvec(m->sizes);
    if (m->hop)
        del_fvec(m->hop);
    if (m->frame)
        del_fvec(m->frame);
    if (m->spectrum)
        del_fvec(m->spectrum);
    if (m->coefficients)
        del_fvec(m->coefficients);
    free(m);
}

static void
music_add_timbre(struct music *m)
{
    double power = 0;

    aubio_fft_get_norm(m->spectrum, m->sizes);
    for (size_t i = 0; i < m->sizes->length; i++)
        power += (double)m->sizes->norm[i] * (double)m->sizes->norm[i];
    if (power < 1e-4) /* silence sounds like nothing */
        return;
    aubio_mfcc_do(m->mfcc, m->sizes, m->coefficients);
    for (int i = 0; i < MUSIC_TIMBRE; i++) {
        double c = (double)m->coefficients->data[i];

        m->sum[i] += c;
        m->squares[i] += c * c;
    }
    m->timbres++;
}

static void
music_add_hop(struct music *m)
{
    memmove(m->past, m->past + RHYTHM_HOP, (RHYTHM_FRAME - RHYTHM_HOP) * sizeof *m->past);
    memcpy(m->past + RHYTHM_FRAME - RHYTHM_HOP, m->hop->data, RHYTHM_HOP * sizeof *m->past);
    for (int i = 0; i < RHYTHM_FRAME; i++)
        m->frame->data[i] = m->past[i] * m->window[i];
    aubio_fft_do_complex(m->fft, m->frame, m->spectrum);
    rhythm_add(m->rhythm, m->hop, m->spectrum);
    if (m->hops++ % TIMBRE_EVERY == 0)
        music_add_timbre(m);
}

static void
music_add_mono(struct music *m, const float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        m->hop->data[m->hop_filled++] = samples[i];
        m->long_hop[m->long_filled++] = samples[i];
        if (m->hop_filled == RHYTHM_HOP) {
            music_add_hop(m);
            m->hop_filled = 0;
        }
        if (m->long_filled == TONALITY_HOP) {
            tonality_add(m->tonality, m->long_hop);
            m->long_filled = 0;
        }
    }
}

int
music_add(struct music *m, const AVFrame *block)
{
    uint8_t *out[] = { (uint8_t *)m->piece };
    const uint8_t **in = (const uint8_t **)(uintptr_t)block->extended_data;
    int count = block->nb_samples, got;

    do {
        got = swr_convert(m->resample, out, PIECE, in, count);
        if (got < 0)
            return MEDIA_E_INTERNAL;
        music_add_mono(m, m->piece, (size_t)got);
        count = 0; /* what did not fit waits inside the resampler */
    } while (got == PIECE);
    return 0;
}

void
music_conclude(struct music *m, struct music_result *ret)
{
    memset(ret, 0, sizeof *ret);
    rhythm_conclude(m->rhythm, &ret->rhythm);
    tonality_conclude(m->tonality, &ret->tonality);
    ret->has_timbre = m->timbres > 0;
    for (int i = 0; ret->has_timbre && i < MUSIC_TIMBRE; i++) {
        double mean = m->sum[i] / (double)m->timbres;

        ret->timbre_mean[i] = mean;
        ret->timbre_deviation[i] = sqrt(fmax(0, m->squares[i] / (double)m->timbres - mean * mean));
    }
}
