#include <arpa/inet.h>
#include <stdio.h>

#include "http/internal.h"
#include "http/validate.h"

static enum role
role_needed(enum auth auth)
{
    switch (auth) {
    case AUTH_USER:
        return ROLE_USER;
    case AUTH_CREATOR:
        return ROLE_CREATOR;
    case AUTH_MODERATOR:
        return ROLE_MODERATOR;
    case AUTH_ADMIN:
        return ROLE_ADMIN;
    default:
        return ROLE_NONE;
    }
}

bool
method_changes(enum method method)
{
    return method == POST || method == PUT || method == PATCH || method == DELETE;
}

/* The peer's address; that of X-Forwarded-For's last entry when the peer is a trusted proxy. */
void
find_ip(struct request *req)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct config *config = req->server->settings.config;
    const char *forwarded, *last;
    unsigned char binary[16];

    if (info->client_addr->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)info->client_addr)->sin6_addr, req->ip, sizeof req->ip);
    else
        inet_ntop(AF_INET, &((const struct sockaddr_in *)info->client_addr)->sin_addr, req->ip, sizeof req->ip);
    if (text_starts_with(req->ip, "::ffff:"))
        memmove(req->ip, req->ip + 7, strlen(req->ip) - 6);
    if (!text_listed(config->trusted_proxies, req->ip))
        return;
    forwarded = request_header(req, "X-Forwarded-For");
    last = forwarded ? strrchr(forwarded, ',') : NULL;
    last = last ? last + 1 + strspn(last + 1, " ") : forwarded;
    if (last && (inet_pton(AF_INET, last, binary) == 1 || inet_pton(AF_INET6, last, binary) == 1))
        snprintf(req->ip, sizeof req->ip, "%s", last);
}

static const struct problem *
over_limit(struct request *req, const struct limit_state *state, const struct limit_rule *rule)
{
    struct exchange *exchange = exchange_of(req);

    exchange->limited = true;
    exchange->limit = *state;
    exchange->limit_quota = rule->requests;
    return state->allowed ? NULL : problem_retry(req->arena, PROBLEM(TOO_MANY_REQUESTS), (int)state->retry_after_s);
}

static struct limit_take
limit_take(struct request *req, const char *kind, const char *who, const struct limit_rule *rule)
{
    return (struct limit_take){str_of(arena_printf(req->arena, "%s:%s", kind, who)), rule};
}

static const struct problem *
take_limits(struct request *req, const struct limit_take *takes, unsigned count)
{
    struct server *server = req->server;
    const struct server_settings *settings = &server->settings;
    struct limit_state states[2];
    const struct problem *p = NULL;
    bool shared;

    for (unsigned i = 0; i < count; i++)
        if (!takes[i].key.ptr)
            return PROBLEM(INTERNAL);
    shared = settings->hooks->share_limits && settings->hooks->share_limits(settings->name, takes, count, states);
    for (unsigned i = 0; i < count && !p; i++) {
        if (!shared)
            states[i] = limiter_take(server->limiter, takes[i].key, takes[i].rule, req->started_ns);
        p = over_limit(req, &states[i], takes[i].rule);
    }
    return p;
}

static const struct problem *
check_flood(struct request *req)
{
    struct server *server = req->server;

    if (!server->settings.config->rate_limits || req->route->limit == LIMIT_NONE)
        return NULL;
    return take_limits(req, (struct limit_take[]){limit_take(req, "global", "", &server->global_rule),
                                                  limit_take(req, "ip", req->ip, &server->ip_rule)}, 2);
}

static const struct problem *
check_route_limit(struct request *req)
{
    static const char *const kinds[LIMIT_COUNT] = {"", "", "read", "write", "auth", "upload", "media"};
    enum limit limit = req->route->limit;
    const char *who = req->identity.known && limit != LIMIT_AUTH ? req->identity.user_id : req->ip;

    if (!req->server->settings.config->rate_limits || limit == LIMIT_NONE)
        return NULL;
    return take_limits(req, (struct limit_take[]){limit_take(req, kinds[limit], who, &req->server->rules[limit])}, 1);
}

