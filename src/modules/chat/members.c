/* members.c - who is in a room, and as what; and who is kept out. */
#include "modules/chat/internal.h"

static const struct field person_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The conversation"}, {"userId", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};

static const struct field list_options[] = {
    {"q", FIELD_STRING, .min = 1, .max = 100, .help = "Parts of their names"},
    {"sort", FIELD_ENUM, .values = "role|newest", .fallback = "role", .help = "Those with a role first; or the latest who came"},
    FIELD_END};

static const struct field new_member[] = {{"user_id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};

static const struct field member_changes[] = {
    {"role", FIELD_ENUM, .values = "owner|admin|moderator|member", .help = "Given by owners; by admins those below theirs"},
    {"timeout_until", FIELD_TIME, .nullable = true, .help = "Until when they may read but not write; null ends it"},
    FIELD_END};

static const struct field new_ban[] = {
    {"user_id", FIELD_UUID, .required = true, .help = "The person, a member or not"},
    {"reason", FIELD_STRING, .max = 500, .help = "For the other moderators"},
    FIELD_END};

#define ADDING                                                                                                                       \
    .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = chat_room_in_path, .body = new_member, .sql = &q_chat_member_add, .shape = ONE, \
    .status = 201, .then = &q_chat_member_get
#define REMOVING .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = person_in_path, .sql = &q_chat_member_remove, .shape = EMPTY

const struct route chat_member_routes[] = {
    {GET, "/api/v1/conversations/{id}/members", "List the members of a conversation",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = chat_room_in_path, .query = list_options, .requires = &q_chat_inside, .sql = &q_chat_member_list, .shape = MANY},

    {POST, "/api/v1/conversations/{id}/members", "Bring somebody into a room",
     "For every member of a public room, and for moderators of a private one. Not somebody whom one has blocked, or who has blocked one.", ADDING},

    {PATCH, "/api/v1/conversations/{id}/members/{userId}", "Change the role of a member, or give them a time-out",
     "Moderators give time-outs to members, admins also to moderators. Nobody changes somebody whose role is not below their own, but owners.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = person_in_path, .body = member_changes, .sql = &q_chat_member_change, .shape = ONE, .then = &q_chat_member_get},

    {DELETE, "/api/v1/conversations/{id}/members/{userId}", "Take a member out of a room, or leave it", "They may come back; a ban keeps them out.", REMOVING},

    {POST, "/api/v1/conversations/{id}/participants", "Bring somebody into a room", "The same as `POST /conversations/{id}/members`.", ADDING},
    {DELETE, "/api/v1/conversations/{id}/participants/{userId}", "Take a member out of a room, or leave it",
     "The same as `DELETE /conversations/{id}/members/{userId}`.", REMOVING},

    {GET, "/api/v1/conversations/{id}/bans", "List who is banned from a room, newest first", "For moderators of the room.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = chat_room_in_path, .requires = &q_chat_moderating, .sql = &q_chat_ban_list, .shape = MANY},

    {POST, "/api/v1/conversations/{id}/bans", "Ban somebody from a room", "They are taken out and do not come back, by no link either.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = chat_room_in_path, .body = new_ban, .sql = &q_chat_ban, .shape = EMPTY},

    {DELETE, "/api/v1/conversations/{id}/bans/{userId}", "End a ban", "For moderators of the room.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = person_in_path, .requires = &q_chat_moderating, .sql = &q_chat_unban, .shape = EMPTY},
    ROUTE_END};
