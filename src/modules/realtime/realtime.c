#include "modules/realtime/realtime.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/runner.h"
#include "base/clock.h"
#include "modules/realtime/internal.h"
#include "platform/bus/listener.h"
#include "realtime.queries.h"

#define TICKET_BYTES 24
#define DRAIN_MS 2000
#define REQUESTS_AT_ONCE 128 /* of one connection: to subscribe and unsubscribe */
#define REQUESTS_PER_S 5
#define MISTAKES_MAX 20      /* of one connection */
#define CLOSE_NOT_JSON 1007
#define CLOSE_POLICY 1008

module_list realtime_modules;
int64_t realtime_connections_max;
static struct hub *hub;

/* --- what clients send --- */

void
realtime_reply(struct websocket *ws, const char *type, json_t *fields)
{
    scoped_text text = NULL;

    if (fields && json_object_set_new(fields, "type", json_string(type)) == 0)
        text = json_dumps(fields, JSON_COMPACT);
    json_decref(fields);
    if (!text || !websocket_send(ws, str_of(text)))
        websocket_close(ws, REALTIME_CLOSE_TRY_AGAIN, "try again later");
}

static void
realtime_on_open(struct websocket *ws, void *user)
{
    struct client *client = user;

    client->ws = websocket_ref(ws);
    client->credit_ms = clock_monotonic_ms();
    client->credit = REQUESTS_AT_ONCE * 1000;
    realtime_reply(ws, "hello", json_pack("{s:s}", "topic", client->own_topic));
    dispatcher_post(&client->opened);
}

static void
realtime_on_close(struct websocket *ws, void *user, int code)
{
    struct client *client = user;

    (void)ws, (void)code;
    dispatcher_post(&client->closed);
}

static void
realtime_on_mistake(struct websocket *ws, json_t *refusal)
{
    struct client *client = websocket_user(ws);

    if (++client->mistakes > MISTAKES_MAX) {
        json_decref(refusal);
        websocket_close(ws, CLOSE_POLICY, "too many messages that are not as described");
        return;
    }
    realtime_reply(ws, "refused", refusal);
}

static void
realtime_on_message(struct websocket *ws, void *user, struct str text)
{
    json_t *message = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    const char *type = json_string_value(json_object_get(message, "type"));
    const struct message *declared = type ? message_find(realtime_modules, type) : NULL;
    char field[MESSAGE_FIELD_SIZE];

    (void)user;
    if (!json_is_object(message))
        websocket_close(ws, CLOSE_NOT_JSON, "not a JSON object");
    else if (!declared || !declared->receive)
        realtime_on_mistake(ws, json_pack("{s:s}", "reason", "unknown_message"));
    else if (!message_fits(declared, message, field))
        realtime_on_mistake(ws, json_pack("{s:s, s:s, s:s}", "reason", "wrong_field", "message", declared->name, "field", field));
    else
        declared->receive(ws, message);
    json_decref(message);
}

static const struct websocket_handler handler = {
    .on_open = realtime_on_open, .on_message = realtime_on_message, .on_close = realtime_on_close, .user_free = free};

static void
realtime_on_ping(struct websocket *ws, const json_t *message)
{
    (void)message;
    realtime_reply(ws, "pong", json_object());
}

/* Has the client asked for less than it may? */
static bool
realtime_may_ask(struct client *client)
{
    int64_t now_ms = clock_monotonic_ms();

    client->credit += (now_ms - client->credit_ms) * REQUESTS_PER_S;
    client->credit_ms = now_ms;
    if (client->credit > REQUESTS_AT_ONCE * 1000)
        client->credit = REQUESTS_AT_ONCE * 1000;
    client->credit -= 1000;
    return client->credit >= 0;
}

static void
realtime_ask(struct websocket *ws, enum task_kind kind, const json_t *message)
{
    const json_t *after = json_object_get(message, "after");

    if (!realtime_may_ask(websocket_user(ws)))
        websocket_close(ws, CLOSE_POLICY, "too many requests");
    else if (!dispatcher_ask(websocket_user(ws), kind, json_string_value(json_object_get(message, "topic")), after ? json_integer_value(after) : -1))
        websocket_close(ws, REALTIME_CLOSE_TRY_AGAIN, "too many requests wait");
}

static void
realtime_on_subscribe(struct websocket *ws, const json_t *message)
{
    realtime_ask(ws, TASK_SUBSCRIBE, message);
}

static void
realtime_on_unsubscribe(struct websocket *ws, const json_t *message)
{
    const struct client *client = websocket_user(ws);

    if (!text_equal(json_string_value(json_object_get(message, "topic")), client->own_topic))
        realtime_ask(ws, TASK_UNSUBSCRIBE, message);
}

void
realtime_on_typing(struct websocket *ws, const json_t *message)
{
    struct client *client = websocket_user(ws);

    if (!realtime_may_ask(client))
        websocket_close(ws, CLOSE_POLICY, "too many requests");
    else
        dispatcher_ask(client, TASK_TYPING, json_string_value(json_object_get(message, "topic")), json_is_false(json_object_get(message, "is_typing")) ? 0 : 1);
}

