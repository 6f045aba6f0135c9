#include "platform/bus/listener.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "db/db.h"

#define SUBSCRIPTIONS_MAX 32
#define RETRY_MS_MAX 2000

static struct {
    const char *channel;
    listener_callback *callback;
    void *context;
} subscriptions[SUBSCRIPTIONS_MAX];
static unsigned subscription_count;
static pthread_t thread;
static int wake_fd = -1;
static bool overfull;
static atomic_bool stopping;

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

    for (unsigned i = 0; pg && i < subscription_count; i++) {
        char command[128];
        PGresult *result;
        bool good;

        snprintf(command, sizeof command, "listen %s", subscriptions[i].channel);
        result = PQexec(pg, command);
        good = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
        if (!good)
            pg = NULL;
    }
    return pg;
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
    while (!stopping) {
        struct pollfd fds[2] = {{.fd = PQsocket(pg), .events = POLLIN}, {.fd = wake_fd, .events = POLLIN}};
        PGnotify *notice;

        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return;
        if (!PQconsumeInput(pg) || PQstatus(pg) != CONNECTION_OK)
            return;
        while ((notice = PQnotifies(pg))) {
            tell(notice->relname, notice->extra);
            PQfreemem(notice);
        }
    }
}

static void *
listen_loop(void *argument)
{
    int retry_ms = 50;

    (void)argument;
    while (!stopping) {
        PGconn *pg = open_connection();

        if (pg) {
            retry_ms = 50;
            tell(NULL, NULL);
            hear(pg);
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
    stopping = false;
    if (wake_fd >= 0 && pthread_create(&thread, NULL, listen_loop, NULL) == 0) {
        pthread_setname_np(thread, "veza-listen");
        return true;
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
}
