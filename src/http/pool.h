/* pool.h - a few threads with a bounded queue, for handlers that would hold up a polling thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pool;

/* Starts `threads` threads that take at most `max_queued` waiting tasks. NULL when a thread cannot be started. */
struct pool *pool_start(const char *name, unsigned threads, unsigned max_queued);

/* Queues run(argument). False when the queue is full or the pool is stopping. */
bool pool_submit(struct pool *pool, void (*run)(void *argument), void *argument);

/* Tasks that may take long because somebody else does, such as changes that wait for a lock, are submitted for whoever asked for them: at most `each` of one
 * run at once, and `together` of all, so that the other threads are left to the others. Before the first task. */
void pool_share(struct pool *pool, unsigned each, unsigned together);

/* As pool_submit(), for `who`; 0: for nobody in particular, without these bounds. A task that has to wait for them is passed by tasks of others. At most four tasks a
 * thread wait for one `who`; false beyond that. */
bool pool_submit_for(struct pool *pool, uint64_t who, void (*run)(void *argument), void *argument);

/* Would a task for `who` have to wait for others of theirs? Tasks of others do not matter here. */
bool pool_is_crowded(struct pool *pool, uint64_t who);

/* Tasks waiting now. */
unsigned pool_waiting(struct pool *pool);

/* Runs what is queued, then ends the threads; from then on pool_submit refuses. */
void pool_stop(struct pool *pool);

/* Stops the pool if it still runs and frees it. Accepts NULL. */
void pool_free(struct pool *pool);
