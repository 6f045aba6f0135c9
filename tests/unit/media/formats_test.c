/* formats_test.c - every container and codec that people upload. */
#include "support.h"

#include "worker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 44100
#define FRAMES (RATE * 6 + 321)

static int
group_fixtures(void)
{
    write_wav(scratch("source.wav"), signal_clicks, FRAMES, RATE, 2, 16);
    return 0;
}

static void
check(const char *path, const char *format, const char *codec, const char *lossless_codec, int64_t frames, int64_t tolerance)
{
    struct run probe = run_media(MEDIA_MODE_PROBE, path, NULL);
    struct run run = run_media(MEDIA_MODE_AUDIO, path, NULL);
    double seconds;

    assert_string_equal(probe.outcome.code, "");
    assert_string_equal(run.outcome.code, "");
    assert_string_equal(json_string_value(json_object_get(probe.result, "format")), format);
    assert_string_equal(json_string_value(json_object_get(probe.result, "codec")), codec);
    assert_string_equal(json_string_value(json_object_get(run.result, "format")), format);
    assert_string_equal(json_string_value(json_object_get(run.result, "codec")), codec);
    assert_string_equal(json_string_value(json_object_get(rendition_of(&run, "lossless"), "codec")), lossless_codec);
    assert_int_equal(probe.files, 0);
    if (llabs(integer_of(run.result, "samples") - frames) > tolerance)
        fail_msg("%s: %lld samples", path, (long long)integer_of(run.result, "samples"));
    if (strcmp(format, "aac")) /* whose length can only be guessed from the rate of its first frames */
        assert_true(llabs(integer_of(probe.result, "duration_ms") - integer_of(run.result, "duration_ms")) < 100);
    join_rendition(&run, "medium", &seconds);
    assert_true(fabs(seconds * integer_of(run.result, "sample_rate") - (double)integer_of(run.result, "samples")) < 3);
    join_rendition(&run, "lossless", &seconds);
    assert_true(fabs(seconds * integer_of(run.result, "sample_rate") - (double)integer_of(run.result, "samples")) < 3);
    run_free(&probe);
    run_free(&run);
}

static void
lossless_formats_have_their_exact_length(void **state)
{
    (void)state;
    check(scratch("source.wav"), "wav", "pcm_s16le", "fLaC", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), scratch("f.aiff"), NULL);
    check(scratch("f.aiff"), "aiff", "pcm_s16be", "fLaC", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), scratch("f.flac"), NULL);
    check(scratch("f.flac"), "flac", "flac", "fLaC", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "alac", scratch("alac.m4a"), NULL);
    check(scratch("alac.m4a"), "mp4", "alac", "fLaC", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), "-rf64", "always", scratch("rf64.wav"), NULL);
    check(scratch("rf64.wav"), "wav", "pcm_s16le", "fLaC", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "pcm_f64le", scratch("f64.wav"), NULL);
    check(scratch("f64.wav"), "wav", "pcm_f64le", "fLaC", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "pcm_f32be", "-f", "aiff", scratch("f.aifc"), NULL);
    check(scratch("f.aifc"), "aiff", "pcm_f32be", "fLaC", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), "-ac", "6", "-c:a", "pcm_s24le", scratch("surround.wav"), NULL); /* WAVE_EXTENSIBLE */
    check(scratch("surround.wav"), "wav", "pcm_s24le", "fLaC", FRAMES, 0);
}

static void
lossy_formats_with_gapless_data_have_their_exact_length(void **state)
{
    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libmp3lame", "-b:a", "192k", scratch("f.mp3"), NULL);
    check(scratch("f.mp3"), "mp3", "mp3", "fLaC", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libmp3lame", "-q:a", "4", scratch("vbr.mp3"), NULL);
    check(scratch("vbr.mp3"), "mp3", "mp3", "fLaC", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libvorbis", scratch("f.ogg"), NULL);
    check(scratch("f.ogg"), "ogg", "vorbis", "fLaC", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libopus", scratch("f.opus"), NULL);
    check(scratch("f.opus"), "ogg", "opus", "Opus", (int64_t)FRAMES * 48000 / RATE, 2);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "aac", scratch("f.m4a"), NULL);
    check(scratch("f.m4a"), "mp4", "aac", "mp4a.40.2", FRAMES, 0);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "aac", scratch("f.aac"), NULL);
    check(scratch("f.aac"), "aac", "aac", "fLaC", FRAMES, 2048); /* raw ADTS tells nothing of delay and end */
}

static void
an_untouched_aac_stream_plays_in_time(void **state)
{
    int64_t got;

    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "aac", "-b:a", "192k", scratch("t.m4a"), NULL);
    struct run run = run_media(MEDIA_MODE_AUDIO, scratch("t.m4a"), NULL);
    float *copy = decode_float(join_rendition(&run, "lossless", NULL), 2, &got);
    int64_t loudest = 0;

    assert_true(got >= FRAMES);
    for (int64_t i = 0; i < RATE / 2; i++)
        loudest = fabsf(copy[2 * i]) > fabsf(copy[2 * loudest]) ? i : loudest;
    assert_in_range(loudest, RATE / 4 - 3, RATE / 4 + 3); /* the first burst */
    free(copy);
    run_free(&run);
}

