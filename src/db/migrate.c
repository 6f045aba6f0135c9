#include "db/migrate.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/str.h"
#include "version.h"

/* Any number that nothing else in the database locks. */
#define LOCK "7022834512"

/* What the database says about itself. */
struct applied {
    PGresult *rows; /* version, name, checksum, applied_at; rising */
    int count;
};

static void
applied_free(struct applied *applied)
{
    PQclear(applied->rows);
}
#define scoped_applied __attribute__((cleanup(applied_free))) struct applied

static void
connection_free(PGconn **connection)
{
    PQfinish(*connection);
}
#define scoped_connection __attribute__((cleanup(connection_free))) PGconn

static void
quiet(void *unused, const char *message)
{
    (void)unused;
    if (!strstr(message, "already exists, skipping")) /* said at each start */
        log_debug("database notice", LOG_TEXT("notice", message));
}

/* Copies one line of the server's text. */
static void
say(char *error, size_t error_size, const char *what, const char *said)
{
    int len = (int)strcspn(said, "\n");

    snprintf(error, error_size, "%s: %.*s", what, len, said);
}

static bool
run(PGconn *connection, const char *sql, const char *what, char *error, size_t error_size)
{
    PGresult *result = PQexec(connection, sql);
    bool worked = PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;

    if (!worked)
        say(error, error_size, what, PQerrorMessage(connection));
    PQclear(result);
    return worked;
}

static PGconn *
connect_to(const char *conninfo, char *error, size_t error_size)
{
    PQconninfoOption *parsed = PQconninfoParse(conninfo, NULL);
    PGconn *connection;

    if (!parsed) { /* libpq's own words would quote it, password and all */
        snprintf(error, error_size, "cannot connect to the database: its address is not one of PostgreSQL");
        return NULL;
    }
    PQconninfoFree(parsed);
    connection = PQconnectdb(conninfo);
    if (PQstatus(connection) != CONNECTION_OK) {
        say(error, error_size, "cannot connect to the database", PQerrorMessage(connection));
        PQfinish(connection);
        return NULL;
    }
    if (!text_equal(PQparameterStatus(connection, "server_encoding"), "UTF8")) {
        snprintf(error, error_size, "the database has the encoding %s, and Veza needs one of UTF8: create database veza owner veza encoding 'UTF8' template "
                                    "template0", PQparameterStatus(connection, "server_encoding"));
        PQfinish(connection);
        return NULL;
    }
    PQsetNoticeProcessor(connection, quiet, NULL);
    return connection;
}

static bool
lock(PGconn *connection, char *error, size_t error_size)
{
    PGresult *result = PQexec(connection, "select pg_try_advisory_lock(" LOCK ")");
    bool got = PQresultStatus(result) == PGRES_TUPLES_OK && *PQgetvalue(result, 0, 0) == 't';

    PQclear(result);
    if (got)
        return true;
    log_info("waiting for another process that migrates the database");
    return run(connection, "select pg_advisory_lock(" LOCK ")", "cannot lock the migrations", error, error_size);
}

static bool
read_applied(PGconn *connection, struct applied *ret_applied, char *error, size_t error_size)
{
    PGresult *rows = PQexec(connection, "select version, name, checksum, to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') "
                                        "from schema_migrations order by version");

    if (PQresultStatus(rows) != PGRES_TUPLES_OK) {
        const char *state = PQresultErrorField(rows, PG_DIAG_SQLSTATE);

        if (!text_equal(state, "42P01")) { /* no such table: nothing was ever applied */
            say(error, error_size, "cannot read schema_migrations", PQerrorMessage(connection));
            PQclear(rows);
            return false;
        }
        PQclear(rows);
        rows = NULL;
    }
    *ret_applied = (struct applied){.rows = rows, .count = rows ? PQntuples(rows) : 0};
    return true;
}

static int
applied_version(const struct applied *applied, int row)
{
    int64_t version = 0;

    return text_to_int64(PQgetvalue(applied->rows, row, 0), 0, INT32_MAX, &version) ? (int)version : 0;
}

/* The row of `version`, or -1. */
static int
applied_find(const struct applied *applied, int version)
{
    for (int row = 0; row < applied->count; row++)
        if (applied_version(applied, row) == version)
            return row;
    return -1;
}

static const struct migration *
find(const struct migration_list *list, int version)
{
    for (unsigned i = 0; i < list->count; i++)
        if (list->items[i].version == version)
            return &list->items[i];
    return NULL;
}

static bool
changed(const struct applied *applied, int row, const struct migration *m)
{
    return !text_equal(PQgetvalue(applied->rows, row, 2), m->checksum);
}

/* Where in `sql` the server stopped: it counts characters, people count lines. */
static unsigned
line_of(const char *sql, const PGresult *result)
{
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    int64_t characters;
    unsigned line = 1;

    if (!position || !text_to_int64(position, 1, INT32_MAX, &characters))
        return 0;
    for (const char *c = sql; *c && characters > 1; c++) {
        if ((*c & 0xc0) != 0x80)
            characters--;
        line += *c == '\n';
    }
    return line;
}

