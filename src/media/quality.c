/* quality.c - one Fourier transform of source (real part) and difference (imaginary part) for every 2,048 samples of a channel. */
#include "quality.h"

#include "reason.h"
#include "true_peak.h"

#include <libavutil/tx.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 2048
#define BANDS 25
#define SOURCE_HELD 16384     /* more than the encoder looks ahead and a block of decode.h together */
#define LISTENING_DB_SPL 92   /* of full scale: what PEAQ assumes for an unknown level */
#define ROOM_DB_SPL 20        /* in a critical band: what a quiet room adds to the threshold in quiet (noise criterion NC-20) */
#define HALF_SECOND 11        /* windows at 44.1 and 48 kHz */
#define FEWEST 3              /* windows that make a statement */
#define NMR_FLOOR (-20.0) /* below it nothing is heard: silence must not outweigh noise */
#define LOST 6.0              /* dB: a band that loses more is as good as lost */
#define LOUD_SHARE 0.1        /* of a window's energy makes a band loud */

/* Upper edges of Zwicker's critical bands, in Hz; the last ends where hearing does. */
static const int band_edges[BANDS] = { 100,  200,  300,  400,  510,  630,  770,  920,  1080, 1270, 1480,  1720, 2000,
                                       2320, 2700, 3150, 3700, 4400, 5300, 6400, 7700, 9500, 12000, 15500, 20000 };

/* Sums over the windows of half a second, in dB. */
struct stretch {
    double nmr, level;
    int windows, loud_windows;
};

struct channel {
    float held[SOURCE_HELD]; /* source, a ring */
    float source[WINDOW], difference[WINDOW];
    struct true_peak peak;
    struct stretch stretch;
};

struct quality {
    AVCodecContext *decoder;
    AVFrame *frame;
    AVTXContext *transform;
    av_tx_fn run;
    AVComplexFloat *in, *out;
    int channels;
    int bands, level_bands; /* of which noise and level are judged */
    int64_t delay;        /* decoded samples still to be dropped */
    int64_t fed, heard;   /* samples of source; of those, how many were compared or wait in the window */
    int filled;           /* of the window */
    float window[WINDOW];
    int first_bin[BANDS + 1];
    double spreading[BANDS][BANDS], offset[BANDS], quiet[BANDS];
    struct channel channel[2];
    double worst_nmr, worst_level;
    int stretches;
};

/* Zwicker and Terhardt, 1980. */
static double
bark(double hz)
{
    return 13 * atan(0.00076 * hz) + 3.5 * atan(hz * hz / 56250000);
}

/* The threshold in quiet in dB SPL. Terhardt, 1979. */
static double
quiet_level(double hz)
{
    double k = hz / 1000;

    return 3.64 * pow(k, -0.8) - 6.5 * exp(-0.6 * (k - 3.3) * (k - 3.3)) + 0.001 * pow(k, 4);
}

/* How much masking reaches a band `distance` Bark above the masker. Schroeder, Atal and Hall, 1979. */
static double
spread(double distance)
{
    double x = distance + 0.474;

    return pow(10, (15.81 + 7.5 * x - 17.5 * sqrt(1 + x * x)) / 10);
}

static double
centre(int band)
{
    return (band ? band_edges[band - 1] + band_edges[band] : 120) / 2.0;
}

static void
make_tables(struct quality *q, int rate, double highest_hz)
{
    double full_scale = 0.375 * WINDOW * WINDOW / 4.0; /* a sine's energy in all its bins under a Hann window */

    for (int i = 0; i < WINDOW; i++)
        q->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / WINDOW));
    q->first_bin[0] = 1;
    for (int b = 0; b < BANDS; b++) {
        int end = (int)lrint((double)band_edges[b] * WINDOW / rate);

        q->first_bin[b + 1] = end < WINDOW / 2 ? end : WINDOW / 2;
        if (band_edges[b] <= highest_hz)
            q->bands = b + 1;
        if (band_edges[b] <= 1.3 * highest_hz)
            q->level_bands = b + 1;
        q->quiet[b] = full_scale * pow(10, (fmax(quiet_level(centre(b)), ROOM_DB_SPL) - LISTENING_DB_SPL) / 10);
        q->offset[b] = pow(10, -(b < 12 ? 3 : 0.25 * b) / 10); /* PEAQ's masking offset */
        for (int m = 0; m < BANDS; m++)
            q->spreading[b][m] = spread(bark(centre(b)) - bark(centre(m)));
    }
}

