#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/hub_private.h"

#define VECTORS 64
#define DISCARD_MAX (1024 * 1024) /* bytes that a peer may still send after it was told to close */

#define CLOSE_GONE 1006 /* never sent: the connection broke */
#define CLOSE_POLICY 1008
#define CLOSE_TRY_AGAIN 1013

/* --- waiting --- */

static void
wait_for(struct websocket *ws, enum wait wait)
{
    const struct hub_settings *settings = &ws->hub->settings;
    const unsigned delays_ms[WAIT_COUNT] = {settings->ping_interval_ms, settings->pong_timeout_ms, settings->close_timeout_ms};
    struct loop *loop = ws->loop;

    TAILQ_REMOVE(&loop->waits[ws->wait], ws, waiting);
    ws->wait = (uint8_t)wait;
    ws->due_ms = loop->now_ms + delays_ms[wait];
    TAILQ_INSERT_TAIL(&loop->waits[wait], ws, waiting);
}

void
connection_timeout(struct websocket *ws)
{
    switch (ws->wait) {
    case WAIT_PING:
        connection_enqueue(ws, ws->loop->ping);
        wait_for(ws, WAIT_PONG);
        break;
    case WAIT_PONG:
        count_one(&ws->loop->counters.silent);
        wait_for(ws, WAIT_CLOSE);
        ws->prune = true;
        connection_mark_closing(ws, CLOSE_POLICY, "no pong");
        break;
    default:
        connection_destroy(ws);
    }
}

/* --- writing --- */

static struct frame **
queue_slot(struct websocket *ws, uint32_t i)
{
    return &ws->queue[(ws->queue_head + i) & (ws->queue_size - 1)];
}

static void
queue_pop(struct websocket *ws)
{
    struct frame **slot = queue_slot(ws, 0);

    ws->queued_bytes -= (*slot)->len;
    *slot = frame_unref(*slot);
    ws->queue_head = (ws->queue_head + 1) & (ws->queue_size - 1);
    ws->queue_count--;
    ws->sent = 0;
    if (!ws->queue_count && ws->queue != ws->first) {
        free(ws->queue);
        ws->queue = ws->first;
        ws->queue_size = QUEUE_INLINE;
        ws->queue_head = 0;
    }
}

static bool
queue_grow(struct websocket *ws)
{
    struct frame **grown = malloc(2 * (size_t)ws->queue_size * sizeof(struct frame *)); /* NOLINT: never 0 */

    if (!grown)
        return false;
    for (uint32_t i = 0; i < ws->queue_count; i++)
        grown[i] = *queue_slot(ws, i);
    if (ws->queue != ws->first)
        free(ws->queue);
    ws->queue = grown;
    ws->queue_size *= 2;
    ws->queue_head = 0;
    return true;
}

/* Drops what has not begun to be sent. */
static void
queue_prune(struct websocket *ws)
{
    uint32_t keep = ws->sent ? 1 : 0;

    for (uint32_t i = keep; i < ws->queue_count; i++) {
        ws->queued_bytes -= (*queue_slot(ws, i))->len;
        frame_unref(*queue_slot(ws, i));
    }
    if (ws->queue_count > keep)
        ws->queue_count = keep;
}

static bool
queue_full(const struct websocket *ws, const struct frame *frame)
{
    const struct hub_settings *settings = &ws->hub->settings;

    if (ws->queue_count && frame_bytes_held() > settings->max_memory)
        return true; /* each within its bounds and all together too much */
    return ws->queue_count >= settings->max_queued_messages ||
           (ws->queue_count && ws->queued_bytes + frame->len > settings->max_queued_bytes);
}

static void
queue_push(struct websocket *ws, struct frame *frame)
{
    struct loop *loop = ws->loop;

    if (ws->queue_count == ws->queue_size && !queue_grow(ws)) {
        connection_mark_closing(ws, CLOSE_GONE, NULL);
        return;
    }
    *queue_slot(ws, ws->queue_count++) = frame_ref(frame);
    ws->queued_bytes += frame->len;
    if (!ws->flush_scheduled && !ws->want_write) {
        ws->flush_scheduled = true;
        TAILQ_INSERT_TAIL(&loop->flushes, ws, flushing);
    }
}

void
connection_enqueue(struct websocket *ws, struct frame *frame)
{
    if (ws->state != WEBSOCKET_OPEN || ws->marked)
        return;
    if (!frame) {
        connection_mark_closing(ws, CLOSE_GONE, NULL); /* memory is short */
        return;
    }
    if (queue_full(ws, frame) && !ws->want_write)
        connection_flush(ws); /* the peer had no chance to read what this turn has queued */
    if (ws->marked)
        return;
    if (queue_full(ws, frame)) {
        count_one(&ws->loop->counters.slow);
        ws->prune = true;
        connection_mark_closing(ws, CLOSE_TRY_AGAIN, "reading too slowly");
        return;
    }
    queue_push(ws, frame);
}

