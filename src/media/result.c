/* result.c - what was found out, as JSON. */
#include "result.h"

#include "output.h"
#include "reason.h"
#include "tags.h"

#include <math.h>
#include <stdlib.h>

static json_t *
number_or_null(double value)
{
    return isfinite(value) ? json_real(round(value * 100) / 100) : json_null();
}

/* Four digits, for what is small. */
static json_t *
fine_number(double value)
{
    return json_real(round(value * 1e4) / 1e4);
}

static json_t *
fine_numbers(const double *values, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < count; i++)
        json_array_append_new(list, fine_number(values[i]));
    return list;
}

static json_t *
key_or_null(const struct tonality_result *t)
{
    /* as they are mostly written: with the fewest signs */
    static const char *const notes[2][12] = { { "C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B" },
        { "C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B" } };

    return t->root < 0 ? json_null() : json_sprintf("%s %s", notes[t->is_minor][t->root], t->is_minor ? "minor" : "major");
}

static json_t *
describe_music(const struct music_result *m)
{
    const struct rhythm_result *r = &m->rhythm;
    const struct tonality_result *t = &m->tonality;
    bool has_grid = r->beat_s > 0;

    return json_pack("{s:i, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "version", MUSIC_VERSION, "bpm",
                     r->bpm > 0 ? number_or_null(r->bpm) : json_null(), "bpm_confidence", fine_number(r->confidence), "bpm_is_sure", r->is_sure,
                     "first_beat_s", has_grid ? fine_number(r->first_beat_s) : json_null(), "beat_s", has_grid ? json_real(r->beat_s) : json_null(),
                     "onsets_per_s", fine_number(r->onsets_per_s), "musical_key", key_or_null(t), "key_confidence", fine_number(t->confidence),
                     "key_is_sure", t->is_sure, "tuning_cents", t->is_in_tune ? fine_number(t->tuning_cents) : json_null(), "timbre_mean",
                     m->has_timbre ? fine_numbers(m->timbre_mean, MUSIC_TIMBRE) : json_null(), "timbre_deviation",
                     m->has_timbre ? fine_numbers(m->timbre_deviation, MUSIC_TIMBRE) : json_null());
}

static json_t *
positive_or_null(int64_t value)
{
    return value > 0 ? json_integer(value) : json_null();
}

static int64_t
bit_rate(const struct input *input, int64_t duration_ms)
{
    if (input->stream->codecpar->bit_rate > 0)
        return input->stream->codecpar->bit_rate;
    return duration_ms > 0 ? input->size * 8 * 1000 / duration_ms : 0;
}

/* Members that both modes have. */
static json_t *
describe(const struct input *input, int sample_rate, int channels, int bits, int64_t duration_ms)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:I, s:b, s:o, s:b, s:b}", "format", input_format_name(input), "codec",
                     avcodec_get_name(input->stream->codecpar->codec_id), "sample_rate", sample_rate, "channels", channels, "bit_depth",
                     positive_or_null(bits), "bit_rate", positive_or_null(bit_rate(input, duration_ms)), "duration_ms", (json_int_t)duration_ms,
                     "is_lossless", input->is_lossless, "tags", tags_read(input), "has_cover", input_cover(input) != NULL, "ended_early", input->ended_early);
}

static json_t *
describe_rendition(const struct rendition *r)
{
    const struct bandwidth b = r->bandwidth;
    json_t *rendition;
    size_t count;

    cmaf_segments(r->cmaf, &count);
    rendition = json_pack("{s:s, s:s, s:I, s:I, s:I, s:i, s:i, s:I, s:I, s:I, s:I, s:I}", "name", r->config.name, "codec", r->codec_string, "bandwidth",
                     (json_int_t)b.peak, "average_bandwidth", (json_int_t)b.average, "bitrate",
                     (json_int_t)(r->config.kind == RENDITION_AAC ? r->config.bit_rate : b.average), "sample_rate", r->config.sample_rate, "channels",
                     r->config.layout.nb_channels, "encoder_delay", (json_int_t)r->delay, "end_padding", (json_int_t)cmaf_end_padding(r->cmaf), "samples",
                     (json_int_t)r->samples, "segments", (json_int_t)count, "segment_duration_ms",
                     (json_int_t)(r->config.segment_samples * 1000 / r->config.sample_rate));
    if (rendition && r->config.kind == RENDITION_AAC)
        json_object_update_new(rendition, json_pack("{s:s, s:o}", "coder", r->config.coder, "gain_db", number_or_null(r->config.gain_db)));
    if (rendition && r->quality)
        json_object_update_new(rendition, json_pack("{s:o, s:o, s:o, s:b}", "nmr_db", number_or_null(r->report.nmr), "level_change_db",
                                                    number_or_null(r->report.level), "true_peak_dbtp", number_or_null(r->report.true_peak), "is_good", r->is_good));
    return rendition;
}