static const struct problem *
check_access(struct request *req)
{
    const struct server_settings *settings = &req->server->settings;
    const char *secret;
    const struct problem *p;

    switch (req->route->auth) {
    case AUTH_PUBLIC:
        return NULL;
    case AUTH_INTERNAL:
        secret = request_header(req, "X-Stream-Secret");
        return secret && strlen(secret) == strlen(settings->stream_secret) &&
                       bytes_equal_constant_time(secret, settings->stream_secret, strlen(secret))
                   ? NULL
                   : PROBLEM(UNAUTHENTICATED);
    case AUTH_METRICS:
        if (!*settings->config->metrics_token)
            return text_equal(req->ip, "127.0.0.1") || text_equal(req->ip, "::1") ? NULL : PROBLEM(FORBIDDEN);
        secret = request_header(req, "Authorization");
        return secret && text_starts_with(secret, "Bearer ") && text_equal(secret + 7, settings->config->metrics_token)
                   ? NULL
                   : PROBLEM(UNAUTHENTICATED);
    default:
        break;
    }
    p = settings->hooks->identify(req);
    if (p)
        return p;
    if (req->route->auth != AUTH_OPTIONAL && !req->identity.known)
        return req->identity.expired ? PROBLEM(TOKEN_EXPIRED) : PROBLEM(UNAUTHENTICATED);
    return NULL;
}

static const struct problem *
check_role(struct request *req)
{
    const struct server_hooks *hooks = req->server->settings.hooks;
    const struct route *route = req->route;
    const struct problem *p;

    if (req->identity.role < role_needed(route->auth)) {
        if (!route->permission || !hooks->check_permission)
            return route->auth == AUTH_CREATOR ? PROBLEM(CREATOR_REQUIRED) : PROBLEM(FORBIDDEN);
        p = hooks->check_permission(req);
        if (p)
            return p;
    }
    if (route->auth != AUTH_ADMIN)
        return NULL;
    return hooks->check_second_factor ? hooks->check_second_factor(req) : PROBLEM(FORBIDDEN);
}

struct head {
    unsigned lengths, encodings, hosts;
    bool broken;
};

/* A token of RFC 9110, 5.6.2: a name with a space before its colon means different things to different readers. */
static bool
is_token(const char *name)
{
    return *name && strspn(name, "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == strlen(name);
}

/* libmicrohttpd leaves a lone CR in the value, and takes a lone LF for the end of a line (RFC 9112, 2.2 lets a recipient refuse both).
 * In its own buffer, where the value still lies, it puts a NUL in the place of each character that ended the line: a second one
 * tells that there were two. True of version 0.9.75; others are believed. */
static bool
ends_with_crlf(const char *value)
{
    static int known = -1;

    if (known < 0)
        known = text_equal(MHD_get_version(), "0.9.75");
    return !strchr(value, '\r') && (!known || value[strlen(value) + 1] == 0);
}

static enum MHD_Result
look_at_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct head *head = cls;

    (void)kind;
    head->lengths += strcasecmp(name, "Content-Length") == 0;
    head->encodings += strcasecmp(name, "Transfer-Encoding") == 0;
    head->hosts += strcasecmp(name, "Host") == 0;
    head->broken = head->broken || !is_token(name) || !value || !ends_with_crlf(value);
    return MHD_YES;
}

/* Messages whose end two parties could see at different places (RFC 9112, 6.3 and 11.2). */
static const struct problem *
check_framing(struct request *req, const char *version)
{
    const char *encoding = request_header(req, "Transfer-Encoding");
    struct head head = {0};

    MHD_get_connection_values(req->connection, MHD_HEADER_KIND, look_at_header, &head);
    if (!head.broken && head.lengths + head.encodings <= 1 && head.hosts <= 1 &&
        (!encoding || strcasecmp(encoding, "chunked") == 0) && (head.hosts == 1 || !text_equal(version, "HTTP/1.1")))
        return NULL;
    exchange_of(req)->unframed = true;
    return problem_detail(req->arena, PROBLEM(BAD_REQUEST), "The message's headers are broken or contradict each other.");
}

static const struct problem *
check_body_headers(struct request *req)
{
    struct exchange *exchange = exchange_of(req);
    const char *length = request_header(req, "Content-Length");
    const char *type = request_header(req, "Content-Type");
    int64_t announced = 0;

    exchange->max_body = req->route->max_body ? req->route->max_body : BODY_MAX;
    if (req->route->files)
        exchange->max_body = req->route->max_body ? req->route->max_body : req->server->max_upload_bytes + BODY_MAX * 4;
    if (length && !text_to_int64(length, 0, INT64_MAX, &announced))
        return PROBLEM(BAD_REQUEST);
    if ((uint64_t)announced > exchange->max_body)
        return problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "At most %llu bytes are accepted here.",
                              (unsigned long long)exchange->max_body);
    if (req->route->files) {
        if (!type || strncasecmp(type, "multipart/form-data", 19) != 0)
            return PROBLEM(UNSUPPORTED_MEDIA_TYPE);
        return form_begin(req);
    }
    if (!req->route->signed_link && (announced || request_header(req, "Transfer-Encoding")) &&
        (!type || (strncasecmp(type, "application/json", 16) != 0 && strncasecmp(type, "application/merge-patch+json", 28) != 0)))
        return PROBLEM(UNSUPPORTED_MEDIA_TYPE);
    exchange->body.max = (size_t)exchange->max_body;
    return NULL;
}