static void
watch_writable(struct websocket *ws, bool want)
{
    struct epoll_event event = {.events = EPOLLIN | (want ? (uint32_t)EPOLLOUT : 0), .data.ptr = ws};

    if (ws->want_write == want)
        return;
    ws->want_write = want;
    if (epoll_ctl(ws->loop->epoll, EPOLL_CTL_MOD, ws->fd, &event))
        connection_mark_closing(ws, CLOSE_GONE, NULL);
}

static void
account_sent(struct websocket *ws, size_t bytes)
{
    uint64_t frames = 0;

    while (bytes) {
        size_t rest = (*queue_slot(ws, 0))->len - ws->sent;

        if (bytes < rest) {
            ws->sent += (uint32_t)bytes;
            break;
        }
        bytes -= rest;
        queue_pop(ws);
        frames++;
    }
    atomic_fetch_add_explicit(&ws->loop->counters.sent, frames, memory_order_relaxed);
}

static void
tell_sent(struct websocket *ws, bool all)
{
    if (ws->state == WEBSOCKET_OPEN && !ws->marked && ws->handler->on_sent)
        ws->handler->on_sent(ws, ws->user, all);
}

void
connection_flush(struct websocket *ws)
{
    while (ws->queue_count) {
        struct iovec vectors[VECTORS];
        struct msghdr message = {.msg_iov = vectors};
        size_t offered = 0;
        ssize_t sent;

        for (; message.msg_iovlen < VECTORS && message.msg_iovlen < ws->queue_count; message.msg_iovlen++) {
            struct frame *frame = *queue_slot(ws, (uint32_t)message.msg_iovlen);
            uint32_t skip = message.msg_iovlen ? 0 : ws->sent;

            vectors[message.msg_iovlen] = (struct iovec){frame->bytes + skip, frame->len - skip};
            offered += frame->len - skip;
        }
        sent = sendmsg(ws->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            connection_mark_closing(ws, CLOSE_GONE, NULL);
            return;
        }
        if (sent > 0)
            account_sent(ws, (size_t)sent);
        if (sent < (ssize_t)offered) {
            if (sent > 0)
                tell_sent(ws, false);
            watch_writable(ws, true);
            return;
        }
    }
    watch_writable(ws, false);
    tell_sent(ws, !atomic_load(&ws->posted));
    if (ws->state == WEBSOCKET_CLOSING && !ws->shut) {
        ws->shut = true;
        shutdown(ws->fd, SHUT_WR); /* the peer reads the close frame and hangs up */
    }
}

/* --- reading --- */

static bool
may_send_frame(struct websocket *ws)
{
    const struct hub_settings *settings = &ws->hub->settings;
    int64_t most = (int64_t)settings->frames_burst * 1000;

    ws->frame_credit += (ws->loop->now_ms - ws->credit_ms) * settings->frames_per_s;
    ws->credit_ms = ws->loop->now_ms;
    if (ws->frame_credit > most)
        ws->frame_credit = most;
    if (ws->frame_credit < 1000)
        return false;
    ws->frame_credit -= 1000;
    return true;
}

static void
answer_ping(struct websocket *ws, struct str payload)
{
    struct frame *pong = frame_pong(payload);

    connection_enqueue(ws, pong);
    frame_unref(pong);
}

static void
take_event(struct websocket *ws, const struct frame_event *event)
{
    switch (event->kind) {
    case FRAME_TEXT:
        count_one(&ws->loop->counters.received);
        if (ws->handler->on_message)
            ws->handler->on_message(ws, ws->user, event->payload);
        break;
    case FRAME_PING:
        answer_ping(ws, event->payload);
        break;
    case FRAME_PONG:
        if (ws->wait == WAIT_PONG)
            wait_for(ws, WAIT_PING);
        break;
    case FRAME_CLOSE:
        connection_mark_closing(ws, event->code, NULL);
        break;
    case FRAME_INVALID:
        count_one(&ws->loop->counters.broken);
        connection_mark_closing(ws, event->code, event->reason);
        break;
    default:
        break;
    }
}

static void
take_bytes(struct websocket *ws, struct str bytes)
{
    while (!ws->marked) {
        struct frame_event event = frame_reader_next(&ws->reader, &ws->loop->parsers, &ws->hub->limits, &bytes);

        if (event.kind == FRAME_NONE)
            break;
        if (event.kind != FRAME_INVALID && event.kind != FRAME_CLOSE && !may_send_frame(ws)) {
            count_one(&ws->loop->counters.flooding);
            connection_mark_closing(ws, CLOSE_POLICY, "too many frames");
            break;
        }
        take_event(ws, &event);
    }
}

