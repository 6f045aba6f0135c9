/* listener.h - hears PostgreSQL's notifications: one thread and one connection a process.
 *
 * Nothing here may be relied on for correctness: a notification that is sent while the connection is down is lost. After every
 * (re)connection each callback is called with a NULL payload: look for yourself what you missed. */
#pragma once

#include <stdbool.h>

/* In the listener's thread; must be quick. `payload` is borrowed. */
typedef void listener_callback(void *context, const char *payload);

/* Call before listener_start. `channel` must live for ever and be a lower-case identifier. */
void listener_on(const char *channel, listener_callback *callback, void *context);

/* db_setup() has been called. False when there were too many callbacks, or a thread cannot be started. */
bool listener_start(void);
/* Ends the thread and forgets the callbacks. Does nothing when it does not run. */
void listener_stop(void);
