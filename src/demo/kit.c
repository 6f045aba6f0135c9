#include "kit.h"

#define HIT { 0.0005f, 1.0f, 1.0f, 0.2f }   /* a drum's own decay shapes it; the key only has to stay down */

const struct patch kit_kick_round = { .kind = PATCH_DRUM, .level = 0.85f, .triggers_duck = true, .amp = HIT, .tone = 1.0f, .tone_hz = 210.0f,
    .tone_end_hz = 47.0f, .tone_glide_s = 0.03f, .tone_decay_s = 0.42f, .noise = 0.12f, .noise_hz = 3000.0f, .noise_decay_s = 0.012f,
    .shape = NOISE_HIGH, .drive = 0.6f };
const struct patch kit_kick_hard = { .kind = PATCH_DRUM, .level = 0.85f, .triggers_duck = true, .amp = HIT, .tone = 1.0f, .tone_hz = 320.0f,
    .tone_end_hz = 50.0f, .tone_glide_s = 0.022f, .tone_decay_s = 0.34f, .noise = 0.3f, .noise_hz = 2500.0f, .noise_decay_s = 0.015f,
    .shape = NOISE_HIGH, .drive = 2.2f };
const struct patch kit_kick_dusty = { .kind = PATCH_DRUM, .level = 0.75f, .triggers_duck = true, .amp = HIT, .tone = 1.0f, .tone_hz = 150.0f,
    .tone_end_hz = 56.0f, .tone_glide_s = 0.025f, .tone_decay_s = 0.26f, .noise = 0.2f, .noise_hz = 1200.0f, .noise_decay_s = 0.02f,
    .shape = NOISE_LOW, .drive = 1.0f };
const struct patch kit_snare_tight = { .kind = PATCH_DRUM, .level = 0.5f, .reverb = 0.12f, .amp = HIT, .tone = 0.7f, .tone_hz = 330.0f,
    .tone_end_hz = 190.0f, .tone_glide_s = 0.02f, .tone_decay_s = 0.13f, .noise = 0.55f, .noise_hz = 1600.0f, .noise_decay_s = 0.19f,
    .shape = NOISE_HIGH, .drive = 0.5f };
const struct patch kit_snare_gated = { .kind = PATCH_DRUM, .level = 0.55f, .reverb = 0.55f, .amp = HIT, .tone = 0.8f, .tone_hz = 260.0f,
    .tone_end_hz = 165.0f, .tone_glide_s = 0.03f, .tone_decay_s = 0.2f, .noise = 0.6f, .noise_hz = 1100.0f, .noise_decay_s = 0.3f,
    .shape = NOISE_HIGH, .drive = 0.8f };
const struct patch kit_snare_dusty = { .kind = PATCH_DRUM, .level = 0.42f, .reverb = 0.1f, .amp = HIT, .tone = 0.6f, .tone_hz = 280.0f,
    .tone_end_hz = 200.0f, .tone_glide_s = 0.02f, .tone_decay_s = 0.11f, .noise = 0.9f, .noise_hz = 1900.0f, .noise_quality = 0.8f,
    .noise_decay_s = 0.16f, .shape = NOISE_BAND, .drive = 0.4f };
const struct patch kit_clap = { .kind = PATCH_DRUM, .level = 0.55f, .reverb = 0.2f, .amp = HIT, .noise = 1.2f, .noise_hz = 1350.0f,
    .noise_quality = 1.3f, .noise_decay_s = 0.22f, .shape = NOISE_BAND, .bursts = 4 };
const struct patch kit_hat_closed = { .kind = PATCH_DRUM, .level = 0.2f, .pan = 0.18f, .amp = HIT, .noise = 1.0f, .noise_hz = 8200.0f,
    .noise_quality = 1.2f, .noise_decay_s = 0.055f, .shape = NOISE_HIGH };
const struct patch kit_hat_open = { .kind = PATCH_DRUM, .level = 0.17f, .pan = 0.18f, .amp = { 0.0005f, 1.0f, 1.0f, 0.03f }, .noise = 1.0f,
    .noise_hz = 7200.0f, .noise_quality = 1.2f, .noise_decay_s = 0.32f, .shape = NOISE_HIGH };
