/* messages.c - the history of a conversation; sending, changing and deleting messages. */
#include "modules/chat/internal.h"

static const struct field message_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The conversation"}, {"messageId", FIELD_UUID, .required = true, .help = "The message"}, FIELD_END};

static const struct field history_options[] = {
    {"before", FIELD_INT64, .min = 1, .max = FIELD_EXACT_MAX, .help = "Messages before this number"},
    {"after", FIELD_INT64, .max = FIELD_EXACT_MAX, .help = "Messages after this number"},
    {"around", FIELD_INT64, .min = 1, .max = FIELD_EXACT_MAX, .help = "Messages on both sides of this number, and the one that has it"},
    {"limit", FIELD_INT, .min = 1, .max = 100, .fallback = "50", .help = "How many at most"},
    FIELD_END};

#define CONTENT \
    {"content", FIELD_TEXT, .required = true, .max = CHAT_TEXT_MAX, .help = "A subset of Markdown, kept as it was typed", .example = "Listen to the **second** drop"}

static const struct field new_message[] = {
    {"client_id", FIELD_UUID, .required = true, .help = "Chosen by the client. The same once more gives the message that there is; with something else in it, 409"},
    CONTENT,
    {"reply_to_id", FIELD_UUID, .nullable = true, .help = "The message that it answers"},
    {"attachment_ids", FIELD_ARRAY, .max = 10, .items = FIELD_ITEMS(FIELD_UUID), .help = "Files that one has uploaded for this conversation"},
    {"track_id", FIELD_UUID, .nullable = true, .help = "A track; only those see it who may see it anyway"},
    {"confirm_all", FIELD_BOOL, .help = "`@all` in a room of 100 members or more is meant; else 409"},
    FIELD_END};

static const struct field changed_message[] = {CONTENT, FIELD_END};

const struct route chat_message_routes[] = {
    {GET, "/api/v1/conversations/{id}/history", "Get a part of the history of a conversation",
     "The newest messages, or those before, after or around a number, in the order of their numbers (`seq`). The numbers of a conversation are 1, 2, 3, … "
     "without gaps; a deleted message keeps its number and says nothing.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = chat_room_in_path, .query = history_options, .sql = &q_chat_history, .shape = ONE},

    {POST, "/api/v1/conversations/{id}/messages", "Send a message",
     "`@username` mentions a member, `@all` everybody. In a room of 100 members or more only moderators do that, with `confirm_all`.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = chat_room_in_path, .rate = &chat_rate, .body = new_message, .sql = &q_chat_send, .shape = ONE, .status = 201,
     .known_status = 200, .then = &q_chat_message_get, .no_audit = true},

    {PATCH, "/api/v1/conversations/{id}/messages/{messageId}", "Change a message that one wrote",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = message_in_path, .rate = &chat_rate, .body = changed_message, .sql = &q_chat_edit, .shape = ONE,
     .then = &q_chat_message_get, .no_audit = true},

    {DELETE, "/api/v1/conversations/{id}/messages/{messageId}", "Delete a message", "One's own, or as a moderator of the room. Its files are gone at once.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = message_in_path, .sql = &q_chat_delete, .shape = EMPTY},

    {GET, "/api/v1/conversations/{id}/messages/{messageId}/thread", "List a message and all that answers it, oldest first",
     "The whole thread, whichever message of it is named. An answer to an answer is in the same thread.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = message_in_path, .requires = &q_chat_thread_of, .sql = &q_chat_thread, .shape = MANY},

    {GET, "/api/v1/conversations/{id}/pins", "List the pinned messages of a conversation, the latest pinned first",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = chat_room_in_path, .requires = &q_chat_inside, .sql = &q_chat_pin_list, .shape = MANY},

    {PUT, "/api/v1/conversations/{id}/messages/{messageId}/pin", "Pin a message", "Moderators of a room, and both people of a direct conversation. At most 100.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = message_in_path, .sql = &q_chat_pin, .shape = EMPTY},

    {DELETE, "/api/v1/conversations/{id}/messages/{messageId}/pin", "Unpin a message",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = message_in_path, .sql = &q_chat_unpin, .shape = EMPTY},
    ROUTE_END};
