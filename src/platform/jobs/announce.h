/* announce.h - tells RabbitMQ which pools have jobs that are due, and this node's runners when a message came.
 *
 * A message stands for one due job of its pool, and for none in particular: whoever gets it claims the job whose turn it is, so that priorities and fair turns
 * hold, and a message that comes twice, late or not at all does no harm. Without RabbitMQ nothing of this runs. */
#pragma once

#include "platform/jobs/jobs.h"

/* Starts the thread and RabbitMQ's. `pool_of` gives the pool of a kind that this program knows; `kinds` is an array of them for PostgreSQL; `prefetch` says how
 * many runners each pool has. `wake` wakes the runners of a pool, or with -1 of all. They must outlive the announcing. */
struct announce_settings {
    enum job_pool (*pool_of)(const char *kind);
    void (*wake)(int pool);
    const char *kinds;
    unsigned prefetch[JOB_POOLS];
};
bool announce_start(const struct announce_settings *settings);
/* Does nothing when not started. */
void announce_stop(void);

/* A job was queued, here or on another node. False when RabbitMQ does not carry it: wake the runners. */
bool announce_queued(void);
