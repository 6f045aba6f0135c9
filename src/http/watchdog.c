#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "http/internal.h"

static void *
watch(void *argument)
{
    struct server *server = argument;

    pthread_mutex_lock(&server->watch_lock);
    while (!server->stopping) {
        int64_t now_ms = clock_monotonic_ms();

        for (struct watched *w = server->watched; w; w = w->next)
            if (w->deadline_ms < now_ms)
                shutdown(w->fd, SHUT_RDWR); /* MHD sees the end of the stream and cleans up */
        clock_wait_until(&server->watch_wake, &server->watch_lock, now_ms + 1000);
    }
    pthread_mutex_unlock(&server->watch_lock);
    return NULL;
}

bool
watchdog_start(struct server *server)
{
    pthread_mutex_init(&server->watch_lock, NULL);
    pthread_cond_init(&server->watch_wake, NULL);
    return pthread_create(&server->watchdog, NULL, watch, server) == 0;
}

void
watchdog_stop(struct server *server)
{
    pthread_mutex_lock(&server->watch_lock);
    server->stopping = true;
    pthread_cond_signal(&server->watch_wake);
    pthread_mutex_unlock(&server->watch_lock);
    pthread_join(server->watchdog, NULL);
}

void
watchdog_connection(void *argument, struct MHD_Connection *connection, void **context,
                    enum MHD_ConnectionNotificationCode code)
{
    struct server *server = argument;
    struct watched *w = *context;

    pthread_mutex_lock(&server->watch_lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

        w = calloc(1, sizeof *w);
        if (w) {
            w->server = server;
            w->fd = info->connect_fd;
            w->deadline_ms = clock_monotonic_ms() + server->settings.config->request_timeout_s * 1000;
            w->next = server->watched;
            w->link = &server->watched;
            if (w->next)
                w->next->link = &w->next;
            server->watched = w;
            receive_watch(w);
        }
        *context = w;
    } else if (w) {
        receive_forget(w);
        if (w->linger && server->linger)
            linger_add(server->linger, w->fd);
        *w->link = w->next;
        if (w->next)
            w->next->link = w->link;
        free(w);
        *context = NULL;
    }
    pthread_mutex_unlock(&server->watch_lock);
}

struct watched *
watched_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

void
watchdog_expect(struct MHD_Connection *connection, int64_t timeout_s)
{
    struct watched *w = watched_of(connection);

    if (w)
        w->deadline_ms = timeout_s ? clock_monotonic_ms() + timeout_s * 1000 : INT64_MAX;
}
