/* listener.h - hears PostgreSQL's notifications: one thread and one connection a process.
 *
 * Nothing here may be relied on for correctness: a notification that is sent while the connection is down is lost. After every
 * (re)connection each callback is called with a NULL payload: look for yourself what you missed. */
#pragma once

#include <stdbool.h>

/* Call before listener_start in a process that answers requests: it counts as one of the servers of this database. */
void listener_count_as_server(void);
/* Is this process the only server of its database, and does it hear all notifications? Two advisory locks of PostgreSQL tell: whoever is alone
 * holds the exclusive one; another server asks for the shared one, and waits in listener_start() until the first one has given up its own. Those who only
 * write (commands, workers) do not count. Any thread. */
bool listener_is_sole(void);

/* Call before listener_start: of this kind of server (1 to 31) there is one for this database, unless all of them `share`. Where that is not so,
 * listener_start() tries for some seconds, and returns false; nor does it go on without a connection then. */
void listener_claim(int kind, bool share);
#define LISTENER_CLAIMS "7022" /* the first number of the advisory lock that is a claim; the second is the kind */

/* In the listener's thread; must be quick. `payload` is borrowed. */
typedef void listener_callback(void *context, const char *payload);

/* Call before listener_start. `channel` must live for ever and be a lower-case identifier. */
void listener_on(const char *channel, listener_callback *callback, void *context);

/* db_setup() has been called. Waits until it listens, five seconds at most. False when there were too many callbacks, a thread cannot be
 * started, or a claim was refused. */
bool listener_start(void);
/* Ends the thread and forgets the callbacks. Does nothing when it does not run. */
void listener_stop(void);
