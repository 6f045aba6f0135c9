/* styles_retro.c - synthwave, chiptune. */
#include "kit.h"
#include "styles.h"

/* ---- synthwave: a bass in eighths, a gated snare, wide chords, a lead that takes its time ---- */

enum { WAVE_KICK, WAVE_SNARE, WAVE_HAT, WAVE_TOM, WAVE_BASS, WAVE_PAD, WAVE_ARP, WAVE_LEAD, WAVE_CRASH, WAVE_CLAP, WAVE_RISER };

static void
synthwave_prepare(struct song *song)
{
    static const int chords[4][4] = { { 0, 5, 2, 6 }, { 5, 6, 0, 0 }, { 0, 6, 5, 6 }, { 0, 2, 6, 3 } };

    song->patch[WAVE_KICK] = kit_kick_round;
    song->patch[WAVE_SNARE] = kit_snare_gated;
    song->patch[WAVE_HAT] = kit_hat_closed;
    song->patch[WAVE_TOM] = kit_tom;
    song->patch[WAVE_BASS] = kit_bass_saw;
    song->patch[WAVE_BASS].duck = 0.7f;
    song->patch[WAVE_PAD] = kit_pad_warm;
    song->patch[WAVE_PAD].duck = 0.45f;
    song->patch[WAVE_PAD].cutoff_hz = 1400.0f;
    song->patch[WAVE_ARP] = kit_stab;
    song->patch[WAVE_ARP].level = 0.13f;
    song->patch[WAVE_ARP].spread = 0.6f;
    song->patch[WAVE_ARP].amp = (struct adsr){ 0.002f, 0.12f, 0.1f, 0.1f };
    song->patch[WAVE_LEAD] = kit_lead_soft;
    song->patch[WAVE_LEAD].wave = WAVE_SAW;
    song->patch[WAVE_LEAD].unison = 3;
    song->patch[WAVE_LEAD].level = 0.2f;
    song->patch[WAVE_CRASH] = kit_crash;
    song->patch[WAVE_CLAP] = kit_clap;
    song->patch[WAVE_RISER] = kit_riser;
    song_chords(song, 2.0f, 4, chords[random_below(&song->random, 4)]);
    motif_make(&song->motif[0], &song->random, 64, 0.22f, 1, 9);
    song->memory[0] = random_below(&song->random, 3);
    delay_init(&song->delay, 3.0f * song->step_s, 4.0f * song->step_s, 0.42f, 300.0f, 5000.0f, song->rate);
    reverb_init(&song->reverb, 1.0f, 2.3f, 0.25f, 0.02f, song->rate);
    song->drive = 0.25f;
}

static void
synthwave_drums(struct song *song)
{
    int s = song->step;
    bool fill = song_turnaround(song) && s >= 8;

    if (s % 8 == 0 || (s == 10 && song->bar % 2) || (song_in(song, "c") && s % 4 == 0))
        song_play(song, WAVE_KICK, 36, 3, 1.0f, 0);
    if (s % 8 == 4) {
        song_play(song, WAVE_SNARE, 40, 4, 1.0f, 0);
        if (song_in(song, "c"))
            song_play(song, WAVE_CLAP, 40, 3, 0.6f, 0);
    }
    if (s % 2 == 0 || song_in(song, "c"))
        song_play(song, WAVE_HAT, 44, 1, s % 4 == 2 ? 0.9f : 0.5f, 0);
    if (fill && s % 2 == 0)
        song_play(song, WAVE_TOM, 57.0f - (float)s, 2, 0.9f, 0);
}

