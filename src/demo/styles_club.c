/* styles_club.c - house, techno, dub. */
#include "kit.h"
#include "styles.h"

/* ---- house: four on the floor, ninth chords, a bass that leans on the off-beat ---- */

enum { HOUSE_KICK, HOUSE_CLAP, HOUSE_HAT, HOUSE_OPEN, HOUSE_SHAKER, HOUSE_BASS, HOUSE_STAB, HOUSE_KEYS, HOUSE_VOICE, HOUSE_PAD, HOUSE_RISER,
    HOUSE_CRASH };

static void
house_prepare(struct song *song)
{
    static const int chords[4][4] = { { 0, 5, 3, 4 }, { 0, 3, 5, 6 }, { 3, 4, 0, 0 }, { 5, 6, 0, 2 } };

    song->patch[HOUSE_KICK] = kit_kick_round;
    song->patch[HOUSE_CLAP] = kit_clap;
    song->patch[HOUSE_HAT] = kit_hat_closed;
    song->patch[HOUSE_OPEN] = kit_hat_open;
    song->patch[HOUSE_SHAKER] = kit_shaker;
    song->patch[HOUSE_BASS] = kit_bass_round;
    song->patch[HOUSE_STAB] = kit_stab;
    song->patch[HOUSE_KEYS] = kit_electric_piano;
    song->patch[HOUSE_KEYS].duck = 0.5f;
    song->patch[HOUSE_KEYS].delay = 0.2f;
    song->patch[HOUSE_VOICE] = kit_voice;
    song->patch[HOUSE_VOICE].delay = 0.5f;
    song->patch[HOUSE_VOICE].level = 0.26f;
    song->patch[HOUSE_PAD] = kit_pad_warm;
    song->patch[HOUSE_PAD].duck = 0.8f;
    song->patch[HOUSE_RISER] = kit_riser;
    song->patch[HOUSE_CRASH] = kit_crash;
    song_chords(song, 2.0f, 4, chords[random_below(&song->random, 4)]);
    song->memory[0] = random_below(&song->random, 3);
    song->memory[1] = random_below(&song->random, 3);
    motif_make(&song->motif[0], &song->random, 32, 0.3f, 0, 7);
    delay_init(&song->delay, 3.0f * song->step_s, 6.0f * song->step_s, 0.45f, 350.0f, 5500.0f, song->rate);
    reverb_init(&song->reverb, 0.9f, 1.9f, 0.3f, 0.015f, song->rate);
    song->swing = 0.14f;
    song->humanise_s = 0.003f;
    song->drive = 0.15f;
}

static void
house_drums(struct song *song, bool kick)
{
    int s = song->step;
    bool fill = song_turnaround(song) && s >= 12;

    if (kick && s % 4 == 0 && !(song_turnaround(song) && song_in(song, "a") && s == 12))
        song_play(song, HOUSE_KICK, 36, 3, 1.0f, 0);
    if (song_in(song, "abc") && s % 8 == 4)
        song_play(song, HOUSE_CLAP, 40, 3, 0.9f, 0);
    if (fill && song_in(song, "ab") && s % 2)
        song_play(song, HOUSE_CLAP, 40, 1, 0.4f, 0);
    if (s % 4 == 2)
        song_play(song, HOUSE_OPEN, 42, 1.6f, song_in(song, "k") ? 0.5f : 0.9f, 0);
    if (song_in(song, "bc") || (song_in(song, "a") && s % 2 == 0))
        song_play(song, HOUSE_HAT, 44, 1, 0.35f + 0.4f * random_unit(&song->random), 0);
    if (song_in(song, "bck"))
        song_play(song, HOUSE_SHAKER, 70, 1, s % 4 == 3 ? 0.9f : 0.5f, 0);
}

