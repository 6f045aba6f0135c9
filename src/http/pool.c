#include "http/pool.h"

#include <pthread.h>
#include <stdlib.h>

struct task {
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
    bool stopping;
};

static void *
work(void *argument)
{
    struct pool *pool = argument;

    pthread_mutex_lock(&pool->lock);
    for (;;) {
        struct task task;

        while (!pool->count && !pool->stopping)
            pthread_cond_wait(&pool->wake, &pool->lock);
        if (!pool->count)
            break;
        task = pool->tasks[pool->head];
        pool->head = (pool->head + 1) % pool->size;
        pool->count--;
        pthread_mutex_unlock(&pool->lock);
        task.run(task.argument);
        pthread_mutex_lock(&pool->lock);
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
    while (pool->tasks && pool->threads && pool->thread_count < threads) {
        if (pthread_create(&pool->threads[pool->thread_count], NULL, work, pool))
            break;
        pthread_setname_np(pool->threads[pool->thread_count++], name);
    }
    if (pool->thread_count == threads)
        return pool;
    pool_free(pool);
    return NULL;
}

bool
pool_submit(struct pool *pool, void (*run)(void *argument), void *argument)
{
    bool accepted;

    pthread_mutex_lock(&pool->lock);
    accepted = !pool->stopping && pool->count < pool->size;
    if (accepted) {
        pool->tasks[(pool->head + pool->count++) % pool->size] = (struct task){run, argument};
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
    free(pool->tasks);
    free(pool);
}
