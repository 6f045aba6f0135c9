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
