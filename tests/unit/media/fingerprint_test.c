/* How far recordings are from each other: what a creator does to a master leaves it the same recording, and what replaces it does not. */
#include "support.h"

#include "fingerprint.h"

#include <chromaprint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 11025 /* what Chromaprint computes with */
#define SECONDS 240
#define SWAP_S 180 /* from here on another voice sings, in the recording that has one */
#define BEAT_S 0.6

static unsigned song, voice, other_voice; /* seeds */

/* Repeatable, and without a pattern that one hears. */
static double
chance(unsigned seed, unsigned n)
{
    unsigned x = seed * 2654435761u ^ n * 2246822519u;

    x = (x ^ (x >> 15)) * 2246822519u;
    x = (x ^ (x >> 13)) * 3266489917u;
    return (double)(x ^ (x >> 16)) / 4294967296.0;
}

static double
pitch(double step)
{
    static const int scale[] = { 0, 2, 3, 5, 7, 8, 10 };
    int n = (int)step;

    return 110 * pow(2, (scale[n % 7] + 12 * (n / 7)) / 12.0);
}

/* Chords, a bass, a drum, and a voice that sings another line. */
static double
music(int64_t frame, int channel, int rate)
{
    double t = (double)frame / rate, sum = 0, in_beat = fmod(t, BEAT_S), in_note = fmod(t, BEAT_S / 2);
    unsigned bar = (unsigned)(t / (4 * BEAT_S)), beat = (unsigned)(t / BEAT_S), note = (unsigned)(t / (BEAT_S / 2));
    int root = (int)(chance(song, bar % 16) * 7);
    unsigned singer = other_voice && t >= SWAP_S ? other_voice : voice;

    (void)channel;
    for (int i = 0; i < 3; i++)
        for (int harmonic = 1; harmonic <= 4; harmonic++)
            sum += 0.05 / harmonic * sin(2 * M_PI * pitch(7 + root + 2 * i) * harmonic * t);
    sum += 0.12 * sin(2 * M_PI * pitch(root) / 2 * t) * exp(-2 * in_beat);
    sum += 0.15 * exp(-25 * in_beat) * (2 * chance(song, (unsigned)(frame & 0xFFFF)) - 1);
    sum += 0.06 * exp(-9 * in_note) * sin(2 * M_PI * pitch(14 + (int)(chance(song, 1000 + note % 32) * 7)) * t);
    if (chance(singer, beat) > 0.15)
        for (int harmonic = 1; harmonic <= 6; harmonic++)
            sum += 0.16 / harmonic * sin(2 * M_PI * harmonic * (pitch(10 + (int)(chance(singer, 5000 + beat) * 9)) * t + 0.4 * sin(2 * M_PI * 5 * t)));
    return 0.6 * sum;
}

struct print {
    uint32_t *items;
    size_t count;
};

/* Of the file as ffmpeg's filters change it; without filters, as it is. */
static struct print
print_of(const char *path, const char *filters)
{
    const char *pcm = scratch("sound.s16");
    ChromaprintContext *context = chromaprint_new(CHROMAPRINT_ALGORITHM_DEFAULT);
    static int16_t samples[4096];
    struct print print = { 0 };
    uint32_t *items = NULL;
    int count = 0;
    FILE *in;
    size_t n;

    ffmpeg("-i", path, "-af", filters ? filters : "anull", "-f", "s16le", "-ac", "1", "-ar", "11025", pcm, NULL);
    in = fopen(pcm, "rb");
    assert_non_null(in);
    assert_true(chromaprint_start(context, RATE, 1));
    while ((n = fread(samples, sizeof *samples, 4096, in)) > 0)
        assert_true(chromaprint_feed(context, samples, (int)n));
    fclose(in);
    assert_true(chromaprint_finish(context));
    assert_true(chromaprint_get_raw_fingerprint(context, &items, &count));
    print.count = (size_t)count;
    print.items = malloc((size_t)count * sizeof *items);
    memcpy(print.items, items, (size_t)count * sizeof *items);
    chromaprint_dealloc(items);
    chromaprint_free(context);
    return print;
}

static const char *
recording(const char *name, unsigned song_seed, unsigned voice_seed, unsigned later_voice)
{
    const char *path = scratch("%s.wav", name);

    song = song_seed;
    voice = voice_seed;
    other_voice = later_voice;
    write_wav(path, music, (int64_t)RATE * SECONDS, RATE, 1, 16);
    return path;
}

