/* Tempo, key and timbre: on recordings whose truth is known because they were generated (pieces.h). That is evidence about synthetic music, no more. The short level
 * takes every thirteenth piece. */
#include "support.h"

#include "../level.h"
#include "music.h"
#include "pieces.h"
#include "worker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVERY 13
#define BLOCK 4096
#define TEMPO_BOUND 0.005

enum verdict { RIGHT, UNSURE, OCTAVE, WRONG, VERDICTS };

struct tally {
    int tempo[VERDICTS], key[VERDICTS]; /* of the key, OCTAVE is the relative key */
    int keyless; /* pieces that have no key */
};

static struct tally tallies[PIECE_KINDS], all;

static struct music_result
hear(const float *left, const float *right, size_t frames, int rate)
{
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    struct music *music = music_new(&stereo, AV_SAMPLE_FMT_FLT, rate);
    static float samples[2 * BLOCK];
    uint8_t *data[] = { (uint8_t *)samples };
    AVFrame block = { .format = AV_SAMPLE_FMT_FLT, .extended_data = data };
    struct music_result result;

    assert_non_null(music);
    for (size_t at = 0; at < frames; at += BLOCK) {
        block.nb_samples = (int)(frames - at < BLOCK ? frames - at : BLOCK);
        for (int i = 0; i < block.nb_samples; i++) {
            samples[2 * i] = left[at + (size_t)i];
            samples[2 * i + 1] = right[at + (size_t)i];
        }
        assert_int_equal(music_add(music, &block), 0);
    }
    music_conclude(music, &result);
    music_free(music);
    return result;
}

/* A piece whose tempo changes, or that has none, must be unsure. */
static enum verdict
judge_tempo(const struct piece *p, const struct rhythm_result *r)
{
    double ratio = p->bpm > 0 ? r->bpm / p->bpm : 0;

    if (!r->is_sure)
        return UNSURE;
    if (p->bpm <= 0 || p->end_bpm > 0)
        return WRONG;
    if (fabs(ratio - 1) <= TEMPO_BOUND)
        return RIGHT;
    return fabs(ratio - 2) <= 2 * TEMPO_BOUND || fabs(ratio - 0.5) <= TEMPO_BOUND / 2 ? OCTAVE : WRONG;
}

static enum verdict
judge_key(const struct piece *p, const struct tonality_result *t)
{
    int relative = p->is_minor ? (p->root + 3) % 12 : (p->root + 9) % 12;

    if (!t->is_sure)
        return UNSURE;
    if (p->root < 0)
        return WRONG;
    if (t->root == p->root && t->is_minor == p->is_minor)
        return RIGHT;
    return t->root == relative && t->is_minor != p->is_minor ? OCTAVE : WRONG;
}

static void
add(struct tally *to, const struct tally *from)
{
    for (int i = 0; i < VERDICTS; i++) {
        to->tempo[i] += from->tempo[i];
        to->key[i] += from->key[i];
    }
    to->keyless += from->keyless;
}

static void
print(const char *name, const struct tally *t)
{
    printf("%-9s | tempo: %3d right %3d unsure %2d octave %2d wrong | key: %3d exact %3d unsure %2d relative %2d wrong (%d without)\n", name, t->tempo[RIGHT],
           t->tempo[UNSURE], t->tempo[OCTAVE], t->tempo[WRONG], t->key[RIGHT], t->key[UNSURE], t->key[OCTAVE], t->key[WRONG], t->keyless);
}

static void
hear_all(void)
{
    for (size_t i = 0; i < pieces_count(); i += test_is_full() ? 1 : EVERY) {
        struct piece p = piece_make(i);
        struct music_result heard = hear(p.left, p.right, p.frames, PIECES_RATE);
        enum verdict tempo = judge_tempo(&p, &heard.rhythm), key = judge_key(&p, &heard.tonality);
        struct tally *t = &tallies[p.kind];

        t->tempo[tempo]++;
        t->key[key]++;
        t->keyless += p.root < 0;
        if (tempo > UNSURE || key > UNSURE)
            printf("%zu %s, %s, seed %u: tempo %.2f heard %.2f (%.2f), key %d%s heard %d%s (%.2f)\n", i, piece_kind_names[p.kind], p.what, p.seed, p.bpm,
                   heard.rhythm.bpm, heard.rhythm.confidence, p.root, p.is_minor ? "m" : "", heard.tonality.root, heard.tonality.is_minor ? "m" : "",
                   heard.tonality.confidence);
        if (p.kind == PIECE_DETUNED && heard.tonality.is_in_tune)
            assert_true(fabs(heard.tonality.tuning_cents - p.cents) < 8);
        piece_free(&p);
    }
    for (int i = 0; i < PIECE_KINDS; i++) {
        print(piece_kind_names[i], &tallies[i]);
        add(&all, &tallies[i]);
    }
    print("all", &all);
}

static void
a_tempo_is_right_or_unsure(void **state)
{
    int count = 0, steady = 0, right = all.tempo[RIGHT];

    (void)state;
    for (int i = 0; i < VERDICTS; i++) {
        count += all.tempo[i];
        for (int k = PIECE_DEMO; k <= PIECE_DETUNED; k++)
            steady += tallies[k].tempo[i];
    }
    assert_true(!test_is_full() || count >= 200);
    assert_true(10 * (right + all.tempo[UNSURE]) >= 9 * count);
    assert_true(2 * right >= steady); /* being unsure of everything is no measurement */
}

