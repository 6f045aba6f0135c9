/* websocket_peer.h - for tests: a peer at the other end of a socket pair, who sees what the hub sends byte for byte.
 *
 * A test connects peers to a hub, lets them send frames, expects frames, and disconnects them. What the handlers are told is
 * counted in the peer; wait_until() waits for it. */
#pragma once

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/hub.h"
#include "http/websocket.h"

#define PATIENCE_MS 10000

enum { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10, FIN = 0x80 };

struct peer {
    int fd;
    struct websocket *ws;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int opened, closed, close_code, messages, freed;
    char last[128 * 1024];
    size_t last_len;
};

static inline void
note(struct peer *peer, int *counter)
{
    ++*counter;
    pthread_cond_broadcast(&peer->changed);
}

static inline void
on_open(struct websocket *ws, void *user)
{
    struct peer *peer = user;

    (void)ws;
    pthread_mutex_lock(&peer->lock);
    note(peer, &peer->opened);
    pthread_mutex_unlock(&peer->lock);
}

static inline void
on_message(struct websocket *ws, void *user, struct str text)
{
    struct peer *peer = user;

    (void)ws;
    pthread_mutex_lock(&peer->lock);
    assert_true(text.len <= sizeof peer->last);
    memcpy(peer->last, text.ptr, text.len);
    peer->last_len = text.len;
    note(peer, &peer->messages);
    pthread_mutex_unlock(&peer->lock);
}

static inline void
on_close(struct websocket *ws, void *user, int code)
{
    struct peer *peer = user;

    (void)ws;
    pthread_mutex_lock(&peer->lock);
    peer->close_code = code;
    note(peer, &peer->closed);
    pthread_mutex_unlock(&peer->lock);
}

static inline void
on_free(void *user)
{
    struct peer *peer = user;

    pthread_mutex_lock(&peer->lock);
    note(peer, &peer->freed);
    pthread_mutex_unlock(&peer->lock);
}

static const struct websocket_handler handler = {
    .on_open = on_open, .on_message = on_message, .on_close = on_close, .user_free = on_free};

static inline int
count_of(struct peer *peer, const int *counter)
{
    int count;

    pthread_mutex_lock(&peer->lock);
    count = *counter;
    pthread_mutex_unlock(&peer->lock);
    return count;
}

static inline void
wait_until(struct peer *peer, const int *counter, int at_least)
{
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

    pthread_mutex_lock(&peer->lock);
    while (*counter < at_least)
        if (!clock_wait_until(&peer->changed, &peer->lock, until_ms))
            break;
    assert_true(*counter >= at_least);
    pthread_mutex_unlock(&peer->lock);
}

static inline struct peer *
connect_with(struct hub *hub, struct str early)
{
    struct peer *peer = calloc(1, sizeof *peer);
    int fds[2];

    assert_non_null(peer);
    pthread_mutex_init(&peer->lock, NULL);
    pthread_cond_init(&peer->changed, NULL);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    peer->fd = fds[0];
    peer->ws = websocket_new(hub, &handler, peer);
    assert_non_null(peer->ws);
    assert_true(hub_adopt(peer->ws, fds[1], early));
    return peer;
}

static inline struct peer *
connect_peer(struct hub *hub)
{
    struct peer *peer = connect_with(hub, STR(""));

    wait_until(peer, &peer->opened, 1);
    return peer;
}

/* Hangs up, and waits until the hub has forgotten the peer. */
static inline void
disconnect(struct peer *peer)
{
    close(peer->fd);
    websocket_unref(peer->ws);
    wait_until(peer, &peer->freed, 1);
    assert_int_equal(peer->freed, 1);
    assert_int_equal(peer->closed, peer->opened);
    pthread_cond_destroy(&peer->changed);
    pthread_mutex_destroy(&peer->lock);
    free(peer);
}

static inline void
send_bytes(struct peer *peer, const void *bytes, size_t len)
{
    while (len) {
        ssize_t sent = send(peer->fd, bytes, len, MSG_NOSIGNAL);

        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
            return; /* the hub has hung up; what it said comes next */
        assert_true(sent > 0);
        bytes = (const char *)bytes + sent;
        len -= (size_t)sent;
    }
}