static double
distance(const struct print *one, struct print other, const char *what)
{
    double there, back;

    assert_true(fingerprint_distance(one->items, one->count, other.items, other.count, &there));
    assert_true(fingerprint_distance(other.items, other.count, one->items, one->count, &back));
    assert_true(fabs(there - back) < 1e-9); /* whichever was first */
    print_message("%-36s %.3f\n", what, there);
    free(other.items);
    return there;
}

static void
what_a_master_goes_through_leaves_it_the_same_recording(void **state)
{
    char *path = strdup(recording("base", 1, 2, 0)); /* scratch() forgets */
    const char *coded = scratch("coded.m4a");
    struct print base = print_of(path, NULL);

    (void)state;
    assert_true(distance(&base, print_of(path, NULL), "the same file") == 0);
    assert_true(distance(&base, print_of(path, "volume=6dB"), "6 dB louder") < FINGERPRINT_OTHER / 2);
    ffmpeg("-i", path, "-c:a", "aac", "-b:a", "48k", coded, NULL);
    assert_true(distance(&base, print_of(coded, NULL), "AAC, 48 kbit/s") < FINGERPRINT_OTHER / 2);
    assert_true(distance(&base, print_of(path, "acompressor=threshold=0.05:ratio=6:makeup=4,bass=g=5,treble=g=-6,alimiter=limit=0.7"), "remastered") <
                FINGERPRINT_OTHER);
    song = 3;
    voice = 0;
    write_wav(scratch("twenty.wav"), music, (int64_t)RATE * 20, RATE, 1, 16);
    ffmpeg("-i", scratch("twenty.wav"), "-i", path, "-filter_complex", "[0:a][1:a]concat=n=2:v=0:a=1", scratch("intro.wav"), NULL);
    assert_true(distance(&base, print_of(scratch("intro.wav"), NULL), "with an intro of 20 s") < FINGERPRINT_OTHER);
    assert_true(distance(&base, print_of(path, "atrim=start=3,afade=d=2"), "without its first 3 s") < FINGERPRINT_OTHER);
    free(base.items);
    free(path);
}

static void
another_voice_for_the_last_minute_and_another_song_are_other_recordings(void **state)
{
    struct print base = print_of(recording("base", 1, 2, 0), NULL);

    (void)state;
    assert_true(distance(&base, print_of(recording("swapped", 1, 2, 77), NULL), "another voice after 3 minutes") >= FINGERPRINT_OTHER);
    assert_true(distance(&base, print_of(recording("song", 5, 6, 0), NULL), "another song") >= FINGERPRINT_OTHER);
    assert_true(distance(&base, print_of(scratch("base.wav"), "atrim=end=120,apad=whole_dur=240"), "silence after 2 minutes") >= FINGERPRINT_OTHER);
    free(base.items);
}

static void
what_is_too_short_is_not_compared(void **state)
{
    static const uint32_t items[200];
    double told = 7;

    (void)state;
    assert_false(fingerprint_distance(items, 10, items, 200, &told));
    assert_false(fingerprint_distance(items, 0, items, 0, &told));
    assert_true(told == 7);
    assert_true(fingerprint_distance(items, 16, items, 200, &told) && told == 0);
}

static void
six_hours_are_compared_within_seconds(void **state)
{
    static uint32_t one[6 * 60 * FINGERPRINT_ITEMS_MINUTE], other[6 * 60 * FINGERPRINT_ITEMS_MINUTE];
    double told;

    (void)state;
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        one[i] = (uint32_t)(chance(1, (unsigned)i) * 4294967295.0);
        other[i] = (uint32_t)(chance(2, (unsigned)i) * 4294967295.0);
    }
    assert_true(fingerprint_distance(one, sizeof one / sizeof *one, other, sizeof other / sizeof *other, &told) && told > 0.4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_master_goes_through_leaves_it_the_same_recording),
        cmocka_unit_test(another_voice_for_the_last_minute_and_another_song_are_other_recordings),
        cmocka_unit_test(what_is_too_short_is_not_compared),
        cmocka_unit_test(six_hours_are_compared_within_seconds),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
