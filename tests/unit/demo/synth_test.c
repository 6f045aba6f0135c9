/* Tests of the demo music: what a listener, a decoder and the catalogue's reader rely on. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../level.h"
#include "catalogue.h"
#include "theory.h"

enum { HEADER = 44, RATE = 44100, TEST_MS = 24000 };

struct sound {
    uint8_t *bytes;
    size_t length, room;
};

static int
collect(void *user, const void *bytes, size_t length)
{
    struct sound *sound = user;

    if (sound->length + length > sound->room)
        return -1;
    memcpy(sound->bytes + sound->length, bytes, length);
    sound->length += length;
    return 0;
}

static struct demo_piece
piece_of(enum demo_style style, uint64_t seed)
{
    return (struct demo_piece){ .style = style, .seed = seed, .bpm = style == DEMO_DRUM_AND_BASS ? 174 : 100, .root = 9, .mode = DEMO_MINOR,
        .duration_ms = TEST_MS, .sample_rate = RATE, .bit_depth = 16 };
}

static struct sound
render(const struct demo_piece *piece)
{
    struct sound sound = { .room = demo_render_size(piece) };

    assert_true(sound.room > HEADER);
    sound.bytes = malloc(sound.room);
    assert_non_null(sound.bytes);
    assert_int_equal(demo_render(piece, collect, &sound), DEMO_OK);
    return sound;
}

static int16_t
sample(const struct sound *sound, size_t frame, int channel)
{
    const uint8_t *at = sound->bytes + HEADER + 4 * frame + 2 * (size_t)channel;

    return (int16_t)(at[0] | at[1] << 8);
}

static uint32_t
field(const struct sound *sound, size_t at, int bytes)
{
    uint32_t value = 0;

    for (int i = 0; i < bytes; i++)
        value |= (uint32_t)sound->bytes[at + (size_t)i] << 8 * i;
    return value;
}

struct measure {
    double peak, rms, brightness, side;     /* peak and rms of full scale 1; side: share of the energy that differs left to right */
    double loudest, quietest;               /* rms of the loudest and quietest second but the first and the last */
};

static struct measure
measure_sound(const struct sound *sound)
{
    size_t frames = (sound->length - HEADER) / 4, seconds = frames / RATE;
    double energy = 0, difference = 0, side = 0, peak = 0, last = 0, second = 0;
    struct measure m = { .quietest = 1 };

    for (size_t i = 0; i < frames; i++) {
        double l = sample(sound, i, 0) / 32768.0, r = sample(sound, i, 1) / 32768.0, mid = 0.5 * (l + r);

        peak = fmax(peak, fmax(fabs(l), fabs(r)));
        energy += mid * mid;
        side += 0.25 * (l - r) * (l - r);
        difference += (mid - last) * (mid - last);
        last = mid;
        second += 0.5 * (l * l + r * r);
        if (i % RATE == RATE - 1) {
            double level = sqrt(second / RATE);

            if (i / RATE > 0 && i / RATE < seconds - 1) {
                m.loudest = fmax(m.loudest, level);
                m.quietest = fmin(m.quietest, level);
            }
            second = 0;
        }
    }
    m.peak = peak;
    m.rms = sqrt((energy + side) / (double)frames);
    m.brightness = sqrt(difference / energy);
    m.side = side / (energy + side);
    return m;
}

static void
the_same_piece_gives_the_same_bytes_and_another_seed_other_music(void **state)
{
    (void)state;
    for (enum demo_style style = 0; style < DEMO_STYLE_COUNT; style += 3) {
        struct demo_piece one = piece_of(style, 5), two = piece_of(style, 6);
        struct sound a = render(&one), b = render(&one), c = render(&two);

        assert_int_equal(a.length, b.length);
        assert_memory_equal(a.bytes, b.bytes, a.length);
        assert_int_equal(a.length, c.length);
        assert_memory_not_equal(a.bytes, c.bytes, a.length);
        free(a.bytes);
        free(b.bytes);
        free(c.bytes);
    }
}

