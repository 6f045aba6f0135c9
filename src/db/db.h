/* db.h - named queries on PostgreSQL.
 *
 * Each thread that asks has a connection to itself, opened when it first needs one and prepared statement by statement. A
 * connection that the server closed is replaced; a statement that only reads is then tried once more, a write is not (whether
 * it happened is unknown), unless it had not been sent yet. A statement that lost to a deadlock or a serialisation failure did not happen: it
 * is tried again after a moment, but not within a transaction, which has to begin anew (db_transaction_lost()). */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "db/query.h"

struct db_arg {
    const char *name;
    const char *text; /* PostgreSQL's text form; NULL is null */
};

/* Which statement is made of a query: its rows, or a page of a list, of these bits. Of a list the rows have, besides the query's columns, some
 * whose names end in an underscore: keys that are no column, and `total_`. */
typedef uint32_t db_form;
#define DB_ROWS 0u
#define DB_JSON 1u          /* one column: the row as a JSON object by PostgreSQL; for db_each() */
#define DB_LIST 2u          /* the first rows; reads :limit_, at most DB_LIST_MOST */
#define DB_LIST_AFTER 4u    /* or those after a row with the keys :key1_, :key2_... */
#define DB_LIST_NUMBERED 8u /* or those after :offset_ rows; costs more with each page */
#define DB_LIST_COUNTED 16u /* each row has `total_`; where the page is empty, the only row has nothing else */
#define DB_VISITOR 32u      /* with DB_ROWS or a page: for nobody who is known; :viewer is null and :viewer_staff false in its text, so that PostgreSQL leaves
                             * out what depends on them */
#define DB_LIST_SORT_SHIFT 6
#define DB_LIST_SORT_MASK 15u
#define DB_LIST_FILTER_SHIFT 10 /* from here on a bit for each filter of the query */
#define DB_LIST_MOST "101"
/* Counting every row of a large table costs more than the page itself, and nobody turns to page 500. */
#define LIST_TOTAL_MAX 10000
#define DB_LIST_TOTAL_MOST "10000"

/* What binds :limit_ and :offset_, told apart by address. */
extern const char db_list_limit[], db_list_offset[];

const struct query_sort *db_list_sort(const struct query *query, db_form form);
unsigned db_list_keys(const struct query_sort *sort);
/* The column of the reply that has the value of this key. */
const char *db_list_key_column(const struct query_sort *sort, unsigned key);

enum db_status {
    DB_OK = 0,
    DB_UNAVAILABLE = -1, /* no connection, or the server is shutting down */
    DB_CONSTRAINT = -2,  /* a constraint was violated: see `constraint` */
    DB_INPUT = -3,       /* a value that the type does not take */
    DB_RETRY = -4,       /* serialisation failure or deadlock, after DB_TRIES tries or within a transaction */
    DB_TIMEOUT = -5,     /* statement timeout */
    DB_FAILED = -6,      /* anything else: a bug of ours */
    DB_PARKED = -7,      /* this thread may not wait any longer: see db_lend() */
};

struct db_error {
    char sqlstate[6];
    char constraint[64];
    char table[64];
    char message[512]; /* for the log: the primary message, never the row or the values that it was about */
};

/* Finds a parameter's value by name. Returns false when there is none of that name (a bug). */
typedef bool db_bind(void *context, const char *name, const char **ret_text);

/* Once, before any other call. `conninfo` as libpq takes it, copied. `timeout_ms`: longest statement. */
void db_setup(const char *conninfo, int timeout_ms);

/* The role of requests (migrations/0026). It owns no table and changes no line of the audit log. */
#define APP_ROLE "veza_app"

/* Connections that are opened from now on are its own (`login`: it signs in itself, as with the embedded cluster; else conninfo's role
 * takes it on). False, and they stay conninfo's, where the database has not got the role or conninfo's may not take it on. */
bool db_act_as_app(bool login);

/* Runs `query`. On DB_OK *ret is the result, to be freed with PQclear. `error` may be NULL. */
enum db_status db_execute(const struct query *query, db_form form, db_bind *bind, void *context, PGresult **ret,
                          struct db_error *error);

/* The same with DB_ROWS, and where the query gives a row that is no refusal, `line` (may be NULL) is written in the same statement: all or nothing. It is a
 * query of the form `insert into x (...) select :a::type, ...` without from and where, and its parameters bind like those of the query. */
enum db_status db_run_with(const struct query *query, const struct query *line, db_bind *bind, void *context, PGresult **ret,
                           struct db_error *error);

