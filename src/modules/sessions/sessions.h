/* sessions.h - where a person is signed in, and how to end it. Ending one counts at once: every request asks for its session, and
 * open WebSockets of it are closed on every node. */
#pragma once

#include "api/module.h"

extern const struct module sessions_module;
extern const struct personal sessions_personal; /* personal.c */
