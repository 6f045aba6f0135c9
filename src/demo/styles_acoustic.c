/* styles_acoustic.c - plucked strings, and a voice that speaks a language of vowels. */
#include "kit.h"
#include "styles.h"

/* ---- folk: finger-picked strings, a second guitar that answers, feet and hands ---- */

enum { FOLK_GUITAR, FOLK_SECOND, FOLK_BASS, FOLK_SHAKER, FOLK_FOOT, FOLK_HANDS, FOLK_FLUTE, FOLK_DULCIMER };

static void
folk_prepare(struct song *song)
{
    static const int chords[4][8] = { { 0, 4, 5, 3, 0, 4, 3, 4 }, { 0, 3, 0, 4, 5, 3, 1, 4 }, { 5, 3, 0, 4, 5, 3, 4, 4 }, { 0, 5, 3, 4, 0, 2, 3, 0 } };

    song->patch[FOLK_GUITAR] = kit_guitar;
    song->patch[FOLK_GUITAR].pan = -0.25f;
    song->patch[FOLK_GUITAR].spread = 0.1f;
    song->patch[FOLK_SECOND] = kit_guitar;
    song->patch[FOLK_SECOND].pan = 0.4f;
    song->patch[FOLK_SECOND].spread = 0.1f;
    song->patch[FOLK_SECOND].brightness = 0.75f;
    song->patch[FOLK_SECOND].level = 0.36f;
    song->patch[FOLK_BASS] = kit_guitar;
    song->patch[FOLK_BASS].brightness = 0.14f;
    song->patch[FOLK_BASS].level = 0.75f;
    song->patch[FOLK_BASS].spread = 0.0f;
    song->patch[FOLK_BASS].ring_s = 2.4f;
    song->patch[FOLK_SHAKER] = kit_shaker;
    song->patch[FOLK_FOOT] = kit_kick_dusty;
    song->patch[FOLK_FOOT].level = 0.5f;
    song->patch[FOLK_FOOT].triggers_duck = false;
    song->patch[FOLK_HANDS] = kit_clap;
    song->patch[FOLK_HANDS].level = 0.3f;
    song->patch[FOLK_FLUTE] = (struct patch){ .kind = PATCH_ANALOG, .level = 0.13f, .pan = 0.1f, .reverb = 0.5f, .delay = 0.12f,
        .amp = { 0.06f, 0.4f, 0.85f, 0.14f }, .wave = WAVE_TRIANGLE, .breath = 0.05f, .cutoff_hz = 2600.0f, .vibrato_hz = 4.8f, .vibrato_cents = 16.0f };
    song->patch[FOLK_DULCIMER] = kit_guitar;
    song->patch[FOLK_DULCIMER].brightness = 0.95f;
    song->patch[FOLK_DULCIMER].ring_s = 1.4f;
    song->patch[FOLK_DULCIMER].level = 0.3f;
    song->patch[FOLK_DULCIMER].spread = 0.6f;
    song_chords(song, 1.0f, 8, chords[random_below(&song->random, 4)]);
    song->memory[0] = random_below(&song->random, 3);
    motif_make(&song->motif[0], &song->random, 4 * song->style->steps_per_bar, 0.3f, 2, 9);
    delay_init(&song->delay, 0.23f, 0.31f, 0.2f, 300.0f, 4000.0f, song->rate);
    reverb_init(&song->reverb, 0.7f, 1.5f, 0.4f, 0.012f, song->rate);
    song->humanise_s = 0.016f;
}

