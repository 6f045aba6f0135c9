/* events.h - what each event leads to, in one table.
 *
 * An event is written by the statement of a change (platform/bus/bus.h). Here stands, in one row for each, whom it notifies and which kept
 * replies it makes stale. What needs more than that is a subscription of its module (api/module.h).
 *
 * A row:
 *
 *     {"user.followed", "Somebody follows somebody",
 *      NOTIFY(&q_notification_follow, {"user_id", "follower_id"}, .group_by = "user_id", .mail = "email_on_follow")},
 */
#pragma once

#include "api/module.h"
#include "modules/notifications/notifications.h"

struct event_effects {
    const char *name; /* "track.deleted" */
    const char *what; /* happened */
    const struct notify *notifies; /* whom, and how; NULL: nobody */
    const char *purges;            /* cache tags (http/route.h), with blanks between them: kept replies with one of them are dropped in every process */
};

/* Every event that Veza writes, ended by a NULL name. In the order of their names; tools/lint compares it with the statements. */
extern const struct event_effects event_effects[];

extern const struct module events_module;