static void
synthwave_step(struct song *song)
{
    static const int arp[3][8] = { { 0, 1, 2, 3, 2, 1, 2, 3 }, { 0, 2, 1, 3, 0, 3, 1, 2 }, { 3, 2, 1, 0, 1, 2, 3, 2 } };
    int degree = song_chord(song, NULL), notes[CHORD_MAX], s = song->step, at = song->tick % 64;
    float root = (float)key_note(song->key, degree, degree > 3 || song->key.root > 8 ? 1 : 2);

    if (song_in(song, "abc"))
        synthwave_drums(song);
    if (song->section_bar == 0 && s == 0 && song_in(song, "bc"))
        song_play(song, WAVE_CRASH, 60, 30, 1.0f, 0);
    if (song_in(song, "abc") && s % 2 == 0)
        song_play(song, WAVE_BASS, root + (s % 8 == 6 ? 12.0f : 0.0f), 1.5f, s % 4 == 0 ? 1.0f : 0.8f, 0);
    if (song_in(song, "k") && s == 0)
        song_play(song, WAVE_BASS, root, 14, 0.8f, 0);
    key_chord(song->key, degree, 4, 60, notes);
    if (song_chord_begins(song))
        for (int i = 0; i < 4; i++)
            song_play(song, WAVE_PAD, (float)notes[i] + (i == 0 ? 12 : 0), 31, song_in(song, "k") ? 1.0f : 0.8f, 0);
    if (song_in(song, "iabko") || (song_in(song, "c") && s % 2 == 0)) {
        int octave = s >= 8 && song_in(song, "bk") ? 24 : 12;

        song->patch[WAVE_ARP].cutoff_hz = song_in(song, "i") ? 500.0f + 1500.0f * song_progress(song) : 1500.0f;
        song_play(song, WAVE_ARP, (float)(notes[arp[song->memory[0]][s / 2 % 8 & 7] % 4] + (s % 2 ? octave : octave - 12)), 0.9f,
                  s % 4 == 0 ? 0.9f : 0.6f, 0);
    }
    if (song_in(song, "bc") && song->motif[0].degree[at] != MOTIF_REST)
        song_play(song, WAVE_LEAD, (float)key_pentatonic(song->key, song->motif[0].degree[at], song_in(song, "c") ? 5 : 4),
                  (float)song->motif[0].length[at] * 0.95f, 0.9f, 0);
    if (song_in(song, "k") && song->section_bars - song->section_bar == 2 && s == 0)
        song_play(song, WAVE_RISER, 60, 31, 0.9f, 0);
    song->low_pass_hz = song_in(song, "i") ? 2000.0f + 9000.0f * song_progress(song) : 0.0f;
}

const struct style style_synthwave = { "synthwave", "iabkcbco", 4, 16, 1.2f, 4.5f, synthwave_prepare, synthwave_step };

/* ---- chiptune: two pulses, a triangle, noise, and arpeggios instead of chords ---- */

enum { CHIP_LEAD, CHIP_ARP, CHIP_BASS, CHIP_KICK, CHIP_SNARE, CHIP_HAT, CHIP_ECHO };