/* A client's frame: masked unless `masked` is false. */
static inline size_t
make_frame(unsigned char *to, int first, const void *payload, size_t len, bool masked)
{
    static const unsigned char mask[4] = {0x1F, 0x82, 0xA5, 0x00};
    size_t n = 0;

    to[n++] = (unsigned char)first;
    if (len < 126) {
        to[n++] = (unsigned char)len;
    } else if (len < 65536) {
        to[n++] = 126;
        to[n++] = (unsigned char)(len >> 8);
        to[n++] = (unsigned char)len;
    } else {
        to[n++] = 127;
        for (int i = 7; i >= 0; i--)
            to[n++] = (unsigned char)((uint64_t)len >> (8 * i));
    }
    if (masked) {
        to[1] |= 0x80;
        memcpy(to + n, mask, 4);
        n += 4;
    }
    for (size_t i = 0; i < len; i++)
        to[n++] = (unsigned char)(((const unsigned char *)payload)[i] ^ (masked ? mask[i % 4] : 0));
    return n;
}

static inline void
send_frame(struct peer *peer, int first, const void *payload, size_t len)
{
    unsigned char *frame = malloc(len + 14);

    assert_non_null(frame);
    send_bytes(peer, frame, make_frame(frame, first, payload, len, true));
    free(frame);
}

/* `len` bytes from the hub; false at the end of the stream. */
static inline bool
receive_bytes(struct peer *peer, void *bytes, size_t len)
{
    while (len) {
        struct pollfd poll_fd = {.fd = peer->fd, .events = POLLIN};
        ssize_t got;

        assert_int_equal(poll(&poll_fd, 1, PATIENCE_MS), 1);
        got = recv(peer->fd, bytes, len, 0);
        if (got <= 0)
            return false;
        bytes = (char *)bytes + got;
        len -= (size_t)got;
    }
    return true;
}

/* One frame from the hub: its first byte, the payload in `to` ended by NUL; -1 at the end of the stream. */
static inline int
receive_frame(struct peer *peer, char *to, size_t size, size_t *ret_len)
{
    unsigned char header[2], extended[8];
    uint64_t len;
    int more;

    if (!receive_bytes(peer, header, 2))
        return -1;
    assert_int_equal(header[1] & 0x80, 0); /* a server does not mask */
    len = header[1];
    more = len == 126 ? 2 : len == 127 ? 8 : 0;
    if (more) {
        assert_true(receive_bytes(peer, extended, (size_t)more));
        len = 0;
        for (int i = 0; i < more; i++)
            len = len << 8 | extended[i];
    }
    assert_true(len < size);
    assert_true(receive_bytes(peer, to, len));
    to[len] = '\0';
    if (ret_len)
        *ret_len = len;
    return header[0];
}

static inline void
expect_text(struct peer *peer, const char *text)
{
    static _Thread_local char payload[300 * 1024];

    assert_int_equal(receive_frame(peer, payload, sizeof payload, NULL), FIN | TEXT);
    assert_string_equal(payload, text);
}

/* Skips texts, pings and pongs up to the close frame; then the stream must end. */
static inline int
expect_close(struct peer *peer)
{
    static _Thread_local char payload[300 * 1024];
    size_t len;
    int first, code;

    do {
        first = receive_frame(peer, payload, sizeof payload, &len);
        assert_int_not_equal(first, -1);
    } while (first != (FIN | CLOSE));
    code = len ? (unsigned char)payload[0] << 8 | (unsigned char)payload[1] : 1005;
    assert_int_equal(receive_frame(peer, payload, sizeof payload, NULL), -1);
    return code;
}

static inline void
expect_closed(struct peer *peer, int code)
{
    assert_int_equal(expect_close(peer), code);
    wait_until(peer, &peer->closed, 1);
    assert_int_equal(peer->close_code, code);
    disconnect(peer);
}

static inline void
expect_message(struct peer *peer, int number, const char *text, size_t len)
{
    wait_until(peer, &peer->messages, number);
    assert_int_equal(peer->last_len, len);
    assert_memory_equal(peer->last, text, len);
}

/* The value of a line of the metrics. */
static inline long
metric(struct hub *hub, const char *name)
{
    scoped_buf out = BUF_INIT(16 * 1024);
    const char *at;

    hub_metrics(hub, &out);
    at = strstr(out.ptr, name);
    assert_non_null(at);
    return strtol(at + strlen(name), NULL, 10);
}

static inline struct hub *
start_hub(void)
{
    struct hub *hub = hub_start(NULL);

    assert_non_null(hub);
    return hub;
}

static inline void
end_hub(struct hub *hub)
{
    hub_stop(hub, 1000);
    assert_int_equal(metric(hub, "veza_websocket_connections "), 0);
    assert_null(hub_free(hub));
}
