#include "platform/redis/redis.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/log.h"
#include "platform/redis/address.h"

#define AWAY_MS 500

/* PRESENT: calls go out. AWAY: nobody calls until away_until_ms; then one thread tries, and is the only one until it has found out. */
enum { PRESENT, AWAY };

static struct redis_address address;
static int64_t timeout_ms;
static bool configured;
static pthread_key_t connection_key;
static _Atomic int state = PRESENT;
static _Atomic int64_t away_until_ms;
static _Atomic uint64_t calls, failures, returns, losses;
static __thread bool frozen; /* this thread's last failure was one of time: Redis took the connection and said nothing */
static __thread bool trying; /* this thread is the one that tries */

static void
connection_free(void *connection)
{
    if (connection)
        redisFree(connection);
}

bool
redis_setup(const struct config *config, char *error, size_t error_size)
{
    static bool key_made;

    configured = *config->redis_url != 0;
    if (!configured)
        return true;
    if (!redis_address_parse(config->redis_url, config->redis_password, &address)) {
        snprintf(error, error_size, "REDIS_URL must look like redis://:password@host:6379/0 or unix:///path/to/redis.sock");
        return false;
    }
    timeout_ms = config->redis_timeout_ms;
    if (!key_made && pthread_key_create(&connection_key, connection_free)) {
        snprintf(error, error_size, "no more thread keys");
        return false;
    }
    key_made = true;
    return true;
}

bool
redis_configured(void)
{
    return configured;
}

void
redis_reply_free(redisReply **reply)
{
    if (*reply)
        freeReplyObject(*reply);
    *reply = NULL;
}

bool
redis_good(const redisReply *reply)
{
    return reply && reply->type != REDIS_REPLY_NIL && reply->type != REDIS_REPLY_ERROR;
}

/* Did the last call on this connection run out of time, after the connection itself was made? */
static bool
redis_timed_out(const redisContext *redis)
{
    return redis->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ETIMEDOUT);
}

/* Password and database of a new connection. */
static bool
sign_in(redisContext *redis)
{
    scoped_reply signed_in = NULL;
    scoped_reply selected = NULL;

    if (*address.password) {
        signed_in = *address.user ? redisCommand(redis, "AUTH %s %s", address.user, address.password)
                                  : redisCommand(redis, "AUTH %s", address.password);
        if (!signed_in && redis_timed_out(redis)) {
            frozen = true;
            return false;
        }
        if (!redis_good(signed_in)) {
            log_warn("Redis refuses the password", LOG_TEXT("answer", signed_in ? signed_in->str : redis->errstr));
            return false;
        }
    }
    if (!address.database)
        return true;
    selected = redisCommand(redis, "SELECT %d", address.database);
    return redis_good(selected);
}

redisContext *
redis_connect(void)
{
    struct timeval wait = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    redisContext *redis;

    if (!configured)
        return NULL;
    errno = 0;
    frozen = false;
    redis = *address.path ? redisConnectUnixWithTimeout(address.path, wait)
                          : redisConnectWithTimeout(address.host, address.port, wait);
    if (redis && !redis->err && (*address.path || redisEnableKeepAlive(redis) == REDIS_OK) && redisSetTimeout(redis, wait) == REDIS_OK &&
        sign_in(redis))
        return redis;
    connection_free(redis);
    return NULL;
}

enum redis_presence
redis_probe(void)
{
    redisContext *redis = redis_connect();
    redisReply *reply = redis ? redisCommand(redis, "PING") : NULL;
    enum redis_presence presence = redis_good(reply) ? REDIS_ANSWERS : REDIS_REFUSES;

    if (frozen || (redis && !reply && redis_timed_out(redis)))
        presence = REDIS_FROZEN;
    redis_reply_free(&reply);
    connection_free(redis);
    return presence;
}

void
redis_disconnect(void)
{
    if (!configured)
        return;
    connection_free(pthread_getspecific(connection_key));
    pthread_setspecific(connection_key, NULL);
}

