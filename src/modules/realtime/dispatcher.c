/* dispatcher.c - one thread that stands between the database and the hub.
 *
 * All that is sent on topics goes through it, one thing after another, so a client gets each message once and in order: what it missed is sent
 * to it, then it is subscribed, then new messages are published. Others only leave tasks and marks here, under a lock that nobody holds for long. */
#include "modules/realtime/internal.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"

#define BUCKETS 4096
#define TASKS_MAX 65536  /* that wait, of all clients together */
#define CHECK_MS 5000    /* how old an answer about rights may be */
#define RETRY_MS 200     /* after the database, or the hub, could not do something */
#define STATEMENT_MS 5000

TAILQ_HEAD(task_list, task);
TAILQ_HEAD(topic_list, topic);

static struct {
    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_t thread;
    bool started, stopping;
    struct hub *hub;

    /* With the lock. */
    struct task_list tasks;
    unsigned task_count;
    struct topic *buckets[BUCKETS];
    struct topic_list marked;
    unsigned topic_count;
    bool all_changed, check_all;

    /* Of the thread. */
    struct client_list clients;
    size_t client_count;
    int64_t check_ms; /* when all rights are asked next */
    int64_t pause_ms; /* until when topics wait after a failure */
    _Atomic unsigned subscription_count;
} d = {.lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER, .tasks = TAILQ_HEAD_INITIALIZER(d.tasks),
       .marked = TAILQ_HEAD_INITIALIZER(d.marked), .clients = TAILQ_HEAD_INITIALIZER(d.clients)};

/* --- from any thread --- */

/* False when `most` wait already. */
static bool
dispatcher_add(struct task *task, unsigned most)
{
    bool room;

    pthread_mutex_lock(&d.lock);
    room = d.task_count < most;
    if (room) {
        TAILQ_INSERT_TAIL(&d.tasks, task, waiting);
        d.task_count++;
        pthread_cond_signal(&d.work);
    }
    pthread_mutex_unlock(&d.lock);
    return room;
}

void
dispatcher_post(struct task *task)
{
    dispatcher_add(task, UINT_MAX);
}

bool
dispatcher_ask(struct client *client, enum task_kind kind, const char *topic, int64_t after)
{
    size_t size = strlen(topic) + 1;
    struct task *task;

    if (atomic_load(&client->waiting) >= REALTIME_TOPICS_MAX)
        return false;
    task = malloc(sizeof *task + size);
    if (!task)
        return false;
    *task = (struct task){.kind = kind, .client = client, .after = after, .topic = memcpy(task + 1, topic, size)};
    atomic_fetch_add(&client->waiting, 1);
    if (dispatcher_add(task, TASKS_MAX))
        return true;
    atomic_fetch_sub(&client->waiting, 1);
    free(task);
    return false;
}

