#include "api/openapi_problem.h"

#include <stdio.h>

#include "api/openapi_schema.h"
#include "base/buf.h"
#include "base/str.h"
#include "db/query.h"

/* Tells about the maintenance, and asks nobody. */
#define STATUS_PATTERN "/api/v1/status"

struct problem_set {
    bool has[PROBLEM_COUNT];
};

static bool
is_change(enum method method)
{
    return method != GET;
}

static void
add_access(const struct route *route, struct problem_set *set)
{
    /* A browser's cookies come along everywhere, also where nobody is asked who they are. */
    set->has[PROBLEM_CSRF_FAILED] = is_change(route->method) && route->auth != AUTH_INTERNAL && !route->signed_link;
    switch (route->auth) {
    case AUTH_UNDECLARED:
    case AUTH_PUBLIC:
        return;
    case AUTH_METRICS:
        set->has[PROBLEM_FORBIDDEN] = true;
        /* fall through */
    case AUTH_INTERNAL:
        set->has[PROBLEM_UNAUTHENTICATED] = true;
        return;
    case AUTH_CREATOR:
        set->has[PROBLEM_CREATOR_REQUIRED] = true;
        break;
    case AUTH_ADMIN:
        set->has[PROBLEM_MFA_REQUIRED] = set->has[PROBLEM_MFA_SETUP_REQUIRED] = true;
        /* fall through */
    case AUTH_MODERATOR:
        set->has[PROBLEM_FORBIDDEN] = true;
        break;
    case AUTH_OPTIONAL:
    case AUTH_USER:
        break;
    }
    /* A visitor's reads need no scope; all else needs one that the key has. */
    set->has[PROBLEM_INSUFFICIENT_SCOPE] = route->scope || route->auth != AUTH_OPTIONAL || is_change(route->method);
    set->has[PROBLEM_UNAUTHENTICATED] = set->has[PROBLEM_TOKEN_EXPIRED] = true;
}

/* Of inputs about whoever asks, and of what the session must have proven. */
static void
add_person(const struct route *route, struct problem_set *set)
{
    if (route->proof)
        set->has[PROBLEM_MFA_REQUIRED] = true;
    if (route->proof == PROOF_SIGN_IN)
        set->has[PROBLEM_SIGN_IN_AGAIN] = true;
}

static bool
has_fields(const struct field *fields)
{
    return fields && fields->name;
}

static bool
in_maintenance(const struct route *route)
{
    return route->limit != LIMIT_NONE && !text_starts_with(route->pattern, "/api/v1/admin") &&
           !text_equal(route->pattern, STATUS_PATTERN) && !text_starts_with(route->pattern, "/api/v1/auth/");
}

static void
add_inputs(const struct route *route, struct problem_set *set)
{
    if (has_fields(route->path) || (route->requires && !route->always) || (route->sql && route->shape != MANY && !route->always && has_fields(route->body)))
        set->has[PROBLEM_NOT_FOUND] = true; /* what they name may not exist */
    if (has_fields(route->query) || route->shape == MANY)
        set->has[PROBLEM_VALIDATION] = true;
    if (has_fields(route->headers) || route->idempotent)
        set->has[PROBLEM_BAD_REQUEST] = true;
    if (route->sink)
        set->has[PROBLEM_PAYLOAD_TOO_LARGE] = set->has[PROBLEM_UNSUPPORTED_MEDIA_TYPE] = true;
    if (!is_change(route->method) || route->sink || (!has_fields(route->body) && !route->files))
        return;
    set->has[PROBLEM_VALIDATION] = set->has[PROBLEM_PAYLOAD_TOO_LARGE] = set->has[PROBLEM_UNSUPPORTED_MEDIA_TYPE] = true;
    set->has[route->files ? PROBLEM_BAD_REQUEST : PROBLEM_MALFORMED_JSON] = true;
}

/* What the query refuses with. */
static void
add_refusals(const struct query *query, struct problem_set *set)
{
    for (int i = 0; query && query->problems && i < PROBLEM_COUNT; i++) {
        char word[64];

        snprintf(word, sizeof word, " %s ", problem_table[i].code);
        set->has[i] |= strstr(query->problems, word) != NULL;
    }
}

