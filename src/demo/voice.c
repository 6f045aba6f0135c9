/* voice.c - the tonal families; percussion and noise are in percussion.c. */
#include "voice_private.h"

#include <string.h>

static const float modal_ratio[][VOICE_PARTIALS] = {
    [MODAL_PIANO] = { 1, 2.001f, 3.004f, 4.01f, 5.02f, 6.04f, 7.06f, 8.1f, 9.14f, 10.2f, 11.3f, 12.4f },
    [MODAL_MARIMBA] = { 1, 3.93f, 9.24f, 16.3f },
    [MODAL_GLASS] = { 1, 2.32f, 4.25f, 6.63f, 9.38f, 1.004f, 2.33f },
    [MODAL_KALIMBA] = { 1, 2.0f, 5.42f, 6.1f, 1.003f },
};
static const float modal_level[][VOICE_PARTIALS] = {
    [MODAL_PIANO] = { 1, 0.62f, 0.42f, 0.33f, 0.2f, 0.17f, 0.1f, 0.09f, 0.06f, 0.05f, 0.04f, 0.03f },
    [MODAL_MARIMBA] = { 1, 0.28f, 0.1f, 0.04f },
    [MODAL_GLASS] = { 1, 0.45f, 0.3f, 0.16f, 0.09f, 0.7f, 0.3f },
    [MODAL_KALIMBA] = { 1, 0.2f, 0.16f, 0.1f, 0.5f },
};

/* Formant frequencies and levels of a, e, i, o, u in a middle voice. */
static const float formant_hz[VOWEL_COUNT][VOICE_FORMANTS] = {
    { 730, 1150, 2540, 3400 }, { 480, 1800, 2500, 3400 }, { 300, 2200, 2950, 3500 }, { 480, 830, 2450, 3300 }, { 330, 760, 2300, 3250 },
};
static const float formant_level[VOWEL_COUNT][VOICE_FORMANTS] = {
    { 1, 0.6f, 0.22f, 0.12f }, { 1, 0.45f, 0.3f, 0.14f }, { 1, 0.35f, 0.3f, 0.16f }, { 1, 0.5f, 0.12f, 0.07f }, { 1, 0.35f, 0.08f, 0.05f },
};

static void
modal_start(struct voice *voice, float rate)
{
    const struct patch *patch = voice->patch;
    float bright = patch->brightness * (0.55f + 0.45f * voice->velocity);

    for (int i = 0; i < VOICE_PARTIALS; i++) {
        float ratio = modal_ratio[patch->modal][i];
        float hz = voice->hz * ratio;
        float ring = patch->ring_s * sqrtf(220.0f / fmaxf(voice->hz, 60.0f)) / (1.0f + 0.45f * (ratio - 1.0f) * (1.4f - bright));
        float level = modal_level[patch->modal][i] * powf(ratio < 1.0f ? 1.0f : ratio, 0.9f * (bright - 0.8f));
        float decay = decay_per_frame(ring, rate);
        float turn = 6.2831853f * hz / rate;

        if (ratio <= 0.0f || hz > 0.42f * rate)
            level = 0.0f;
        voice->partial.re[i] = 0.0f;
        voice->partial.im[i] = 1.0f;
        voice->partial.c[i] = decay * cosf(turn);
        voice->partial.s[i] = decay * sinf(turn);
        /* neighbouring partials lean to different sides, which is what makes a struck string wide */
        voice->partial.left[i] = level * (i % 2 ? 0.72f : 1.0f);
        voice->partial.right[i] = level * (i % 2 ? 1.0f : 0.72f);
    }
    voice->hammer = patch->breath;
    voice->hammer_factor = decay_per_frame(0.03f, rate);
}

