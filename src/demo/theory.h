/* theory.h - scales, chords, progressions and motifs: what makes the demo pieces harmonious.
 *
 * Notes are MIDI numbers. A degree counts scale steps from the root (0), any integer. */
#ifndef VEZA_DEMO_THEORY_H
#define VEZA_DEMO_THEORY_H

#include "dsp.h"

enum mode { MODE_MAJOR, MODE_MINOR, MODE_DORIAN, MODE_LYDIAN, MODE_PHRYGIAN, MODE_MIXOLYDIAN };

struct key {
    int root;                   /* pitch class, 0 is C */
    enum mode mode;
};

enum { CHORD_MAX = 6, MOTIF_STEPS = 64, MOTIF_REST = -100 };

/* The note of a degree; degree 0 is the root in the octave of `octave` (4 holds middle C). */
int key_note(struct key key, int degree, int octave);

/* The same, counting in the pentatonic scale of the key, which has no wrong notes. */
int key_pentatonic(struct key key, int degree, int octave);

/* Stacks `count` (at most CHORD_MAX) thirds on `degree` and moves every note into the octave around `centre`, lowest first,
 * so that successive chords move as little as possible. */
void key_chord(struct key key, int degree, int count, int centre, int *ret_notes);

/* A rhythm with a contour: degree[step] is MOTIF_REST or a pentatonic degree, length[step] in steps. */
struct motif {
    int steps;
    int8_t degree[MOTIF_STEPS], length[MOTIF_STEPS];
};

/* `density` 0..1 notes a step; a good motif says something, says it again with another ending, and leaves room. */
void motif_make(struct motif *motif, struct random *random, int steps, float density, int low, int high);

/* Spreads `hits` as evenly as possible over `steps`: true when step (any number) is one. */
bool rhythm_even(int step, int hits, int steps, int shift);

#endif
