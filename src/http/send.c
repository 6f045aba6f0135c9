#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/source_driver.h"
#include "http/internal.h"
#include "http/security_headers.h"

#define GZIP_MIN 1024
#define GZIP_LEVEL 4
#define OUTGOING_BLOCK (128 * 1024) /* bytes of memory for each reply of a source that is no file */

void
reply_cookie(struct request *req, const char *name, const char *value, const char *path, int64_t max_age_s)
{
    bool secure = !config_is_development(req->server->settings.config);

    reply_header(req, "Set-Cookie",
                 arena_printf(req->arena, "%s=%s; Path=%s; Max-Age=%lld; HttpOnly; SameSite=Lax%s", name, value, path,
                              (long long)max_age_s, secure ? "; Secure" : ""));
}

void
reply_problem(struct request *req, const struct problem *problem)
{
    json_t *document = json_pack("{s:s+, s:s, s:s, s:i, s:s, s:s}", "type", "/problems/", problem->code, "code", problem->code,
                                 "title", problem->title, "status", problem->status, "detail", problem->detail, "request_id",
                                 req->id);
    json_t *errors = problem->error_count ? json_array() : NULL;
    bool stale_cookie = req->identity.expired;

    req->problem = problem;
    for (size_t i = 0; i < problem->error_count; i++)
        json_array_append_new(errors, json_pack("{s:s, s:s, s:s}", "field", problem->errors[i].field, "code",
                                                problem->errors[i].code, "message", problem->errors[i].message));
    if (errors)
        json_object_set_new(document, "errors", errors);
    reply_json(req, problem->status, document);
    req->reply.content_type = "application/problem+json";
    req->reply.cache_control = CACHE_NEVER;
    req->reply.prepared = NULL;
    if (problem->retry_after_s)
        reply_header(req, "Retry-After", arena_printf(req->arena, "%d", problem->retry_after_s));
    if (problem->status == 401)
        reply_header(req, "WWW-Authenticate", stale_cookie ? "Bearer error=\"invalid_token\"" : "Bearer");
}

/* Does `list` (Accept-Encoding) allow gzip? "gzip;q=0" does not. */
static bool
accepts_gzip(const struct request *req)
{
    const char *list = request_header(req, "Accept-Encoding"), *at = list ? strstr(list, "gzip") : NULL;
    size_t spaces;

    if (!at)
        return false;
    at += 4;
    spaces = strspn(at, " ");
    return !text_starts_with(at + spaces, ";q=0") || at[spaces + 4] == '.';
}

static bool
is_compressible(const char *type)
{
    static const char *const types[] = {"application/json", "text/", "application/problem", "application/openapi", "application/vnd.apple", "application/xml",
                                        "application/rss"};

    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (text_starts_with(type, types[i]))
            return true;
    return false;
}

/* Replaces the reply's body by its gzip form (RFC 1952) when that is smaller. */
static void
compress_body(struct request *req)
{
    struct reply *reply = &req->reply;
    z_stream z = {0};
    uLong bound;
    char *out;

    if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    bound = deflateBound(&z, reply->body.len);
    out = malloc(bound);
    z.next_in = (Bytef *)(uintptr_t)reply->body.ptr;
    z.avail_in = (uInt)reply->body.len;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)bound;
    if (out && deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < reply->body.len) {
        if (reply->body_free)
            reply->body_free(reply->body_owner);
        reply->body = (struct str){out, z.total_out};
        reply->body_free = free;
        reply->body_owner = out;
        reply_header(req, "Content-Encoding", "gzip");
    } else {
        free(out);
    }
    deflateEnd(&z);
}

static const char *
etag_of(struct arena *arena, struct str body)
{
    char etag[] = "W/\"0123456789abcdef\"";
    XXH64_canonical_t hash;

    XXH64_canonicalFromHash(&hash, XXH3_64bits(body.ptr, body.len));
    hex_encode(&hash, sizeof hash, etag + 3);
    etag[sizeof etag - 2] = '"'; /* hex_encode() ended the text there */
    return arena_strdup(arena, etag);
}

