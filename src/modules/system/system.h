/* system.h - health, status, metrics, announcements, logs of the web app. */
#pragma once

#include "api/module.h"

/* Health and metrics, on every server; the rest, on the API. */
extern const struct module system_module;
extern const struct route *const health_tables[]; /* health and metrics alone, for processes without the API and the stream server */
extern const struct personal system_personal; /* personal.c */