static int
open_decoder(struct quality *q, const AVCodecContext *encoder)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    float scale = 1;
    bool good;

    q->decoder = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_AAC));
    good = par && q->decoder && avcodec_parameters_from_context(par, encoder) >= 0 && avcodec_parameters_to_context(q->decoder, par) >= 0;
    avcodec_parameters_free(&par);
    if (!good)
        return MEDIA_E_OUT_OF_MEMORY;
    q->decoder->thread_count = 1;
    if (avcodec_open2(q->decoder, q->decoder->codec, NULL) < 0)
        return MEDIA_E_INTERNAL;
    return av_tx_init(&q->transform, &q->run, AV_TX_FLOAT_FFT, 0, WINDOW, &scale, 0) < 0 ? MEDIA_E_OUT_OF_MEMORY : 0;
}

int
quality_open(struct quality **ret_quality, const AVCodecContext *encoder, double highest_hz)
{
    struct quality *q = calloc(1, sizeof *q);
    int error = MEDIA_E_OUT_OF_MEMORY;

    if (!q)
        return error;
    q->channels = encoder->ch_layout.nb_channels;
    q->delay = encoder->initial_padding;
    q->worst_nmr = NMR_FLOOR;
    make_tables(q, encoder->sample_rate, highest_hz);
    q->frame = av_frame_alloc();
    q->in = av_malloc(WINDOW * sizeof *q->in);
    q->out = av_malloc(WINDOW * sizeof *q->out);
    if (q->frame && q->in && q->out)
        error = open_decoder(q, encoder);
    if (error)
        quality_free(&q);
    else
        *ret_quality = q;
    return error;
}

void
quality_free(struct quality **quality)
{
    struct quality *q = *quality;

    if (!q)
        return;
    avcodec_free_context(&q->decoder);
    av_frame_free(&q->frame);
    av_tx_uninit(&q->transform);
    av_free(q->in);
    av_free(q->out);
    free(q);
    *quality = NULL;
}

void
quality_source(struct quality *q, const float *const *channels, int count)
{
    for (int done = 0; done < count;) {
        int at = (int)(q->fed % SOURCE_HELD), n = FFMIN(count - done, SOURCE_HELD - at);

        for (int c = 0; c < q->channels; c++)
            memcpy(q->channel[c].held + at, channels[c] + done, (size_t)n * sizeof(float));
        q->fed += n;
        done += n;
    }
}

struct energy {
    double source[BANDS], noise[BANDS], decoded[BANDS];
};

/* Energy of source, difference, and their sum, which is what was decoded, in each band. */
static void
transform(struct quality *q, const struct channel *channel, struct energy *e)
{
    for (int i = 0; i < WINDOW; i++)
        q->in[i] = (AVComplexFloat){ q->window[i] * channel->source[i], q->window[i] * channel->difference[i] };
    q->run(q->transform, q->out, q->in, sizeof(float));
    for (int b = 0; b < BANDS; b++) {
        float source = 0, noise = 0, decoded = 0;

        for (int k = q->first_bin[b]; k < q->first_bin[b + 1]; k++) {
            AVComplexFloat x = q->out[k], y = q->out[WINDOW - k];
            float sr = (x.re + y.re) / 2, si = (x.im - y.im) / 2, nr = (x.im + y.im) / 2, ni = (y.re - x.re) / 2;

            source += sr * sr + si * si;
            noise += nr * nr + ni * ni;
            decoded += (sr + nr) * (sr + nr) + (si + ni) * (si + ni);
        }
        e->source[b] = (double)source;
        e->noise[b] = (double)noise;
        e->decoded[b] = (double)decoded;
    }
}

