/* bus.h - brings events from the outbox to those who act on them.
 *
 * An event is a row that a statement adds to the table `outbox`, in the transaction of the change that it tells of:
 *
 *     insert into outbox (name, key, payload) select 'track.deleted', t.id, jsonb_build_object('track_id', t.id) from t
 *
 * `key` is the id of what the event is about. For one subscriber, events of one key are handed out in their order, and one waits until those
 * before it are done or dead letters. There is no order between keys, and none among events without a key.
 *
 * Each subscriber has a progress and a thread of its own, so that a slow one delays only itself. Several nodes share the work. A subscriber acts
 * within a transaction that also notes its progress: what it does to the database happens exactly once, whatever process dies when; everything
 * else at least once. Several events may share a transaction; when one fails, all are undone and tried again one by one. The one that failed is
 * tried again with growing pauses, and only events of its key wait for it. After BUS_ATTEMPTS attempts it is a dead letter, which
 * /api/v1/admin/events/dead shows and hands out again; it then comes late and is marked `replayed`.
 *
 * docs/adr/0032-events.md says how this works and why. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct buf;

#define BUS_ATTEMPTS 50           /* takes some hours, see bus_failed */
#define BUS_SUBSCRIPTIONS_MAX 64
#define BUS_PATTERNS_MAX 64       /* of one subscription */

struct event {
    const char *id;   /* UUID */
    const char *name; /* "track.deleted" */
    const char *key;  /* or NULL */
    int64_t number;   /* grows with each event: of two of one key, the later has the higher one */
    int64_t at_ms;    /* when it was written, since 1970 */
    const json_t *payload;
    bool replayed; /* it was a dead letter: later ones of its key may have been handed out before */
};

/* Acts on an event; queries run in the open transaction of this thread. False: undo it and ask again later. It must not take long, since others
 * may come in the same transaction: what takes more than a moment is a job. Whoever asks the database nothing for a minute has lost the transaction. */
typedef bool bus_handler(const struct event *event, void *context);

enum bus_from { BUS_FROM_UNDECLARED, BUS_FROM_NOW, BUS_FROM_START };

struct subscription {
    const char *name;          /* its progress is kept under this name for good: "tracks.files" */
    const char *const *events; /* ended by NULL; names ("track.deleted"), beginnings of names ("track.*") or all ("*") */
    enum bus_from from;        /* where a name begins that was not there before: with new events, or with all that are kept */
    bus_handler *handle;
    void *context;

    /* For events that go on to somewhere else, where many go at once. `ready`: asked before events are handed out; while it says no, they wait, and nobody
     * is at fault. It also begins a new batch: what was handed out since the last settle() was undone. `settle`: called when the events of a batch were
     * handled, before its transaction ends. It returns how many of them, from the first, are through; the others are handed out again, after half a second or,
     * when that goes on, up to half a minute. NULL: neither. */
    bool (*ready)(void *context);
    unsigned (*settle)(void *context);
};

#define BUS_EVENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Call before bus_start. `subscription` is not copied and must outlive the bus. */
void bus_subscribe(const struct subscription *subscription);

/* A process that starts the bus must have all subscriptions, since it gives events their order for all nodes.
 *
 * Before listener_start(): the bus listens for its wake-ups. db_setup() has been called. False, and the log says why, when there are too many
 * subscriptions or events of one, when one is incomplete or two have the same name, when the database cannot be asked, or a thread not started. */
bool bus_start(void);
/* Lets the events in work finish, ends the threads and forgets the subscriptions. */
void bus_stop(void);

/* Metrics in the Prometheus text format. */
void bus_metrics(struct buf *out);
