/* scrobbling.c - the services that a person lets know what they listened to: connected, changed, disconnected. */
#include <stdio.h>
#include <stdlib.h>

#include "modules/auth/auth.h"
#include "modules/scrobbling/internal.h"
#include "platform/fetch/fetch.h"

extern const struct module scrobbling_module;

const struct config *scrobbling_config;
const char *scrobbling_listenbrainz_url, *scrobbling_lastfm_url, *scrobbling_lastfm_key, *scrobbling_lastfm_secret;

static struct secret_keys keys;

static const struct setting settings[] = {
    {.section = "Scrobbling"},
    {"LISTENBRAINZ_URL", .text = &scrobbling_listenbrainz_url, .fallback = "https://api.listenbrainz.org",
     .help = "the ListenBrainz that people connect to when they name no other"},
    {"LASTFM_URL", .text = &scrobbling_lastfm_url, .fallback = "https://ws.audioscrobbler.com/2.0/",
     .help = "the same for Last.fm, or a server that speaks its protocol"},
    {"LASTFM_API_KEY", .text = &scrobbling_lastfm_key, .help = "of this installation there; empty: people enter a key of their own"},
    {"LASTFM_API_SECRET", .text = &scrobbling_lastfm_secret, .hidden = true, .help = "the secret of that key"},
    {0}};

json_t *
scrobbling_open(const char *account_id, const char *sealed)
{
    return secret_unseal_json(&keys, account_id, sealed);
}

void
scrobbling_account(struct scrobble_account *account, const char *service, const char *base_url, const json_t *secrets)
{
    const char *key = json_string_value(json_object_get(secrets, "key"));

    *account = (struct scrobble_account){.service = text_equal(service, "lastfm") ? SCROBBLE_LASTFM : SCROBBLE_LISTENBRAINZ,
                                         .base_url = base_url,
                                         .token = json_string_value(json_object_get(secrets, "token")),
                                         .key = key ? key : scrobbling_lastfm_key,
                                         .secret = key ? json_string_value(json_object_get(secrets, "secret")) : scrobbling_lastfm_secret,
                                         .session = json_string_value(json_object_get(secrets, "session"))};
}

/* What the person is told of a service that did not agree. `token_field`: the input that opens the account there; NULL: there is none. */
static const struct problem *
scrobbling_problem(struct request *req, enum scrobble_outcome outcome, const char *token_field, const char *token_message)
{
    switch (outcome) {
    case SCROBBLE_TAKEN:
        return NULL;
    case SCROBBLE_TOKEN_REFUSED:
    case SCROBBLE_UNCONFIRMED:
        return token_field ? problem_field(req->arena, token_field, "value", token_message) : problem_detail(req->arena, PROBLEM(CONFLICT), "%s", token_message);
    case SCROBBLE_BUSY:
        return problem_retry(req->arena, PROBLEM(UNAVAILABLE), 60);
    case SCROBBLE_UNREACHABLE:
        if (!token_field)
            return PROBLEM(UNAVAILABLE);
        return problem_field(req->arena, "base_url", "unreachable", "There is no server at this address that can be asked");
    default:
        if (!token_field)
            return PROBLEM(UNAVAILABLE);
        return problem_field(req->arena, "base_url", "value", "What is at this address does not answer as this service does");
    }
}

/* The address that was given, or the operator's. NULL when it is none. A slash at its end is left out for ListenBrainz, whose paths begin with one. */
static const char *
scrobbling_address(struct request *req, const char *fallback, bool keeps_slash)
{
    const char *given = request_has(req, "base_url") && request_param(req, "base_url") ? request_param(req, "base_url") : fallback;
    size_t len = strlen(given);
    char host[256];

    if (!fetch_host(given, host) || strpbrk(given, "?#"))
        return NULL;
    while (!keeps_slash && len && given[len - 1] == '/')
        len--;
    return arena_strndup(req->arena, given, len);
}

/* Sets service, address and account_id, the id of the connection that is there already, or a new one. */
static const struct problem *
scrobbling_prepare(struct request *req, const char *service, const char *address)
{
    const struct problem *p;
    char id[UUID_TEXT];
    struct row known;

    if (!address)
        return problem_field(req->arena, "base_url", "value", "This is no https address");
    request_set(req, "service", service);
    request_set(req, "address", address);
    if ((p = db_one(req, &q_scrobble_room, NULL)) || (p = db_maybe(req, &q_scrobble_known, &known)))
        return p;
    uuid_random(id);
    request_set(req, "account_id", known.count ? row_text(&known, "id") : arena_strdup(req->arena, id));
    return NULL;
}