static void
end_stretch(struct quality *q, struct stretch *s)
{
    double nmr = s->nmr / s->windows, level = s->loud_windows ? s->level / s->loud_windows : 0;

    q->worst_nmr = nmr > q->worst_nmr ? nmr : q->worst_nmr;
    if (s->loud_windows >= FEWEST && fabs(level) > fabs(q->worst_level))
        q->worst_level = level;
    *s = (struct stretch){ 0 };
    q->stretches++;
}

static void
compare(struct quality *q, struct channel *channel)
{
    struct stretch *s = &channel->stretch;
    struct energy e;
    double total = 0, worst = 0, level = 0;
    bool is_loud = false;

    transform(q, channel, &e);
    for (int b = 0; b < BANDS; b++)
        total += e.source[b];
    for (int b = 0; b < BANDS; b++) {
        double mask = 0;

        for (int m = 0; b < q->bands && m < BANDS; m++)
            mask += q->spreading[b][m] * e.source[m];
        if (b < q->bands)
            worst = fmax(worst, e.noise[b] / (mask * q->offset[b] + q->quiet[b]));
        if (b < q->level_bands && e.source[b] > LOUD_SHARE * total && e.source[b] > 100 * q->quiet[b]) {
            double change = e.source[b] / total * fmax(-LOST, 10 * log10(e.decoded[b] / e.source[b] + 1e-10));

            is_loud = true;
            level = fabs(change) > fabs(level) ? change : level;
        }
    }
    s->nmr += fmax(10 * log10(worst + 1e-10), NMR_FLOOR);
    s->level += level;
    s->loud_windows += is_loud;
    if (++s->windows == HALF_SECOND)
        end_stretch(q, s);
}

static void
hear(struct quality *q, int from, int count)
{
    if (count > q->fed - q->heard)
        count = (int)(q->fed - q->heard); /* the rest fills the last packet up */
    while (count > 0) {
        int at = (int)(q->heard % SOURCE_HELD), n = FFMIN(count, FFMIN(WINDOW - q->filled, SOURCE_HELD - at));

        for (int c = 0; c < q->channels; c++) {
            struct channel *channel = &q->channel[c];
            const float *decoded = (const float *)q->frame->extended_data[c] + from, *source = channel->held + at;

            memcpy(channel->source + q->filled, source, (size_t)n * sizeof(float));
            for (int i = 0; i < n; i++)
                channel->difference[q->filled + i] = decoded[i] - source[i];
            if (q->filled + n == WINDOW)
                compare(q, channel);
        }
        q->filled = (q->filled + n) % WINDOW;
        q->heard += n;
        from += n;
        count -= n;
    }
}

int
quality_packet(struct quality *q, const AVPacket *packet)
{
    int error = avcodec_send_packet(q->decoder, packet);

    while (error >= 0 && (error = avcodec_receive_frame(q->decoder, q->frame)) >= 0) {
        int drop = q->delay < q->frame->nb_samples ? (int)q->delay : q->frame->nb_samples;

        q->delay -= drop;
        for (int c = 0; c < q->channels; c++)
            true_peak_add(&q->channel[c].peak, (const float *)q->frame->extended_data[c] + drop, (size_t)(q->frame->nb_samples - drop));
        hear(q, drop, q->frame->nb_samples - drop);
        av_frame_unref(q->frame);
    }
    return error == AVERROR(EAGAIN) ? 0 : error == AVERROR(ENOMEM) ? MEDIA_E_OUT_OF_MEMORY : MEDIA_E_INTERNAL;
}

struct quality_report
quality_finish(struct quality *q)
{
    struct quality_report report;
    float peak = 0;

    for (int c = 0; c < q->channels; c++) {
        struct stretch *s = &q->channel[c].stretch;

        peak = q->channel[c].peak.highest > peak ? q->channel[c].peak.highest : peak;
        if (s->windows >= FEWEST || (s->windows > 0 && !q->stretches))
            end_stretch(q, s);
    }
    report.nmr = q->worst_nmr;
    report.level = q->worst_level;
    report.true_peak = 20 * log10((double)peak + 1e-10);
    return report;
}

double
quality_excess(const struct quality_report *report, const struct quality_bounds *bounds)
{
    return fmax(report->nmr - bounds->nmr, 20 * (fabs(report->level) - bounds->level));
}
