/* The thread that goes behind writers of uploads is held up here, as by a slow disk. */
#include "../base/test.h"

#include <pthread.h>

#include "../platform/disk_store.h"
#include "modules/uploads/writer.h"

#define ID "6e6f7468-696e-4720-8f66-206b696e6420"
#define MEGABYTE (1024 * 1024)

static char bytes[MEGABYTE];

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool held, inside;
} disk = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};

void __wrap_staged_begin_sync(struct scratch *file, uint64_t offset, uint64_t len);

void
__wrap_staged_begin_sync(struct scratch *file, uint64_t offset, uint64_t len)
{
    (void)file, (void)offset, (void)len;
    pthread_mutex_lock(&disk.lock);
    disk.inside = true;
    pthread_cond_broadcast(&disk.changed);
    while (disk.held)
        pthread_cond_wait(&disk.changed, &disk.lock);
    pthread_mutex_unlock(&disk.lock);
}

static void
disk_hold(bool held)
{
    pthread_mutex_lock(&disk.lock);
    disk.held = held;
    disk.inside = false;
    pthread_cond_broadcast(&disk.changed);
    pthread_mutex_unlock(&disk.lock);
}

static void
disk_await(void)
{
    pthread_mutex_lock(&disk.lock);
    while (!disk.inside)
        pthread_cond_wait(&disk.changed, &disk.lock);
    pthread_mutex_unlock(&disk.lock);
}

static int
start(void **state)
{
    if (open_store(state))
        return -1;
    writer_setup(storage);
    return 0;
}

static void
ending_a_writer_waits_for_no_slow_disk(void **state)
{
    struct writer *writer, *next;

    (void)state;
    disk_hold(true);
    assert_int_equal(writer_take(ID, &writer), 0);
    assert_int_equal(writer_append(writer, bytes, sizeof bytes, false), 0);
    disk_await();
    writer_end(writer); /* for ever, if it waited */
    assert_int_equal(writer_take(ID, &next), WRITER_BUSY);
    disk_hold(false);
    assert_int_equal(writer_wait(ID, &next), 0);
    assert_int_equal(writer_offset(next), MEGABYTE);
    writer_end(next);
}

static void
writers_that_end_at_any_moment_leave_the_file_to_the_next(void **state)
{
    struct writer *writer;

    (void)state;
    for (int i = 0; i < 30; i++) {
        assert_int_equal(writer_wait(ID, &writer), 0);
        assert_int_equal(writer_offset(writer), (i + 1) * MEGABYTE);
        assert_int_equal(writer_append(writer, bytes, sizeof bytes, false), 0);
        writer_end(writer);
    }
    assert_int_equal(staged_delete(storage, ID), 0);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(writer_wait(ID, &writer), 0);
        assert_int_equal(writer_offset(writer), 0);
        assert_int_equal(writer_append(writer, bytes, sizeof bytes, false), 0);
        assert_int_equal(staged_delete(storage, ID), 0);
        writer_end(writer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ending_a_writer_waits_for_no_slow_disk),
        cmocka_unit_test(writers_that_end_at_any_moment_leave_the_file_to_the_next),
    };

    return cmocka_run_group_tests(tests, start, close_store);
}