static void
string_start(struct voice *voice, float rate)
{
    const struct patch *patch = voice->patch;
    float period = rate / voice->hz - 0.5f;
    float bright = clampf(patch->brightness * (0.6f + 0.4f * voice->velocity), 0.0f, 1.0f);
    float smooth = 0.0f, sum = 0.0f;

    while (period > VOICE_STRING_FRAMES - 4)
        period *= 0.5f;
    voice->string.length = (int)(period - 0.3f);
    voice->string.fraction = period - (float)voice->string.length;
    voice->string.fraction = (1.0f - voice->string.fraction) / (1.0f + voice->string.fraction);
    voice->string.position = 0;
    voice->string.damping = 0.5f;
    voice->string.loss = expf(-6.9078f * (period / rate) / fmaxf(patch->ring_s, 0.05f));
    voice->string.previous = voice->string.allpass_in = voice->string.allpass_out = 0.0f;
    for (int i = 0; i < voice->string.length; i++) {
        smooth += (noise_next(&voice->noise_state) - smooth) * mixf(0.15f, 0.95f, bright);
        voice->string.line[i] = smooth;
        sum += smooth;
    }
    /* plucking point: a comb at a seventh of the string; and no DC, which would only decay as a thump */
    sum /= (float)voice->string.length;
    for (int i = voice->string.length - 1, k = voice->string.length / 7; i >= 0; i--)
        voice->string.line[i] = (voice->string.line[i] - sum) - 0.6f * (i >= k ? voice->string.line[i - k] - sum : 0.0f);
}

void
voice_start(struct voice *voice, const struct patch *patch, uint32_t wait_frames, float note, float seconds, float velocity,
            unsigned vowels, struct random *random, float rate)
{
    float pan = clampf(patch->pan + patch->spread * random_between(random, -1.0f, 1.0f), -1.0f, 1.0f);

    memset(voice, 0, sizeof *voice);
    voice->patch = patch;
    voice->wait_frames = wait_frames;
    voice->held_frames = voice->held_total = (uint32_t)fmaxf(seconds * rate, 1.0f);
    voice->hz = note_hz(note);
    voice->velocity = clampf(velocity, 0.0f, 1.0f);
    voice->pan_left = sqrtf(0.5f * (1.0f - pan)) * 1.414f;
    voice->pan_right = sqrtf(0.5f * (1.0f + pan)) * 1.414f;
    voice->noise_state = random_next(random);
    for (int i = 0; i < VOICE_UNISON_MAX; i++)
        voice->phase[i] = random_unit(random);
    voice->wander_phase = random_unit(random);
    voice->vibrato_phase = random_unit(random);
    envelope_start(&voice->amp, &patch->amp, rate);

    switch (patch->kind) {
    case PATCH_FM:
        voice->phase[0] = voice->phase[1] = 0.0f;
        voice->modulation = patch->index * (0.4f + 0.6f * voice->velocity);
        voice->modulation_factor = decay_per_frame(patch->index_decay_s, rate);
        voice->tine_level = patch->tine * voice->velocity;
        voice->tine_factor = decay_per_frame(0.18f, rate);
        break;
    case PATCH_MODAL:
        modal_start(voice, rate);
        break;
    case PATCH_PLUCK:
        string_start(voice, rate);
        break;
    case PATCH_VOWEL:
        voice->vowel.from = (int)(vowels & 15u) % VOWEL_COUNT;
        voice->vowel.to = (int)(vowels >> 4 & 15u) % VOWEL_COUNT;
        break;
    case PATCH_CHIRP:
    case PATCH_DRUM:
        percussion_start(voice, rate);
        break;
    case PATCH_ANALOG:
    case PATCH_NOISE:
        break;
    }
}

static float
vibrato(struct voice *voice, int frames, float rate)
{
    const struct patch *patch = voice->patch;
    float onset = clampf((float)voice->age_frames / (0.35f * rate), 0.0f, 1.0f);

    if (patch->vibrato_cents <= 0.0f)
        return 1.0f;
    voice->vibrato_phase = phase_wrap(voice->vibrato_phase + patch->vibrato_hz * (float)frames / rate);
    return exp2f(onset * patch->vibrato_cents / 1200.0f * sine_turns(voice->vibrato_phase));
}

static void
oscillator_add(const struct patch *patch, float *phase, float step, float gain, float *out, int frames)
{
    float p = *phase;

    switch (patch->wave) {
    case WAVE_SAW:
        for (int i = 0; i < frames; i++) {
            out[i] += gain * saw_turns(p, step);
            p += step;
            p -= p >= 1.0f ? 1.0f : 0.0f;
        }
        break;
    case WAVE_PULSE:
        for (int i = 0; i < frames; i++) {
            out[i] += gain * pulse_turns(p, step, patch->pulse_width > 0.0f ? patch->pulse_width : 0.5f);
            p += step;
            p -= p >= 1.0f ? 1.0f : 0.0f;
        }
        break;
    case WAVE_TRIANGLE:
        for (int i = 0; i < frames; i++) {
            out[i] += gain * triangle_turns(p);
            p += step;
            p -= p >= 1.0f ? 1.0f : 0.0f;
        }
        break;
    case WAVE_SINE:
        for (int i = 0; i < frames; i++) {
            out[i] += gain * sine_turns(p);
            p += step;
            p -= p >= 1.0f ? 1.0f : 0.0f;
        }
        break;
    }
    *phase = p;
}

