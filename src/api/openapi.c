#include "api/openapi.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/openapi_message.h"
#include "api/openapi_operation.h"
#include "api/openapi_problem.h"
#include "api/openapi_schema.h"
#include "api/personal.h"
#include "api/runner.h"
#include "base/str.h"
#include "db/db.h"

#define ROUTES_MAX 4096
#define STATEMENT_MAX 65536

static int
by_pattern(const void *a, const void *b)
{
    const struct route *left = *(const struct route *const *)a, *right = *(const struct route *const *)b;
    int order = strcmp(left->pattern, right->pattern);

    return order ? order : (int)left->method - (int)right->method;
}

static json_t *
paths_of(struct description *description, route_tables tables)
{
    const struct route **routes = calloc(ROUTES_MAX, sizeof *routes);
    json_t *paths = json_object();
    size_t count = 0;

    for (route_tables table = tables; routes && *table; table++)
        for (const struct route *route = *table; route->pattern && count < ROUTES_MAX; route++)
            routes[count++] = route;
    if (count)
        qsort(routes, count, sizeof(struct route *), by_pattern);
    for (size_t i = 0; i < count; i++) {
        json_t *operation = describe_operation(description, routes[i]), *path = json_object_get(paths, routes[i]->pattern);
        char method[8] = "";

        if (!operation) {
            json_decref(paths);
            free(routes);
            return NULL;
        }
        for (size_t n = 0; n < sizeof method - 1 && method_name(routes[i]->method)[n]; n++)
            method[n] = (char)tolower((unsigned char)method_name(routes[i]->method)[n]);
        if (!path) {
            path = json_object();
            json_object_set_new(paths, routes[i]->pattern, path);
        }
        json_object_set_new(path, method, operation);
    }
    free(routes);
    return paths;
}

static json_t *
security_schemes(void)
{
    return json_pack(
        "{s:{s:s,s:s,s:s,s:s}, s:{s:s,s:s,s:s,s:s}, s:{s:s,s:s,s:s,s:s}, s:{s:s,s:s,s:s,s:s}, s:{s:s,s:s,s:s}}", "cookie", "type",
        "apiKey", "in", "cookie", "name", "veza_access", "description", "Set by signing in; the browser sends it", "csrf", "type",
        "apiKey", "in", "header", "name", "X-CSRF-Token", "description", "What GET /api/v1/csrf-token gave; with cookies only",
        "bearer", "type", "http", "scheme", "bearer", "bearerFormat", "JWT", "description", "The access_token of a sign-in",
        "internal", "type", "apiKey", "in", "header", "name", "X-Stream-Secret", "description", "Another part of Veza", "metrics",
        "type", "http", "scheme", "bearer", "description", "METRICS_TOKEN; without one, loopback only");
}

static json_t *
header_of(const char *description, const char *type)
{
    return json_pack("{s:s, s:{s:s}}", "description", description, "schema", "type", type);
}

static json_t *
headers(void)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "X-Request-Id",
                     header_of("Names this request in the log and in reports", "string"), "ETag",
                     header_of("Of this state; send it back in If-None-Match", "string"), "X-Cache",
                     header_of("HIT when the reply came from memory, MISS when it went there", "string"), "RateLimit-Limit",
                     header_of("Requests that may be made at once", "integer"), "RateLimit-Remaining",
                     header_of("Requests left", "integer"), "RateLimit-Reset",
                     header_of("Seconds until the whole quota is back", "integer"), "Retry-After",
                     header_of("Seconds to wait", "integer"));
}

static json_t *
tag_list(json_t *tags)
{
    json_t *names = schema_sorted(json_incref(tags)), *list = json_array(), *value;
    const char *name;

    json_object_foreach(names, name, value)
        json_array_append_new(list, json_pack("{s:s}", "name", name));
    json_decref(names);
    return list;
}