/* --- routes --- */

const char *
realtime_draw_ticket(struct request *req)
{
    unsigned char random[TICKET_BYTES];
    char text[BASE64URL_SIZE(TICKET_BYTES)];

    random_bytes(random, sizeof random);
    base64url_encode(random, sizeof random, text);
    return arena_strdup(req->arena, text);
}

const struct problem *
realtime_keep_ticket(struct request *req, const char *ticket, int seconds)
{
    char hash[SHA256_HEX];

    if (!ticket)
        return PROBLEM(INTERNAL);
    sha256_hex(str_of(ticket), hash);
    request_set(req, "token_hash", arena_strdup(req->arena, hash));
    request_set(req, "seconds", arena_printf(req->arena, "%d", seconds));
    req->reply.cache_control = CACHE_NEVER;
    return db_one(req, &q_ticket_create, NULL);
}

static const struct problem *
ticket(struct request *req)
{
    const char *text = realtime_draw_ticket(req);
    const struct problem *p = realtime_keep_ticket(req, text, REALTIME_TICKET_S);

    return p ? p : reply_json(req, 201, json_pack("{s:s, s:i}", "ticket", text, "expires_in", REALTIME_TICKET_S));
}

static struct client *
client_new(const char *user_id, const char *session_id, const char *after)
{
    struct client *client = calloc(1, sizeof *client);

    if (!client)
        return NULL;
    snprintf(client->session_id, sizeof client->session_id, "%s", session_id);
    snprintf(client->own_topic, sizeof client->own_topic, "user:%s", user_id);
    client->opened = (struct task){.kind = TASK_OPENED, .client = client, .topic = client->own_topic, .after = after ? strtoll(after, NULL, 10) : -1};
    client->closed = (struct task){.kind = TASK_CLOSED, .client = client};
    return client;
}

const struct problem *
realtime_connect(struct request *req, const char *ticket)
{
    struct client *client;
    const struct problem *p;
    char hash[SHA256_HEX];
    struct row row;

    sha256_hex(str_of(ticket), hash);
    request_set(req, "token_hash", arena_strdup(req->arena, hash));
    p = db_maybe(req, &q_ticket_use, &row);
    if (p)
        return p;
    if (!row.count)
        return PROBLEM(UNAUTHENTICATED);
    client = client_new(row_text(&row, "user_id"), row_text(&row, "session_id"), request_param(req, "after"));
    return client ? websocket_accept(req, hub, &handler, client) : PROBLEM(UNAVAILABLE);
}

static const struct problem *
connect_socket(struct request *req)
{
    return realtime_connect(req, request_param(req, "token"));
}

/* --- life --- */