/* Without the detail, which may be a row. */
static void
explain(const struct migration *m, const char *direction, const char *sql, const PGresult *result, char *error, size_t error_size)
{
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
    unsigned line = line_of(sql, result);
    char where[32] = "";

    if (line)
        snprintf(where, sizeof where, ":%u", line);
    snprintf(error, error_size, "%s.%s.sql%s: %s%s%s%s%s", m->name, direction, where,
             message ? message : "the connection broke", hint ? "; " : "",
             hint ? hint : "", context ? "; " : "", context ? context : "");
}

/* Runs one file and `record` in one transaction. */
static bool
run_file(PGconn *connection, const struct migration *m, const char *direction, const char *record, int record_values,
         char *error, size_t error_size)
{
    const char *sql = text_equal(direction, "up") ? m->up : m->down;
    char version[16];
    const char *values[] = {version, m->name, m->checksum};
    PGresult *result;
    bool worked;

    if (!run(connection, "begin", m->name, error, error_size))
        return false;
    result = PQexec(connection, sql);
    worked = PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK ||
             PQresultStatus(result) == PGRES_EMPTY_QUERY;
    if (!worked) {
        explain(m, direction, sql, result, error, error_size);
    } else if (PQtransactionStatus(connection) != PQTRANS_INTRANS) {
        snprintf(error, error_size, "%s.%s.sql ends the transaction that it runs in; it must not commit", m->name, direction);
        worked = false;
    }
    PQclear(result);
    if (worked) {
        snprintf(version, sizeof version, "%d", m->version);
        result = PQexecParams(connection, record, record_values, NULL, values, NULL, NULL, 0);
        worked = PQresultStatus(result) == PGRES_COMMAND_OK;
        if (!worked)
            say(error, error_size, m->name, PQerrorMessage(connection));
        PQclear(result);
    }
    if (worked)
        return run(connection, "commit", m->name, error, error_size);
    PQclear(PQexec(connection, "rollback"));
    return false;
}

static void
migrate_say_newer(const struct migration_list *list, const char *name, char *error, size_t error_size)
{
    snprintf(error, error_size, "the database is newer than this program: its schema has %s, this program (" VEZA_VERSION ") knows "
                                "up to %s. Start the version of Veza that made it, or a newer one. Nothing was changed.",
             name, list->count ? list->items[list->count - 1].name : "nothing");
}

/* Is what was applied what we know? A file that changed is a warning, or an error when `strict`. */
static bool
check_applied(const struct migration_list *list, const struct applied *applied, bool strict, char *error, size_t error_size)
{
    for (int row = applied->count - 1; row >= 0; row--) {
        const char *name = PQgetvalue(applied->rows, row, 1);
        const struct migration *m = find(list, applied_version(applied, row));

        if (!m) {
            migrate_say_newer(list, name, error, error_size);
            return false;
        }
        if (changed(applied, row, m)) {
            if (strict) {
                snprintf(error, error_size, "%s.up.sql is not the file that was applied to this database; "
                                            "a change needs a migration of its own", m->name);
                return false;
            }
            log_warn("a migration's file changed after it was applied", LOG_TEXT("migration", m->name));
        }
    }
    return true;
}

/* $1 name, $2 checksum, $3 version of this program. A row where the file is to be applied. */
#define FUNCTION_DIFFERS \
    "select where not exists (select from schema_functions f where f.name = $1 and (f.checksum = $2" \
    " or string_to_array(substring(f.version from '^[0-9.]*[0-9]'), '.')::int[] > string_to_array(substring($3 from '^[0-9.]*[0-9]'), '.')::int[]))"
#define FUNCTION_APPLIED \
    "insert into schema_functions (name, checksum, version) values ($1, $2, $3)" \
    " on conflict (name) do update set checksum = excluded.checksum, version = excluded.version, applied_at = now()"

