/* runner.h - named queries in the service of a request: row to JSON, database errors to problems.
 *
 * Parameters bind by name: first from the request's inputs (path, query string, body, request_set), then
 *     :viewer        id of the person, or null
 *     :viewer_role   user, content_creator, moderator or admin; null for visitors
 *     :viewer_staff  may the person look at and change what others own? (identity.staff)
 *     :session_id    of the person, or null
 *     :gpc           does the client send Global Privacy Control (Sec-GPC: 1)?
 *     :client_ip, :client_country (null when unknown), :user_agent
 *     :audit_x       what the audit line says: actor, action, target, status and request_id
 *     :setting_x     the setting X of any module, as text (api/module.h)
 *     :has_x         'true' when input x was given at all
 * An optional input that was not given is null. */
#pragma once

#include <libpq-fe.h>

#include "api/module.h"
#include "db/db.h"
#include "http/request.h"

/* Before requests come: whose settings statements bind as :setting_x. */
void runner_use_settings(module_list modules);

/* Have all rows room for what they bind? A row binds its inputs, and to the columns of `requires` and of `sql` what the next query takes of them. And does each
 * query by which others than administrators read a track, a playlist or a person say who may (`open` of db/query.h)? That of what a handler asks by itself is
 * not known here. False with a sentence in `error`, which names the route. */
bool runner_check(module_list modules, char *error, size_t error_size);

/* The audit line. It is written in the same statement as the change that it tells of, so neither is there without the other: with `sql` of a row that
 * has no handler, and with the query of a handler that has the note `-- audited`, the first of them in a request. It then has the status of success.
 * Nothing was changed by a request that is answered without having run such a statement; audit_request() writes its line, with the status of the reply.
 *
 * `:audit_actor` is the person who asks; a handler that finds out who that is, such as at a sign-in, gives it with request_set(). */

/* Before requests come: the query that writes the line, see db_run_with(). */
void runner_set_audit_line(const struct query *line);
/* The server's audit hook: writes the line unless it has been written with the change. */
const struct problem *audit_request(struct request *req, int status);

/* A row that a handler looks at. Values live in the request's arena. */
struct row {
    unsigned count;
    const char **names;
    const char **values; /* text form; NULL is null */
};

const char *row_text(const struct row *row, const char *name); /* NULL when null or absent */
int64_t row_int(const struct row *row, const char *name, int64_t fallback);
bool row_bool(const struct row *row, const char *name);

/* Runs a query that gives at most one row. No row is NOT_FOUND. `ret_row` may be NULL. */
const struct problem *db_one(struct request *req, const struct query *query, struct row *ret_row);
/* The same, but no row is success with ret_row->count 0. */
const struct problem *db_maybe(struct request *req, const struct query *query, struct row *ret_row);
/* Runs a query for its effect and gives all its rows. Free with PQclear. */
const struct problem *db_rows(struct request *req, const struct query *query, PGresult **ret);

/* The same for a query that only reads, which PostgreSQL ends after `timeout_ms`: then success with *ret NULL and *ret_late true. */
const struct problem *db_rows_within(struct request *req, const struct query *query, int timeout_ms, PGresult **ret, bool *ret_late);

/* Replies with the query's row as a JSON object (status 0 means 200); no row is NOT_FOUND. */
const struct problem *reply_query(struct request *req, int status, const struct query *query);

/* The row as a JSON text in the arena; for replies that embed it. */
const struct problem *query_json(struct request *req, const struct query *query, const char **ret_json);

/* Called before the statement that checks a session: has the route's own statement, where it only reads, sent together with that one, which
 * saves a round trip (db_ask_ahead()). The person and the session are those that the token claims; the reply is used only when the
 * check has confirmed them. */
void ask_route_query_ahead(struct request *req, const char *user_id, const char *session_id);

/* The problem that the column `problem` of a query's row holds. One that the query does not declare is a bug of ours: INTERNAL, and logged. */
const struct problem *problem_of_refusal(struct request *req, const struct query *query, const char *text);

/* Runs route->sql in route->shape: the server's run_query hook. */
const struct problem *run_route_query(struct request *req);

/* What a failed statement means to the client; logs what is our fault. */
const struct problem *problem_of_database(struct request *req, enum db_status status, const struct db_error *error);

/* Runs `work` in a transaction: committed when it returns NULL, else rolled back. When a deadlock or a serialisation failure undid it, it runs
 * anew, so it must do nothing that a rollback does not undo. */
const struct problem *db_transaction(struct request *req, const struct problem *(*work)(struct request *req, void *context),
                                     void *context);
