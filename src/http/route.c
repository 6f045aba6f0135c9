#include "http/route.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "http/field_check.h"
#include "http/request.h"
#include "http/validate.h"

static bool
field_refuses(const char *whose, const struct field *f, const char *why, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s: field %s %s", whose, *f->name ? f->name : "of an array", why);
    return false;
}

static bool
pattern_good(const char *pattern)
{
    regex_t compiled;

    if (!pattern)
        return true;
    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB))
        return false;
    regfree(&compiled);
    return true;
}

/* Inputs are found by name, so price_amount must not stand beside the money `price`. */
static bool
is_beside_money(const struct field *fields, const char *name)
{
    const char *end = strrchr(name, '_');

    if (!end || (!text_equal(end, "_amount") && !text_equal(end, "_currency")))
        return false;
    for (const struct field *f = fields; f && f->name; f++)
        if (f->type == FIELD_MONEY && strlen(f->name) == (size_t)(end - name) && strncmp(f->name, name, (size_t)(end - name)) == 0)
            return true;
    return false;
}

static bool fields_good(const char *whose, const struct field *fields, bool single, unsigned depth, char *error, size_t error_size);

/* What stands within: the items of an array, the fields of an object, the cases. */
static bool
inside_good(const char *whose, const struct field *f, bool single, unsigned depth, char *error, size_t error_size)
{
    if (f->type == FIELD_ARRAY) {
        const struct field item[] = {*f->items, FIELD_END};

        return fields_good(whose, item, single, depth + 1, error, error_size);
    }
    for (const struct field_case *one = f->cases; one && one->name; one++)
        if (field_find(one->fields, f->by))
            return field_refuses(whose, f, "has a case with a field that says which case it is", error, error_size);
        else if (!fields_good(whose, one->fields, single, depth + 1, error, error_size))
            return false;
    return fields_good(whose, f->fields, single, depth + 1, error, error_size);
}

static bool
fields_good(const char *whose, const struct field *fields, bool single, unsigned depth, char *error, size_t error_size)
{
    for (const struct field *f = fields; f && f->name; f++) {
        bool array = f->type == FIELD_ARRAY;

        if (depth > FIELD_DEPTH_MAX)
            return field_refuses(whose, f, "is nested too deeply", error, error_size);
        if (f->type == FIELD_NONE || f->max < f->min || (f->type == FIELD_ENUM && !f->values))
            return field_refuses(whose, f, "has no type, no values, or bounds that exclude everything", error, error_size);
        if (array && (!f->items || f->max < 1 || f->max > FIELD_ITEMS_MAX))
            return field_refuses(whose, f, "is an array without items, or without a maximum that is possible", error, error_size);
        if (f->type == FIELD_ONE_OF && (!f->by || !f->values || !f->cases || !f->cases->name))
            return field_refuses(whose, f, "is one of several, but has no `by`, no name of its schema, or no cases", error, error_size);
        if (f->type == FIELD_INT && (f->max > INT32_MAX || f->min < INT32_MIN))
            return field_refuses(whose, f, "has bounds of more than 32 bits: it is a FIELD_INT64", error, error_size);
        if (single && !field_is_single(f) && !(array && depth == 0 && field_is_single(f->items)))
            return field_refuses(whose, f, "is no single value, which it must be where it is written as text", error, error_size);
        if (is_beside_money(fields, f->name))
            return field_refuses(whose, f, "has the name of a member of money", error, error_size);
        if (!pattern_good(f->pattern))
            return field_refuses(whose, f, "has a pattern that does not compile", error, error_size);
        if (!inside_good(whose, f, single, depth, error, error_size))
            return false;
    }
    return true;
}

bool
fields_check(const char *whose, const struct field *fields, bool single, char *error, size_t error_size)
{
    return fields_good(whose, fields, single, 0, error, error_size);
}

