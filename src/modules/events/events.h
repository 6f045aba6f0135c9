/* events.h - what each event leads to, in one table.
 *
 * An event is written by the statement of a change (platform/bus/bus.h). Here stands, in one row for each, what it holds, whom it notifies and which kept
 * replies it makes stale. With RABBITMQ_URL each goes to other programs too, with the members that are declared here and no others. What needs more is a
 * subscription of its module (api/module.h).
 *
 * A row:
 *
 *     {"user.followed", "Somebody follows somebody", WITH(ID("user_id", "Who is followed"), ID("follower_id", "Who follows")),
 *      .notifies = NOTIFY(&q_notification_follow, {"user_id", "follower_id"}, .group_by = "user_id", .mail = "email_on_follow")},
 */
#pragma once

#include "api/module.h"
#include "modules/notifications/notifications.h"

struct event_effects {
    const char *name; /* "track.deleted" */
    const char *what; /* happened */
    const struct field *fields; /* of its payload; what is not declared does not leave the installation */
    int version;      /* of these; 0 means 1. Raised when a field goes or means something else, not when one is added */
    const char *kind; /* "track", "user", "playlist" or "release": what its key is the id of, where it changes what a search may find */
    const struct notify *notifies; /* whom, and how; NULL: nobody */
    const char *purges;            /* cache tags (http/route.h), with blanks between them: kept replies with one of them are dropped in every process */
};

/* Every event that Veza writes, ended by a NULL name. In the order of their names; tools/lint compares it with the statements. */
extern const struct event_effects event_effects[];

/* The row of an event, or NULL. */
const struct event_effects *events_find(const char *name);

/* `veza events`: writes the schemas of all messages to the file `path` (NULL: standard output), or compares the file with them. Returns the exit status. */
int events_print(const char *path);
int events_compare(const char *path);

/* Hands all events to RabbitMQ, if there is one. Before bus_start(). */
void events_publish_setup(void);

extern const struct module events_module;