static const struct problem *
find_route(struct request *req, const char *method, struct route_match *match)
{
    struct str path = {req->raw_uri, strcspn(req->raw_uri, "?")};
    struct exchange *exchange = exchange_of(req);
    bool preflight = text_equal(method, "OPTIONS");

    req->raw_query = req->raw_uri[path.len] ? req->raw_uri + path.len + 1 : "";
    req->head = text_equal(method, "HEAD");
    for (int m = GET; m < METHOD_COUNT; m++)
        if (text_equal(method, method_name((enum method)m)) || (req->head && m == GET))
            req->method = (enum method)m;
    req->path = percent_decode(req->arena, path, false);
    if (!req->path || *req->path != '/' || !router_match(req->server->router, req->arena, req->method, path, match))
        return problem_detail(req->arena, PROBLEM(BAD_REQUEST), "The path is not acceptable.");
    req->route = match->route;
    if (req->route) {
        exchange->route_index = match->index;
        return NULL;
    }
    if (match->path_exists && !preflight) {
        char allow[64] = "OPTIONS";

        for (int m = GET; m < METHOD_COUNT; m++) {
            size_t len = strlen(allow);

            if (match->allowed & 1u << m)
                snprintf(allow + len, sizeof allow - len, ", %s", method_name((enum method)m));
        }
        reply_header(req, "Allow", arena_strdup(req->arena, allow));
        return PROBLEM(METHOD_NOT_ALLOWED);
    }
    return preflight && match->path_exists ? NULL : PROBLEM(NOT_FOUND);
}

static void
reply_preflight(struct request *req)
{
    reply_empty(req, 204);
    reply_header(req, "Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
    reply_header(req, "Access-Control-Allow-Headers", "Authorization, Content-Type, X-CSRF-Token, If-None-Match, Range");
    reply_header(req, "Access-Control-Max-Age", "7200");
}

static bool
exempt_from_maintenance(const struct request *req)
{
    return req->route->limit == LIMIT_NONE || text_starts_with(req->path, "/api/v1/admin") ||
           text_equal(req->path, "/api/v1/status") || text_starts_with(req->path, "/api/v1/auth/");
}

/* A person who tries what they may not do is worth an audit line, though no handler ran. */
static const struct problem *
note_refusal(struct request *req, const struct problem *p)
{
    const struct server_hooks *hooks = req->server->settings.hooks;

    if (p && p->status == 403 && req->identity.known && method_changes(req->method) && !req->route->no_audit && hooks->audit)
        hooks->audit(req, p->status);
    return p;
}

/* Everything that can be decided from the head of the request, cheapest first. */
const struct problem *
judge_head(struct request *req, const char *method, const char *version)
{
    const struct server_hooks *hooks = req->server->settings.hooks;
    struct route_match match = {0};
    const struct problem *p = check_framing(req, version);

    if (p)
        return p;
    p = find_route(req, method, &match);
    if (!p && !req->route) {
        reply_preflight(req);
        return NULL;
    }
    if (p && p->status == 404 && req->method == GET && hooks->fallback && !server_in_maintenance(req->server))
        return hooks->fallback(req);
    if (p)
        return p;
    if (server_in_maintenance(req->server) && !exempt_from_maintenance(req))
        return problem_retry(req->arena, PROBLEM(MAINTENANCE), 60);
    if ((p = check_flood(req)) || (p = check_access(req)) || (p = check_route_limit(req)) || (p = note_refusal(req, check_role(req))))
        return p;
    if (method_changes(req->method) && !req->route->signed_link && hooks->check_csrf && (p = note_refusal(req, hooks->check_csrf(req))))
        return p;
    if ((p = validate_path(req, match.values)) || (p = validate_query(req)))
        return p;
    return method_changes(req->method) ? check_body_headers(req) : NULL;
}