/* Is `etag` in the list of If-None-Match or If-Match? Weak comparison (RFC 9110, 8.8.3.2). */
static bool
etag_listed(const char *list, const char *etag)
{
    const char *bare = text_starts_with(etag, "W/") ? etag + 2 : etag;

    return list && (text_equal(list, "*") || strstr(list, bare));
}

enum range { RANGE_NONE, RANGE_ONE, RANGE_OUTSIDE };

/* One range of bytes; several, or something else, are answered as if none was asked for (RFC 9110, 14.2). */
static enum range
parse_range(const char *header, uint64_t size, uint64_t *ret_first, uint64_t *ret_last)
{
    const char *dash;
    char first[24] = "";
    int64_t a = 0, b = INT64_MAX;

    if (!header || !text_starts_with(header, "bytes=") || strchr(header, ',') || strlen(header) > 48)
        return RANGE_NONE;
    header += 6;
    dash = strchr(header, '-');
    if (!dash || (size_t)(dash - header) >= sizeof first)
        return RANGE_NONE;
    memcpy(first, header, (size_t)(dash - header));
    if (dash[1] && !text_to_int64(dash + 1, 0, INT64_MAX, &b))
        return RANGE_NONE;
    if (!*first) {
        if (!dash[1])
            return RANGE_NONE;
        if (b == 0 || size == 0)
            return RANGE_OUTSIDE;
        a = (uint64_t)b >= size ? 0 : (int64_t)(size - (uint64_t)b);
        b = (int64_t)size - 1;
    } else if (!text_to_int64(first, 0, INT64_MAX, &a) || a > b) {
        return RANGE_NONE;
    }
    if ((uint64_t)a >= size)
        return RANGE_OUTSIDE;
    *ret_first = (uint64_t)a;
    *ret_last = (uint64_t)b >= size ? size - 1 : (uint64_t)b;
    return RANGE_ONE;
}

/* Applies conditions and ranges to a file or to bytes. */
static void
apply_conditions(struct request *req)
{
    struct reply *reply = &req->reply;
    const char *if_range = request_header(req, "If-Range");
    uint64_t size = reply->source ? reply->size : reply->body.len, first, last;
    enum range range;

    if (reply->status != 200 || req->method != GET)
        return;
    if (!reply->etag && reply->body.len)
        reply->etag = etag_of(req->arena, reply->body);
    if (reply->etag && etag_listed(request_header(req, "If-None-Match"), reply->etag)) {
        const char *etag = reply->etag;

        reply_empty(req, 304);
        reply->etag = etag;
        return;
    }
    if (!reply->source)
        return;
    reply_header(req, "Accept-Ranges", "bytes");
    if (if_range && !text_equal(if_range, reply->etag))
        return;
    range = parse_range(request_header(req, "Range"), size, &first, &last);
    if (range == RANGE_ONE) {
        reply->status = 206;
        reply->offset = first;
        reply->size = last - first + 1;
        reply_header(req, "Content-Range",
                     arena_printf(req->arena, "bytes %llu-%llu/%llu", (unsigned long long)first, (unsigned long long)last,
                                  (unsigned long long)size));
    } else if (range == RANGE_OUTSIDE) {
        reply_problem(req, PROBLEM(RANGE_NOT_SATISFIABLE));
        reply_header(req, "Content-Range", arena_printf(req->arena, "bytes */%llu", (unsigned long long)size));
    }
}

static void
add_cors(struct request *req, struct MHD_Response *response)
{
    const struct config *config = req->server->settings.config;
    const char *origin = request_header(req, "Origin");

    if (!origin)
        return;
    MHD_add_response_header(response, "Vary", "Origin");
    if (text_listed(config->cors_origins, origin) || text_equal(origin, config->frontend_url)) {
        MHD_add_response_header(response, "Access-Control-Allow-Origin", origin);
        MHD_add_response_header(response, "Access-Control-Allow-Credentials", "true");
    } else if (config_is_development(config) && !*config->cors_origins) {
        MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
    } else {
        return;
    }
    MHD_add_response_header(response, "Access-Control-Expose-Headers",
                            "X-Request-Id, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, ETag, X-Cache, Idempotency-Replayed, Location, "
                            "Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, Upload-Offset, Upload-Length, Upload-Expires, "
                            "Upload-Metadata, Veza-Track, Veza-Position");
}

