#include "http/hub.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "http/hub_private.h"

/* Messages that a loop may have before it. Of commands that open, close and subscribe it may have twice as many, so that they are not
 * refused because of many messages. */
#define PENDING_MAX 65536
#define PENDING_BYTES_MAX (64 * 1024 * 1024)

/* --- commands --- */

static struct command *
command_new(enum command_kind kind, struct websocket *ws, struct str text)
{
    struct command *command = malloc(sizeof *command + text.len + 1);

    if (!command)
        return NULL;
    *command = (struct command){.kind = kind, .ws = ws ? websocket_ref(ws) : NULL, .len = text.len};
    if (text.len)
        memcpy(command->text, text.ptr, text.len);
    command->text[text.len] = '\0';
    return command;
}

void
command_free(struct command *command)
{
    if (!command)
        return;
    frame_unref(command->frame);
    frame_unref(command->second);
    websocket_unref(command->ws);
    free(command);
}

static size_t
command_cost(const struct command *command)
{
    return sizeof *command + command->len + (command->frame ? command->frame->len : 0) + (command->second ? command->second->len : 0);
}

/* What never ran has to be undone, as far as it holds anything. */
static void
command_refuse(struct command *command)
{
    if (command->kind == COMMAND_OPEN) {
        close(command->number);
        atomic_fetch_sub(&command->ws->hub->connections, 1);
    }
    command_free(command);
}

/* With the loop's lock. A stopping hub is always told. */
static bool
loop_has_room(const struct loop *loop, enum command_kind kind)
{
    size_t times = kind == COMMAND_SEND || kind == COMMAND_PUBLISH ? 1 : 2;

    return kind == COMMAND_STOP || (loop->pending < times * PENDING_MAX && loop->pending_bytes < times * PENDING_BYTES_MAX);
}

/* Takes over `command`, which may be NULL. Never waits: false when the loop has too much to do. */
static bool
loop_post(struct loop *loop, struct command *command)
{
    bool was_empty, refused;

    if (!command)
        return false;
    pthread_mutex_lock(&loop->lock);
    refused = loop->closed || !loop_has_room(loop, command->kind);
    was_empty = !loop->first;
    if (!refused) {
        *loop->last = command;
        loop->last = &command->next;
        loop->pending++;
        loop->pending_bytes += command_cost(command);
    }
    pthread_mutex_unlock(&loop->lock);
    if (refused)
        command_refuse(command);
    else if (was_empty && loop != loop_of_thread)
        eventfd_write(loop->wake, 1);
    return !refused;
}

struct command *
loop_take(struct loop *loop)
{
    struct command *first;

    pthread_mutex_lock(&loop->lock);
    first = loop->first;
    loop->first = NULL;
    loop->last = &loop->first;
    loop->pending = loop->pending_bytes = 0;
    pthread_mutex_unlock(&loop->lock);
    return first;
}

void
loop_refuse(struct loop *loop)
{
    struct command *command;

    pthread_mutex_lock(&loop->lock);
    loop->closed = true;
    pthread_mutex_unlock(&loop->lock);
    command = loop_take(loop);
    while (command) {
        struct command *next = command->next;

        command_refuse(command);
        command = next;
    }
}

/* --- the hub --- */

static void
fill_defaults(struct hub_settings *settings)
{
#define DEFAULT(field, value) settings->field = settings->field ? settings->field : (value)
    DEFAULT(threads, 1);
    DEFAULT(max_connections, 20000);
    DEFAULT(max_subscriptions, 256);
    DEFAULT(ping_interval_ms, 30000);
    DEFAULT(pong_timeout_ms, 10000);
    DEFAULT(close_timeout_ms, 2000);
    DEFAULT(max_queued_messages, 256);
    DEFAULT(max_queued_bytes, 512 * 1024);
    DEFAULT(max_memory, (size_t)256 * 1024 * 1024);
    DEFAULT(max_message, 64 * 1024);
    DEFAULT(max_fragments, 1024);
    DEFAULT(frames_per_s, 50);
    DEFAULT(frames_burst, 100);
#undef DEFAULT
}

