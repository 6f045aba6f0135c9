/* realtime.h - the WebSocket of those who are signed in, /api/v1/ws: it sends the messages that modules declare (api/message.h).
 *
 * Messages come from PostgreSQL: realtime_send(topic, type, fields) numbers and keeps them, and wakes every node that has subscribers. So they
 * are sent when, and only when, the transaction is committed, in the same order and with the same numbers everywhere, and a node that
 * was away reads what it missed. Clients learn in docs/api.md how they subscribe and catch up. */
#pragma once

#include "api/module.h"

extern const struct module realtime_module;
extern const struct personal realtime_personal; /* personal.c */

/* For code that has no statement of its own to send it from. Takes over `fields`. In an open transaction it is a part of that. */
bool realtime_send(const char *topic_kind, const char *id, const char *type, json_t *fields);

/* Other addresses of the same WebSocket (modules/chat/socket.c). A ticket is any text that cannot be guessed; its hash is kept for so many seconds, with the session that
 * asks, and it opens one connection. realtime_connect() answers the route's request, whose query is the table below. */
#define REALTIME_TICKET_S 30
const char *realtime_draw_ticket(struct request *req);
const struct problem *realtime_keep_ticket(struct request *req, const char *ticket, int seconds);
const struct problem *realtime_connect(struct request *req, const char *ticket);
extern const struct field realtime_connect_query[];
extern const enum problem_name realtime_connect_problems[];

/* A client types, or does not any more, in what it is subscribed to: the others who are get `chat.is_typing` at once, on this node. Whom a person is not told of is the
 * column `quiet` of may_subscribe of the topic (api/message.h). */
void realtime_on_typing(struct websocket *ws, const json_t *message);
