#include "api/openapi_operation.h"

#include <ctype.h>
#include <stdio.h>

#include "api/openapi_problem.h"
#include "api/openapi_schema.h"
#include "base/buf.h"
#include "base/str.h"
#include "http/validate.h"

#define PREFIX "/api/v1/"

static bool
refuse(struct description *description, const struct route *route, const char *what)
{
    snprintf(description->describer.error, description->describer.error_size, "%s %s %s", method_name(route->method), route->pattern, what);
    return false;
}

/* GET /api/v1/tracks/{id}/hls/info -> getTracksByIdHlsInfo */
static void
operation_id(const struct route *route, struct buf *out)
{
    const char *p = text_starts_with(route->pattern, PREFIX) ? route->pattern + sizeof PREFIX - 2 : route->pattern;
    bool upper = false;

    for (const char *m = method_name(route->method); *m; m++)
        buf_printf(out, "%c", tolower((unsigned char)*m));
    if (text_equal(p, "/ws") && p == route->pattern) /* that of the stream server */
        buf_add_text(out, "Stream");
    for (; *p; p++) {
        if (*p == '{')
            buf_add(out, STR("By"));
        if (isalnum((unsigned char)*p))
            buf_printf(out, "%c", upper ? toupper((unsigned char)*p) : *p);
        upper = !isalnum((unsigned char)*p);
    }
}

/* The segment after /api/v1; what lies elsewhere is about the server itself. */
static json_t *
tag_of(const struct route *route)
{
    const char *p = route->pattern + sizeof PREFIX - 1;

    return text_starts_with(route->pattern, PREFIX) ? json_stringn(p, strcspn(p, "/.")) : json_string("server");
}

/* These are answered on the other port. */
static bool
is_of_stream_server(const struct route *route)
{
    static const char *const folders[] = {"/hls/", "/internal/", "/stream/", "/v1/stream/", "/api/streams/"};

    for (size_t i = 0; i < COUNT_OF(folders); i++)
        if (text_starts_with(route->pattern, folders[i]))
            return true;
    return text_equal(route->pattern, "/") || text_equal(route->pattern, "/ws");
}

static bool
is_change(const struct route *route)
{
    return route->method != GET;
}

static json_t *
security_of(const struct route *route)
{
    json_t *list = json_array();

    switch (route->auth) {
    case AUTH_UNDECLARED:
    case AUTH_PUBLIC:
        return list;
    case AUTH_INTERNAL:
        json_array_append_new(list, json_pack("{s:[]}", "internal"));
        return list;
    case AUTH_METRICS:
        json_array_append_new(list, json_pack("{s:[]}", "metrics"));
        return list;
    default:
        break;
    }
    json_array_append_new(list, is_change(route) ? json_pack("{s:[], s:[]}", "cookie", "csrf") : json_pack("{s:[]}", "cookie"));
    json_array_append_new(list, json_pack("{s:[]}", "bearer"));
    if (route->auth == AUTH_OPTIONAL)
        json_array_append_new(list, json_object());
    return list;
}

/* How arrays are written where they are text. */
static void
add_commas(json_t *object)
{
    json_object_set_new(object, "style", json_string("form"));
    json_object_set_new(object, "explode", json_false());
}

static void
add_parameters(struct description *description, json_t *list, const struct field *fields, const char *in)
{
    for (const struct field *f = fields; f && f->name; f++) {
        json_t *schema = schema_of_input(f, &description->parts);
        json_t *parameter = json_pack("{s:s, s:s, s:b, s:O}", "name", f->name, "in", in, "required",
                                      f->required || text_equal(in, "path"), "schema", schema);

        if (f->help) {
            json_object_set_new(parameter, "description", json_string(f->help));
            json_object_del(schema, "description");
        }
        if (f->type == FIELD_ARRAY)
            add_commas(parameter);
        if (f->needs_person)
            json_object_set_new(parameter, "x-needs-person", json_true());
        json_array_append_new(list, parameter);
        json_decref(schema);
    }
}

static json_t *
parameters_of(struct description *description, const struct route *route)
{
    json_t *list = json_array();

    add_parameters(description, list, route->path, "path");
    add_parameters(description, list, route->query, "query");
    add_parameters(description, list, route->headers, "header");
    if (route->idempotent)
        add_parameters(description, list, once_headers, "header");
    if (route->shape == MANY)
        add_parameters(description, list, list_fields, "query");
    return list;
}

static json_t *
form_encoding(const struct field *fields)
{
    json_t *encoding = json_object();

    for (const struct field *f = fields; f && f->name; f++) {
        json_t *part = f->type == FIELD_ARRAY ? json_object() : NULL;

        if (!part)
            continue;
        add_commas(part);
        json_object_set_new(encoding, f->name, part);
    }
    return encoding;
}