struct hub *
hub_new(const struct hub_settings *settings)
{
    struct hub_settings filled = settings ? *settings : (struct hub_settings){0};
    struct hub *hub;

    fill_defaults(&filled);
    hub = calloc(1, sizeof *hub + filled.threads * sizeof(struct loop *));
    if (!hub)
        return NULL;
    atomic_init(&hub->refs, 1);
    hub->settings = filled;
    hub->limits = (struct frame_limits){.max_message = filled.max_message,
                                        .max_fragments = filled.max_fragments,
                                        .max_held = filled.max_memory / filled.threads};
    for (; hub->loop_count < filled.threads; hub->loop_count++) {
        struct loop *loop = calloc(1, sizeof *loop);
        bool ready = loop && loop_init(loop, hub);

        hub->loops[hub->loop_count] = loop;
        if (!ready) {
            hub->loop_count += loop ? 1 : 0;
            return hub_unref(hub);
        }
    }
    return hub;
}

struct hub *
hub_unref(struct hub *hub)
{
    if (!hub || atomic_fetch_sub(&hub->refs, 1) != 1)
        return NULL;
    for (unsigned i = 0; i < hub->loop_count; i++) {
        loop_clear(hub->loops[i]);
        free(hub->loops[i]);
    }
    free(hub);
    return NULL;
}

struct hub *
hub_start(const struct hub_settings *settings)
{
    struct hub *hub = hub_new(settings);

    if (!hub)
        return NULL;
    for (unsigned i = 0; i < hub->loop_count; i++) {
        if (pthread_create(&hub->loops[i]->thread, NULL, loop_run, hub->loops[i])) {
            hub_stop(hub, 0);
            return hub_unref(hub);
        }
        hub->loops[i]->started = true;
        pthread_setname_np(hub->loops[i]->thread, "veza-hub");
    }
    return hub;
}

void
hub_stop(struct hub *hub, int drain_ms)
{
    atomic_store(&hub->stopped, true);
    for (unsigned i = 0; i < hub->loop_count; i++) {
        struct command *stop = command_new(COMMAND_STOP, NULL, STR(""));

        if (!stop)
            abort(); /* a thread that cannot be told to end would outlive what it works on */
        stop->number = drain_ms;
        loop_post(hub->loops[i], stop);
    }
    for (unsigned i = 0; i < hub->loop_count; i++) {
        if (hub->loops[i]->started)
            pthread_join(hub->loops[i]->thread, NULL);
        else
            loop_refuse(hub->loops[i]);
        hub->loops[i]->started = false;
    }
}

struct hub *
hub_free(struct hub *hub)
{
    return hub_unref(hub);
}

bool
hub_has_room(const struct hub *hub)
{
    return !atomic_load(&hub->stopped) && atomic_load(&hub->connections) < hub->settings.max_connections;
}

static bool
topic_fits(const char *topic)
{
    return *topic && strlen(topic) <= HUB_TOPIC_MAX;
}

bool
hub_publish(struct hub *hub, const char *topic, struct str text)
{
    struct frame *frame;
    bool posted = true;

    if (!topic_fits(topic) || text.len > HUB_TEXT_MAX)
        return false;
    frame = frame_text(text);
    if (!frame)
        return false;
    for (unsigned i = 0; i < hub->loop_count; i++) {
        struct command *command = command_new(COMMAND_PUBLISH, NULL, str_of(topic));

        if (command)
            command->frame = frame_ref(frame);
        posted = loop_post(hub->loops[i], command) && posted;
    }
    frame_unref(frame);
    if (posted)
        count_one(&hub->published);
    return posted;
}

bool
hub_subscribe(struct websocket *ws, const char *topic)
{
    if (!topic_fits(topic))
        return false;
    if (atomic_fetch_add(&ws->subscription_count, 1) >= ws->hub->settings.max_subscriptions ||
        !loop_post(ws->loop, command_new(COMMAND_SUBSCRIBE, ws, str_of(topic)))) {
        atomic_fetch_sub(&ws->subscription_count, 1);
        return false;
    }
    return true;
}

void
hub_unsubscribe(struct websocket *ws, const char *topic)
{
    loop_post(ws->loop, command_new(COMMAND_UNSUBSCRIBE, ws, str_of(topic)));
}

/* --- sockets --- */

