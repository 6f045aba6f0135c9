#include "platform/pubsub/pubsub.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "bus.queries.h"
#include "db/db.h"
#include "platform/bus/listener.h"
#include "platform/redis/redis.h"

#define SUBSCRIPTIONS_MAX 16
#define PREFIX "veza:"
#define RETRY_MS 500

static struct {
    const char *channel;
    pubsub_callback *callback;
    void *context;
} subscriptions[SUBSCRIPTIONS_MAX];
static unsigned subscription_count;
static pthread_t thread;
static int wake_fd = -1;
static bool overfull;
static atomic_bool stopping;

/* The listener's NULL after a new connection means nothing here. */
static void
heard_by_notify(void *context, const char *payload)
{
    unsigned i = (unsigned)(uintptr_t)context;

    if (payload)
        subscriptions[i].callback(subscriptions[i].context, payload);
}

void
pubsub_on(const char *channel, pubsub_callback *callback, void *context)
{
    if (subscription_count == SUBSCRIPTIONS_MAX) {
        log_error("too many channels: raise SUBSCRIPTIONS_MAX in pubsub.c", LOG_TEXT("channel", channel));
        overfull = true;
        return;
    }
    subscriptions[subscription_count].channel = channel;
    subscriptions[subscription_count].callback = callback;
    subscriptions[subscription_count].context = context;
    listener_on(channel, heard_by_notify, (void *)(uintptr_t)subscription_count);
    subscription_count++;
}

static bool
tell_by_notify(const char *channel, const char *payload)
{
    const struct db_arg args[] = {{"channel", channel}, {"payload", payload}, {0}};
    PGresult *result;

    if (db_run(&q_pubsub_notify, args, &result, NULL))
        return false;
    PQclear(result);
    return true;
}

bool
pubsub_tell(const char *channel, const char *payload)
{
    char name[96];
    scoped_reply reply = NULL;

    if (strlen(payload) > PUBSUB_MAX) {
        log_error("message too long to tell", LOG_TEXT("channel", channel));
        return false;
    }
    snprintf(name, sizeof name, PREFIX "%s", channel);
    reply = redis_call(STR("PUBLISH"), str_of(name), str_of(payload));
    return reply ? true : tell_by_notify(channel, payload);
}

static void
hand_out(const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3 || !text_equal(reply->element[0]->str, "message"))
        return;
    for (unsigned i = 0; i < subscription_count; i++)
        if (text_equal(reply->element[1]->str + strlen(PREFIX), subscriptions[i].channel))
            subscriptions[i].callback(subscriptions[i].context, reply->element[2]->str);
}

/* Hands out what has arrived; false when the connection is lost. */
static bool
read_some(redisContext *redis)
{
    void *reply = NULL;

    if (redisBufferRead(redis) != REDIS_OK)
        return false;
    while (redisGetReplyFromReader(redis, &reply) == REDIS_OK && reply) {
        hand_out(reply);
        freeReplyObject(reply);
        reply = NULL;
    }
    return !redis->err;
}

static bool
subscribe(redisContext *redis)
{
    int done = 0;

    for (unsigned i = 0; i < subscription_count; i++)
        if (redisAppendCommand(redis, "SUBSCRIBE " PREFIX "%s", subscriptions[i].channel) != REDIS_OK)
            return false;
    while (!done)
        if (redisBufferWrite(redis, &done) != REDIS_OK)
            return false;
    return true;
}

/* Until the connection is lost or the thread is to end. */
static void
hear(redisContext *redis)
{
    while (!stopping) {
        struct pollfd fds[2] = {{.fd = redis->fd, .events = POLLIN}, {.fd = wake_fd, .events = POLLIN}};

        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return;
        if (fds[0].revents && !read_some(redis))
            return;
    }
}

static void *
listen_loop(void *argument)
{
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};

    (void)argument;
    while (!stopping) {
        redisContext *redis = redis_connect();

        if (redis && subscribe(redis))
            hear(redis);
        if (redis)
            redisFree(redis);
        if (!stopping)
            poll(&wake, 1, RETRY_MS);
    }
    return NULL;
}

bool
pubsub_start(void)
{
    if (overfull)
        return false;
    if (!redis_configured() || !subscription_count)
        return true;
    wake_fd = eventfd(0, EFD_CLOEXEC);
    stopping = false;
    if (wake_fd >= 0 && pthread_create(&thread, NULL, listen_loop, NULL) == 0) {
        pthread_setname_np(thread, "veza-pubsub");
        return true;
    }
    if (wake_fd >= 0)
        close(wake_fd);
    wake_fd = -1;
    return false;
}

void
pubsub_stop(void)
{
    if (wake_fd >= 0) {
        stopping = true;
        eventfd_write(wake_fd, 1);
        pthread_join(thread, NULL);
        close(wake_fd);
        wake_fd = -1;
    }
    subscription_count = 0;
}
