/* internal.h - what the parts of the chat module share:
 *
 *     chat.c          the module, and what it sends to WebSockets
 *     rooms.c         conversations: making, listing, changing, joining and leaving them
 *     members.c       who is in a room, and as what; bans
 *     messages.c      history, sending, changing and deleting
 *     reactions.c     emoji on messages; emoji.h says what one is
 *     reading.c       marks of what was read, and of what one is told
 *     invitations.c   links into rooms
 *     search.c        finding messages
 *     attachments.c   files of messages
 *     socket.c        the WebSocket under its name for chat
 *     personal.c      what is kept about people */
#pragma once

#include "api/module.h"
#include "api/runner.h"
#include "chat.queries.h"
#include "modules/chat/chat.h"

#define CHAT_TEXT_MAX 4000 /* characters of a message */

extern const struct route chat_room_routes[], chat_member_routes[], chat_message_routes[], chat_reading_routes[], chat_reaction_routes[], chat_invitation_routes[],
    chat_search_routes[], chat_attachment_routes[], chat_socket_routes[];

extern const struct field chat_room_in_path[]; /* {id} */

extern const struct route_rate chat_rate; /* RATE_LIMIT_CHAT */
extern struct storage *chat_storage;
extern const char *chat_jwt_secret; /* CHAT_JWT_SECRET; "" where there is none */

/* attachments.c. Jobs: deletes files that no row names; takes back what was not sent within a day. */
enum job_outcome chat_files_gone(struct job *job);
enum job_outcome chat_sweep_staged(struct job *job);
