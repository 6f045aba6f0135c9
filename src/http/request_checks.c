#include <stdio.h>
#include <string.h>

#include "http/client_address.h"
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

struct forwarding {
    struct hops x_forwarded_for, forwarded;
    bool has_x_forwarded_for, has_forwarded;
    bool any; /* a header that only proxies send */
};

static enum MHD_Result
note_forwarding(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    static const char *const others[] = {"X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "Via"};
    struct forwarding *found = cls;
    bool known = true;

    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") == 0) {
        found->has_x_forwarded_for = true;
        hops_add_x_forwarded_for(&found->x_forwarded_for, str_of(value ? value : ""));
    } else if (strcasecmp(name, "Forwarded") == 0) {
        found->has_forwarded = true;
        hops_add_forwarded(&found->forwarded, str_of(value ? value : ""));
    } else {
        known = false;
        for (size_t i = 0; i < COUNT_OF(others); i++)
            known = known || strcasecmp(name, others[i]) == 0;
    }
    found->any = found->any || known;
    return MHD_YES;
}

static struct forwarding
read_forwarding(struct request *req)
{
    const struct ip_networks *trusted = &req->server->settings.config->trusted_networks;
    struct forwarding found = {.x_forwarded_for = {.trusted = trusted}, .forwarded = {.trusted = trusted}};

    MHD_get_connection_values(req->connection, MHD_HEADER_KIND, note_forwarding, &found);
    return found;
}

static bool
peer_of(const struct request *req, struct ip *ret_ip)
{
    return ip_of_socket(MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr, ret_ip);
}

void
find_ip(struct request *req)
{
    struct ip ip = {0};
    bool known = peer_of(req, &ip);

    if (known && ip_networks_contain(&req->server->settings.config->trusted_networks, &ip)) {
        struct forwarding found = read_forwarding(req);
        /* A proxy that adds X-Forwarded-For passes on a Forwarded that the client made up. */
        const struct hops *hops = found.has_x_forwarded_for ? &found.x_forwarded_for : &found.forwarded;

        if (found.has_x_forwarded_for || found.has_forwarded) {
            ip = hops->client;
            known = hops->known;
        }
    }
    if (known)
        ip_text(&ip, req->ip);
    else
        snprintf(req->ip, sizeof req->ip, IP_UNKNOWN);
    limit_address_of(known ? &ip : NULL, &req->limit_address);
}

