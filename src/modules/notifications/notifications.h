/* notifications.h - what a person is told of: kept in a list, and sent to their open WebSockets as it happens.
 *
 * A notification follows from an event of the outbox, in the transaction of its subscriber, so it exists once. It reaches the sockets of
 * every process by PostgreSQL's channel `notification`, as {"type":"notification", ...}: losing that message loses nothing but time.
 *
 * To tell of something new: a query that inserts and returns the id, like notification_follow, a row of `subscriptions`, and words in texts.def.
 * What leaves the site - push messages, mails - goes through jobs that are queued in the same transaction. */
#pragma once

#include "api/module.h"

extern const struct module notifications_module;
