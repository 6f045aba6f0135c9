/* rooms.c - conversations: making, listing, changing, joining and leaving them. */
#include "modules/chat/internal.h"

const struct field chat_room_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The conversation"}, FIELD_END};

#define NAME                                                                                                                                        \
    {"name", FIELD_STRING, .min = 1, .max = 100, .pattern = ".*[^ ].*", .help = "What it is called; direct conversations have no name", .example = "Modular evenings"}
#define DESCRIPTION {"description", FIELD_TEXT, .nullable = true, .max = 2000, .help = "What it is about"}

static const struct field list_options[] = {
    {"public", FIELD_BOOL, .help = "Public rooms that one may join, instead of one's own"},
    {"q", FIELD_STRING, .min = 1, .max = 100, .help = "Parts of its name, or of the other person's"},
    FIELD_END};

static const struct field new_room[] = {
    {"kind", FIELD_ENUM, .required = true, .values = "direct|private|public",
     .help = "Between two people; for those who are brought in or have a link; for everybody who is signed in"},
    NAME, DESCRIPTION,
    {"user_ids", FIELD_ARRAY, .max = 100, .items = FIELD_ITEMS(FIELD_UUID), .help = "Who is in it from the beginning, besides oneself"},
    FIELD_END};

static const struct field room_changes[] = {
    NAME, DESCRIPTION,
    {"slow_mode_s", FIELD_INT, .min = 0, .max = 21600, .help = "Seconds that members wait between two messages; moderators do not wait"},
    {"is_read_only", FIELD_BOOL, .help = "Only moderators write"},
    FIELD_END};

static const struct field leave_fields[] = {
    {"successor_id", FIELD_UUID, .help = "Who owns the room from now on; for owners. Without it, where the last owner leaves, the eldest admin, moderator or member"},
    FIELD_END};

const struct route chat_room_routes[] = {
    {GET, "/api/v1/conversations", "List one's conversations, the latest active first",
     "`unread_count` and `mention_count` count what others wrote after `read_seq`; 100 means that or more. A direct conversation that was left "
     "is listed again when somebody writes.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .query = list_options, .sql = &q_conversation_list, .shape = MANY},

    {POST, "/api/v1/conversations", "Begin a conversation",
     "Two people have one direct conversation: where it is there already the answer is 200 with it. It needs exactly one of `user_ids`; the others need a `name`.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .body = new_room, .sql = &q_conversation_create, .shape = ONE, .always = true, .status = 201, .known_status = 200,
     .then = &q_conversation_get, .location = "/api/v1/conversations/{id}"},

    {GET, "/api/v1/conversations/{id}", "Get a conversation", "For its members. A public room for everybody who is not banned from it.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = chat_room_in_path, .sql = &q_conversation_get, .shape = ONE},

    {PUT, "/api/v1/conversations/{id}", "Change a conversation", "For owners and admins of the room. What is not given stays as it is.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = chat_room_in_path, .body = room_changes, .sql = &q_conversation_update, .shape = ONE, .then = &q_conversation_get},

    {DELETE, "/api/v1/conversations/{id}", "Delete a conversation",
     "For owners of the room; its messages and files go for everybody. Of a direct conversation all that one wrote goes, and it is put out of one's list.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = chat_room_in_path, .sql = &q_conversation_delete, .shape = EMPTY},

    {POST, "/api/v1/conversations/{id}/join", "Join a public room", "Joining twice is joining once.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = chat_room_in_path, .sql = &q_conversation_join, .shape = ONE, .then = &q_conversation_get},

    {POST, "/api/v1/conversations/{id}/leave", "Leave a conversation",
     "A room that nobody is in any more is deleted. A direct conversation is only put out of one's list until somebody writes.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = chat_room_in_path, .body = leave_fields, .sql = &q_chat_leave, .shape = EMPTY},

    {GET, "/api/v1/conversations/{id}/actions", "List what moderators did in a room, newest first", "For moderators of the room.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = chat_room_in_path, .requires = &q_chat_moderating, .sql = &q_chat_action_list, .shape = MANY},
    ROUTE_END};