const struct patch kit_shaker = { .kind = PATCH_DRUM, .level = 0.16f, .pan = -0.35f, .amp = { 0.018f, 0.05f, 0.0f, 0.03f }, .noise = 1.0f,
    .noise_hz = 5600.0f, .noise_quality = 1.0f, .noise_decay_s = 0.12f, .shape = NOISE_BAND };
const struct patch kit_ride = { .kind = PATCH_DRUM, .level = 0.1f, .pan = 0.4f, .amp = HIT, .tone = 0.12f, .tone_hz = 5170.0f,
    .tone_end_hz = 5170.0f, .tone_decay_s = 0.5f, .noise = 0.7f, .noise_hz = 6400.0f, .noise_quality = 2.0f, .noise_decay_s = 0.55f,
    .shape = NOISE_BAND, .reverb = 0.1f };
const struct patch kit_tom = { .kind = PATCH_CHIRP, .level = 0.55f, .spread = 0.5f, .reverb = 0.4f, .amp = HIT, .tone = 1.0f, .tone_hz = 700.0f,
    .tone_end_hz = 440.0f, .tone_glide_s = 0.05f, .tone_decay_s = 0.5f, .noise = 0.15f, .noise_hz = 900.0f, .noise_decay_s = 0.08f,
    .shape = NOISE_LOW };
const struct patch kit_rim = { .kind = PATCH_DRUM, .level = 0.32f, .pan = -0.2f, .reverb = 0.2f, .amp = HIT, .tone = 0.7f, .tone_hz = 1750.0f,
    .tone_end_hz = 820.0f, .tone_glide_s = 0.006f, .tone_decay_s = 0.05f, .noise = 0.5f, .noise_hz = 2600.0f, .noise_quality = 2.0f,
    .noise_decay_s = 0.03f, .shape = NOISE_BAND };
const struct patch kit_crash = { .kind = PATCH_DRUM, .level = 0.2f, .reverb = 0.35f, .amp = HIT, .noise = 0.9f, .noise_hz = 4200.0f,
    .noise_quality = 0.8f, .noise_decay_s = 2.2f, .shape = NOISE_HIGH };
const struct patch kit_riser = { .kind = PATCH_NOISE, .level = 0.16f, .reverb = 0.3f, .amp = { 3.0f, 1.0f, 1.0f, 0.15f }, .shape = NOISE_BAND,
    .cutoff_hz = 400.0f, .quality = 1.8f, .sweep_octaves = 4.0f };

const struct patch kit_bass_round = { .kind = PATCH_ANALOG, .level = 0.34f, .duck = 0.6f, .amp = { 0.004f, 0.25f, 0.6f, 0.07f },
    .wave = WAVE_TRIANGLE, .sub = 0.3f, .cutoff_hz = 500.0f, .quality = 0.9f, .sweep_octaves = 1.2f, .sweep_s = 0.12f, .drive = 0.7f };
const struct patch kit_bass_saw = { .kind = PATCH_ANALOG, .level = 0.3f, .duck = 0.5f, .amp = { 0.003f, 0.2f, 0.5f, 0.06f },
    .wave = WAVE_SAW, .sub = 0.6f, .cutoff_hz = 380.0f, .quality = 1.4f, .sweep_octaves = 2.2f, .sweep_s = 0.09f, .drive = 0.5f };
const struct patch kit_bass_sub = { .kind = PATCH_ANALOG, .level = 0.5f, .duck = 0.35f, .amp = { 0.008f, 0.4f, 0.85f, 0.12f },
    .wave = WAVE_SINE, .drive = 0.9f };
const struct patch kit_bass_acid = { .kind = PATCH_ANALOG, .level = 0.2f, .duck = 0.35f, .delay = 0.15f, .amp = { 0.002f, 0.3f, 0.4f, 0.05f },
    .wave = WAVE_SAW, .cutoff_hz = 320.0f, .quality = 5.5f, .sweep_octaves = 2.6f, .sweep_s = 0.1f, .drive = 1.4f };
