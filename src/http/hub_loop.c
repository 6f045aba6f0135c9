#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/hub_private.h"

#define CLOSE_GOING_AWAY 1001
#define BUSY_TURNS_MAX 64

_Thread_local struct loop *loop_of_thread;

bool
loop_init(struct loop *loop, struct hub *hub)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

    loop->hub = hub;
    loop->last = &loop->first;
    pthread_mutex_init(&loop->lock, NULL);
    for (int i = 0; i < WAIT_COUNT; i++)
        TAILQ_INIT(&loop->waits[i]);
    TAILQ_INIT(&loop->flushes);
    TAILQ_INIT(&loop->marked);
    loop->now_ms = clock_monotonic_ms();
    loop->ping = frame_ping();
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return loop->ping && loop->epoll >= 0 && loop->wake >= 0 && topics_init(&loop->topics) &&
           epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->wake, &event) == 0;
}

void
loop_clear(struct loop *loop)
{
    if (loop->epoll >= 0)
        close(loop->epoll);
    if (loop->wake >= 0)
        close(loop->wake);
    frame_unref(loop->ping);
    frame_parsers_clear(&loop->parsers);
    topics_clear(&loop->topics);
    pthread_mutex_destroy(&loop->lock);
}

static void
close_marked(struct loop *loop)
{
    while (!TAILQ_EMPTY(&loop->marked))
        connection_close(TAILQ_FIRST(&loop->marked));
}

static void
mark_all_closing(struct loop *loop, int code)
{
    struct websocket *ws;

    for (int i = 0; i < WAIT_COUNT; i++)
        TAILQ_FOREACH(ws, &loop->waits[i], waiting)
            connection_mark_closing(ws, code, NULL);
}

static void
destroy_all(struct loop *loop)
{
    for (int i = 0; i < WAIT_COUNT; i++)
        while (!TAILQ_EMPTY(&loop->waits[i]))
            connection_destroy(TAILQ_FIRST(&loop->waits[i]));
}

static void
publish(struct loop *loop, const char *name, struct frame *frame)
{
    const struct topic *topic = topics_find(&loop->topics, name);

    for (uint32_t i = 0; topic && i < topic->count; i++)
        connection_enqueue(topic->subscriptions[i]->ws, frame);
}

static void
close_one(struct websocket *ws, int code, const char *reason)
{
    if (ws->state != WEBSOCKET_OPEN || ws->marked)
        return;
    ws->reason_copy = *reason ? strdup(reason) : NULL;
    connection_mark_closing(ws, code, ws->reason_copy);
}

static void
subscribe(struct loop *loop, struct websocket *ws, const char *name)
{
    if (ws->state != WEBSOCKET_OPEN || !topics_subscribe(&loop->topics, ws, name))
        atomic_fetch_sub(&ws->subscription_count, 1);
}

static void
execute(struct loop *loop, const struct command *command)
{
    struct websocket *ws = command->ws;

    switch (command->kind) {
    case COMMAND_OPEN:
        connection_open(ws, command->number, (struct str){command->text, command->len});
        break;
    case COMMAND_SEND:
        atomic_fetch_sub(&ws->posted, 1);
        connection_enqueue(ws, command->frame);
        if (command->second)
            connection_enqueue(ws, command->second);
        break;
    case COMMAND_PUBLISH:
        publish(loop, command->text, command->frame);
        break;
    case COMMAND_SUBSCRIBE:
        subscribe(loop, ws, command->text);
        break;
    case COMMAND_UNSUBSCRIBE:
        if (topics_unsubscribe(&loop->topics, ws, command->text))
            atomic_fetch_sub(&ws->subscription_count, 1);
        break;
    case COMMAND_CLOSE:
        close_one(ws, command->number, command->text);
        break;
    case COMMAND_STOP:
        loop->stopping = true;
        loop->stop_ms = loop->now_ms + command->number;
        mark_all_closing(loop, CLOSE_GOING_AWAY);
        break;
    }
}

/* Until nothing is left to do: handlers that are called here may ask for more. */
static void
work_off(struct loop *loop)
{
    for (;;) {
        struct command *command;

        close_marked(loop);
        command = loop_take(loop);
        if (!command && TAILQ_EMPTY(&loop->flushes))
            return;
        while (command) {
            struct command *next = command->next;

            execute(loop, command);
            command_free(command);
            close_marked(loop);
            command = next;
        }
        while (!TAILQ_EMPTY(&loop->flushes)) {
            struct websocket *ws = TAILQ_FIRST(&loop->flushes);

            TAILQ_REMOVE(&loop->flushes, ws, flushing);
            ws->flush_scheduled = false;
            connection_flush(ws);
        }
    }
}

static void
run_timers(struct loop *loop)
{
    for (int i = 0; i < WAIT_COUNT; i++) {
        struct websocket *ws;

        while ((ws = TAILQ_FIRST(&loop->waits[i])) && ws->due_ms <= loop->now_ms)
            connection_timeout(ws);
    }
    if (loop->stopping && loop->now_ms >= loop->stop_ms)
        destroy_all(loop);
}

static int
next_timeout_ms(const struct loop *loop, int timeout_ms)
{
    int64_t until = loop->stopping ? loop->stop_ms : INT64_MAX, wait;

    for (int i = 0; i < WAIT_COUNT; i++) {
        const struct websocket *ws = TAILQ_FIRST(&loop->waits[i]);

        if (ws && ws->due_ms < until)
            until = ws->due_ms;
    }
    if (until == INT64_MAX)
        return timeout_ms;
    wait = until - clock_monotonic_ms();
    wait = wait < 0 ? 0 : wait > INT32_MAX ? INT32_MAX : wait;
    return timeout_ms >= 0 && timeout_ms < wait ? timeout_ms : (int)wait;
}

static void
take_event(struct loop *loop, const struct epoll_event *event)
{
    struct websocket *ws = event->data.ptr;
    uint64_t count;

    if (!ws) {
        if (read(loop->wake, &count, sizeof count) < 0)
            return; /* nothing in it: somebody was faster */
        return;
    }
    if (event->events & EPOLLOUT)
        connection_flush(ws);
    if (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        connection_read(ws);
}

bool
loop_turn(struct loop *loop, int timeout_ms)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(loop->epoll, events, EVENTS_AT_ONCE, next_timeout_ms(loop, timeout_ms));

    loop->now_ms = clock_monotonic_ms();
    for (int i = 0; i < count; i++)
        take_event(loop, &events[i]);
    close_marked(loop);
    /* After a long turn many pongs may still wait to be read; nobody is to be called silent before. */
    if (count < EVENTS_AT_ONCE || ++loop->busy_turns > BUSY_TURNS_MAX) {
        loop->busy_turns = 0;
        run_timers(loop);
    }
    work_off(loop);
    return !loop->stopping || loop->connections;
}

void *
loop_run(void *argument)
{
    struct loop *loop = argument;

    loop_of_thread = loop;
    while (loop_turn(loop, -1))
        ;
    loop_refuse(loop);
    return NULL;
}
