#include "db/connection.h"

#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "db/statement.h"

#define LONG_MS 3600000
#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number
#define SEND_AT_ONCE (64 * 1024) /* bytes of values that a socket certainly takes without waiting */

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

    atomic_fetch_add(&db_counters.errors, 1);
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
prepare(struct connection *c, const struct statement *statement, struct prepared **ret, struct db_error *error)
{
    const struct query *query = statement->query, *line = statement->line;
    db_form form = statement->form;
    unsigned at = (unsigned)(((uintptr_t)query / 8 * 31 + (uintptr_t)line / 8 * 7 + form) % PREPARED_SLOTS);
    scoped_buf sql = BUF_INIT(STATEMENT_MAX);
    char name[sizeof c->prepared->name];
    struct prepared *p;
    PGresult *result;

    while (c->prepared[at].query && !(c->prepared[at].query == query && c->prepared[at].line == line && c->prepared[at].form == form))
        at = (at + 1) % PREPARED_SLOTS;
    p = *ret = &c->prepared[at];
    if (p->query)
        return DB_OK;
    if (connection_budget_ns() >= 0)
        return DB_PARKED;
    if (c->prepared_count >= PREPARED_SLOTS - 1)
        return DB_FAILED;
    db_statement(query, line, form, &sql);
    snprintf(name, sizeof name, "s%u", c->names_used++);
    watch_expect(c);
    result = sql.failed ? NULL : PQprepare(c->pg, name, sql.ptr, 0, NULL);
    watch_got(c);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        enum db_status status = classify(result, c->pg, error);

        PQclear(result);
        return status;
    }
    PQclear(result);
    c->prepared_count++;
    *p = (struct prepared){.query = query, .line = line, .form = form};
    memcpy(p->name, name, sizeof p->name);
    return DB_OK;
}

static enum db_status
collect_values(const struct statement *statement, db_bind *bind, void *context, const char **values, int *ret_count, struct db_error *error)
{
    const char *names[PARAM_LIMIT];
    int count = statement_params(statement->query, statement->line, statement->form, names);

    for (int i = 0; i < count; i++) {
        if (!bind(context, names[i], &values[i])) {
            if (error)
                snprintf(error->message, sizeof error->message, "query %s: nothing binds :%s", statement->query->name, names[i]);
            return DB_FAILED;
        }
    }
    *ret_count = count;
    return count < 0 ? DB_FAILED : DB_OK;
}

static bool
is_same(const struct statement *one, const struct statement *other)
{
    return one->query == other->query && one->line == other->line && one->form == other->form && one->values == other->values;
}

static uint64_t
hash_values(const char *const *values, int count)
{
    uint64_t hash = 0;

    for (int i = 0; i < count; i++)
        hash = values[i] ? XXH3_64bits_withSeed(values[i], strlen(values[i]), hash + 1) : hash * 31 + 1;
    return hash;
}

/* A thread that may wait gives up a replica sooner than watch.c does. */
static bool
came_from_replica(struct connection *c)
{
    struct pollfd socket = {.fd = PQsocket(c->pg), .events = POLLIN};
    int64_t left_ms;

    while (PQisBusy(c->pg)) {
        left_ms = c->due_ms - clock_monotonic_ms();
        if (left_ms <= 0 || left_ms > REPLICA_WAIT_MS || poll(&socket, 1, (int)left_ms) == 0)
            return false;
        if (!PQconsumeInput(c->pg))
            return true;
    }
    return true;
}

/* Waits for the reply to what was sent. False when this thread's time is over before it came. */
static bool
reply_came(struct connection *c)
{
    struct pollfd socket = {.fd = PQsocket(c->pg), .events = POLLIN};
    int64_t left_ns, started_ns;

    while ((left_ns = connection_budget_ns()) >= 0) {
        if (!PQisBusy(c->pg))
            return true;
        started_ns = clock_monotonic_ns();
        if (ppoll(&socket, 1, &(struct timespec){.tv_nsec = left_ns}, NULL) == 0)
            return false;
        connection_waited(clock_monotonic_ns() - started_ns);
        if (!PQconsumeInput(c->pg))
            return true; /* the reply is that the connection broke */
    }
    if (c->place && !came_from_replica(c))
        shutdown(PQsocket(c->pg), SHUT_RDWR);
    return true; /* PQgetResult waits */
}

