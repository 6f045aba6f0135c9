/* percussion.c - drums, chirps and noise. */
#include "voice_private.h"

#include <stddef.h>

void
percussion_start(struct voice *voice, float rate)
{
    const struct patch *patch = voice->patch;

    voice->phase[0] = voice->phase[1] = 0.0f;
    voice->tone_level = patch->tone;
    voice->tone_factor = decay_per_frame(patch->tone_decay_s, rate);
    voice->glide = 1.0f;
    voice->glide_factor = decay_per_frame(patch->tone_glide_s * 3.0f, rate);
    voice->noise_level = patch->noise;
    voice->noise_factor = decay_per_frame(patch->noise_decay_s, rate);
    filter_set(&voice->filter[0], fmaxf(patch->noise_hz, 50.0f), fmaxf(patch->noise_quality, 0.7f), rate);
    voice->filter[1] = voice->filter[0];
}

/* Several hands never meet: each burst restarts the noise a few milliseconds after the last. */
static void
burst_next(struct voice *voice, float rate)
{
    uint32_t gap = (uint32_t)(0.011f * rate);
    uint32_t index;

    if (!gap)
        return;
    index = voice->burst_frames / gap;
    if (voice->burst_frames++ % gap == 0 && index < (uint32_t)voice->patch->bursts)
        voice->noise_level = voice->patch->noise * (0.6f + 0.4f * (float)index / (float)voice->patch->bursts);
    else if (index < (uint32_t)voice->patch->bursts - 1)
        voice->noise_level *= 1.0f - 180.0f / rate;
}

void
percussion_render(struct voice *voice, float *left, float *right, int frames, float rate)
{
    const struct patch *patch = voice->patch;
    /* a chirp is tuned by its note, a drum by its patch */
    float base = patch->kind == PATCH_CHIRP ? voice->hz / 440.0f : 1.0f;

    for (int i = 0; i < frames; i++) {
        float hz = base * mixf(patch->tone_end_hz, patch->tone_hz, voice->glide);
        float tone, l, r;

        if (patch->trill_hz > 0.0f) {
            hz *= 1.0f + patch->trill_depth * sine_turns(voice->phase[1]);
            voice->phase[1] = phase_wrap(voice->phase[1] + patch->trill_hz / rate);
        }
        tone = voice->tone_level * sine_turns(voice->phase[0]);
        voice->phase[0] = phase_wrap(voice->phase[0] + fminf(hz / rate, 0.4f));
        voice->tone_level *= voice->tone_factor;
        voice->glide *= voice->glide_factor;
        l = r = 0.0f;
        if (patch->noise > 0.0f) {
            struct filter_out a = filter_run(&voice->filter[0], noise_next(&voice->noise_state));
            struct filter_out b = filter_run(&voice->filter[1], noise_next(&voice->noise_state));

            if (patch->bursts > 1)
                burst_next(voice, rate);
            l = voice->noise_level * (patch->shape == NOISE_BAND ? a.band : patch->shape == NOISE_LOW ? a.low : a.high);
            r = voice->noise_level * (patch->shape == NOISE_BAND ? b.band : patch->shape == NOISE_LOW ? b.low : b.high);
            r = 0.65f * r + 0.35f * l;
            voice->noise_level *= voice->noise_factor;
        }
        if (patch->drive > 0.0f)
            tone = soft_clip(tone * (1.0f + patch->drive)) / (1.0f + 0.3f * patch->drive);
        left[i] = tone + l;
        right[i] = tone + r;
    }
}

static float
crackle_next(struct voice *voice, float rate)
{
    float chance = voice->patch->density / rate;

    if (0.5f * (noise_next(&voice->noise_state) + 1.0f) < chance)
        return noise_next(&voice->noise_state);
    return 0.0f;
}

void
noise_render(struct voice *voice, float *left, float *right, int frames, float rate)
{
    const struct patch *patch = voice->patch;
    float age_s = (float)voice->age_frames / rate;
    float share = (float)voice->age_frames / (float)voice->held_total;
    float cutoff;

    for (int side = 0; side < 2; side++) {
        float *out = side ? right : left;
        float move = sine_turns(phase_wrap(voice->wander_phase + patch->wander_hz * age_s + 0.17f * (float)side));

        move += 0.5f * sine_turns(phase_wrap(voice->vibrato_phase + patch->wander_hz * 2.7f * age_s));
        cutoff = patch->cutoff_hz * exp2f(patch->sweep_octaves * fminf(share, 1.0f) + patch->wander_octaves * move);
        filter_set(&voice->filter[side], cutoff, patch->quality > 0.0f ? patch->quality : 0.71f, rate);
        for (int i = 0; i < frames; i++) {
            float in = patch->shape == NOISE_CRACKLE ? crackle_next(voice, rate) : noise_next(&voice->noise_state);
            struct filter_out f = filter_run(&voice->filter[side], in);

            out[i] = patch->shape == NOISE_LOW ? f.low : patch->shape == NOISE_HIGH ? f.high : f.band;
        }
    }
}

bool
percussion_is_over(const struct voice *voice)
{
    switch (voice->patch->kind) {
    case PATCH_DRUM:
    case PATCH_CHIRP:
        return voice->age_frames > 4096 && voice->tone_level < DSP_SILENCE && voice->noise_level < DSP_SILENCE;
    case PATCH_MODAL:
    case PATCH_PLUCK:
        return voice->age_frames > 4096;
    default:
        return false;
    }
}