static const char *
tag_of(const struct run *run, const char *name)
{
    const char *value = json_string_value(json_object_get(json_object_get(run->result, "tags"), name));

    return value ? value : "";
}

static void
tags_are_read_and_cleaned(void **state)
{
    static const char *const files[] = { "tags.mp3", "tags.flac", "tags.m4a", "tags.ogg" };

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        ffmpeg("-i", scratch("source.wav"), "-metadata", "title=Été\x1b[31m \xe2\x80\xaeroux", "-metadata", "artist=  Björk  ", "-metadata",
               "album=A\tB", "-metadata", "genre=Jazz", "-metadata", "date=2019-04-01", "-metadata", "track=3/12",
               "-metadata", "disc=2/2", "-metadata", "album_artist=Various", "-metadata", "TBPM=127.6", "-metadata", "comment=\x81\x9d bad",
               scratch("%s", files[i]), NULL);
        struct run run = run_media(MEDIA_MODE_PROBE, scratch("%s", files[i]), NULL);
        const json_t *tags = json_object_get(run.result, "tags");

        assert_string_equal(tag_of(&run, "title"), "Été [31m roux");
        assert_string_equal(tag_of(&run, "artist"), "Björk");
        assert_string_equal(tag_of(&run, "album"), "A B");
        assert_string_equal(tag_of(&run, "genre"), "Jazz");
        assert_int_equal(integer_of(tags, "year"), 2019);
        assert_int_equal(integer_of(tags, "track"), 3);
        assert_int_equal(integer_of(tags, "disc"), 2);
        assert_string_equal(tag_of(&run, "album_artist"), "Various");
        if (strcmp(files[i], "tags.m4a")) /* the muxer of the fixture drops it */
            assert_int_equal(integer_of(tags, "bpm"), 128);
        assert_string_equal(tag_of(&run, "comment"), "bad");
        run_free(&run);
    }
}

static void
old_tags_are_windows_1252(void **state)
{
    char tag[128] = "TAG\xc9t\xe9 \x93noir\x94";
    size_t length;

    (void)state;
    memcpy(tag + 33, "Beyonc\xe9 \x80", 9);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libmp3lame", "-id3v2_version", "0", scratch("old.mp3"), NULL);
    uint8_t *bytes = read_bytes(scratch("old.mp3"), &length), *all = malloc(length + sizeof tag);

    assert_non_null(all);
    memcpy(all, bytes, length);
    memcpy(all + length, tag, sizeof tag);
    write_file(scratch("old.mp3"), all, length + sizeof tag);
    free(bytes);
    free(all);
    struct run run = run_media(MEDIA_MODE_PROBE, scratch("old.mp3"), NULL);
    assert_string_equal(tag_of(&run, "title"), "Été “noir”");
    assert_string_equal(tag_of(&run, "artist"), "Beyoncé €");
    run_free(&run);
    for (int i = 0; i < 2; i++) { /* RIFF INFO, AIFF NAME */
        const char *path = i ? scratch("old.aiff") : scratch("old.wav");

        ffmpeg("-i", scratch("source.wav"), "-metadata", "title=Caf\xe9 \x96 Z\xfcrich", path, NULL);
        run = run_media(MEDIA_MODE_PROBE, path, NULL);
        assert_string_equal(tag_of(&run, "title"), "Café – Zürich");
        run_free(&run);
    }
}

static void
a_name_that_shows_nothing_is_no_name(void **state)
{
    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-metadata", "artist=\xe2\x80\x8b\xe2\x81\xa0 \xef\xbb\xbf", "-metadata", "title=\xe3\x85\xa4", "-metadata",
           "album=\xe2\x80\x8bx", scratch("nothing.flac"), NULL);
    struct run run = run_media(MEDIA_MODE_PROBE, scratch("nothing.flac"), NULL);

    assert_string_equal(tag_of(&run, "artist"), "");
    assert_string_equal(tag_of(&run, "title"), "");
    assert_string_not_equal(tag_of(&run, "album"), "");
    run_free(&run);
}