static size_t
bytes_of(const char *const *values, int count)
{
    size_t bytes = 0;

    for (int i = 0; i < count; i++)
        bytes += values[i] ? strlen(values[i]) + 4 : 4;
    return bytes;
}

/* A thread that must not wait leaves preparing, and what is long, to others: DB_PARKED. */
static enum db_status
send_one(struct connection *c, const struct statement *statement, const char *const *values, int count, struct db_error *error)
{
    const struct query *query = statement->query;
    scoped_buf sql = BUF_INIT(STATEMENT_MAX);
    struct prepared *prepared = NULL;
    enum db_status status;
    int sent;

    if (connection_budget_ns() >= 0 && bytes_of(values, count) > SEND_AT_ONCE)
        return DB_PARKED;
    if (statement_is_planned_each_time(query, statement->form)) {
        db_statement(query, NULL, statement->form, &sql);
        if (sql.failed)
            return DB_FAILED;
        sent = PQsendQueryParams(c->pg, sql.ptr, count, NULL, values, NULL, NULL, 0);
    } else {
        status = prepare(c, statement, &prepared, error);
        if (status)
            return status;
        sent = PQsendQueryPrepared(c->pg, prepared->name, count, values, NULL, NULL, 0);
    }
    watch_expect(c);
    return sent ? DB_OK : classify(NULL, c->pg, error);
}

/* Sends the statement, and in the same round trip the one that was asked ahead. */
static enum db_status
send_statement(struct connection *c, const struct statement *statement, const char *const *values, int count, struct db_error *error)
{
    const struct ahead *ahead = c->transaction ? NULL : connection_take_ahead();
    struct statement next = ahead ? (struct statement){.query = ahead->query, .form = ahead->form} : (struct statement){0};
    const char *next_values[PARAM_LIMIT];
    enum db_status status;
    int next_count = 0;

    if (ahead && collect_values(&next, ahead->bind, ahead->context, next_values, &next_count, NULL) == DB_OK && PQenterPipelineMode(c->pg))
        next.values = hash_values(next_values, next_count);
    else
        next.query = NULL;
    status = send_one(c, statement, values, count, error);
    if (next.query && status == DB_OK) {
        PQsendFlushRequest(c->pg);
        if (send_one(c, &next, next_values, next_count, NULL))
            next.query = NULL;
        PQpipelineSync(c->pg);
    } else if (next.query) {
        PQexitPipelineMode(c->pg);
    }
    if (status)
        return status;
    c->asked = *statement;
    if (next.query)
        c->next_asked = next;
    return DB_OK;
}

/* Asks, or goes on where it was asked already, by a thread that must not wait or ahead. DB_OK: *ret is the reply, which may tell of an error. */
static enum db_status
ask(struct connection *c, const struct statement *statement, const char *const *values, int count, PGresult **ret, struct db_error *error)
{
    enum db_status status;

    while (c->asked.query && !is_same(&c->asked, statement)) { /* what comes before that is repeated first, or nobody wants it */
        if (!reply_came(c))
            return DB_PARKED;
        PQclear(c->reply);
        c->kept = c->asked;
        c->reply = connection_read_reply(c);
    }
    if (c->kept.query && is_same(&c->kept, statement)) {
        c->kept = (struct statement){0};
        *ret = c->reply;
        c->reply = NULL;
        return DB_OK;
    }
    for (;;) {
        if (!c->asked.query) {
            status = send_statement(c, statement, values, count, error);
            if (status)
                return status;
        }
        if (!reply_came(c))
            return DB_PARKED;
        *ret = connection_read_reply(c);
        if (PQresultStatus(*ret) != PGRES_PIPELINE_ABORTED)
            return DB_OK;
        PQclear(*ret); /* the statement before it failed: it did not run */
    }
}

