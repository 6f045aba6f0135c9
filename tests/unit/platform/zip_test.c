/* zip_test.c - archives beyond 4 GB, and sinks that give up. */
#include "../base/test.h"

#include <stdlib.h>
#include <string.h>

#include "platform/archive/zip.h"

#define TAIL 4096
#define MIB (1024 * 1024)

struct sink {
    uint64_t size, limit;
    char tail[TAIL];
};

static int
take(void *context, const void *bytes, size_t len)
{
    struct sink *sink = context;

    sink->size += len;
    if (sink->size > sink->limit)
        return -1;
    if (len >= TAIL) {
        memcpy(sink->tail, (const char *)bytes + len - TAIL, TAIL);
    } else {
        memmove(sink->tail, sink->tail + len, TAIL - len);
        memcpy(sink->tail + TAIL - len, bytes, len);
    }
    return 0;
}

/* 4100 MB of nothing, as they are. */
static int
write_big(struct zip *zip)
{
    char *piece = calloc(1, MIB);
    int error = zip_begin(zip, "files/big.wav", INT64_C(4100) * MIB, false);

    for (int i = 0; !error && i < 4100; i++)
        error = zip_write(zip, piece, MIB);
    free(piece);
    return error;
}

static void
an_archive_beyond_4_gb_is_zip64(void **state)
{
    static struct sink sink = {.limit = UINT64_MAX};
    struct zip *zip = zip_new(take, &sink);

    (void)state;
    assert_non_null(zip);
    assert_int_equal(write_big(zip), 0);
    assert_int_equal(zip_begin(zip, "data/last.json", -1, true), 0);
    assert_int_equal(zip_write(zip, "[]", 2), 0);
    assert_int_equal(zip_finish(zip), 0);
    zip_free(zip);
    assert_true(sink.size > UINT64_C(4100) * MIB);
    assert_true(sink.size < UINT64_C(4101) * MIB);
    assert_non_null(memmem(sink.tail, TAIL, "PK\6\6", 4)); /* the end of a ZIP64 directory */
}

static void
a_sink_that_gives_up_ends_the_archive(void **state)
{
    static struct sink sink = {.limit = 8 * MIB};
    struct zip *zip = zip_new(take, &sink);

    (void)state;
    assert_non_null(zip);
    assert_int_not_equal(write_big(zip), 0);
    assert_int_not_equal(zip_finish(zip), 0);
    zip_free(zip);
    assert_true(sink.size < 16 * MIB);
}

static void
freeing_without_the_end_writes_no_more(void **state)
{
    static struct sink sink = {.limit = UINT64_MAX};
    struct zip *zip = zip_new(take, &sink);
    uint64_t size;

    (void)state;
    assert_int_equal(zip_begin(zip, "data/a.json", -1, true), 0);
    assert_int_equal(zip_write(zip, "{}", 2), 0);
    size = sink.size;
    zip_free(zip);
    assert_true(sink.size == size);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_archive_beyond_4_gb_is_zip64),
                                       cmocka_unit_test(a_sink_that_gives_up_ends_the_archive),
                                       cmocka_unit_test(freeing_without_the_end_writes_no_more)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
