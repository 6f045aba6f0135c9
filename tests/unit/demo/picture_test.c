/* Tests of the drawn pictures: another decoder reads them, they show something, and no two are alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <png.h>

#include "cover.h"

enum { TEST_SIZE = 160 };

/* Decodes with libpng's simplified reader; the caller frees. */
static uint8_t *
decode(const uint8_t *bytes, size_t length, unsigned size)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    uint8_t *rgb = malloc((size_t)size * size * 3);

    assert_non_null(rgb);
    assert_int_equal(png_image_begin_read_from_memory(&image, bytes, length), 1);
    assert_int_equal(image.width, size);
    assert_int_equal(image.height, size);
    image.format = PNG_FORMAT_RGB;
    assert_int_equal(png_image_finish_read(&image, NULL, rgb, 0, NULL), 1);
    return rgb;
}

/* Mean distance of the pixels from the mean colour, 0..255. */
static double
contrast(const uint8_t *rgb, unsigned size)
{
    double sum[3] = { 0 }, far = 0;
    size_t pixels = (size_t)size * size;

    for (size_t i = 0; i < pixels * 3; i++)
        sum[i % 3] += rgb[i];
    for (size_t i = 0; i < pixels * 3; i++)
        far += abs((int)rgb[i] - (int)(sum[i % 3] / (double)pixels));
    return far / (double)(pixels * 3);
}

static double
distance(const uint8_t *a, const uint8_t *b, unsigned size)
{
    double sum = 0;

    for (size_t i = 0; i < (size_t)size * size * 3; i++)
        sum += abs((int)a[i] - (int)b[i]);
    return sum / ((double)size * size * 3);
}

static void
every_cover_decodes_is_not_flat_and_is_the_only_one_of_its_kind(void **state)
{
    uint8_t *seen[64];

    (void)state;
    assert_true(demo_tracks_count <= 64);
    for (size_t i = 0; i < demo_tracks_count; i++) {
        uint8_t *png;
        size_t length;

        assert_int_equal(demo_cover_png(&demo_tracks[i], TEST_SIZE, &png, &length), DEMO_OK);
        seen[i] = decode(png, length, TEST_SIZE);
        free(png);
        assert_true(contrast(seen[i], TEST_SIZE) > 8);
        for (size_t k = 0; k < i; k++)
            assert_true(distance(seen[i], seen[k], TEST_SIZE) > 2);
    }
    for (size_t i = 0; i < demo_tracks_count; i++)
        free(seen[i]);
}

static void
every_avatar_decodes_and_nobody_looks_like_somebody_else(void **state)
{
    uint8_t *seen[32];

    (void)state;
    assert_true(demo_people_count <= 32);
    for (size_t i = 0; i < demo_people_count; i++) {
        uint8_t *png;
        size_t length;

        assert_int_equal(demo_avatar_png(&demo_people[i], TEST_SIZE, &png, &length), DEMO_OK);
        seen[i] = decode(png, length, TEST_SIZE);
        free(png);
        assert_true(contrast(seen[i], TEST_SIZE) > 12);
        for (size_t k = 0; k < i; k++)
            assert_true(distance(seen[i], seen[k], TEST_SIZE) > 4);
    }
    for (size_t i = 0; i < demo_people_count; i++)
        free(seen[i]);
}

static void
a_full_size_cover_fits_an_upload_and_is_the_same_each_time(void **state)
{
    uint8_t *one, *two, *rgb;
    size_t one_length, two_length;

    (void)state;
    assert_int_equal(demo_cover_png(&demo_tracks[0], DEMO_COVER_SIZE, &one, &one_length), DEMO_OK);
    assert_int_equal(demo_cover_png(&demo_tracks[0], DEMO_COVER_SIZE, &two, &two_length), DEMO_OK);
    assert_int_equal(one_length, two_length);
    assert_memory_equal(one, two, one_length);
    assert_in_range(one_length, 100000, 4000000);
    rgb = decode(one, one_length, DEMO_COVER_SIZE);
    assert_true(contrast(rgb, DEMO_COVER_SIZE) > 8);
    free(one);
    free(two);
    free(rgb);
}

static void
an_impossible_picture_is_refused(void **state)
{
    struct demo_track unknown = demo_tracks[0];
    uint8_t *png = NULL;
    size_t length = 7;

    (void)state;
    assert_int_equal(demo_cover_png(&demo_tracks[0], 0, &png, &length), DEMO_INVALID);
    assert_int_equal(demo_avatar_png(&demo_people[0], 5000, &png, &length), DEMO_INVALID);
    unknown.piece.style = DEMO_STYLE_COUNT;
    assert_int_equal(demo_cover_png(&unknown, 64, &png, &length), DEMO_INVALID);
    assert_null(png);
    assert_int_equal(length, 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cover_decodes_is_not_flat_and_is_the_only_one_of_its_kind),
        cmocka_unit_test(every_avatar_decodes_and_nobody_looks_like_somebody_else),
        cmocka_unit_test(a_full_size_cover_fits_an_upload_and_is_the_same_each_time),
        cmocka_unit_test(an_impossible_picture_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