static void
house_step(struct song *song)
{
    static const char *const stab[3] = { "x--x--x---x--x--", "---x--x---x---x-", "x-----x--x----x-" };
    static const char *const bass[3] = { "--xx--x---xx--xx", "x-x---x-x-x--xx-", "--x--xx---x-xx--" };
    int degree = song_chord(song, NULL), notes[CHORD_MAX], at = song->tick % 32;
    bool kick = !song_in(song, "k");
    float root = (float)key_note(song->key, degree, degree > 3 ? 1 : 2);

    house_drums(song, kick);
    if (song->section_bar == 0 && song->step == 0 && song_in(song, "bc"))
        song_play(song, HOUSE_CRASH, 60, 20, 1.0f, 0);
    if (song_in(song, "abc") && pattern_hits(bass[song->memory[0]], song->step))
        song_play(song, HOUSE_BASS, root + (random_chance(&song->random, 0.18f) ? 12 : 0), 1.4f, 0.9f, 0);
    key_chord(song->key, degree, 5, 60, notes);
    if (song_in(song, "bcao") && pattern_hits(stab[song->memory[1]], song->step))
        for (int i = song_in(song, "o") ? 2 : 0; i < 5; i++)
            song_play(song, HOUSE_STAB, (float)notes[i], 1.5f, 0.75f, 0);
    if (song_in(song, "kc") && (song->step == 0 || song->step == 6 || song->step == 11))
        for (int i = 1; i < 5; i++)
            song_play(song, HOUSE_KEYS, (float)notes[i], 4, 0.7f, 0.05f * (float)i);
    if (song_in(song, "kc") && song_chord_begins(song))
        for (int i = 0; i < 4; i++)
            song_play(song, HOUSE_PAD, (float)notes[i], 31, song_in(song, "k") ? 1.0f : 0.7f, 0);
    if (song_in(song, "ck") && song->motif[0].degree[at] != MOTIF_REST)
        song_speak(song, HOUSE_VOICE, (float)key_pentatonic(song->key, song->motif[0].degree[at], 4), (float)song->motif[0].length[at] * 0.7f, 0.8f, 0,
                   at % 3 ? VOWEL_O : VOWEL_A, at % 2 ? VOWEL_U : VOWEL_A);
    song->high_pass_hz = song_in(song, "k") && song_progress(song) > 0.5f ? 40.0f + 500.0f * (song_progress(song) - 0.5f) : 0.0f;
    song->low_pass_hz = song_in(song, "i") ? 1200.0f + 6000.0f * song_progress(song) : song_in(song, "o") ? 9000.0f - 7500.0f * song_progress(song) : 0.0f;
    if (song_in(song, "k") && song->section_bars - song->section_bar == 2 && song->step == 0)
        song_play(song, HOUSE_RISER, 60, 31, 1.0f, 0);
}

const struct style style_house = { "house", "iabbkcco", 4, 16, 1.1f, 4.0f, house_prepare, house_step };

/* ---- techno: a kick with a rumbling room, one acid line that opens and closes ---- */

enum { TECHNO_KICK, TECHNO_RUMBLE, TECHNO_HAT, TECHNO_OPEN, TECHNO_CLAP, TECHNO_RIDE, TECHNO_ACID, TECHNO_STAB, TECHNO_RISER, TECHNO_TOM, TECHNO_BLIP };