static const struct problem *
scrobbling_keep(struct request *req, const struct query *query, json_t *secrets)
{
    const char *sealed = secret_seal_json(req, &keys, request_param(req, "account_id"), secrets);

    if (!sealed)
        return PROBLEM(INTERNAL);
    request_set(req, "sealed", sealed);
    return db_one(req, query, NULL);
}

static const struct problem *
connect_listenbrainz(struct request *req)
{
    const char *address = scrobbling_address(req, scrobbling_listenbrainz_url, false);
    struct scrobble_account account = {.service = SCROBBLE_LISTENBRAINZ, .base_url = address, .token = request_param(req, "token")};
    char name[SCROBBLE_NAME_MAX + 1];
    const struct problem *p = scrobbling_prepare(req, "listenbrainz", address);

    if (!p)
        p = scrobbling_problem(req, listenbrainz_check(&account, name), "token", "The service does not know this token");
    if (p)
        return p;
    request_set(req, "username", arena_strdup(req->arena, name));
    request_set(req, "stopped", NULL);
    p = scrobbling_keep(req, &q_scrobble_put, json_pack("{s:s}", "token", account.token));
    request_set(req, "token", NULL);
    return p ? p : reply_query(req, 201, &q_scrobble_get);
}

static const struct problem *
connect_lastfm(struct request *req)
{
    const char *address = scrobbling_address(req, scrobbling_lastfm_url, true), *key = request_param(req, "api_key"), *secret = request_param(req, "api_secret");
    struct scrobble_account account = {.service = SCROBBLE_LASTFM, .base_url = address, .key = key, .secret = secret};
    char token[SCROBBLE_NAME_MAX + 1];
    scoped_buf page = BUF_INIT(2048);
    const struct problem *p;

    if (!key || !secret) {
        if (key || secret || !*scrobbling_lastfm_key || !text_equal(address, scrobbling_lastfm_url))
            return problem_field(req->arena, secret || !key ? "api_key" : "api_secret", "required", "This server wants a key of an application, and its secret");
        account.key = scrobbling_lastfm_key;
        account.secret = scrobbling_lastfm_secret;
        key = NULL;
    }
    p = scrobbling_prepare(req, "lastfm", address);
    if (!p)
        p = scrobbling_problem(req, lastfm_begin(&account, token, &page), "api_key", "The service does not know this key, or the secret is another one's");
    if (p)
        return p;
    request_set(req, "username", NULL);
    request_set(req, "stopped", "unconfirmed");
    request_set(req, "confirm_url", page.failed ? NULL : arena_strdup(req->arena, page.ptr));
    p = scrobbling_keep(req, &q_scrobble_put, json_pack("{s:s*, s:s*, s:s}", "key", key, "secret", key ? secret : NULL, "token", token));
    request_set(req, "api_secret", NULL);
    return p ? p : reply_query(req, 201, &q_scrobble_begun);
}

static const struct problem *
confirm_lastfm(struct request *req)
{
    char session[SCROBBLE_NAME_MAX + 1], name[SCROBBLE_NAME_MAX + 1];
    struct scrobble_account account;
    const struct problem *p;
    json_t *secrets;
    struct row row;

    p = db_one(req, &q_scrobble_sealed, &row);
    if (p)
        return p;
    if (!text_equal(row_text(&row, "stopped_for"), "unconfirmed"))
        return problem_detail(req->arena, PROBLEM(CONFLICT), "There is nothing to confirm.");
    secrets = scrobbling_open(row_text(&row, "account_id"), row_text(&row, "sealed"));
    if (!secrets)
        return problem_detail(req->arena, PROBLEM(CONFLICT), "Connect this service anew first.");
    scrobbling_account(&account, row_text(&row, "service"), row_text(&row, "base_url"), secrets);
    p = scrobbling_problem(req, lastfm_confirm(&account, session, name), NULL, "The service has no consent of yours yet, or it came too late.");
    if (!p) {
        request_set(req, "account_id", row_text(&row, "account_id"));
        request_set(req, "username", arena_strdup(req->arena, name));
        json_object_del(secrets, "token");
        json_object_set_new(secrets, "session", json_string(session));
        p = scrobbling_keep(req, &q_scrobble_confirm, json_incref(secrets));
    }
    json_decref(secrets);
    return p ? p : reply_query(req, 200, &q_scrobble_get);
}

#define BASE_URL \
    {"base_url", FIELD_STRING, .nullable = true, .min = 8, .max = 500, .help = "Of another server that speaks this protocol; null: the one that the operator chose", \
     .example = "https://api.listenbrainz.org"}