/* How many rows, or -1. */
static int
ask_of_function(PGconn *connection, const char *sql, const struct migration_functions *file, char *error, size_t error_size)
{
    const char *values[] = {file->name, file->checksum, VEZA_VERSION};
    PGresult *result = PQexecParams(connection, sql, 3, NULL, values, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(result);
    int rows = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ? PQntuples(result) : -1;

    if (rows < 0)
        say(error, error_size, file->name, PQerrorMessage(connection));
    PQclear(result);
    return rows;
}

/* In one transaction, so that nobody sees some old and some new. Bodies are not checked against what does not exist yet: the order of the files
 * does not matter. */
static bool
apply_functions(PGconn *connection, const struct migration_list *list, char *error, size_t error_size)
{
    if (!list->function_count)
        return true;
    if (!run(connection, "begin; set local check_function_bodies = off", "functions", error, error_size))
        return false;
    for (unsigned i = 0; i < list->function_count; i++) {
        const struct migration_functions *file = &list->functions[i];
        int differs = ask_of_function(connection, FUNCTION_DIFFERS, file, error, error_size);

        if (differs == 0)
            continue;
        if (differs < 0 || !run(connection, file->sql, file->name, error, error_size) || ask_of_function(connection, FUNCTION_APPLIED, file, error, error_size) < 0) {
            PQclear(PQexec(connection, "rollback"));
            return false;
        }
        log_info("functions applied", LOG_TEXT("file", file->name));
    }
    return run(connection, "commit", "functions", error, error_size);
}

int
migrate_up(const struct migration_list *list, const char *conninfo, bool strict, char *error, size_t error_size)
{
    scoped_connection *connection = connect_to(conninfo, error, error_size);
    scoped_applied applied = {0};
    int count = 0;

    if (!connection || !lock(connection, error, error_size) ||
        !run(connection, "create table if not exists schema_migrations (version int primary key, name text not null, "
                         "checksum text not null, applied_at timestamptz not null default now())",
             "cannot make schema_migrations (the role of DATABASE_URL must own the database)", error, error_size) ||
        (list->function_count &&
         !run(connection, "create table if not exists schema_functions (name text primary key, checksum text not null, version text not null, "
                         "applied_at timestamptz not null default now())", "cannot make schema_functions", error, error_size)) ||
        !read_applied(connection, &applied, error, error_size) || !check_applied(list, &applied, strict, error, error_size))
        return -1;
    for (unsigned i = 0; i < list->count; i++) {
        const struct migration *m = &list->items[i];

        if (applied_find(&applied, m->version) >= 0)
            continue;
        if (!run_file(connection, m, "up", "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)", 3, error,
                      error_size))
            return -1;
        log_info("migrated", LOG_TEXT("migration", m->name));
        count++;
    }
    if (count > 0 && list->function_count && !run(connection, "delete from schema_functions", "functions", error, error_size))
        return -1;
    if (!apply_functions(connection, list, error, error_size))
        return -1;
    /* Under the lock; a schema before 0026 has no such function. */
    if (!run(connection, "do $$ begin if to_regprocedure('app_role_prepare()') is not null then perform app_role_prepare(); end if; end $$",
             "cannot prepare the role of requests", error, error_size))
        return -1;
    return count;
}

int
migrate_check(const struct migration_list *list, const char *conninfo, char *error, size_t error_size)
{
    scoped_connection *connection = connect_to(conninfo, error, error_size);
    scoped_applied applied = {0};

    return connection && read_applied(connection, &applied, error, error_size) &&
           check_applied(list, &applied, false, error, error_size) ? 0 : -1;
}

bool
migrate_is_newer(const struct migration_list *list, int64_t newest, int64_t count)
{
    return count > list->count || newest > (list->count ? list->items[list->count - 1].version : 0);
}

int
migrate_down(const struct migration_list *list, const char *conninfo, int steps, char *error, size_t error_size)
{
    scoped_connection *connection = connect_to(conninfo, error, error_size);
    scoped_applied applied = {0};
    int count = 0;

    if (!connection || !lock(connection, error, error_size) || !read_applied(connection, &applied, error, error_size))
        return -1;
    for (int row = applied.count - 1; row >= 0 && count < steps; row--) {
        const struct migration *m = find(list, applied_version(&applied, row));

        if (!m) {
            snprintf(error, error_size, "this program does not know %s, so it cannot take it back",
                     PQgetvalue(applied.rows, row, 1));
            return -1;
        }
        if (!run_file(connection, m, "down", "delete from schema_migrations where version = $1", 1, error, error_size))
            return -1;
        log_info("migrated back", LOG_TEXT("migration", m->name));
        count++;
    }
    return count;
}

static void
print(FILE *to, const char *name, const char *state)
{
    if (to)
        fprintf(to, "%-40s %s\n", name, state);
}

int
migrate_status(const struct migration_list *list, const char *conninfo, FILE *to, char *error, size_t error_size)
{
    scoped_connection *connection = connect_to(conninfo, error, error_size);
    scoped_applied applied = {0};
    int open = 0;

    if (!connection || !read_applied(connection, &applied, error, error_size))
        return -1;
    for (unsigned i = 0; i < list->count; i++) {
        const struct migration *m = &list->items[i];
        int row = applied_find(&applied, m->version);
        char state[128];

        if (row < 0)
            snprintf(state, sizeof state, "missing");
        else
            snprintf(state, sizeof state, "applied %s UTC%s", PQgetvalue(applied.rows, row, 3),
                     changed(&applied, row, m) ? ", and its file changed since" : "");
        open += row < 0 || changed(&applied, row, m);
        print(to, m->name, state);
    }
    for (int row = 0; row < applied.count; row++)
        if (!find(list, applied_version(&applied, row)))
            print(to, PQgetvalue(applied.rows, row, 1), "applied, and unknown to this program, which is older than the database");
    return open;
}