static void
analog_filter(struct voice *voice, int side, float *buffer, int frames, float rate)
{
    const struct patch *patch = voice->patch;
    float age_s = (float)voice->age_frames / rate;
    float octaves = patch->sweep_octaves * expf(-age_s / fmaxf(patch->sweep_s, 0.001f)) * (0.5f + 0.5f * voice->velocity);
    float cutoff;

    octaves += patch->wander_octaves * sine_turns(phase_wrap(voice->wander_phase + patch->wander_hz * age_s + 0.13f * (float)side));
    octaves += patch->key_track * log2f(voice->hz / 261.6f);
    cutoff = patch->cutoff_hz * exp2f(octaves);
    filter_set(&voice->filter[side], cutoff, patch->quality > 0.0f ? patch->quality : 0.71f, rate);
    for (int i = 0; i < frames; i++)
        buffer[i] = filter_run(&voice->filter[side], buffer[i]).low;
}

static void
analog_render(struct voice *voice, float *left, float *right, int frames, float rate)
{
    const struct patch *patch = voice->patch;
    int unison = patch->unison < 1 ? 1 : patch->unison > VOICE_UNISON_MAX ? VOICE_UNISON_MAX : patch->unison;
    float hz = voice->hz * vibrato(voice, frames, rate);
    float gain = 1.0f / sqrtf((float)unison);
    float step;

    memset(left, 0, sizeof *left * (size_t)frames);
    memset(right, 0, sizeof *right * (size_t)frames);
    for (int i = 0; i < unison; i++) {
        float offset = unison > 1 ? 2.0f * (float)i / (float)(unison - 1) - 1.0f : 0.0f;

        step = fminf(hz * exp2f(offset * patch->detune_cents / 1200.0f) / rate, 0.45f);
        oscillator_add(patch, &voice->phase[i], step, gain, i % 2 ? right : left, frames);
    }
    step = hz * 0.5f / rate;
    for (int i = 0; i < frames; i++) {
        float extra = patch->breath * noise_next(&voice->noise_state);

        if (patch->sub > 0.0f) {
            extra += patch->sub * sine_turns(voice->sub_phase);
            voice->sub_phase = phase_wrap(voice->sub_phase + step);
        }
        left[i] += extra;
        right[i] += extra;
        if (unison > 1) {
            float mid = 0.3f * (left[i] + right[i]);   /* not hard left and right */

            left[i] = 0.7f * left[i] + mid;
            right[i] = 0.7f * right[i] + mid;
        }
    }
    if (patch->cutoff_hz > 0.0f) {
        analog_filter(voice, 0, left, frames, rate);
        if (unison > 1)
            analog_filter(voice, 1, right, frames, rate);
    }
    if (patch->drive > 0.0f)
        for (int i = 0; i < frames; i++) {
            left[i] = soft_clip(left[i] * (1.0f + patch->drive)) / (1.0f + 0.5f * patch->drive);
            right[i] = soft_clip(right[i] * (1.0f + patch->drive)) / (1.0f + 0.5f * patch->drive);
        }
    if (unison == 1)
        memcpy(right, left, sizeof *left * (size_t)frames);
}

static void
fm_render(struct voice *voice, float *left, float *right, int frames, float rate)
{
    const struct patch *patch = voice->patch;
    float step = voice->hz * vibrato(voice, frames, rate) / rate;

    for (int i = 0; i < frames; i++) {
        float modulator = voice->modulation * sine_turns(voice->phase[1]) * 0.159f;
        float sample = sine_turns(phase_wrap(voice->phase[0] + modulator));

        if (voice->tine_level > DSP_SILENCE) {
            sample += voice->tine_level * sine_turns(voice->tine_phase);
            voice->tine_phase = phase_wrap(voice->tine_phase + fminf(step * 13.97f, 0.4f));
            voice->tine_level *= voice->tine_factor;
        }
        voice->phase[0] = phase_wrap(voice->phase[0] + step);
        voice->phase[1] = phase_wrap(voice->phase[1] + step * patch->ratio);
        voice->modulation *= voice->modulation_factor;
        left[i] = right[i] = sample;
    }
}

