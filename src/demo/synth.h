/* synth.h - music made on the spot.
 *
 * A piece is a style, a seed and a few musical choices; the same piece always gives the same bytes (for one build: floating
 * point may differ in the last bit between compilers). Rendering is a single pass in bounded memory (about 2 MB, allocated for the
 * call, whatever the length) and runs at 50 to 150 times real time on one core, so several threads may each render a piece.
 *
 *     struct demo_piece piece = { .style = DEMO_HOUSE, .seed = 7, .bpm = 122, .root = 9, .mode = DEMO_MINOR,
 *                                 .duration_ms = 90000, .sample_rate = 44100, .bit_depth = 16 };
 *     FILE *file = fopen("house.wav", "wb");
 *     int result = demo_render_file(&piece, file);
 */
#ifndef VEZA_DEMO_SYNTH_H
#define VEZA_DEMO_SYNTH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum demo_style {
    DEMO_AMBIENT, DEMO_FIELD, DEMO_PIANO, DEMO_HOUSE, DEMO_TECHNO, DEMO_DUB, DEMO_LOFI, DEMO_DRUM_AND_BASS, DEMO_SYNTHWAVE, DEMO_CHIPTUNE,
    DEMO_FOLK, DEMO_SPOKEN, DEMO_STYLE_COUNT
};

enum demo_mode { DEMO_MAJOR, DEMO_MINOR, DEMO_DORIAN, DEMO_LYDIAN, DEMO_PHRYGIAN, DEMO_MIXOLYDIAN };

struct demo_piece {
    enum demo_style style;
    uint64_t seed;
    double bpm;                 /* 40 .. 220 */
    int root;                   /* key: 0 is C, 11 is B */
    enum demo_mode mode;
    uint32_t duration_ms;       /* 1000 .. 600000, kept exactly */
    uint32_t sample_rate;       /* 44100 or 48000 */
    uint32_t bit_depth;         /* 16 or 24 */
};

enum { DEMO_OK = 0, DEMO_INVALID = -1, DEMO_NO_MEMORY = -2, DEMO_WRITE_FAILED = -3 };

/* Receives the next bytes of the file; anything but 0 stops the rendering. */
typedef int (*demo_write)(void *user, const void *bytes, size_t length);

/* Size in bytes of the WAV file that the piece will give, known beforehand. 0 when the piece is invalid. */
uint64_t demo_render_size(const struct demo_piece *piece);

/* Writes the piece as a stereo WAV file. Returns DEMO_OK, DEMO_INVALID, DEMO_NO_MEMORY or DEMO_WRITE_FAILED. */
int demo_render(const struct demo_piece *piece, demo_write write, void *user);

/* The same into an open file or descriptor, which stay open. */
int demo_render_file(const struct demo_piece *piece, FILE *file);
int demo_render_fd(const struct demo_piece *piece, int fd);

/* "house", "drum-and-bass", …; NULL for an unknown style. */
const char *demo_style_name(enum demo_style style);

#endif