/* On the short level every third style stands for all. */
static enum demo_style
step(void)
{
    return test_is_full() ? 1 : 3;
}

static void
every_style_is_audible_stereo_below_minus_one_decibel_and_never_stays_the_same(void **state)
{
    (void)state;
    for (enum demo_style style = 0; style < DEMO_STYLE_COUNT; style += step()) {
        struct demo_piece piece = piece_of(style, 77);
        struct sound sound = render(&piece);
        struct measure m = measure_sound(&sound);

        print_message("%-14s peak %.2f dBFS, rms %.1f dB, brightness %.3f, side %.3f\n", demo_style_name(style), 20 * log10(m.peak),
                      20 * log10(m.rms), m.brightness, m.side);
        assert_true(m.peak < pow(10, -1 / 20.0));
        assert_true(m.rms > pow(10, -30 / 20.0) && m.rms < pow(10, -8 / 20.0));
        assert_true(m.side > 0.002);
        assert_true(m.loudest > 1.3 * m.quietest);
        free(sound.bytes);
    }
}

static void
styles_sound_different_from_one_another(void **state)
{
    struct measure m[DEMO_STYLE_COUNT];

    (void)state;
    for (enum demo_style style = 0; style < DEMO_STYLE_COUNT; style++) {
        struct demo_piece piece = piece_of(style, 3);
        struct sound sound = render(&piece);

        m[style] = measure_sound(&sound);
        free(sound.bytes);
    }
    for (int i = 0; i < DEMO_STYLE_COUNT; i++)
        for (int k = 0; k < i; k++) {
            double bright = fabs(log(m[i].brightness / m[k].brightness)), crest = fabs(log(m[i].peak / m[i].rms * m[k].rms / m[k].peak));

            assert_true(bright + crest + fabs(m[i].side - m[k].side) > 0.05);
        }
}

