/* reading.c - marks of what was read: one number for each member of a conversation. */
#include "modules/chat/internal.h"

static const struct field mark_fields[] = {
    {"seq", FIELD_INT64, .required = true, .max = FIELD_EXACT_MAX, .help = "Number of the newest message that was read"},
    {"unread", FIELD_BOOL, .help = "Instead: this message and all after it are unread"},
    FIELD_END};

static const struct field message_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The conversation"}, {"messageId", FIELD_UUID, .required = true, .help = "The message"}, FIELD_END};

static const struct field level_fields[] = {
    {"level", FIELD_ENUM, .required = true, .nullable = true, .values = "all|mentions|none",
     .help = "Of what one is told: of all messages, of those that mention one, of nothing. Null: of all in rooms of fewer than 100 members, else of mentions"},
    FIELD_END};

const struct route chat_reading_routes[] = {
    {PUT, "/api/v1/conversations/{id}/read", "Say up to where one has read",
     "The mark only goes forward, but for `unread`. All devices of the person are told (`chat.unread`).",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .rate = &chat_rate, .path = chat_room_in_path, .body = mark_fields, .sql = &q_chat_read, .shape = ONE,
     .then = &q_chat_mark, .no_audit = true},

    {POST, "/api/v1/conversations/read", "Mark everything as read", "In all of one's conversations.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .sql = &q_chat_read_all, .shape = ONE, .always = true, .no_audit = true},

    {PUT, "/api/v1/conversations/{id}/level", "Choose of what one is told in a conversation", "With `none` nothing of it counts as unread.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = chat_room_in_path, .body = level_fields, .sql = &q_chat_level, .shape = ONE, .then = &q_conversation_get},

    {GET, "/api/v1/conversations/{id}/messages/{messageId}/seen", "List who has read a message", "In conversations of up to 50 members, for their members.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = message_in_path, .requires = &q_chat_seen_of, .sql = &q_chat_seen, .shape = MANY},

    {GET, "/api/v1/chat/stats", "Get figures of one's conversations", "The counts are those of `GET /conversations`, added up. `sent_count` counts up to 10,000.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_chat_stats, .shape = ONE, .always = true},
    ROUTE_END};
