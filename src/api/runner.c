#include "api/runner.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/list.h"
#include "api/once.h"
#include "api/replica.h"
#include "base/country.h"
#include "base/log.h"
#include "db/row_json.h"

#define OBJECT_BYTES_MAX (64 * 1024 * 1024)
#define OBJECT_BYTES_USUAL 2000

const char *
row_text(const struct row *row, const char *name)
{
    for (unsigned i = 0; i < row->count; i++)
        if (text_equal(row->names[i], name))
            return row->values[i];
    return NULL;
}

int64_t
row_int(const struct row *row, const char *name, int64_t fallback)
{
    int64_t value;

    return text_to_int64(row_text(row, name), INT64_MIN, INT64_MAX, &value) ? value : fallback;
}

bool
row_bool(const struct row *row, const char *name)
{
    return text_equal(row_text(row, name), "t");
}

static const char *
client_country(struct request *req)
{
    char country[COUNTRY_TEXT];

    return country_of(req->ip, country) ? arena_strdup(req->arena, country) : NULL;
}

static const char *
role_name(enum role role)
{
    static const char *const names[] = {NULL, "user", "content_creator", "moderator", "admin"};

    return names[role];
}

static module_list modules;

void
runner_use_settings(module_list list)
{
    modules = list;
}

static bool
find_setting(const char *name, const char **ret_text)
{
    for (module_list module = modules; module && *module; module++)
        if ((*module)->settings && (*ret_text = setting_text((*module)->settings, name)))
            return true;
    *ret_text = setting_text(config_settings(), name);
    return *ret_text;
}

static int
success_of(const struct route *route)
{
    return route->status ? route->status : route->shape == EMPTY ? 204 : 200;
}

/* What the audit line of the request says. */
static const char *
audit_value(struct request *req, const char *name)
{
    if (text_equal(name, "actor"))
        return *req->identity.user_id ? req->identity.user_id : NULL;
    if (text_equal(name, "action"))
        return arena_printf(req->arena, "%s %s", method_name(req->method), req->route->pattern);
    if (text_equal(name, "target"))
        return req->path;
    if (text_equal(name, "status"))
        return arena_printf(req->arena, "%d", req->audit_status ? req->audit_status : success_of(req->route));
    return text_equal(name, "request_id") ? req->id : NULL;
}

static bool
bind_request(void *context, const char *name, const char **ret_text)
{
    struct request *req = context;

    if (request_has(req, name)) {
        *ret_text = request_param(req, name);
        return true;
    }
    if (text_equal(name, "viewer"))
        *ret_text = req->identity.known ? req->identity.user_id : NULL;
    else if (text_equal(name, "viewer_role"))
        *ret_text = role_name(req->identity.known ? req->identity.role : ROLE_NONE);
    else if (text_equal(name, "viewer_staff"))
        *ret_text = req->identity.staff ? "true" : "false";
    else if (text_equal(name, "session_id"))
        *ret_text = req->identity.known && *req->identity.session_id ? req->identity.session_id : NULL; /* an API key has none */
    else if (text_equal(name, "client_ip"))
        *ret_text = request_ip(req);
    else if (text_equal(name, "client_country"))
        *ret_text = client_country(req);
    else if (text_equal(name, "user_agent"))
        *ret_text = request_header_text(req, "User-Agent");
    else if (text_equal(name, "gpc"))
        *ret_text = text_equal(request_header(req, "Sec-GPC"), "1") ? "true" : "false";
    else if (text_starts_with(name, "has_"))
        *ret_text = request_has(req, name + 4) ? "true" : "false";
    else if (text_starts_with(name, "audit_"))
        *ret_text = audit_value(req, name + 6);
    else if (text_starts_with(name, "setting_"))
        return find_setting(name + 8, ret_text);
    else
        *ret_text = NULL;
    return true;
}

const struct problem *
problem_of_database(struct request *req, enum db_status status, const struct db_error *error)
{
    const struct problem *p = NULL;

    switch (status) {
    case DB_OK:
        return NULL;
    case DB_PARKED:
        return &request_parked;
    case DB_CONSTRAINT:
        p = problem_of_constraint(req->arena, error->constraint);
        if (p)
            return p;
        if (text_equal(error->sqlstate, "23505"))
            return PROBLEM(CONFLICT);
        if (text_equal(error->sqlstate, "23503"))
            return PROBLEM(NOT_FOUND);
        if (!text_equal(error->sqlstate, "23514"))
            break;
        /* A check that the route should have made. */
        log_warn("value refused by the database", LOG_TEXT("route", req->route ? req->route->pattern : ""), LOG_TEXT("table", error->table),
                 LOG_TEXT("constraint", error->constraint));
        return problem_detail(req->arena, PROBLEM(VALIDATION), "A value is outside what can be stored.");
    case DB_INPUT:
        return problem_detail(req->arena, PROBLEM(VALIDATION), "A value is outside what can be stored.");
    case DB_RETRY: /* others got in the way each time */
        return problem_retry(req->arena, PROBLEM(UNAVAILABLE), 1);
    case DB_UNAVAILABLE:
        log_warn("database unavailable", LOG_TEXT("error", error->message));
        return problem_retry(req->arena, PROBLEM(UNAVAILABLE), 2);
    default:
        break;
    }
    log_error("query failed", LOG_TEXT("route", req->route ? req->route->pattern : ""), LOG_TEXT("sqlstate", error->sqlstate),
              LOG_TEXT("table", error->table), LOG_TEXT("constraint", error->constraint), LOG_TEXT("error", error->message));
    return status == DB_TIMEOUT ? problem_retry(req->arena, PROBLEM(UNAVAILABLE), 5) : PROBLEM(INTERNAL);
}