static void
chiptune_prepare(struct song *song)
{
    static const int chords[4][4] = { { 0, 4, 5, 3 }, { 5, 3, 0, 4 }, { 0, 3, 4, 0 }, { 3, 4, 2, 5 } };

    song->patch[CHIP_LEAD] = (struct patch){ .kind = PATCH_ANALOG, .level = 0.17f, .pan = -0.15f, .delay = 0.2f, .amp = { 0.001f, 0.25f, 0.6f, 0.02f },
        .wave = WAVE_PULSE, .pulse_width = 0.25f, .vibrato_hz = 6.0f, .vibrato_cents = 22.0f };
    song->patch[CHIP_ARP] = (struct patch){ .kind = PATCH_ANALOG, .level = 0.11f, .pan = 0.35f, .amp = { 0.001f, 0.1f, 0.5f, 0.01f }, .wave = WAVE_PULSE,
        .pulse_width = 0.125f };
    song->patch[CHIP_BASS] = (struct patch){ .kind = PATCH_ANALOG, .level = 0.36f, .amp = { 0.001f, 0.3f, 0.9f, 0.01f }, .wave = WAVE_TRIANGLE };
    song->patch[CHIP_ECHO] = song->patch[CHIP_LEAD];
    song->patch[CHIP_ECHO].pan = 0.4f;
    song->patch[CHIP_ECHO].level = 0.06f;
    song->patch[CHIP_KICK] = kit_kick_hard;
    song->patch[CHIP_KICK].tone_decay_s = 0.16f;
    song->patch[CHIP_KICK].level = 0.6f;
    song->patch[CHIP_SNARE] = kit_snare_dusty;
    song->patch[CHIP_SNARE].reverb = 0.0f;
    song->patch[CHIP_SNARE].noise_hz = 3200.0f;
    song->patch[CHIP_HAT] = kit_hat_closed;
    song->patch[CHIP_HAT].noise_decay_s = 0.03f;
    song_chords(song, 1.0f, 4, chords[random_below(&song->random, 4)]);
    motif_make(&song->motif[0], &song->random, 64, 0.5f, 1, 10);
    motif_make(&song->motif[1], &song->random, 64, 0.4f, 3, 11);
    delay_init(&song->delay, 3.0f * song->step_s, 3.0f * song->step_s, 0.25f, 300.0f, 7000.0f, song->rate);
    reverb_init(&song->reverb, 0.4f, 0.5f, 0.5f, 0.01f, song->rate);
}

static void
chiptune_step(struct song *song)
{
    int degree = song_chord(song, NULL), notes[CHORD_MAX], s = song->step, at = song->tick % 64;
    const struct motif *motif = &song->motif[song_in(song, "c") ? 1 : 0];
    float root = (float)key_note(song->key, degree, 2);
    bool drums = song_in(song, "abc") && !(song_turnaround(song) && s >= 14);

    if (drums && (s % 8 == 0 || s == 6 || (s == 14 && song->bar % 2)))
        song_play(song, CHIP_KICK, 36, 2, 1.0f, 0);
    if ((drums && s % 8 == 4) || (song_turnaround(song) && s >= 12))
        song_play(song, CHIP_SNARE, 40, 2, 0.9f, 0);
    if (drums && s % 2 == 0)
        song_play(song, CHIP_HAT, 44, 1, s % 4 ? 0.9f : 0.5f, 0);
    if (!song_in(song, "i") && !(song_in(song, "k") && song_progress(song) < 0.5f) && s % 2 == 0)
        song_play(song, CHIP_BASS, root + (s % 4 == 2 ? 12.0f : 0.0f) + (s == 14 ? 7.0f : 0.0f), 1.6f, 0.95f, 0);
    key_chord(song->key, degree, 4, 67, notes);
    for (int i = 0; i < 3; i++)     /* three notes within a sixteenth: a chord on a chip that has one voice left */
        if (!song_in(song, "o") || s < 8)
            song_play(song, CHIP_ARP, (float)notes[(i + s) % 4], 0.33f, song_in(song, "ik") ? 1.0f : 0.75f, (float)i / 3.0f);
    if (song_in(song, "abck") && motif->degree[at] != MOTIF_REST && !(song_in(song, "k") && s % 4)) {
        float note = (float)key_pentatonic(song->key, motif->degree[at], 4);
        float steps = (float)motif->length[at] * 0.85f;

        song_play(song, CHIP_LEAD, note + (song_in(song, "c") ? 12 : 0), steps, 0.95f, 0);
        song_play(song, CHIP_ECHO, note + (song_in(song, "c") ? 12 : 0), steps, 0.9f, 3.0f);
        if (song_in(song, "b"))
            song_play(song, CHIP_ECHO, (float)key_pentatonic(song->key, motif->degree[at] - 2, 4), steps, 1.0f, 0);
    }
}

const struct style style_chiptune = { "chiptune", "iabkcabco", 4, 16, 0.8f, 2.0f, chiptune_prepare, chiptune_step };
