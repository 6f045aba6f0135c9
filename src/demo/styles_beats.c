/* styles_beats.c - lo-fi hip hop, drum & bass. */
#include "kit.h"
#include "styles.h"

/* ---- lo-fi: late drums, electric piano, a tape that is not quite steady ---- */

enum { LOFI_KICK, LOFI_SNARE, LOFI_HAT, LOFI_KEYS, LOFI_BASS, LOFI_LEAD, LOFI_CRACKLE, LOFI_HISS, LOFI_RIM, LOFI_GUITAR };

static void
lofi_prepare(struct song *song)
{
    static const int chords[4][4] = { { 1, 4, 0, 5 }, { 3, 2, 1, 0 }, { 0, 5, 1, 4 }, { 3, 4, 2, 5 } };

    song->patch[LOFI_KICK] = kit_kick_dusty;
    song->patch[LOFI_SNARE] = kit_snare_dusty;
    song->patch[LOFI_HAT] = kit_hat_closed;
    song->patch[LOFI_HAT].noise_hz = 6200.0f;
    song->patch[LOFI_KEYS] = kit_electric_piano;
    song->patch[LOFI_KEYS].duck = 0.35f;
    song->patch[LOFI_BASS] = kit_bass_round;
    song->patch[LOFI_BASS].cutoff_hz = 300.0f;
    song->patch[LOFI_BASS].duck = 0.3f;
    song->patch[LOFI_LEAD] = random_chance(&song->random, 0.5f) ? kit_kalimba : kit_marimba;
    song->patch[LOFI_LEAD].delay = 0.3f;
    song->patch[LOFI_CRACKLE] = (struct patch){ .kind = PATCH_NOISE, .level = 0.5f, .amp = { 1.0f, 1.0f, 1.0f, 1.5f }, .shape = NOISE_CRACKLE,
        .density = 14.0f, .cutoff_hz = 2600.0f, .quality = 0.7f };
    song->patch[LOFI_HISS] = (struct patch){ .kind = PATCH_NOISE, .level = 0.006f, .amp = { 0.5f, 1.0f, 1.0f, 1.5f }, .shape = NOISE_HIGH,
        .cutoff_hz = 3000.0f };
    song->patch[LOFI_RIM] = kit_rim;
    song->patch[LOFI_GUITAR] = kit_guitar;
    song->patch[LOFI_GUITAR].brightness = 0.25f;
    song->patch[LOFI_GUITAR].level = 0.3f;
    song->patch[LOFI_GUITAR].ring_s = 1.6f;
    song_chords(song, 1.0f, 4, chords[random_below(&song->random, 4)]);
    motif_make(&song->motif[0], &song->random, 64, 0.26f, 2, 9);
    song->memory[0] = random_below(&song->random, 3);
    delay_init(&song->delay, 3.0f * song->step_s, 4.0f * song->step_s, 0.35f, 300.0f, 3000.0f, song->rate);
    reverb_init(&song->reverb, 0.6f, 1.3f, 0.5f, 0.01f, song->rate);
    song->swing = 0.32f;
    song->humanise_s = 0.012f;
    song->wow_s = 0.0016f;
    song->drive = 0.5f;
    song->low_pass_hz = 2500.0f;
    song->sweep_s = 1.0f;
}