static void
a_tempo_that_changes_is_unsure(void **state)
{
    (void)state;
    assert_true(tallies[PIECE_CHANGING].tempo[UNSURE] > 0);
    assert_int_equal(tallies[PIECE_CHANGING].tempo[WRONG], 0);
}

static void
a_key_that_is_named_is_mostly_exact(void **state)
{
    int named = all.key[RIGHT] + all.key[OCTAVE] + all.key[WRONG], keyed = named + all.key[UNSURE] - all.keyless;

    (void)state;
    assert_true(10 * all.key[RIGHT] >= 7 * named);
    assert_true(5 * named >= 2 * keyed);
}

static void
noise_and_speech_have_neither_tempo_nor_key(void **state)
{
    (void)state;
    for (int k = PIECE_SPEECH; k <= PIECE_NOISE; k++) {
        assert_true(tallies[k].tempo[UNSURE] > 0);
        assert_int_equal(tallies[k].tempo[WRONG], 0);
        assert_int_equal(tallies[k].key[WRONG], 0);
    }
}

/* 128 beats a minute, in A minor: each beat a chord that dies away over a low thump. */
static double
beat(int64_t frame, int channel, int rate)
{
    static const int chords[4][3] = { { 57, 60, 64 }, { 53, 57, 60 }, { 50, 53, 57 }, { 52, 56, 59 } };
    double t = (double)frame / rate - 0.1, beats = t * 128 / 60, in_beat = (beats - floor(beats)) * 60 / 128, sum = 0;
    const int *chord = chords[(int)floor(beats / 4) & 3];

    (void)channel;
    if (t < 0)
        return 0;
    for (int i = 0; i < 3; i++)
        for (int harmonic = 1; harmonic <= 3; harmonic++)
            sum += 0.1 / harmonic * sin(2 * M_PI * 440 * pow(2, (chord[i] - 69) / 12.0) * harmonic * t);
    return sum * exp(-3 * in_beat) * fmin(1, in_beat * 300) + 0.4 * exp(-30 * in_beat) * sin(2 * M_PI * 55 * in_beat);
}

static const json_t *
music_of(const struct run *run)
{
    const json_t *music = json_object_get(run->result, "music");

    assert_int_equal(run->outcome.kind, MEDIA_OK);
    assert_true(json_is_object(music));
    return music;
}

static void
the_sandboxed_worker_hears_tempo_beats_and_key(void **state)
{
    static const int bits[] = { 16, 24, -32 };

    (void)state;
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        const char *path = scratch("beat%d.wav", bits[i]);
        struct run run;
        const json_t *music;

        write_wav(path, beat, 40 * 48000, 48000, i == 1 ? 1 : 2, bits[i]);
        run = run_media(MEDIA_MODE_AUDIO, path, NULL);
        music = music_of(&run);
        assert_true(fabs(real_of(music, "bpm") - 128) < 0.1);
        assert_true(json_is_true(json_object_get(music, "bpm_is_sure")));
        assert_true(fabs(real_of(music, "beat_s") - 60 / 128.0) < 0.0005);
        assert_true(fabs(real_of(music, "first_beat_s") - 0.1) < 0.03);
        assert_string_equal(json_string_value(json_object_get(music, "musical_key")), "A minor");
        assert_true(json_is_true(json_object_get(music, "key_is_sure")));
        assert_true(fabs(real_of(music, "tuning_cents")) < 3);
        assert_int_equal(json_array_size(json_object_get(music, "timbre_mean")), MUSIC_TIMBRE);
        assert_int_equal(json_array_size(json_object_get(music, "timbre_deviation")), MUSIC_TIMBRE);
        run_free(&run);
    }
}

static void
silence_and_what_is_very_short_have_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *path = scratch("nothing%d.wav", i);
        struct run run;
        const json_t *music;

        write_wav(path, i ? beat : signal_silence, i ? 700 : 30 * 44100, 44100, 2, 16);
        run = run_media(MEDIA_MODE_AUDIO, path, NULL);
        music = music_of(&run);
        assert_true(json_is_null(json_object_get(music, "bpm")));
        assert_true(json_is_null(json_object_get(music, "musical_key")));
        assert_true(json_is_null(json_object_get(music, "beat_s")));
        assert_true(json_is_false(json_object_get(music, "bpm_is_sure")));
        run_free(&run);
    }
}

static void
a_benchmark_may_leave_it_out(void **state)
{
    struct run run;

    (void)state;
    write_wav(scratch("left_out.wav"), beat, 5 * 44100, 44100, 2, 16);
    run = run_media(MEDIA_MODE_AUDIO, scratch("left_out.wav"), &(struct media_job){ .skips_music = true });
    assert_int_equal(run.outcome.kind, MEDIA_OK);
    assert_true(json_is_null(json_object_get(run.result, "music")));
    run_free(&run);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tempo_is_right_or_unsure),
        cmocka_unit_test(a_tempo_that_changes_is_unsure),
        cmocka_unit_test(a_key_that_is_named_is_mostly_exact),
        cmocka_unit_test(noise_and_speech_have_neither_tempo_nor_key),
        cmocka_unit_test(the_sandboxed_worker_hears_tempo_beats_and_key),
        cmocka_unit_test(silence_and_what_is_very_short_have_nothing),
        cmocka_unit_test(a_benchmark_may_leave_it_out),
    };

    if (argc > 1 && !strcmp(argv[1], "media-worker"))
        return media_worker_main(argc - 1, argv + 1);
    scratch_make(NULL);
    hear_all();
    scratch_remove(NULL);
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