static struct topic **
dispatcher_find(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a; the names are UUIDs of things that the person may see */
    struct topic **link;

    for (const char *p = name; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 16777619u;
    link = &d.buckets[(hash ^ hash >> 16) % BUCKETS];
    while (*link && strcmp((*link)->name, name) != 0)
        link = &(*link)->next;
    return link;
}

/* With the lock. */
static void
dispatcher_mark(struct topic *topic, bool changed, bool check)
{
    if (!topic->changed && !topic->check)
        TAILQ_INSERT_TAIL(&d.marked, topic, waiting);
    topic->changed |= changed;
    topic->check |= check;
}

void
dispatcher_topic_changed(const char *name)
{
    struct topic *topic;

    pthread_mutex_lock(&d.lock);
    topic = name ? *dispatcher_find(name) : NULL;
    if (topic)
        dispatcher_mark(topic, true, false);
    d.all_changed |= !name;
    pthread_cond_signal(&d.work);
    pthread_mutex_unlock(&d.lock);
}

void
dispatcher_user_changed(const char *user_id)
{
    char name[REALTIME_TOPIC_MAX + 1];
    bool one = user_id && uuid_valid(user_id);
    struct topic *topic;

    snprintf(name, sizeof name, "user:%s", one ? user_id : "");
    pthread_mutex_lock(&d.lock);
    topic = *dispatcher_find(name);
    if (topic)
        dispatcher_mark(topic, false, true);
    d.check_all |= !one;
    pthread_cond_signal(&d.work);
    pthread_mutex_unlock(&d.lock);
}

void
dispatcher_metrics(struct buf *out)
{
    pthread_mutex_lock(&d.lock);
    buf_printf(out, "veza_websocket_topics %u\nveza_websocket_subscriptions %u\nveza_websocket_waiting_requests %u\n", d.topic_count,
               atomic_load(&d.subscription_count), d.task_count);
    pthread_mutex_unlock(&d.lock);
}

/* --- topics and subscriptions, in the thread --- */

static struct topic *
dispatcher_topic(const char *name, const struct topic_kind *kind)
{
    struct topic **link, *topic;

    pthread_mutex_lock(&d.lock);
    link = dispatcher_find(name);
    topic = *link;
    if (!topic && (topic = calloc(1, sizeof *topic))) {
        snprintf(topic->name, sizeof topic->name, "%s", name);
        topic->kind = kind;
        *link = topic;
        d.topic_count++;
    }
    pthread_mutex_unlock(&d.lock);
    return topic;
}

static void
dispatcher_drop_when_empty(struct topic *topic)
{
    struct topic **link;

    if (!LIST_EMPTY(&topic->subscriptions))
        return;
    pthread_mutex_lock(&d.lock);
    if (topic->changed || topic->check)
        TAILQ_REMOVE(&d.marked, topic, waiting);
    link = dispatcher_find(topic->name);
    *link = topic->next;
    d.topic_count--;
    pthread_mutex_unlock(&d.lock);
    free(topic);
}

struct topic_subscription *
dispatcher_subscription(const struct client *client, const struct topic *topic)
{
    struct topic_subscription *subscription;

    LIST_FOREACH(subscription, &client->subscriptions, of_client)
        if (subscription->topic == topic)
            return subscription;
    return NULL;
}

bool
dispatcher_subscribe(struct client *client, struct topic *topic)
{
    struct topic_subscription *subscription = calloc(1, sizeof *subscription);

    if (!subscription || !hub_subscribe(client->ws, topic->name)) {
        free(subscription);
        return false;
    }
    subscription->topic = topic;
    subscription->client = client;
    LIST_INSERT_HEAD(&topic->subscriptions, subscription, of_topic);
    LIST_INSERT_HEAD(&client->subscriptions, subscription, of_client);
    client->subscription_count++;
    atomic_fetch_add(&d.subscription_count, 1);
    return true;
}

static void
dispatcher_forget(struct topic_subscription *subscription)
{
    struct topic *topic = subscription->topic;

    LIST_REMOVE(subscription, of_topic);
    LIST_REMOVE(subscription, of_client);
    subscription->client->subscription_count--;
    atomic_fetch_sub(&d.subscription_count, 1);
    free(subscription->quiet);
    free(subscription);
    dispatcher_drop_when_empty(topic);
}

/* Tells the others who are subscribed here that somebody types, or does not any more. Nothing is kept, numbered or asked of the database. */
static void
dispatcher_tell_typing(struct topic_subscription *from, bool is_typing)
{
    const char *user_id = client_user_id(from->client);
    const struct topic_subscription *other;
    json_t *message;
    scoped_text text = NULL;

    if (from->quiet && *from->quiet == '*')
        return;
    from->is_typing = is_typing;
    message = json_pack("{s:s, s:s, s:s, s:b}", "type", "chat.is_typing", "topic", from->topic->name, "user_id", user_id, "is_typing", is_typing);
    text = json_dumps(message, JSON_COMPACT);
    json_decref(message);
    if (!text)
        return;
    LIST_FOREACH(other, &from->topic->subscriptions, of_topic)
        if (!text_equal(client_user_id(other->client), user_id) && !(other->quiet && (*other->quiet == '*' || strstr(other->quiet, user_id))))
            websocket_send(other->client->ws, str_of(text));
}

void
dispatcher_end_subscription(struct topic_subscription *subscription)
{
    struct websocket *ws = subscription->client->ws;

    if (subscription->is_typing)
        dispatcher_tell_typing(subscription, false);
    hub_unsubscribe(ws, subscription->topic->name);
    realtime_reply(ws, "ended", json_pack("{s:s}", "topic", subscription->topic->name));
    dispatcher_forget(subscription);
}

/* --- tasks --- */

static void
dispatcher_refuse(const struct client *client, const struct task *task, const char *reason)
{
    realtime_reply(client->ws, "refused", json_pack("{s:s, s:s}", "reason", reason, "topic", task->topic));
}

static void
dispatcher_on_subscribe(const struct task *task)
{
    struct client *client = task->client;
    const char *id;
    const struct topic_kind *kind = rights_topic_kind(task->topic, &id);
    struct topic_subscription *subscription;
    struct topic *topic;
    char *quiet = NULL;
    bool may = false;

    if (kind && !rights_may_subscribe(kind, id, client, &may, &quiet)) {
        websocket_close(client->ws, REALTIME_CLOSE_TRY_AGAIN, "the database does not answer");
        return;
    }
    if (!may) {
        free(quiet);
        dispatcher_refuse(client, task, "not_found"); /* what one may not see does not exist */
        return;
    }
    topic = dispatcher_topic(task->topic, kind);
    if (topic && client->subscription_count >= REALTIME_TOPICS_MAX && !dispatcher_subscription(client, topic)) {
        free(quiet);
        dispatcher_refuse(client, task, "too_many");
        dispatcher_drop_when_empty(topic);
        return;
    }
    if (topic && delivery_join(d.hub, client, topic, task->after) && (subscription = dispatcher_subscription(client, topic))) {
        free(subscription->quiet);
        subscription->quiet = quiet;
        return;
    }
    free(quiet);
    websocket_close(client->ws, REALTIME_CLOSE_TRY_AGAIN, "try again later");
    if (topic)
        dispatcher_drop_when_empty(topic);
}

static void
dispatcher_on_unsubscribe(const struct task *task)
{
    struct topic_subscription *subscription;

    LIST_FOREACH(subscription, &task->client->subscriptions, of_client)
        if (text_equal(subscription->topic->name, task->topic)) {
            dispatcher_end_subscription(subscription);
            return;
        }
}

static void
dispatcher_on_typing(const struct task *task)
{
    struct topic_subscription *subscription;

    LIST_FOREACH(subscription, &task->client->subscriptions, of_client)
        if (text_equal(subscription->topic->name, task->topic)) {
            dispatcher_tell_typing(subscription, task->after == 1);
            return;
        }
}

/* Has the person fewer connections than one person may have? */
static bool
dispatcher_has_room(const struct client *client)
{
    const struct topic *own = *dispatcher_find(client->own_topic);
    const struct topic_subscription *subscription;
    int64_t count = 0;

    if (own)
        LIST_FOREACH(subscription, &own->subscriptions, of_topic)
            count++;
    return count < realtime_connections_max;
}

static void
dispatcher_on_opened(struct task *task)
{
    TAILQ_INSERT_TAIL(&d.clients, task->client, all);
    d.client_count++;
    if (dispatcher_has_room(task->client))
        dispatcher_on_subscribe(task);
    else
        websocket_close(task->client->ws, REALTIME_CLOSE_TRY_AGAIN, "too many connections of one person");
}

static void
dispatcher_on_closed(const struct task *task)
{
    struct client *client = task->client;
    struct topic_subscription *subscription, *next;

    for (subscription = LIST_FIRST(&client->subscriptions); subscription; subscription = next) {
        next = LIST_NEXT(subscription, of_client);
        if (subscription->is_typing)
            dispatcher_tell_typing(subscription, false);
        dispatcher_forget(subscription);
    }
    TAILQ_REMOVE(&d.clients, client, all);
    d.client_count--;
    websocket_unref(client->ws); /* may free the client, and the task in it */
}

static void
dispatcher_run_task(struct task *task)
{
    switch (task->kind) {
    case TASK_OPENED:
        dispatcher_on_opened(task);
        return;
    case TASK_CLOSED:
        dispatcher_on_closed(task);
        return;
    case TASK_SUBSCRIBE:
        dispatcher_on_subscribe(task);
        break;
    case TASK_UNSUBSCRIBE:
        dispatcher_on_unsubscribe(task);
        break;
    case TASK_TYPING:
        dispatcher_on_typing(task);
        break;
    }
    atomic_fetch_sub(&task->client->waiting, 1);
    free(task);
}

/* --- rights --- */

static bool
dispatcher_check_all(void)
{
    struct client **list = calloc(d.client_count + 1, sizeof *list), *client;
    size_t count = 0;
    bool good;

    if (!list)
        return false;
    TAILQ_FOREACH(client, &d.clients, all)
        list[count++] = client;
    good = rights_check(list, count);
    free(list);
    return good;
}

/* Those who are subscribed to this topic, which is a person's. */
static bool
dispatcher_check_subscribers(const struct topic *topic)
{
    struct client **list = calloc(d.client_count + 1, sizeof *list);
    struct topic_subscription *subscription;
    size_t count = 0;
    bool good;

    if (!list)
        return false;
    LIST_FOREACH(subscription, &topic->subscriptions, of_topic)
        list[count++] = subscription->client;
    good = rights_check(list, count);
    free(list);
    return good;
}

/* --- the thread --- */

/* What there is to do; with the lock. */
struct turn {
    struct task *task;
    struct topic *topic;
    bool changed, check, check_all;
};

static void
dispatcher_mark_all(void)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct topic *topic = d.buckets[i]; topic; topic = topic->next)
            dispatcher_mark(topic, true, false);
    d.all_changed = false;
}

