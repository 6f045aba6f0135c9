/* outbox.h - hands out events from the table `outbox`: what bus.c starts. Another way to bring events to subscriptions has these two functions too. */
#pragma once

#include "platform/bus/bus.h"

/* `subscriptions` have been checked. False when the database cannot be asked or a thread cannot be started. */
bool outbox_start(const struct subscription *const *subscriptions, unsigned count);
/* Lets the events in work finish and ends the threads. Does nothing when not started. */
void outbox_stop(void);
void outbox_metrics(struct buf *out);
