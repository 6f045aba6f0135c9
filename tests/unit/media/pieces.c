#include "pieces.h"

#include "catalogue.h"
#include "styles.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS 60

const char *const piece_kind_names[PIECE_KINDS] = { "demo", "drums", "no drums", "swung", "detuned", "changing", "speech", "noise" };

/* Which styles play in which kind, and how fast. */
static const struct material {
    const struct style *style;
    int slowest, fastest;
    bool has_drums;
} materials[] = {
    { &style_house, 116, 128, true },      { &style_techno, 124, 140, true },   { &style_synthwave, 84, 118, true }, { &style_chiptune, 110, 165, true },
    { &style_lofi, 70, 92, true },         { &style_dub, 66, 78, true },        { &style_drum_and_bass, 166, 178, true },
    { &style_folk, 84, 120, false },       { &style_piano, 66, 96, false },     { &style_ambient, 56, 70, false },
};
enum { HOUSE, TECHNO, SYNTHWAVE, CHIPTUNE, LOFI, DUB, DRUM_AND_BASS, FOLK, PIANO, AMBIENT };

static const struct plan {
    enum piece_kind kind;
    int count;
    int styles[8], style_count;
} plans[] = {
    { PIECE_DRUMS, 70, { HOUSE, TECHNO, SYNTHWAVE, CHIPTUNE, LOFI, DUB, DRUM_AND_BASS }, 7 },
    { PIECE_DRUMLESS, 42, { HOUSE, SYNTHWAVE, CHIPTUNE, LOFI, FOLK, PIANO, AMBIENT }, 7 },
    { PIECE_SWUNG, 25, { HOUSE, TECHNO, SYNTHWAVE, CHIPTUNE, LOFI }, 5 },
    { PIECE_DETUNED, 25, { HOUSE, SYNTHWAVE, CHIPTUNE, FOLK, PIANO }, 5 },
    { PIECE_CHANGING, 20, { HOUSE, TECHNO, SYNTHWAVE, CHIPTUNE }, 4 },
    { PIECE_SPEECH, 12 },
    { PIECE_NOISE, 12 },
};

static const struct style *const demo_styles[DEMO_STYLE_COUNT] = {
    [DEMO_AMBIENT] = &style_ambient, [DEMO_FIELD] = &style_field, [DEMO_PIANO] = &style_piano, [DEMO_HOUSE] = &style_house, [DEMO_TECHNO] = &style_techno,
    [DEMO_DUB] = &style_dub, [DEMO_LOFI] = &style_lofi, [DEMO_DRUM_AND_BASS] = &style_drum_and_bass, [DEMO_SYNTHWAVE] = &style_synthwave,
    [DEMO_CHIPTUNE] = &style_chiptune, [DEMO_FOLK] = &style_folk, [DEMO_SPOKEN] = &style_spoken,
};

size_t
pieces_count(void)
{
    size_t count = demo_tracks_count;

    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
        count += (size_t)plans[i].count;
    return count;
}

static unsigned
mixed(unsigned x)
{
    x = (x ^ (x >> 16)) * 2246822519u;
    x = (x ^ (x >> 13)) * 3266489917u;
    return x ^ (x >> 16);
}

static double
between(unsigned seed, unsigned n, double from, double to)
{
    return from + (to - from) * (double)mixed(seed * 2654435761u + n) / 4294967295.0;
}

static void
allocate(struct piece *p, double seconds)
{
    p->frames = (size_t)(seconds * PIECES_RATE);
    p->left = calloc(p->frames + DSP_CHUNK, sizeof *p->left);
    p->right = calloc(p->frames + DSP_CHUNK, sizeof *p->right);
    assert_true(p->left && p->right);
}

