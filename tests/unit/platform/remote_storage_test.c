/* A store on the network fits the interface: this driver keeps its files in memory, knows nothing but "put whole", "get a range" and "delete",
 * and counts what it is asked. */
#include "../base/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/storage/driver.h"

#define OBJECTS 8
#define PART 5 /* a writer sends parts of this size, as an object store's multipart upload does */

struct object {
    char key[STORAGE_KEY_MAX + 1];
    char *bytes;
    size_t size;
};

struct remote {
    struct storage pub;
    struct object objects[OBJECTS];
    int ranges_asked, parts_sent, most_buffered;
    uint64_t last_offset, last_limit;
};

struct remote_source {
    struct source pub;
    struct remote *remote;
    struct object *object;
};

struct remote_writer {
    struct storage_writer pub;
    char key[STORAGE_KEY_MAX + 1];
    char part[PART];
    int buffered;
    char *sent;
    size_t sent_size;
};

static struct object *
remote_find(struct remote *remote, const char *key)
{
    for (int i = 0; i < OBJECTS; i++)
        if (strcmp(remote->objects[i].key, key) == 0)
            return &remote->objects[i];
    return NULL;
}

static ssize_t
remote_read(struct source_reader *reader, void *to, size_t len)
{
    struct remote_source *source = (struct remote_source *)reader->source;

    if (!reader->state) { /* the request for the range */
        source->remote->ranges_asked++;
        source->remote->last_offset = reader->at;
        source->remote->last_limit = reader->end - reader->at;
        reader->state = source->object->bytes + reader->at;
    }
    len = len > 3 ? 3 : len; /* networks give what they have */
    memcpy(to, reader->state, len);
    reader->state = (char *)reader->state + len;
    return (ssize_t)len;
}

static void
remote_source_close(struct source *source)
{
    free(source);
}

static int
remote_open(struct storage *storage, const char *key, struct source **ret_source)
{
    static const struct source_driver driver = {.read = remote_read, .close = remote_source_close};
    struct remote *remote = (struct remote *)storage;
    struct object *object = remote_find(remote, key);
    struct remote_source *source;

    if (!object)
        return STORAGE_NOT_FOUND;
    source = calloc(1, sizeof *source);
    assert_non_null(source);
    source->pub = (struct source){.driver = &driver, .refs = 1, .size = object->size, .fd = -1};
    source->remote = remote;
    source->object = object;
    *ret_source = &source->pub;
    return 0;
}

static int
remote_begin(struct storage *storage, const char *key, struct storage_writer **ret_writer)
{
    struct remote_writer *writer = calloc(1, sizeof *writer);

    assert_non_null(writer);
    writer->pub.storage = storage;
    snprintf(writer->key, sizeof writer->key, "%s", key);
    *ret_writer = &writer->pub;
    return 0;
}

static void
remote_send_part(struct remote_writer *writer)
{
    struct remote *remote = (struct remote *)writer->pub.storage;

    writer->sent = realloc(writer->sent, writer->sent_size + PART);
    memcpy(writer->sent + writer->sent_size, writer->part, (size_t)writer->buffered);
    writer->sent_size += (size_t)writer->buffered;
    remote->most_buffered = writer->buffered > remote->most_buffered ? writer->buffered : remote->most_buffered;
    writer->buffered = 0;
    remote->parts_sent++;
}

static int
remote_write(struct storage_writer *pub, const void *bytes, size_t len)
{
    struct remote_writer *writer = (struct remote_writer *)pub;

    for (size_t i = 0; i < len; i++) {
        writer->part[writer->buffered++] = ((const char *)bytes)[i];
        if (writer->buffered == PART)
            remote_send_part(writer);
    }
    return 0;
}

static void
remote_abort(struct storage_writer *pub)
{
    struct remote_writer *writer = (struct remote_writer *)pub;

    free(writer->sent);
    free(writer);
}

static int
remote_commit(struct storage_writer *pub)
{
    struct remote_writer *writer = (struct remote_writer *)pub;
    struct object *object = remote_find((struct remote *)pub->storage, "");

    if (writer->buffered)
        remote_send_part(writer);
    assert_non_null(object);
    snprintf(object->key, sizeof object->key, "%s", writer->key);
    object->bytes = writer->sent;
    object->size = writer->sent_size;
    free(writer);
    return 0;
}

