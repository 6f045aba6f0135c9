/* realtime.h - the WebSocket that tells a signed-in person what happens: /api/v1/ws.
 *
 * Each message is a JSON object with a `type`. Clients may send {"type":"ping"} and get {"type":"pong"}. */
#pragma once

#include "api/module.h"

extern const struct module realtime_module;
extern const struct personal realtime_personal; /* personal.c */

/* Sends a JSON text to every socket of a person in this process. Does nothing while there is no hub. */
void realtime_tell(const char *user_id, struct str json);

/* The same in every process. */
void realtime_broadcast(const char *user_id, const char *json);

/* Closes the sockets of a session that ended. */
void realtime_end_session(const char *session_id);
