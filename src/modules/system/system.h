/* system.h - health, status, metrics, announcements, logs of the web app. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "http/route.h"

/* Health and metrics, on every server; the rest, on the API. */
extern const struct route health_routes[];
extern const struct route system_routes[];

/* Adds a part's metrics to /metrics, before the servers start. False when there is no place for more. */
bool system_add_metrics(void (*write)(struct buf *out));