const struct problem *
problem_of_refusal(struct request *req, const struct query *query, const char *text)
{
    size_t code_len = strcspn(text, " :"), head_len = strcspn(text, ":");
    const char *code = arena_strndup(req->arena, text, code_len);
    const char *word = code ? arena_printf(req->arena, " %s ", code) : NULL;
    const char *sentence = text[head_len] ? arena_strdup(req->arena, text + head_len + 1 + strspn(text + head_len + 1, " ")) : NULL;
    const struct problem *p = word && query->problems && strstr(query->problems, word) ? problem_by_code(code) : NULL;

    if (!p) {
        log_error("query gives a problem that it does not declare", LOG_TEXT("query", query->name), LOG_TEXT("problem", text));
        return PROBLEM(INTERNAL);
    }
    if (head_len > code_len) {
        const char *field = arena_strndup(req->arena, text + code_len + 1, head_len - code_len - 1);
        char *why = field ? strchr(field, ' ') : NULL;

        if (why)
            *why++ = 0;
        return problem_field(req->arena, field, why ? why : "value", sentence ? sentence : p->title);
    }
    return sentence ? problem_detail(req->arena, p, "%s", sentence) : p;
}

/* What the column `problem` of the first row says, or NULL. */
static const struct problem *
refusal_of(struct request *req, const struct query *query, const PGresult *result)
{
    int column = query->problems && PQntuples(result) ? PQfnumber(result, "problem") : -1;

    return column < 0 || PQgetisnull(result, 0, column) ? NULL : problem_of_refusal(req, query, PQgetvalue(result, 0, column));
}

static const struct query *audit_line;

void
runner_set_audit_line(const struct query *line)
{
    audit_line = line;
}

/* The statement that makes the change: the route's own, or what a handler marks in its queries. */
static bool
is_change(const struct request *req, const struct query *query)
{
    const struct route *route = req->route;

    return query->audited || (route && query == route->sql && query->writes && !route->handler && route->method != GET);
}

static bool
is_for_visitor(const struct request *req, const struct query *query)
{
    return query->uses_viewer && !query->writes && !req->identity.known && !request_has(req, "viewer"); /* a handler may know better */
}

static const struct problem *
run(struct request *req, const struct query *query, db_form form, PGresult **ret)
{
    bool change = is_change(req, query);
    const struct query *line = change && !req->route->no_audit && !req->audited ? audit_line : NULL;
    const struct problem *p = change ? once_begin(req) : NULL;
    struct db_error error;
    enum db_status status;
    PGresult *result;

    if (p)
        return p;
    if (is_for_visitor(req, query))
        form |= DB_VISITOR;
    status = DB_UNAVAILABLE;
    if (replica_may_answer(req, query))
        status = replica_ask(req, query, form, bind_request, &result);
    if (status && status != DB_PARKED)
        status = line ? db_run_with(query, line, bind_request, req, &result, &error)
                      : db_execute(query, form, bind_request, req, &result, &error);
    if (status)
        return problem_of_database(req, status, &error);
    p = refusal_of(req, query, result);
    if (p)
        PQclear(result);
    else
        *ret = result;
    req->audited |= line && !p && PQntuples(result);
    return p;
}

static const struct problem *
run_within(struct request *req, const struct query *query, db_form form, int timeout_ms, PGresult **ret, bool *ret_late)
{
    struct db_error error = {.message = "transaction"};
    enum db_status status = db_begin_short(timeout_ms);
    PGresult *result = NULL;

    if (!status) {
        status = db_execute(query, is_for_visitor(req, query) ? form | DB_VISITOR : form, bind_request, req, &result, &error);
        db_end(!status); /* it only read: how that ends changes nothing */
    }
    if (status && status != DB_TIMEOUT)
        return problem_of_database(req, status, &error);
    *ret = status ? NULL : result;
    *ret_late = status == DB_TIMEOUT;
    return NULL;
}

