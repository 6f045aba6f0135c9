#include "db/db.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"

#define STATEMENT_MAX 65536
#define PARAM_LIMIT 64
#define PREPARED_SLOTS 2048
#define FRESH_NS 200000000 /* a connection that answered a moment ago is believed to be there still */

/* A statement that a connection has prepared. Keyed by addresses: queries and event names are constants of the program. */
struct prepared {
    const struct query *query;
    const char *emits;
    enum db_form form;
    int params;
    char name[16];
};

#define TOLD_MAX 16 /* a statement that tells more has changed much: "*" */

struct connection {
    PGconn *pg;
    bool transaction, lost; /* lost: the transaction was undone because of others */
    unsigned told_count;
    char told[TOLD_MAX][64]; /* by the statements since the last commit */
    int64_t used_ns; /* when it last answered */
    unsigned prepared_count;
    struct prepared prepared[PREPARED_SLOTS];
};

static char *conninfo;
static int statement_timeout_ms;
static bool as_app_role, app_role_login;
static pthread_key_t connection_key;
static void (*told_callback)(const char *text);
static _Atomic int64_t open_connections, query_count, error_count, retry_count, reconnect_count, busy_us;

static void
connection_free(void *argument)
{
    struct connection *c = argument;

    if (!c)
        return;
    if (c->pg)
        atomic_fetch_sub(&open_connections, 1);
    PQfinish(c->pg);
    free(c);
}

void
db_setup(const char *text, int timeout_ms)
{
    static bool key_made;

    free(conninfo);
    conninfo = strdup(text);
    statement_timeout_ms = timeout_ms;
    if (!key_made && pthread_key_create(&connection_key, connection_free))
        abort();
    key_made = true;
}

static void
on_notice(void *context, const PGresult *notice)
{
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE), *text = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    struct connection *c = context;

    if (!text_equal(state, "VZ001") || !text)
        log_debug("database notice", LOG_TEXT("message", text));
    else if (c->told_count < TOLD_MAX)
        snprintf(c->told[c->told_count++], sizeof *c->told, "%s", text);
    else
        snprintf(c->told[0], sizeof *c->told, "*");
}

/* After a commit; `happened` is false when what was told did not come to be. */
static void
pass_on_told(struct connection *c, bool happened)
{
    for (unsigned i = 0; i < c->told_count && happened && told_callback; i++)
        told_callback(c->told[i]);
    c->told_count = 0;
}

void
db_on_told(void (*callback)(const char *text))
{
    told_callback = callback;
}

static PGconn *
connect_now(void)
{
    const char *const names[] = {"dbname", "user", "options", "application_name", "connect_timeout", "client_encoding", NULL};
    char options[224];
    const char *values[] = {conninfo, as_app_role && app_role_login ? APP_ROLE : NULL, options, "veza", "5", "UTF8", NULL};
    PGconn *pg;

    snprintf(options, sizeof options, "-c statement_timeout=%d -c idle_in_transaction_session_timeout=60000 -c TimeZone=UTC -c client_min_messages=notice%s",
             statement_timeout_ms, as_app_role && !app_role_login ? " -c role=" APP_ROLE : "");
    pg = PQconnectdbParams(names, values, 1);
    if (PQstatus(pg) != CONNECTION_OK) {
        log_warn("database connection failed", LOG_TEXT("error", PQerrorMessage(pg)));
        PQfinish(pg);
        return NULL;
    }
    return pg;
}

/* Is this connection of the role that changes no audit line, and lent what it needs? */
static bool
is_app_role(PGconn *pg)
{
    PGresult *result = PQexec(pg, "select current_user = '" APP_ROLE "' and has_table_privilege('audit_logs', 'insert')"
                                  " and not has_table_privilege('audit_logs', 'update, delete, truncate')");
    bool good = PQresultStatus(result) == PGRES_TUPLES_OK && *PQgetvalue(result, 0, 0) == 't';

    PQclear(result);
    return good;
}

