/* styles_calm.c - ambient, field recording, minimal piano. */
#include "kit.h"
#include "styles.h"

/* ---- ambient: slow chords, a far choir of bells, long room ---- */

enum { AMBIENT_PAD, AMBIENT_GLASS, AMBIENT_BELL, AMBIENT_BASS, AMBIENT_AIR, AMBIENT_KALIMBA };

static void
ambient_prepare(struct song *song)
{
    static const int chords[4][4] = { { 0, 5, 3, 4 }, { 0, 2, 5, 3 }, { 0, 4, 1, 3 }, { 5, 3, 0, 4 } };

    song->patch[AMBIENT_PAD] = kit_pad_warm;
    song->patch[AMBIENT_PAD].amp = (struct adsr){ 2.6f, 3.0f, 0.7f, 4.0f };
    song->patch[AMBIENT_PAD].cutoff_hz = random_between(&song->random, 650.0f, 1100.0f);
    song->patch[AMBIENT_GLASS] = kit_pad_glass;
    song->patch[AMBIENT_BELL] = kit_bell;
    song->patch[AMBIENT_BELL].ratio = random_chance(&song->random, 0.5f) ? 3.51f : 2.76f;
    song->patch[AMBIENT_BASS] = kit_bass_sub;
    song->patch[AMBIENT_BASS].level = 0.16f;
    song->patch[AMBIENT_BASS].amp = (struct adsr){ 1.2f, 2.0f, 0.8f, 2.5f };
    song->patch[AMBIENT_AIR] = (struct patch){ .kind = PATCH_NOISE, .level = 0.05f, .reverb = 0.3f, .amp = { 4.0f, 1.0f, 1.0f, 3.0f },
        .shape = NOISE_BAND, .cutoff_hz = 900.0f, .quality = 1.1f, .wander_hz = 0.06f, .wander_octaves = 1.0f };
    song->patch[AMBIENT_KALIMBA] = kit_kalimba;
    song->patch[AMBIENT_KALIMBA].reverb = 0.7f;
    song->patch[AMBIENT_KALIMBA].delay = 0.6f;
    song_chords(song, 2.0f, 4, chords[random_below(&song->random, 4)]);
    motif_make(&song->motif[0], &song->random, 64, 0.16f, 3, 11);
    reverb_init(&song->reverb, 1.6f, 7.0f, 0.35f, 0.04f, song->rate);
    delay_init(&song->delay, 6.0f * song->step_s, 8.0f * song->step_s, 0.62f, 300.0f, 4200.0f, song->rate);
    song->humanise_s = 0.04f;
    song->low_pass_hz = 900.0f;
    song->sweep_s = 6.0f;
}

static void
ambient_step(struct song *song)
{
    int degree = song_chord(song, NULL), notes[CHORD_MAX];
    int at = song->tick % 64;
    bool full = song_in(song, "bc");

    song->low_pass_hz = song_in(song, "i") ? 1600.0f : song_in(song, "o") ? 1200.0f : full ? 16000.0f : 5000.0f;
    if (song->tick % 128 == 0)
        song_play(song, AMBIENT_AIR, 60, 140, 1.0f, 0);
    if (song_chord_begins(song)) {
        key_chord(song->key, degree, full ? 5 : 4, 57, notes);
        for (int i = 0; i < (full ? 5 : 4); i++)
            song_play(song, AMBIENT_PAD, (float)notes[i], 34, full ? 0.95f : 0.7f, (float)i * 0.7f);
        if (!song_in(song, "i"))
            song_play(song, AMBIENT_BASS, (float)key_note(song->key, degree, 1) + 12 * (degree < 3), 30, 0.9f, 0);
        if (full) {
            key_chord(song->key, degree, 3, 76, notes);
            for (int i = 0; i < 3; i++)
                song_play(song, AMBIENT_GLASS, (float)notes[i], 30, 0.8f, 2.0f + (float)i);
        }
    }
    if (song->motif[0].degree[at] != MOTIF_REST && !song_in(song, "i")) {
        float note = (float)key_pentatonic(song->key, song->motif[0].degree[at], 5);

        if (full || random_chance(&song->random, 0.6f))
            song_play(song, song_in(song, "c") ? AMBIENT_KALIMBA : AMBIENT_BELL, note, 8, random_between(&song->random, 0.5f, 1.0f), 0);
        if (song_in(song, "c") && random_chance(&song->random, 0.5f))
            song_play(song, AMBIENT_BELL, note + 12, 8, 0.4f, 3.0f);
    }
}