const struct problem *
db_rows_within(struct request *req, const struct query *query, int timeout_ms, PGresult **ret, bool *ret_late)
{
    return run_within(req, query, DB_ROWS, timeout_ms, ret, ret_late);
}

const struct problem *
audit_request(struct request *req, int status)
{
    struct db_error error;
    PGresult *result;

    if (req->audited)
        return NULL;
    req->audit_status = status;
    switch (db_execute(audit_line, DB_ROWS, bind_request, req, &result, &error)) {
    case DB_OK:
        PQclear(result);
        req->audited = true;
        break;
    case DB_PARKED:
        return &request_parked;
    default:
        log_error("audit line not written", LOG_TEXT("method", method_name(req->method)), LOG_TEXT("route", req->route->pattern), LOG_TEXT("error", error.message));
    }
    return NULL;
}

static const struct problem *
copy_row(struct request *req, const PGresult *result, struct row *ret_row)
{
    struct row row = {.count = (unsigned)PQnfields(result)};

    row.names = arena_alloc(req->arena, row.count * sizeof *row.names);
    row.values = arena_alloc(req->arena, row.count * sizeof *row.values);
    if (!row.names || !row.values)
        return PROBLEM(INTERNAL);
    for (unsigned i = 0; i < row.count; i++) {
        row.names[i] = arena_strdup(req->arena, PQfname(result, (int)i));
        if (!PQgetisnull(result, 0, (int)i))
            row.values[i] = arena_strndup(req->arena, PQgetvalue(result, 0, (int)i), (size_t)PQgetlength(result, 0, (int)i));
    }
    *ret_row = row;
    return NULL;
}

const struct problem *
db_maybe(struct request *req, const struct query *query, struct row *ret_row)
{
    PGresult *result = NULL;
    const struct problem *p = run(req, query, DB_ROWS, &result);

    if (p)
        return p;
    if (ret_row)
        *ret_row = (struct row){0};
    if (ret_row && PQntuples(result))
        p = copy_row(req, result, ret_row);
    PQclear(result);
    return p;
}

const struct problem *
db_one(struct request *req, const struct query *query, struct row *ret_row)
{
    struct row row;
    const struct problem *p = db_maybe(req, query, &row);

    if (p)
        return p;
    if (!row.count)
        return PROBLEM(NOT_FOUND);
    if (ret_row)
        *ret_row = row;
    return NULL;
}

const struct problem *
db_rows(struct request *req, const struct query *query, PGresult **ret)
{
    return run(req, query, DB_ROWS, ret);
}

/* The first row as a JSON object. NOT_FOUND where there is none. */
static const struct problem *
write_object(const struct query *query, const PGresult *result, struct buf *out)
{
    struct row_json json;

    if (!PQntuples(result))
        return PROBLEM(NOT_FOUND);
    if (row_json_begin(&json, result, query))
        row_json_write(&json, 0, out);
    else
        out->failed = true;
    return out->failed ? PROBLEM(INTERNAL) : NULL;
}

static const struct problem *
reply_result(struct request *req, int status, const struct query *query, PGresult *result)
{
    struct buf out = BUF_INIT(OBJECT_BYTES_MAX);
    const struct problem *p;

    buf_reserve(&out, OBJECT_BYTES_USUAL);
    p = write_object(query, result, &out);
    PQclear(result);
    if (p) {
        buf_free(&out);
        return p;
    }
    return reply_owned(req, status, "application/json", buf_str(&out), free, out.ptr);
}

const struct problem *
reply_query(struct request *req, int status, const struct query *query)
{
    PGresult *result = NULL;
    const struct problem *p = run(req, query, DB_ROWS, &result);

    return p ? p : reply_result(req, status ? status : 200, query, result);
}

const struct problem *
query_json(struct request *req, const struct query *query, const char **ret_json)
{
    scoped_buf out = BUF_INIT(OBJECT_BYTES_MAX);
    PGresult *result = NULL;
    const struct problem *p = run(req, query, DB_ROWS, &result);

    if (p)
        return p;
    p = write_object(query, result, &out);
    PQclear(result);
    if (!p)
        *ret_json = arena_strndup(req->arena, buf_str(&out).ptr, out.len);
    return p || *ret_json ? p : PROBLEM(INTERNAL);
}

/* Binds as bind_request() will once req->identity is what the token claims. */
struct claimed {
    struct request *req;
    const char *user_id, *session_id;
};

static bool
bind_claimed(void *context, const char *name, const char **ret_text)
{
    struct claimed *claimed = context;

    if (!request_has(claimed->req, name) && text_equal(name, "viewer"))
        *ret_text = claimed->user_id;
    else if (!request_has(claimed->req, name) && text_equal(name, "session_id"))
        *ret_text = claimed->session_id;
    else
        return bind_request(claimed->req, name, ret_text);
    return true;
}