static void
modal_render(struct voice *voice, float *left, float *right, int frames)
{
    for (int i = 0; i < frames; i++) {
        float l[4] = { 0 }, r[4] = { 0 };
        float knock;

        for (int p = 0; p < VOICE_PARTIALS; p++) {
            float re = voice->partial.re[p], im = voice->partial.im[p];

            voice->partial.re[p] = re * voice->partial.c[p] + im * voice->partial.s[p];
            voice->partial.im[p] = im * voice->partial.c[p] - re * voice->partial.s[p];
            l[p & 3] += voice->partial.re[p] * voice->partial.left[p];
            r[p & 3] += voice->partial.re[p] * voice->partial.right[p];
        }
        knock = voice->hammer * noise_next(&voice->noise_state);
        voice->hammer *= voice->hammer_factor;
        left[i] = 0.6f * (l[0] + l[1] + l[2] + l[3]) + knock;
        right[i] = 0.6f * (r[0] + r[1] + r[2] + r[3]) + knock;
    }
}

static void
string_render(struct voice *voice, float *left, float *right, int frames)
{
    for (int i = 0; i < frames; i++) {
        float *slot = &voice->string.line[voice->string.position];
        float out = *slot;
        float damped = voice->string.loss * (voice->string.damping * out + (1.0f - voice->string.damping) * voice->string.previous);
        float tuned = voice->string.fraction * (damped - voice->string.allpass_out) + voice->string.allpass_in;

        voice->string.previous = out;
        voice->string.allpass_in = damped;
        voice->string.allpass_out = tuned;
        *slot = tuned;
        if (++voice->string.position >= voice->string.length)
            voice->string.position = 0;
        left[i] = right[i] = out;
    }
}

static void
vowel_render(struct voice *voice, float *left, float *right, int frames, float rate)
{
    const struct patch *patch = voice->patch;
    float share = clampf((float)voice->age_frames / (float)voice->held_total, 0.0f, 1.0f);
    float step = voice->hz * vibrato(voice, frames, rate) * (1.04f - 0.07f * share) / rate;
    const float *from = formant_hz[voice->vowel.from], *to = formant_hz[voice->vowel.to];
    float level[VOICE_FORMANTS];

    share = share * share * (3.0f - 2.0f * share);
    for (int f = 0; f < VOICE_FORMANTS; f++) {
        filter_set(&voice->vowel.filter[f], mixf(from[f], to[f], share) * (1.0f + patch->brightness), 7.0f + 2.0f * (float)f, rate);
        level[f] = mixf(formant_level[voice->vowel.from][f], formant_level[voice->vowel.to][f], share);
    }
    for (int i = 0; i < frames; i++) {
        float source = saw_turns(voice->phase[0], step) + patch->breath * noise_next(&voice->noise_state);
        float sum = 0.0f;

        voice->phase[0] = phase_wrap(voice->phase[0] + step);
        for (int f = 0; f < VOICE_FORMANTS; f++)
            sum += level[f] * filter_run(&voice->vowel.filter[f], source).band * voice->vowel.filter[f].k * 2.5f;
        left[i] = right[i] = sum;
    }
}

void
voice_render(struct voice *voice, float *left, float *right, int frames, float rate)
{
    float peak = 0.0f;

    switch (voice->patch->kind) {
    case PATCH_ANALOG: analog_render(voice, left, right, frames, rate); break;
    case PATCH_FM: fm_render(voice, left, right, frames, rate); break;
    case PATCH_MODAL: modal_render(voice, left, right, frames); break;
    case PATCH_PLUCK: string_render(voice, left, right, frames); break;
    case PATCH_VOWEL: vowel_render(voice, left, right, frames, rate); break;
    case PATCH_NOISE: noise_render(voice, left, right, frames, rate); break;
    case PATCH_CHIRP:
    case PATCH_DRUM: percussion_render(voice, left, right, frames, rate); break;
    }
    for (int i = 0; i < frames; i++) {
        float gain = voice->velocity * envelope_next(&voice->amp, voice->held_frames > 0);

        if (voice->held_frames > 0)
            voice->held_frames--;
        left[i] *= gain;
        right[i] *= gain;
        peak = fmaxf(peak, fmaxf(fabsf(left[i]), fabsf(right[i])));
    }
    voice->age_frames += (uint32_t)frames;
    if (voice->held_frames == 0 && voice->amp.level < DSP_SILENCE)
        voice->patch = NULL;
    else if (percussion_is_over(voice) && peak < DSP_SILENCE)
        voice->patch = NULL;
}