static void
duration_and_header_are_exact(void **state)
{
    static const struct { uint32_t ms, rate, bits; } cases[] = { { 1000, 44100, 16 }, { 12345, 44100, 16 }, { 7001, 48000, 24 }, { 5003, 48000, 16 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct demo_piece piece = piece_of(DEMO_CHIPTUNE, 2);
        size_t frames = (size_t)cases[i].ms * cases[i].rate / 1000;
        struct sound sound;

        piece.duration_ms = cases[i].ms;
        piece.sample_rate = cases[i].rate;
        piece.bit_depth = cases[i].bits;
        sound = render(&piece);
        assert_int_equal(sound.length, HEADER + frames * 2 * cases[i].bits / 8);
        assert_memory_equal(sound.bytes, "RIFF", 4);
        assert_memory_equal(sound.bytes + 8, "WAVEfmt ", 8);
        assert_int_equal(field(&sound, 4, 4), sound.length - 8);
        assert_int_equal(field(&sound, 22, 2), 2);
        assert_int_equal(field(&sound, 24, 4), cases[i].rate);
        assert_int_equal(field(&sound, 34, 2), cases[i].bits);
        assert_int_equal(field(&sound, 40, 4), sound.length - HEADER);
        free(sound.bytes);
    }
}

static void
a_piece_begins_and_ends_in_silence(void **state)
{
    (void)state;
    for (enum demo_style style = 0; style < DEMO_STYLE_COUNT; style += step()) {
        struct demo_piece piece = piece_of(style, 9);
        struct sound sound;
        size_t frames;

        piece.duration_ms = 15000;
        sound = render(&piece);
        frames = (sound.length - HEADER) / 4;
        assert_true(abs(sample(&sound, 0, 0)) < 40);
        for (size_t i = frames - 20; i < frames; i++)
            assert_true(abs(sample(&sound, i, 0)) < 40 && abs(sample(&sound, i, 1)) < 40);
        free(sound.bytes);
    }
}

static void
a_refused_write_or_a_wrong_piece_is_reported(void **state)
{
    struct demo_piece piece = piece_of(DEMO_FOLK, 1);
    struct sound small = { .room = 100000 };

    (void)state;
    small.bytes = malloc(small.room);
    assert_int_equal(demo_render(&piece, collect, &small), DEMO_WRITE_FAILED);
    free(small.bytes);
    piece.bit_depth = 8;
    assert_int_equal(demo_render(&piece, collect, &small), DEMO_INVALID);
    assert_int_equal(demo_render_size(&piece), 0);
    piece = piece_of(DEMO_STYLE_COUNT, 1);
    assert_int_equal(demo_render(&piece, collect, &small), DEMO_INVALID);
    piece = piece_of(DEMO_FOLK, 1);
    piece.bpm = 0;
    assert_int_equal(demo_render(&piece, collect, &small), DEMO_INVALID);
    assert_null(demo_style_name(DEMO_STYLE_COUNT));
}

static void
chords_and_melodies_stay_in_their_key(void **state)
{
    static const int a_minor[7] = { 0, 2, 4, 5, 7, 9, 11 };
    struct key key = { 9, MODE_MINOR };

    (void)state;
    assert_int_equal(key_note(key, 0, 4), 69);
    assert_int_equal(key_note(key, -1, 4), 67);
    assert_int_equal(key_note(key, 7, 3), 69);
    for (int degree = 0; degree < 7; degree++) {
        int notes[5];

        key_chord(key, degree, 5, 60, notes);
        for (int i = 0; i < 5; i++) {
            int found = 0;

            for (int k = 0; k < 7; k++)
                found += (notes[i] % 12) == a_minor[k];
            assert_int_equal(found, 1);
            assert_in_range(notes[i], 54, 66);
            assert_true(i == 0 || notes[i] >= notes[i - 1]);
        }
    }
    for (int degree = -5; degree < 12; degree++)    /* no second, no sixth: nothing that clashes */
        assert_true(key_pentatonic(key, degree, 4) % 12 != 11 && key_pentatonic(key, degree, 4) % 12 != 5);
}

static void
the_catalogue_is_complete_and_true(void **state)
{
    unsigned styles = 0, high_resolution = 0;

    (void)state;
    assert_in_range(demo_people_count, 8, 20);
    assert_in_range(demo_tracks_count, 16, 40);
    for (size_t i = 0; i < demo_tracks_count; i++) {
        const struct demo_track *track = &demo_tracks[i];
        char key[DEMO_KEY_LENGTH];

        assert_non_null(demo_person_find(track->owner));
        assert_true(demo_person_find(track->owner)->is_creator);
        assert_true(demo_render_size(&track->piece) > 0);
        assert_in_range(track->piece.duration_ms, 30000, 180000);
        assert_true(track->title[0] && track->artist[0] && track->genre[0] && track->tags[0] && track->description[0]);
        assert_int_equal(track->album[0] != '\0', track->album_position > 0);
        demo_key_name(&track->piece, key);
        assert_true(strlen(key) >= 7);
        styles |= 1u << track->piece.style;
        high_resolution += track->piece.bit_depth == 24 && track->piece.sample_rate == 48000;
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(track->title, demo_tracks[k].title);
    }
    assert_int_equal(styles, (1u << DEMO_STYLE_COUNT) - 1);
    assert_true(high_resolution > 0);
    assert_null(demo_person_find("nobody"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_piece_gives_the_same_bytes_and_another_seed_other_music),
        cmocka_unit_test(every_style_is_audible_stereo_below_minus_one_decibel_and_never_stays_the_same),
        cmocka_unit_test(styles_sound_different_from_one_another),
        cmocka_unit_test(duration_and_header_are_exact),
        cmocka_unit_test(a_piece_begins_and_ends_in_silence),
        cmocka_unit_test(a_refused_write_or_a_wrong_piece_is_reported),
        cmocka_unit_test(chords_and_melodies_stay_in_their_key),
        cmocka_unit_test(the_catalogue_is_complete_and_true),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