struct websocket *
websocket_new(struct hub *hub, const struct websocket_handler *handler, void *user)
{
    struct websocket *ws = calloc(1, sizeof *ws);

    if (!ws) {
        if (handler->user_free)
            handler->user_free(user);
        return NULL;
    }
    atomic_init(&ws->refs, 1);
    atomic_fetch_add(&hub->refs, 1);
    ws->hub = hub;
    ws->loop = hub->loops[atomic_fetch_add(&hub->next_loop, 1) % hub->loop_count];
    ws->handler = handler;
    ws->user = user;
    ws->fd = -1;
    ws->queue = ws->first;
    ws->queue_size = QUEUE_INLINE;
    return ws;
}

struct websocket *
websocket_ref(struct websocket *ws)
{
    atomic_fetch_add_explicit(&ws->refs, 1, memory_order_relaxed);
    return ws;
}

struct websocket *
websocket_unref(struct websocket *ws)
{
    if (!ws || atomic_fetch_sub_explicit(&ws->refs, 1, memory_order_acq_rel) != 1)
        return NULL;
    if (ws->handler->user_free)
        ws->handler->user_free(ws->user);
    hub_unref(ws->hub);
    free(ws);
    return NULL;
}

bool
hub_adopt(struct websocket *ws, int fd, struct str early)
{
    struct hub *hub = ws->hub;
    struct command *command = command_new(COMMAND_OPEN, ws, early);
    int on = 1;

    if (!command || atomic_fetch_add(&hub->connections, 1) >= hub->settings.max_connections) {
        if (command)
            atomic_fetch_sub(&hub->connections, 1);
        command_free(command);
        close(fd);
        return false;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    command->number = fd;
    return loop_post(ws->loop, command);
}

bool
websocket_send_pair(struct websocket *ws, struct str text, struct str bytes)
{
    struct command *command = text.len > HUB_PAIR_MAX || bytes.len > HUB_PAIR_MAX ? NULL : command_new(COMMAND_SEND, ws, STR(""));

    if (!command)
        return false;
    command->frame = frame_text(text);
    command->second = bytes.len ? frame_binary(bytes) : NULL;
    if (!command->frame || (bytes.len && !command->second)) {
        command_free(command);
        return false;
    }
    atomic_fetch_add(&ws->posted, 1);
    if (loop_post(ws->loop, command))
        return true;
    atomic_fetch_sub(&ws->posted, 1);
    return false;
}

bool
websocket_send(struct websocket *ws, struct str text)
{
    return text.len <= HUB_TEXT_MAX && websocket_send_pair(ws, text, (struct str){0});
}

void
websocket_close(struct websocket *ws, int code, const char *reason)
{
    struct command *command = command_new(COMMAND_CLOSE, ws, reason ? str_of(reason) : STR(""));

    if (command)
        command->number = code;
    loop_post(ws->loop, command);
}

void *
websocket_user(const struct websocket *ws)
{
    return ws->user;
}

/* --- metrics --- */

void
hub_metrics(const struct hub *hub, struct buf *out)
{
    unsigned long long opened = 0, received = 0, sent = 0, slow = 0, broken = 0, silent = 0, flooding = 0;

    for (unsigned i = 0; i < hub->loop_count; i++) {
        const struct loop_counters *counters = &hub->loops[i]->counters;

        opened += counters->opened;
        received += counters->received;
        sent += counters->sent;
        slow += counters->slow;
        broken += counters->broken;
        silent += counters->silent;
        flooding += counters->flooding;
    }
    buf_printf(out,
               "veza_websocket_connections %u\n"
               "veza_websocket_opened_total %llu\n"
               "veza_websocket_messages_received_total %llu\n"
               "veza_websocket_messages_published_total %llu\n"
               "veza_websocket_frames_sent_total %llu\n"
               "veza_websocket_dropped_total{reason=\"slow\"} %llu\n"
               "veza_websocket_dropped_total{reason=\"protocol\"} %llu\n"
               "veza_websocket_dropped_total{reason=\"no_pong\"} %llu\n"
               "veza_websocket_dropped_total{reason=\"flood\"} %llu\n",
               hub->connections, opened, received, (unsigned long long)hub->published, sent, slow, broken, silent, flooding);
}
