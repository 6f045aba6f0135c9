/* sessions.h - where a person is signed in, and how to end it. Ending one counts at once: every request asks for its session, and
 * open WebSockets of it are closed on every node. */
#pragma once

#include "http/route.h"

extern const struct route sessions_routes[];

/* Hears of sessions that ended in other processes. Before listener_start(). */
void sessions_setup(void);
