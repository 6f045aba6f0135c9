#include "modules/notifications/notifications.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "modules/auth/auth.h"
#include "modules/notifications/internal.h"
#include "platform/bus/bus.h"
#include "platform/push/vapid.h"

const struct config *notifications_config;
static int64_t mail_delay_s;

static const struct setting settings[] = {
    {.section = "Notifications"},
    {"NOTIFY_MAIL_DELAY_S", .integer = &mail_delay_s, .fallback = "300", .min = 0, .max = 86400,
     .help = "how long a notification may be read before it is mailed, in seconds; those of that time come as one mail"},
    {0}};

/* In the open transaction; the rows, or NULL. */
static PGresult *
run(const struct query *query, const struct db_arg *args)
{
    struct db_error error;
    PGresult *result;

    if (db_run(query, args, &result, &error) == DB_OK)
        return result;
    log_warn("notification not written", LOG_TEXT("query", query->name), LOG_TEXT("error", error.message));
    return NULL;
}

bool
notifications_deliver(const struct notify *how, const char *id, const char *is_new)
{
    char delay[24];
    const struct db_arg args[] = {{"id", id}, {"is_new", is_new}, {"mail_setting", how->mail}, {"security", how->security ? "true" : "false"},
                                  {"bulk", how->bulk ? "true" : "false"}, {"delay_s", delay}, {0}};
    PGresult *result;

    snprintf(delay, sizeof delay, "%lld", (long long)mail_delay_s);
    result = run(&q_notification_deliver, args);
    PQclear(result);
    return result != NULL;
}

static bool
is_id(const char *name)
{
    size_t len = strlen(name);

    return len > 3 && text_equal(name + len - 3, "_id");
}

bool
notifications_notify(const struct notify *how, const struct event *event)
{
    const char *group = how->group_by ? json_string_value(json_object_get(event->payload, how->group_by)) : NULL;
    struct db_arg args[COUNT_OF(how->names) + 4] = {{"type", how->type}, {"title", how->title}, {"group_of", group}};
    PGresult *made;
    bool good = true;

    for (size_t i = 0; i < COUNT_OF(how->names) && how->names[i]; i++) {
        struct db_arg *arg = &args[i + 3];

        arg->name = how->names[i];
        arg->text = json_string_value(json_object_get(event->payload, how->names[i]));
        if (!arg->text || (is_id(arg->name) && !uuid_valid(arg->text))) {
            log_error("event without ids", LOG_TEXT("event", event->name), LOG_TEXT("id", event->id));
            return true;
        }
    }
    made = run(how->query, args);
    for (int i = 0; made && good && i < PQntuples(made); i++)
        good = notifications_deliver(how, PQgetvalue(made, i, 0), PQgetvalue(made, i, 1));
    PQclear(made);
    return made && good;
}

static const struct field message_fields[] = {
    {"notification", FIELD_OBJECT, .values = "Notification"},
    {"is_new", FIELD_BOOL, .help = "True: a new notification. False: one that was sent before, about one more person now"},
    FIELD_END};

static const struct message messages[] = {
    {"notification", "user", "A new notification, or one that is now about one more person", .fields = message_fields, .address = "/api/v1/notifications"}, MESSAGE_END};

static bool
notifications_setup(const struct module_setup *with, char *error, size_t error_size)
{
    unsigned char seed[SHA256_BYTES];

    notifications_config = with->config;
    secret_derive("vapid", seed);
    if (!vapid_setup(with->config, seed, error, error_size))
        return false;
    return true;
}

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The notification"}, FIELD_END};

static const struct field list_options[] = {
    {"unread", FIELD_BOOL, .help = "Only what was not read"},
    {"type", FIELD_STRING, .max = 50, .pattern = "[a-z][a-z0-9_.]*", .help = "Only of this kind", .example = "follow"},
    FIELD_END};

#define SWITCH(name, what) {name, FIELD_BOOL, .help = what}

static const struct field preference_fields[] = {
    SWITCH("notify_on_release", "In the list: a release of somebody whose bell is on"),
    SWITCH("email_on_release", "Mail about a release of somebody whose bell is on"),
    SWITCH("notify_on_follow", "In the list: a new follower"),
    SWITCH("notify_on_like", "In the list: a like"),
    SWITCH("notify_on_comment", "In the list: a comment"),
    SWITCH("notify_on_message", "In the list: a message"),
    SWITCH("notify_on_mention", "In the list: a mention"),
    SWITCH("notify_on_playlist", "In the list: new tracks in a playlist that one follows"),
    SWITCH("email_notifications", "Mails at all, but for those about the account itself"),
    SWITCH("email_on_follow", "Mail about a new follower"),
    SWITCH("email_on_like", "Mail about a like"),
    SWITCH("email_on_comment", "Mail about a comment"),
    SWITCH("email_on_message", "Mail about a message"),
    SWITCH("email_on_mention", "Mail about a mention"),
    SWITCH("email_on_playlist", "Mail about new tracks in a playlist that one follows"),
    SWITCH("push_notifications", "Push messages to devices"),
    SWITCH("browser_notifications", "Notifications of the browser"),
    FIELD_END};

static const struct route notifications_routes[] = {
    {GET, "/api/v1/notifications", "List notifications, newest first",
     .auth = AUTH_USER, .limit = LIMIT_READ, .query = list_options, .sql = &q_notification_list, .shape = MANY},

    {GET, "/api/v1/notifications/unread-count", "Get the number of unread notifications",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_notification_unread, .shape = ONE},

    {GET, "/api/v1/notifications/preferences", "Get notification preferences",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_notification_preferences, .shape = ONE},

    {PUT, "/api/v1/notifications/preferences", "Change notification preferences",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .body = preference_fields, .sql = &q_notification_preferences_update, .shape = ONE, .always = true},

    {POST, "/api/v1/notifications/{id}/read", "Mark a notification as read",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_notification_read, .shape = EMPTY, .no_audit = true},

    {POST, "/api/v1/notifications/read-all", "Mark all notifications as read",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .sql = &q_notification_read_all, .shape = ONE, .no_audit = true},

    {DELETE, "/api/v1/notifications/{id}", "Delete a notification",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_notification_delete, .shape = EMPTY},

    {DELETE, "/api/v1/notifications", "Delete all notifications",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .sql = &q_notification_delete_all, .shape = ONE},
    ROUTE_END};

static const struct job_handler jobs[] = {{"release.bells", JOB_LIGHT, notifications_bells},
                                          {"mail.notifications", JOB_OUTGOING, notifications_mail},
                                          {"mail.security", JOB_OUTGOING, notifications_mail_security},
                                          {"push.send", JOB_OUTGOING, notifications_push},
                                          {0}};

const struct module notifications_module = {.name = "notifications",
                                            .personal = &notifications_personal,
                                            .routes = ROUTE_TABLES(notifications_routes, push_routes, mail_routes),
                                            .queries = notifications_queries,
                                            .jobs = jobs,
                                            .settings = settings,
                                            .messages = messages,
                                            .setup = notifications_setup};