/* What an error that others caused is answered with: another try, after a moment. False when it must be told. */
static bool
may_try_again(struct connection *c, enum db_status status, int *tries)
{
    if (status != DB_RETRY || c->transaction || c->place || *tries >= DB_TRIES)
        return false;
    db_wait_before_retry(*tries - 1);
    ++*tries;
    return true;
}

static void
note_success(struct connection *c, int64_t started_ns)
{
    atomic_fetch_add_explicit(&db_counters.queries, 1, memory_order_relaxed);
    c->used_ns = clock_monotonic_ns();
    atomic_fetch_add_explicit(&db_counters.busy_us, (c->used_ns - started_ns) / 1000, memory_order_relaxed);
    if (!c->transaction)
        connection_pass_on_told(c, true);
}

static enum db_status
execute(struct statement statement, db_bind *bind, void *context, PGresult **ret, struct db_error *error)
{
    const struct query *query = statement.query;
    const char *values[PARAM_LIMIT];
    int64_t started_ns = clock_monotonic_ns();
    enum db_status status;
    int count = 0;

    if (error)
        *error = (struct db_error){0};
    status = collect_values(&statement, bind, context, values, &count, error);
    if (status)
        return status;
    statement.values = hash_values(values, count);
    for (int attempt = 0, tries = 1;;) {
        struct connection *c = connection_budget_ns() ? connection_here() : NULL;
        PGresult *result;

        if (c) {
            tries += c->lost_tries;
            c->lost_tries = 0;
        }
        if (!c && connection_budget_ns() >= 0)
            status = DB_PARKED;
        else
            status = c ? ask(c, &statement, values, count, &result, error) : DB_UNAVAILABLE;
        if (status == DB_PARKED)
            connection_park(c);
        if (!c || status == DB_PARKED)
            return status;
        if (status == DB_OK) {
            if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK) {
                note_success(c, started_ns);
                *ret = result;
                return DB_OK;
            }
            if (!c->transaction)
                connection_pass_on_told(c, false);
            status = classify(result, c->pg, error);
            PQclear(result);
            if (status == DB_UNAVAILABLE && query->writes)
                attempt = 1; /* it may have happened */
            if (status == DB_RETRY && !c->transaction && !c->place && connection_budget_ns() >= 0) { /* the moment before another try is for others to wait */
                c->lost_tries = tries;
                connection_park(c);
                return DB_PARKED;
            }
            if (may_try_again(c, status, &tries))
                continue;
            c->lost |= status == DB_RETRY;
        }
        if (status != DB_UNAVAILABLE || attempt++ || c->transaction || c->place) {
            if (PQstatus(c->pg) != CONNECTION_OK && !c->transaction)
                connection_forget(c);
            return status;
        }
        connection_forget(c);
        atomic_fetch_add(&db_counters.reconnects, 1);
    }
}

enum db_status
db_execute(const struct query *query, db_form form, db_bind *bind, void *context, PGresult **ret, struct db_error *error)
{
    return execute((struct statement){.query = query, .form = form}, bind, context, ret, error);
}

enum db_status
db_run_with(const struct query *query, const struct query *line, db_bind *bind, void *context, PGresult **ret, struct db_error *error)
{
    return execute((struct statement){.query = query, .line = line}, bind, context, ret, error);
}

