/* pieces.h - generated recordings whose tempo and key are known: music of the demo's synthesiser with and without drums, swung, detuned and with
 * a changing tempo, speech of ffmpeg's synthesiser, and noise. */
#ifndef VEZA_TEST_MEDIA_PIECES_H
#define VEZA_TEST_MEDIA_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#define PIECES_RATE 44100

enum piece_kind { PIECE_DEMO, PIECE_DRUMS, PIECE_DRUMLESS, PIECE_SWUNG, PIECE_DETUNED, PIECE_CHANGING, PIECE_SPEECH, PIECE_NOISE, PIECE_KINDS };

struct piece {
    enum piece_kind kind;
    const char *what; /* style, or how it was made */
    unsigned seed;
    double bpm;       /* 0: it has none */
    double end_bpm;   /* of a changing tempo */
    int root;         /* 0 is C; -1: it has no key */
    bool is_minor;
    double cents;     /* above concert pitch */
    float *left, *right;
    size_t frames;
};

extern const char *const piece_kind_names[PIECE_KINDS];

size_t pieces_count(void);

/* Renders the piece of this number, which is the same each time. The caller frees it with piece_free(). */
struct piece piece_make(size_t number);
void piece_free(struct piece *piece);

#endif