void
connection_read(struct websocket *ws)
{
    struct loop *loop = ws->loop;
    ssize_t got = recv(ws->fd, loop->buffer, sizeof loop->buffer, MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (got <= 0) {
        connection_mark_closing(ws, CLOSE_GONE, NULL);
        return;
    }
    if (ws->state == WEBSOCKET_OPEN && !ws->marked) {
        take_bytes(ws, (struct str){loop->buffer, (size_t)got});
        return;
    }
    ws->discarded += (uint32_t)got;
    if (ws->discarded > DISCARD_MAX)
        connection_mark_closing(ws, CLOSE_GONE, NULL);
}

/* --- opening and closing --- */

void
connection_open(struct websocket *ws, int fd, struct str early)
{
    struct loop *loop = ws->loop;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = ws};
    int send_buffer = (int)ws->hub->settings.send_buffer;

    if (loop->stopping || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event)) {
        close(fd);
        atomic_fetch_sub(&ws->hub->connections, 1);
        ws->state = WEBSOCKET_GONE;
        return;
    }
    websocket_ref(ws);
    ws->fd = fd;
    ws->state = WEBSOCKET_OPEN;
    ws->frame_credit = (int64_t)ws->hub->settings.frames_burst * 1000;
    ws->credit_ms = loop->now_ms;
    if (send_buffer)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    loop->connections++;
    count_one(&loop->counters.opened);
    TAILQ_INSERT_TAIL(&loop->waits[WAIT_PING], ws, waiting);
    wait_for(ws, WAIT_PING);
    if (ws->handler->on_open)
        ws->handler->on_open(ws, ws->user);
    if (early.len)
        take_bytes(ws, early);
}

void
connection_mark_closing(struct websocket *ws, int code, const char *reason)
{
    if (ws->state == WEBSOCKET_GONE)
        return;
    if (code == CLOSE_GONE)
        ws->broken = true;
    else if (ws->state != WEBSOCKET_OPEN)
        return;
    if (ws->marked)
        return; /* the first reason counts */
    ws->marked = true;
    ws->close_code = (uint16_t)code;
    ws->close_reason = reason;
    TAILQ_INSERT_TAIL(&ws->loop->marked, ws, closing);
}

static void
forget_reason(struct websocket *ws)
{
    ws->close_reason = NULL;
    free(ws->reason_copy);
    ws->reason_copy = NULL;
}

static void
leave(struct websocket *ws, int code)
{
    struct loop *loop = ws->loop;

    ws->state = WEBSOCKET_CLOSING;
    topics_unsubscribe_all(&loop->topics, ws);
    frame_reader_clear(&ws->reader, &loop->parsers);
    if (ws->handler->on_close)
        ws->handler->on_close(ws, ws->user, code);
}

void
connection_close(struct websocket *ws)
{
    struct frame *close_frame;

    TAILQ_REMOVE(&ws->loop->marked, ws, closing);
    ws->marked = false;
    if (ws->state == WEBSOCKET_OPEN)
        leave(ws, ws->close_code);
    close_frame = ws->broken ? NULL : frame_close(ws->close_code, ws->close_reason);
    forget_reason(ws);
    if (!close_frame) {
        connection_destroy(ws);
        return;
    }
    if (ws->prune)
        queue_prune(ws);
    wait_for(ws, WAIT_CLOSE);
    queue_push(ws, close_frame);
    frame_unref(close_frame);
}

void
connection_destroy(struct websocket *ws)
{
    struct loop *loop = ws->loop;

    if (ws->state == WEBSOCKET_OPEN)
        leave(ws, CLOSE_GONE);
    if (ws->marked)
        TAILQ_REMOVE(&loop->marked, ws, closing);
    if (ws->flush_scheduled)
        TAILQ_REMOVE(&loop->flushes, ws, flushing);
    TAILQ_REMOVE(&loop->waits[ws->wait], ws, waiting);
    ws->marked = ws->flush_scheduled = false;
    ws->state = WEBSOCKET_GONE;
    forget_reason(ws);
    ws->sent = 0;
    queue_prune(ws);
    if (ws->queue != ws->first)
        free(ws->queue);
    ws->queue = ws->first;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, ws->fd, NULL);
    close(ws->fd);
    ws->fd = -1;
    loop->connections--;
    atomic_fetch_sub(&ws->hub->connections, 1);
    websocket_unref(ws);
}
