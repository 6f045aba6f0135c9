#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/internal.h"
#include "http/validate.h"

#define PREFACE_DRAIN (256 * 1024) /* a refused body up to this size is read and dropped, so that the client sees the reply */
#define LISTEN_BACKLOG 1024
#define CACHE_BYTES (16 * 1024 * 1024)

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

static bool
is_change(enum method method)
{
    return method == POST || method == PUT || method == PATCH || method == DELETE;
}

/* The peer's address; that of X-Forwarded-For's last entry when the peer is a trusted proxy. */
static void
find_ip(struct request *req)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct config *config = req->server->settings.config;
    const char *forwarded, *last;
    unsigned char binary[16];

    getnameinfo(info->client_addr, info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in),
                req->ip, sizeof req->ip, NULL, 0, NI_NUMERICHOST);
    if (text_starts_with(req->ip, "::ffff:"))
        memmove(req->ip, req->ip + 7, strlen(req->ip) - 6);
    if (!*config->trusted_proxies || !strstr(config->trusted_proxies, req->ip))
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

static const struct problem *
take_limit(struct request *req, const char *kind, const char *who, const struct limit_rule *rule)
{
    const char *key = arena_printf(req->arena, "%s:%s", kind, who);
    struct limit_state state;

    if (!key)
        return PROBLEM(INTERNAL);
    state = limiter_take(req->server->limiter, str_of(key), rule, req->started_ns);
    return over_limit(req, &state, rule);
}

static const struct problem *
check_flood(struct request *req)
{
    struct server *server = req->server;
    const struct problem *p;

    if (!server->settings.config->rate_limits || req->route->limit == LIMIT_NONE)
        return NULL;
    p = take_limit(req, "global", "", &server->global_rule);
    return p ? p : take_limit(req, "ip", req->ip, &server->ip_rule);
}

static const struct problem *
check_route_limit(struct request *req)
{
    static const char *const kinds[LIMIT_COUNT] = {"", "", "read", "write", "auth", "upload", "media"};
    enum limit limit = req->route->limit;
    const char *who = req->identity.known && limit != LIMIT_AUTH ? req->identity.user_id : req->ip;

    if (!req->server->settings.config->rate_limits || limit == LIMIT_NONE)
        return NULL;
    return take_limit(req, kinds[limit], who, &req->server->rules[limit]);
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
    if (req->identity.role >= role_needed(req->route->auth))
        return NULL;
    return req->route->auth == AUTH_CREATOR ? PROBLEM(CREATOR_REQUIRED) : PROBLEM(FORBIDDEN);
}

static enum MHD_Result
count_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    unsigned *count = cls;

    (void)kind, (void)value;
    count[0] += strcasecmp(name, "Content-Length") == 0;
    count[1] += strcasecmp(name, "Transfer-Encoding") == 0;
    count[2] += strcasecmp(name, "Host") == 0;
    return MHD_YES;
}

/* Messages whose end two parties could see at different places (RFC 9112, 6.3 and 11.2). */
static const struct problem *
check_framing(struct request *req, const char *version)
{
    const char *encoding = request_header(req, "Transfer-Encoding");
    unsigned counts[3] = {0};

    MHD_get_connection_values(req->connection, MHD_HEADER_KIND, count_header, counts);
    if (counts[0] > 1 || counts[1] > 1 || counts[2] > 1 || (counts[0] && counts[1]) ||
        (encoding && strcasecmp(encoding, "chunked") != 0) || (text_equal(version, "HTTP/1.1") && counts[2] != 1))
        return problem_detail(req->arena, PROBLEM(BAD_REQUEST), "The message's headers contradict each other.");
    return NULL;
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
    if ((announced || request_header(req, "Transfer-Encoding")) &&
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

    if (p && p->status == 403 && req->identity.known && is_change(req->method) && !req->route->no_audit && hooks->audit)
        hooks->audit(req, p->status);
    return p;
}

/* Everything that can be decided from the head of the request, cheapest first. */
static const struct problem *
judge(struct request *req, const char *method, const char *version)
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
    if (is_change(req->method) && hooks->check_csrf && (p = note_refusal(req, hooks->check_csrf(req))))
        return p;
    if ((p = validate_path(req, match.values)) || (p = validate_query(req)))
        return p;
    return is_change(req->method) ? check_body_headers(req) : NULL;
}

