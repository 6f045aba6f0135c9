/* system.h - health, status, metrics, announcements, logs of the web app. */
#pragma once

#include "base/buf.h"
#include "http/route.h"

/* Health and metrics, on every server; the rest, on the API. */
extern const struct route health_routes[];
extern const struct route system_routes[];

/* Adds a part's metrics to /metrics. At most 16, before the servers start. */
void system_add_metrics(void (*write)(struct buf *out));
