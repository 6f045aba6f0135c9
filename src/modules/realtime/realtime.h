/* realtime.h - the WebSocket that tells a signed-in person what happens: /api/v1/ws.
 *
 * Each message is a JSON object with a `type`. Clients may send {"type":"ping"} and get {"type":"pong"}. */
#pragma once

#include "base/buf.h"
#include "http/route.h"

extern const struct route realtime_routes[];

/* Starts and stops the hub: stop it before the HTTP server, free it when no request and no listener runs any more. */
bool realtime_start(void);
void realtime_stop(void);
void realtime_free(void);

/* Sends a JSON text to every socket of a person in this process. Does nothing while there is no hub. */
void realtime_tell(const char *user_id, struct str json);

/* The same in every process. Before pubsub_start(): realtime_setup(), where there are sockets. */
void realtime_broadcast(const char *user_id, const char *json);
void realtime_setup(void);

/* Closes the sockets of a session that ended. */
void realtime_end_session(const char *session_id);

void realtime_metrics(struct buf *out);
