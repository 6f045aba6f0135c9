/* notifications.h - what a person is told of: kept in a list, and sent to their open WebSockets as it happens.
 *
 * A notification follows from an event of the outbox, in the transaction of its subscriber, so it exists once. It reaches the sockets of
 * every process by PostgreSQL's channel `notification`, as {"type":"notification", ...}: losing that message loses nothing but time.
 *
 * To tell of something new: a query that inserts and returns the id, like notification_follow, a line in `sources`, and words in texts.def.
 * What leaves the site - push messages, mails - goes through jobs that are queued in the same transaction. */
#pragma once

#include "base/config.h"
#include "platform/jobs/jobs.h"
#include "http/route.h"

extern const struct route notifications_routes[], notifications_push_routes[], notifications_mail_routes[];

/* Everywhere. Before listener_start(). */
void notifications_setup(const struct config *config);

/* Where the bus runs. Before bus_start(). */
void notifications_subscribe(void);

/* The jobs `push.send` {notification_id, subscription_id}, `mail.notifications` {user_id}, `mail.security` {notification_id}. */
enum job_outcome notifications_push(struct job *job);
enum job_outcome notifications_mail(struct job *job);
enum job_outcome notifications_mail_security(struct job *job);