/* Each input as it is bound; with headers in their own spelling, which nothing else has. */
static unsigned
count_inputs(const struct route *route)
{
    const struct field *const tables[] = {route->path, route->query, route->headers, route->body, route->shape == MANY ? list_fields : NULL,
                                          route->idempotent ? once_headers : NULL};
    unsigned count = 0;

    for (size_t i = 0; i < COUNT_OF(tables); i++)
        for (const struct field *f = tables[i]; f && f->name; f++)
            count += f->type == FIELD_MONEY ? 3 : 1;
    return count;
}

/* Upload-Offset is upload_offset. */
static bool
is_input_of_header(const char *header, const char *name)
{
    for (; *header && *name; header++, name++)
        if ((*header == '-' ? '_' : tolower((unsigned char)*header)) != *name)
            return false;
    return !*header && !*name;
}

bool
route_has_input(const struct route *route, const char *name)
{
    const struct field *const tables[] = {route->path, route->query, route->body, route->shape == MANY ? list_fields : NULL};
    const struct field *const headers[] = {route->headers, route->idempotent ? once_headers : NULL};

    for (size_t i = 0; i < COUNT_OF(tables); i++)
        if (field_find(tables[i], name) || is_beside_money(tables[i], name))
            return true;
    for (size_t i = 0; i < COUNT_OF(headers); i++)
        for (const struct field *f = headers[i]; f && f->name; f++)
            if (is_input_of_header(f->name, name))
                return true;
    return false;
}

/* An input that two tables declare, or one twice; NULL when there is none. */
static const char *
input_declared_twice(const struct route *route)
{
    const struct field *const tables[] = {route->path, route->query, route->headers, route->body};

    for (size_t i = 0; i < COUNT_OF(tables); i++)
        for (const struct field *f = tables[i]; f && f->name; f++) {
            if (field_find(f + 1, f->name) || (route->shape == MANY && field_find(list_fields, f->name)))
                return f->name;
            for (size_t j = i + 1; j < COUNT_OF(tables); j++)
                if (field_find(tables[j], f->name) || is_beside_money(tables[j], f->name))
                    return f->name;
            for (const struct field *header = route->headers; header && header->name; header++)
                if (is_input_of_header(header->name, f->name))
                    return f->name;
        }
    return NULL;
}

static bool
headers_good(const struct route *route, char *error, size_t error_size)
{
    for (const struct field *f = route->headers; f && f->name; f++)
        if (!isupper((unsigned char)*f->name) || f->type == FIELD_ARRAY) {
            snprintf(error, error_size, "route %s: the header %s needs the name that HTTP has, and a single value", route->pattern, f->name);
            return false;
        }
    if (route->headers && route->cache_s) {
        snprintf(error, error_size, "route %s: a reply that depends on headers is not kept for others", route->pattern);
        return false;
    }
    return true;
}

/* An input about the person who asks is asked for in the query string, where visitors may ask too. */
static bool
persons_good(const struct route *route, const char *whose, char *error, size_t error_size)
{
    const struct field *const others[] = {route->path, route->headers, route->body};

    for (size_t i = 0; i < COUNT_OF(others); i++)
        for (const struct field *f = others[i]; f && f->name; f++)
            if (f->needs_person)
                return field_refuses(whose, f, "needs a person and is no input of the query string", error, error_size);
    for (const struct field *f = route->query; f && f->name; f++)
        if (f->needs_person && (route->auth != AUTH_OPTIONAL || f->required || f->fallback))
            return field_refuses(whose, f, "needs a person, though the route always has one or never, or the input is always there", error, error_size);
    return true;
}

static bool
inputs_good(const struct route *route, char *error, size_t error_size)
{
    const char *twice = input_declared_twice(route);
    char whose[256];

    if (count_inputs(route) > PARAM_DECLARED_MAX) {
        snprintf(error, error_size, "route %s %s has more than %d inputs", method_name(route->method), route->pattern, PARAM_DECLARED_MAX);
        return false;
    }
    if (twice) {
        snprintf(error, error_size, "route %s %s declares the input %s twice", method_name(route->method), route->pattern, twice);
        return false;
    }
    snprintf(whose, sizeof whose, "route %s", route->pattern);
    if (!persons_good(route, whose, error, error_size))
        return false;
    return headers_good(route, error, error_size) && fields_check(whose, route->path, true, error, error_size) &&
           fields_check(whose, route->query, true, error, error_size) && fields_check(whose, route->headers, true, error, error_size) &&
           fields_check(whose, route->body, route->files != NULL, error, error_size);
}

