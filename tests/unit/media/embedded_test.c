/* embedded_test.c - artists and covers that FFmpeg does not hand out. */
#include "support.h"

#include "worker.h"

#include <libavutil/base64.h>
#include <stdio.h>
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

static void
assert_tags(const char *path, const char *title, const char *artist)
{
    struct run run = run_media(MEDIA_MODE_PROBE, path, NULL);
    const json_t *tags = json_object_get(run.result, "tags");

    assert_string_equal(run.outcome.code, "");
    assert_non_null(json_object_get(tags, "title"));
    assert_non_null(json_object_get(tags, "artist"));
    assert_string_equal(json_string_value(json_object_get(tags, "title")), title);
    assert_string_equal(json_string_value(json_object_get(tags, "artist")), artist);
    run_free(&run);
}

static uint8_t *
box_size(uint8_t *file, size_t length, const char *type)
{
    uint8_t *at = memmem(file, length, type, 4);

    assert_non_null(at);
    return at - 4;
}

/* An M4A as iTunes writes it, with a box `covr` of these images; `type` is what it says of each. */
static const char *
covered_m4a(uint8_t type, const char *first, const char *second)
{
    static const char *const around[] = { "moov", "udta", "meta", "ilst" };
    static struct bytes file, covers;
    const char *const names[] = { first, second };
    size_t length, at;

    covers.length = 0;
    for (int i = 0; i < 2 && names[i]; i++) {
        void *image = read_bytes(scratch("%s", names[i]), &length);

        add_number(&covers, 16 + length, 8, 4);
        add(&covers, "data\0\0\0", 7);
        add(&covers, &type, 1);
        add(&covers, "\0\0\0\0", 4);
        add(&covers, image, length);
        free(image);
    }
    ffmpeg("-i", scratch("plain.mp3"), "-c:a", "aac", "-metadata", "title=Here", "-metadata", "artist=Anna", scratch("plain.m4a"), NULL); /* moov is last */
    uint8_t *m4a = read_bytes(scratch("plain.m4a"), &length);
    at = (size_t)(box_size(m4a, length, "ilst") - m4a);
    at += (size_t)m4a[at + 2] << 8 | m4a[at + 3];
    for (size_t i = 0; i < sizeof around / sizeof around[0]; i++) {
        uint8_t *box = box_size(m4a, length, around[i]);
        size_t size = ((size_t)box[0] << 24 | (size_t)box[1] << 16 | (size_t)box[2] << 8 | box[3]) + 8 + covers.length;

        for (int b = 0; b < 4; b++)
            box[b] = (uint8_t)(size >> (24 - 8 * b));
    }
    file.length = 0;
    add(&file, m4a, at);
    add_number(&file, 8 + covers.length, 8, 4);
    add(&file, "covr", 4);
    add(&file, covers.data, covers.length);
    add(&file, m4a + at, length - at);
    free(m4a);
    write_file(scratch("covered.m4a"), file.data, file.length);
    return scratch("covered.m4a");
}

static void
the_first_cover_of_an_m4a_is_found_whatever_its_type_says(void **state)
{
    static const char *const images[] = { "front.webp", "back.jpg", "front.png" };

    (void)state;
    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
        assert_cover(covered_m4a(0, images[i], "back.jpg"), images[i]);
        assert_cover(covered_m4a(13, images[i], NULL), images[i]); /* 13: JPEG */
    }
    assert_tags(scratch("covered.m4a"), "Here", "Anna");
    ffmpeg("-i", scratch("plain.m4a"), "-i", scratch("back.jpg"), "-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v", "attached_pic",
           scratch("its-own.m4a"), NULL);
    assert_cover(scratch("its-own.m4a"), "back.jpg");
}

/* A comment of Ogg: a PICTURE block in base64. */
static const char *
picture_comment(const char *image)
{
    static struct bytes block;
    static char text[sizeof block.data * 4 / 3 + 100] = "METADATA_BLOCK_PICTURE=";
    size_t length;
    void *bytes = read_bytes(scratch("%s", image), &length);

    block.length = 0;
    add_number(&block, 3, 8, 4);
    add_number(&block, 10, 8, 4);
    add(&block, "image/webp", 10);
    add(&block, (const uint8_t[20]){ 0 }, 20); /* no description; sizes that nobody reads */
    add_number(&block, length, 8, 4);
    add(&block, bytes, length);
    free(bytes);
    assert_non_null(av_base64_encode(text + 23, (int)sizeof text - 23, block.data, (int)block.length));
    return text;
}

