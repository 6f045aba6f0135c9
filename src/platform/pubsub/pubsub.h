/* pubsub.h - short messages to every process at once: through Redis while there is one, else through PostgreSQL's NOTIFY.
 *
 * At most once: who is not connected at that moment misses it. What must not be lost is in a table, and this only tells of it. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

/* What NOTIFY can carry. */
#define PUBSUB_MAX 7900

/* In a listening thread; must be quick. `payload` is borrowed. */
typedef void pubsub_callback(void *context, const char *payload);

/* Hears `channel`, a lower-case identifier that lives for ever. Call before pubsub_start and listener_start. */
void pubsub_on(const char *channel, pubsub_callback *callback, void *context);

/* Tells every process, this one too, at most PUBSUB_MAX bytes of text. False when nobody could be told. */
bool pubsub_tell(const char *channel, const char *payload);

/* redis_setup() and db_setup() have been called; NOTIFY is heard by bus/listener.h. False when a thread cannot be started. */
bool pubsub_start(void);
void pubsub_stop(void);