/* Runs the route and settles its reply. In a polling thread or on a pool. */
static void
execute(void *argument)
{
    struct request *req = argument;
    struct exchange *exchange = exchange_of(req);
    const struct route *route = req->route;
    const struct server_hooks *hooks = req->server->settings.hooks;
    const struct problem *p;

    log_request_id(req->id);
    p = route->handler ? route->handler(req) : hooks->run_query(req);
    if (p && p->status == 404 && req->identity.expired)
        p = PROBLEM(TOKEN_EXPIRED); /* it may exist for the person that this visitor was a moment ago */
    if (p)
        reply_problem(req, p);
    else if (!req->reply.ready)
        reply_problem(req, PROBLEM(INTERNAL));
    if (route->purges && req->reply.status < 400)
        cache_purge(req->server->cache, route->purges);
    if (exchange->cache_key && req->reply.status == 200 && req->reply.fd < 0) {
        struct cached entry = {req->reply.body, req->reply.content_type, 200};

        cache_put(req->server->cache, exchange->cache_key, route->cache_tag, &entry, clock_monotonic_ms(),
                  (int64_t)route->cache_s * 1000);
        req->reply.x_cache = "MISS";
    }
    if (is_change(req->method) && !route->no_audit && hooks->audit)
        hooks->audit(req, req->reply.status);
    log_request_id(NULL);
}

static void
execute_and_resume(void *argument)
{
    struct request *req = argument;

    execute(req);
    MHD_resume_connection(req->connection);
}

static bool
reply_from_cache(struct request *req)
{
    const struct cached *hit;

    if (!req->route->cache_s || req->identity.known || req->identity.expired || req->method != GET)
        return false;
    exchange_of(req)->cache_key = req->raw_uri;
    hit = cache_get(req->server->cache, req->raw_uri, clock_monotonic_ms());
    if (!hit)
        return false;
    reply_owned(req, hit->status, hit->content_type, hit->body, cached_unref, (void *)(uintptr_t)hit);
    req->reply.x_cache = "HIT";
    return true;
}

/* The whole request is here: answer it, or park the connection and let a pool answer. */
static enum MHD_Result
dispatch(struct request *req)
{
    struct exchange *exchange = exchange_of(req);
    const struct problem *p = exchange->refusal;

    exchange->dispatched = true;
    watchdog_expect(req->connection, 0);
    if (!p && req->reply.ready)
        return send_reply(req);
    if (!p && exchange->form)
        p = form_end(req);
    else if (!p && is_change(req->method)) {
        req->body = buf_str(&exchange->body);
        p = exchange->body.failed ? PROBLEM(PAYLOAD_TOO_LARGE) : validate_json(req);
    }
    if (p) {
        reply_problem(req, p);
        return send_reply(req);
    }
    if (reply_from_cache(req))
        return send_reply(req);
    if (req->route->slow) {
        MHD_suspend_connection(req->connection);
        if (pool_submit(req->server->pools[req->route->slow], execute_and_resume, req))
            return MHD_YES;
        reply_problem(req, problem_retry(req->arena, PROBLEM(UNAVAILABLE), 5));
        MHD_resume_connection(req->connection);
        return MHD_YES;
    }
    execute(req);
    return send_reply(req);
}

