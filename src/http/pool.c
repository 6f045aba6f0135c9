#include "http/pool.h"

#include <pthread.h>
#include <stdlib.h>

#define QUEUED_EACH 8 /* so many tasks of one `who` may wait for each thread of the pool */

struct task {
    uint64_t who;
    void (*run)(void *argument);
    void *argument;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t *threads;
    unsigned thread_count;
    struct task *tasks; /* a ring */
    unsigned size, head, count;
    uint64_t *running; /* the `who` of each running task that has one */
    unsigned running_count, each, together;
    bool stopping;
};

static struct task *
pool_task(struct pool *pool, unsigned place)
{
    return &pool->tasks[(pool->head + place) % pool->size];
}

static unsigned
pool_running(const struct pool *pool, uint64_t who)
{
    unsigned same = 0;

    for (unsigned i = 0; i < pool->running_count; i++)
        same += pool->running[i] == who;
    return same;
}

static unsigned
pool_queued(struct pool *pool, uint64_t who)
{
    unsigned same = 0;

    for (unsigned place = 0; place < pool->count; place++)
        same += pool_task(pool, place)->who == who;
    return same;
}

static bool
pool_may_run(const struct pool *pool, uint64_t who)
{
    return !who || (pool->running_count < pool->together && pool_running(pool, who) < pool->each);
}

/* Takes the first task that may run. False: none may. */
static bool
pool_take(struct pool *pool, struct task *ret_task)
{
    unsigned place = 0;

    while (place < pool->count && !pool_may_run(pool, pool_task(pool, place)->who))
        place++;
    if (place == pool->count)
        return false;
    *ret_task = *pool_task(pool, place);
    for (; place > 0; place--)
        *pool_task(pool, place) = *pool_task(pool, place - 1);
    pool->head = (pool->head + 1) % pool->size;
    pool->count--;
    if (ret_task->who)
        pool->running[pool->running_count++] = ret_task->who;
    return true;
}

static void
pool_ran(struct pool *pool, uint64_t who)
{
    unsigned at = 0;

    while (pool->running[at] != who)
        at++;
    pool->running[at] = pool->running[--pool->running_count];
    if (pool->count || pool->stopping)
        pthread_cond_broadcast(&pool->wake); /* one that waited for this one may run */
}

/* Waits for a task that may run. False: the pool stops, and no task is left. */
static bool
pool_next(struct pool *pool, struct task *ret_task)
{
    while (!pool_take(pool, ret_task)) {
        if (pool->stopping && !pool->count)
            return false;
        pthread_cond_wait(&pool->wake, &pool->lock);
    }
    return true;
}

static void *
work(void *argument)
{
    struct pool *pool = argument;
    struct task task;

    pthread_mutex_lock(&pool->lock);
    while (pool_next(pool, &task)) {
        pthread_mutex_unlock(&pool->lock);
        task.run(task.argument);
        pthread_mutex_lock(&pool->lock);
        if (task.who)
            pool_ran(pool, task.who);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

struct pool *
pool_start(const char *name, unsigned threads, unsigned max_queued)
{
    struct pool *pool = calloc(1, sizeof *pool);

    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pool->size = max_queued;
    pool->tasks = calloc(max_queued, sizeof *pool->tasks);
    pool->threads = calloc(threads, sizeof *pool->threads);
    pool->running = calloc(threads, sizeof *pool->running);
    pool->each = pool->together = threads;
    while (pool->tasks && pool->threads && pool->running && pool->thread_count < threads) {
        if (pthread_create(&pool->threads[pool->thread_count], NULL, work, pool))
            break;
        pthread_setname_np(pool->threads[pool->thread_count++], name);
    }
    if (pool->thread_count == threads)
        return pool;
    pool_free(pool);
    return NULL;
}

void
pool_share(struct pool *pool, unsigned each, unsigned together)
{
    pool->each = each ? each : 1;
    pool->together = together ? together : 1;
}

bool
pool_is_crowded(struct pool *pool, uint64_t who)
{
    bool crowded;

    pthread_mutex_lock(&pool->lock);
    crowded = who && (pool_running(pool, who) >= pool->each || pool_queued(pool, who));
    pthread_mutex_unlock(&pool->lock);
    return crowded;
}

bool
pool_submit(struct pool *pool, void (*run)(void *argument), void *argument)
{
    return pool_submit_for(pool, 0, run, argument);
}

bool
pool_submit_for(struct pool *pool, uint64_t who, void (*run)(void *argument), void *argument)
{
    bool accepted;

    pthread_mutex_lock(&pool->lock);
    accepted = !pool->stopping && pool->count < pool->size && (!who || pool_queued(pool, who) < QUEUED_EACH * pool->thread_count);
    if (accepted) {
        pool->tasks[(pool->head + pool->count++) % pool->size] = (struct task){who, run, argument};
        pthread_cond_signal(&pool->wake);
    }
    pthread_mutex_unlock(&pool->lock);
    return accepted;
}

unsigned
pool_waiting(struct pool *pool)
{
    unsigned count;

    pthread_mutex_lock(&pool->lock);
    count = pool->count;
    pthread_mutex_unlock(&pool->lock);
    return count;
}

void
pool_stop(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    while (pool->thread_count)
        pthread_join(pool->threads[--pool->thread_count], NULL);
}

void
pool_free(struct pool *pool)
{
    if (!pool)
        return;
    pool_stop(pool);
    free(pool->threads);
    free(pool->running);
    free(pool->tasks);
    free(pool);
}