const struct style style_ambient = { "ambient", "iabcbo", 2, 16, 1.25f, 7.0f, ambient_prepare, ambient_step };

/* ---- field recording: rain, wind, sea, birds, a far drone that says where we are ---- */

enum { FIELD_SEA, FIELD_WIND, FIELD_RAIN, FIELD_BIRD, FIELD_DROP, FIELD_DRONE, FIELD_CRICKET, FIELD_BOWL };

static void
field_prepare(struct song *song)
{
    song->patch[FIELD_SEA] = (struct patch){ .kind = PATCH_NOISE, .level = 0.42f, .spread = 0.5f, .reverb = 0.1f, .amp = { 2.8f, 2.5f, 0.35f, 3.2f },
        .shape = NOISE_LOW, .cutoff_hz = 700.0f, .sweep_octaves = 0.8f, .wander_hz = 0.11f, .wander_octaves = 0.7f };
    song->patch[FIELD_WIND] = (struct patch){ .kind = PATCH_NOISE, .level = 0.16f, .spread = 0.8f, .amp = { 3.5f, 1.0f, 1.0f, 4.0f }, .shape = NOISE_BAND,
        .cutoff_hz = 480.0f, .quality = 3.5f, .wander_hz = 0.13f, .wander_octaves = 0.9f };
    song->patch[FIELD_RAIN] = (struct patch){ .kind = PATCH_NOISE, .level = 1.6f, .reverb = 0.15f, .amp = { 6.0f, 1.0f, 1.0f, 6.0f },
        .shape = NOISE_CRACKLE, .density = 420.0f, .cutoff_hz = 3400.0f, .quality = 0.8f, .wander_hz = 0.05f, .wander_octaves = 0.3f };
    song->patch[FIELD_BIRD] = (struct patch){ .kind = PATCH_CHIRP, .level = 0.1f, .spread = 0.9f, .reverb = 0.5f, .delay = 0.1f,
        .amp = { 0.015f, 0.2f, 0.6f, 0.05f }, .tone = 1.0f, .tone_hz = 4100.0f, .tone_end_hz = 2700.0f, .tone_glide_s = 0.08f, .tone_decay_s = 0.5f,
        .trill_hz = 27.0f, .trill_depth = 0.09f };
    song->patch[FIELD_DROP] = (struct patch){ .kind = PATCH_CHIRP, .level = 0.2f, .spread = 0.9f, .reverb = 0.5f, .delay = 0.25f,
        .amp = { 0.001f, 1.0f, 1.0f, 0.1f }, .tone = 1.0f, .tone_hz = 330.0f, .tone_end_hz = 640.0f, .tone_glide_s = 0.03f, .tone_decay_s = 0.1f };
    song->patch[FIELD_DRONE] = kit_pad_warm;
    song->patch[FIELD_DRONE].amp = (struct adsr){ 5.0f, 4.0f, 0.8f, 6.0f };
    song->patch[FIELD_DRONE].cutoff_hz = 520.0f;
    song->patch[FIELD_CRICKET] = (struct patch){ .kind = PATCH_CHIRP, .level = 0.035f, .pan = 0.6f, .spread = 0.25f, .reverb = 0.2f,
        .amp = { 0.02f, 0.3f, 0.8f, 0.04f }, .tone = 1.0f, .tone_hz = 4350.0f, .tone_end_hz = 4350.0f, .tone_decay_s = 3.0f, .trill_hz = 38.0f,
        .trill_depth = 0.02f };
    song->patch[FIELD_BOWL] = (struct patch){ .kind = PATCH_MODAL, .level = 0.16f, .spread = 0.4f, .reverb = 0.7f, .amp = { 0.03f, 1.0f, 1.0f, 3.0f },
        .modal = MODAL_GLASS, .brightness = 0.5f, .ring_s = 9.0f };
    song_chords(song, 4.0f, 2, (const int[]){ 0, random_chance(&song->random, 0.5f) ? 3 : 4 });
    reverb_init(&song->reverb, 1.5f, 4.5f, 0.4f, 0.03f, song->rate);
    delay_init(&song->delay, 0.43f, 0.61f, 0.45f, 500.0f, 5000.0f, song->rate);
    song->humanise_s = 0.12f;
}