static void
techno_prepare(struct song *song)
{
    song->patch[TECHNO_KICK] = kit_kick_hard;
    song->patch[TECHNO_RUMBLE] = kit_bass_sub;
    song->patch[TECHNO_RUMBLE].duck = 0.95f;
    song->patch[TECHNO_RUMBLE].drive = 2.0f;
    song->patch[TECHNO_RUMBLE].level = 0.3f;
    song->patch[TECHNO_HAT] = kit_hat_closed;
    song->patch[TECHNO_OPEN] = kit_hat_open;
    song->patch[TECHNO_CLAP] = kit_clap;
    song->patch[TECHNO_CLAP].reverb = 0.45f;
    song->patch[TECHNO_RIDE] = kit_ride;
    song->patch[TECHNO_ACID] = kit_bass_acid;
    song->patch[TECHNO_STAB] = kit_stab;
    song->patch[TECHNO_STAB].delay = 0.8f;
    song->patch[TECHNO_STAB].cutoff_hz = 600.0f;
    song->patch[TECHNO_RISER] = kit_riser;
    song->patch[TECHNO_TOM] = kit_tom;
    song->patch[TECHNO_BLIP] = kit_bell;
    song->patch[TECHNO_BLIP].ratio = 1.41f;
    song->patch[TECHNO_BLIP].amp.decay_s = 0.25f;
    for (int i = 0; i < 16; i++)        /* the acid line: sixteen steps, kept for the whole piece */
        song->memory[i] = random_chance(&song->random, 0.72f) ? random_below(&song->random, 5) : -1;
    song->memory[16] = 3 + random_below(&song->random, 4);
    song->memory[17] = random_below(&song->random, 8);
    song_chords(song, 4.0f, 2, (const int[]){ 0, random_chance(&song->random, 0.5f) ? 1 : 5 });
    delay_init(&song->delay, 3.0f * song->step_s, 5.0f * song->step_s, 0.6f, 400.0f, 4500.0f, song->rate);
    reverb_init(&song->reverb, 1.2f, 2.6f, 0.45f, 0.01f, song->rate);
    song->drive = 0.4f;
}

static void
techno_step(struct song *song)
{
    static const int degree_of[5] = { 0, 0, 7, 2, 6 };
    int s = song->step, notes[CHORD_MAX], chord = song_chord(song, NULL);
    bool kick = !song_in(song, "k") && !(song_turnaround(song) && s >= 8 && song_in(song, "ac"));
    float open = song_in(song, "k") ? song_progress(song) : 0.5f - 0.5f * sine_turns(phase_wrap((float)song->tick / 512.0f + 0.25f));

    song->patch[TECHNO_ACID].cutoff_hz = 200.0f * exp2f(2.6f * open + (song_in(song, "d") ? 0.7f : 0.0f));
    song->patch[TECHNO_ACID].sweep_octaves = 1.6f + 1.6f * open;
    if (kick && s % 4 == 0)
        song_play(song, TECHNO_KICK, 36, 3, 1.0f, 0);
    if (kick && s % 4 != 0)
        song_play(song, TECHNO_RUMBLE, (float)key_note(song->key, 0, 1), 0.9f, s % 4 == 2 ? 1.0f : 0.7f, 0);
    if (song_in(song, "abcdk") && rhythm_even(s, song->memory[16] + 4, 16, song->memory[17]))
        song_play(song, TECHNO_HAT, 44, 1, 0.4f + 0.5f * random_unit(&song->random), 0);
    if (song_in(song, "bcd") && s % 4 == 2)
        song_play(song, TECHNO_OPEN, 42, 1.5f, 0.9f, 0);
    if (song_in(song, "cd") && s % 8 == 4)
        song_play(song, TECHNO_CLAP, 40, 2, 0.8f, 0);
    if (song_in(song, "d") && s % 2 == 0)
        song_play(song, TECHNO_RIDE, 51, 2, s % 4 == 2 ? 0.9f : 0.5f, 0);
    if (song_in(song, "bcdk") && song->memory[s] >= 0) {
        bool accent = (s * 7 + song->memory[17]) % 5 == 0;

        song_play(song, TECHNO_ACID, (float)key_note(song->key, degree_of[song->memory[s]] + (chord == 1 && s > 8 ? 1 : 0), 2), accent ? 1.3f : 0.7f,
                  accent ? 1.0f : 0.65f, 0);
    }
    if (song_in(song, "ackd") && (s == 3 || (s == 10 && song->bar % 2))) {
        key_chord(song->key, chord, 4, 58, notes);
        for (int i = 0; i < 4; i++)
            song_play(song, TECHNO_STAB, (float)notes[i], 1, 0.8f, 0);
    }
    if (song_in(song, "ad") && rhythm_even(s + song->bar * 3, song->memory[16], 16, 5))
        song_play(song, TECHNO_BLIP, (float)key_pentatonic(song->key, (s * 3 + song->memory[17]) % 7, 5), 1, 0.5f, 0);
    if (song_turnaround(song) && s >= 8 && s % 2 == 0 && song_in(song, "abc"))
        song_play(song, TECHNO_TOM, 45.0f - (float)(s - 8), 2, 0.8f, 0);
    if (song_in(song, "k") && song->section_bars - song->section_bar == 2 && s == 0)
        song_play(song, TECHNO_RISER, 60, 31, 1.0f, 0);
    song->high_pass_hz = song_in(song, "k") ? 120.0f + 300.0f * song_progress(song) : 0.0f;
    song->low_pass_hz = song_in(song, "o") ? 8000.0f - 6500.0f * song_progress(song) : 0.0f;
}