bool
db_act_as_app(bool login)
{
    PGconn *pg;

    as_app_role = true;
    app_role_login = login;
    pg = connect_now();
    if (!pg) { /* because of the role, or is there no database at all? */
        as_app_role = false;
        pg = connect_now();
        as_app_role = !pg;
    } else {
        as_app_role = is_app_role(pg);
    }
    PQfinish(pg);
    return as_app_role;
}

/* Did the server close this idle connection? Its farewell then waits in the socket. */
static bool
went_away(PGconn *pg)
{
    struct pollfd waiting = {.fd = PQsocket(pg), .events = POLLIN};

    if (PQstatus(pg) != CONNECTION_OK)
        return true;
    if (poll(&waiting, 1, 0) <= 0)
        return false;
    return !PQconsumeInput(pg) || PQstatus(pg) != CONNECTION_OK;
}

static void
forget(struct connection *c)
{
    if (c->pg)
        atomic_fetch_sub(&open_connections, 1);
    PQfinish(c->pg);
    c->pg = NULL;
    c->transaction = false;
    c->told_count = 0;
    c->prepared_count = 0;
    memset(c->prepared, 0, sizeof c->prepared);
}

static struct connection *
this_connection(void)
{
    struct connection *c = pthread_getspecific(connection_key);

    if (!c) {
        c = calloc(1, sizeof *c);
        if (!c || pthread_setspecific(connection_key, c)) {
            free(c);
            return NULL;
        }
    }
    if (c->pg && !c->transaction && clock_monotonic_ns() - c->used_ns > FRESH_NS && went_away(c->pg)) {
        forget(c);
        atomic_fetch_add(&reconnect_count, 1);
    }
    if (!c->pg) {
        c->pg = connect_now();
        if (c->pg) {
            PQsetNoticeReceiver(c->pg, on_notice, c);
            atomic_fetch_add(&open_connections, 1);
        }
    }
    return c->pg ? c : NULL;
}

PGconn *
db_connection(void)
{
    struct connection *c = this_connection();

    return c ? c->pg : NULL;
}

void
db_disconnect(void)
{
    connection_free(pthread_getspecific(connection_key));
    pthread_setspecific(connection_key, NULL);
}

static int
count_params(const struct query *query)
{
    int count = 0;

    while (query->params[count])
        count++;
    return count;
}

/* A list that only reads and has an order: the page is cut where the rows are sorted, so that PostgreSQL computes the costly columns of the
 * rows of one page only; they are counted without their order and their columns. */
static void
write_list(const struct query *query, int params, struct buf *out)
{
    if (*query->prefix)
        buf_add_text(out, "\n");
    buf_printf(out,
               "select json_build_object('items', coalesce((select json_agg(page_) from (%s\nlimit $%d::int offset ($%d::int - 1) * $%d::int)"
               " page_), '[]'::json), 'page', $%d::int, 'limit', $%d::int, 'total', (select count(*) from (%s\nlimit %d) all_))",
               query->main, params + 2, params + 1, params + 2, params + 1, params + 2, query->unordered, LIST_TOTAL_MAX);
}

/* The runner's own names end in an underscore, which no query uses. */
void
db_statement(const struct query *query, enum db_form form, const char *emits, struct buf *out)
{
    int params = count_params(query);

    buf_add_text(out, query->prefix);
    if (form == DB_ROWS && !emits) {
        buf_add_text(out, *query->prefix ? "\n" : "");
        buf_add_text(out, query->main);
        return;
    }
    if (form == DB_JSON_LIST && query->unordered && !emits) {
        write_list(query, params, out);
        return;
    }
    buf_add_text(out, *query->prefix ? ",\n" : "with ");
    buf_printf(out, "t_ as (%s)", query->main);
    if (emits)
        buf_printf(out, ",\nevent_ as (insert into outbox (name, payload) select '%s', to_jsonb(t_) from t_)", emits);
    switch (form) {
    case DB_ROWS:
        buf_add_text(out, "\nselect * from t_");
        break;
    case DB_JSON_ONE:
        buf_add_text(out, "\nselect row_to_json(t_) from t_");
        break;
    case DB_JSON_LIST:
        buf_printf(out,
                   "\nselect json_build_object('items', coalesce((select json_agg(page_) from (select * from t_ limit $%d::int"
                   " offset ($%d::int - 1) * $%d::int) page_), '[]'::json), 'page', $%d::int, 'limit', $%d::int,"
                   " 'total', (select count(*) from t_))",
                   params + 2, params + 1, params + 2, params + 1, params + 2);
        break;
    }
}

