/* chat.c - the module of conversations (ADR 0104). */
#include <stdio.h>

#include "http/limit.h"
#include "modules/auth/auth.h"
#include "modules/chat/internal.h"
#include "modules/realtime/realtime.h"

extern const struct personal chat_personal;

static int64_t notify_after_s;
static const char *rate_chat;

const struct route_rate chat_rate = {"chat", &rate_chat};

static const struct setting settings[] = {
    {.section = "Chat"},
    {"CHAT_NOTIFY_AFTER_S", .integer = &notify_after_s, .fallback = "20", .min = 0, .max = 3600,
     .help = "how long somebody has to read a message before they are told of it by a notification, in seconds"},
    {"RATE_LIMIT_CHAT", .text = &rate_chat, .fallback = "300/60", .check = limit_rule_refusal,
     .help = "messages, their changes, reactions and marks of what was read, per person"},
    {"CHAT_JWT_SECRET", .text = &chat_jwt_secret, .secret = true, .hidden = true,
     .help = "signs the tokens of POST /chat/token (HS256), which then open /chat/ws and nothing else; empty: they are the tickets that /ws takes"},
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
    {"room_id", FIELD_UUID}, {"unread", FIELD_INT, .help = "Messages of others after `read_seq`; 100 means that or more"},
    {"mentions", FIELD_INT, .help = "Those that mention the person"},
    {"read_seq", FIELD_INT64, .max = FIELD_EXACT_MAX}, {"last_seq", FIELD_INT64, .max = FIELD_EXACT_MAX}, FIELD_END};

static const struct field reaction_fields[] = {
    MESSAGE_ID, {"emoji", FIELD_STRING, .max = 50}, {"user_id", FIELD_UUID}, {"added", FIELD_BOOL, .help = "False: taken back"},
    {"count", FIELD_INT, .help = "How many people have put it there now"}, FIELD_END};
static const struct field pinned_fields[] = {MESSAGE_ID, {"is_pinned", FIELD_BOOL}, FIELD_END};
static const struct field all_read_fields[] = {{"rooms", FIELD_INT, .help = "In how many conversations something was unread"}, FIELD_END};

#define TYPING_TOPIC {"topic", FIELD_STRING, .required = true, .min = 1, .max = 80, .help = "`room:ID`, to which the client is subscribed", .example = "room:6f1b…"}

static const struct field typing_fields[] = {
    TYPING_TOPIC, {"is_typing", FIELD_BOOL, .required = true, .help = "False: not any more. To be said again every few seconds while it goes on"}, FIELD_END};
static const struct field is_typing_fields[] = {
    TYPING_TOPIC, {"user_id", FIELD_UUID, .required = true, .help = "Who types"}, {"is_typing", FIELD_BOOL, .required = true, .help = "False: not any more"}, FIELD_END};

static const struct message messages[] = {
    {"chat.typing", .summary = "Tell the others who are subscribed to a conversation that one is typing. In conversations of more than 50 members nothing is passed on",
     .fields = typing_fields, .receive = realtime_on_typing},
    {"chat.is_typing", .summary = "Somebody is typing in a conversation, or is not any more. Without news it ends by itself after 8 seconds", .fields = is_typing_fields},
    {"chat.reaction", "room", "Somebody put an emoji on a message, or took it back", .fields = reaction_fields, .address = ROOM "/history"},
    {"chat.pinned", "room", "A message was pinned or unpinned", .fields = pinned_fields, .address = ROOM "/pins"},
    {"chat.all_read", "user", "Everything was marked as read: nothing of any conversation is unread", .fields = all_read_fields, .address = "/api/v1/conversations"},
    {"chat.message", "room", "A new message", .fields = message_fields, .address = ROOM "/history"},
    {"chat.edited", "room", "A message was changed by its author", .fields = edited_fields, .address = ROOM "/history"},
    {"chat.deleted", "room", "A message was deleted", .fields = deleted_fields, .address = ROOM "/history"},
    {"chat.room", "room", "The room was changed or deleted", .fields = room_fields, .address = ROOM},
    {"chat.member", "room", "Somebody came, went, or is something else in the room now", .fields = member_fields, .address = ROOM "/members"},
    {"chat.membership", "user", "The person came to a conversation, left it, or is something else in it now",
     .fields = membership_fields, .address = "/api/v1/conversations"},
    {"chat.unread", "user",
     "How much of a conversation the person has not read: after each change of the mark, after each message in conversations of up to 50 members, and after each that "
     "mentions them. In larger ones, whoever is subscribed to the room counts its messages",
     .fields = unread_fields, .address = "/api/v1/conversations"},
    MESSAGE_END};

