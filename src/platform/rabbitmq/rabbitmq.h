/* rabbitmq.h - the RabbitMQ of RABBITMQ_URL: events for programs outside of Veza, and which node takes the next job.
 *
 * What is true stands in PostgreSQL, in `outbox` and `jobs`. RabbitMQ may lose everything, or be away for days: then events wait for it, jobs are taken by
 * polling, and no request notices. Two connections with a thread each, one that publishes and one that consumes, in processes that run jobs.
 * docs/adr/0091-rabbitmq.md says why it is so. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/encode.h"
#include "platform/rabbitmq/connection.h"

#define RABBITMQ_BATCH 500   /* messages in one call of rabbitmq_publish() */
#define RABBITMQ_QUEUES 8    /* of jobs, at most */
#define RABBITMQ_PREFETCH 64 /* of a queue, at most */

/* Reads RABBITMQ_URL. Connects to nothing yet. False with a sentence in `error` when the address is none. */
bool rabbitmq_setup(const struct config *config, char *error, size_t error_size);

/* Is there an address at all? */
bool rabbitmq_configured(void);

/* A queue of jobs. A message in it says that a job of some kind is due, not which: whoever gets it takes the one whose turn it is. */
struct rabbitmq_queue {
    char name[64];     /* "veza.jobs.heavy" */
    unsigned prefetch; /* so many messages are with this process at once */
};

/* Starts both threads and consumes these queues, which are made where they are missing. `changed` is called, in threads of this part, when a message came
 * to queue `n`, and with -1 when rabbitmq_carries() may have changed; it must be quick. Does nothing when there is no address. */
bool rabbitmq_start(const struct rabbitmq_queue *queues, unsigned count, void (*changed)(int queue));
/* Gives up what waits for an answer and ends the threads. Does nothing when not started. */
void rabbitmq_stop(void);

/* Are messages taken and delivered now? While it says no, nothing should wait for them. */
bool rabbitmq_carries(void);
/* Are messages taken? */
bool rabbitmq_takes(void);

struct rabbitmq_message {
    const char *exchange; /* "" sends to the queue that `routing_key` names */
    const char *routing_key;
    const char *id;   /* the message's id, by which consumers know that they had it before */
    struct str body;  /* JSON */
    int64_t at_ms;    /* when it happened, since 1970 */
    int64_t number;   /* of an event; 0: none of the following headers */
    const char *key;  /* or NULL */
    int version;      /* of the schema */
};

/* Publishes RABBITMQ_BATCH messages at most, in their order, and waits RABBITMQ_TIMEOUT_S at most until the broker has confirmed that it keeps them, once the
 * batch of another thread is done. Returns how many of them, from the first, are confirmed; `*ret_refused` (may be NULL) tells whether the broker refused the
 * next one, as a full queue may. */
unsigned rabbitmq_publish(const struct rabbitmq_message *messages, unsigned count, bool *ret_refused);

/* Messages of a queue that are here, unacknowledged, are numbered in the order in which they came. rabbitmq_offered() is the number of the last.
 * rabbitmq_accept() acknowledges the oldest, rabbitmq_accept_all() all up to a number. Those that nobody accepts go back to the queue after some seconds. */
uint64_t rabbitmq_offered(unsigned queue);
void rabbitmq_accept(unsigned queue);
void rabbitmq_accept_all(unsigned queue, uint64_t number);

/* Asks once, on a connection of its own, and publishes a message that reaches no queue. `error` holds what it said; `*ret_dead` (0 when unknown) how
 * many messages the queue of dead ones has. */
enum rabbitmq_presence rabbitmq_probe(char *error, size_t error_size, unsigned *ret_dead);

/* Metrics in the Prometheus text format. */
void rabbitmq_metrics(struct buf *out);
