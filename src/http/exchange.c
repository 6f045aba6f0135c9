#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/internal.h"
#include "http/validate.h"

#define SECRET_LEN_MIN 24 /* also of a link that was copied without its end */
#define SLUG_SECRET_LEN 16
#define PREFACE_DRAIN (256 * 1024) /* a refused body up to this size is read and dropped, so that the client sees the reply */

static const struct problem *
run_route(struct request *req)
{
    const struct server_hooks *hooks = req->server->settings.hooks;
    const struct problem *p = req->route->files ? hooks->upload_check(req) : NULL;

    if (p)
        return p;
    return req->route->handler ? req->route->handler(req) : hooks->run_query(req);
}

/* How long this reply may be kept: up to the next whole multiple of the route's `cache_s` by the clock, counted from before the database was asked. What
 * changes by itself at such a moment (a scheduled track) is then never kept across it. Zero or less: not at all. */
static int64_t
exchange_keep_ms(const struct request *req)
{
    int64_t step_ms = (int64_t)req->route->cache_s * 1000, took_ms = clock_monotonic_ms() - req->started_ns / 1000000;
    int64_t began_ms = clock_unix_ms() - took_ms;

    return step_ms - began_ms % step_ms - took_ms;
}

/* Runs the route, settles its reply and writes the audit line; in a polling thread or on a pool. NULL or &request_parked: then it must be called
 * again. */
static const struct problem *
answer(struct request *req)
{
    struct exchange *exchange = exchange_of(req);
    const struct route *route = req->route;
    const struct server_hooks *hooks = req->server->settings.hooks;
    const struct problem *p;

    park_politely(req);
    if (!exchange->answered) {
        p = request_once_key(req) ? hooks->run_once(req, run_route) : run_route(req);
        if (p == &request_parked)
            return p;
        if (p && p->status == 404 && req->identity.expired)
            p = PROBLEM(TOKEN_EXPIRED); /* it may exist for the person that this visitor was a moment ago */
        if (p)
            reply_problem(req, p);
        else if (!req->reply.ready)
            reply_problem(req, PROBLEM(INTERNAL));
        else if (req->identity.expired)
            reply_header(req, "X-Session", "expired"); /* an answer for visitors: whoever can renew may ask again */
        if (exchange->cache_key && req->reply.status == 200 && !req->reply.source) {
            struct cached entry = {req->reply.body, req->reply.content_type, 200};

            cache_put(req->server->cache, exchange->cache_key, route->cache_tags ? route->cache_tags : "", &entry, exchange->cache_purges, clock_monotonic_ms(),
                      exchange_keep_ms(req));
            req->reply.x_cache = "MISS";
        }
        exchange->answered = true;
    }
    if (!method_changes(req->method))
        return NULL;
    p = !route->no_audit && hooks->audit ? hooks->audit(req, req->reply.status) : NULL;
    if (p || !hooks->tell_position || req->reply.status >= 400 || (route->no_audit && !req->identity.known)) /* what a visitor reports changes no list */
        return p;
    return hooks->tell_position(req);
}

static bool
has_body(const struct request *req)
{
    const char *length = request_header(req, "Content-Length");

    return request_header(req, "Transfer-Encoding") || (length && !text_equal(length, "0"));
}

static bool
reply_from_cache(struct request *req)
{
    const struct cached *hit;

    if (!req->route->cache_s || req->identity.known || req->identity.expired || req->method != GET)
        return false;
    if (req->server->settings.hooks->reader_wrote && req->server->settings.hooks->reader_wrote(req))
        return false;
    exchange_of(req)->cache_key = req->raw_uri;
    exchange_of(req)->cache_purges = cache_purges(req->server->cache);
    hit = cache_get(req->server->cache, req->raw_uri, clock_monotonic_ms());
    if (!hit)
        return false;
    reply_owned(req, hit->status, hit->content_type, hit->body, cached_unref, (void *)(uintptr_t)hit);
    req->reply.x_cache = "HIT";
    return true;
}

/* Is the reply settled without running the route? */
static bool
is_settled(struct request *req)
{
    struct exchange *exchange = exchange_of(req);
    const struct problem *p = exchange->refusal;

    exchange->dispatched = true;
    if (!p && req->reply.ready)
        return true;
    if (!p && exchange->form)
        p = form_end(req);
    else if (!p && method_changes(req->method) && !req->route->signed_link && !req->route->sink) {
        req->body = buf_str(&exchange->body);
        p = exchange->body.failed ? PROBLEM(PAYLOAD_TOO_LARGE) : validate_json(req);
    }
    if (p)
        reply_problem(req, p);
    return p || reply_from_cache(req);
}

