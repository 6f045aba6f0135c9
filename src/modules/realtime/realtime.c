#include "modules/realtime/realtime.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/runner.h"
#include "http/hub.h"
#include "http/websocket.h"
#include "platform/pubsub/pubsub.h"
#include "realtime.queries.h"

#define CHANNEL "realtime"
#define TICKET_BYTES 24
#define DRAIN_MS 2000
#define SESSION_ENDED 1008

static struct hub *hub;

struct listener {
    char user_topic[UUID_TEXT + 8];
    char session_topic[UUID_TEXT + 8];
};

static void
opened(struct websocket *ws, void *user)
{
    struct listener *listener = user;

    hub_subscribe(ws, listener->user_topic);
    hub_subscribe(ws, listener->session_topic);
    websocket_send(ws, STR("{\"type\":\"hello\"}"));
}

static void
said(struct websocket *ws, void *user, struct str text)
{
    json_t *message = json_loadb(text.ptr, text.len, 0, NULL);

    (void)user;
    if (!json_is_object(message))
        websocket_close(ws, 1007, "not a JSON object");
    else if (text_equal(json_string_value(json_object_get(message, "type")), "ping"))
        websocket_send(ws, STR("{\"type\":\"pong\"}"));
    json_decref(message);
}

static const struct websocket_handler handler = {.on_open = opened, .on_message = said, .user_free = free};

static const struct problem *
ticket(struct request *req)
{
    unsigned char random[TICKET_BYTES];
    char text[BASE64URL_SIZE(TICKET_BYTES)], hash[SHA256_HEX];
    const struct problem *p;

    random_bytes(random, sizeof random);
    base64url_encode(random, sizeof random, text);
    sha256_hex(str_of(text), hash);
    request_set(req, "token_hash", arena_strdup(req->arena, hash));
    p = db_one(req, &q_ticket_create, NULL);
    if (p)
        return p;
    req->reply.cache_control = "no-store";
    return reply_json(req, 201, json_pack("{s:s, s:i}", "ticket", text, "expires_in", 30));
}

static const struct problem *
connect_socket(struct request *req)
{
    struct listener *listener;
    const struct problem *p;
    char hash[SHA256_HEX];
    struct row row;

    sha256_hex(str_of(request_param(req, "token")), hash);
    request_set(req, "token_hash", arena_strdup(req->arena, hash));
    p = db_maybe(req, &q_ticket_use, &row);
    if (p)
        return p;
    if (!row.count)
        return PROBLEM(UNAUTHENTICATED);
    listener = malloc(sizeof *listener);
    if (!listener)
        return PROBLEM(UNAVAILABLE);
    snprintf(listener->user_topic, sizeof listener->user_topic, "user:%s", row_text(&row, "user_id"));
    snprintf(listener->session_topic, sizeof listener->session_topic, "session:%s", row_text(&row, "session_id"));
    return websocket_accept(req, hub, &handler, listener);
}

static bool
realtime_start(void)
{
    hub = hub_start(NULL);
    return hub != NULL;
}

static void
realtime_stop(void)
{
    if (hub)
        hub_stop(hub, DRAIN_MS);
}

static void
realtime_free(void)
{
    hub = hub_free(hub);
}

static void
topic_of(char *out, size_t size, const char *kind, const char *id)
{
    snprintf(out, size, "%s:%s", kind, id);
}

void
realtime_tell(const char *user_id, struct str json)
{
    char topic[HUB_TOPIC_MAX];

    topic_of(topic, sizeof topic, "user", user_id);
    if (hub)
        hub_publish(hub, topic, json);
}

void
realtime_broadcast(const char *user_id, const char *json)
{
    scoped_text message = NULL;

    if (asprintf(&message, "%s %s", user_id, json) < 0)
        message = NULL; /* what it holds then is undefined */
    else
        pubsub_tell(CHANNEL, message);
}

static void
on_broadcast(void *context, const char *payload)
{
    char user_id[UUID_TEXT];

    (void)context;
    if (strlen(payload) < UUID_TEXT || payload[UUID_TEXT - 1] != ' ')
        return;
    snprintf(user_id, sizeof user_id, "%s", payload);
    realtime_tell(user_id, str_of(payload + UUID_TEXT));
}

static bool
realtime_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)with, (void)error, (void)error_size;
    pubsub_on(CHANNEL, on_broadcast, NULL);
    return true;
}

void
realtime_end_session(const char *session_id)
{
    char topic[HUB_TOPIC_MAX];

    topic_of(topic, sizeof topic, "session", session_id);
    if (hub)
        hub_close_topic(hub, topic, SESSION_ENDED);
}

static void
realtime_metrics(struct buf *out)
{
    if (hub)
        hub_metrics(hub, out);
}

static const struct field token_query[] = {
    {"token", FIELD_SECRET, .required = true, .min = 1, .max = 200, .help = "A ticket of POST /ws/ticket; works once"}, FIELD_END};

static const struct field ticket_reply[] = {
    {"ticket", FIELD_STRING, .required = true},
    {"expires_in", FIELD_INT, .required = true, .help = "Seconds"},
    FIELD_END};

static const struct route realtime_routes[] = {
    {POST, "/api/v1/ws/ticket", "Create a one-time ticket for the WebSocket",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .handler = ticket, .reply = ticket_reply, .status = 201, .no_audit = true},
    {GET, "/api/v1/ws", "Open a WebSocket for progress and notifications (RFC 6455)",
     .description = "Send the ticket as `token`. The server sends JSON objects with a `type`: `hello`, `track.progress`, `export.progress`, `notification`, `pong`.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .query = token_query, .handler = connect_socket, .websocket = true, .status = 101,
     .problems = (const enum problem_name[]){PROBLEM_BAD_REQUEST, PROBLEM_UNAUTHENTICATED, PROBLEM_FORBIDDEN, PROBLEM_UPGRADE_REQUIRED, PROBLEM_COUNT}},
    ROUTE_END};

const struct module realtime_module = {.name = "realtime",
                                       .personal = &realtime_personal,
                                       .routes = ROUTE_TABLES(realtime_routes),
                                       .queries = realtime_queries,
                                       .setup = realtime_setup,
                                       .start = realtime_start,
                                       .metrics = realtime_metrics,
                                       .stop = realtime_stop,
                                       .teardown = realtime_free};