static void
all_artists_of_several_comments_are_named(void **state)
{
    size_t length;

    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-metadata", "artist=Anna", "-metadata", "bartist=Bruno", scratch("two.flac"), NULL);
    char *bytes = read_bytes(scratch("two.flac"), &length), *second = memmem(bytes, length, "bartist=Bruno", 13);

    assert_non_null(second);
    memcpy(second, "ARTIST=Bruno!", 13);
    write_file(scratch("two.flac"), bytes, length);
    free(bytes);
    struct run run = run_media(MEDIA_MODE_PROBE, scratch("two.flac"), NULL);
    assert_string_equal(tag_of(&run, "artist"), "Anna, Bruno!");
    run_free(&run);
}

static void
the_front_cover_comes_before_other_pictures(void **state)
{
    char path[700];
    char *want, *got;

    (void)state;
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x320", "-frames:v", "1", scratch("back.png"), NULL);
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=330x330", "-frames:v", "1", "-pix_fmt", "yuvj420p", scratch("front.jpg"), NULL);
    ffmpeg("-i", scratch("source.wav"), "-i", scratch("back.png"), "-i", scratch("front.jpg"), "-map", "0:a", "-map", "1:v", "-map", "2:v", "-c:v", "copy",
           "-disposition:v", "attached_pic", "-metadata:s:v:0", "comment=Cover (back)", "-metadata:s:v:1", "comment=Cover (front)", "-c:a", "flac",
           scratch("covers.flac"), NULL);
    struct run run = run_media(MEDIA_MODE_AUDIO, scratch("covers.flac"), NULL);

    snprintf(path, sizeof path, "%s/cover.bin", run.folder);
    want = read_text(scratch("front.jpg"));
    got = read_text(path);
    assert_memory_equal(want, got, 500);
    free(want);
    free(got);
    struct run image = run_media(MEDIA_MODE_IMAGE, path, NULL);
    assert_int_equal(image.outcome.kind, MEDIA_OK);
    run_free(&image);
    run_free(&run);
}

static void
an_embedded_cover_comes_out_as_it_was(void **state)
{
    char path[700];
    char *want, *got;

    (void)state;
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=400x400", "-frames:v", "1", "-c:v", "png", scratch("cover.png"), NULL);
    ffmpeg("-i", scratch("source.wav"), "-i", scratch("cover.png"), "-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic",
           "-c:a", "flac", scratch("cover.flac"), NULL);
    struct run run = run_media(MEDIA_MODE_AUDIO, scratch("cover.flac"), NULL);

    assert_true(json_is_true(json_object_get(run.result, "has_cover")));
    snprintf(path, sizeof path, "%s/cover.bin", run.folder);
    want = read_text(scratch("cover.png"));
    got = read_text(path);
    assert_memory_equal(want, got, 1000);
    free(want);
    free(got);
    struct run image = run_media(MEDIA_MODE_IMAGE, path, NULL);
    assert_int_equal(image.outcome.kind, MEDIA_OK);
    assert_int_equal(image.files, 3);
    run_free(&image);
    run_free(&run);
}

static void
an_mp3_cut_in_the_middle_still_plays(void **state)
{
    (void)state;
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libmp3lame", scratch("cut.mp3"), NULL);
    cut_file(scratch("cut.mp3"), 0.5);
    struct run run = run_media(MEDIA_MODE_AUDIO, scratch("cut.mp3"), NULL);

    assert_int_equal(run.outcome.kind, MEDIA_OK);
    assert_in_range(integer_of(run.result, "samples"), FRAMES / 3, FRAMES * 2 / 3);
    run_free(&run);
}

static int
make_fixtures(void **state)
{
    return scratch_make(state) ? -1 : group_fixtures();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(lossless_formats_have_their_exact_length),
    cmocka_unit_test(lossy_formats_with_gapless_data_have_their_exact_length),
    cmocka_unit_test(an_untouched_aac_stream_plays_in_time),
    cmocka_unit_test(tags_are_read_and_cleaned),
    cmocka_unit_test(old_tags_are_windows_1252),
    cmocka_unit_test(a_name_that_shows_nothing_is_no_name),
    cmocka_unit_test(all_artists_of_several_comments_are_named),
    cmocka_unit_test(the_front_cover_comes_before_other_pictures),
    cmocka_unit_test(an_embedded_cover_comes_out_as_it_was),
    cmocka_unit_test(an_mp3_cut_in_the_middle_still_plays),
};

int
main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "media-worker"))
        return media_worker_main(argc - 1, argv + 1);
    return cmocka_run_group_tests(tests, make_fixtures, scratch_remove);
}
