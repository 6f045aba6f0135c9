/* link.c - signed links: /stream/{filename} of the stream server gives a stored file to whoever has the link, and asks no database (ADR 0089).
 *
 * The name of the file is its key in storage with "~" for "/". What is signed is the path from /stream/ on, the time at which the link expires, the media type and
 * the name to save it under: nothing that a proxy in front changes. */
#include <stdio.h>

#include "api/file.h"
#include "api/runner.h"
#include "base/clock.h"
#include "modules/auth/auth.h"
#include "modules/downloads/internal.h"

#define LINK_PATH "/stream/"
#define CLOCK_S 60 /* clocks of servers may differ by so much */

const char *link_stream_url;
int64_t link_life_s;

static bool
link_sign(struct request *req, const unsigned char key[SHA256_BYTES], const char *file, const char *expires, const char *type, const char *name, char out[SHA256_HEX])
{
    const char *text = arena_printf(req->arena, LINK_PATH "%s\n%s\n%s\n%s", file, expires, type, name); /* no field holds a line break */
    unsigned char mac[SHA256_BYTES];

    if (!text)
        return false;
    hmac_sha256((struct str){(const char *)key, SHA256_BYTES}, str_of(text), mac);
    hex_encode(mac, sizeof mac, out);
    return true;
}

static void
link_add(struct buf *out, const char *before, const char *text)
{
    buf_add_text(out, before);
    for (const char *p = text; *p; p++)
        if ((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || strchr("-._~", *p))
            buf_printf(out, "%c", *p);
        else
            buf_printf(out, "%%%02X", (unsigned char)*p);
}

static const char *
link_make(struct request *req, const char *key, const char *type, const char *name)
{
    char *file = arena_strdup(req->arena, key), expires[24], mac[SHA256_HEX];
    unsigned char secret[SHA256_BYTES];
    scoped_buf out = BUF_INIT(8192);

    for (char *p = file; p && *p; p++)
        *p = *p == '/' ? '~' : *p;
    snprintf(expires, sizeof expires, "%lld", (long long)(clock_unix_s() + link_life_s));
    secret_derive("stream links", secret);
    if (!file || !link_sign(req, secret, file, expires, type, name, mac))
        return NULL;
    link_add(&out, LINK_PATH, file);
    link_add(&out, "?expires=", expires);
    link_add(&out, "&type=", type);
    link_add(&out, "&name=", name);
    link_add(&out, "&signature=", mac);
    return out.failed ? NULL : arena_printf(req->arena, "%s%s", link_stream_url, buf_str(&out).ptr);
}

const struct problem *
link_or_file_get(struct request *req)
{
    const struct problem *p;
    const char *link;
    struct row row;

    if (!*link_stream_url)
        return file_get(req);
    p = db_one(req, req->route->file, &row);
    if (p)
        return p;
    link = row_text(&row, "key") ? link_make(req, row_text(&row, "key"), row_text(&row, "content_type"), row_text(&row, "filename")) : NULL;
    if (!link)
        return row_text(&row, "key") ? PROBLEM(INTERNAL) : PROBLEM(NOT_FOUND);
    reply_empty(req, 307);
    reply_header(req, "Location", link);
    req->reply.cache_control = CACHE_NEVER;
    return NULL;
}

/* --- on the stream server --- */

static bool
link_is_good(struct request *req, const unsigned char key[SHA256_BYTES])
{
    const char *signature = request_param(req, "signature");
    char mac[SHA256_HEX];

    return link_sign(req, key, request_param(req, "filename"), request_param(req, "expires"), request_param(req, "type"), request_param(req, "name"), mac) &&
           strlen(signature) == strlen(mac) && bytes_equal_constant_time(signature, mac, strlen(mac));
}

/* NULL and how many seconds are left. Links that were signed with the secret of before stay good until they expire. */
static const struct problem *
link_check(struct request *req, int64_t *ret_left_s)
{
    unsigned char key[SHA256_BYTES];
    int64_t expires;

    secret_derive("stream links", key);
    if (!link_is_good(req, key) && !(secret_derive_previous("stream links", key) && link_is_good(req, key)))
        return problem_detail(req->arena, PROBLEM(FORBIDDEN), "This link was not made here, or was changed on its way.");
    if (!text_to_int64(request_param(req, "expires"), 0, FIELD_EXACT_MAX, &expires) || expires + CLOCK_S <= clock_unix_s())
        return PROBLEM(TOKEN_INVALID);
    *ret_left_s = expires - clock_unix_s();
    return NULL;
}

static const struct problem *
link_serve(struct request *req)
{
    const char *type = request_param(req, "type");
    char *key = arena_strdup(req->arena, request_param(req, "filename"));
    int64_t left_s = 0;
    const struct problem *p = key ? link_check(req, &left_s) : PROBLEM(INTERNAL);
    struct source *source;
    int error;

    if (p)
        return p;
    for (char *c = key; *c; c++)
        *c = *c == '~' ? '/' : *c;
    error = storage_open_quick(downloads_storage, key, &source);
    if (error == STORAGE_WAITS && !db_park())
        error = storage_open_near(downloads_storage, key, FILE_COPIED_MAX, &source);
    if (error)
        return problem_of_storage(req->arena, error);
    p = reply_source(req, source, type, arena_printf(req->arena, "\"%s\"", request_param(req, "filename"))); /* what has this key never changes */
    reply_header(req, "Content-Disposition", file_disposition(req->arena, request_param(req, "name"), type));
    reply_header(req, "Access-Control-Allow-Origin", "*");
    reply_header(req, "Access-Control-Expose-Headers", "Content-Length, Content-Range, Content-Disposition, ETag");
    reply_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
    req->reply.cache_control = left_s > 0 ? arena_printf(req->arena, "private, max-age=%lld", (long long)left_s) : CACHE_NEVER;
    return p;
}

static const struct field file_in_path[] = {
    {"filename", FIELD_STRING, .required = true, .min = 1, .max = STORAGE_KEY_MAX, .help = "Of the link", .example = "originals~6f1b"}, FIELD_END};
static const struct field link_query[] = {
    {"expires", FIELD_STRING, .required = true, .min = 1, .max = 20, .help = "When the link expires: Unix time in seconds"},
    {"type", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "Media type of the file", .example = "audio/flac"},
    {"name", FIELD_STRING, .required = true, .min = 1, .max = 300, .help = "The name to save it under"},
    {"signature", FIELD_SECRET, .required = true, .min = 1, .max = 200, .help = "HMAC-SHA-256 of all of that, in hex"},
    FIELD_END};
static const enum problem_name link_problems[] = {PROBLEM_FORBIDDEN, PROBLEM_TOKEN_INVALID, PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};

const struct route link_routes[] = {
    {GET, "/stream/{filename}", "Download a file by a signed link",
     "Links come from `GET /tracks/{id}/download`. One that was changed gets 403, one that has expired 410: ask for a new one, which has the same `ETag`, so a "
     "download that broke off goes on. Whoever has a link has the file until it expires, also when they lose the right to it meanwhile.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_MEDIA, .path = file_in_path, .query = link_query, .handler = link_serve, .runs = RUNS_IN_LOOP, .opens_files = true,
     .produces = "application/octet-stream",
     .problems = link_problems},
    ROUTE_END};