static void
lofi_step(struct song *song)
{
    static const char *const kick[3] = { "x------x--x-----", "x--x------x----x", "x-----x---xx----" };
    int degree = song_chord(song, NULL), notes[CHORD_MAX], s = song->step, at = song->tick % 64;
    bool drums = song_in(song, "abc") && !(song_turnaround(song) && s >= 12);
    float root = (float)key_note(song->key, degree, degree > 3 ? 1 : 2);

    song->low_pass_hz = song_in(song, "i") ? 1400.0f : song_in(song, "k") ? 1100.0f : song_in(song, "o") ? 2600.0f : 8200.0f;
    if (song->tick % 128 == 0) {
        song_play(song, LOFI_CRACKLE, 60, 128, 1.0f, 0);
        song_play(song, LOFI_HISS, 60, 128, 1.0f, 0);
    }
    if (drums && pattern_hits(kick[song->memory[0]], s))
        song_play(song, LOFI_KICK, 36, 3, s ? 0.85f : 1.0f, 0.06f);
    if (drums && s % 8 == 4)
        song_play(song, LOFI_SNARE, 40, 3, 0.95f, 0.16f);
    if (drums && random_chance(&song->random, s == 15 || s == 7 ? 0.35f : 0.03f))
        song_play(song, LOFI_SNARE, 40, 2, 0.25f, 0.1f);
    if (drums && (s % 2 == 0 || random_chance(&song->random, 0.2f)))
        song_play(song, LOFI_HAT, 44, 1, s % 4 == 2 ? 0.9f : 0.5f + 0.2f * random_unit(&song->random), 0.05f);
    if (song_in(song, "k") && s % 8 == 4)
        song_play(song, LOFI_RIM, 60, 1, 0.8f, 0.1f);
    key_chord(song->key, degree, 5, 59, notes);
    if (s == 0 || (s == 10 && song->bar % 2) || (s == 6 && song_in(song, "c") && song->bar % 4 == 2))
        for (int i = 0; i < 5; i++)
            song_play(song, LOFI_KEYS, (float)notes[i], s ? 5 : 9, 0.7f, 0.13f * (float)i);
    if (song_in(song, "abco") && (s == 0 || s == 7 || (s == 10 && song->bar % 2) || s == 14))
        song_play(song, LOFI_BASS, root + (s == 14 ? 7.0f : 0.0f), s ? 2.2f : 5, s ? 0.75f : 1.0f, 0.05f);
    if (song_in(song, "bck") && song->motif[0].degree[at] != MOTIF_REST)
        song_play(song, song_in(song, "k") ? LOFI_GUITAR : LOFI_LEAD, (float)key_pentatonic(song->key, song->motif[0].degree[at], 4), 4,
                  random_between(&song->random, 0.6f, 1.0f), 0.1f);
    if (song_in(song, "c") && s % 8 == 2)
        song_play(song, LOFI_GUITAR, (float)notes[(song->bar + s) % 5] + 12, 4, 0.6f, 0);
}

const struct style style_lofi = { "lofi", "iabkcbo", 4, 16, 1.25f, 5.0f, lofi_prepare, lofi_step };

/* ---- drum & bass: a broken beat at 174, a bass that growls, wide chords at half the speed ---- */

enum { DNB_KICK, DNB_SNARE, DNB_GHOST, DNB_HAT, DNB_RIDE, DNB_REESE, DNB_SUB, DNB_PAD, DNB_BELL, DNB_RISER, DNB_CRASH, DNB_VOICE };

static void
dnb_prepare(struct song *song)
{
    static const int chords[3][4] = { { 0, 5, 2, 6 }, { 0, 3, 5, 4 }, { 5, 6, 0, 0 } };

    song->patch[DNB_KICK] = kit_kick_hard;
    song->patch[DNB_KICK].tone_decay_s = 0.22f;
    song->patch[DNB_SNARE] = kit_snare_tight;
    song->patch[DNB_SNARE].level = 0.62f;
    song->patch[DNB_GHOST] = kit_snare_dusty;
    song->patch[DNB_HAT] = kit_hat_closed;
    song->patch[DNB_RIDE] = kit_ride;
    song->patch[DNB_REESE] = (struct patch){ .kind = PATCH_ANALOG, .level = 0.17f, .duck = 0.55f, .amp = { 0.01f, 0.3f, 0.9f, 0.08f }, .wave = WAVE_SAW,
        .unison = 5, .detune_cents = 24.0f, .cutoff_hz = 460.0f, .quality = 2.4f, .wander_hz = 0.9f, .wander_octaves = 1.3f, .drive = 1.4f };
    song->patch[DNB_SUB] = kit_bass_sub;
    song->patch[DNB_SUB].level = 0.36f;
    song->patch[DNB_SUB].duck = 0.6f;
    song->patch[DNB_PAD] = kit_pad_warm;
    song->patch[DNB_PAD].duck = 0.4f;
    song->patch[DNB_PAD].cutoff_hz = 1500.0f;
    song->patch[DNB_BELL] = kit_bell;
    song->patch[DNB_RISER] = kit_riser;
    song->patch[DNB_CRASH] = kit_crash;
    song->patch[DNB_VOICE] = kit_voice;
    song->patch[DNB_VOICE].delay = 0.6f;
    song->patch[DNB_VOICE].reverb = 0.6f;
    song->patch[DNB_VOICE].level = 0.2f;
    song_chords(song, 2.0f, 4, chords[random_below(&song->random, 3)]);
    song->memory[0] = random_below(&song->random, 3);
    motif_make(&song->motif[0], &song->random, 64, 0.22f, 3, 10);
    motif_make(&song->motif[1], &song->random, 32, 0.35f, -1, 3);
    delay_init(&song->delay, 6.0f * song->step_s, 9.0f * song->step_s, 0.5f, 400.0f, 5000.0f, song->rate);
    reverb_init(&song->reverb, 1.2f, 2.8f, 0.3f, 0.02f, song->rate);
    song->humanise_s = 0.002f;
    song->drive = 0.35f;
}

