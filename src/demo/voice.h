/* voice.h - instruments: a patch says how something sounds, a voice is one note of it that is sounding.
 *
 * The families cover what the demo pieces need: ANALOG (oscillators into a filter), FM (electric piano, bells),
 * MODAL (banks of decaying partials: piano, marimba, glass), PLUCK (Karplus-Strong strings), VOWEL (a glottal source
 * through moving formants), NOISE (wind, sea, risers, vinyl crackle), CHIRP (birds, drops) and DRUM (one parametric drum
 * that is a kick, snare, hat, clap or tom by its numbers). Zero in a field means "without". */
#ifndef VEZA_DEMO_VOICE_H
#define VEZA_DEMO_VOICE_H

#include "dsp.h"

enum patch_kind { PATCH_ANALOG, PATCH_FM, PATCH_MODAL, PATCH_PLUCK, PATCH_VOWEL, PATCH_NOISE, PATCH_CHIRP, PATCH_DRUM };

enum wave { WAVE_SAW, WAVE_PULSE, WAVE_TRIANGLE, WAVE_SINE };

enum modal_set { MODAL_PIANO, MODAL_MARIMBA, MODAL_GLASS, MODAL_KALIMBA };

enum noise_shape { NOISE_LOW, NOISE_BAND, NOISE_HIGH, NOISE_CRACKLE };

enum { VOICE_UNISON_MAX = 5, VOICE_PARTIALS = 12, VOICE_STRING_FRAMES = 1536, VOICE_FORMANTS = 4 };

struct patch {
    enum patch_kind kind;

    /* mixing */
    float level;                /* linear, of a note at full velocity */
    float pan;                  /* -1 left .. 1 right */
    float spread;               /* random pan added per note, 0 .. 1 */
    float reverb, delay;        /* send levels */
    float duck;                 /* how much the kick pushes it down, 0 .. 1 */
    bool triggers_duck;         /* this is the kick that pushes */

    struct adsr amp;

    /* ANALOG */
    enum wave wave;
    int unison;                 /* oscillators, 1 .. VOICE_UNISON_MAX, spread over the stereo field */
    float detune_cents;
    float pulse_width;          /* 0.5 is a square */
    float sub;                  /* level of a sine one octave below */
    float breath;               /* level of white noise (ANALOG, VOWEL, MODAL hammer) */
    float vibrato_hz, vibrato_cents;
    float drive;

    /* filter of ANALOG and NOISE */
    float cutoff_hz;            /* 0: no filter */
    float quality;
    float sweep_octaves;        /* added at the start of the note, falls off in sweep_s (ANALOG); over the note (NOISE) */
    float sweep_s;
    float key_track;            /* 1: cutoff follows the note */
    float wander_hz;            /* slow movement of the cutoff */
    float wander_octaves;
    enum noise_shape shape;
    float density;              /* CRACKLE: events a second */

    /* FM */
    float ratio, index, index_decay_s, tine;

    /* MODAL, PLUCK */
    enum modal_set modal;
    float brightness;           /* 0 dull .. 1 bright */
    float ring_s;               /* how long it rings (-60 dB) */

    /* CHIRP and DRUM: a sine that glides, and filtered noise */
    float tone, tone_hz, tone_end_hz, tone_glide_s, tone_decay_s;
    float noise, noise_hz, noise_quality, noise_decay_s;
    int bursts;                 /* hand claps: how many hands */
    float trill_hz, trill_depth;
};

struct voice {
    const struct patch *patch;  /* NULL: free */
    uint32_t wait_frames;       /* starts after so many */
    uint32_t held_frames;       /* key still down for so many */
    uint32_t held_total;
    uint32_t age_frames;
    float hz, velocity, pan_left, pan_right;
    struct envelope amp;
    uint32_t noise_state;
    float phase[VOICE_UNISON_MAX], sub_phase, vibrato_phase, wander_phase;
    struct filter filter[2];
    float modulation, modulation_factor, tine_phase, tine_level, tine_factor;
    struct {
        float re[VOICE_PARTIALS], im[VOICE_PARTIALS], c[VOICE_PARTIALS], s[VOICE_PARTIALS];
        float left[VOICE_PARTIALS], right[VOICE_PARTIALS];
    } partial;
    float hammer, hammer_factor;
    struct {
        float line[VOICE_STRING_FRAMES];
        int length, position;
        float fraction, damping, loss, previous, allpass_in, allpass_out;
    } string;
    struct {
        struct filter filter[VOICE_FORMANTS];
        int from, to;           /* vowels */
    } vowel;
    float tone_level, tone_factor, glide, glide_factor, noise_level, noise_factor;
    uint32_t burst_frames;
};

enum { VOWEL_A, VOWEL_E, VOWEL_I, VOWEL_O, VOWEL_U, VOWEL_COUNT };

/* Starts a note: `wait_frames` from now, for `seconds`, at `velocity` 0..1. `vowels` is (from | to << 4), read by VOWEL.
 * The patch must outlive the voice. */
void voice_start(struct voice *voice, const struct patch *patch, uint32_t wait_frames, float note, float seconds, float velocity,
                 unsigned vowels, struct random *random, float rate);

/* Renders `frames` (at most DSP_CHUNK) of a started voice into left and right, overwriting them, without pan or sends.
 * Frees the voice (patch becomes NULL) once it is silent. */
void voice_render(struct voice *voice, float *left, float *right, int frames, float rate);

#endif