/* Did a program on this machine ask, itself? */
static bool
is_local(struct request *req)
{
    struct ip peer;
    char text[IP_TEXT];

    if (!peer_of(req, &peer))
        return false;
    ip_text(&peer, text);
    return (text_equal(text, "127.0.0.1") || text_equal(text, "::1")) && !read_forwarding(req).any;
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
take_limits(struct request *req, const struct limit_take *takes, unsigned count)
{
    struct server *server = req->server;
    const struct server_settings *settings = &server->settings;
    struct limit_state states[LIMIT_TAKES_MAX + 1];
    const struct problem *p = NULL;
    bool shared;

    shared = settings->hooks->share_limits && settings->hooks->share_limits(settings->name, takes, count, states);
    for (unsigned i = 0; i < count && !p; i++) {
        if (!shared)
            states[i] = limiter_take(server->limiter, takes[i].key, takes[i].rule, req->started_ns);
        p = over_limit(req, &states[i], takes[i].rule);
    }
    return p;
}

/* The files of the web app are small and in memory, and a first visit fetches them all at once: they take nothing from the quotas of what costs
 * work. FILE_FACTOR times as many as an address may ask for otherwise are enough for whoever reads, and stop a flood. */
#define FILE_FACTOR 20

static const struct problem *
check_file_flood(struct request *req)
{
    struct server *server = req->server;
    const struct limit_rule *ip = &server->ip_rule;
    int64_t most = ip->seconds * 1000000000; /* a nanosecond each */
    struct limit_rule rule = {ip->requests < most / FILE_FACTOR ? ip->requests * FILE_FACTOR : ip->requests, ip->seconds};
    struct limit_take takes[LIMIT_TAKES_MAX];
    struct limit_buffer buffer;
    unsigned count = limit_takes_of_address(&buffer, "file", &req->limit_address, &rule, takes);
    const struct problem *p = NULL;

    for (unsigned i = 0; i < count && !p; i++) {
        struct limit_state state = limiter_take(server->limiter, takes[i].key, takes[i].rule, req->started_ns);

        p = over_limit(req, &state, takes[i].rule);
    }
    return p;
}

static const struct problem *
check_flood(struct request *req)
{
    struct server *server = req->server;
    const struct server_hooks *hooks = server->settings.hooks;
    struct limit_take takes[LIMIT_TAKES_MAX + 1] = {{STR("global:"), &server->global_rule}};
    struct limit_buffer buffer;

    if (!server->settings.config->rate_limits || (req->route && req->route->limit == LIMIT_NONE))
        return NULL;
    if (!req->route && req->method == GET && req->path && hooks->is_file && hooks->is_file(req->path))
        return check_file_flood(req);
    return take_limits(req, takes, 1 + limit_takes_of_address(&buffer, "ip", &req->limit_address, &server->ip_rule, takes + 1));
}

static const struct problem *
check_route_limit(struct request *req)
{
    static const char *const kinds[LIMIT_COUNT] = {"", "", "read", "write", "auth", "upload", "media"};
    const struct route_rate *rate = req->route->rate;
    enum limit limit = req->route->limit;
    const char *kind = rate ? rate->name : kinds[limit];
    const struct limit_rule *rule = &req->server->rules[limit];
    struct limit_rule own;
    struct limit_take takes[LIMIT_TAKES_MAX];
    struct limit_buffer buffer;
    const char *key;

    if (!req->server->settings.config->rate_limits || limit == LIMIT_NONE)
        return NULL;
    if (rate) {
        if (!limit_rule_parse(*rate->rule, &own))
            return PROBLEM(INTERNAL);
        rule = &own;
    }
    if (!req->identity.known || limit == LIMIT_AUTH || req->route->auth == AUTH_PUBLIC)
        return take_limits(req, takes, limit_takes_of_address(&buffer, kind, &req->limit_address, rule, takes));
    key = arena_printf(req->arena, "%s:%s", kind, req->identity.user_id);
    return key ? take_limits(req, &(struct limit_take){str_of(key), rule}, 1) : PROBLEM(INTERNAL);
}

const struct problem *
request_count_again(struct request *req)
{
    return check_route_limit(req);
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
            return is_local(req) ? NULL : PROBLEM(FORBIDDEN);
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

/* What came of the headers that the route declares. */
struct given_headers {
    const struct route *route;
    struct param list[PARAM_MAX];
    unsigned count;
};

static bool
names_header(const struct field *fields, const char *name)
{
    for (const struct field *f = fields; f && f->name; f++)
        if (strcasecmp(f->name, name) == 0)
            return true;
    return false;
}

static enum MHD_Result
note_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct given_headers *given = cls;

    (void)kind;
    if (given->count < PARAM_MAX && (names_header(given->route->headers, name) || (given->route->idempotent && names_header(once_headers, name))))
        given->list[given->count++] = (struct param){name, value ? value : ""};
    return MHD_YES;
}

static const struct problem *
read_headers(struct request *req)
{
    struct given_headers given = {.route = req->route};

    if (!req->route->headers && !req->route->idempotent)
        return NULL;
    MHD_get_connection_values(req->connection, MHD_HEADER_KIND, note_header, &given);
    return validate_headers(req, given.list, given.count);
}

static const struct problem *
check_body_headers(struct request *req)
{
    struct exchange *exchange = exchange_of(req);
    const char *length = request_header(req, "Content-Length");
    const char *type = request_header(req, "Content-Type");
    const struct problem *p;
    int64_t announced = 0;

    exchange->max_body = req->route->max_body ? req->route->max_body : BODY_MAX;
    if (req->route->sink)
        exchange->max_body = req->route->max_body ? req->route->max_body : req->server->max_upload_bytes;
    else if (req->route->files)
        exchange->max_body = req->route->max_body ? req->route->max_body : req->server->max_upload_bytes + BODY_MAX * 4;
    if (length && !text_to_int64(length, 0, INT64_MAX, &announced))
        return PROBLEM(BAD_REQUEST);
    if ((uint64_t)announced > exchange->max_body)
        return problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "At most %llu bytes are accepted here.",
                              (unsigned long long)exchange->max_body);
    if (req->route->files) {
        if (!type || strncasecmp(type, "multipart/form-data", 19) != 0)
            return PROBLEM(UNSUPPORTED_MEDIA_TYPE);
        p = req->server->settings.hooks->upload_ready ? req->server->settings.hooks->upload_ready(req) : NULL;
        return p ? p : form_begin(req);
    }
    if (req->route->sink) {
        if ((announced || request_header(req, "Transfer-Encoding") || !req->route->sink->optional) &&
            (!type || strncasecmp(type, req->route->sink->media_type, strlen(req->route->sink->media_type)) != 0))
            return PROBLEM(UNSUPPORTED_MEDIA_TYPE);
        return req->route->sink->begin(req);
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
        if (strstr(req->route->pattern, "{token}"))
            req->log_path = req->route->pattern;
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

/* What the routes of this address say to OPTIONS. */
static void
add_options(struct request *req, const struct route_match *match)
{
    struct str path = {req->raw_uri, strcspn(req->raw_uri, "?")};
    struct route_match found;

    for (int m = GET; m < METHOD_COUNT; m++) {
        if (!(match->allowed & 1u << m) || !router_match(req->server->router, req->arena, (enum method)m, path, &found) || !found.route->options)
            continue;
        found.route->options(req);
        return;
    }
}

static void
reply_preflight(struct request *req)
{
    reply_empty(req, 204);
    add_options(req, &exchange_of(req)->match);
    reply_header(req, "Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
    reply_header(req, "Access-Control-Allow-Headers", req->server->allow_headers);
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
    const struct problem *parked = NULL;

    if (p && p->status == 403 && req->identity.known && method_changes(req->method) && !req->route->no_audit && hooks->audit)
        parked = hooks->audit(req, p->status);
    return parked ? parked : p;
}

static const struct problem *
check_rights(struct request *req)
{
    return note_refusal(req, check_role(req));
}

static const struct problem *
check_csrf(struct request *req)
{
    const struct server_hooks *hooks = req->server->settings.hooks;

    if (!method_changes(req->method) || req->route->signed_link || !hooks->check_csrf)
        return NULL;
    return note_refusal(req, hooks->check_csrf(req));
}

/* Once; what is wrong is told when it is its turn. */
static void
read_input(struct request *req)
{
    struct exchange *exchange = exchange_of(req);
    const struct problem *p = validate_path(req, exchange->match.values);

    p = p ? p : validate_query(req);
    exchange->bad_input = p ? p : read_headers(req);
    exchange->input_checked = true;
}

static const struct problem *
check_input(struct request *req)
{
    struct exchange *exchange = exchange_of(req);

    if (!exchange->input_checked)
        read_input(req);
    return exchange->bad_input || !method_changes(req->method) ? exchange->bad_input : check_body_headers(req);
}

/* Was something asked for that only a person can have? A visitor whose token has expired must hear of it rather than see an empty list. */
static const struct problem *
check_person(struct request *req)
{
    for (const struct field *f = req->route->query; f && f->name && !req->identity.known; f++)
        if (f->needs_person && request_has(req, f->name) && !text_equal(request_param(req, f->name), "false"))
            return req->identity.expired ? PROBLEM(TOKEN_EXPIRED) : PROBLEM(UNAUTHENTICATED);
    return NULL;
}

static const struct problem *
check_proof(struct request *req)
{
    const struct server_hooks *hooks = req->server->settings.hooks;

    if (!req->route->proof)
        return NULL;
    return note_refusal(req, hooks->check_proof ? hooks->check_proof(req) : PROBLEM(FORBIDDEN));
}

/* Cheapest first. */
const struct problem *
check_request_head(struct request *req, const char *method)
{
    struct exchange *exchange = exchange_of(req);
    const struct problem *p = find_route(req, method, &exchange->match), *flood;

    flood = check_flood(req); /* also for what no route answers: pages, 404, 405, 400 */
    if (flood)
        return flood;
    if (!p && !req->route) {
        reply_preflight(req);
        return NULL;
    }
    exchange->page = p && p->status == 404 && req->method == GET && req->server->settings.hooks->fallback && !server_in_maintenance(req->server);
    if (p)
        return exchange->page ? NULL : p;
    if (server_in_maintenance(req->server) && !exempt_from_maintenance(req))
        return problem_retry(req->arena, PROBLEM(MAINTENANCE), 60);
    return NULL;
}

const struct problem *
check_request_rest(struct request *req)
{
    static const struct problem *(*const checks[])(struct request *) = {check_access, check_route_limit, check_rights, check_csrf,
                                                                   check_input, check_person, check_proof};
    struct exchange *exchange = exchange_of(req);
    const struct problem *p;

    if (exchange->page)
        return req->server->settings.hooks->fallback(req);
    if (req->method == GET && req->route->sql && !req->route->handler && !exchange->input_checked) {
        read_input(req); /* so that the route's statement can go out with the one about the session */
        req->input_good = !exchange->bad_input;
    }
    for (; exchange->checks_passed < COUNT_OF(checks); exchange->checks_passed++) {
        p = checks[exchange->checks_passed](req);
        if (p)
            return p;
    }
    return NULL;
}