/* A song from `from` on. At a rate below PIECES_RATE it sounds faster and higher. */
static void
render(struct piece *p, const struct style *style, enum mode mode, double bpm, double swing, double rate, size_t from, size_t frames)
{
    struct song *song = malloc(sizeof *song);
    size_t at = from;
    int n;

    assert_non_null(song);
    song_init(song, style, p->seed, (float)bpm, (struct key){ p->root, mode }, frames, (float)rate);
    if (swing > 0)
        song->swing = (float)swing;
    if (p->kind == PIECE_DRUMLESS)
        for (int i = 0; i < SONG_PATCHES; i++)
            if (song->patch[i].kind == PATCH_DRUM || song->patch[i].kind == PATCH_NOISE)
                song->patch[i].level = 0;
    while ((n = song_render(song, p->left + at, p->right + at)) > 0)
        at += (size_t)n;
    free(song);
}

/* As if the tape ran faster and faster. */
static void
speed_up(float *samples, size_t frames, double factor)
{
    float *copy = malloc((frames + 2) * sizeof *copy);
    double at = 0;

    assert_non_null(copy);
    memcpy(copy, samples, frames * sizeof *copy);
    copy[frames] = copy[frames + 1] = 0;
    for (size_t i = 0; i < frames; i++) {
        size_t whole = (size_t)at;

        samples[i] = whole < frames ? copy[whole] + (float)(at - (double)whole) * (copy[whole + 1] - copy[whole]) : 0;
        at += 1 / factor + (1 - 1 / factor) * (double)i / (double)frames;
    }
    free(copy);
}

static void
make_changing(struct piece *p, const struct style *style, enum mode mode)
{
    double factor = between(p->seed, 5, 1.12, 1.35);

    allocate(p, SECONDS);
    p->end_bpm = p->bpm;
    p->bpm /= factor;
    if (p->seed % 2) { /* at once, in the middle */
        render(p, style, mode, p->bpm, 0, PIECES_RATE, 0, p->frames / 2);
        render(p, style, mode, p->end_bpm, 0, PIECES_RATE, p->frames / 2, p->frames - p->frames / 2);
    } else { /* little by little */
        render(p, style, mode, p->end_bpm, 0, PIECES_RATE, 0, p->frames);
        speed_up(p->left, p->frames, factor);
        speed_up(p->right, p->frames, factor);
        p->root = -1;
    }
}

static void
make_song(struct piece *p, const struct material *m)
{
    enum mode mode = p->seed % 3 == 0 ? MODE_MAJOR : MODE_MINOR;
    double rate;

    p->what = m->style->name;
    p->bpm = round(between(p->seed, 1, m->slowest, m->fastest) * 10) / 10;
    p->root = (int)(mixed(p->seed + 77) % 12);
    p->is_minor = mode == MODE_MINOR;
    if (p->kind == PIECE_CHANGING) {
        make_changing(p, m->style, mode);
        return;
    }
    if (p->kind == PIECE_DETUNED)
        p->cents = (p->seed % 2 ? 1 : -1) * between(p->seed, 3, 12, 40);
    rate = round(PIECES_RATE * pow(2, -p->cents / 1200));
    allocate(p, SECONDS);
    render(p, m->style, mode, p->bpm, p->kind == PIECE_SWUNG ? between(p->seed, 4, 0.25, 0.5) : 0, rate, 0, p->frames);
    p->bpm *= PIECES_RATE / rate;
}

static void
make_demo(struct piece *p, const struct demo_piece *demo)
{
    bool has_beat = demo->style != DEMO_FIELD;

    p->what = demo_style_name(demo->style);
    p->seed = (unsigned)demo->seed;
    p->root = demo->root;
    p->is_minor = demo->mode == DEMO_MINOR || demo->mode == DEMO_DORIAN || demo->mode == DEMO_PHRYGIAN;
    allocate(p, demo->duration_ms / 1000.0);
    render(p, demo_styles[demo->style], (enum mode)demo->mode, demo->bpm, 0, PIECES_RATE, 0, p->frames);
    p->bpm = has_beat ? demo->bpm : 0;
    if (!has_beat)
        p->root = -1;
}