static bool
is_policy(const char *name)
{
    static const char *const names[] = {"Content-Security-Policy", "Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin",
                                        "Access-Control-Expose-Headers", "Referrer-Policy", "X-Frame-Options"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_equal(name, names[i]))
            return true;
    return false;
}

static void
remove_header(struct MHD_Response *response, const char *name)
{
    const char *value = MHD_get_response_header(response, name);

    if (value)
        MHD_del_response_header(response, name, value);
}

/* Does the connection end with this reply? What came behind this request is refused, or was let through unseen for a WebSocket. */
static bool
is_last(struct request *req)
{
    struct watched *w = watched_of(req->connection);
    bool last = w && w->begun == w->framing.heads && (w->framing.fault || w->framing.upgrade);

    if (last)
        w->linger = true;
    return last;
}

/* Secrets are told where they are made, which is a change, and to whoever brings one: by the address of a link, or by a link's token beside it, which is then
 * part of the addresses in the reply. */
static bool
may_hold_secret(const struct request *req)
{
    return method_changes(req->method) || (req->route && strstr(req->route->pattern, "{token}")) || request_param(req, "share");
}

static void
add_headers(struct request *req, struct MHD_Response *response)
{
    struct reply *reply = &req->reply;
    struct exchange *exchange = exchange_of(req);
    unsigned security_count;
    const struct reply_header *security = security_headers(req->server->settings.config, &security_count);
    char number[24];

    if (reply->content_type)
        MHD_add_response_header(response, "Content-Type", reply->content_type);
    MHD_add_response_header(response, "X-Request-Id", req->id);
    for (const struct reply_header *h = req->route ? req->route->says : NULL; h && h->name; h++)
        MHD_add_response_header(response, h->name, h->value);
    for (unsigned i = 0; i < security_count; i++)
        MHD_add_response_header(response, security[i].name, security[i].value);
    if (reply->etag)
        MHD_add_response_header(response, "ETag", reply->etag);
    MHD_add_response_header(response, "Cache-Control",
                            reply->cache_control        ? reply->cache_control
                            : may_hold_secret(req)      ? CACHE_NEVER
                            : req->identity.known       ? "private, no-cache"
                            : reply->status == 200      ? "no-cache"
                                                        : CACHE_NEVER);
    if (reply->x_cache)
        MHD_add_response_header(response, "X-Cache", reply->x_cache);
    if (exchange->limited) {
        snprintf(number, sizeof number, "%lld", (long long)exchange->limit_quota);
        MHD_add_response_header(response, "RateLimit-Limit", number);
        snprintf(number, sizeof number, "%lld", (long long)exchange->limit.remaining);
        MHD_add_response_header(response, "RateLimit-Remaining", number);
        snprintf(number, sizeof number, "%lld", (long long)exchange->limit.reset_s);
        MHD_add_response_header(response, "RateLimit-Reset", number);
    }
    add_cors(req, response);
    if (req->server->draining || is_last(req))
        MHD_add_response_header(response, "Connection", "close");
    for (unsigned i = 0; i < reply->header_count; i++) {
        if (is_policy(reply->headers[i].name)) /* a handler's own replaces the default */
            remove_header(response, reply->headers[i].name);
        if (text_equal(reply->headers[i].name, "Access-Control-Allow-Origin"))
            remove_header(response, "Access-Control-Allow-Credentials"); /* what is for everybody takes no credentials */
        if (*reply->headers[i].value)
            MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    }
}

/* A source that is no single file, on its way out. Reading it may wait, so a pool does, a block at a time, while the connection is suspended. */
struct outgoing {
    struct source *source;
    struct source_reader reader;
    struct server *server;
    struct MHD_Connection *connection;
    ssize_t held, at; /* of `block`: how much of it was read, and was sent; -1 when reading failed */
    char block[OUTGOING_BLOCK];
};

static void
outgoing_fill(void *context)
{
    struct outgoing *outgoing = context;
    struct MHD_Connection *connection = outgoing->connection;

    outgoing->held = source_read(&outgoing->reader, outgoing->block, sizeof outgoing->block);
    outgoing->at = 0;
    MHD_resume_connection(connection);
}