/* Its keys must not be those of the quotas that routes share. */
static bool
rate_good(const struct route_rate *rate)
{
    static const char *const shared[] = {"global", "ip", "read", "write", "auth", "upload", "media"};

    for (size_t i = 0; i < COUNT_OF(shared); i++)
        if (!rate->name || text_equal(rate->name, shared[i]))
            return false;
    return *rate->name && strlen(rate->name) <= 15 && rate->rule;
}

bool
route_check(const struct route *route, char *error, size_t error_size)
{
    const struct field *f = route->path;

    if (!route->auth || !route->limit || !route->summary) {
        snprintf(error, error_size, "route %s %s declares no access policy, no rate limit or no summary",
                 method_name(route->method), route->pattern);
        return false;
    }
    if (route->rate && (route->limit == LIMIT_NONE || !rate_good(route->rate))) {
        snprintf(error, error_size, "route %s %s: its own rate limit has no name of its own, no setting, or is never asked",
                 method_name(route->method), route->pattern);
        return false;
    }
    if ((route->auth == AUTH_ADMIN && route->scope) || (route->auth != AUTH_ADMIN && route->permission)) {
        snprintf(error, error_size, "route %s %s: administration has no scopes, and nothing else has permissions",
                 method_name(route->method), route->pattern);
        return false;
    }
    if (route->proof && (route->auth != AUTH_USER || route->scope)) {
        snprintf(error, error_size, "route %s %s: a proof is asked of a session, so the route is for people and has no scope", method_name(route->method),
                 route->pattern);
        return false;
    }
    if (!route->handler && (!route->sql || !route->shape)) {
        snprintf(error, error_size, "route %s %s has neither a handler nor a query with a shape", method_name(route->method),
                 route->pattern);
        return false;
    }
    if (route->then && (route->handler || route->shape != ONE)) {
        snprintf(error, error_size, "route %s %s reads after a change, so it has a query with the shape ONE and no handler",
                 method_name(route->method), route->pattern);
        return false;
    }
    if (route->idempotent && (route->auth < AUTH_USER || route->auth > AUTH_ADMIN || route->method == GET || route->produces)) {
        snprintf(error, error_size, "route %s %s: only a change by a person, with a JSON reply, is kept under an Idempotency-Key",
                 method_name(route->method), route->pattern);
        return false;
    }
    if ((route->requires && route->handler) || (route->location && !route->then)) {
        snprintf(error, error_size, "route %s %s: a handler asks itself what it requires, and a location needs a query that reads after the change",
                 method_name(route->method), route->pattern);
        return false;
    }
    for (const struct file_field *file = route->files; file && file->name; file++)
        if (file->type == FILE_TYPE_NONE || !route->handler || route->runs == RUNS_IN_LOOP) {
            snprintf(error, error_size, "route %s %s: file %s needs a type, and a handler that runs on a pool", method_name(route->method),
                     route->pattern, file->name);
            return false;
        }
    for (const char *p = route->pattern; (p = strchr(p, '{')); p++) {
        size_t len = strcspn(p + 1, "}");

        if (!f || !f->name || strlen(f->name) != len || memcmp(f->name, p + 1, len) != 0) {
            snprintf(error, error_size, "route %s: its path fields do not match the names in braces", route->pattern);
            return false;
        }
        f++;
    }
    if (f && f->name) {
        snprintf(error, error_size, "route %s: path field %s is not in the pattern", route->pattern, f->name);
        return false;
    }
    return inputs_good(route, error, error_size);
}