static const char *const speeches[] = {
    "The harbour was quiet that morning. Nobody had told the fishermen, and so they went out as they always did, one boat after the other, past the "
    "lighthouse and the long grey wall. What happened afterwards is known to everybody here, although each tells it differently.",
    "Good evening, and welcome back. Tonight we talk about small record shops: who still opens one, who buys there, and why it is that a room full of "
    "plastic should feel like a library. With me are two people who ought to know. Would you like to begin?",
    "Before you change the strings, loosen all of them a little, not only one, or the neck will bend. Then take the first one off, wipe the wood with a dry "
    "cloth, and put the new one through the bridge. Turn slowly. It is finished when the note stays where you left it.",
};

static void
make_speech(struct piece *p)
{
    static const char *const voices[] = { "kal", "slt", "awb", "rms" };
    const char *raw = scratch("speech.f32"), *text = scratch("speech.txt");
    char source[256];
    size_t length;
    float *samples;

    p->what = voices[p->seed % 4];
    p->root = -1;
    write_file(text, speeches[p->seed / 4 % 3], strlen(speeches[p->seed / 4 % 3]));
    snprintf(source, sizeof source, "flite=textfile=%s:voice=%s", text, p->what);
    ffmpeg("-f", "lavfi", "-i", source, "-ar", "44100", "-ac", "1", "-f", "f32le", raw, NULL);
    samples = read_bytes(raw, &length);
    allocate(p, (double)(length / sizeof *samples) / PIECES_RATE);
    memcpy(p->left, samples, p->frames * sizeof *samples);
    memcpy(p->right, samples, p->frames * sizeof *samples);
    free(samples);
}

static void
make_noise(struct piece *p)
{
    static const char *const names[] = { "white", "brown", "band", "clicks" };
    unsigned kind = p->seed % 4, state = p->seed * 7919 + 1;
    struct filter filter = { 0 };
    double next = 0, level = 0, brown = 0;

    p->what = names[kind];
    p->root = -1;
    allocate(p, 40);
    filter_set(&filter, (float)between(p->seed, 6, 300, 3000), 3.0f, PIECES_RATE);
    for (size_t i = 0; i < p->frames; i++) {
        double white = 0;

        state = state * 1664525u + 1013904223u;
        white = (double)mixed(state) / 2147483648.0 - 1;
        brown = 0.998 * brown + 0.03 * white;
        if (kind == 3 && (double)i >= next) { /* at random times, as rain or applause */
            next += -log((between(state, 9, 0, 1) + 1e-9)) * PIECES_RATE / 9;
            level = 1;
        }
        level *= 0.999;
        p->left[i] = p->right[i] = (float)(0.4 * (kind == 0 ? white : kind == 1 ? brown : kind == 2 ? (double)filter_run(&filter, (float)white).band : white * level));
    }
}

struct piece
piece_make(size_t number)
{
    struct piece p = { .kind = PIECE_DEMO, .root = -1 };
    size_t i = 0;

    if (number < demo_tracks_count) {
        make_demo(&p, &demo_tracks[number].piece);
        return p;
    }
    number -= demo_tracks_count;
    while (number >= (size_t)plans[i].count)
        number -= (size_t)plans[i++].count;
    p.kind = plans[i].kind;
    p.seed = (unsigned)number;
    if (p.kind == PIECE_SPEECH)
        make_speech(&p);
    else if (p.kind == PIECE_NOISE)
        make_noise(&p);
    else {
        const struct material *m = &materials[plans[i].styles[number % (size_t)plans[i].style_count]];

        p.seed += 1000 * (unsigned)p.kind;
        make_song(&p, m);
    }
    return p;
}

void
piece_free(struct piece *p)
{
    free(p->left);
    free(p->right);
    p->left = p->right = NULL;
}
