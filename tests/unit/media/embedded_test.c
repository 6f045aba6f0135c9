/* embedded_test.c - artists and covers that FFmpeg does not hand out. */
#include "support.h"

#include "worker.h"

#include <stdlib.h>
#include <string.h>

struct bytes {
    uint8_t data[100000];
    size_t length;
};

static void
add(struct bytes *b, const void *bytes, size_t length)
{
    assert_true(b->length + length <= sizeof b->data);
    memcpy(b->data + b->length, bytes, length);
    b->length += length;
}

static void
add_number(struct bytes *b, size_t value, int bits, int count)
{
    for (int i = count - 1; i >= 0; i--)
        add(b, &(uint8_t){ (uint8_t)(value >> (bits * i) & ((1u << bits) - 1)) }, 1);
}

static void
add_frame(struct bytes *tag, const char *id, const struct bytes *body)
{
    add(tag, id, 4);
    add_number(tag, body->length, 7, 4);
    add(tag, "\0\0", 2);
    add(tag, body->data, body->length);
}

/* What a picture frame says before its bytes, and the image of that name. */
static void
add_picture(struct bytes *tag, const void *head, size_t head_length, const char *image)
{
    static struct bytes body;
    size_t length;
    void *bytes = read_bytes(scratch("%s", image), &length);

    body.length = 0;
    add(&body, head, head_length);
    add(&body, bytes, length);
    free(bytes);
    add_frame(tag, "APIC", &body);
}

/* The MP3 of this program behind an ID3v2.4 tag. */
static const char *
tagged(const struct bytes *frames)
{
    static struct bytes all;
    size_t length;
    void *mp3 = read_bytes(scratch("plain.mp3"), &length);

    all.length = 0;
    add(&all, "ID3\4\0\0", 6);
    add_number(&all, frames->length, 7, 4);
    add(&all, frames->data, frames->length);
    add(&all, mp3, length);
    free(mp3);
    write_file(scratch("tagged.mp3"), all.data, all.length);
    return scratch("tagged.mp3");
}

static void
assert_artist(const void *text, size_t length, const char *want)
{
    static struct bytes frames, body;

    frames.length = body.length = 0;
    add(&body, text, length);
    add_frame(&frames, "TPE1", &body);
    struct run run = run_media(MEDIA_MODE_PROBE, tagged(&frames), NULL);

    assert_string_equal(json_string_value(json_object_get(json_object_get(run.result, "tags"), "artist")), want);
    run_free(&run);
}

static void
all_artists_of_an_id3_tag_are_named(void **state)
{
    (void)state;
    assert_artist("\3Anna\0Bj\xc3\xb6rk\0", 13, "Anna, Björk");
    assert_artist("\0Anna\0Bj\xf6rk", 11, "Anna, Björk");
    assert_artist("\1\xff\xfe" "A\0\0\0\xff\xfe" "\x3d\xd8\x3b\xde", 13, "A, 😻");
    assert_artist("\2\0A\0\0\0B\0\0\0C", 11, "A, B, C");
    assert_artist("\3Anna", 5, "Anna");
    assert_artist("\3Anna\0\0", 7, "Anna");
}

/* Are these the bytes of the image, and can it be served? */
static void
assert_cover(const char *path, const char *image)
{
    struct run run = run_media(MEDIA_MODE_AUDIO, path, NULL);
    char cover[700];
    size_t want, got;

    assert_string_equal(run.outcome.code, "");
    assert_true(json_is_true(json_object_get(run.result, "has_cover")));
    snprintf(cover, sizeof cover, "%s/cover.bin", run.folder);
    void *wanted = read_bytes(scratch("%s", image), &want), *bytes = read_bytes(cover, &got);
    assert_int_equal(got, want);
    assert_memory_equal(bytes, wanted, want);
    free(wanted);
    free(bytes);
    struct run served = run_media(MEDIA_MODE_IMAGE, cover, NULL);
    assert_int_equal(served.outcome.kind, MEDIA_OK);
    run_free(&served);
    run_free(&run);
}