/* What may be logged. Only the primary message: the detail and the context hold rows and values. Of a value that a type does not take even the
 * primary message quotes the value. */
static const char *
safe_message(const PGresult *result, const PGconn *pg)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE), *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    if (!state || !primary)
        return PQerrorMessage(pg); /* of the connection */
    return text_starts_with(state, "22") ? "a value that its type does not take" : primary;
}

static enum db_status
classify(const PGresult *result, const PGconn *pg, struct db_error *error)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME), *table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);

    atomic_fetch_add(&error_count, 1);
    if (error) {
        snprintf(error->sqlstate, sizeof error->sqlstate, "%s", state ? state : "");
        snprintf(error->constraint, sizeof error->constraint, "%s", constraint ? constraint : "");
        snprintf(error->table, sizeof error->table, "%s", table ? table : "");
        snprintf(error->message, sizeof error->message, "%s", safe_message(result, pg));
    }
    if (!state || text_starts_with(state, "08") || text_starts_with(state, "57P") || text_starts_with(state, "53"))
        return DB_UNAVAILABLE;
    if (text_starts_with(state, "23"))
        return DB_CONSTRAINT;
    if (text_starts_with(state, "22"))
        return DB_INPUT;
    if (text_starts_with(state, "40"))
        return DB_RETRY;
    return text_equal(state, "57014") ? DB_TIMEOUT : DB_FAILED;
}

static enum db_status
prepare(struct connection *c, const struct query *query, enum db_form form, const char *emits, struct prepared **ret,
        struct db_error *error)
{
    unsigned at = (unsigned)(((uintptr_t)query / 8 * 31 + (uintptr_t)emits / 8 * 7 + form) % PREPARED_SLOTS);
    scoped_buf sql = BUF_INIT(STATEMENT_MAX);
    struct prepared *p;
    PGresult *result;

    while (c->prepared[at].query &&
           !(c->prepared[at].query == query && c->prepared[at].form == form && c->prepared[at].emits == emits))
        at = (at + 1) % PREPARED_SLOTS;
    p = *ret = &c->prepared[at];
    if (p->query)
        return DB_OK;
    if (c->prepared_count >= PREPARED_SLOTS - 1)
        return DB_FAILED;
    db_statement(query, form, emits, &sql);
    snprintf(p->name, sizeof p->name, "s%u", c->prepared_count);
    result = sql.failed ? NULL : PQprepare(c->pg, p->name, sql.ptr, 0, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        enum db_status status = classify(result, c->pg, error);

        PQclear(result);
        return status;
    }
    PQclear(result);
    c->prepared_count++;
    *p = (struct prepared){.query = query, .form = form, .emits = emits, .params = count_params(query)};
    snprintf(p->name, sizeof p->name, "s%u", c->prepared_count - 1);
    return DB_OK;
}

static enum db_status
collect_values(const struct query *query, enum db_form form, db_bind *bind, void *context, const char **values, int *ret_count,
               struct db_error *error)
{
    int count = 0;

    for (; query->params[count]; count++) {
        if (count >= PARAM_LIMIT - 2 || !bind(context, query->params[count], &values[count])) {
            if (error)
                snprintf(error->message, sizeof error->message, "query %s: nothing binds :%s", query->name,
                         query->params[count]);
            return DB_FAILED;
        }
    }
    if (form == DB_JSON_LIST) {
        if (!bind(context, "page", &values[count]) || !bind(context, "limit", &values[count + 1]))
            return DB_FAILED;
        count += 2;
    }
    *ret_count = count;
    return DB_OK;
}

