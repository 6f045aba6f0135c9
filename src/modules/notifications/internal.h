/* internal.h - shared by the files of this module only. */
#pragma once

#include "api/runner.h"
#include "base/config.h"
#include "modules/notifications/texts.h"
#include "notifications.queries.h"

extern const struct config *notifications_config;

/* unsubscribe.c: the address that ends mails about notifications for this person, appended to `out`. */
void unsubscribe_address(const char *user_id, struct buf *out);