/* Sends scratch through a writer: what any driver can do that cannot link it. */
static int
remote_keep(struct storage *storage, const char *key, struct scratch *scratch)
{
    struct source *source = scratch_source(scratch);
    struct source_reader reader = source_reader(source, 0, UINT64_MAX);
    struct storage_writer *writer;
    char piece[7];
    ssize_t n;

    remote_begin(storage, key, &writer);
    while ((n = source_read(&reader, piece, sizeof piece)) > 0)
        remote_write(writer, piece, (size_t)n);
    source_read_end(&reader);
    source_unref(source);
    return n == 0 ? remote_commit(writer) : STORAGE_FAILED;
}

static const struct storage_driver remote_driver = {
    .keep = remote_keep, .begin = remote_begin, .write = remote_write, .commit = remote_commit, .abort = remote_abort, .open = remote_open};

static struct remote remote = {.pub = {.driver = &remote_driver, .scratch_dir = "/tmp"}};

static int
empty(void **state)
{
    (void)state;
    for (int i = 0; i < OBJECTS; i++)
        free(remote.objects[i].bytes);
    remote = (struct remote){.pub = remote.pub};
    return 0;
}

static int
open_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void
put(const char *key, const char *text)
{
    struct storage_writer *writer;

    assert_int_equal(storage_begin(&remote.pub, key, &writer), 0);
    assert_int_equal(storage_write(writer, text, strlen(text)), 0);
    assert_int_equal(storage_commit(writer), 0);
}

static void
a_file_is_written_in_parts_with_bounded_memory_and_appears_whole(void **state)
{
    struct storage_writer *writer;
    struct source *source;
    char text[32] = "";

    (void)state;
    assert_int_equal(storage_begin(&remote.pub, "hls/a/one", &writer), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(storage_write(writer, "music", 4), 0);
    assert_int_equal(storage_open(&remote.pub, "hls/a/one", &source), STORAGE_NOT_FOUND);
    assert_int_equal(storage_commit(writer), 0);
    assert_int_equal(remote.parts_sent, 4);
    assert_int_equal(remote.most_buffered, PART);
    assert_int_equal(storage_open(&remote.pub, "hls/a/one", &source), 0);
    assert_false(source_is_local(source));
    assert_true(source_read_all(source, text));
    assert_string_equal(text, "musimusimusimusi");
    source_unref(source);
}

static void
a_reader_asks_for_its_range_at_its_first_read_and_once(void **state)
{
    struct source_reader reader;
    struct source *source;
    char text[8] = "";
    size_t len = 0;
    ssize_t n;

    (void)state;
    put("originals/a", "0123456789");
    assert_int_equal(storage_open(&remote.pub, "originals/a", &source), 0);
    reader = source_reader(source, 2, 6);
    assert_int_equal(remote.ranges_asked, 0);
    while ((n = source_read(&reader, text + len, sizeof text - len)) > 0)
        len += (size_t)n;
    assert_int_equal(n, 0);
    assert_string_equal(text, "234567");
    assert_int_equal(remote.ranges_asked, 1);
    assert_int_equal(remote.last_offset, 2);
    assert_int_equal(remote.last_limit, 6);
    source_read_end(&reader);
    source_unref(source);
}

static void
a_local_source_is_a_copy_that_is_gone_with_it(void **state)
{
    int before = open_descriptors();
    struct source *source;
    char text[16] = "";

    (void)state;
    put("originals/b", "0123456789");
    assert_int_equal(storage_open_local(&remote.pub, "originals/b", &source), 0);
    assert_true(source_is_local(source));
    assert_int_equal(source_copy_size(source), 10);
    assert_true(source_read_all(source, text));
    assert_string_equal(text, "0123456789");
    source_unref(source);
    assert_int_equal(storage_open_local(&remote.pub, "originals/nothing", &source), STORAGE_NOT_FOUND);
    assert_int_equal(open_descriptors(), before);
}

static void
what_was_received_is_kept_by_sending_it(void **state)
{
    struct scratch *scratch;
    struct source *source;
    char text[16] = "";

    (void)state;
    assert_int_equal(storage_scratch(&remote.pub, &scratch), 0);
    assert_int_equal(scratch_write(scratch, "received", 8), 0);
    assert_int_equal(storage_keep(&remote.pub, "originals/c", scratch), 0);
    scratch_free(scratch);
    assert_int_equal(storage_open(&remote.pub, "originals/c", &source), 0);
    assert_true(source_read_all(source, text));
    assert_string_equal(text, "received");
    source_unref(source);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_written_in_parts_with_bounded_memory_and_appears_whole, empty, empty),
        cmocka_unit_test_setup_teardown(a_reader_asks_for_its_range_at_its_first_read_and_once, empty, empty),
        cmocka_unit_test_setup_teardown(a_local_source_is_a_copy_that_is_gone_with_it, empty, empty),
        cmocka_unit_test_setup_teardown(what_was_received_is_kept_by_sending_it, empty, empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