static void
an_ogg_may_have_its_cover_in_webp(void **state)
{
    static const char *const codecs[] = { "libvorbis", "libopus", "flac" }, *const images[] = { "front.webp", "large.webp" };

    (void)state;
    for (size_t i = 0; i < sizeof codecs / sizeof codecs[0]; i++)
        for (int large = 0; large < 2; large++) {
            ffmpeg("-i", scratch("plain.mp3"), "-c:a", codecs[i], "-metadata", "title=Here", "-metadata", "artist=Anna", "-metadata",
                   picture_comment(images[large]), scratch("covered.ogg"), NULL);
            assert_cover(scratch("covered.ogg"), images[large]);
            assert_tags(scratch("covered.ogg"), "Here", "Anna");
        }
    for (int i = 0; i < 2; i++) { /* FLAC has blocks for pictures, in Ogg as well */
        char picture[700];

        snprintf(picture, sizeof picture, "--picture=3|image/webp||320x320x24|%s", scratch("front.webp"));
        flac(i ? "--ogg" : "--best", picture, "-o", scratch("covered.flac"), scratch("source.wav"), NULL);
        assert_cover(scratch("covered.flac"), "front.webp");
    }
}

/* `path` with a chunk that holds an ID3v2 tag, before the sound or at the end. */
static const char *
with_tag_chunk(const char *path, const char *id, bool is_wav, bool is_last)
{
    static struct bytes frames, tag, file;
    size_t length, at;
    uint8_t *bytes = read_bytes(path, &length), *size;

    frames.length = tag.length = file.length = 0;
    add_frame(&frames, "TIT2", &(struct bytes){ "\3Here", 5 });
    add_frame(&frames, "TPE1", &(struct bytes){ "\3Anna\0Bruno", 11 });
    add_frame(&frames, "TBPM", &(struct bytes){ "\0" "127.6", 6 });
    add_picture(&frames, "\0image/webp\0\3\0", 14, "front.webp");
    add(&tag, "ID3\4\0\0", 6);
    add_number(&tag, frames.length, 7, 4);
    add(&tag, frames.data, frames.length);
    at = is_last ? length : 12;
    add(&file, bytes, at);
    add(&file, id, 4);
    for (int i = 0; i < 4; i++)
        add(&file, &(uint8_t){ (uint8_t)(tag.length >> (is_wav ? 8 * i : 24 - 8 * i)) }, 1);
    add(&file, tag.data, tag.length);
    if (tag.length % 2)
        add(&file, "\0", 1);
    add(&file, bytes + at, length - at);
    size = file.data + 4;
    for (int i = 0; i < 4; i++)
        size[i] = (uint8_t)((file.length - 8) >> (is_wav ? 8 * i : 24 - 8 * i));
    free(bytes);
    write_file(scratch("tagged.%s", is_wav ? "wav" : "aiff"), file.data, file.length);
    return scratch("tagged.%s", is_wav ? "wav" : "aiff");
}

static void
an_id3_tag_in_a_chunk_of_wav_or_aiff_is_read(void **state)
{
    static const char *const files[] = { "short.wav", "short.aiff", "info.wav", "rf64.wav" };

    (void)state;
    write_wav(scratch("short.wav"), signal_sine, 8000, 44100, 1, 16);
    ffmpeg("-i", scratch("short.wav"), scratch("short.aiff"), NULL);
    ffmpeg("-i", scratch("short.wav"), "-metadata", "title=Cut to thirty ch", "-metadata", "artist=Ann", scratch("info.wav"), NULL);
    ffmpeg("-i", scratch("short.wav"), "-rf64", "always", "-fflags", "+bitexact", scratch("rf64.wav"), NULL);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        for (int last = i == 3; last < 2; last++) /* ds64 is always the first chunk */
            for (int small = 0; small < 2; small++) {
                const char *path = with_tag_chunk(scratch("%s", files[i]), small ? "id3 " : "ID3 ", i != 1, last);

                assert_tags(path, "Here", "Anna, Bruno");
                struct run run = run_media(MEDIA_MODE_PROBE, path, NULL);
                assert_int_equal(integer_of(json_object_get(run.result, "tags"), "bpm"), 128);
                run_free(&run);
                assert_cover(path, "front.webp");
            }
    ffmpeg("-i", scratch("short.wav"), "-i", scratch("back.jpg"), "-map", "0:a", "-map", "1:v", "-c:v", "copy", "-metadata", "title=Here", "-metadata",
           "artist=Anna", "-write_id3v2", "1", scratch("its-own.aiff"), NULL);
    assert_tags(scratch("its-own.aiff"), "Here", "Anna");
    assert_cover(scratch("its-own.aiff"), "back.jpg");
}

