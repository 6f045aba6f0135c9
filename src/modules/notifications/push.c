/* push.c - browsers that want push messages, and the job that sends one to one of them. */
#include "platform/push/push.h"

#include <stdio.h>

#include "base/log.h"
#include "modules/notifications/internal.h"
#include "modules/notifications/notifications.h"
#include "platform/fetch/fetch.h"

#define SUBSCRIPTIONS_MAX "10" /* a person; the ones used longest ago give way */
#define TTL_S (3 * 24 * 3600)
#define ID_BYTES 16

static const struct problem *
public_key(struct request *req)
{
    return reply_json(req, 200, json_pack("{s:s}", "public_key", vapid_public_key()));
}

/* Where calls may go to loopback, as in tests, the service may be there without TLS. */
static bool
endpoint_acceptable(const char *endpoint)
{
    char host[256];

    return (text_starts_with(endpoint, "https://") || notifications_config->outgoing_allow_private) && fetch_host(endpoint, host);
}

static const struct problem *
subscribe(struct request *req)
{
    const json_t *keys = request_json(req, "keys");
    const char *p256dh = json_string_value(json_object_get(keys, "p256dh")), *auth = json_string_value(json_object_get(keys, "auth"));
    struct push_keys parsed;

    if (!push_keys_parse(str_of(p256dh), str_of(auth), &parsed))
        return problem_field(req->arena, "keys", "value", "p256dh must be a point of P-256 and auth 16 bytes, as base64url");
    if (!endpoint_acceptable(request_param(req, "endpoint")))
        return problem_field(req->arena, "endpoint", "value", "This is no https address of a push service");
    request_set(req, "most", SUBSCRIPTIONS_MAX);
    return reply_query(req, 201, &q_push_subscribe);
}

/* The message for the browser's service worker; a body that would not fit is left out. */
static bool
write_message(const struct notice *notice, bool with_body, struct buf *out)
{
    scoped_buf title = BUF_INIT(TITLE_MAX), body = BUF_INIT(BODY_MAX_BYTES);
    scoped_text text = NULL;
    json_t *message;

    notice_words(notice, &title, &body);
    message = json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", notice->id, "type", notice->type, "title", buf_str(&title).ptr, "body",
                        with_body ? buf_str(&body).ptr : "", "url", notice->link ? notice->link : "/notifications");
    if (message && notice->avatar)
        json_object_set_new(message, "icon", json_string(notice->avatar));
    text = json_dumps(message, JSON_COMPACT);
    json_decref(message);
    if (!text || strlen(text) > PUSH_PLAIN_MAX)
        return with_body && write_message(notice, false, out);
    buf_add_text(out, text);
    return !out->failed;
}

/* A retry replaces the same message where it still waits for the browser. */
static void
topic_of(const char *id, char out[BASE64URL_SIZE(ID_BYTES)])
{
    unsigned char bytes[ID_BYTES];
    char digits[2 * ID_BYTES + 1];
    size_t len = 0;

    for (const char *p = id; *p && len < 2 * ID_BYTES; p++)
        if (*p != '-')
            digits[len++] = *p;
    digits[len] = 0;
    if (len != 2 * ID_BYTES || !hex_decode(digits, bytes, sizeof bytes))
        random_bytes(bytes, sizeof bytes);
    base64url_encode(bytes, sizeof bytes, out);
}

static void
forget(const char *subscription_id)
{
    const struct db_arg args[] = {{"subscription_id", subscription_id}, {0}};
    PGresult *result = NULL;

    if (db_run(&q_push_forget, args, &result, NULL) == DB_OK)
        PQclear(result);
}

static enum job_outcome
settle(struct job *job, const char *subscription_id, const struct push_result *result)
{
    if (*result->error)
        job_error(job, result->error);
    switch (result->outcome) {
    case PUSH_SENT:
        return JOB_DONE;
    case PUSH_GONE:
        forget(subscription_id);
        return JOB_DONE;
    case PUSH_LATER:
        job_wait(job, result->retry_after_s);
        return JOB_RETRY;
    default:
        return JOB_FAILED;
    }
}