static json_t *
document_of(struct description *description, module_list modules, json_t *paths)
{
    json_t *parts = json_object(), *document;

    json_object_set_new(description->describer.schemas, "Problem", problem_schema(&description->parts));
    describe_messages(description, modules, parts);
    document = json_pack("{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:[{s:s}], s:o, s:o, s:{s:o, s:o, s:o, s:o}}", "openapi", "3.1.0", "info",
                     "title", "Veza", "version", "1.0.0", "description",
                     "Publish, stream, sell, teach, talk and listen. Errors are problem documents (RFC 9457); lists are "
                     "`{items, page, limit, next, total}`.",
                     "license", "name", "AGPL-3.0-or-later", "identifier", "AGPL-3.0-or-later", "servers", "url", "/", "tags",
                     tag_list(description->tags), "paths", paths, "components", "securitySchemes", security_schemes(), "headers",
                     headers(), "schemas", schema_sorted(json_incref(description->describer.schemas)), "responses",
                     schema_sorted(json_incref(description->responses)));
    json_object_update(document, parts);
    json_decref(parts);
    return document;
}

bool
openapi_write(module_list modules, struct buf *out, char *error, size_t error_size)
{
    route_tables tables = module_routes(modules, MODULE_API | MODULE_STREAM);
    struct description description = {.describer = {.connection = db_connection(), .error = error, .error_size = error_size}};
    json_t *paths, *document = NULL;
    char *text = NULL;

    if (!description.describer.connection) {
        snprintf(error, error_size, "The database cannot be reached; replies are described from it.");
        return false;
    }
    description.describer.schemas = description.parts.schemas = json_object();
    description.describer.origins = json_object();
    description.responses = json_object();
    description.operation_ids = json_object();
    description.tags = json_object();
    paths = paths_of(&description, tables);
    if (paths)
        document = document_of(&description, modules, paths);
    if (description.parts.clash)
        snprintf(error, error_size, "Two schemas have the name %s; the `values` of a FIELD_ONE_OF must be its own.", description.parts.clash);
    else if (document)
        text = json_dumps(document, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    if (paths && !text && !description.parts.clash)
        snprintf(error, error_size, "The document could not be put together.");
    if (text) {
        buf_add_text(out, text);
        buf_add(out, STR("\n"));
    }
    free(text);
    json_decref(document);
    json_decref(description.describer.schemas);
    json_decref(description.describer.origins);
    json_decref(description.responses);
    json_decref(description.operation_ids);
    json_decref(description.tags);
    return out->len > 0 && !out->failed;
}

static int
check_statement(struct describer *describer, const struct query *query, db_form form, const char *what)
{
    scoped_buf sql = BUF_INIT(STATEMENT_MAX);

    db_statement(query, NULL, form, &sql);
    if (!sql.failed && describe_check(describer, what, buf_str(&sql).ptr))
        return 0;
    fprintf(stderr, "%s\n", sql.failed ? what : describer->error);
    return 1;
}

static bool
has_input(const struct field *fields, const char *name)
{
    for (; fields && fields->name; fields++)
        if (text_equal(fields->name, name))
            return true;
    return false;
}

/* The values of the input `sort` are the names of the query's sorts, the first of which is the default. */
static bool
sorts_fit(const struct route *route, const struct query_sort *sorts)
{
    scoped_buf names = BUF_INIT(1024);

    for (unsigned i = 0; db_list_keys(&sorts[i]); i++)
        buf_printf(&names, "%s%s", i ? "|" : "", sorts[i].name ? sorts[i].name : "");
    for (const struct field *f = route->query; f && f->name; f++)
        if (text_equal(f->name, "sort"))
            return text_equal(f->values, buf_str(&names).ptr) && text_equal(f->fallback, sorts[0].name);
    return !sorts[0].name;
}

/* All filters at once, with each sort, as a first page, after a cursor and by number. */
static int
check_list(struct describer *describer, const struct route *route, const char *what)
{
    const struct query_list *list = route->sql->list;
    db_form all = 0;
    int failures = 0;

    if (!list || !sorts_fit(route, list->sorts)) {
        fprintf(stderr, "%s: a list needs `-- sort:`, and its input `sort` the same names, with the first as fallback.\n", what);
        return 1;
    }
    for (unsigned i = 0; list->filters[i].input; i++) {
        all |= 1u << (DB_LIST_FILTER_SHIFT + i);
        if (!has_input(route->query, list->filters[i].input)) {
            fprintf(stderr, "%s: the filter %s is no input of the route.\n", what, list->filters[i].input);
            failures++;
        }
    }
    if (!describe_check_sorts(describer, route->sql)) {
        fprintf(stderr, "%s\n", describer->error);
        failures++;
    }
    for (unsigned i = 0; db_list_keys(&list->sorts[i]); i++) {
        db_form form = DB_LIST | i << DB_LIST_SORT_SHIFT | all;

        failures += check_statement(describer, route->sql, form, what) + check_statement(describer, route->sql, form | DB_LIST_AFTER, what) +
                    check_statement(describer, route->sql, form | DB_VISITOR, what) +
                    check_statement(describer, route->sql, form | DB_LIST_COUNTED, what) +
                    check_statement(describer, route->sql, form | DB_LIST_COUNTED | DB_LIST_NUMBERED, what);
    }
    return failures;
}

int
openapi_check(route_tables tables, module_list modules)
{
    char error[2048] = "", what[512];
    struct describer describer = {.connection = db_connection(), .error = error, .error_size = sizeof error};
    int failures = 0;

    if (!describer.connection) {
        fprintf(stderr, "The database cannot be reached; queries are checked against it.\n");
        return 1;
    }
    for (module_list module = modules; *module; module++) {
        for (const struct query *const *query = (*module)->queries; query && *query; query++) {
            snprintf(what, sizeof what, "Query %s of the module %s", (*query)->name, (*module)->name);
            failures += check_statement(&describer, *query, DB_ROWS, what);
            if ((*query)->uses_viewer && !(*query)->writes)
                failures += check_statement(&describer, *query, DB_VISITOR, what);
        }
    }
    for (route_tables table = tables; *table; table++) {
        for (const struct route *route = *table; route->pattern; route++) {
            if (!route->sql)
                continue;
            snprintf(what, sizeof what, "Query %s of %s %s", route->sql->name, method_name(route->method), route->pattern);
            if (route->shape == MANY && route->sql->problems) {
                fprintf(stderr, "%s: a list refuses by .requires, not by a column of its rows\n", what);
                failures++;
            }
            failures += route->shape == MANY ? check_list(&describer, route, what) : check_statement(&describer, route->sql, DB_ROWS, what);
        }
    }
    return failures;
}

bool
document_equals(const char *path, struct str text)
{
    FILE *file = fopen(path, "rbe");
    scoped_buf found = BUF_INIT(OPENAPI_MAX);

    while (file && buf_reserve(&found, 65536)) {
        size_t n = fread(found.ptr + found.len, 1, 65536, file);

        if (!n)
            break;
        found.len += n;
    }
    if (file)
        fclose(file);
    return file && !found.failed && str_equal(buf_str(&found), text);
}

int
document_write(const char *path, struct str text)
{
    FILE *file = path ? fopen(path, "wbe") : stdout;
    bool good = file && fwrite(text.ptr, 1, text.len, file) == text.len;

    if (file)
        good = (path ? fclose(file) : fflush(file)) == 0 && good;
    if (!good)
        fprintf(stderr, "%s could not be written: %s\n", path ? path : "Standard output", strerror(errno));
    return good ? 0 : 1;
}

/* False, and standard error says why, when it cannot be written. */
static bool
openapi_document(module_list modules, struct buf *document)
{
    char error[2048] = "";

    if (openapi_write(modules, document, error, sizeof error))
        return true;
    fprintf(stderr, "%s\n", *error ? error : "The document is too large.");
    return false;
}

int
openapi_print(module_list modules, const char *path)
{
    scoped_buf document = BUF_INIT(OPENAPI_MAX);

    return openapi_document(modules, &document) ? document_write(path, buf_str(&document)) : 1;
}

int
openapi_compare(module_list modules, const char *path)
{
    scoped_buf document = BUF_INIT(OPENAPI_MAX);
    char error[512];
    int failures;

    if (personal_check(modules))
        return 1;
    if (!runner_check(modules, error, sizeof error)) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    failures = openapi_check(module_routes(modules, MODULE_API | MODULE_STREAM), modules);
    if (failures) {
        fprintf(stderr, "%d queries do not fit the schema.\n", failures);
        return 1;
    }
    if (!openapi_document(modules, &document))
        return 1;
    if (path && !document_equals(path, buf_str(&document))) {
        fprintf(stderr, "%s is not what the program describes; write it anew with `veza openapi --output %s`.\n", path, path);
        return 1;
    }
    return 0;
}