static void
field_birds(struct song *song)
{
    if (song->memory[0] > 0 && song->memory[1]-- <= 0) {        /* a phrase of calls, then silence */
        float pitch = 69.0f + (float)song->memory[2] + random_between(&song->random, -1.5f, 1.5f);

        song_play(song, FIELD_BIRD, pitch, 0.8f, random_between(&song->random, 0.4f, 1.0f), 0);
        song->memory[0]--;
        song->memory[1] = random_below(&song->random, 2);
    } else if (song->memory[0] == 0 && random_chance(&song->random, song_in(song, "b") ? 0.07f : 0.03f)) {
        song->memory[0] = 3 + random_below(&song->random, 5);
        song->memory[2] = random_below(&song->random, 9) - 4;
    }
}

static void
field_step(struct song *song)
{
    int notes[CHORD_MAX];
    int beat = song->tick;

    if (song->step == 0 && song->bar % 2 == 0)
        song_play(song, FIELD_SEA, 60, 14.0f + 8.0f * random_unit(&song->random), random_between(&song->random, 0.5f, 1.0f), 4.0f * random_unit(&song->random));
    if (beat % 64 == 0)
        song_play(song, FIELD_WIND, 60, 60, song_in(song, "cd") ? 1.0f : 0.5f, 0);
    if (song_in(song, "cd") && song->step == 0 && song->section_bar % 4 == 0)
        song_play(song, FIELD_RAIN, 60, 58, song_in(song, "d") ? 1.0f : 0.55f, 0);
    if (!song_in(song, "d"))
        field_birds(song);
    if (random_chance(&song->random, song_in(song, "cd") ? 0.18f : 0.04f))
        song_play(song, FIELD_DROP, 60.0f + 18.0f * random_unit(&song->random), 4, random_between(&song->random, 0.3f, 1.0f), 0);
    if (song_in(song, "ao") && beat % 4 < 3)
        song_play(song, FIELD_CRICKET, 69, 0.7f, 0.8f, 0);
    if (song_chord_begins(song)) {
        key_chord(song->key, song_chord(song, NULL), 3, 50, notes);
        for (int i = 0; i < 3; i++)
            song_play(song, FIELD_DRONE, (float)notes[i], 66, song_in(song, "bcd") ? 1.0f : 0.5f, 0);
        if (song_in(song, "bcd"))
            song_play(song, FIELD_BOWL, (float)notes[0] + 12, 32, 0.9f, 8.0f);
    }
}

const struct style style_field = { "field", "abcdcbo", 2, 16, 1.5f, 6.0f, field_prepare, field_step };

/* ---- minimal piano: two hands whose patterns slowly drift past each other ---- */

enum { PIANO_RIGHT, PIANO_LEFT, PIANO_STRINGS };