/* The tags of a chunk may be longer than the chunk, so a small file could have thousands of large ones read. */
static void
no_more_than_eight_tags_in_chunks_are_read(void **state)
{
    static struct bytes file;

    (void)state;
    for (int others = 7; others <= 8; others++) {
        size_t length;
        uint8_t *bytes = read_bytes(with_tag_chunk(scratch("short.wav"), "ID3 ", true, false), &length);

        file.length = 0;
        add(&file, bytes, 12);
        for (int i = 0; i < others; i++)
            add(&file, "ID3 \12\0\0\0ID3\4\0\0\0\0\0\0", 18);
        add(&file, bytes + 12, length - 12);
        free(bytes);
        for (int i = 0; i < 4; i++)
            file.data[4 + i] = (uint8_t)((file.length - 8) >> (8 * i));
        write_file(scratch("many.wav"), file.data, file.length);
        struct run run = run_media(MEDIA_MODE_AUDIO, scratch("many.wav"), NULL);
        assert_string_equal(run.outcome.code, "");
        assert_int_equal(json_is_true(json_object_get(run.result, "has_cover")), others < 8);
        run_free(&run);
    }
}

/* Each byte of the heads of boxes, pages and chunks may lie. Runs the probe alone: it reads all of them. */
static void
broken_boxes_pages_and_chunks_cost_no_more_than_their_tags(void **state)
{
    const char *const files[] = { "covered.m4a", "covered.ogg", "tagged.wav", "tagged.aiff" };

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        size_t length;
        uint8_t *bytes = read_bytes(scratch("%s", files[i]), &length), *head = memmem(bytes, length, "covr", 4);

        if (!head)
            head = i == 1 ? bytes + 28 : memmem(bytes, length, "ID3", 3);
        for (int at = -4; at < 24; at += 3) {
            uint8_t was = head[at];

            head[at] = 0xff;
            write_file(scratch("broken"), bytes, length);
            head[at] = was;
            struct run run = run_media(MEDIA_MODE_PROBE, scratch("broken"), NULL);
            assert_in_range(run.outcome.kind, MEDIA_OK, MEDIA_FAILED);
            run_free(&run);
        }
        free(bytes);
    }
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
    ffmpeg("-i", scratch("front.webp"), scratch("front.png"), NULL);
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=900x900", "-frames:v", "1", "-quality", "95", scratch("large.webp"), NULL);
    return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_artists_of_an_id3_tag_are_named),
    cmocka_unit_test(a_cover_in_webp_or_without_a_mime_type_is_found),
    cmocka_unit_test(a_front_cover_in_webp_comes_before_a_back_in_jpeg),
    cmocka_unit_test(a_flac_may_have_its_cover_in_webp),
    cmocka_unit_test(the_first_cover_of_an_m4a_is_found_whatever_its_type_says),
    cmocka_unit_test(an_ogg_may_have_its_cover_in_webp),
    cmocka_unit_test(an_id3_tag_in_a_chunk_of_wav_or_aiff_is_read),
    cmocka_unit_test(no_more_than_eight_tags_in_chunks_are_read),
    cmocka_unit_test(broken_boxes_pages_and_chunks_cost_no_more_than_their_tags),
    cmocka_unit_test(a_broken_tag_costs_no_more_than_its_tags),
};

int
main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "media-worker"))
        return media_worker_main(argc - 1, argv + 1);
    return cmocka_run_group_tests(tests, make_fixtures, scratch_remove);
}