static void
a_cover_in_webp_or_without_a_mime_type_is_found(void **state)
{
    static struct bytes frames;

    (void)state;
    frames.length = 0;
    add_picture(&frames, "\0image/webp\0\3\0", 14, "front.webp");
    assert_cover(tagged(&frames), "front.webp");
    frames.length = 0;
    add_picture(&frames, "\0\0\3\0", 4, "back.jpg");
    assert_cover(tagged(&frames), "back.jpg");
    frames.length = 0;
    add_picture(&frames, "\1image/\0\3\xff\xfeN\0\0\0", 15, "back.jpg"); /* a description in UTF-16 */
    assert_cover(tagged(&frames), "back.jpg");
}

static void
a_front_cover_in_webp_comes_before_a_back_in_jpeg(void **state)
{
    static struct bytes frames;

    (void)state;
    frames.length = 0;
    add_picture(&frames, "\0image/jpeg\0\4\0", 14, "back.jpg");
    add_picture(&frames, "\0image/webp\0\3\0", 14, "front.webp");
    assert_cover(tagged(&frames), "front.webp");
}

static void
a_flac_may_have_its_cover_in_webp(void **state)
{
    static struct bytes file;
    size_t length, image;
    uint8_t *flac, *webp = read_bytes(scratch("front.webp"), &image);

    (void)state;
    ffmpeg("-i", scratch("plain.mp3"), scratch("plain.flac"), NULL);
    flac = read_bytes(scratch("plain.flac"), &length);
    file.length = 0;
    add(&file, flac, 42); /* fLaC and STREAMINFO */
    add(&file, "\6", 1);
    add_number(&file, 32 + 10 + image, 8, 3);
    add_number(&file, 3, 8, 4);
    add_number(&file, 10, 8, 4);
    add(&file, "image/webp", 10);
    add(&file, (const uint8_t[20]){ 0 }, 20); /* no description; sizes that nobody reads */
    add_number(&file, image, 8, 4);
    add(&file, webp, image);
    add(&file, flac + 42, length - 42);
    free(flac);
    free(webp);
    write_file(scratch("covered.flac"), file.data, file.length);
    assert_cover(scratch("covered.flac"), "front.webp");
}

/* Every length may lie, and the file may end anywhere. */
static void
a_broken_tag_costs_no_more_than_its_tags(void **state)
{
    static struct bytes frames;

    (void)state;
    frames.length = 0;
    add(&frames, "TPE1\xff\xff\xff\xff\0\0\3A\0B", 14);
    struct run run = run_media(MEDIA_MODE_PROBE, tagged(&frames), NULL);
    assert_string_equal(run.outcome.code, "");
    run_free(&run);
    frames.length = 0;
    add(&frames, "TPE1\0\0\0\0\0\0APIC\0\0\0\1\0\0\1APIC\0\0\0\5\0\1\0\0\0\0", 36);
    run = run_media(MEDIA_MODE_PROBE, tagged(&frames), NULL);
    assert_string_equal(run.outcome.code, "");
    run_free(&run);
}

static int
make_fixtures(void **state)
{
    if (scratch_make(state))
        return -1;
    write_wav(scratch("source.wav"), signal_sine, 22050, 44100, 2, 16);
    ffmpeg("-i", scratch("source.wav"), "-c:a", "libmp3lame", "-id3v2_version", "0", scratch("plain.mp3"), NULL);
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=320x320", "-frames:v", "1", scratch("front.webp"), NULL);
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=330x330", "-frames:v", "1", "-pix_fmt", "yuvj420p", scratch("back.jpg"), NULL);
    return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_artists_of_an_id3_tag_are_named),
    cmocka_unit_test(a_cover_in_webp_or_without_a_mime_type_is_found),
    cmocka_unit_test(a_front_cover_in_webp_comes_before_a_back_in_jpeg),
    cmocka_unit_test(a_flac_may_have_its_cover_in_webp),
    cmocka_unit_test(a_broken_tag_costs_no_more_than_its_tags),
};

int
main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "media-worker"))
        return media_worker_main(argc - 1, argv + 1);
    return cmocka_run_group_tests(tests, make_fixtures, scratch_remove);
}
