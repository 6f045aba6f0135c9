/* notifications.h - what a person is told of: kept in a list, and sent to their open WebSockets as it happens.
 *
 * A notification follows from an event of the outbox, in the transaction of its subscriber, so it exists once. The same
 * transaction sends the message `notification` to their WebSockets.
 *
 * To tell of something new: a query that calls notification_add(), like notification_follow, a row of modules/events/events.c, and words in
 * texts.def and the web app; docs/contributing.md has the steps.
 * What leaves the site - push messages, mails - goes through jobs that are queued in the same transaction. */
#pragma once

#include "api/module.h"

/* How an event becomes notifications: a row of modules/events/events.c has it. */
struct notify {
    const struct query *query; /* makes them with notification_add(); binds :type, :title, :group_of and the names below */
    const char *names[3];      /* texts of the event's payload that it wants; those that end in _id are ids */
    const char *group_by;      /* of the payload: those of one type with the same value are one while unread, and pushed and mailed once */
    const char *mail;          /* the setting that asks for a mail about it */
    const char *type;          /* of a query that serves several events */
    const char *title;
    bool security;             /* mailed at once, whatever the settings say */
    bool bulk;                 /* one thing that many are told of: mails and push messages wait behind all others */
};

/* Within a subscriber of the bus: makes the notifications that follow from the event and sends them wherever their people want to hear of them.
 * False when it did not work. */
bool notifications_notify(const struct notify *how, const struct event *event);

extern const struct module notifications_module;
