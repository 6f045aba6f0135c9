/* song.h - the stage that the styles play on: clock, arrangement, voices, mixer.
 *
 * A style is a table entry with two functions. prepare() chooses patches, chords and motifs from the seed; step() is called once every
 * sixteenth note, in order, and starts the notes of that step. The song renders everything in chunks of DSP_CHUNK frames, so
 * memory does not depend on the length. */
#ifndef VEZA_DEMO_SONG_H
#define VEZA_DEMO_SONG_H

#include "effects.h"
#include "theory.h"
#include "voice.h"

#include <stddef.h>

enum { SONG_VOICES = 80, SONG_PATCHES = 16, SONG_MEMORY = 32, SONG_CHORDS = 8 };

struct song;

struct style {
    const char *name;
    const char *form;           /* one letter a section, equal shares of the length: "iabbcaao" */
    int snap_bars;              /* sections start on multiples of so many bars */
    int steps_per_bar;          /* 16, or 12 in three-four time */
    float gain;                 /* brings the piece to its loudness */
    float fade_s;               /* fade at the end */
    void (*prepare)(struct song *song);
    void (*step)(struct song *song);
};

struct song {
    const struct style *style;
    struct random random;
    struct key key;
    float rate, bpm;
    uint64_t frames_total, frame;

    /* clock, valid in step() */
    int step, bar, bars;        /* step within the bar */
    int tick;                   /* steps since the start */
    float step_s;
    char section;
    int section_bar, section_bars;  /* bar within the section, and its length */
    float swing;                /* 0 straight .. 0.6: odd steps come late by this share of a step */
    float humanise_s;           /* random lateness of every note */

    /* what the style prepared */
    struct patch patch[SONG_PATCHES];
    int chords[SONG_CHORDS], chord_count;
    float chord_bars;           /* length of each chord */
    struct motif motif[3];
    int memory[SONG_MEMORY];

    /* mixer */
    struct voice voice[SONG_VOICES];
    struct delay delay;
    struct reverb reverb;
    struct limiter limiter;
    float duck, duck_factor;
    float drive;                /* saturation of the whole mix */
    float low_pass_hz, high_pass_hz;        /* where the master filters are going; 0 is open */
    float low_pass_now, high_pass_now, sweep_s;
    struct filter low_pass[2], high_pass[2], rumble[2];
    float wow_s;                /* tape wobble */
    float wow_line[2][2048];
    int wow_position;
    float wow_phase;
    uint64_t next_step_frame;
    bool pending_kick;
};

/* Sets up the clock, the mixer's neutral position, then calls the style's prepare(). */
void song_init(struct song *song, const struct style *style, uint64_t seed, float bpm, struct key key, uint64_t frames, float rate);

/* Renders the next chunk, at most DSP_CHUNK frames, and returns how many; 0 at the end. */
int song_render(struct song *song, float *left, float *right);

/* For styles: starts a note in this step. `late` is in steps. */
void song_play(struct song *song, int patch, float note, float steps, float velocity, float late);
void song_speak(struct song *song, int patch, float note, float steps, float velocity, float late, int from_vowel, int to_vowel);

/* For styles: the chord that sounds now, its index in the progression, and whether it begins in this step. */
int song_chord(const struct song *song, int *ret_index);
bool song_chord_begins(const struct song *song);
void song_chords(struct song *song, float bars_each, int count, const int *degrees);

/* True when the section is in `letters`. */
bool song_in(const struct song *song, const char *letters);

/* 0..1 through the section. */
float song_progress(const struct song *song);

/* True in the last bar before another section. */
bool song_turnaround(const struct song *song);

#endif
