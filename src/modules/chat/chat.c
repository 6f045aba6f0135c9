/* chat.c - the module of conversations (ADR 0104). */
#include "modules/chat/internal.h"

extern const struct module chat_module;
extern const struct personal chat_personal;

static int64_t notify_after_s;

static const struct setting settings[] = {
    {.section = "Chat"},
    {"CHAT_NOTIFY_AFTER_S", .integer = &notify_after_s, .fallback = "20", .min = 0, .max = 3600,
     .help = "how long somebody has to read a message before they are told of it by a notification, in seconds"},
    {0}};

static const struct topic_kind topics[] = {{"room", "A conversation, for its members", .may_subscribe = &q_topic_room}, TOPIC_END};

#define ROOM "/api/v1/conversations/{id}"
#define MESSAGE_ID {"message_id", FIELD_UUID}, {"seq", FIELD_INT64, .max = FIELD_EXACT_MAX, .help = "Its number"}

static const struct field message_fields[] = {
    {"message", FIELD_OBJECT, .values = "ChatMessage", .help = "Without `track`, which depends on the reader, but with `track_id`"}, FIELD_END};
static const struct field edited_fields[] = {
    MESSAGE_ID, {"content", FIELD_TEXT, .max = CHAT_TEXT_MAX}, {"edited_at", FIELD_TIME}, {"mentions", FIELD_ARRAY, .items = FIELD_ITEMS(FIELD_UUID)}, FIELD_END};
static const struct field deleted_fields[] = {MESSAGE_ID, {"by_moderator", FIELD_BOOL, .help = "Not by its author"}, FIELD_END};
static const struct field room_fields[] = {
    {"deleted", FIELD_BOOL, .required = true}, {"name", FIELD_STRING, .nullable = true}, {"description", FIELD_TEXT, .nullable = true}, {"slow_mode_s", FIELD_INT},
    {"is_read_only", FIELD_BOOL}, FIELD_END};

#define HAPPENED {"happened", FIELD_ENUM, .values = "joined|left|changed", .help = "`changed`: another role, or a time-out"}

static const struct field member_fields[] = {{"user_id", FIELD_UUID}, HAPPENED, FIELD_END};
static const struct field membership_fields[] = {{"room_id", FIELD_UUID}, HAPPENED, FIELD_END};
static const struct field unread_fields[] = {
    {"room_id", FIELD_UUID}, {"unread", FIELD_INT, .help = "Messages of others after `read_seq`; 100 means that or more"}, {"mentions", FIELD_INT, .help = "Those that mention the person"},
    {"read_seq", FIELD_INT64, .max = FIELD_EXACT_MAX}, {"last_seq", FIELD_INT64, .max = FIELD_EXACT_MAX}, FIELD_END};

static const struct message messages[] = {
    {"chat.message", "room", "A new message", .fields = message_fields, .address = ROOM "/history"},
    {"chat.edited", "room", "A message was changed by its author", .fields = edited_fields, .address = ROOM "/history"},
    {"chat.deleted", "room", "A message was deleted", .fields = deleted_fields, .address = ROOM "/history"},
    {"chat.room", "room", "The room was changed or deleted", .fields = room_fields, .address = ROOM},
    {"chat.member", "room", "Somebody came, went, or is something else in the room now", .fields = member_fields, .address = ROOM "/members"},
    {"chat.membership", "user", "The person came to a conversation, left it, or is something else in it now", .fields = membership_fields, .address = "/api/v1/conversations"},
    {"chat.unread", "user",
     "How much of a conversation the person has not read: after each change of the mark, after each message in conversations of up to 50 members, and after each that mentions them. In "
     "larger ones, whoever is subscribed to the room counts its messages",
     .fields = unread_fields, .address = "/api/v1/conversations"},
    MESSAGE_END};

const struct module chat_module = {.name = "chat",
                                   .personal = &chat_personal,
                                   .routes = ROUTE_TABLES(chat_room_routes, chat_member_routes, chat_message_routes, chat_reading_routes),
                                   .queries = chat_queries,
                                   .settings = settings,
                                   .topics = topics,
                                   .messages = messages};
