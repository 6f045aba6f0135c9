/* connection.h - connections to PostgreSQL and the threads that use them. For db.c only. */
#pragma once

#include <stdatomic.h>

#include "db/db.h"

#define PREPARED_SLOTS 2048
#define PLACES 9           /* the database, and replicas of it */
#define REPLICA_WAIT_MS 700 /* for a reply of a replica; PostgreSQL ends the statement before that */
#define REPLICA_STATEMENT_MS 500

/* A statement that a connection has prepared. Keyed by addresses: queries are constants of the program. */
struct prepared {
    const struct query *query, *line;
    db_form form;
    char name[16];
};

#define TOLD_MAX 16 /* a statement that tells more has changed much: "*" */

struct connection {
    struct connection *next, **link; /* of all, under a lock in watch.c */
    struct connection *next_spare;
    unsigned place;         /* what it leads to: 0 the database, from 1 on a replica of it */
    int fd;                 /* of `pg`; -1: none */
    _Atomic int64_t due_ms; /* when a reply must have come at the latest; INT64_MAX: none is under way */
    PGconn *pg;
    bool transaction, lost; /* lost: the transaction was undone because of others */
    unsigned told_count;
    char told[TOLD_MAX][64]; /* by the statements since the last commit */
    int64_t used_ns; /* when it last answered */
    struct statement {
        const struct query *query; /* NULL: none */
        const struct query *line;
        db_form form;
        uint64_t values; /* a hash of what it was sent with: the reply is for these only */
    } asked, next_asked, kept; /* asked: sent, and the reply has not been read; kept: `reply` is its reply, which nobody has taken */
    PGresult *reply;
    int lost_tries; /* of the statement that a thread left because others got in its way */
    unsigned prepared_count, names_used; /* a name is used once, also where the preparing failed or was cancelled */
    struct prepared prepared[PREPARED_SLOTS];
};

/* Longest statement, in milliseconds. */
int db_statement_timeout_ms(void);

struct db_counters {
    _Atomic int64_t connections, queries, errors, retries, reconnects, parked, busy_us;
};
extern struct db_counters db_counters;

/* This thread's connection, opened when it has none. NULL when there is none to be had; in a thread that must not wait, also when no spare
 * one is there. */
struct connection *connection_here(void);
/* The same, without opening one. */
struct connection *connection_held(void);
/* Closes what is left of it; the next use of this thread opens another. */
void connection_forget(struct connection *c);

/* replica.c: where a place is, as libpq takes it. */
const char *replica_conninfo(unsigned place);

/* A connection to a replica for those who need one next; NULL: none to be had. Waits for it. */
struct connection *connection_open_to(unsigned place);
void connection_give_spare(struct connection *c);
void connection_free(struct connection *c);
/* This thread's statements go to this place from now on. False, and nothing is changed, where no connection to it is idle; requests never wait for one to
 * a replica. */
bool connection_go_to(unsigned place);
unsigned connection_place(void); /* where they go now */
/* The place of the connection to a replica that this thread holds, since it goes on with a request that was parked; 0: none. */
unsigned connection_held_place(void);

/* How long this thread may still wait for a reply, in nanoseconds; negative: as long as it takes. */
int64_t connection_budget_ns(void);
/* It has waited. What it did otherwise, or waited for a processor, does not count. */
void connection_waited(int64_t waited_ns);

/* watch.c: every connection is known to it from its making to its end. `fd`: -1 when it has no socket (any more). */
void watch_add(struct connection *c);
void watch_remove(struct connection *c);
void watch_socket(struct connection *c, int fd);
/* Something is sent now, whose reply must come in time, or the connection is broken off. */
void watch_expect(struct connection *c);
void watch_got(struct connection *c);
/* Is the time over that db_end_waits() gave? */
bool watch_nobody_waits(void);

/* Takes the connection (or none, when NULL) from this thread for whoever goes on: see db_take_parked(). */
void connection_park(struct connection *c);

/* The statement that is to be sent together with the next one of this thread; NULL: none. */
struct ahead {
    const struct query *query;
    db_form form;
    db_bind *bind;
    void *context;
};
const struct ahead *connection_take_ahead(void);

/* Reads the reply to what was asked first; of several results the last one, as PQexec does. NULL when the connection broke. */
PGresult *connection_read_reply(struct connection *c);

/* What triggers told is passed on after a commit; `happened` is false when what was told did not come to be. */
void connection_pass_on_told(struct connection *c, bool happened);
