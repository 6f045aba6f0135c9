#include "platform/bus/listener.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"

#define SUBSCRIPTIONS_MAX 32
#define RETRY_MS_MAX 2000
#define START_MS 5000
#define SOLE_RETRY_MS 10000
#define JOINED "server_joined" /* the channel on which a server tells the others that it is there */
#define KINDS 32
#define SERVERS "7022834513" /* the advisory lock of servers; migrate.c has the one before */

static struct {
    const char *channel;
    listener_callback *callback;
    void *context;
} subscriptions[SUBSCRIPTIONS_MAX];
static unsigned subscription_count;
static pthread_t thread;
static int wake_fd = -1;
static bool overfull;
static atomic_bool stopping, listening;
static bool is_server;
static bool claimed[KINDS], shared[KINDS];
static atomic_bool refused; /* a claim, so far */
static atomic_bool sole;

void
listener_on(const char *channel, listener_callback *callback, void *context)
{
    if (subscription_count == SUBSCRIPTIONS_MAX) {
        log_error("too many notification channels: raise SUBSCRIPTIONS_MAX in listener.c", LOG_TEXT("channel", channel));
        overfull = true;
        return;
    }
    subscriptions[subscription_count].channel = channel;
    subscriptions[subscription_count].callback = callback;
    subscriptions[subscription_count++].context = context;
}

void
listener_count_as_server(void)
{
    is_server = true;
}

bool
listener_is_sole(void)
{
    return atomic_load_explicit(&sole, memory_order_acquire);
}

/* Runs a statement. True when it went well and its value, if it has one, is not false. */
static bool
run(PGconn *pg, const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    bool good = PQresultStatus(result) == PGRES_COMMAND_OK ||
                (PQresultStatus(result) == PGRES_TUPLES_OK && !text_equal(PQgetvalue(result, 0, 0), "f"));

    PQclear(result);
    return good;
}

void
listener_claim(int kind, bool share)
{
    claimed[kind] = true;
    shared[kind] = share;
}

static bool
has_claims(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (claimed[kind])
            return true;
    return false;
}

/* Advisory locks of two numbers are apart from those of one. */
static bool
claim_places(PGconn *pg)
{
    bool good = true;
    char command[96];

    for (int kind = 0; good && kind < KINDS; kind++) {
        if (!claimed[kind])
            continue;
        snprintf(command, sizeof command, "select pg_try_advisory_lock%s(" LISTENER_CLAIMS ", %d)", shared[kind] ? "_shared" : "", kind);
        good = run(pg, command);
    }
    return good;
}

/* When it listens already, so that it hears of whoever comes. */
static void
join_servers(PGconn *pg)
{
    if (!is_server)
        return;
    if (run(pg, "select pg_try_advisory_lock(" SERVERS ")")) {
        atomic_store(&sole, true);
        return;
    }
    run(pg, "notify " JOINED);
    run(pg, "select pg_advisory_lock_shared(" SERVERS ")");
}

/* Another server waits for the shared lock. */
static void
share_with_servers(PGconn *pg)
{
    if (!atomic_exchange(&sole, false))
        return;
    run(pg, "select pg_advisory_lock_shared(" SERVERS ")");
    run(pg, "select pg_advisory_unlock(" SERVERS ")");
}

/* The others may have gone. */
static void
try_to_be_sole(PGconn *pg)
{
    if (run(pg, "select pg_try_advisory_lock(" SERVERS ")")) {
        run(pg, "select pg_advisory_unlock_shared(" SERVERS ")");
        atomic_store(&sole, true);
    }
}

/* Sleeps, or not when the thread is to end. */
static void
pause_ms(int ms)
{
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};

    poll(&wake, 1, ms);
}

/* A connection that listens to all channels, or NULL. */
static PGconn *
open_connection(void)
{
    PGconn *pg = db_connection();
    bool good = pg && run(pg, "listen " JOINED);
    char command[128];

    for (unsigned i = 0; good && i < subscription_count; i++) {
        snprintf(command, sizeof command, "listen %s", subscriptions[i].channel);
        good = run(pg, command);
    }
    return good ? pg : NULL;
}

static void
tell(const char *channel, const char *payload)
{
    for (unsigned i = 0; i < subscription_count; i++)
        if (!channel || text_equal(subscriptions[i].channel, channel))
            subscriptions[i].callback(subscriptions[i].context, payload);
}

/* Until the connection is lost or the thread is to end. */
static void
hear(PGconn *pg)
{
    do {
        struct pollfd fds[2] = {{.fd = PQsocket(pg), .events = POLLIN}, {.fd = wake_fd, .events = POLLIN}};
        PGnotify *notice;
        int ready;

        while ((notice = PQnotifies(pg))) { /* also those that came with the reply to a statement */
            if (text_equal(notice->relname, JOINED) && notice->be_pid != PQbackendPID(pg))
                share_with_servers(pg);
            else
                tell(notice->relname, notice->extra);
            PQfreemem(notice);
        }
        ready = poll(fds, 2, (is_server && !sole) || refused ? SOLE_RETRY_MS : -1);
        if (ready < 0 && errno != EINTR)
            return;
        if (!ready && refused)
            refused = !claim_places(pg);
        if (!ready && is_server && !sole)
            try_to_be_sole(pg);
    } while (!stopping && PQconsumeInput(pg) && PQstatus(pg) == CONNECTION_OK);
}

static void *
listen_loop(void *argument)
{
    int retry_ms = 50;

    (void)argument;
    while (!stopping) {
        PGconn *pg = open_connection();

        refused = pg && !claim_places(pg);
        if (refused) /* it lost its place with its connection; it serves people who are there, so it goes on */
            log_warn("the place of this server is taken: by its own connection of before, for a minute at most, or by another server that shares no Redis "
                     "with it (REDIS_URL)");
        if (pg && (!refused || listening)) {
            retry_ms = 50;
            tell(NULL, NULL);
            join_servers(pg);
            listening = true;
            hear(pg);
            sole = false;
        }
        db_disconnect();
        if (!stopping) {
            pause_ms(retry_ms);
            retry_ms = retry_ms * 2 > RETRY_MS_MAX ? RETRY_MS_MAX : retry_ms * 2;
        }
    }
    return NULL;
}

bool
listener_start(void)
{
    if (overfull)
        return false;
    wake_fd = eventfd(0, EFD_CLOEXEC);
    stopping = listening = false;
    if (wake_fd >= 0 && pthread_create(&thread, NULL, listen_loop, NULL) == 0) {
        pthread_setname_np(thread, "veza-listen");
        for (int64_t end = clock_monotonic_ms() + START_MS; !listening && clock_monotonic_ms() < end;)
            poll(NULL, 0, 1);
        return listening || !has_claims();
    }
    if (wake_fd >= 0)
        close(wake_fd);
    wake_fd = -1;
    return false;
}

void
listener_stop(void)
{
    if (wake_fd < 0)
        return;
    stopping = true;
    eventfd_write(wake_fd, 1);
    pthread_join(thread, NULL);
    close(wake_fd);
    wake_fd = -1;
    subscription_count = 0;
    is_server = false;
    memset(claimed, 0, sizeof claimed);
}