bool
realtime_send(const char *topic_kind, const char *id, const char *type, json_t *fields)
{
    char topic[REALTIME_TOPIC_MAX + 1];
    scoped_text text = fields ? json_dumps(fields, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    PGresult *result;

    snprintf(topic, sizeof topic, "%s:%s", topic_kind, id);
    json_decref(fields);
    const struct db_arg args[] = {{"topic", topic}, {"type", type}, {"fields", text}, {0}};
    if (!text || db_run(&q_realtime_send, args, &result, NULL))
        return false;
    PQclear(result);
    return true;
}

static void
realtime_on_sent(void *context, const char *topic)
{
    (void)context;
    dispatcher_topic_changed(topic);
}

static void
realtime_on_identity_changed(void *context, const char *user_id)
{
    (void)context;
    dispatcher_user_changed(user_id);
}

static const struct setting realtime_settings[] = {
    {.section = "Realtime"},
    {"WS_CONNECTIONS_PER_PERSON", .integer = &realtime_connections_max, .fallback = "100", .min = 1, .max = 20000,
     .help = "WebSockets that one person may have open at one server"},
    {0}};

static bool
realtime_setup(const struct module_setup *with, char *error, size_t error_size)
{
    realtime_modules = with->modules;
    listener_on("realtime", realtime_on_sent, NULL);
    listener_on("identity_changed", realtime_on_identity_changed, NULL);
    return messages_check(with->modules, error, error_size);
}

static bool
realtime_start(void)
{
    hub = hub_start(NULL);
    return hub && dispatcher_start(hub);
}

static void
realtime_stop(void)
{
    if (hub)
        hub_stop(hub, DRAIN_MS);
    dispatcher_stop();
}

static void
realtime_teardown(void)
{
    dispatcher_clear();
    hub = hub_free(hub);
}

static void
realtime_metrics(struct buf *out)
{
    if (!hub)
        return;
    hub_metrics(hub, out);
    dispatcher_metrics(out);
}

/* --- declarations --- */

#define TOPIC_FIELD {"topic", FIELD_STRING, .required = true, .min = 1, .max = REALTIME_TOPIC_MAX, .help = "KIND:UUID", .example = "track:6f1b…"}

static const struct field topic_field[] = {TOPIC_FIELD, FIELD_END};

static const struct field subscribe_fields[] = {
    TOPIC_FIELD,
    {"after", FIELD_INT64, .max = FIELD_EXACT_MAX, .help = "Number of the newest message that the client has; the messages after it are sent"},
    FIELD_END};

static const struct field subscribed_fields[] = {
    TOPIC_FIELD,
    {"number", FIELD_INT64, .required = true, .help = "Number of the newest message of the topic; 0 when there is none"},
    {"complete", FIELD_BOOL, .required = true,
     .help = "False: some messages after `after` are no longer kept; load the data of the topic again"},
    FIELD_END};

static const struct field refused_fields[] = {
    {"reason", FIELD_ENUM, .required = true, .values = "unknown_message|wrong_field|not_found|too_many",
     .help = "`not_found`: there is no such topic, or not for this person; `too_many`: of topics"},
    {"topic", FIELD_STRING, .max = REALTIME_TOPIC_MAX, .help = "The topic of the request"},
    {"message", FIELD_STRING, .max = 80, .help = "Type of the refused message, with `wrong_field`"},
    {"field", FIELD_STRING, .max = 80, .help = "The field that is missing or wrong, with `wrong_field`"},
    FIELD_END};

static const struct field large_fields[] = {
    TOPIC_FIELD,
    {"number", FIELD_INT64, .required = true, .help = "Number of the message"},
    {"message", FIELD_STRING, .required = true, .max = 80, .help = "Type of the message"},
    {"address", FIELD_STRING, .required = true, .max = 255, .help = "Address of the API where its contents can be read"},
    FIELD_END};

static const struct topic_kind realtime_topics[] = {
    {"user", "Notifications and progress for one person", .own = true},
    TOPIC_END};

static const struct message realtime_messages[] = {
    {"hello", .summary = "The connection is open and is subscribed to this topic, which is the person's own", .fields = topic_field},
    {"ping", .summary = "Check that the connection works", .receive = realtime_on_ping},
    {"pong", .summary = "The answer to `ping`"},
    {"subscribe", .summary = "Subscribe to a topic, or catch up with it", .fields = subscribe_fields, .receive = realtime_on_subscribe},
    {"subscribed", .summary = "Subscribed: missed messages follow, then new ones. Also sent when messages were lost because the server could not keep up",
     .fields = subscribed_fields},
    {"unsubscribe", .summary = "Unsubscribe from a topic; the person's own topic cannot be unsubscribed", .fields = topic_field, .receive = realtime_on_unsubscribe},
    {"ended", .summary = "No more messages of this topic are sent: the client unsubscribed, or lost the right to the topic", .fields = topic_field},
    {"refused", .summary = "A message from the client was refused", .fields = refused_fields},
    {"large", .summary = "Stands for a message that is too long for the WebSocket", .fields = large_fields},
    MESSAGE_END};

const struct field realtime_connect_query[] = {
    {"token", FIELD_SECRET, .required = true, .min = 1, .max = 1000, .help = "A ticket of POST /ws/ticket, or for /chat/ws a token of POST /chat/token; works once"},
    {"after", FIELD_INT64, .max = FIELD_EXACT_MAX, .help = "Number of the newest message that the client has of its own topic; the messages after it are sent"},
    FIELD_END};

const enum problem_name realtime_connect_problems[] = {PROBLEM_BAD_REQUEST, PROBLEM_UNAUTHENTICATED, PROBLEM_FORBIDDEN, PROBLEM_UPGRADE_REQUIRED, PROBLEM_COUNT};

static const struct field ticket_reply[] = {
    {"ticket", FIELD_STRING, .required = true},
    {"expires_in", FIELD_INT, .required = true, .help = "Seconds"},
    FIELD_END};

static const struct route realtime_routes[] = {
    {POST, "/api/v1/ws/ticket", "Create a one-time ticket for the WebSocket",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .handler = ticket, .reply = ticket_reply, .status = 201, .no_audit = true},
    {GET, "/api/v1/ws", "Open a WebSocket for progress and notifications (RFC 6455)",
     .description = "Send the ticket as `token`. Messages are JSON objects with a `type`: those of the server are described by the schema `ServerMessage`, those of "
                    "clients by `ClientMessage`; `x-messages` and `x-topics` of this description list them.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .query = realtime_connect_query, .handler = connect_socket, .websocket = true, .status = 101,
     .problems = realtime_connect_problems},
    ROUTE_END};

const struct module realtime_module = {.name = "realtime",
                                       .personal = &realtime_personal,
                                       .routes = ROUTE_TABLES(realtime_routes),
                                       .queries = realtime_queries,
                                       .settings = realtime_settings,
                                       .topics = realtime_topics,
                                       .messages = realtime_messages,
                                       .setup = realtime_setup,
                                       .start = realtime_start,
                                       .metrics = realtime_metrics,
                                       .stop = realtime_stop,
                                       .teardown = realtime_teardown};