static void
folk_step(struct song *song)
{
    static const int picking[3][6] = { { 0, 2, 3, 1, 3, 2 }, { 0, 3, 1, 2, 3, 1 }, { 0, 1, 2, 3, 2, 1 } };
    int degree = song_chord(song, NULL), notes[CHORD_MAX], s = song->step, at = song->tick % song->motif[0].steps;
    bool last = song->bar == song->bars - 1;

    key_chord(song->key, degree, 3, 57, notes);
    notes[3] = notes[0] + 12;
    if (last) {
        if (s == 0)
            for (int i = 0; i < 4; i++)
                song_play(song, FOLK_GUITAR, (float)notes[i], 30, 0.7f, 0.25f * (float)i);
        return;
    }
    if (s % 2 == 0) {
        int pick = picking[song->memory[0]][s / 2];

        song_play(song, FOLK_GUITAR, (float)notes[pick], 5, s == 0 ? 0.9f : 0.5f + 0.2f * random_unit(&song->random), 0);
    }
    if (s == 0)
        song_play(song, FOLK_BASS, (float)key_note(song->key, degree, 2) - (degree > 4 ? 12 : 0), 9, 0.9f, 0);
    if (s == 8 && song_in(song, "bc"))
        song_play(song, FOLK_BASS, (float)key_note(song->key, degree + 4, 2) - 12, 4, 0.7f, 0);
    if (song_in(song, "c") && (s == 0 || s == 4 || s == 6 || s == 10))
        for (int i = 0; i < 4; i++)     /* a strum, down on the beat and up between */
            song_play(song, FOLK_SECOND, (float)notes[s % 4 ? 3 - i : i] + 12, 3, s == 0 ? 0.65f : 0.45f, 0.11f * (float)i);
    if (song_in(song, "abc") && song->motif[0].degree[at] != MOTIF_REST && !song_in(song, "c"))
        song_play(song, FOLK_SECOND, (float)key_pentatonic(song->key, song->motif[0].degree[at], 4), 5, 0.85f, 0);
    if (song_in(song, "cb") && song->motif[0].degree[at] != MOTIF_REST && (song_in(song, "c") || song->bar % 4 > 1))
        song_play(song, FOLK_FLUTE, (float)key_pentatonic(song->key, song->motif[0].degree[at], 5), (float)song->motif[0].length[at] * 0.9f, 0.8f, 0);
    if (song_in(song, "bc")) {
        song_play(song, FOLK_SHAKER, 70, 1, s % 4 == 0 ? 0.9f : 0.45f, 0);
        if (s == 0)
            song_play(song, FOLK_FOOT, 36, 3, 0.9f, 0);
        if (song_in(song, "c") && (s == 4 || s == 8))
            song_play(song, FOLK_HANDS, 40, 3, 0.7f, 0);
    }
    if (song_in(song, "k"))
        song_play(song, FOLK_DULCIMER, (float)notes[(s * 5 + song->bar) % 4] + 12 + (s % 3 ? 0 : 12), 3, 0.35f + 0.4f * song_progress(song), 0);
}

const struct style style_folk = { "folk", "iabkcbco", 4, 12, 0.95f, 4.0f, folk_prepare, folk_step };

/* ---- spoken: sentences of vowels over a slow pulse, a choir when the thought is finished ---- */

enum { SPOKEN_VOICE, SPOKEN_CONSONANT, SPOKEN_CHOIR, SPOKEN_KEYS, SPOKEN_BASS, SPOKEN_KICK, SPOKEN_RIM, SPOKEN_PAD, SPOKEN_SECOND };

/* memory: syllables left in the sentence, steps to wait, pitch, last vowel, syllables in all, word gap */
enum { SAY_LEFT, SAY_WAIT, SAY_PITCH, SAY_VOWEL, SAY_LENGTH };

static void
spoken_prepare(struct song *song)
{
    static const int chords[3][4] = { { 0, 5, 3, 4 }, { 0, 2, 5, 4 }, { 5, 3, 0, 4 } };

    song->patch[SPOKEN_VOICE] = kit_voice;
    song->patch[SPOKEN_VOICE].level = 0.55f;
    song->patch[SPOKEN_VOICE].amp = (struct adsr){ 0.025f, 0.2f, 0.7f, 0.05f };
    song->patch[SPOKEN_VOICE].reverb = 0.14f;
    song->patch[SPOKEN_SECOND] = song->patch[SPOKEN_VOICE];
    song->patch[SPOKEN_SECOND].brightness = 0.16f;
    song->patch[SPOKEN_SECOND].pan = 0.4f;
    song->patch[SPOKEN_CONSONANT] = (struct patch){ .kind = PATCH_DRUM, .level = 0.16f, .reverb = 0.2f, .amp = { 0.008f, 0.06f, 0.0f, 0.03f },
        .noise = 1.0f, .noise_hz = 5200.0f, .noise_quality = 1.4f, .noise_decay_s = 0.12f, .shape = NOISE_BAND };
    song->patch[SPOKEN_CHOIR] = kit_voice;
    song->patch[SPOKEN_CHOIR].level = 0.13f;
    song->patch[SPOKEN_CHOIR].spread = 0.8f;
    song->patch[SPOKEN_CHOIR].reverb = 0.9f;
    song->patch[SPOKEN_CHOIR].amp = (struct adsr){ 0.8f, 1.0f, 0.8f, 1.4f };
    song->patch[SPOKEN_KEYS] = kit_electric_piano;
    song->patch[SPOKEN_KEYS].delay = 0.25f;
    song->patch[SPOKEN_BASS] = kit_bass_sub;
    song->patch[SPOKEN_BASS].level = 0.2f;
    song->patch[SPOKEN_KICK] = kit_kick_dusty;
    song->patch[SPOKEN_KICK].level = 0.6f;
    song->patch[SPOKEN_RIM] = kit_rim;
    song->patch[SPOKEN_RIM].delay = 0.3f;
    song->patch[SPOKEN_PAD] = kit_pad_warm;
    song->patch[SPOKEN_PAD].level = 0.05f;
    song_chords(song, 2.0f, 4, chords[random_below(&song->random, 3)]);
    song->memory[SAY_PITCH] = 45 + song->key.root % 5;
    delay_init(&song->delay, 4.0f * song->step_s, 6.0f * song->step_s, 0.4f, 400.0f, 3500.0f, song->rate);
    reverb_init(&song->reverb, 1.2f, 3.0f, 0.35f, 0.03f, song->rate);
    song->humanise_s = 0.02f;
}

