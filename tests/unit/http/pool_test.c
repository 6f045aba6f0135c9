#include "../base/test.h"

#include <pthread.h>
#include <unistd.h>

#include "http/pool.h"

#define THREADS 8
#define EACH 2
#define TOGETHER 6

/* Tasks that run until it is opened. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned running, ran;
    bool open;
};

static void
wait_at_gate(void *argument)
{
    struct gate *gate = argument;

    pthread_mutex_lock(&gate->lock);
    gate->running++;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->lock);
    gate->ran++;
    pthread_mutex_unlock(&gate->lock);
}

static void
gate_await_running(struct gate *gate, unsigned count)
{
    pthread_mutex_lock(&gate->lock);
    while (gate->running < count)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static void
gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

static struct pool *
pool_shared(unsigned max_queued)
{
    struct pool *pool = pool_start("test", THREADS, max_queued);

    assert_non_null(pool);
    pool_share(pool, EACH, TOGETHER);
    return pool;
}

static void
whoever_has_tasks_waiting_is_crowded_and_others_are_not(void **state)
{
    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, false};
    struct pool *pool = pool_shared(64);

    (void)state;
    assert_false(pool_is_crowded(pool, 1));
    assert_true(pool_submit_for(pool, 1, wait_at_gate, &gate));
    gate_await_running(&gate, 1);
    assert_false(pool_is_crowded(pool, 1));
    assert_true(pool_submit_for(pool, 1, wait_at_gate, &gate));
    gate_await_running(&gate, EACH);
    assert_true(pool_is_crowded(pool, 1));

    for (uint64_t who = 2; who <= 3; who++) /* all that may run together do */
        for (int i = 0; i < EACH; i++)
            assert_true(pool_submit_for(pool, who, wait_at_gate, &gate));
    gate_await_running(&gate, TOGETHER);
    assert_false(pool_is_crowded(pool, 4));
    assert_false(pool_is_crowded(pool, 0));
    assert_true(pool_submit_for(pool, 4, wait_at_gate, &gate));
    assert_true(pool_is_crowded(pool, 4)); /* one of theirs waits now */
    assert_false(pool_is_crowded(pool, 5));
    assert_int_equal(pool_waiting(pool), 1);

    gate_open(&gate);
    pool_free(pool);
    assert_int_equal(gate.ran, TOGETHER + 1);
}

static void
a_flood_of_one_leaves_the_queue_to_others(void **state)
{
    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, false};
    struct pool *pool = pool_shared(128);
    unsigned accepted = 0;

    (void)state;
    for (int i = 0; i < EACH; i++)
        assert_true(pool_submit_for(pool, 1, wait_at_gate, &gate));
    gate_await_running(&gate, EACH);
    while (accepted < 128 && pool_submit_for(pool, 1, wait_at_gate, &gate))
        accepted++;
    assert_int_equal(accepted, 8 * THREADS);
    assert_true(pool_submit_for(pool, 2, wait_at_gate, &gate)); /* and it runs before those that wait */
    gate_await_running(&gate, EACH + 1);
    assert_true(pool_submit(pool, wait_at_gate, &gate));
    gate_await_running(&gate, EACH + 2);

    gate_open(&gate);
    pool_free(pool);
    assert_int_equal(gate.ran, EACH + 8 * THREADS + 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_has_tasks_waiting_is_crowded_and_others_are_not),
        cmocka_unit_test(a_flood_of_one_leaves_the_queue_to_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