#define TELLS_PLAYING {"tells_playing", FIELD_BOOL, .help = "It is also told what one has just begun to play"}

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The connection"}, FIELD_END};
static const struct field listenbrainz_fields[] = {
    {"token", FIELD_STRING, .required = true, .min = 1, .max = 200, .pattern = "[!-~]+", .help = "The user token, from the settings there",
        .example = "a-token-of-the-service"},
    BASE_URL, TELLS_PLAYING, FIELD_END};
static const struct field lastfm_fields[] = {
    {"api_key", FIELD_STRING, .min = 1, .max = 100, .pattern = "[!-~]+", .help = "Of an application there; needed where the operator has none, or for another server"},
    {"api_secret", FIELD_STRING, .min = 1, .max = 100, .pattern = "[!-~]+", .help = "The secret of that key"},
    BASE_URL, TELLS_PLAYING, FIELD_END};
static const struct field change_fields[] = {
    {"is_on", FIELD_BOOL, .help = "false: nothing is told until it is switched on again, and what was played meanwhile is not told later"}, TELLS_PLAYING, FIELD_END};
static const enum problem_name connect_problems[] = {PROBLEM_CONFLICT, PROBLEM_UNAVAILABLE, PROBLEM_COUNT};

static const struct route scrobbling_routes[] = {
    {GET, "/api/v1/scrobbling", "List the services that are told what one listened to",
     "Without what opens the account there. `waiting`: plays that are still to be told. `stopped_for`: `unconfirmed` waits for one's consent in the browser, `refused` "
     "is to be connected anew.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_scrobble_list, .shape = MANY},

    {GET, "/api/v1/scrobbling/services", "Get which services can be connected",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_scrobble_services, .shape = ONE},

    {POST, "/api/v1/scrobbling/listenbrainz", "Connect ListenBrainz, or another server that speaks its protocol",
     "Each play that counts is told there from now on, once. The token is asked about before it is kept, sealed; it is told to nobody.",
     .auth = AUTH_USER, .limit = LIMIT_AUTH, .body = listenbrainz_fields, .handler = connect_listenbrainz, .runs = RUNS_ON_OUTSIDE_POOL,
     .status = 201, .replies = &q_scrobble_get,
     .problems = connect_problems},

    {POST, "/api/v1/scrobbling/lastfm", "Begin to connect Last.fm, or another server that speaks its protocol",
     "The person agrees at `confirm_url`, in a browser; then `confirm` completes it.",
     .auth = AUTH_USER, .limit = LIMIT_AUTH, .body = lastfm_fields, .handler = connect_lastfm, .runs = RUNS_ON_OUTSIDE_POOL, .status = 201, .replies = &q_scrobble_begun,
     .problems = connect_problems},

    {POST, "/api/v1/scrobbling/{id}/confirm", "Complete the connection to which one agreed in the browser",
     .auth = AUTH_USER, .limit = LIMIT_AUTH, .path = id_in_path, .handler = confirm_lastfm, .runs = RUNS_ON_OUTSIDE_POOL,
     .replies = &q_scrobble_get, .problems = connect_problems},

    {PATCH, "/api/v1/scrobbling/{id}", "Change a connection",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id_in_path, .body = change_fields, .sql = &q_scrobble_change, .shape = ONE},

    {DELETE, "/api/v1/scrobbling/{id}", "Disconnect a service",
     "What opens the account there is deleted here at once. What was told stays there.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_scrobble_delete, .shape = EMPTY},
    ROUTE_END};

static bool
scrobbling_setup(const struct module_setup *with, char *error, size_t error_size)
{
    const struct { const char *name, *url; } urls[] = {{"LISTENBRAINZ_URL", scrobbling_listenbrainz_url}, {"LASTFM_URL", scrobbling_lastfm_url}};
    char host[256];

    for (size_t i = 0; i < COUNT_OF(urls); i++)
        if (!fetch_host(urls[i].url, host)) {
            snprintf(error, error_size, "%s must be an https address", urls[i].name);
            return false;
        }
    scrobbling_config = with->config;
    secret_keys_derive(&keys, "scrobbling");
    return true;
}

const struct module scrobbling_module = {.name = "scrobbling",
                                         .routes = ROUTE_TABLES(scrobbling_routes),
                                         .queries = scrobbling_queries,
                                         .jobs = scrobbling_jobs,
                                         .personal = &scrobbling_personal,
                                         .settings = settings,
                                         .setup = scrobbling_setup};