static struct request *
request_new(struct server *server, struct MHD_Connection *connection, const char *uri)
{
    struct arena *arena = arena_new(REQUEST_ARENA_MAX);
    struct request *req = arena ? arena_alloc(arena, sizeof *req) : NULL;

    if (!req) {
        arena_free(arena);
        return NULL;
    }
    *req = (struct request){.server = server, .connection = connection, .arena = arena};
    req->started_ns = clock_monotonic_ns();
    req->raw_uri = arena_strdup(arena, uri);
    req->state = arena_alloc(arena, sizeof(struct exchange));
    req->reply.fd = -1;
    if (!req->raw_uri || !req->state) {
        arena_free(arena);
        return NULL;
    }
    exchange_of(req)->route_index = router_count(server->router);
    uuid_random(req->id);
    atomic_fetch_add(&server->active, 1);
    return req;
}

static void *
on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    return request_new(cls, connection, uri);
}

static enum MHD_Result
begin(struct request *req, const char *method, const char *version)
{
    struct exchange *exchange = exchange_of(req);
    const struct config *config = req->server->settings.config;
    const char *length = request_header(req, "Content-Length");
    int64_t announced = 0;
    bool has_body = request_header(req, "Transfer-Encoding") || (length && !text_equal(length, "0"));

    exchange->begun = true;
    log_request_id(req->id);
    find_ip(req);
    exchange->refusal = judge(req, method, version);
    log_request_id(NULL);
    if (!has_body)
        return MHD_YES; /* MHD calls again at once; a reply queued already now would close the connection */
    if (exchange->refusal && (!text_to_int64(length, 0, INT64_MAX, &announced) || announced > PREFACE_DRAIN))
        return dispatch(req); /* MHD closes the connection after the reply */
    watchdog_expect(req->connection,
                    req->route && req->route->files ? config->upload_timeout_s : config->request_timeout_s);
    return MHD_YES;
}

static void
feed(struct request *req, const char *bytes, size_t len)
{
    struct exchange *exchange = exchange_of(req);

    exchange->received += len;
    if (exchange->refusal)
        return;
    if (!exchange->form && !exchange->body.max)
        exchange->refusal = PROBLEM(BAD_REQUEST); /* a body where none belongs */
    else if (exchange->received > exchange->max_body)
        exchange->refusal = PROBLEM(PAYLOAD_TOO_LARGE);
    else if (exchange->form)
        exchange->refusal = form_feed(req, bytes, len);
    else
        buf_add(&exchange->body, (struct str){bytes, len});
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
           const char *bytes, size_t *len, void **context)
{
    struct request *req = *context;

    (void)url;
    if (!req)
        req = *context = request_new(cls, connection, "/");
    if (!req)
        return MHD_NO;
    if (!exchange_of(req)->begun)
        return begin(req, method, version);
    if (*len) {
        feed(req, bytes, *len);
        *len = 0;
        return MHD_YES;
    }
    return exchange_of(req)->dispatched ? send_reply(req) : dispatch(req);
}

static void
on_complete(void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
    struct server *server = cls;
    struct request *req = *context;
    int64_t elapsed_ns;

    (void)code;
    if (!req)
        return;
    watchdog_expect(connection, server->settings.config->request_timeout_s);
    elapsed_ns = clock_monotonic_ns() - req->started_ns;
    if (exchange_of(req)->finished) {
        metrics_count(server, exchange_of(req)->route_index, req->reply.status, elapsed_ns);
        if (server->settings.config->access_log && log_level_now() <= LOG_LEVEL_INFO) {
            log_request_id(req->id);
            log_info("request", LOG_TEXT("method", req->head ? "HEAD" : method_name(req->method)),
                     LOG_TEXT("path", req->path ? req->path : ""), LOG_INT("status", req->reply.status),
                     LOG_INT("us", elapsed_ns / 1000), LOG_TEXT("ip", req->ip),
                     LOG_TEXT("user", req->identity.known ? req->identity.user_id : ""));
            log_request_id(NULL);
        }
    }
    form_free(req);
    buf_free(&exchange_of(req)->body);
    json_decref(req->json);
    if (req->reply.body_free)
        req->reply.body_free(req->reply.body_owner);
    if (req->reply.ready && req->reply.fd >= 0)
        close(req->reply.fd);
    atomic_fetch_sub(&server->active, 1);
    arena_free(req->arena);
    *context = NULL;
}