/* One task and one topic, so that neither waits for all of the other. */
static bool
dispatcher_take(struct turn *turn)
{
    int64_t now_ms = clock_monotonic_ms();

    *turn = (struct turn){.task = TAILQ_FIRST(&d.tasks)};
    if (turn->task) {
        TAILQ_REMOVE(&d.tasks, turn->task, waiting);
        d.task_count--;
    }
    if (d.all_changed)
        dispatcher_mark_all();
    if (now_ms >= d.pause_ms && (turn->topic = TAILQ_FIRST(&d.marked))) {
        TAILQ_REMOVE(&d.marked, turn->topic, waiting);
        turn->changed = turn->topic->changed;
        turn->check = turn->topic->check;
        turn->topic->changed = turn->topic->check = false;
    }
    if (now_ms >= d.pause_ms && (d.check_all || now_ms >= d.check_ms)) {
        turn->check_all = true;
        d.check_all = false;
    }
    return turn->task || turn->topic || turn->check_all;
}

static void
dispatcher_wait(void)
{
    clock_wait_until(&d.work, &d.lock, clock_monotonic_ms() < d.pause_ms ? d.pause_ms : d.check_ms);
}

/* A topic whose subscribers are all gone is gone too, so the topic comes before the task. */
static void
dispatcher_do(const struct turn *turn)
{
    bool delivered = !turn->changed || delivery_publish_new(d.hub, turn->topic), checked;
    char name[REALTIME_TOPIC_MAX + 1] = "";
    struct topic *topic;

    if (turn->topic)
        snprintf(name, sizeof name, "%s", turn->topic->name);
    checked = !turn->check || dispatcher_check_subscribers(turn->topic);

    if (!delivered || !checked) {
        pthread_mutex_lock(&d.lock);
        topic = *dispatcher_find(name); /* the check may have ended its last subscription, and the topic with it */
        if (topic)
            dispatcher_mark(topic, !delivered, !checked);
        pthread_mutex_unlock(&d.lock);
    }
    if (turn->check_all) {
        if (dispatcher_check_all())
            d.check_ms = clock_monotonic_ms() + CHECK_MS;
        else
            checked = false;
    }
    if (!delivered || !checked)
        d.pause_ms = clock_monotonic_ms() + RETRY_MS;
    if (turn->task)
        dispatcher_run_task(turn->task);
}