/* libmicrohttpd (with MHD_USE_TURBO) leaves the connection of a reply that broke open until it times out; the client is told now. */
static ssize_t
outgoing_break(const struct outgoing *outgoing)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(outgoing->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (info)
        shutdown(info->connect_fd, SHUT_RDWR);
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t
outgoing_read(void *context, uint64_t position, char *to, size_t len)
{
    struct outgoing *outgoing = context;
    size_t left = outgoing->held > 0 ? (size_t)(outgoing->held - outgoing->at) : 0;

    (void)position; /* libmicrohttpd goes from the first byte to the last */
    if (outgoing->held < 0)
        return outgoing_break(outgoing);
    if (!left) {
        if (outgoing->reader.at == outgoing->reader.end)
            return outgoing_break(outgoing); /* more was asked for than there is */
        MHD_suspend_connection(outgoing->connection);
        if (!pool_submit(outgoing->server->pools[RUNS_ON_POOL], outgoing_fill, outgoing)) { /* it is full: this thread must not wait for the store instead */
            outgoing->held = -1;
            MHD_resume_connection(outgoing->connection);
        }
        return 0;
    }
    len = len < left ? len : left;
    memcpy(to, outgoing->block + outgoing->at, len);
    outgoing->at += (ssize_t)len;
    return (ssize_t)len;
}

static void
outgoing_free(void *context)
{
    struct outgoing *outgoing = context;

    source_read_end(&outgoing->reader);
    source_unref(outgoing->source);
    free(outgoing);
}

static struct MHD_Response *
make_outgoing(const struct request *req)
{
    const struct reply *reply = &req->reply;
    struct outgoing *outgoing = malloc(sizeof *outgoing);
    struct MHD_Response *response;

    if (!outgoing)
        return NULL;
    outgoing->source = source_ref(reply->source);
    outgoing->reader = source_reader(reply->source, reply->offset, reply->size);
    outgoing->server = req->server;
    outgoing->connection = req->connection;
    outgoing->held = outgoing->at = 0;
    response = MHD_create_response_from_callback(reply->size, OUTGOING_BLOCK, outgoing_read, outgoing, outgoing_free);
    if (!response)
        outgoing_free(outgoing);
    return response;
}

static struct MHD_Response *
make_response(struct request *req)
{
    struct reply *reply = &req->reply;
    struct MHD_Response *response;

    if (reply->source && !source_is_local(reply->source))
        return make_outgoing(req);
    if (reply->source) {
        int fd = fcntl(reply->source->fd, F_DUPFD_CLOEXEC, 3); /* the response closes it */

        response = fd < 0 ? NULL : MHD_create_response_from_fd_at_offset64(reply->size, fd, reply->offset);
        if (!response && fd >= 0)
            close(fd);
        return response;
    }
    if (!reply->body_free)
        return MHD_create_response_from_buffer(reply->body.len, (void *)(uintptr_t)reply->body.ptr, MHD_RESPMEM_PERSISTENT);
    response = MHD_create_response_from_buffer_with_free_callback_cls(reply->body.len, (void *)(uintptr_t)reply->body.ptr,
                                                                      reply->body_free, reply->body_owner);
    if (response)
        reply->body_free = NULL;
    return response;
}

enum MHD_Result
send_reply(struct request *req)
{
    struct reply *reply = &req->reply;
    struct exchange *exchange = exchange_of(req);
    struct MHD_Response *response;
    enum MHD_Result queued;

    exchange->finished = true;
    if (reply->prepared) {
        queued = MHD_queue_response(req->connection, (unsigned)reply->status, reply->prepared);
        MHD_destroy_response(reply->prepared);
        reply->prepared = NULL;
        return queued;
    }
    apply_conditions(req);
    if (reply->content_type && !reply->source && !reply->encoded && reply->body.len >= GZIP_MIN && is_compressible(reply->content_type)) {
        reply_header(req, "Vary", "Accept-Encoding");
        if (accepts_gzip(req))
            compress_body(req);
    }
    response = make_response(req);
    if (!response)
        return MHD_NO;
    add_headers(req, response);
    queued = MHD_queue_response(req->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return queued;
}
