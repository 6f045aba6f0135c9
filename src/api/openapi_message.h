/* openapi_message.h - the messages of the WebSocket in the API's description: x-topics, x-messages and a schema for each. */
#pragma once

#include "api/module.h"
#include "api/openapi_operation.h"

/* Adds both to `document`, and to description->describer.schemas: NAMEMessage for each message, and ServerMessage and ClientMessage, which are
 * any of those that the server, or a client, may send. */
void describe_messages(struct description *description, module_list modules, json_t *document);
