#include "api/once.h"

#include "api/gate.h"
#include "http/validate.h"

/* Not an answer: the reply is there already. */
static const struct problem once_replayed = {.status = 200, .code = "replayed", .title = "The reply was kept"};

static const struct once_queries *queries;

void
once_setup(const struct once_queries *once)
{
    queries = once;
}

/* With their lengths, so that no two requests have the same text. */
static void
once_add_inputs(struct request *req, const struct field *fields, bool headers, struct buf *text)
{
    for (const struct field *field = fields; field && field->name; field++) {
        const char *name = headers ? header_input(req->arena, field->name) : field->name, *value = request_param(req, name);

        if (!request_has(req, name))
            continue;
        buf_printf(text, "%s %zd ", name, value ? (ssize_t)strlen(value) : -1);
        buf_add_text(text, value ? value : "");
    }
}

/* A hash of what is asked for: the route, each input, and the files by their own hashes. */
static const char *
once_hash(struct request *req)
{
    scoped_buf text = BUF_INIT(REQUEST_ARENA_MAX);
    char hash[SHA256_HEX];

    buf_printf(&text, "%s %s\n", method_name(req->method), req->route->pattern);
    once_add_inputs(req, req->route->path, false, &text);
    once_add_inputs(req, req->route->query, false, &text);
    once_add_inputs(req, req->route->headers, true, &text);
    once_add_inputs(req, req->route->body, false, &text);
    for (unsigned i = 0; i < req->upload_count; i++)
        buf_printf(&text, "\n%s %s %s", req->uploads[i].field->name, gate_sha256(&req->uploads[i]), req->uploads[i].filename);
    sha256_hex(buf_str(&text), hash);
    return text.failed ? NULL : arena_strdup(req->arena, hash);
}

/* Answers with the kept reply, if there is one: &once_replayed. */
static const struct problem *
once_replay(struct request *req)
{
    struct row row;
    const struct problem *p = db_maybe(req, queries->find, &row);
    const char *text;

    if (p || !row.count)
        return p;
    text = row_text(&row, "reply");
    if (text)
        reply_bytes(req, (int)row_int(&row, "status", 200), "application/json", str_of(text));
    else
        reply_empty(req, (int)row_int(&row, "status", 204));
    req->reply.header_count = 0;
    reply_header(req, "Location", row_text(&row, "location"));
    reply_header(req, "Idempotency-Replayed", "true");
    req->audited = true; /* nothing was changed, and the change has its line */
    return &once_replayed;
}

static const char *
once_location(const struct request *req)
{
    for (unsigned i = 0; i < req->reply.header_count; i++)
        if (text_equal(req->reply.headers[i].name, "Location"))
            return req->reply.headers[i].value;
    return NULL;
}

/* Keeps the reply and commits it with the change. */
static const struct problem *
once_keep(struct request *req)
{
    const struct reply *reply = &req->reply;
    bool has_text = reply->body.len > 0;
    const char *text = has_text ? arena_strndup(req->arena, reply->body.ptr, reply->body.len) : NULL;
    PGresult *result;
    const struct problem *p;

    if ((has_text && !text) || !reply->ready)
        return PROBLEM(INTERNAL);
    request_set(req, "reply_status", arena_printf(req->arena, "%d", reply->status));
    request_set(req, "reply_text", text);
    request_set(req, "reply_location", once_location(req));
    p = db_rows(req, queries->keep, &result);
    if (!p)
        PQclear(result);
    return p;
}

const struct problem *
once_begin(struct request *req)
{
    const struct problem *p;
    enum db_status status;

    if (!request_once_key(req) || req->once)
        return NULL;
    status = db_begin();
    if (status)
        return problem_of_database(req, status, &(struct db_error){.message = "transaction"});
    req->once = true;
    p = db_one(req, queries->lock, NULL);
    return p ? p : once_replay(req);
}

/* Ends the transaction that once_begin() began. */
static const struct problem *
once_end(struct request *req, const struct problem *p)
{
    enum db_status status;

    if (!p)
        p = once_keep(req);
    status = db_end(!p);
    req->once = false;
    if (!p)
        p = problem_of_database(req, status, &(struct db_error){.message = "commit"});
    if (p && p != &once_replayed)
        req->audited = false; /* its line is gone with the change */
    return p;
}

const struct problem *
once_run(struct request *req, const struct problem *(*work)(struct request *req))
{
    const char *hash = once_hash(req);
    const struct problem *p;

    if (!hash)
        return PROBLEM(INTERNAL);
    request_set(req, "idempotency_request", hash);
    p = once_replay(req);
    if (p)
        return p == &once_replayed ? NULL : p;
    p = work(req);
    if (req->once)
        p = once_end(req, p);
    if (p && p != &once_replayed)
        req->reply.header_count = 0; /* of the reply that would have been */
    return p == &once_replayed ? NULL : p;
}