static bool
runs_in_loop(const struct request *req)
{
    bool may_wait = req->route->opens_files && req->server->settings.files_are_elsewhere;

    return !request_once_key(req) && !may_wait && !req->route->within_ms && (!req->route->handler || req->route->runs == RUNS_IN_LOOP);
}

static void
answer_on_pool(void *argument)
{
    struct request *req = argument;

    log_request_id(req->id);
    answer(req);
    log_request_id(NULL);
    if (req->server->settings.hooks->give_back)
        req->server->settings.hooks->give_back();
    MHD_resume_connection(req->connection);
}

static void
answer_left(void *argument)
{
    answer(argument);
}

/* The whole request is here: answer it, or suspend the connection and let a pool answer. */
static enum MHD_Result
dispatch(struct request *req)
{
    const struct problem *p;
    enum runs runs;

    watchdog_expect(req->connection, 0);
    if (is_settled(req))
        return send_reply(req);
    if (runs_in_loop(req)) {
        if (park_unless_quick(req, answer, &p))
            return send_reply(req);
        park(req, answer_left);
        return MHD_YES;
    }
    MHD_suspend_connection(req->connection);
    runs = req->route->opens_files ? RUNS_ON_POOL : req->route->runs;
    if (pool_submit_for(req->server->pools[runs], runs == RUNS_ON_OUTSIDE_POOL ? park_person(req) : 0, answer_on_pool, req))
        return MHD_YES;
    reply_problem(req, problem_retry(req->arena, PROBLEM(UNAVAILABLE), 5));
    MHD_resume_connection(req->connection);
    return MHD_YES;
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
    if (!req->raw_uri || !req->state) {
        arena_free(arena);
        return NULL;
    }
    exchange_of(req)->route_index = router_count(server->router);
    uuid_random(req->id);
    atomic_fetch_add(&server->active, 1);
    return req;
}

void *
exchange_begins(void *cls, const char *uri, struct MHD_Connection *connection)
{
    return request_new(cls, connection, uri);
}

/* The head is judged: what about the body? */
static enum MHD_Result
expect_body(struct request *req)
{
    struct exchange *exchange = exchange_of(req);
    const struct config *config = req->server->settings.config;
    const char *length = request_header(req, "Content-Length");
    int64_t announced = 0;

    if (!has_body(req))
        return MHD_YES; /* MHD calls again at once; a reply queued already now would close the connection */
    if (exchange->refusal && (request_header(req, "Expect") || !text_to_int64(length, 0, INT64_MAX, &announced) || announced > PREFACE_DRAIN)) {
        watched_of(req->connection)->linger = true;
        return dispatch(req); /* MHD closes the connection after the reply */
    }
    watchdog_expect(req->connection,
                    req->route && (req->route->files || req->route->sink) ? config->upload_timeout_s : config->request_timeout_s);
    return MHD_YES;
}

/* What can be done as soon as the head is there: all of it, where nothing more comes and the polling thread may answer. */
static const struct problem *
check_and_answer(struct request *req)
{
    struct exchange *exchange = exchange_of(req);

    exchange->refusal = check_request_rest(req);
    if (exchange->refusal == &request_parked)
        return exchange->refusal;
    if (has_body(req) || (!exchange->refusal && !exchange->page && !runs_in_loop(req)))
        return NULL;
    return exchange->dispatched || !is_settled(req) ? answer(req) : NULL;
}

/* A waiter goes on with the head. */
static void
check_what_is_left(void *argument)
{
    check_and_answer(argument);
}

static enum MHD_Result
begin(struct request *req, const char *method)
{
    struct exchange *exchange = exchange_of(req);
    struct watched *w = watched_of(req->connection);
    const struct problem *p;

    exchange->begun = true;
    if (!w || ++w->begun > w->framing.heads) {
        log_error("a request reached the server unchecked: libmicrohttpd does not read with our recv()");
        return MHD_NO;
    }
    log_request_id(req->id);
    find_ip(req);
    exchange->refusal = check_request_head(req, method);
    log_request_id(NULL);
    if (!exchange->refusal && !req->reply.ready && !park_unless_quick(req, check_and_answer, &p)) {
        exchange->refusal = NULL;
        exchange->head_parked = true;
        park(req, check_what_is_left);
        return MHD_YES;
    }
    return expect_body(req);
}

