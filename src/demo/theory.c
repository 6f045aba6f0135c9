#include "theory.h"

static const int scale[][7] = {
    [MODE_MAJOR] = { 0, 2, 4, 5, 7, 9, 11 },  [MODE_MINOR] = { 0, 2, 3, 5, 7, 8, 10 },    [MODE_DORIAN] = { 0, 2, 3, 5, 7, 9, 10 },
    [MODE_LYDIAN] = { 0, 2, 4, 6, 7, 9, 11 }, [MODE_PHRYGIAN] = { 0, 1, 3, 5, 7, 8, 10 }, [MODE_MIXOLYDIAN] = { 0, 2, 4, 5, 7, 9, 10 },
};

static int
floor_divide(int a, int b)
{
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

int
key_note(struct key key, int degree, int octave)
{
    int turns = floor_divide(degree, 7);

    return 12 * (octave + 1 + turns) + key.root + scale[key.mode][degree - 7 * turns];
}

int
key_pentatonic(struct key key, int degree, int octave)
{
    static const int major[5] = { 0, 1, 2, 4, 5 }, minor[5] = { 0, 2, 3, 4, 6 };
    bool bright = key.mode == MODE_MAJOR || key.mode == MODE_LYDIAN || key.mode == MODE_MIXOLYDIAN;
    int turns = floor_divide(degree, 5);

    return key_note(key, 7 * turns + (bright ? major : minor)[degree - 5 * turns], octave);
}

void
key_chord(struct key key, int degree, int count, int centre, int *ret_notes)
{
    for (int i = 0; i < count; i++) {
        int note = key_note(key, degree + 2 * i, 4);
        int k = i;

        while (note > centre + 6)
            note -= 12;
        while (note <= centre - 6)
            note += 12;
        for (; k > 0 && ret_notes[k - 1] > note; k--)
            ret_notes[k] = ret_notes[k - 1];
        ret_notes[k] = note;
    }
}

void
motif_make(struct motif *motif, struct random *random, int steps, float density, int low, int high)
{
    int degree = (low + high) / 2, half = steps / 2, last = -1;

    motif->steps = steps;
    for (int i = 0; i < steps; i++) {
        bool strong = i % 4 == 0;

        motif->degree[i] = MOTIF_REST;
        motif->length[i] = 0;
        if (i >= half && i < half + half / 2) {                     /* the second half starts like the first */
            motif->degree[i] = motif->degree[i - half];
        } else if (i % half < half - half / 4 && random_chance(random, strong ? fminf(1.0f, density * 1.8f) : density * 0.7f)) {
            degree += random_below(random, 5) - 2;
            if (degree < low)
                degree = low + 1;
            if (degree > high)
                degree = high - 1;
            motif->degree[i] = (int8_t)degree;
        }
    }
    if (motif->degree[0] == MOTIF_REST)
        motif->degree[0] = (int8_t)((low + high) / 2);
    for (int i = 0; i <= steps; i++)
        if (i == steps || motif->degree[i] != MOTIF_REST) {
            if (last >= 0)
                motif->length[last] = (int8_t)(i - last > 8 ? 8 : i - last);
            last = i;
        }
}

bool
rhythm_even(int step, int hits, int steps, int shift)
{
    int at = ((step + shift) % steps + steps) % steps;

    return (at * hits) % steps < hits;
}