/* No other secret: what one of them signs is not to be taken where the other is asked. */
static bool
chat_setup(const struct module_setup *with, char *error, size_t error_size)
{
    chat_storage = with->storage;
    if (*chat_jwt_secret && auth_is_secret(chat_jwt_secret)) {
        snprintf(error, error_size, "CHAT_JWT_SECRET must differ from every other secret");
        return false;
    }
    return true;
}

/* Rows of a statement of a job, or -1. */
static int
chat_run(const struct query *query, const struct job *job)
{
    char seconds[24], upto[24];
    const struct db_arg args[] = {{"room_id", json_string_value(json_object_get(job->payload, "room_id"))},
                                  {"user_id", json_string_value(json_object_get(job->payload, "user_id"))}, {"upto", upto}, {"notify_s", seconds}, {0}};
    PGresult *result;
    int rows;

    snprintf(seconds, sizeof seconds, "%lld", (long long)notify_after_s);
    snprintf(upto, sizeof upto, "%lld", (long long)json_integer_value(json_object_get(job->payload, "upto")));
    if (db_run(query, args, &result, NULL))
        return -1;
    rows = PQntuples(result);
    PQclear(result);
    return rows;
}

/* Tells those who have not read what came. */
static enum job_outcome
chat_notify(struct job *job)
{
    return chat_run(&q_chat_notify, job) < 0 ? JOB_RETRY : JOB_DONE;
}

/* Deletes a room that was deleted, messages first, some at a time. */
static enum job_outcome
chat_purge(struct job *job)
{
    int rows;

    while ((rows = chat_run(&q_chat_purge_messages, job)) > 0)
        if (job_cancelled(job))
            return JOB_GIVE_BACK;
    return rows < 0 || chat_run(&q_chat_purge_room, job) < 0 ? JOB_RETRY : JOB_DONE;
}

/* Deletes what somebody wrote in a direct conversation, some at a time, so that the other one can write meanwhile. */
static enum job_outcome
chat_delete_own(struct job *job)
{
    int rows;

    while ((rows = chat_run(&q_chat_delete_own, job)) > 0)
        if (job_cancelled(job))
            return JOB_GIVE_BACK;
    return rows < 0 ? JOB_RETRY : JOB_DONE;
}

static const struct job_handler jobs[] = {{"chat.notify", JOB_LIGHT, chat_notify},
                                          {"chat.files_gone", JOB_LIGHT, chat_files_gone},
                                          {"chat.sweep_staged", JOB_LIGHT, chat_sweep_staged, .every_s = 3600},
                                          {"chat.purge", JOB_ERASE, chat_purge},
                                          {"chat.delete_own", JOB_ERASE, chat_delete_own},
                                          {0}};

const struct module chat_module = {.name = "chat",
                                   .personal = &chat_personal,
                                   .routes = ROUTE_TABLES(chat_room_routes, chat_member_routes, chat_message_routes, chat_reading_routes, chat_reaction_routes,
                                                          chat_invitation_routes, chat_search_routes, chat_attachment_routes, chat_socket_routes),
                                   .queries = chat_queries,
                                   .settings = settings,
                                   .jobs = jobs,
                                   .setup = chat_setup,
                                   .topics = topics,
                                   .messages = messages};