const struct style style_techno = { "techno", "iabckddco", 4, 16, 1.2f, 3.0f, techno_prepare, techno_step };

/* ---- dub: one drop, off-beat skank, a bass that carries the tune, echoes as an instrument ---- */

enum { DUB_KICK, DUB_SNARE, DUB_HAT, DUB_RIM, DUB_BASS, DUB_SKANK, DUB_MELODICA, DUB_SIREN, DUB_BUBBLE, DUB_TOM };

static void
dub_prepare(struct song *song)
{
    static const int chords[3][4] = { { 0, 0, 3, 3 }, { 0, 6, 0, 6 }, { 0, 3, 6, 0 } };

    song->patch[DUB_KICK] = kit_kick_round;
    song->patch[DUB_KICK].triggers_duck = false;
    song->patch[DUB_SNARE] = kit_snare_tight;
    song->patch[DUB_SNARE].delay = 0.1f;
    song->patch[DUB_HAT] = kit_hat_closed;
    song->patch[DUB_RIM] = kit_rim;
    song->patch[DUB_RIM].delay = 0.7f;
    song->patch[DUB_BASS] = kit_bass_round;
    song->patch[DUB_BASS].duck = 0.0f;
    song->patch[DUB_BASS].cutoff_hz = 240.0f;
    song->patch[DUB_BASS].level = 0.52f;
    song->patch[DUB_BASS].sub = 0.5f;
    song->patch[DUB_SKANK] = kit_stab;
    song->patch[DUB_SKANK].amp = (struct adsr){ 0.002f, 0.09f, 0.1f, 0.05f };
    song->patch[DUB_SKANK].cutoff_hz = 1500.0f;
    song->patch[DUB_SKANK].delay = 0.12f;
    song->patch[DUB_MELODICA] = kit_lead_soft;
    song->patch[DUB_MELODICA].breath = 0.06f;
    song->patch[DUB_MELODICA].delay = 0.6f;
    song->patch[DUB_MELODICA].level = 0.11f;
    song->patch[DUB_SIREN] = (struct patch){ .kind = PATCH_CHIRP, .level = 0.07f, .spread = 0.7f, .delay = 1.0f, .reverb = 0.3f,
        .amp = { 0.05f, 0.5f, 0.9f, 0.1f }, .tone = 1.0f, .tone_hz = 900.0f, .tone_end_hz = 420.0f, .tone_glide_s = 0.4f, .tone_decay_s = 4.0f,
        .trill_hz = 6.0f, .trill_depth = 0.25f };
    song->patch[DUB_BUBBLE] = kit_electric_piano;
    song->patch[DUB_BUBBLE].tine = 0.0f;
    song->patch[DUB_BUBBLE].amp = (struct adsr){ 0.002f, 0.12f, 0.2f, 0.06f };
    song->patch[DUB_TOM] = kit_tom;
    song_chords(song, 1.0f, 4, chords[random_below(&song->random, 3)]);
    for (int i = 0; i < 32; i++)
        song->memory[i] = -100;
    for (int i = 0; i < 32; i++)        /* a two-bar bass tune that starts on the root and breathes */
        if (i % 16 == 0 || (i % 16 > 2 && i % 2 == 0 && random_chance(&song->random, 0.45f)))
            song->memory[i] = i % 16 == 0 ? 0 : random_below(&song->random, 5) - 1;
    motif_make(&song->motif[0], &song->random, 64, 0.2f, 2, 9);
    delay_init(&song->delay, 6.0f * song->step_s, 6.06f * song->step_s, 0.74f, 380.0f, 2600.0f, song->rate);
    reverb_init(&song->reverb, 0.8f, 2.4f, 0.3f, 0.02f, song->rate);
    song->swing = 0.22f;
    song->humanise_s = 0.006f;
    song->drive = 0.25f;
}

