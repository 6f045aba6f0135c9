/* internal.h - what the parts of the chat module share:
 *
 *     chat.c          the module, and what it sends to WebSockets
 *     rooms.c         conversations: making, listing, changing, joining and leaving them
 *     members.c       who is in a room, and as what; bans
 *     messages.c      history, sending, changing and deleting
 *     reading.c       marks of what was read */
#pragma once

#include "api/module.h"
#include "api/runner.h"
#include "chat.queries.h"

#define CHAT_TEXT_MAX 4000 /* characters of a message */

extern const struct route chat_room_routes[], chat_member_routes[], chat_message_routes[], chat_reading_routes[];

extern const struct field chat_room_in_path[]; /* {id} */
