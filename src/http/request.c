#include "http/request.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <unistd.h>

const char *
request_param(const struct request *req, const char *name)
{
    for (unsigned i = 0; i < req->param_count; i++)
        if (text_equal(req->params[i].name, name))
            return req->params[i].text;
    return NULL;
}

bool
request_has(const struct request *req, const char *name)
{
    for (unsigned i = 0; i < req->param_count; i++)
        if (text_equal(req->params[i].name, name))
            return true;
    return false;
}

const json_t *
request_json(const struct request *req, const char *name)
{
    return json_object_get(req->json, name);
}

const char *
request_once_key(const struct request *req)
{
    return req->route && req->route->idempotent ? request_param(req, "idempotency_key") : NULL;
}

void
request_set(struct request *req, const char *name, const char *text)
{
    for (unsigned i = 0; i < req->param_count; i++) {
        if (text_equal(req->params[i].name, name)) {
            req->params[i].text = text;
            return;
        }
    }
    if (req->param_count == PARAM_MAX)
        abort(); /* never: route_check() keeps room for what handlers set */
    req->params[req->param_count++] = (struct param){name, text};
}

const char *
request_ip(const struct request *req)
{
    return *req->ip && !text_equal(req->ip, IP_UNKNOWN) ? req->ip : NULL;
}

const char *
request_header(const struct request *req, const char *name)
{
    return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
}

const char *
request_header_text(struct request *req, const char *name)
{
    const char *value = request_header(req, name);
    size_t size = value ? strlen(value) + 1 : 0;
    char *text = value ? arena_alloc(req->arena, size) : NULL;

    if (text)
        utf8_clean(value, text, size);
    return text;
}

const char *
request_cookie(struct request *req, const char *name)
{
    const char *cookies = request_header(req, "Cookie");
    size_t len = strlen(name);

    while (cookies && *cookies) {
        size_t n;

        cookies += strspn(cookies, "; ");
        n = strcspn(cookies, ";");
        if (n > len && memcmp(cookies, name, len) == 0 && cookies[len] == '=')
            return arena_strndup(req->arena, cookies + len + 1, n - len - 1);
        cookies += n;
    }
    return NULL;
}

struct upload *
request_upload(struct request *req, const char *name)
{
    for (unsigned i = 0; i < req->upload_count; i++)
        if (text_equal(req->uploads[i].field->name, name))
            return &req->uploads[i];
    return NULL;
}

bool
request_role(const struct request *req, enum role role)
{
    return req->identity.known && req->identity.role >= role;
}

static void
drop_body(struct reply *reply)
{
    if (reply->body_free)
        reply->body_free(reply->body_owner);
    source_unref(reply->source);
}

static struct reply *
start_reply(struct request *req, int status, const char *content_type)
{
    struct reply *reply = &req->reply;

    drop_body(reply);
    reply->status = status;
    reply->content_type = content_type;
    reply->body = (struct str){"", 0};
    reply->body_free = NULL;
    reply->body_owner = NULL;
    reply->source = NULL;
    reply->ready = true;
    return reply;
}

const struct problem *
reply_empty(struct request *req, int status)
{
    start_reply(req, status, NULL);
    return NULL;
}

const struct problem *
reply_bytes(struct request *req, int status, const char *content_type, struct str body)
{
    start_reply(req, status, content_type)->body = body;
    return NULL;
}

const struct problem *
reply_owned(struct request *req, int status, const char *content_type, struct str body, void (*free_owner)(void *), void *owner)
{
    struct reply *reply = start_reply(req, status, content_type);

    reply->body = body;
    reply->body_free = free_owner;
    reply->body_owner = owner;
    return NULL;
}

const struct problem *
reply_json(struct request *req, int status, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    json_decref(json);
    if (!text)
        return PROBLEM(INTERNAL);
    return reply_owned(req, status, "application/json", str_of(text), free, text);
}

const struct problem *
reply_source(struct request *req, struct source *source, const char *content_type, const char *etag)
{
    struct reply *reply = start_reply(req, 200, content_type);

    reply->source = source;
    reply->offset = 0;
    reply->size = source_size(source);
    reply->etag = etag;
    return NULL;
}

void
reply_header(struct request *req, const char *name, const char *value)
{
    if (value && req->reply.header_count < REPLY_HEADER_MAX)
        req->reply.headers[req->reply.header_count++] = (struct reply_header){name, value};
}
