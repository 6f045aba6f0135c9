/* internal.h - shared by the files of this module only. */
#pragma once

#include "api/runner.h"
#include "modules/notifications/notifications.h"
#include "modules/notifications/texts.h"
#include "notifications.queries.h"

extern const struct personal notifications_personal; /* personal.c */

extern const struct config *notifications_config;

extern const struct route push_routes[], mail_routes[]; /* push.c, unsubscribe.c */

/* The jobs `push.send` {notification_id, subscription_id}, `mail.notifications` {user_id}, `mail.security` {notification_id}. */
enum job_outcome notifications_push(struct job *job);
enum job_outcome notifications_bells(struct job *job); /* bells.c */
enum job_outcome notifications_mail(struct job *job);
enum job_outcome notifications_mail_security(struct job *job);

/* In the open transaction: sends a new notification (`is_new` as the row of its query says) wherever its person wants to hear of it. */
bool notifications_deliver(const struct notify *how, const char *id, const char *is_new);

/* unsubscribe.c: the address that ends mails about notifications for this person, appended to `out`. */
void unsubscribe_address(const char *user_id, struct buf *out);
