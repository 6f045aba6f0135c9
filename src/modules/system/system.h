/* system.h - health, status, metrics, announcements, logs of the web app. */
#pragma once

#include "api/module.h"

/* Health and metrics, on every server; the rest, on the API. */
extern const struct module system_module;
extern const struct personal system_personal; /* personal.c */