static void *
dispatcher_loop(void *argument)
{
    struct turn turn;

    (void)argument;
    db_wait_at_most(STATEMENT_MS);
    d.check_ms = clock_monotonic_ms() + CHECK_MS;
    pthread_mutex_lock(&d.lock);
    while (!d.stopping) {
        if (!dispatcher_take(&turn)) {
            dispatcher_wait();
            continue;
        }
        pthread_mutex_unlock(&d.lock);
        dispatcher_do(&turn);
        pthread_mutex_lock(&d.lock);
    }
    pthread_mutex_unlock(&d.lock);
    db_disconnect();
    return NULL;
}

bool
dispatcher_start(struct hub *hub)
{
    d.hub = hub;
    d.stopping = false;
    d.started = pthread_create(&d.thread, NULL, dispatcher_loop, NULL) == 0;
    if (d.started)
        pthread_setname_np(d.thread, "veza-dispatch");
    return d.started;
}

void
dispatcher_stop(void)
{
    if (!d.started)
        return;
    pthread_mutex_lock(&d.lock);
    d.stopping = true;
    pthread_cond_signal(&d.work);
    pthread_mutex_unlock(&d.lock);
    pthread_join(d.thread, NULL);
    d.started = false;
}

void
dispatcher_clear(void)
{
    struct task *task;

    while ((task = TAILQ_FIRST(&d.tasks))) {
        TAILQ_REMOVE(&d.tasks, task, waiting);
        d.task_count--;
        if (task->kind == TASK_OPENED)
            dispatcher_on_opened(task);
        else if (task->kind == TASK_CLOSED)
            dispatcher_on_closed(task);
        else
            free(task);
    }
}
