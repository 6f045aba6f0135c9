/* search.c - finding messages. */
#include "modules/chat/internal.h"

static const struct field room_in_path[] = {{"roomId", FIELD_UUID, .required = true, .help = "The conversation"}, FIELD_END};

#define WORDS {"q", FIELD_STRING, .min = 1, .max = 200, .help = "Parts of words, all of which are in the message; case and accents do not matter"}
#define FROM {"from", FIELD_STRING, .min = 1, .max = 30, .help = "Only by the person with this username"}
#define HAS {"has", FIELD_ENUM, .values = "link|file|image|audio|track", .help = "Only with one of these"}
#define TIMES {"before", FIELD_TIME, .help = "Only from before this time"}, {"after", FIELD_TIME, .help = "Only from then on"}

static const struct field in_room[] = {WORDS, FROM, HAS, TIMES, FIELD_END};
static const struct field anywhere[] = {WORDS, {"in", FIELD_UUID, .help = "Only in this conversation"}, FROM, HAS, TIMES, FIELD_END};

const struct route chat_search_routes[] = {
    {GET, "/api/v1/chat/rooms/{roomId}/messages/search", "Search the messages of a conversation, newest first",
     "What was deleted, or said before a change, is not found.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = room_in_path, .query = in_room, .requires = &q_chat_inside_room, .sql = &q_chat_search_room, .shape = MANY},

    {GET, "/api/v1/chat/search", "Search the messages of one's conversations, newest first", "Those that one has left are not searched.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .query = anywhere, .sql = &q_chat_search_all, .shape = MANY},
    ROUTE_END};
