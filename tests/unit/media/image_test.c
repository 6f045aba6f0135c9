/* image_test.c - covers and banners. */
#include "support.h"

#include "worker.h"

#include <stdlib.h>
#include <string.h>
#include <stdio.h>

/* The middle pixel, as RGB, and the size of an image. */
static void
look_at(const char *path, int *ret_width, int *ret_height, uint8_t *rgb, double x, double y)
{
    const char *raw = scratch("image.ppm");
    int width, height, offset;

    ffmpeg("-i", path, "-c:v", "ppm", "-f", "image2pipe", raw, NULL);
    FILE *in = fopen(raw, "rb");
    assert_int_equal(fscanf(in, "P6 %d %d 255%n", &width, &height, &offset), 2);
    fseek(in, offset + 1 + 3L * ((long)(y * height) * width + (long)(x * width)), SEEK_SET);
    assert_int_equal(fread(rgb, 1, 3, in), 3);
    fclose(in);
    *ret_width = width;
    *ret_height = height;
}

static void
assert_colour(const uint8_t *rgb, int r, int g, int b)
{
    assert_in_range(rgb[0] + 40, r, r + 80);
    assert_in_range(rgb[1] + 40, g, g + 80);
    assert_in_range(rgb[2] + 40, b, b + 80);
}

static void
a_cover_is_cropped_in_the_centre(void **state)
{
    static const char *const kinds[] = { "jpg", "png", "webp" };
    static const int banner_widths[] = {1500, 750};
    static const int sizes[] = { 1200, 600, 300 };

    (void)state;
    for (int k = 0; k < 3; k++) {
        /* red | green square | blue */
        ffmpeg("-f", "lavfi", "-i", "color=red:s=600x1400", "-f", "lavfi", "-i", "color=lime:s=1400x1400", "-f", "lavfi", "-i", "color=blue:s=600x1400",
               "-filter_complex", "hstack=3", "-frames:v", "1", scratch("wide.%s", kinds[k]), NULL);
        struct run run = run_media(MEDIA_MODE_IMAGE, scratch("wide.%s", kinds[k]), NULL);

        assert_int_equal(run.outcome.kind, MEDIA_OK);
        assert_int_equal(integer_of(run.result, "width"), 2600);
        for (int s = 0; s < 3; s++) {
            char path[700];
            uint8_t rgb[3];
            int width, height;

            snprintf(path, sizeof path, "%s/image_%d.webp", run.folder, sizes[s]);
            look_at(path, &width, &height, rgb, 0.02, 0.5);
            assert_int_equal(width, sizes[s]);
            assert_int_equal(height, sizes[s]);
            assert_colour(rgb, 0, 255, 0);
            look_at(path, &width, &height, rgb, 0.98, 0.5);
            assert_colour(rgb, 0, 255, 0);
        }
        run_free(&run);
        run = run_media(MEDIA_MODE_BANNER, scratch("wide.%s", kinds[k]), NULL);
        assert_int_equal(run.outcome.kind, MEDIA_OK);
        assert_int_equal(run.files, 2);
        for (int s = 0; s < 2; s++) {
            char path[700];
            uint8_t rgb[3];
            int width, height;

            snprintf(path, sizeof path, "%s/banner_%d.webp", run.folder, banner_widths[s]);
            look_at(path, &width, &height, rgb, 0.5, 0.5);
            assert_int_equal(width, banner_widths[s]);
            assert_int_equal(height, banner_widths[s] / 3);
            assert_colour(rgb, 0, 255, 0);
        }
        run_free(&run);
    }
}

static void
a_jpeg_for_tags_is_bounded_and_stands_on_white(void **state)
{
    char path[700];
    uint8_t rgb[3];
    int width, height;

    (void)state;
    ffmpeg("-f", "lavfi", "-i", "color=blue@0:s=1400x1400,format=rgba", "-f", "lavfi", "-i", "color=red:s=700x1400,format=rgba",
           "-filter_complex", "[0][1]overlay=0:0:format=rgb", "-frames:v", "1", scratch("clear.png"), NULL);
    struct run run = run_media(MEDIA_MODE_JPEG, scratch("clear.png"), NULL);
    assert_int_equal(run.outcome.kind, MEDIA_OK);
    assert_int_equal(run.files, 1);
    snprintf(path, sizeof path, "%s/image.jpg", run.folder);
    look_at(path, &width, &height, rgb, 0.25, 0.5);
    assert_int_equal(width, 1000);
    assert_int_equal(height, 1000);
    assert_colour(rgb, 255, 0, 0);
    look_at(path, &width, &height, rgb, 0.75, 0.5);
    assert_colour(rgb, 255, 255, 255);
    run_free(&run);
}

