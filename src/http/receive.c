/* receive.c - every byte that libmicrohttpd reads from a connection passes here first (ADR 0016).
 *
 * libmicrohttpd reads with recv(). This file defines it for the whole program; other connections than those of the servers go
 * straight on. A request that framing.c refuses never reaches libmicrohttpd: the reply is written here, and the connection ends. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "http/internal.h"
#include "http/security_headers.h"

#define DESCRIPTORS_MAX (1 << 20) /* connections with a higher one are refused, in exchange.c */

static _Atomic(struct watched *) connections[DESCRIPTORS_MAX];

void
receive_watch(struct watched *w)
{
    if (w->fd >= 0 && w->fd < DESCRIPTORS_MAX)
        connections[w->fd] = w;
}

void
receive_forget(struct watched *w)
{
    if (w->fd >= 0 && w->fd < DESCRIPTORS_MAX)
        connections[w->fd] = NULL;
}

static const char *
reason_of(int status)
{
    return status == 414 ? "URI Too Long" : status == 431 ? "Request Header Fields Too Large" : "Bad Request";
}

/* Nothing of the request is believed, so the reply depends on nothing but the fault. */
static void
write_refusal(struct watched *w)
{
    const struct problem *problem = w->framing.fault;
    scoped_buf reply = {.max = 4096};
    char date[40], id[UUID_TEXT], body[512];
    time_t now_s = (time_t)clock_unix_s();
    struct tm tm;

    uuid_random(id);
    gmtime_r(&now_s, &tm);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    snprintf(body, sizeof body,
             "{\"type\":\"/problems/%s\",\"code\":\"%s\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\",\"request_id\":\"%s\"}",
             problem->code, problem->code, problem->title, problem->status, problem->detail, id);
    buf_printf(&reply, "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: %zu\r\n"
               "Cache-Control: no-store\r\nX-Request-Id: %s\r\n", problem->status, reason_of(problem->status), date, strlen(body), id);
    security_header_lines(w->server->settings.config, NULL, &reply);
    buf_printf(&reply, "\r\n%s", body);
    if (!reply.failed)
        send(w->fd, buf_str(&reply).ptr, buf_str(&reply).len, MSG_DONTWAIT | MSG_NOSIGNAL);
    metrics_count(w->server, router_count(w->server->router), problem->status, 0);
}

/* What libmicrohttpd is told once a request was refused: the connection is gone. */
static ssize_t
end_connection(struct watched *w)
{
    if (!w->refused)
        write_refusal(w);
    w->refused = w->linger = true;
    errno = ECONNRESET;
    return -1;
}

ssize_t
recv(int fd, void *buffer, size_t len, int flags)
{
    struct watched *w = fd >= 0 && fd < DESCRIPTORS_MAX ? connections[fd] : NULL;
    ssize_t n;
    size_t good;

    if (w && w->framing.fault)
        return end_connection(w);
    n = recvfrom(fd, buffer, len, flags, NULL, NULL);
    if (!w || n <= 0)
        return n;
    good = framing_take(&w->framing, buffer, (size_t)n);
    return w->framing.fault && !good ? end_connection(w) : (ssize_t)good;
}
