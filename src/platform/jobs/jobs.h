/* jobs.h - work that is done later, once, whatever dies meanwhile.
 *
 * A job is a row of the table `jobs`, written in the transaction of the change that needs it:
 *
 *     insert into jobs (kind, payload, dedupe_key) values ('transcode', jsonb_build_object('track_id', :id), 'transcode:' || :id)
 *
 * It is `queued`, then `running` on one node, which sends heartbeats; then `done`, or `failed` (its handler said that it never will
 * work), or queued again with a growing pause, or `dead` when its attempts are used up. A node that is killed loses its jobs
 * to others: at once when it restarts on the same machine, else when its heartbeat is stale_after_s old. That is counted apart, as a
 * death, and is no attempt; after twenty deaths the job is dead too. A job that becomes dead writes the event `job.died` {job_id, kind,
 * payload, reason: "attempts" or "deaths"}.
 *
 * Kinds of work have pools with threads of their own, so that none waits for another. In a pool the lowest priority number goes first, then
 * the earliest turn, which a trigger gives: owners (`user_id` in the payload) take turns, and short work (`seconds`) comes before long.
 *
 * A running job whose row is no longer its own (taken back, or set to another state to cancel it) finds job_cancelled() true. */
#pragma once

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/encode.h"
#include "db/db.h"

enum job_outcome {
    JOB_DONE,
    JOB_RETRY,   /* later; counts as an attempt */
    JOB_FAILED,  /* never again */
    JOB_GIVE_BACK, /* the handler stopped because job_cancelled(): as if it had not been tried */
    JOB_PUT_OFF,   /* later, since something else is at fault, such as a full disk: see job_wait(); does not count as an attempt */
};

struct job {
    char id[UUID_TEXT];
    const char *kind;
    const json_t *payload;
    int attempts; /* this one included */
    int max_attempts;
    const atomic_bool *cancel; /* set when the work must stop: the node shuts down, or the job is no longer ours */
    void *state;               /* the queue's own */
};

/* Heavy jobs keep a processor busy, outgoing ones wait for servers that the operator chose, those outside for servers that people named, which may be as slow as they
 * like, archives and erasures wait for the disk; light ones wait for nothing. */
enum job_pool { JOB_LIGHT, JOB_HEAVY, JOB_OUTGOING, JOB_OUTSIDE, JOB_ARCHIVE, JOB_ERASE, JOB_POOLS };

struct job_handler {
    const char *kind;
    enum job_pool pool;
    enum job_outcome (*run)(struct job *job);
    int every_s; /* 0, or how long after one run the next begins, however it ended: jobs_start() sees to the row, one for all nodes */
};

struct jobs_settings {
    unsigned threads[JOB_POOLS];       /* 0 means 1 */
    unsigned short_threads[JOB_POOLS]; /* more, which take only what lasts at most short_s: long work in all others does not hold it up */
    int short_s;
    int stale_after_s; /* 0 means 30 */
    int heartbeat_ms;  /* 0 means 2000 */
};

/* Starts the threads. `handlers` ends with a NULL kind and must outlive them. Before listener_start(). False when a thread cannot be
 * started. */
bool jobs_start(const struct jobs_settings *settings, const struct job_handler *handlers);

/* Cancels what runs (it is queued again without losing an attempt), ends the threads. Does nothing when not started. */
void jobs_stop(void);

/* For handlers. */

static inline bool
job_cancelled(const struct job *job)
{
    return atomic_load(job->cancel);
}

/* The same for code that does not know the job: false in a thread that runs none. */
bool job_here_cancelled(void);

/* Notes how far the work is, at most four times a second (a new stage is noted at once). True when it was noted now. */
bool job_progress(struct job *job, const char *stage, float fraction);

/* Notes why the attempt did not work; for JOB_RETRY, JOB_PUT_OFF and JOB_FAILED. */
void job_error(struct job *job, const char *text);

/* For JOB_RETRY: not before so many seconds, whatever the pause would be. For JOB_PUT_OFF: after so many seconds.
 * For work that is done again and again: the next run begins after so many seconds, and not after every_s. */
void job_wait(struct job *job, int64_t seconds);

/* Inside the handler's own transaction: marks the job done (or failed), so that its effect and its end commit together. False when
 * the job is no longer ours: roll back. The handler then returns JOB_DONE (JOB_FAILED). */
bool job_finish(struct job *job, enum job_outcome outcome);

/* Metrics in the Prometheus text format. */
struct buf;
void jobs_metrics(struct buf *out);