/* The reply, or NULL when the connection failed; `ret_dead` tells whether it had died before, so that the command did not arrive. */
static redisReply *
send_words(const struct str *words, size_t count, bool fresh, bool *ret_dead)
{
    const char *pointers[24];
    size_t lengths[24];
    redisContext *redis = pthread_getspecific(connection_key);
    redisReply *reply;

    *ret_dead = false;
    if (fresh)
        redis_disconnect();
    if (fresh || !redis) {
        redis = redis_connect();
        if (!redis || pthread_setspecific(connection_key, redis)) {
            connection_free(redis);
            return NULL;
        }
    }
    for (size_t i = 0; i < count; i++) {
        pointers[i] = words[i].ptr;
        lengths[i] = words[i].len;
    }
    errno = 0;
    frozen = false;
    reply = redisCommandArgv(redis, (int)count, pointers, lengths);
    *ret_dead = !reply && (redis->err == REDIS_ERR_EOF || errno == EPIPE || errno == ECONNRESET);
    if (!reply) {
        frozen = redis_timed_out(redis);
        atomic_fetch_add(&losses, 1);
        redis_disconnect(); /* a late answer would be taken for that of the next call */
    }
    return reply;
}

static void
go_away(void)
{
    int was = PRESENT;

    atomic_store(&away_until_ms, clock_monotonic_ms() + AWAY_MS);
    atomic_fetch_add(&failures, 1);
    if (atomic_compare_exchange_strong(&state, &was, AWAY))
        log_warn(frozen ? "Redis is frozen: it takes connections and does not answer; going on without it"
                        : "Redis does not answer; going on without it");
}

/* May this thread call? After a failure one thread is let through when the time has come, and the rest once it has come back. */
static bool
may_call(void)
{
    int64_t now_ms, until_ms;
    scoped_reply reply = NULL;

    if (trying || atomic_load(&state) == PRESENT)
        return true;
    now_ms = clock_monotonic_ms();
    until_ms = atomic_load(&away_until_ms);
    if (now_ms < until_ms || !atomic_compare_exchange_strong(&away_until_ms, &until_ms, now_ms + 10 * AWAY_MS))
        return false;
    trying = true;
    reply = redis_call(STR("PING"));
    if (redis_good(reply)) {
        atomic_store(&state, PRESENT);
        atomic_fetch_add(&returns, 1);
        log_info("Redis answers again");
    } else {
        atomic_store(&away_until_ms, clock_monotonic_ms() + AWAY_MS);
    }
    trying = false;
    return atomic_load(&state) == PRESENT;
}

redisReply *
redis_call_words(const struct str *words, size_t count)
{
    redisReply *reply;
    bool used, dead = false;

    if (!configured || !may_call())
        return NULL;
    atomic_fetch_add(&calls, 1);
    used = pthread_getspecific(connection_key) != NULL;
    reply = send_words(words, count, false, &dead);
    if (!reply && used && dead)
        reply = send_words(words, count, true, &dead);
    if (!reply) {
        go_away();
        return NULL;
    }
    if (reply->type == REDIS_REPLY_ERROR && !text_starts_with(reply->str, "NOSCRIPT")) {
        log_warn("Redis refuses a command", LOG_TEXT("command", words[0].ptr), LOG_TEXT("answer", reply->str));
        redis_reply_free(&reply);
        go_away(); /* loading, full or read-only: what it was to be told is not there */
    }
    return reply;
}

bool
redis_do_words(const struct str *words, size_t count)
{
    scoped_reply reply = redis_call_words(words, count);

    return redis_good(reply);
}

uint64_t
redis_losses(void)
{
    return atomic_load(&losses);
}

void
redis_metrics(struct buf *out)
{
    if (!configured)
        return;
    buf_printf(out, "veza_redis_up %d\nveza_redis_calls_total %llu\nveza_redis_failures_total %llu\nveza_redis_returns_total %llu\n",
               atomic_load(&state) == PRESENT, (unsigned long long)calls, (unsigned long long)failures, (unsigned long long)returns);
}
