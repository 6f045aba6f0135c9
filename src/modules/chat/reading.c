/* reading.c - marks of what was read: one number for each member of a conversation. */
#include "modules/chat/internal.h"

static const struct field mark_fields[] = {
    {"seq", FIELD_INT64, .required = true, .max = FIELD_EXACT_MAX, .help = "Number of the newest message that was read"},
    {"unread", FIELD_BOOL, .help = "Instead: this message and all after it are unread"},
    FIELD_END};

const struct route chat_reading_routes[] = {
    {PUT, "/api/v1/conversations/{id}/read", "Say up to where one has read",
     "The mark only goes forward, but for `unread`. All devices of the person are told (`chat.unread`).",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = chat_room_in_path, .body = mark_fields, .sql = &q_chat_read, .shape = ONE, .then = &q_chat_mark, .no_audit = true},
    ROUTE_END};