static void
dnb_drums(struct song *song)
{
    static const char *const kick[3] = { "x---------x-----", "x-----x---x-----", "x--x------x--x--" };
    int s = song->step;
    bool fill = song_turnaround(song) && s >= 8;

    if (pattern_hits(kick[(song->memory[0] + (song->bar % 4 == 3)) % 3], s))
        song_play(song, DNB_KICK, 36, 3, 1.0f, 0);
    if (s == 4 || s == 12 || (fill && s % 3 == 0))
        song_play(song, DNB_SNARE, 40, 3, fill ? 0.8f : 1.0f, 0);
    if (s == 7 || s == 9 || s == 15 || (s == 14 && song->bar % 2))
        song_play(song, DNB_GHOST, 40, 2, 0.3f + 0.25f * random_unit(&song->random), 0);
    song_play(song, DNB_HAT, 44, 1, s % 2 ? 0.3f + 0.2f * random_unit(&song->random) : 0.8f, 0);
    if (song_in(song, "d") && s % 4 == 0)
        song_play(song, DNB_RIDE, 51, 2, 1.0f, 0);
}

static void
dnb_step(struct song *song)
{
    int degree = song_chord(song, NULL), notes[CHORD_MAX], s = song->step, at = song->tick % 32;
    float root = (float)key_note(song->key, degree, degree > 4 || song->key.root > 7 ? 1 : 2);

    if (song_in(song, "bd"))
        dnb_drums(song);
    else if (song_in(song, "ao") && s % 2 == 0)
        song_play(song, DNB_HAT, 44, 1, s % 4 == 0 ? 0.7f : 0.4f, 0);
    if (song_in(song, "a") && (s == 0 || s == 10))
        song_play(song, DNB_KICK, 36, 3, 0.8f, 0);
    if (song_in(song, "bd") && song->motif[1].degree[at] != MOTIF_REST) {
        float shift = song->motif[1].degree[at] > 1 ? 7.0f : song->motif[1].degree[at] < 0 ? -2.0f : 0.0f;

        song->patch[DNB_REESE].wander_hz = song_in(song, "d") ? 2.9f : 0.9f;
        song_play(song, DNB_REESE, root + shift, (float)song->motif[1].length[at] * 0.95f, 0.95f, 0);
        song_play(song, DNB_SUB, root + shift, (float)song->motif[1].length[at] * 0.95f, 0.9f, 0);
    }
    if (song_chord_begins(song) && song_in(song, "iakbdo")) {
        key_chord(song->key, degree, 5, 60, notes);
        for (int i = 0; i < 5; i++)
            song_play(song, DNB_PAD, (float)notes[i], 32, song_in(song, "bd") ? 0.55f : 1.0f, 0);
    }
    if (song_in(song, "iakd") && song->motif[0].degree[song->tick % 64] != MOTIF_REST)
        song_play(song, DNB_BELL, (float)key_pentatonic(song->key, song->motif[0].degree[song->tick % 64], 5), 6, 0.9f, 0);
    if (song_in(song, "k") && s == 0 && song->bar % 2 == 0)
        song_speak(song, DNB_VOICE, (float)key_pentatonic(song->key, 2 + song->bar / 2 % 3, 4), 14, 0.9f, 0, VOWEL_O, VOWEL_A);
    if (song->section_bar == 0 && s == 0 && song_in(song, "bd"))
        song_play(song, DNB_CRASH, 60, 30, 1.0f, 0);
    if (song_in(song, "ak") && song->section_bars - song->section_bar == 4 && s == 0)
        song_play(song, DNB_RISER, 60, 63, 1.0f, 0);
    if (song_in(song, "ak") && song->section_bars - song->section_bar <= 2 && (song_turnaround(song) || s % 2 == 0))
        song_play(song, DNB_SNARE, 40, 1, 0.15f + 0.5f * song_progress(song), 0);
    song->low_pass_hz = song_in(song, "i") ? 900.0f + 4000.0f * song_progress(song) : song_in(song, "o") ? 5000.0f : 0.0f;
    song->high_pass_hz = song_in(song, "k") && song_progress(song) > 0.6f ? 200.0f : 0.0f;
}

const struct style style_drum_and_bass = { "drum-and-bass", "iabbkddo", 4, 16, 1.25f, 3.5f, dnb_prepare, dnb_step };
