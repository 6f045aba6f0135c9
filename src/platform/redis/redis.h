/* redis.h - the Redis of REDIS_URL: what several nodes must agree on at once and may forget.
 *
 * A connection a thread; a call waits REDIS_TIMEOUT_MS at most. When Redis does not answer, every thread of the process leaves it alone
 * for a moment and callers go on without it: each has something else to ask, and no request fails for a Redis that is not there. */
#pragma once

#include <hiredis/hiredis.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/str.h"

/* Reads REDIS_URL (redis://[user][:password]@host[:port][/database], or unix:///path) and REDIS_PASSWORD. Connects to nothing yet. False
 * with a sentence in `error` when the address is none. Without one all calls below answer "not there". */
bool redis_setup(const struct config *config, char *error, size_t error_size);

/* Is there an address at all? */
bool redis_configured(void);

/* Sends one command, its words as they are, and waits for the reply. NULL when Redis is not there, is late, or answers with an error. A
 * command for which an idle connection turned out dead is sent again on a new one. */
#define redis_call(...) \
    redis_call_words((const struct str[]){__VA_ARGS__}, sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))
redisReply *redis_call_words(const struct str *words, size_t count);

/* The same where only success matters. */
#define redis_do(...) \
    redis_do_words((const struct str[]){__VA_ARGS__}, sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))
bool redis_do_words(const struct str *words, size_t count);

/* Frees a reply; for a variable's cleanup. */
void redis_reply_free(redisReply **reply);
#define scoped_reply __attribute__((cleanup(redis_reply_free))) redisReply *

/* Did Redis answer with "OK", or with anything but nothing? */
bool redis_good(const redisReply *reply);

/* How many connections have failed so far: what Redis said before may be older than what it was told since. */
uint64_t redis_losses(void);

/* Asks once, on a connection of its own: does Redis answer, refuse (no connection, or not with this password), or take the connection
 * and stay silent for REDIS_TIMEOUT_MS, as a stopped process or an overloaded machine does? */
enum redis_presence { REDIS_ANSWERS, REDIS_REFUSES, REDIS_FROZEN };
enum redis_presence redis_probe(void);

/* A connection of its own for a thread that listens, signed in; NULL when Redis is not there. Free with redisFree. */
redisContext *redis_connect(void);

void redis_metrics(struct buf *out);

/* Closes the connection of this thread. */
void redis_disconnect(void);
