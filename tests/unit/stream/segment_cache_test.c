/* Open files of streams: found again, bounded, and alive as long as somebody sends them. */
#include "../base/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/source_driver.h"
#include "stream/cache.h"

static int
file_with(const char *text, size_t len)
{
    int fd = memfd_create("segment", MFD_CLOEXEC);

    assert_int_equal(write(fd, text, len), len);
    return fd;
}

static struct source *
source_with(const char *text, size_t len, uint64_t size)
{
    struct source *source = source_of_file(file_with(text, len), size);

    assert_non_null(source);
    return source;
}

static bool
is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static struct segment *
put(struct segment_cache *cache, const char *key, const char *text)
{
    struct segment *segment =
        segment_cache_put(cache, key, source_with(text, strlen(text), strlen(text)), "audio/mp4", "public, immutable");

    assert_non_null(segment);
    return segment;
}

static void
a_file_is_found_with_its_tag_and_headers(void **state)
{
    struct segment_cache *cache = segment_cache_new(64, UINT64_MAX, "X-Content-Type-Options: nosniff\r\n");
    struct segment *one = put(cache, "hls/a/low/init.mp4", "abc"), *found = segment_cache_get(cache, "hls/a/low/init.mp4");

    (void)state;
    assert_ptr_equal(one, found);
    assert_int_equal(found->size, 3);
    assert_memory_equal(found->body.ptr, "abc", 3);
    assert_int_equal(strlen(found->etag), 18);
    assert_non_null(memmem(found->head.ptr, found->head.len, found->etag, 18));
    assert_non_null(memmem(found->head.ptr, found->head.len, "Content-Length: 3\r\n", 19));
    assert_memory_equal(found->head.ptr + found->head.len - 4, "\r\n\r\n", 4);
    assert_null(segment_cache_get(cache, "hls/a/low"));
    segment_unref(found);
    segment_unref(one);
    segment_cache_free(cache);
}

static void
the_tag_follows_from_the_contents(void **state)
{
    struct segment_cache *cache = segment_cache_new(64, UINT64_MAX, "X-Content-Type-Options: nosniff\r\n");
    struct segment *a = put(cache, "a", "same"), *b = put(cache, "b", "same"), *c = put(cache, "c", "other");

    (void)state;
    assert_string_equal(a->etag, b->etag);
    assert_string_not_equal(a->etag, c->etag);
    segment_unref(a);
    segment_unref(b);
    segment_unref(c);
    segment_cache_free(cache);
}

static void
large_files_stay_in_the_file(void **state)
{
    struct segment_cache *cache = segment_cache_new(64, UINT64_MAX, "X-Content-Type-Options: nosniff\r\n");
    char *bytes = calloc(1, 600000);
    struct segment *segment = segment_cache_put(cache, "big", source_with(bytes, 600000, 600000), "audio/mp4", "public");

    (void)state;
    assert_non_null(segment);
    assert_null(segment->body.ptr);
    assert_true(is_open(segment->source->fd));
    segment_unref(segment);
    segment_cache_free(cache);
    free(bytes);
}

static void
a_file_that_is_shorter_than_said_is_refused(void **state)
{
    struct segment_cache *cache = segment_cache_new(64, UINT64_MAX, "X-Content-Type-Options: nosniff\r\n");
    struct source *source = source_with("abc", 3, 10);
    int fd = source->fd;

    (void)state;
    assert_null(segment_cache_put(cache, "x", source, "audio/mp4", "public"));
    assert_false(is_open(fd));
    segment_cache_free(cache);
}

static void
forgetting_takes_a_track_and_spares_who_still_sends(void **state)
{
    struct segment_cache *cache = segment_cache_new(64, UINT64_MAX, "X-Content-Type-Options: nosniff\r\n");
    struct segment *a = put(cache, "hls/a/low/init.mp4", "abc"), *b = put(cache, "hls/ab/low/init.mp4", "def");
    int fd = a->source->fd;

    (void)state;
    segment_cache_forget(cache, "hls/a/");
    assert_null(segment_cache_get(cache, "hls/a/low/init.mp4"));
    assert_memory_equal(a->body.ptr, "abc", 3);
    assert_true(is_open(fd));
    segment_unref(a);
    assert_false(is_open(fd));
    segment_unref(b);
    b = segment_cache_get(cache, "hls/ab/low/init.mp4");
    assert_non_null(b);
    segment_unref(b);
    segment_cache_free(cache);
}

static void
the_number_of_open_files_is_bounded_and_what_is_used_stays(void **state)
{
    struct segment_cache *cache = segment_cache_new(64, UINT64_MAX, "X-Content-Type-Options: nosniff\r\n");
    char key[32];
    int first = file_with("", 0), last;

    (void)state;
    segment_unref(put(cache, "hot", "hot"));
    for (int i = 0; i < 2000; i++) {
        struct segment *hot = segment_cache_get(cache, "hot");

        assert_non_null(hot);
        segment_unref(hot);
        snprintf(key, sizeof key, "cold/%d", i);
        segment_unref(put(cache, key, key));
    }
    last = file_with("", 0);
    assert_true(last - first < 64 + 2 * 16);
    segment_cache_free(cache);
    close(first);
    close(last);
}

static void
copies_of_files_elsewhere_are_bounded_in_bytes(void **state)
{
    struct segment_cache *cache = segment_cache_new(16 * 64, 16 * 1000, "");
    uint64_t held = 0;
    char key[32];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct source *source = source_with("0123456789", 10, 10);

        source->copy_size = 100; /* as if it were a copy */
        snprintf(key, sizeof key, "copy/%d", i);
        segment_unref(segment_cache_put(cache, key, source, "audio/mp4", "public"));
    }
    for (int i = 0; i < 1000; i++) {
        struct segment *segment;

        snprintf(key, sizeof key, "copy/%d", i);
        segment = segment_cache_get(cache, key);
        held += segment ? 100 : 0;
        segment_unref(segment);
    }
    assert_in_range(held, 16 * 500, 16 * 1000);
    segment_cache_free(cache);
}

static void *
use(void *argument)
{
    struct segment_cache *cache = argument;
    char key[32];

    for (int i = 0; i < 5000; i++) {
        struct segment *segment;

        snprintf(key, sizeof key, "k/%d", i * 7 % 100);
        segment = segment_cache_get(cache, key);
        if (!segment)
            segment = put(cache, key, key);
        if (segment->size != strlen(key) || memcmp(segment->body.ptr, key, segment->size) != 0)
            abort();
        segment_unref(segment);
        if (i % 1000 == 0)
            segment_cache_forget(cache, "k/5");
    }
    return NULL;
}

static void
many_threads_may_use_it(void **state)
{
    struct segment_cache *cache = segment_cache_new(48, UINT64_MAX, "");
    pthread_t threads[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use, cache), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    segment_cache_free(cache);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_found_with_its_tag_and_headers),
        cmocka_unit_test(the_tag_follows_from_the_contents),
        cmocka_unit_test(large_files_stay_in_the_file),
        cmocka_unit_test(a_file_that_is_shorter_than_said_is_refused),
        cmocka_unit_test(forgetting_takes_a_track_and_spares_who_still_sends),
        cmocka_unit_test(the_number_of_open_files_is_bounded_and_what_is_used_stays),
        cmocka_unit_test(copies_of_files_elsewhere_are_bounded_in_bytes),
        cmocka_unit_test(many_threads_may_use_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
