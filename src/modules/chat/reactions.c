/* reactions.c - emoji on messages. */
#include "modules/chat/emoji.h"
#include "modules/chat/internal.h"

static const struct field message_in_path[] = {
    {"roomId", FIELD_UUID, .required = true, .help = "The conversation"}, {"messageId", FIELD_UUID, .required = true, .help = "The message"}, FIELD_END};

static const struct field emoji_fields[] = {
    {"emoji", FIELD_STRING, .required = true, .min = 1, .max = 30, .help = "One emoji; with or without U+FE0F it is the same", .example = "🎧"}, FIELD_END};

static const struct problem *
chat_react(struct request *req, const char *wanted)
{
    char sign[EMOJI_SIZE];
    struct row row;
    const struct problem *p;

    if (!emoji_canonical(request_param(req, "emoji"), sign))
        return problem_field(req->arena, "emoji", "value", "This is not one emoji.");
    request_set(req, "sign", arena_strdup(req->arena, sign));
    request_set(req, "wanted", wanted);
    p = db_one(req, &q_chat_react, &row);
    if (p)
        return p;
    request_set(req, "message", row_text(&row, "message"));
    return reply_query(req, 200, &q_chat_message_get);
}

static const struct problem *
chat_reaction_add(struct request *req)
{
    return chat_react(req, "true");
}

static const struct problem *
chat_reaction_remove(struct request *req)
{
    return chat_react(req, "false");
}

static const enum problem_name react_problems[] = {PROBLEM_FORBIDDEN, PROBLEM_CONFLICT, PROBLEM_COUNT};

#define REACTIONS "/api/v1/chat/rooms/{roomId}/messages/{messageId}/reactions"

const struct route chat_reaction_routes[] = {
    {POST, REACTIONS, "React to a message", "Each person puts an emoji on a message once. A message has 30 kinds at most.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .rate = &chat_rate, .path = message_in_path, .body = emoji_fields, .handler = chat_reaction_add,
     .replies = &q_chat_message_get,
     .problems = react_problems, .no_audit = true},

    {DELETE, REACTIONS, "Take a reaction back",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .rate = &chat_rate, .path = message_in_path, .query = emoji_fields, .handler = chat_reaction_remove,
     .replies = &q_chat_message_get, .no_audit = true},
    ROUTE_END};