static bool
read_rules(struct server *server, char *error, size_t error_size)
{
    const struct config *config = server->settings.config;
    const struct {
        const char *name, *text;
        struct limit_rule *rule;
    } rules[] = {{"RATE_LIMIT_GLOBAL", config->rate_global, &server->global_rule},
                 {"RATE_LIMIT_IP", config->rate_ip, &server->ip_rule},
                 {"RATE_LIMIT_READ", config->rate_read, &server->rules[LIMIT_READ]},
                 {"RATE_LIMIT_WRITE", config->rate_write, &server->rules[LIMIT_WRITE]},
                 {"RATE_LIMIT_AUTH", config->rate_auth, &server->rules[LIMIT_AUTH]},
                 {"RATE_LIMIT_UPLOAD", config->rate_upload, &server->rules[LIMIT_UPLOAD]},
                 {"RATE_LIMIT_MEDIA", config->rate_media, &server->rules[LIMIT_MEDIA]}};

    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (!limit_rule_parse(rules[i].text, rules[i].rule)) {
            snprintf(error, error_size, "%s is \"%s\"; it must be requests/seconds, such as 100/1", rules[i].name, rules[i].text);
            return false;
        }
    }
    return true;
}

/* A listening socket on `address`; also the port that it got. -1 with errno. */
static int
open_listener(const struct addrinfo *address, uint16_t *ret_port)
{
    int listener = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;

    if (listener < 0)
        return -1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, address->ai_addr, address->ai_addrlen) || listen(listener, LISTEN_BACKLOG) ||
        getsockname(listener, (struct sockaddr *)&bound, &len)) {
        close(listener);
        return -1;
    }
    *ret_port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                  : ((struct sockaddr_in *)&bound)->sin_port);
    return listener;
}

static struct MHD_Daemon *
start_daemon(struct server *server, char *error, size_t error_size)
{
    const struct config *config = server->settings.config;
    unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = config->http_threads ? (unsigned)config->http_threads : cores * 2 < 4 ? 4 : cores * 2;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE | MHD_USE_TURBO;
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *address;
    struct MHD_Daemon *daemon;
    int listener = -1;
    char port[8];

    snprintf(port, sizeof port, "%u", server->settings.port);
    if (getaddrinfo(config->bind_address, port, &hints, &address)) {
        snprintf(error, error_size, "BIND_ADDRESS is \"%s\"; it must be an IPv4 or IPv6 address", config->bind_address);
        return NULL;
    }
    if (address->ai_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    if (server->settings.express) {
        flags |= MHD_USE_NO_LISTEN_SOCKET;
        listener = open_listener(address, &server->express_port);
        if (listener < 0) {
            freeaddrinfo(address);
            snprintf(error, error_size, "port %s on %s cannot be opened: %s", port, config->bind_address, strerror(errno));
            return NULL;
        }
    }
    daemon = MHD_start_daemon(flags, server->settings.port, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR, address->ai_addr,
                              MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,
                              MHD_OPTION_NOTIFY_COMPLETED, on_complete, server, MHD_OPTION_NOTIFY_CONNECTION,
                              watchdog_connection, server, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)config->request_timeout_s,
                              MHD_OPTION_CONNECTION_LIMIT, (unsigned)config->max_connections,
                              MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)config->max_connections_per_ip,
                              MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(32 * 1024), MHD_OPTION_STRICT_FOR_CLIENT, 1,
                              MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)LISTEN_BACKLOG, MHD_OPTION_END);
    freeaddrinfo(address);
    if (!daemon) {
        snprintf(error, error_size, "port %s on %s cannot be opened; is another program using it?", port, config->bind_address);
        if (listener >= 0)
            close(listener);
        return NULL;
    }
    server->daemon = daemon;
    if (listener >= 0 && !(server->express = express_start(server, server->settings.express, listener))) {
        snprintf(error, error_size, "cannot start a thread");
        close(listener);
        MHD_stop_daemon(daemon);
        return NULL;
    }
    return daemon;
}