static void
dub_step(struct song *song)
{
    int s = song->step, degree = song_chord(song, NULL), notes[CHORD_MAX];
    int at = song->tick % 32, line = song->memory[at];
    bool thrown = random_chance(&song->random, 0.12f);      /* this hit is thrown into the echo */
    bool band = !song_in(song, "i") || song->section_bar > 1;

    song->patch[DUB_SKANK].delay = thrown || song_in(song, "k") ? 0.95f : 0.12f;
    song->patch[DUB_SNARE].delay = thrown ? 0.9f : 0.05f;
    if (song_in(song, "abc") && s == 8) {
        song_play(song, DUB_KICK, 36, 4, 1.0f, 0);
        song_play(song, DUB_SNARE, 40, 4, 0.8f, 0);
    }
    if (song_in(song, "c") && (s == 0 || s == 6))
        song_play(song, DUB_KICK, 36, 4, 0.8f, 0);
    if (s % 2 == 0 && song_in(song, "abco"))
        song_play(song, DUB_HAT, 44, 1, s % 4 == 2 ? 0.9f : 0.45f, 0);
    if ((s == 3 || s == 11) && random_chance(&song->random, 0.4f))
        song_play(song, DUB_RIM, 50, 1, 0.8f, 0);
    if (song_in(song, "abck") && line > -100 && !(song_in(song, "k") && song_progress(song) < 0.4f))
        song_play(song, DUB_BASS, (float)key_pentatonic((struct key){ (song->key.root + key_note(song->key, degree, 0) - key_note(song->key, 0, 0)) % 12,
                  song->key.mode }, line, 2) - 12.0f * (song->key.root > 7), 1.8f, 0.95f, 0);
    key_chord(song->key, degree, 3, 64, notes);
    if (band && (s == 4 || s == 12) && (!song_in(song, "k") || song->bar % 2 == 0))
        for (int i = 0; i < 3; i++)
            song_play(song, DUB_SKANK, (float)notes[i], 0.9f, 0.95f, 0);
    if (song_in(song, "bc") && s % 2 == 0 && s % 4 != 0)
        for (int i = 0; i < 2; i++)
            song_play(song, DUB_BUBBLE, (float)notes[i] - 12, 0.6f, 0.6f, 0.5f);
    if (song_in(song, "bk") && song->motif[0].degree[song->tick % 64] != MOTIF_REST)
        song_play(song, DUB_MELODICA, (float)key_pentatonic(song->key, song->motif[0].degree[song->tick % 64], 4),
                  (float)song->motif[0].length[song->tick % 64] * 0.8f, 0.9f, 0);
    if (s == 14 && song->bar % 8 == 7)
        song_play(song, DUB_SIREN, 69, 6, 0.9f, 0);
    if (song_turnaround(song) && s >= 10)
        song_play(song, DUB_TOM, 55.0f - (float)s, 1, 0.6f, 0);
}

const struct style style_dub = { "dub", "iabbkcbco", 4, 16, 1.15f, 5.0f, dub_prepare, dub_step };
