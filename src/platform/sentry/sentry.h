/* sentry.h - reports errors to a Sentry-compatible service (SENTRY_DSN), as envelopes of one event.
 *
 * Each line logged at ERROR becomes an event, sent by a thread of its own; when the service is slow, reports are dropped rather than
 * kept. A report carries the message, the fields of the line and the request id, and nothing of the request itself. */
#pragma once

#include <stdbool.h>

#include "base/config.h"

struct buf;

/* Does nothing without a DSN. False with a sentence in `error` when the DSN cannot be read. */
bool sentry_start(const struct config *config, char *error, size_t error_size);
/* Sends what waits (for at most a few seconds) and ends. */
void sentry_stop(void);

void sentry_metrics(struct buf *out);

/* Reads `https://KEY@HOST[/PATH]/PROJECT` into the address that envelopes go to and the key. False when it is not of that form. */
bool sentry_parse_dsn(const char *dsn, char *ret_url, size_t url_size, char *ret_key, size_t key_size);