static enum job_outcome
send_row(struct job *job, const PGresult *row)
{
    struct push_keys keys;
    char topic[BASE64URL_SIZE(ID_BYTES)];
    scoped_buf text = BUF_INIT(PUSH_RECORD);
    struct notice notice = notice_of_row(row, 0);
    struct push_message message = {.endpoint = PQgetvalue(row, 0, PQfnumber(row, "endpoint")), .keys = &keys, .ttl_s = TTL_S,
                                   .urgency = text_starts_with(notice.type, "account.") ? "high" : "normal", .topic = topic};
    struct push_result result = {.outcome = PUSH_REFUSED, .error = "the subscription's keys are no keys"};

    topic_of(notice.id, topic);
    if (push_keys_parse(str_of(PQgetvalue(row, 0, PQfnumber(row, "p256dh"))), str_of(PQgetvalue(row, 0, PQfnumber(row, "auth"))),
                        &keys) &&
        write_message(&notice, true, &text)) {
        message.text = buf_str(&text);
        push_send(&message, &result);
    }
    notice_end(&notice);
    return settle(job, PQgetvalue(row, 0, PQfnumber(row, "subscription_id")), &result);
}

enum job_outcome
notifications_push(struct job *job)
{
    const struct db_arg args[] = {{"notification_id", json_string_value(json_object_get(job->payload, "notification_id"))},
                                  {"subscription_id", json_string_value(json_object_get(job->payload, "subscription_id"))},
                                  {0}};
    enum job_outcome outcome = JOB_DONE; /* it was read, or the browser signed out */
    struct db_error error;
    PGresult *row;

    if (db_run(&q_push_message, args, &row, &error)) {
        job_error(job, error.message);
        return JOB_RETRY;
    }
    if (PQntuples(row))
        outcome = send_row(job, row);
    PQclear(row);
    return outcome;
}

#define ENDPOINT \
    {"endpoint", FIELD_STRING, .required = true, .min = 1, .max = PUSH_ENDPOINT_MAX, .pattern = "[!-~]+", \
     .help = "The address that the browser's push service gave", .example = "https://push.example.org/send/a1b2c3"}

static const struct field key_fields[] = {{"p256dh", FIELD_STRING, .required = true, .max = 200}, {"auth", FIELD_STRING, .required = true, .max = 100}, FIELD_END};

static const struct field subscription[] = {
    ENDPOINT,
    {"keys", FIELD_OBJECT, .required = true, .fields = key_fields,
     .help = "p256dh and auth of the browser's PushSubscription",
     .example = "{\"p256dh\":\"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4\","
                "\"auth\":\"BTBZMqHH6r4Tts7J_aSIgg\"}"},
    FIELD_END};

static const struct field endpoint_body[] = {ENDPOINT, FIELD_END};
static const struct field key_reply[] = {
    {"public_key", FIELD_STRING, .required = true, .help = "What PushManager.subscribe() takes as applicationServerKey"}, FIELD_END};

const struct route push_routes[] = {
    {GET, "/api/v1/notifications/push/key", "Get the public key for push subscriptions (VAPID, RFC 8292)",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = public_key, .runs = RUNS_IN_LOOP, .reply = key_reply},

    {POST, "/api/v1/notifications/push/subscribe", "Create a push subscription for this browser",
     .description = "Repeat it whenever the browser's subscription or the person changes. A browser has one subscription, a person ten "
                    "browsers; it ends with the session that asked for it.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .body = subscription, .handler = subscribe, .replies = &q_push_subscribe, .status = 201,
     .no_audit = true},

    {DELETE, "/api/v1/notifications/push/subscribe", "Delete the push subscription of this browser",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .body = endpoint_body, .sql = &q_push_unsubscribe, .shape = EMPTY, .no_audit = true},
    ROUTE_END};
