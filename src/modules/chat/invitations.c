/* invitations.c - links that lead into a room. */
#include "modules/chat/internal.h"

static const struct field invitation_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The conversation"}, {"invitationId", FIELD_UUID, .required = true, .help = "The invitation"}, FIELD_END};

static const struct field new_invitation[] = {
    {"max_uses", FIELD_INT, .nullable = true, .min = 1, .max = 10000, .help = "How many people it brings in; null or left out: any number"},
    {"expires_in_s", FIELD_INT, .min = 60, .max = 2592000, .fallback = "604800", .help = "How long it works, in seconds; a week where nothing is said, 30 days at most"},
    FIELD_END};

static const struct field token_in_path[] = {
    {"token", FIELD_STRING, .required = true, .min = 43, .max = 43, .pattern = "[A-Za-z0-9_-]*", .help = "The token of an invitation",
     .example = "0123456789012345678901234567890123456789012"},
    FIELD_END};

const struct route chat_invitation_routes[] = {
    {POST, "/api/v1/conversations/{id}/invitations", "Make a link that leads into a room",
     "For every member of a public room, and for moderators of a private one. `token` is told this once.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = chat_room_in_path, .body = new_invitation, .requires = &q_chat_inviting, .sql = &q_chat_invitation_create,
     .shape = ONE,
     .status = 201, .then = &q_chat_invitation_get},

    {GET, "/api/v1/conversations/{id}/invitations", "List the invitations of a room, newest first", "Moderators see all, others their own.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = chat_room_in_path, .requires = &q_chat_inside, .sql = &q_chat_invitation_list, .shape = MANY},

    {DELETE, "/api/v1/conversations/{id}/invitations/{invitationId}", "Withdraw an invitation", "One's own, or as a moderator of the room.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = invitation_in_path, .requires = &q_chat_inside, .sql = &q_chat_invitation_delete, .shape = EMPTY},

    {GET, "/api/v1/conversations/join/{token}", "Show an invitation", "What room it leads to. Nothing is changed: `POST` on the same address joins.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = token_in_path, .sql = &q_chat_invitation_show, .shape = ONE},

    {POST, "/api/v1/conversations/join/{token}", "Join a room by an invitation", "A member stays one, and no use is counted.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = token_in_path, .sql = &q_chat_invitation_use, .shape = ONE, .then = &q_conversation_get},
    ROUTE_END};