void
db_wait_before_retry(int attempt)
{
    int64_t most_ns = 10000000LL << attempt, wait_ns;
    unsigned short random[1];

    random_bytes(random, sizeof random);
    wait_ns = most_ns / 4 + most_ns * random[0] / 65536;
    atomic_fetch_add(&db_counters.retries, 1);
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
    return db_execute(query, DB_ROWS, bind_array, (void *)(uintptr_t)args, ret, error);
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

static PGresult *
next_row(struct connection *c)
{
    PGresult *result;

    watch_expect(c);
    result = PQgetResult(c->pg);
    watch_got(c); /* what is done with it may take its time */
    return result;
}

/* Hands out the rows of the statement that was sent. */
static enum db_status
each_row(struct connection *c, db_row *row, void *context, struct db_error *error)
{
    enum db_status status = DB_OK;
    PGresult *result;

    while ((result = next_row(c))) {
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
    const struct statement statement = {.query = query, .form = DB_JSON};
    const char *values[PARAM_LIMIT];
    struct connection *c = connection_here();
    struct prepared *prepared;
    enum db_status status;
    int count = 0;

    if (error)
        *error = (struct db_error){0};
    if (!c)
        return DB_UNAVAILABLE;
    status = collect_values(&statement, bind_array, (void *)(uintptr_t)args, values, &count, error);
    if (status == DB_OK)
        status = prepare(c, &statement, &prepared, error);
    if (status)
        return status;
    if (!PQsendQueryPrepared(c->pg, prepared->name, count, values, NULL, NULL, 0))
        return classify(NULL, c->pg, error);
    PQsetSingleRowMode(c->pg); /* cannot fail right after sending */
    atomic_fetch_add_explicit(&db_counters.queries, 1, memory_order_relaxed);
    status = each_row(c, row, context, error);
    c->used_ns = clock_monotonic_ns();
    if (PQstatus(c->pg) != CONNECTION_OK && !c->transaction)
        connection_forget(c);
    return status;
}

static enum db_status
command(struct connection *c, const char *sql)
{
    PGresult *result;
    enum db_status status;

    watch_expect(c);
    result = PQexec(c->pg, sql);
    watch_got(c);
    status = PQresultStatus(result) == PGRES_COMMAND_OK ? DB_OK : classify(result, c->pg, NULL);
    PQclear(result);
    return status;
}

static enum db_status
begin(const char *sql)
{
    struct connection *c = connection_here();
    enum db_status status;

    if (!c)
        return DB_UNAVAILABLE;
    if (c->asked.query)
        PQclear(connection_read_reply(c)); /* of a statement that is not wanted any more */
    status = command(c, sql);
    c->transaction = status == DB_OK;
    c->lost = false;
    return status;
}

enum db_status
db_begin(void)
{
    return begin("begin");
}

enum db_status
db_begin_long(void)
{
    enum db_status status = db_begin();

    if (status)
        return status;
    db_wait_at_most(LONG_MS);
    status = command(connection_held(), "set local statement_timeout = " TEXT_OF(LONG_MS));
    if (status)
        db_end(false);
    return status;
}

enum db_status
db_begin_short(int timeout_ms)
{
    char sql[120];

    snprintf(sql, sizeof sql, "begin; set local statement_timeout = %d; set local plan_cache_mode = force_generic_plan", timeout_ms);
    return begin(sql);
}

enum db_status
db_end(bool commit)
{
    struct connection *c = connection_held();
    bool failed = PQtransactionStatus(c->pg) != PQTRANS_INTRANS;
    enum db_status status = command(c, commit ? "commit" : "rollback");

    db_wait_at_most(0);
    c->transaction = false;
    c->lost |= status == DB_RETRY;
    connection_pass_on_told(c, commit && !failed && status == DB_OK);
    if (status && PQstatus(c->pg) != CONNECTION_OK)
        connection_forget(c);
    /* "commit" of a failed transaction succeeds as a rollback; the caller must hear of it. */
    return commit && failed && status == DB_OK ? DB_FAILED : status;
}

bool
db_transaction_lost(void)
{
    struct connection *c = connection_held();

    return c && c->lost;
}

bool
db_in_transaction(void)
{
    struct connection *c = connection_held();

    return c && c->transaction;
}

void
db_metrics(struct buf *out)
{
    buf_printf(out,
               "veza_db_connections %lld\nveza_db_queries_total %lld\nveza_db_errors_total %lld\nveza_db_retries_total %lld\n"
               "veza_db_reconnects_total %lld\nveza_db_parked_total %lld\n"
               "veza_db_query_seconds_total %.6f\n",
               (long long)db_counters.connections, (long long)db_counters.queries, (long long)db_counters.errors,
               (long long)db_counters.retries, (long long)db_counters.reconnects, (long long)db_counters.parked,
               (double)db_counters.busy_us / 1e6);
}