static bool
prepare(struct server *server, char *error, size_t error_size)
{
    const struct config *config = server->settings.config;
    unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);

    if (!read_rules(server, error, error_size))
        return false;
    server->router = router_new(server->settings.routes, error, error_size);
    if (!server->router)
        return false;
    for (unsigned i = 0; i < router_count(server->router); i++)
        if (!validate_declaration(router_route(server->router, i), error, error_size))
            return false;
    server->max_upload_bytes = (uint64_t)config->max_upload_mb * 1024 * 1024;
    server->maintenance = config->maintenance;
    server->limiter = limiter_new();
    server->cache = cache_new(CACHE_BYTES);
    server->metrics = calloc(router_count(server->router) + 1, sizeof *server->metrics);
    server->pools[SLOW_YES] = pool_start("veza-slow", (unsigned)config->slow_threads, 512);
    server->pools[SLOW_PASSWORD] =
        pool_start("veza-password", config->password_threads ? (unsigned)config->password_threads : cores, 128);
    if (server->limiter && server->cache && server->metrics && server->pools[SLOW_YES] && server->pools[SLOW_PASSWORD])
        return true;
    snprintf(error, error_size, "not enough memory or threads to start the %s server", server->settings.name);
    return false;
}

static void
release(struct server *server)
{
    pool_free(server->pools[SLOW_YES]);
    pool_free(server->pools[SLOW_PASSWORD]);
    cache_free(server->cache);
    limiter_free(server->limiter);
    router_free(server->router);
    free(server->metrics);
    free(server);
}

struct server *
server_start(const struct server_settings *settings, char *error, size_t error_size)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server) {
        snprintf(error, error_size, "not enough memory");
        return NULL;
    }
    server->settings = *settings;
    if (!prepare(server, error, error_size)) {
        release(server);
        return NULL;
    }
    if (!watchdog_start(server)) {
        snprintf(error, error_size, "cannot start a thread");
        release(server);
        return NULL;
    }
    server->daemon = start_daemon(server, error, error_size);
    if (server->daemon)
        return server;
    watchdog_stop(server);
    release(server);
    return NULL;
}

uint16_t
server_port(const struct server *server)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);

    if (server->express)
        return server->express_port;
    return info ? info->port : server->settings.port;
}

const struct server_settings *
server_settings(const struct server *server)
{
    return &server->settings;
}

void
server_set_maintenance(struct server *server, bool on)
{
    server->maintenance = on;
}

bool
server_in_maintenance(const struct server *server)
{
    return server->maintenance;
}

void
server_purge(struct server *server, const char *tag)
{
    cache_purge(server->cache, tag);
}

void
server_stop(struct server *server, int drain_ms)
{
    int64_t until_ms = clock_monotonic_ms() + drain_ms;
    int listener;

    if (!server)
        return;
    server->draining = true;
    if (server->express)
        express_quiesce(server->express);
    listener = MHD_quiesce_daemon(server->daemon);
    while (server->active > 0 && clock_monotonic_ms() < until_ms)
        usleep(5000);
    express_stop(server->express);
    /* What is on a pool must come back before MHD can stop: its connections are suspended. */
    for (int i = SLOW_YES; i < SLOW_COUNT; i++)
        pool_stop(server->pools[i]);
    MHD_stop_daemon(server->daemon);
    if (listener >= 0)
        close(listener);
    watchdog_stop(server);
    release(server);
}