/* A refusal in the middle of a body can be answered only when all of it was read. */
static bool
is_long_way(struct request *req)
{
    const char *length = request_header(req, "Content-Length");
    int64_t announced;

    return !text_to_int64(length, 0, INT64_MAX, &announced) || (uint64_t)announced - exchange_of(req)->received > PREFACE_DRAIN;
}

static void
feed(struct request *req, const char *bytes, size_t len)
{
    struct exchange *exchange = exchange_of(req);

    exchange->received += len;
    if (exchange->refusal)
        return;
    if (req->sink && exchange->received <= exchange->max_body)
        exchange->refusal = req->route->sink->add(req, bytes, len);
    else if (!exchange->form && !exchange->body.max && !req->sink)
        exchange->refusal = PROBLEM(BAD_REQUEST); /* a body where none belongs */
    else if (exchange->received > exchange->max_body)
        exchange->refusal = PROBLEM(PAYLOAD_TOO_LARGE);
    else if (exchange->form)
        exchange->refusal = form_feed(req, bytes, len);
    else
        buf_add(&exchange->body, (struct str){bytes, len});
}

enum MHD_Result
exchange_goes_on(void *cls, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
           const char *bytes, size_t *len, void **context)
{
    struct request *req = *context;

    (void)url, (void)version;
    if (!req)
        req = *context = request_new(cls, connection, "/");
    if (!req)
        return MHD_NO;
    if (!exchange_of(req)->begun)
        return begin(req, method);
    if (exchange_of(req)->head_parked) {
        exchange_of(req)->head_parked = false;
        return expect_body(req);
    }
    if (*len) {
        feed(req, bytes, *len);
        *len = 0;
        return req->sink && exchange_of(req)->refusal && is_long_way(req) ? MHD_NO : MHD_YES;
    }
    return exchange_of(req)->dispatched ? send_reply(req) : dispatch(req);
}

static bool
exchange_is_token_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

/* "ep-0123456789abcdef": a slug that opens an unlisted release ends so, and may be shorter than a token. */
static bool
exchange_may_be_secret_slug(const char *run, size_t len)
{
    return len > SLUG_SECRET_LEN && run[len - SLUG_SECRET_LEN - 1] == '-' && strspn(run + len - SLUG_SECRET_LEN, "0123456789ABCDEFabcdef") >= SLUG_SECRET_LEN;
}

/* Whether these characters may be a token. Those of links have 32 or more; ids are no secret, and long names are in small letters. */
static bool
exchange_may_be_secret(const char *run, size_t len)
{
    char id[UUID_TEXT];

    if (exchange_may_be_secret_slug(run, len))
        return true;
    if (len < SECRET_LEN_MIN)
        return false;
    snprintf(id, sizeof id, "%.*s", (int)len, run);
    return strcspn(run, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") < len && !(len == UUID_TEXT - 1 && uuid_valid(id));
}

/* The path for the access log. A token must not be there, whatever was asked: also with another method, in capitals, or of the other server. */
static const char *
exchange_log_path(struct request *req)
{
    size_t run;
    char *out, *to;

    if (req->log_path || !req->path)
        return req->log_path ? req->log_path : "";
    to = out = arena_alloc(req->arena, strlen(req->path) + 1);
    for (const char *p = req->path; out && *p; p += run ? run : 1) {
        for (run = 0; exchange_is_token_character(p[run]);)
            run++;
        if (exchange_may_be_secret(p, run)) {
            memcpy(to, ":hidden", sizeof ":hidden" - 1);
            to += sizeof ":hidden" - 1;
        } else {
            memcpy(to, p, run ? run : 1);
            to += run ? run : 1;
        }
    }
    if (out)
        *to = 0;
    return out ? out : "";
}

void
exchange_ends(void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
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
                     LOG_TEXT("path", exchange_log_path(req)), LOG_INT("status", req->reply.status),
                     LOG_INT("us", elapsed_ns / 1000), LOG_TEXT("ip", req->ip),
                     LOG_TEXT("user", req->identity.known ? req->identity.user_id : ""));
            log_request_id(NULL);
        }
    }
    if (req->sink)
        req->route->sink->end(req);
    form_free(req);
    buf_free(&exchange_of(req)->body);
    json_decref(req->json);
    if (req->reply.body_free)
        req->reply.body_free(req->reply.body_owner);
    source_unref(req->reply.source);
    atomic_fetch_sub(&server->active, 1);
    arena_free(req->arena);
    *context = NULL;
}