static void
add_body(struct description *description, json_t *operation, const struct route *route)
{
    bool has_fields = route->body && route->body->name;
    json_t *content, *encoding;

    if (route->sink)
        json_object_set_new(operation, "requestBody", json_pack("{s:b, s:{s:{s:{s:s, s:s}}}}", "required", !route->sink->optional, "content", route->sink->media_type,
                                                                "schema", "type", "string", "format", "binary"));
    if (!is_change(route) || route->sink || (!has_fields && !route->files))
        return;
    content = json_pack("{s:o}", "schema", route->files ? schema_of_form(route->body, route->files, &description->parts)
                                                        : schema_of_body(route->body, &description->parts));
    encoding = route->files ? form_encoding(route->body) : json_object();
    if (json_object_size(encoding))
        json_object_set(content, "encoding", encoding);
    json_decref(encoding);
    json_object_set_new(operation, "requestBody", json_pack("{s:b, s:{s:o}}", "required", schema_demands(route->body, route->files), "content",
                                                            route->files ? "multipart/form-data" : "application/json", content));
}

static int
success_status(const struct route *route)
{
    if (route->status)
        return route->status;
    return route->websocket ? 101 : route->shape == EMPTY ? 204 : 200;
}

static bool
is_text(const char *media_type)
{
    return text_starts_with(media_type, "text/") || text_starts_with(media_type, "application/json") || strstr(media_type, "mpegurl") ||
           strstr(media_type, "+xml") || strstr(media_type, "/xml");
}

/* A file that is sent in ranges. */
static bool
has_ranges(const struct route *route)
{
    if (route->produces && !is_text(route->produces))
        return true;
    for (const enum problem_name *p = route->problems; p && *p < PROBLEM_COUNT; p++)
        if (*p == PROBLEM_RANGE_NOT_SATISFIABLE)
            return true;
    return false;
}

/* The reply's media type and schema; false when the route does not tell. */
static bool
reply_content(struct description *description, const struct route *route, const char **ret_type, size_t *ret_type_len, json_t **ret_schema)
{
    const struct query *query = route->replies ? route->replies : route->then ? route->then : route->sql;
    const char *type = route->produces ? route->produces : "application/json";

    *ret_type = type;
    *ret_type_len = strcspn(type, "; ");
    for (const struct query *const *row = route->reply_rows; row && *row; row++) {
        json_t *named = describe_row(&description->describer, *row);

        if (!named)
            return false;
        json_decref(named);
    }
    if (route->reply && route->reply_or)
        *ret_schema = json_pack("{s:[o, o]}", "anyOf", schema_of_reply(route->reply, &description->parts), schema_of_reply(route->reply_or, &description->parts));
    else if (route->reply)
        *ret_schema = schema_of_reply(route->reply, &description->parts);
    else if (route->produces && !query)
        *ret_schema = text_starts_with(type, "application/json") ? json_pack("{s:s}", "type", "object")
                      : is_text(type)                            ? json_pack("{s:s}", "type", "string")
                                      : json_pack("{s:s, s:s}", "type", "string", "format", "binary");
    else if (query)
        *ret_schema = route->shape == MANY ? describe_list(&description->describer, query) : describe_row(&description->describer, query);
    else
        return refuse(description, route, "does not declare its reply: .replies, .reply or .produces is needed.");
    return *ret_schema != NULL;
}

static const char *
reason_of(int status)
{
    switch (status) {
    case 101:
        return "The connection becomes a WebSocket";
    case 201:
        return "Created";
    case 202:
        return "Accepted; it will be done";
    case 204:
        return "Done; no content";
    case 302:
        return "Redirect to the address in the header Location";
    default:
        return "Success";
    }
}

static json_t *
response_headers(const struct route *route, int status)
{
    json_t *headers = json_pack("{s:o}", "X-Request-Id", schema_reference("headers", "X-Request-Id"));

    if (route->method == GET && status == 200)
        json_object_set_new(headers, "ETag", schema_reference("headers", "ETag"));
    if (route->cache_s)
        json_object_set_new(headers, "X-Cache", schema_reference("headers", "X-Cache"));
    return headers;
}

