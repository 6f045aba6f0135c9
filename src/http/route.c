#include "http/route.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "http/request.h"

static bool
fields_good(const struct route *route, const struct field *fields, char *error, size_t error_size)
{
    for (const struct field *f = fields; f && f->name; f++) {
        regex_t compiled;

        if (f->type == FIELD_NONE || f->max < f->min || (f->type == FIELD_ENUM && !f->values)) {
            snprintf(error, error_size, "route %s: field %s has no type, no values, or bounds that exclude everything",
                     route->pattern, f->name);
            return false;
        }
        if (f->pattern) {
            if (regcomp(&compiled, f->pattern, REG_EXTENDED | REG_NOSUB)) {
                snprintf(error, error_size, "route %s: the pattern of %s does not compile", route->pattern, f->name);
                return false;
            }
            regfree(&compiled);
        }
    }
    return true;
}

static unsigned
count_fields(const struct field *fields)
{
    unsigned count = 0;

    while (fields && fields[count].name)
        count++;
    return count;
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
    if ((route->auth == AUTH_ADMIN && route->scope) || (route->auth != AUTH_ADMIN && route->permission)) {
        snprintf(error, error_size, "route %s %s: administration has no scopes, and nothing else has permissions",
                 method_name(route->method), route->pattern);
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
    if (count_fields(route->path) + count_fields(route->query) + count_fields(route->body) > PARAM_DECLARED_MAX) {
        snprintf(error, error_size, "route %s has more than %d inputs", route->pattern, PARAM_DECLARED_MAX);
        return false;
    }
    return fields_good(route, route->path, error, error_size) &&
           fields_good(route, route->query, error, error_size) &&
           fields_good(route, route->body, error, error_size);
}
