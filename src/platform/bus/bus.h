/* bus.h - brings events from the outbox to those who act on them, at least once.
 *
 * An event is written to the table `outbox` in the transaction of the change that it tells of. One thread here
 * hands each event to every subscriber of its name. A subscriber runs inside a transaction of its own that also notes the event in
 * `processed_events`: what it does to the database happens exactly once, everything else at least once. One that fails is asked again
 * with growing pauses; others are not held up. After 50 attempts the event stays in the outbox as a dead letter (failed_at, last_error),
 * which the log, the metrics and `veza doctor` tell of.
 *
 * Any process that starts the bus must have all subscriptions, since it takes events that no other will see. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct buf;

struct event {
    const char *id;      /* UUID */
    const char *name;    /* "track.deleted" */
    const json_t *payload;
};

/* Acts on an event; queries run in the open transaction of this thread. False: undo it and ask again later. */
typedef bool bus_subscriber(const struct event *event, void *context);

/* A subscription as a row of a module's table (api/module.h). */
struct subscription {
    const char *consumer, *event;
    bus_subscriber *run;
    const void *context;
};

/* Call before bus_start. `consumer` is the subscriber's lasting name; one consumer may subscribe to several events. */
void bus_subscribe(const char *consumer, const char *event_name, bus_subscriber *subscriber, void *context);

/* Before listener_start(): the bus listens for its wake-ups. False when there were too many subscriptions, or a thread cannot be
 * started. */
bool bus_start(void);
/* Lets the event in work finish, ends the thread and forgets the subscriptions. */
void bus_stop(void);

/* Metrics in the Prometheus text format. */
void bus_metrics(struct buf *out);
