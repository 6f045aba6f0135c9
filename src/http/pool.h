/* pool.h - a few threads with a bounded queue, for handlers that would hold up a polling thread. */
#pragma once

#include <stdbool.h>

struct pool;

/* Starts `threads` threads that take at most `max_queued` waiting tasks. NULL when a thread cannot be started. */
struct pool *pool_start(const char *name, unsigned threads, unsigned max_queued);

/* Queues run(argument). False when the queue is full or the pool is stopping. */
bool pool_submit(struct pool *pool, void (*run)(void *argument), void *argument);

/* Tasks waiting now. */
unsigned pool_waiting(struct pool *pool);

/* Runs what is queued, then ends the threads; from then on pool_submit refuses. */
void pool_stop(struct pool *pool);

/* Stops the pool if it still runs and frees it. Accepts NULL. */
void pool_free(struct pool *pool);