static void
piano_prepare(struct song *song)
{
    static const int chords[4][8] = { { 0, 0, 5, 5, 3, 3, 4, 4 }, { 0, 2, 5, 3, 0, 2, 3, 4 }, { 5, 3, 0, 4, 5, 3, 1, 4 }, { 0, 4, 5, 2, 3, 0, 3, 4 } };

    song->patch[PIANO_RIGHT] = kit_piano;
    song->patch[PIANO_RIGHT].pan = 0.22f;
    song->patch[PIANO_LEFT] = kit_piano;
    song->patch[PIANO_LEFT].pan = -0.25f;
    song->patch[PIANO_LEFT].brightness = 0.5f;
    song->patch[PIANO_LEFT].level = 0.17f;
    song->patch[PIANO_STRINGS] = kit_pad_warm;
    song->patch[PIANO_STRINGS].level = 0.035f;
    song->patch[PIANO_STRINGS].amp = (struct adsr){ 1.8f, 1.0f, 0.9f, 2.2f };
    song_chords(song, 1.0f, 8, chords[random_below(&song->random, 4)]);
    song->memory[0] = 5 + random_below(&song->random, 2);       /* length of the left hand's figure: never the right hand's */
    motif_make(&song->motif[0], &song->random, 64, 0.2f, 5, 12);
    reverb_init(&song->reverb, 1.1f, 3.2f, 0.35f, 0.025f, song->rate);
    song->humanise_s = 0.014f;
}

static void
piano_step(struct song *song)
{
    static const int order[6] = { 0, 2, 1, 3, 2, 1 };
    int degree = song_chord(song, NULL), notes[CHORD_MAX];
    int at = song->tick % 64, figure = song->tick / 2 % song->memory[0];
    float swell = 0.55f + 0.2f * sine_turns(phase_wrap((float)song->tick / 128.0f)) + (song_in(song, "c") ? 0.2f : 0.0f);
    bool last = song->tick == song->bars * 16 - 16;

    key_chord(song->key, degree, 4, 62, notes);
    if (song->step == 0) {
        float bass = (float)key_note(song->key, degree, 2) - (degree > 3 ? 12 : 0);

        song_play(song, PIANO_LEFT, bass, song_in(song, "c") ? 15 : 17, swell, 0);
        if (song_in(song, "c"))
            song_play(song, PIANO_LEFT, bass + 12, 15, swell * 0.7f, 0);
    }
    if (last)
        for (int i = 0; i < 4; i++)
            song_play(song, PIANO_RIGHT, (float)notes[i], 40, 0.5f, 0.4f * (float)i);
    if (song->tick >= song->bars * 16 - 16)
        return;
    if (song->tick % 2 == 0 && !(song_in(song, "i") && song->section_bar < 1))
        song_play(song, PIANO_RIGHT, (float)notes[order[figure] % 4] + (figure == 4 ? 12 : 0), 3, swell * (figure == 0 ? 0.9f : 0.6f), 0);
    if (song_in(song, "c") && song->tick % 2 == 1)
        song_play(song, PIANO_RIGHT, (float)notes[order[(figure + 3) % 6] % 4] + 12, 2, swell * 0.35f, 0);
    if (song_in(song, "abc") && song->motif[0].degree[at] != MOTIF_REST) {
        float note = (float)key_pentatonic(song->key, song->motif[0].degree[at], 4);

        song_play(song, PIANO_RIGHT, note, 6, fminf(1.0f, swell + 0.3f), 0);
        if (song_in(song, "c"))
            song_play(song, PIANO_RIGHT, note + 12, 6, swell, 0.1f);
    }
    if (song_in(song, "bc") && song_chord_begins(song))
        for (int i = 0; i < 4; i++)
            song_play(song, PIANO_STRINGS, (float)notes[i] + (i > 1 ? 12 : 0), 17, 1.0f, 0);
}

const struct style style_piano = { "piano", "iabcabco", 2, 16, 1.45f, 4.0f, piano_prepare, piano_step };