void
ask_route_query_ahead(struct request *req, const char *user_id, const char *session_id)
{
    const struct route *route = req->route;
    struct claimed *claimed;
    db_form form = DB_ROWS;

    if (!req->input_good || !route->sql || route->requires || route->within_ms || (route->auth != AUTH_OPTIONAL && route->auth != AUTH_USER))
        return;
    claimed = arena_alloc(req->arena, sizeof *claimed);
    if (!claimed || (route->shape == MANY && list_form(req, route->sql, &form)))
        return;
    *claimed = (struct claimed){req, user_id, session_id};
    db_ask_ahead(route->sql, form, bind_claimed, claimed);
}

/* Runs a query of the route before its last one; that binds to the columns of its row too, where they are no inputs. */
static const struct problem *
run_before(struct request *req, const struct query *query, const struct query *last)
{
    PGresult *result = NULL;
    const struct problem *p = run(req, query, DB_ROWS, &result);

    if (p)
        return p;
    p = PQntuples(result) ? NULL : PROBLEM(NOT_FOUND);
    for (const char *const *name = last->params; *name && !p; name++) {
        int column = request_has(req, *name) ? -1 : PQfnumber(result, *name);
        const char *text = NULL;

        if (column < 0)
            continue;
        if (!PQgetisnull(result, 0, column) && !(text = arena_strdup(req->arena, PQgetvalue(result, 0, column))))
            p = PROBLEM(INTERNAL);
        request_set(req, *name, text);
    }
    if (!p && query == req->route->sql && req->route->known_status)
        request_set(req, "is_new_", text_equal(PQgetvalue(result, 0, PQfnumber(result, "is_new")), "t") ? "true" : "");
    PQclear(result);
    return p;
}

/* The route's `location` with the values of the names in braces, which are inputs or columns of the changed row. */
static const char *
location_of(struct request *req)
{
    const char *pattern = req->route->location, *text = "";

    while (pattern && *pattern) {
        size_t len = strcspn(pattern, "{"), name_len = pattern[len] ? strcspn(pattern + len + 1, "}") : 0;
        const char *name = arena_strndup(req->arena, pattern + len + !!name_len, name_len);
        const char *value = name_len && name ? request_param(req, name) : NULL;

        text = arena_printf(req->arena, "%s%.*s%s", text ? text : "", (int)len, pattern, value ? value : "");
        pattern += len + (name_len ? name_len + 2 : 0);
    }
    return pattern ? text : NULL;
}

/* May be called again when its reading was parked, but changes once. */
static const struct problem *
change_then_read(struct request *req)
{
    const struct route *route = req->route;
    const struct problem *p;

    if (!req->changed) {
        p = run_before(req, route->sql, route->then);
        if (p)
            return p;
        req->changed = true;
    }
    p = reply_query(req, route->known_status && !*request_param(req, "is_new_") ? route->known_status : route->status, route->then);
    if (!p)
        reply_header(req, "Location", location_of(req));
    return p;
}

const struct problem *
run_route_query(struct request *req)
{
    const struct route *route = req->route;
    db_form form = DB_ROWS;
    PGresult *result = NULL;
    const struct problem *p = route->requires && !req->required ? run_before(req, route->requires, route->sql) : NULL;

    if (p)
        return p;
    req->required = true;
    if (route->then)
        return change_then_read(req);
    p = route->shape == MANY ? list_form(req, route->sql, &form) : NULL;
    if (!p && route->within_ms && !replica_may_answer(req, route->sql))
        p = run_within(req, route->sql, form, route->within_ms, &result, &(bool){false});
    else if (!p)
        p = run(req, route->sql, form, &result);
    if (p)
        return p;
    if (route->shape == MANY)
        return list_reply(req, success_of(route), route->sql, form, result);
    if (route->shape != EMPTY)
        return reply_result(req, success_of(route), route->sql, result);
    p = PQntuples(result) ? reply_empty(req, success_of(route)) : PROBLEM(NOT_FOUND);
    PQclear(result);
    return p;
}

const struct problem *
db_transaction(struct request *req, const struct problem *(*work)(struct request *req, void *context), void *context)
{
    struct db_error error = {.message = "transaction"};
    const struct problem *p;
    enum db_status status;
    bool audited = req->audited;

    p = once_begin(req);
    if (p || req->once)
        return p ? p : work(req, context); /* a part of the request's own */
    for (int attempt = 0;; attempt++) {
        req->audited = audited;
        status = db_begin();
        if (status)
            return problem_of_database(req, status, &error);
        p = work(req, context);
        status = db_end(!p);
        if (p || status)
            req->audited = audited; /* its line is gone too */
        if ((!p && !status) || !db_transaction_lost() || attempt == DB_TRIES - 1)
            return p ? p : problem_of_database(req, status, &error);
        db_wait_before_retry(attempt);
    }
}