/* A list has filters that are there or not, and the plan that suits all of them suits none: it is planned for its values each time.
 * Everything else is prepared. */
static enum db_status
send_statement(struct connection *c, const struct query *query, enum db_form form, const char *emits, const char *const *values,
               int count, PGresult **ret, struct db_error *error)
{
    struct prepared *prepared;
    enum db_status status;

    if (form == DB_JSON_LIST && !query->writes) {
        scoped_buf sql = BUF_INIT(STATEMENT_MAX);

        db_statement(query, form, emits, &sql);
        if (sql.failed)
            return DB_FAILED;
        *ret = PQexecParams(c->pg, sql.ptr, count, NULL, values, NULL, NULL, 0);
        return DB_OK;
    }
    status = prepare(c, query, form, emits, &prepared, error);
    if (status == DB_OK)
        *ret = PQexecPrepared(c->pg, prepared->name, count, values, NULL, NULL, 0);
    return status;
}

enum db_status
db_execute(const struct query *query, enum db_form form, const char *emits, db_bind *bind, void *context, PGresult **ret,
           struct db_error *error)
{
    const char *values[PARAM_LIMIT];
    int64_t started_ns = clock_monotonic_ns();
    enum db_status status;
    int count = 0;

    if (error)
        *error = (struct db_error){0};
    status = collect_values(query, form, bind, context, values, &count, error);
    if (status)
        return status;
    for (int attempt = 0, tries = 1;; attempt++) {
        struct connection *c = this_connection();
        PGresult *result;

        if (!c)
            return DB_UNAVAILABLE;
        status = send_statement(c, query, form, emits, values, count, &result, error);
        if (status == DB_OK) {
            if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK) {
                atomic_fetch_add_explicit(&query_count, 1, memory_order_relaxed);
                c->used_ns = clock_monotonic_ns();
                atomic_fetch_add_explicit(&busy_us, (c->used_ns - started_ns) / 1000, memory_order_relaxed);
                *ret = result;
                if (!c->transaction)
                    pass_on_told(c, true);
                return DB_OK;
            }
            if (!c->transaction)
                pass_on_told(c, false);
            status = classify(result, c->pg, error);
            PQclear(result);
            if (status == DB_UNAVAILABLE && query->writes)
                attempt = 1; /* it may have happened */
            if (status == DB_RETRY && !c->transaction && tries < DB_TRIES) {
                db_wait_before_retry(tries++ - 1);
                attempt--;
                continue;
            }
            c->lost |= status == DB_RETRY;
        }
        if (status != DB_UNAVAILABLE || attempt || c->transaction) {
            if (PQstatus(c->pg) != CONNECTION_OK && !c->transaction)
                forget(c);
            return status;
        }
        forget(c);
        atomic_fetch_add(&reconnect_count, 1);
    }
}

void
db_wait_before_retry(int attempt)
{
    int64_t most_ns = 10000000LL << attempt, wait_ns;
    unsigned short random[1];

    random_bytes(random, sizeof random);
    wait_ns = most_ns / 4 + most_ns * random[0] / 65536;
    atomic_fetch_add(&retry_count, 1);
    nanosleep(&(struct timespec){.tv_nsec = wait_ns}, NULL);
}

static bool
bind_array(void *context, const char *name, const char **ret_text)
{
    for (const struct db_arg *arg = context; arg && arg->name; arg++) {
        if (text_equal(arg->name, name)) {
            *ret_text = arg->text;
            return true;
        }
    }
    return false;
}

enum db_status
db_run(const struct query *query, const struct db_arg *args, PGresult **ret, struct db_error *error)
{
    return db_execute(query, DB_ROWS, NULL, bind_array, (void *)(uintptr_t)args, ret, error);
}

