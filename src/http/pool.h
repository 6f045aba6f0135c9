/* pool.h - a few threads with a bounded queue, for handlers that would hold up a polling thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pool;

/* Starts `threads` threads that take at most `max_queued` waiting tasks. NULL when a thread cannot be started. */
struct pool *pool_start(const char *name, unsigned threads, unsigned max_queued);

/* Queues run(argument). False when the queue is full or the pool is stopping. */
bool pool_submit(struct pool *pool, void (*run)(void *argument), void *argument);

/* Bounds for tasks that are submitted for somebody (pool_submit_for()), such as changes that may wait for a lock: at most `each` of one person run at once, and
 * at most `together` of all persons, so that threads are left for other tasks. Call it before the first task. */
void pool_share(struct pool *pool, unsigned each, unsigned together);

/* As pool_submit(), for `who`; 0: for nobody in particular, without these bounds. While a task waits because of the bounds, later tasks of others run. False, too, when
 * 8 tasks for each thread of the pool wait for this `who`. */
bool pool_submit_for(struct pool *pool, uint64_t who, void (*run)(void *argument), void *argument);

/* Would a task for `who` wait for other tasks for the same `who`? Tasks for others are not counted. */
bool pool_is_crowded(struct pool *pool, uint64_t who);

/* Tasks waiting now. */
unsigned pool_waiting(struct pool *pool);

/* Runs what is queued, then ends the threads; from then on pool_submit refuses. */
void pool_stop(struct pool *pool);

/* Stops the pool if it still runs and frees it. Accepts NULL. */
void pool_free(struct pool *pool);