static int
send_document(json_t *document, int (*output)(const char *json, size_t length))
{
    char *text = document ? json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(8)) : NULL;
    int error = MEDIA_E_OUT_OF_MEMORY;

    if (text)
        error = output(text, strlen(text));
    free(text);
    json_decref(document);
    return error;
}

/* As the header tells; 0: it is lossy. */
static int
source_bits(const struct input *input)
{
    const AVCodecParameters *par = input->stream->codecpar;

    if (!input->is_lossless)
        return 0;
    return input->valid_bits > 0 ? input->valid_bits : par->bits_per_raw_sample > 0 ? par->bits_per_raw_sample : par->bits_per_coded_sample;
}

int
result_send_probe(const struct input *input)
{
    const AVCodecParameters *par = input->stream->codecpar;

    return send_document(describe(input, par->sample_rate, par->ch_layout.nb_channels, source_bits(input), input_duration_ms(input)), output_result);
}

int
result_send_stem(const struct input *input, int source_rate, int rate, int channels, int64_t samples, int segments)
{
    int64_t duration_ms = av_rescale(samples, 1000, rate);
    json_t *document = describe(input, source_rate, input->stream->codecpar->ch_layout.nb_channels, source_bits(input), duration_ms);
    json_t *made = json_pack("{s:i, s:i, s:I, s:i}", "rate", rate, "channels", channels, "samples", (json_int_t)samples, "segments", segments);

    if (document && made && json_object_set(document, "stem", made)) {
        json_decref(document);
        document = NULL;
    }
    json_decref(made);
    return send_document(document, output_result);
}

static int
send_audio(const struct input *input, const struct sound *sound, int64_t samples, int64_t mended, const struct analysis *a,
           const struct rendition *const *renditions, size_t count, int (*output)(const char *json, size_t length))
{
    int64_t duration_ms = (samples * 1000 + sound->sample_rate / 2) / sound->sample_rate;
    json_t *document = describe(input, sound->sample_rate, sound->layout.nb_channels, sound->bits, duration_ms);
    json_t *list = json_array();
    int error = document && list ? 0 : -1;

    for (size_t i = 0; !error && i < count; i++)
        error = json_array_append_new(list, describe_rendition(renditions[i]));
    if (!error)
        error = json_object_set_new(document, "samples", json_integer(samples));
    if (!error)
        error = json_object_set_new(document, "mended_samples", json_integer(mended));
    if (!error)
        error = json_object_set_new(document, "loudness_lufs", number_or_null(a->loudness_lufs));
    if (!error)
        error = json_object_set_new(document, "loudness_range_lu", number_or_null(a->loudness_range_lu));
    if (!error)
        error = json_object_set_new(document, "true_peak_dbtp", number_or_null(a->true_peak_dbtp));
    if (!error)
        error = json_object_set_new(document, "fingerprint", a->fingerprint && a->fingerprint[0] ? json_string(a->fingerprint) : json_null());
    if (!error)
        error = json_object_set_new(document, "music", a->music ? describe_music(&a->heard) : json_null());
    if (!error)
        error = json_object_set(document, "renditions", list);
    json_decref(list);
    if (error) {
        json_decref(document);
        return MEDIA_E_OUT_OF_MEMORY;
    }
    return send_document(document, output);
}

int
result_send_playable(const struct input *input, const struct sound *sound, int64_t samples, int64_t mended, const struct analysis *analysis,
                     const struct rendition *rendition)
{
    return send_audio(input, sound, samples, mended, analysis, &rendition, 1, output_playable);
}

int
result_send_audio(const struct input *input, const struct sound *sound, int64_t samples, int64_t mended, const struct analysis *analysis,
                  const struct rendition *const *renditions, size_t count)
{
    return send_audio(input, sound, samples, mended, analysis, renditions, count, output_result);
}

int
result_send_music(const struct music_result *heard)
{
    json_t *document = json_pack("{s:o}", "music", describe_music(heard));

    return document ? send_document(document, output_result) : MEDIA_E_OUT_OF_MEMORY;
}