/* Reads what is left of a statement that nobody wants the rest of. */
static void
abandon(PGconn *pg)
{
    PGcancel *cancel = PQgetCancel(pg);
    char unheard[256];
    PGresult *result;

    if (cancel)
        PQcancel(cancel, unheard, sizeof unheard);
    PQfreeCancel(cancel);
    while ((result = PQgetResult(pg)))
        PQclear(result);
}

/* Hands out the rows of the statement that was sent. */
static enum db_status
each_row(struct connection *c, db_row *row, void *context, struct db_error *error)
{
    enum db_status status = DB_OK;
    PGresult *result;

    while ((result = PQgetResult(c->pg))) {
        bool go_on = true;

        if (PQresultStatus(result) == PGRES_SINGLE_TUPLE)
            go_on = row(context, (struct str){PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0)});
        else if (PQresultStatus(result) != PGRES_TUPLES_OK)
            status = classify(result, c->pg, error);
        PQclear(result);
        if (!go_on) {
            abandon(c->pg);
            break;
        }
    }
    return status;
}

enum db_status
db_each(const struct query *query, const struct db_arg *args, db_row *row, void *context, struct db_error *error)
{
    const char *values[PARAM_LIMIT];
    struct connection *c = this_connection();
    struct prepared *prepared;
    enum db_status status;
    int count = 0;

    if (error)
        *error = (struct db_error){0};
    if (!c)
        return DB_UNAVAILABLE;
    status = collect_values(query, DB_JSON_ONE, bind_array, (void *)(uintptr_t)args, values, &count, error);
    if (status == DB_OK)
        status = prepare(c, query, DB_JSON_ONE, NULL, &prepared, error);
    if (status)
        return status;
    if (!PQsendQueryPrepared(c->pg, prepared->name, count, values, NULL, NULL, 0))
        return classify(NULL, c->pg, error);
    PQsetSingleRowMode(c->pg); /* cannot fail right after sending */
    atomic_fetch_add_explicit(&query_count, 1, memory_order_relaxed);
    status = each_row(c, row, context, error);
    c->used_ns = clock_monotonic_ns();
    if (PQstatus(c->pg) != CONNECTION_OK && !c->transaction)
        forget(c);
    return status;
}

static enum db_status
command(struct connection *c, const char *sql)
{
    PGresult *result = PQexec(c->pg, sql);
    enum db_status status = PQresultStatus(result) == PGRES_COMMAND_OK ? DB_OK : classify(result, c->pg, NULL);

    PQclear(result);
    return status;
}

enum db_status
db_begin(void)
{
    struct connection *c = this_connection();
    enum db_status status;

    if (!c)
        return DB_UNAVAILABLE;
    status = command(c, "begin");
    c->transaction = status == DB_OK;
    c->lost = false;
    return status;
}

enum db_status
db_end(bool commit)
{
    struct connection *c = pthread_getspecific(connection_key);
    bool failed = PQtransactionStatus(c->pg) != PQTRANS_INTRANS;
    enum db_status status = command(c, commit ? "commit" : "rollback");

    c->transaction = false;
    c->lost |= status == DB_RETRY;
    pass_on_told(c, commit && !failed && status == DB_OK);
    if (status && PQstatus(c->pg) != CONNECTION_OK)
        forget(c);
    /* "commit" of a failed transaction succeeds as a rollback; the caller must hear of it. */
    return commit && failed && status == DB_OK ? DB_FAILED : status;
}

bool
db_transaction_lost(void)
{
    struct connection *c = pthread_getspecific(connection_key);

    return c && c->lost;
}

bool
db_in_transaction(void)
{
    struct connection *c = pthread_getspecific(connection_key);

    return c && c->transaction;
}

void
db_metrics(struct buf *out)
{
    buf_printf(out,
               "veza_db_connections %lld\nveza_db_queries_total %lld\nveza_db_errors_total %lld\nveza_db_retries_total %lld\nveza_db_reconnects_total %lld\n"
               "veza_db_query_seconds_total %.6f\n",
               (long long)open_connections, (long long)query_count, (long long)error_count, (long long)retry_count, (long long)reconnect_count,
               (double)busy_us / 1e6);
}