const struct patch kit_pad_warm = { .kind = PATCH_ANALOG, .level = 0.07f, .spread = 0.5f, .reverb = 0.5f, .amp = { 0.9f, 1.5f, 0.75f, 1.8f },
    .wave = WAVE_SAW, .unison = 4, .detune_cents = 11.0f, .cutoff_hz = 900.0f, .quality = 0.8f, .key_track = 0.4f, .wander_hz = 0.07f,
    .wander_octaves = 0.6f };
const struct patch kit_pad_glass = { .kind = PATCH_ANALOG, .level = 0.09f, .spread = 0.6f, .reverb = 0.8f, .amp = { 1.6f, 2.0f, 0.7f, 3.0f },
    .wave = WAVE_TRIANGLE, .unison = 3, .detune_cents = 7.0f, .breath = 0.015f, .cutoff_hz = 2200.0f, .quality = 0.7f, .wander_hz = 0.05f,
    .wander_octaves = 0.8f };
const struct patch kit_stab = { .kind = PATCH_ANALOG, .level = 0.11f, .spread = 0.25f, .reverb = 0.28f, .delay = 0.3f, .duck = 0.3f,
    .amp = { 0.002f, 0.22f, 0.15f, 0.12f }, .wave = WAVE_SAW, .unison = 2, .detune_cents = 9.0f, .cutoff_hz = 900.0f, .quality = 1.2f,
    .sweep_octaves = 1.8f, .sweep_s = 0.12f, .key_track = 0.3f };
const struct patch kit_lead_soft = { .kind = PATCH_ANALOG, .level = 0.15f, .pan = 0.08f, .reverb = 0.35f, .delay = 0.35f,
    .amp = { 0.02f, 0.4f, 0.7f, 0.25f }, .wave = WAVE_PULSE, .pulse_width = 0.35f, .unison = 2, .detune_cents = 6.0f, .cutoff_hz = 1900.0f,
    .quality = 1.0f, .key_track = 0.5f, .vibrato_hz = 5.3f, .vibrato_cents = 14.0f };
const struct patch kit_electric_piano = { .kind = PATCH_FM, .level = 0.14f, .spread = 0.35f, .reverb = 0.25f, .duck = 0.15f,
    .amp = { 0.003f, 1.6f, 0.25f, 0.25f }, .ratio = 1.0f, .index = 1.7f, .index_decay_s = 1.1f, .tine = 0.12f };
const struct patch kit_piano = { .kind = PATCH_MODAL, .level = 0.2f, .spread = 0.15f, .reverb = 0.3f, .amp = { 0.001f, 1.0f, 1.0f, 0.35f },
    .modal = MODAL_PIANO, .brightness = 0.65f, .ring_s = 7.0f, .breath = 0.05f };
const struct patch kit_bell = { .kind = PATCH_FM, .level = 0.07f, .spread = 0.8f, .reverb = 0.8f, .delay = 0.5f,
    .amp = { 0.002f, 1.8f, 0.0f, 1.0f }, .ratio = 3.51f, .index = 1.4f, .index_decay_s = 1.2f };
const struct patch kit_kalimba = { .kind = PATCH_MODAL, .level = 0.22f, .spread = 0.5f, .reverb = 0.3f, .delay = 0.25f,
    .amp = { 0.001f, 1.0f, 1.0f, 0.5f }, .modal = MODAL_KALIMBA, .brightness = 0.7f, .ring_s = 1.6f, .breath = 0.06f };
const struct patch kit_marimba = { .kind = PATCH_MODAL, .level = 0.25f, .spread = 0.5f, .reverb = 0.25f, .amp = { 0.001f, 1.0f, 1.0f, 0.4f },
    .modal = MODAL_MARIMBA, .brightness = 0.6f, .ring_s = 1.1f, .breath = 0.05f };
const struct patch kit_guitar = { .kind = PATCH_PLUCK, .level = 0.42f, .spread = 0.3f, .reverb = 0.22f, .amp = { 0.0005f, 1.0f, 1.0f, 0.25f },
    .brightness = 0.5f, .ring_s = 3.6f };
const struct patch kit_voice = { .kind = PATCH_VOWEL, .level = 0.3f, .reverb = 0.25f, .amp = { 0.03f, 0.3f, 0.8f, 0.06f }, .breath = 0.12f,
    .vibrato_hz = 5.2f, .vibrato_cents = 9.0f };
