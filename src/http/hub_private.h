/* hub_private.h - what the parts of the hub share with each other and with nobody else.
 *
 *     hub.c             starting, stopping, and the queue of commands through which other threads reach a loop
 *     hub_loop.c        a loop's thread: events, commands, timers
 *     hub_connection.c  one connection: reading, writing, closing
 *     hub_topic.c       who listens to what
 *
 * A connection belongs to one loop for life, and only that loop's thread touches it, so there are no locks but that of the
 * queue. While a command or an event is worked on, connections are only marked; they are closed afterwards, so that
 * nobody's list changes under his feet. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "http/hub.h"
#include "http/websocket.h"
#include "http/websocket_frame.h"

#define QUEUE_INLINE 2
#define READ_BUFFER (32 * 1024)
#define EVENTS_AT_ONCE 256

struct loop;
struct topic;

struct subscription {
    struct topic *topic;
    struct websocket *ws;
    struct subscription *next; /* of the same connection */
    uint32_t index;            /* in the topic's list */
};

enum websocket_state { WEBSOCKET_NEW, WEBSOCKET_OPEN, WEBSOCKET_CLOSING, WEBSOCKET_GONE };

/* What a connection waits for; each has a list in the loop, ordered by time since the waits of one kind are equally long. */
enum wait { WAIT_PING, WAIT_PONG, WAIT_CLOSE, WAIT_COUNT };

struct websocket {
    atomic_uint refs;
    atomic_uint subscription_count;
    atomic_uint posted; /* messages to it that its loop has not seen yet */
    struct hub *hub;
    struct loop *loop;
    const struct websocket_handler *handler;
    void *user;

    /* The rest belongs to the loop's thread. */
    int fd;
    uint8_t state, wait;
    bool want_write, flush_scheduled, marked, broken, prune, shut;
    uint16_t close_code;
    const char *close_reason; /* a literal, or `reason_copy` */
    char *reason_copy;
    int64_t due_ms;
    int64_t frame_credit; /* thousandths of incoming frames that it may still send */
    int64_t credit_ms;
    struct frame_reader reader;
    struct subscription *subscriptions;

    struct frame **queue; /* a ring; `first` until that is too small */
    struct frame *first[QUEUE_INLINE];
    uint32_t queue_size, queue_head, queue_count;
    size_t queued_bytes;
    uint32_t sent; /* bytes of the first frame that are on their way already */
    uint32_t discarded;

    TAILQ_ENTRY(websocket) waiting;
    TAILQ_ENTRY(websocket) flushing;
    TAILQ_ENTRY(websocket) closing;
};

TAILQ_HEAD(websocket_list, websocket);

struct topic {
    struct topic *next; /* in its bucket */
    struct subscription **subscriptions;
    uint32_t count, capacity;
    uint32_t hash;
    char name[];
};

struct topics {
    struct topic **buckets;
    uint32_t size, count;
    uint32_t seed;
};

enum command_kind { COMMAND_OPEN, COMMAND_SEND, COMMAND_PUBLISH, COMMAND_SUBSCRIBE, COMMAND_UNSUBSCRIBE, COMMAND_CLOSE, COMMAND_STOP };

struct command {
    enum command_kind kind;
    struct command *next;
    struct websocket *ws; /* with a reference */
    struct frame *frame;  /* with a reference */
    struct frame *second; /* of COMMAND_SEND: right behind it, or NULL; with a reference */
    int number;           /* close code, descriptor or drain_ms */
    size_t len;
    char text[]; /* topic, reason or early bytes, and a NUL */
};

struct loop_counters {
    _Atomic uint64_t opened, received, sent, slow, broken, silent, flooding;
};

struct loop {
    struct hub *hub;
    pthread_t thread;
    bool started;
    int epoll, wake;

    pthread_mutex_t lock;
    struct command *first, **last;
    size_t pending, pending_bytes;
    bool closed;

    /* The thread's own. */
    int64_t now_ms;
    bool stopping;
    int64_t stop_ms;
    unsigned connections, busy_turns;
    struct topics topics;
    struct websocket_list waits[WAIT_COUNT], flushes, marked;
    struct frame_parsers parsers;
    struct frame *ping;
    struct loop_counters counters;
    char buffer[READ_BUFFER];
};

struct hub {
    atomic_uint refs;
    struct hub_settings settings;
    struct frame_limits limits;
    atomic_uint connections, next_loop;
    atomic_bool stopped;
    _Atomic uint64_t published;
    unsigned loop_count;
    struct loop *loops[];
};

static inline void
count_one(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* hub.c */
struct hub *hub_new(const struct hub_settings *settings);
struct hub *hub_unref(struct hub *hub);
/* All commands that wait, in order; NULL when there are none. */
struct command *loop_take(struct loop *loop);
/* Takes no more commands and throws away what is left. */
void loop_refuse(struct loop *loop);
void command_free(struct command *command);
/* Is this thread one of a hub's? */
extern _Thread_local struct loop *loop_of_thread;

/* hub_loop.c */
bool loop_init(struct loop *loop, struct hub *hub);
void loop_clear(struct loop *loop);
void *loop_run(void *loop);
/* One turn. `timeout_ms` bounds the wait for events; -1: until something happens. False when the loop has come to its end. */
bool loop_turn(struct loop *loop, int timeout_ms);

/* hub_connection.c */
void connection_open(struct websocket *ws, int fd, struct str early);
void connection_read(struct websocket *ws);
void connection_enqueue(struct websocket *ws, struct frame *frame);
/* Writes what the socket takes. */
void connection_flush(struct websocket *ws);
void connection_timeout(struct websocket *ws);
/* To be closed soon: with a close frame, or at once when `code` is 1006. */
void connection_mark_closing(struct websocket *ws, int code, const char *reason);
/* Closes a connection that was marked: sends the close frame, if it can still be reached. */
void connection_close(struct websocket *ws);
/* Ends it without another word. */
void connection_destroy(struct websocket *ws);

/* hub_topic.c */
bool topics_init(struct topics *topics);
void topics_clear(struct topics *topics);
struct topic *topics_find(const struct topics *topics, const char *name);
/* False when `ws` listened already or memory is short. */
bool topics_subscribe(struct topics *topics, struct websocket *ws, const char *name);
bool topics_unsubscribe(struct topics *topics, struct websocket *ws, const char *name);
void topics_unsubscribe_all(struct topics *topics, struct websocket *ws);
