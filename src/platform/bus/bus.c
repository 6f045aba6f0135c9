#include "platform/bus/bus.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/log.h"
#include "bus.queries.h"
#include "db/db.h"
#include "platform/bus/listener.h"

#define SUBSCRIPTIONS_MAX 64
#define POLL_MS 2000

static struct {
    const char *consumer, *event_name;
    bus_subscriber *subscriber;
    void *context;
} subscriptions[SUBSCRIPTIONS_MAX];
static unsigned subscription_count;
static pthread_t thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static bool running, stopping, woken, overfull;
static _Atomic uint64_t delivered, failures;

void
bus_subscribe(const char *consumer, const char *event_name, bus_subscriber *subscriber, void *context)
{
    if (subscription_count == SUBSCRIPTIONS_MAX) {
        log_error("too many subscriptions to events: raise SUBSCRIPTIONS_MAX in bus.c", LOG_TEXT("consumer", consumer));
        overfull = true;
        return;
    }
    subscriptions[subscription_count].consumer = consumer;
    subscriptions[subscription_count].event_name = event_name;
    subscriptions[subscription_count].subscriber = subscriber;
    subscriptions[subscription_count++].context = context;
}

/* Runs a query for its effect; the number of its rows, or -1. */
static int
run(const struct query *query, const struct db_arg *args)
{
    PGresult *result;
    struct db_error error;
    enum db_status status = db_run(query, args, &result, &error);
    int rows;

    if (status) {
        if (status != DB_UNAVAILABLE)
            log_error("event query failed", LOG_TEXT("query", query->name), LOG_TEXT("error", error.message));
        return -1;
    }
    rows = PQntuples(result);
    PQclear(result);
    return rows;
}

/* One subscriber, in a transaction. True when it has acted on the event, now or before. */
static bool
deliver_to(unsigned i, const struct event *event)
{
    const struct db_arg args[] = {{"consumer", subscriptions[i].consumer}, {"event_id", event->id}, {0}};
    bool good;
    int first;

    if (db_begin())
        return false;
    first = run(&q_bus_claim, args);
    good = first >= 0 && (first == 0 || subscriptions[i].subscriber(event, subscriptions[i].context));
    return db_end(good) == DB_OK && good;
}

/* Every subscriber of it. The name of one that did not act, or NULL. */
static const char *
deliver(const struct event *event)
{
    const char *failed = NULL;

    for (unsigned i = 0; i < subscription_count; i++)
        if (text_equal(subscriptions[i].event_name, event->name) && !deliver_to(i, event))
            failed = subscriptions[i].consumer;
    return failed;
}

/* Asks again later, or never when it has been asked too often. */
static void
note_failure(const struct event *event, const char *outbox_id, const char *attempts, const char *failed)
{
    char error[128];
    const struct db_arg args[] = {{"id", outbox_id}, {"error", error}, {0}};
    PGresult *result;

    snprintf(error, sizeof error, "%s did not take it", failed);
    atomic_fetch_add(&failures, 1);
    log_warn("event not handled", LOG_TEXT("event", event->name), LOG_TEXT("id", event->id), LOG_TEXT("attempts", attempts),
             LOG_TEXT("consumer", failed));
    if (db_run(&q_bus_failed, args, &result, NULL))
        return;
    if (PQntuples(result) && *PQgetvalue(result, 0, 0) == 't')
        log_error("event given up: it is kept as a dead letter", LOG_TEXT("event", event->name), LOG_TEXT("id", event->id),
                  LOG_TEXT("consumer", failed));
    PQclear(result);
}

static bool
is_stopping(void)
{
    bool now;

    pthread_mutex_lock(&lock);
    now = stopping;
    pthread_mutex_unlock(&lock);
    return now;
}

/* Hands out what is waiting; the number of events that are through. */
static int
dispatch(void)
{
    PGresult *result;
    int through = 0;

    if (db_run(&q_bus_unpublished, NULL, &result, NULL))
        return 0;
    for (int i = 0; i < PQntuples(result) && !is_stopping(); i++) {
        json_t *payload = json_loads(PQgetvalue(result, i, 3), 0, NULL);
        struct event event = {PQgetvalue(result, i, 1), PQgetvalue(result, i, 2), payload};
        const struct db_arg args[] = {{"id", PQgetvalue(result, i, 0)}, {0}};

        const char *failed = payload ? deliver(&event) : "nobody can read the payload:";

        if (failed) {
            note_failure(&event, PQgetvalue(result, i, 0), PQgetvalue(result, i, 4), failed);
        } else {
            if (run(&q_bus_published, args) >= 0)
                through++;
            atomic_fetch_add(&delivered, 1);
        }
        json_decref(payload);
    }
    PQclear(result);
    return through;
}

static void
wait_for_events(void)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += POLL_MS / 1000;
    pthread_mutex_lock(&lock);
    while (!woken && !stopping)
        if (pthread_cond_timedwait(&wake, &lock, &until))
            break;
    woken = false;
    pthread_mutex_unlock(&lock);
}

static void *
dispatch_loop(void *argument)
{
    (void)argument;
    while (!is_stopping())
        if (dispatch() == 0)
            wait_for_events();
    db_disconnect();
    return NULL;
}

static void
on_notify(void *context, const char *payload)
{
    (void)context, (void)payload;
    pthread_mutex_lock(&lock);
    woken = true;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
}

bool
bus_start(void)
{
    if (overfull)
        return false;
    stopping = false;
    listener_on("outbox", on_notify, NULL);
    running = pthread_create(&thread, NULL, dispatch_loop, NULL) == 0;
    if (running)
        pthread_setname_np(thread, "veza-bus");
    return running;
}

void
bus_stop(void)
{
    if (running) {
        pthread_mutex_lock(&lock);
        stopping = true;
        pthread_cond_signal(&wake);
        pthread_mutex_unlock(&lock);
        pthread_join(thread, NULL);
    }
    running = overfull = false;
    subscription_count = 0;
}

void
bus_metrics(struct buf *out)
{
    PGresult *result;

    buf_printf(out, "veza_events_delivered_total %llu\nveza_events_failed_total %llu\n", (unsigned long long)delivered,
               (unsigned long long)failures);
    if (db_run(&q_bus_counts, NULL, &result, NULL))
        return;
    buf_printf(out, "veza_events_waiting %s\nveza_events_oldest_seconds %s\nveza_events_dead %s\n", PQgetvalue(result, 0, 0),
               PQgetvalue(result, 0, 1), PQgetvalue(result, 0, 2));
    PQclear(result);
}