/* The same with DB_ROWS and arguments given as an array ended by a NULL name. */
enum db_status db_run(const struct query *query, const struct db_arg *args, PGresult **ret, struct db_error *error);

/* What a trigger says with `raise notice using errcode = 'VZ001'` reaches `callback` in the thread that ran the statement, once it is
 * committed. A callback must not use the database. At most four a program, each of which gets every text; "*" stands for more texts than are kept. Set before
 * threads start; NULL forgets all. */
void db_on_told(void (*callback)(const char *text));

/* Runs a query that only reads and hands out its rows one at a time, each as a JSON object: memory does not grow with their number. `row`
 * returns false to stop, which is no error. Not tried again once it has begun. */
typedef bool db_row(void *context, struct str json);
enum db_status db_each(const struct query *query, const struct db_arg *args, db_row *row, void *context, struct db_error *error);

/* A transaction on this thread's connection. db_end(false) rolls back. */
enum db_status db_begin(void);
/* One whose statements may take an hour each, for work in the background. */
enum db_status db_begin_long(void);
/* One whose statements PostgreSQL ends after so many milliseconds each (DB_TIMEOUT). To plan them takes part of that time, so a connection plans each of them
 * once, for all values. */
enum db_status db_begin_short(int timeout_ms);
enum db_status db_end(bool commit);

/* How often a statement or a transaction is tried that others got in the way of. */
#define DB_TRIES 4

/* Did a deadlock or a serialisation failure undo the last transaction of this thread? It may then be repeated as a whole. */
bool db_transaction_lost(void);
/* Waits a moment that grows with `attempt` (0, 1, 2) and differs between those who wait, so that they do not meet again. */
void db_wait_before_retry(int attempt);

/* Is there an open transaction on this thread? */
bool db_in_transaction(void);

/* The text that is prepared for a query in this form, with a line or NULL, appended to `out`; used by the description and by tests. */
void db_statement(const struct query *query, const struct query *line, db_form form, struct buf *out);

/* Threads that others wait for, such as the polling threads of a server.
 *
 * After db_lend() a thread waits for replies for `budget_ns` at most, never connects, and prepares nothing. What cannot be done under
 * these conditions returns DB_PARKED, and the thread's connection with the unanswered statement is set aside. db_take_parked() ends
 * that state and hands it out. Another thread adopts the connection and runs the same code from its beginning: when that comes to the
 * statement again, it gets the reply to what was sent. So the code may be run twice up to its last statement, and what it asks before that must only read.
 * Without a connection (NULL) nothing was sent yet.
 *
 * Threads that adopt share connections: db_give_back() leaves this thread's to whoever needs one next. */
struct connection;
/* Once, before any other call of these: how many idle connections are kept for the next. */
void db_share_connections(unsigned most);
void db_lend(int64_t budget_ns);
/* Was something parked since db_lend()? False with a connection: it has a statement under way that nobody wants; a thread that may wait calls
 * db_settle() with it. */
bool db_take_parked(struct connection **ret_connection);
/* Before something else that takes its time, such as a disk: was this thread lent? Then what it does is parked, and goes on, from its beginning, in a thread that
 * may wait. */
bool db_park(void);
/* The next statement of this thread is sent together with this one, which only reads; when it is asked later, its reply is there already, and
 * when it is not, or with other values, the reply is thrown away. Only between db_lend() and db_take_parked(), else nothing happens. */
void db_ask_ahead(const struct query *query, db_form form, db_bind *bind, void *context);
/* Waits 50 ms for a statement that nobody wants, and keeps the connection for the next; else closes it, which ends the statement too. */
void db_settle(struct connection *connection);
/* This thread, which holds none, goes on with this connection. Accepts NULL. */
void db_adopt(struct connection *connection);
void db_give_back(void);
/* Nobody goes on: ends the connection, whatever was under way. Accepts NULL. */
void db_drop(struct connection *connection);

/* A thread that breaks off connections whose reply does not come 2 s after the time limit of statements: PostgreSQL hangs, or the way to it is cut
 * off. Statements then fail as when the connection was lost. */
bool db_watch_start(void);
void db_watch_stop(void);
/* For the end of the program: from so many milliseconds on nobody waits any longer. */
void db_end_waits(int64_t in_ms);
/* A shorter time limit for what this thread asks from now on; 0: none. */
void db_wait_at_most(int64_t milliseconds);

/* This thread's connection, for what is not a named query (LISTEN, describing). NULL when there is none. */
PGconn *db_connection(void);

/* Closes this thread's connection; for threads that end. */
void db_disconnect(void);

/* Metrics in the Prometheus text format. */
void db_metrics(struct buf *out);
