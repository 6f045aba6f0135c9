/* websocket.h - WebSockets (RFC 6455) for route handlers: accept one, talk to it, let go of it.
 *
 *     static const struct websocket_handler handler = {.on_open = opened, .on_message = said, .user_free = free};
 *
 *     const struct problem *
 *     chat_socket(struct request *req)           // a route with .websocket = true; who asks has been checked
 *     {
 *         return websocket_accept(req, app_hub(), &handler, chatter_new(req));
 *     }
 *
 * The connections live in a hub (hub.h), whose threads run the handlers. A handler must not block: it hands slow work to
 * somebody else with a reference to the socket, who answers with websocket_send() from any thread. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct hub;
struct problem;
struct request;
struct websocket;

#define WEBSOCKET_REASON_MAX 123 /* bytes, RFC 6455 section 5.5 */

/* Each may be NULL. For one socket they are called one after another, never at the same time. */
struct websocket_handler {
    void (*on_open)(struct websocket *ws, void *user);
    /* A whole text message, valid UTF-8. `text` is gone when this returns. */
    void (*on_message)(struct websocket *ws, void *user, struct str text);
    /* The socket took some of what was sent; `all`: nothing is left. May come more than once for the same. */
    void (*on_sent)(struct websocket *ws, void *user, bool all);
    /* Once for each on_open. `code` is what the peer said or was told; 1006 when the connection just broke. */
    void (*on_close)(struct websocket *ws, void *user, int code);
    /* When the last reference is gone, also when the socket never opened. From any thread. */
    void (*user_free)(void *user);
};

/* Checks the handshake (version, key, Origin: the same host, CORS_ORIGINS or FRONTEND_URL) and prepares the reply 101. Takes over
 * `user` in every case. `handler` must live for ever. Problems: BAD_REQUEST, FORBIDDEN, UPGRADE_REQUIRED, UNAVAILABLE when
 * the hub is full or stopped. */
const struct problem *websocket_accept(struct request *req, struct hub *hub, const struct websocket_handler *handler, void *user);

/* Queues a text message, of at most HUB_TEXT_MAX bytes, for this socket. From any thread. False when it cannot be queued; true
 * does not mean that it arrives. */
bool websocket_send(struct websocket *ws, struct str text);

/* The same with a binary message right behind it; each of at most HUB_PAIR_MAX bytes, whatever may be queued. No bytes: the text alone. */
bool websocket_send_pair(struct websocket *ws, struct str text, struct str bytes);

/* Closes with this code and reason (may be NULL; cut at WEBSOCKET_REASON_MAX) after what has been queued. From any thread. */
void websocket_close(struct websocket *ws, int code, const char *reason);

/* What was given to websocket_accept. */
void *websocket_user(const struct websocket *ws);

/* A handler that keeps `ws` for later takes a reference. Using a socket that has closed does no harm. */
struct websocket *websocket_ref(struct websocket *ws);
struct websocket *websocket_unref(struct websocket *ws);
