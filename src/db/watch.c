/* watch.c - breaks off connections to a database that does not answer: libpq would wait for ever. */
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/connection.h"

#define GRACE_MS 2000 /* beyond the time limit of statements, which PostgreSQL keeps itself unless it hangs */
#define WATCH_MS 500

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct connection *all;
static pthread_cond_t watch_wake = PTHREAD_COND_INITIALIZER;
static pthread_t watch_thread;
static bool watching, watch_stops;
static _Atomic int64_t all_due_ms = INT64_MAX; /* nobody waits longer than that */
static _Thread_local int64_t longest_ms; /* of this thread's statements; 0: as long as any statement may take */

void
watch_add(struct connection *c)
{
    c->fd = -1;
    c->due_ms = INT64_MAX;
    pthread_mutex_lock(&all_lock);
    c->next = all;
    c->link = &all;
    if (c->next)
        c->next->link = &c->next;
    all = c;
    pthread_mutex_unlock(&all_lock);
}

void
watch_remove(struct connection *c)
{
    pthread_mutex_lock(&all_lock);
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    pthread_mutex_unlock(&all_lock);
}

void
watch_socket(struct connection *c, int fd)
{
    pthread_mutex_lock(&all_lock);
    c->fd = fd;
    pthread_mutex_unlock(&all_lock);
}

void
watch_expect(struct connection *c)
{
    c->due_ms = clock_monotonic_ms() + (c->place ? REPLICA_WAIT_MS : longest_ms ? longest_ms : db_statement_timeout_ms() + GRACE_MS);
}

void
watch_got(struct connection *c)
{
    c->due_ms = INT64_MAX;
}

void
db_wait_at_most(int64_t milliseconds)
{
    longest_ms = milliseconds;
}

static void
break_off_late(void)
{
    int64_t now_ms = clock_monotonic_ms();

    for (struct connection *c = all; c; c = c->next) {
        int64_t due_ms = c->due_ms;

        if (c->fd < 0 || due_ms == INT64_MAX || (due_ms > now_ms && all_due_ms > now_ms))
            continue;
        log_warn("the database does not answer: a connection is broken off");
        shutdown(c->fd, SHUT_RDWR); /* libpq sees the end of the stream */
        watch_got(c);
    }
}

static void *
watch(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&all_lock);
    while (!watch_stops) {
        break_off_late();
        clock_wait_until(&watch_wake, &all_lock, clock_monotonic_ms() + WATCH_MS);
    }
    pthread_mutex_unlock(&all_lock);
    return NULL;
}

bool
watch_nobody_waits(void)
{
    return all_due_ms <= clock_monotonic_ms();
}

bool
db_watch_start(void)
{
    watch_stops = false;
    all_due_ms = INT64_MAX;
    watching = pthread_create(&watch_thread, NULL, watch, NULL) == 0;
    return watching;
}

void
db_end_waits(int64_t in_ms)
{
    all_due_ms = clock_monotonic_ms() + in_ms;
}

void
db_watch_stop(void)
{
    if (!watching)
        return;
    pthread_mutex_lock(&all_lock);
    watch_stops = true;
    pthread_cond_signal(&watch_wake);
    pthread_mutex_unlock(&all_lock);
    pthread_join(watch_thread, NULL);
    watching = false;
}