static bool
add_success(struct description *description, const struct route *route, json_t *responses)
{
    int status = success_status(route);
    json_t *response, *schema, *content;
    const char *type;
    size_t type_len;
    char number[12];

    snprintf(number, sizeof number, "%d", status);
    response = json_pack("{s:s}", "description", reason_of(status));
    json_object_set_new(responses, number, response);
    if (status == 204 || status == 101 || status == 302)
        return true;
    if (!reply_content(description, route, &type, &type_len, &schema))
        return false;
    json_object_set_new(response, "headers", response_headers(route, status));
    content = json_object();
    json_object_setn_new(content, type, type_len, json_pack("{s:o}", "schema", schema));
    json_object_set(response, "content", content);
    if (route->known_status) {
        snprintf(number, sizeof number, "%d", route->known_status);
        json_object_set_new(responses, number, json_pack("{s:s, s:o, s:O}", "description", "It was there already", "headers",
                                                         response_headers(route, route->known_status), "content", content));
    }
    if (route->method == GET && status == 200 && has_ranges(route))
        json_object_set_new(responses, "206", json_pack("{s:s, s:O}", "description", "The part asked for by Range", "content", content));
    if (route->method == GET && status == 200)
        json_object_set_new(responses, "304", json_pack("{s:s}", "description", "Not modified: the client has the current version (If-None-Match)"));
    if (route->redirects)
        json_object_set_new(responses, "307", json_pack("{s:s}", "description", reason_of(302)));
    json_decref(content);
    return true;
}

static const char *
auth_name(enum auth auth)
{
    static const char *const names[] = {"", "public", "optional", "user", "creator", "moderator", "admin", "internal", "metrics"};

    return names[auth];
}

static const char *
limit_name(enum limit limit)
{
    static const char *const names[] = {"", "none", "read", "write", "auth", "upload", "media"};

    return names[limit];
}

/* That visitors may be answered from memory: for how many seconds, and what makes the reply new before. */
static void
add_cached(json_t *operation, const struct route *route)
{
    json_t *tags = json_array();

    for (const char *at = route->cache_s && route->cache_tags ? route->cache_tags : ""; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        json_array_append_new(tags, json_stringn(at, strcspn(at, " ")));
    }
    if (route->cache_s)
        json_object_set_new(operation, "x-cached", json_pack("{s:i, s:O}", "seconds", route->cache_s, "tags", tags));
    json_decref(tags);
}

static void
add_proof(json_t *operation, const struct route *route)
{
    static const struct {
        const char *name, *sentence;
    } proofs[] = {
        [PROOF_FACTOR] = {"factor", "Where one has a second factor, it must have been proven in this session within ten minutes."},
        [PROOF_SIGN_IN] = {"sign_in", "Needs a proof of the second factor within ten minutes; where one has none, a sign-in or a proof of the password "
                                      "within that time."},
    };
    const char *before = json_string_value(json_object_get(operation, "description"));

    if (!route->proof)
        return;
    json_object_set_new(operation, "description", json_sprintf("%s%s%s", before ? before : "", before ? " " : "", proofs[route->proof].sentence));
    json_object_set_new(operation, "x-proof", json_string(proofs[route->proof].name));
}

json_t *
describe_operation(struct description *description, const struct route *route)
{
    scoped_buf id = BUF_INIT(1024);
    json_t *responses = json_object(), *operation, *tag = tag_of(route);

    operation_id(route, &id);
    if (json_object_get(description->operation_ids, buf_str(&id).ptr)) {
        refuse(description, route, "has the same operation id as another route.");
        json_decref(responses);
        json_decref(tag);
        return NULL;
    }
    json_object_set_new(description->operation_ids, buf_str(&id).ptr, json_true());
    json_object_set_new(description->tags, json_string_value(tag), json_true());
    operation = json_pack("{s:s, s:[o], s:s}", "operationId", buf_str(&id).ptr, "tags", tag, "summary", route->summary);
    if (route->description)
        json_object_set_new(operation, "description", json_string(route->description));
    add_proof(operation, route);
    if (is_of_stream_server(route))
        json_object_set_new(operation, "servers", json_pack("[{s:s, s:s}]", "url", "http://localhost:18082", "description",
                                                            "The stream server"));
    json_object_set_new(operation, "x-auth", json_string(auth_name(route->auth)));
    json_object_set_new(operation, "x-limit", json_string(limit_name(route->limit)));
    if (route->rate)
        json_object_set_new(operation, "x-rate", json_string(route->rate->name));
    if (route->permission)
        json_object_set_new(operation, "x-permission", json_string(route->permission));
    if (route->scope)
        json_object_set_new(operation, "x-scope", json_string(route->scope));
    add_cached(operation, route);
    json_object_set_new(operation, "security", security_of(route));
    json_object_set_new(operation, "parameters", parameters_of(description, route));
    add_body(description, operation, route);
    if (!add_success(description, route, responses)) {
        json_decref(operation);
        json_decref(responses);
        return NULL;
    }
    if (json_object_get(responses, "206")) {
        static const enum problem_name outside[] = {PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};
        const struct route ranges = {.method = GET, .pattern = "", .limit = LIMIT_NONE, .problems = outside};

        describe_problems(&ranges, responses, description->responses);
    }
    describe_problems(route, responses, description->responses);
    json_object_set_new(operation, "responses", schema_sorted(responses));
    return operation;
}