static void
a_small_image_is_not_enlarged(void **state)
{
    char path[700];
    uint8_t rgb[3];
    int width, height;

    (void)state;
    ffmpeg("-f", "lavfi", "-i", "color=red:s=500x400", "-frames:v", "1", scratch("small.png"), NULL);
    struct run run = run_media(MEDIA_MODE_IMAGE, scratch("small.png"), NULL);
    snprintf(path, sizeof path, "%s/image_1200.webp", run.folder);
    look_at(path, &width, &height, rgb, 0.5, 0.5);
    assert_int_equal(width, 400);
    assert_int_equal(height, 400);
    assert_colour(rgb, 255, 0, 0);
    run_free(&run);
}

static void
a_turned_photograph_stands_upright(void **state)
{
    /* APP1 with one EXIF entry: orientation 6, "turn by 90 degrees clockwise to show" */
    static const uint8_t exif[] = { 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
                                    0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0 };
    char *jpeg;
    char path[700];
    uint8_t rgb[3];
    int width, height;

    (void)state;
    ffmpeg("-f", "lavfi", "-i", "color=red:s=800x400", "-f", "lavfi", "-i", "color=blue:s=800x400", "-filter_complex", "vstack", "-frames:v", "1",
           scratch("plain.jpg"), NULL);
    jpeg = read_text(scratch("plain.jpg"));
    FILE *in = fopen(scratch("plain.jpg"), "rb"), *out = fopen(scratch("turned.jpg"), "wb");
    fseek(in, 2, SEEK_SET);
    fwrite(jpeg, 1, 2, out);
    fwrite(exif, 1, sizeof exif, out);
    for (int c; (c = fgetc(in)) != EOF;)
        fputc(c, out);
    fclose(in);
    fclose(out);
    free(jpeg);
    struct run run = run_media(MEDIA_MODE_IMAGE, scratch("turned.jpg"), NULL);
    assert_string_equal(run.outcome.code, "");
    snprintf(path, sizeof path, "%s/image_600.webp", run.folder);
    look_at(path, &width, &height, rgb, 0.9, 0.5); /* the top went to the right */
    assert_colour(rgb, 255, 0, 0);
    look_at(path, &width, &height, rgb, 0.1, 0.5);
    assert_colour(rgb, 0, 0, 255);
    run_free(&run);
}

static void
what_is_no_image_or_too_large_is_refused(void **state)
{
    static const uint8_t bomb[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\x86\xa0\0\1\x86\xa0\x08\2\0\0\0\0\0\0\0\0\0\0\0";

    (void)state;
    write_file(scratch("text.png"), "<svg onload=alert(1)>", 21);
    assert_fails(MEDIA_MODE_IMAGE, scratch("text.png"), "image_unreadable");
    write_file(scratch("empty.png"), "", 0);
    assert_fails(MEDIA_MODE_IMAGE, scratch("empty.png"), "empty_file");
    write_file(scratch("bomb.png"), bomb, sizeof bomb - 1);
    assert_fails(MEDIA_MODE_IMAGE, scratch("bomb.png"), "image_too_large");
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=300x300", "-frames:v", "1", scratch("cut.png"), NULL);
    cut_file(scratch("cut.png"), 0.02);
    assert_fails(MEDIA_MODE_IMAGE, scratch("cut.png"), "image_unreadable");
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", scratch("moving.gif"), NULL);
    assert_fails(MEDIA_MODE_IMAGE, scratch("moving.gif"), "image_unreadable");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_cover_is_cropped_in_the_centre),
    cmocka_unit_test(a_jpeg_for_tags_is_bounded_and_stands_on_white),
    cmocka_unit_test(a_small_image_is_not_enlarged),
    cmocka_unit_test(a_turned_photograph_stands_upright),
    cmocka_unit_test(what_is_no_image_or_too_large_is_refused),
};
MAIN_WITH_WORKER(tests)