static struct problem_set
problems_of(const struct route *route)
{
    struct problem_set set = {0};

    add_access(route, &set);
    add_person(route, &set);
    add_inputs(route, &set);
    add_refusals(route->requires, &set);
    add_refusals(route->sql, &set);
    add_refusals(route->then, &set);
    add_refusals(route->file, &set);
    if (route->idempotent)
        set.has[PROBLEM_REQUEST_IN_PROGRESS] = set.has[PROBLEM_IDEMPOTENCY_KEY_REUSED] = true;
    set.has[PROBLEM_TOO_MANY_REQUESTS] = route->limit != LIMIT_NONE;
    set.has[PROBLEM_MAINTENANCE] = in_maintenance(route);
    set.has[PROBLEM_UNAVAILABLE] = route->limit != LIMIT_NONE && !text_equal(route->pattern, STATUS_PATTERN);
    for (const enum problem_name *p = route->problems; p && *p < PROBLEM_COUNT; p++)
        set.has[*p] = true;
    return set;
}

static json_t *
header_references(int status)
{
    json_t *headers = json_pack("{s:o}", "X-Request-Id", schema_reference("headers", "X-Request-Id"));

    if (status == 429) {
        json_object_set_new(headers, "RateLimit-Limit", schema_reference("headers", "RateLimit-Limit"));
        json_object_set_new(headers, "RateLimit-Remaining", schema_reference("headers", "RateLimit-Remaining"));
        json_object_set_new(headers, "RateLimit-Reset", schema_reference("headers", "RateLimit-Reset"));
    }
    if (status == 429 || status == 503)
        json_object_set_new(headers, "Retry-After", schema_reference("headers", "Retry-After"));
    return headers;
}

/* One response: a problem of this status with one of these codes. Its name lists them, so that equal ones are shared. */
static void
add_status(int status, const struct problem_set *set, json_t *responses, json_t *components)
{
    scoped_buf name = BUF_INIT(2048), text = BUF_INIT(8192);
    json_t *codes = json_array();
    char number[12];

    snprintf(number, sizeof number, "%d", status);
    buf_add_text(&name, number);
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        const struct problem *p = &problem_table[i];

        if (!set->has[i] || p->status != status)
            continue;
        buf_printf(&name, ".%s", p->code);
        buf_printf(&text, "%s`%s`: %s.", text.len ? " " : "", p->code, p->title);
        json_array_append_new(codes, json_string(p->code));
    }
    json_object_set_new(responses, number, schema_reference("responses", buf_str(&name).ptr));
    if (json_object_get(components, buf_str(&name).ptr)) {
        json_decref(codes);
        return;
    }
    json_object_set_new(
        components, buf_str(&name).ptr,
        json_pack("{s:s, s:o, s:{s:{s:{s:[o, {s:{s:{s:i}, s:{s:o}}}]}}}}", "description", buf_str(&text).ptr, "headers",
                  header_references(status), "content", "application/problem+json", "schema", "allOf",
                  schema_reference("schemas", "Problem"), "properties", "status", "const", status, "code", "enum", codes));
}

void
describe_problems(const struct route *route, json_t *responses, json_t *components)
{
    struct problem_set set = problems_of(route);

    for (int status = 400; status < 600; status++) {
        for (int i = 0; i < PROBLEM_COUNT; i++) {
            if (set.has[i] && problem_table[i].status == status) {
                add_status(status, &set, responses, components);
                break;
            }
        }
    }
}

static const struct field error_fields[] = {
    {"field", FIELD_STRING, .required = true, .example = "credits[3].role",
     .help = "Name in the body, the query string or the path, or of a header; what stands within another input by where it stands"},
    {"code", FIELD_STRING, .required = true, .pattern = "[a-z][a-z0-9_]*", .example = "too_long",
     .help = "required, unknown, type, too_short, too_long, too_small, too_large, pattern, value, taken; about a file also why it "
             "cannot be read"},
    {"message", FIELD_STRING, .required = true, .help = "English sentence"},
    FIELD_END};

static const struct field problem_members[] = {
    {"type", FIELD_STRING, .required = true, .help = "/problems/ and the code", .example = "/problems/validation"},
    {"code", FIELD_STRING, .required = true, .help = "Stable; what programs look at", .example = "validation"},
    {"title", FIELD_STRING, .required = true},
    {"status", FIELD_INT, .required = true, .min = 400, .max = 599},
    {"detail", FIELD_STRING, .required = true},
    {"request_id", FIELD_UUID, .required = true, .help = "Tell it to the operator when you report the problem"},
    {"errors", FIELD_ARRAY, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = error_fields),
     .help = "With 422, and with 400 because of headers: what is wrong with each field"},
    FIELD_END};

json_t *
problem_schema(struct schema_parts *parts)
{
    json_t *schema = schema_of_reply(problem_members, parts);

    json_object_set_new(schema, "description", json_string("What went wrong (RFC 9457)"));
    return schema;
}