/* Speech has sentences: pitch falls towards their end, words have one to four syllables, and one must breathe. */
static void
spoken_say(struct song *song)
{
    int *m = song->memory;

    if (m[SAY_WAIT]-- > 0)
        return;
    if (m[SAY_LEFT] <= 0) {
        m[SAY_LENGTH] = m[SAY_LEFT] = 6 + random_below(&song->random, 9);
        m[SAY_WAIT] = 5 + random_below(&song->random, 7);
        return;
    }
    float done = 1.0f - (float)m[SAY_LEFT] / (float)m[SAY_LENGTH];
    float pitch = (float)m[SAY_PITCH] + 4.0f * (1.0f - done) + 3.0f * sine_turns(phase_wrap(done * 1.7f)) + random_between(&song->random, -1.0f, 1.0f);
    bool word_ends = random_chance(&song->random, 0.38f), stressed = random_chance(&song->random, 0.35f);
    int vowel = random_below(&song->random, VOWEL_COUNT);
    float steps = (m[SAY_LEFT] == 1 ? 2.6f : stressed ? 1.7f : 1.0f) * random_between(&song->random, 0.8f, 1.1f);

    if (random_chance(&song->random, 0.55f))
        song_play(song, SPOKEN_CONSONANT, 60, 0.5f, random_between(&song->random, 0.4f, 1.0f), 0);
    song_speak(song, song_in(song, "b") && song->bar / 2 % 2 ? SPOKEN_SECOND : SPOKEN_VOICE, pitch + (stressed ? 2.0f : 0.0f), steps,
               stressed ? 1.0f : 0.75f, 0.25f, m[SAY_VOWEL], vowel);
    m[SAY_VOWEL] = vowel;
    m[SAY_WAIT] = (stressed || word_ends ? 1 : 0) + (word_ends ? 1 : 0);
    m[SAY_LEFT]--;
}

static void
spoken_step(struct song *song)
{
    int degree = song_chord(song, NULL), notes[CHORD_MAX], s = song->step;
    bool beat = song_in(song, "bc");

    if (song_in(song, "abk"))
        spoken_say(song);
    key_chord(song->key, degree, 5, 60, notes);
    if (s == 0 || (s == 10 && song_in(song, "bc")))
        for (int i = 0; i < 5; i++)
            song_play(song, SPOKEN_KEYS, (float)notes[i], 9, song_in(song, "k") ? 0.4f : 0.6f, 0.3f * (float)i);
    if (song_chord_begins(song)) {
        for (int i = 0; i < 4; i++)
            song_play(song, SPOKEN_PAD, (float)notes[i] - 12, 32, 0.9f, 0);
        if (!song_in(song, "ik"))
            song_play(song, SPOKEN_BASS, (float)key_note(song->key, degree, degree > 3 ? 1 : 2) - (song->key.root > 8 ? 12 : 0), 28, 0.9f, 0);
        if (song_in(song, "co"))
            for (int i = 0; i < 4; i++)
                song_speak(song, SPOKEN_CHOIR, (float)notes[i], 29, 0.9f, (float)i * 0.5f, VOWEL_O, VOWEL_A);
    }
    if (beat && (s == 0 || s == 7 || s == 10))
        song_play(song, SPOKEN_KICK, 36, 3, s ? 0.7f : 1.0f, 0);
    if (beat && s % 8 == 4)
        song_play(song, SPOKEN_RIM, 60, 1, 0.9f, 0);
}

const struct style style_spoken = { "spoken", "iabcakbco", 2, 16, 1.0f, 4.0f, spoken_prepare, spoken_step };
