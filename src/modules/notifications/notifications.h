/* notifications.h - what a person is told of: kept in a list, and sent to their open WebSockets as it happens.
 *
 * A notification follows from an event of the outbox, in the transaction of its subscriber, so it exists once. It reaches the sockets of
 * every process by PostgreSQL's channel `notification`, as {"type":"notification", ...}: losing that message loses nothing but time.
 *
 * To tell of something new: a query that inserts and calls pg_notify like notification_follow, and a line in `sources`. */
#pragma once

#include "http/route.h"

extern const struct route notifications_routes[];

/* Where there are sockets. Before listener_start(). */
void notifications_setup(void);

/* Where the bus runs. Before bus_start(). */
void notifications_subscribe(void);
