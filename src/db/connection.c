#include "db/connection.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

#define UNWANTED_MS 50 /* so long a statement that nobody wants any more may take */
#define NOTICE_MS 100  /* so soon PostgreSQL notices that a client has gone, and ends its statement */
#define FRESH_NS 200000000 /* a connection that answered a moment ago is believed to be there still */

struct db_counters db_counters;

static char *conninfo;
#define TOLD_CALLBACKS_MAX 4

static int statement_timeout_ms;
static bool as_app_role, app_role_login;
static pthread_key_t connection_keys[2]; /* to the database, and to a replica */
static _Thread_local unsigned place; /* where this thread's statements go */
static bool key_made;
static void (*told_callbacks[TOLD_CALLBACKS_MAX])(const char *text);

/* Of threads that share connections: what nobody uses at the moment, the last used first. */
static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    struct connection *first;
    unsigned count;
} spares[PLACES];
static unsigned spare_max;

/* What this thread may wait for a reply in one request, and what it had to leave to others. */
static _Thread_local struct {
    bool limited;
    int64_t left_ns;
    bool has_parked;
    struct connection *parked;
    struct ahead ahead, taken_ahead;
} budget;

static struct connection *
connection_new(unsigned to)
{
    struct connection *c = calloc(1, sizeof *c);

    if (c) {
        c->place = to;
        watch_add(c);
    }
    return c;
}

static void
close_pg(struct connection *c)
{
    watch_socket(c, -1); /* before the descriptor may become somebody else's */
    if (c->pg)
        atomic_fetch_sub(&db_counters.connections, 1);
    PQclear(c->reply);
    PQfinish(c->pg);
}

void
connection_free(struct connection *c)
{
    if (!c)
        return;
    close_pg(c);
    watch_remove(c);
    free(c);
}

static void
free_at_end(void *connection)
{
    connection_free(connection);
}

void
db_setup(const char *text, int timeout_ms)
{
    free(conninfo);
    conninfo = strdup(text);
    statement_timeout_ms = timeout_ms;
    if (!key_made && (pthread_key_create(&connection_keys[0], free_at_end) || pthread_key_create(&connection_keys[1], free_at_end)))
        abort();
    key_made = true;
}

int
db_statement_timeout_ms(void)
{
    return statement_timeout_ms;
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

void
connection_pass_on_told(struct connection *c, bool happened)
{
    for (unsigned i = 0; i < c->told_count && happened; i++)
        for (unsigned k = 0; k < TOLD_CALLBACKS_MAX && told_callbacks[k]; k++)
            told_callbacks[k](c->told[i]);
    c->told_count = 0;
}

void
db_on_told(void (*callback)(const char *text))
{
    unsigned k = 0;

    if (!callback)
        memset(told_callbacks, 0, sizeof told_callbacks);
    while (callback && k < TOLD_CALLBACKS_MAX && told_callbacks[k] && told_callbacks[k] != callback)
        k++;
    if (callback && k < TOLD_CALLBACKS_MAX)
        told_callbacks[k] = callback;
}

static PGconn *
connect_now(unsigned to)
{
    /* A network that drops what is quiet, or a machine that is gone, is noticed within a minute also by who only listens. The address may say otherwise. */
    const char *const names[] = {"keepalives_idle", "keepalives_interval", "keepalives_count", "dbname", "user", "options", "application_name",
                                 "connect_timeout", "client_encoding", NULL};
    char options[400], said[512];
    const char *where = to ? replica_conninfo(to) : conninfo, *user = as_app_role && app_role_login ? APP_ROLE : NULL;
    const char *values[] = {"30", "10", "3", where, user, options, "veza", to ? "2" : "5", "UTF8", NULL};
    PGconn *pg;

    if (watch_nobody_waits()) /* the program ends, and a database that hangs would hold it for 5 s */
        return NULL;
    snprintf(options, sizeof options, "-c statement_timeout=%d -c idle_in_transaction_session_timeout=60000 -c TimeZone=UTC"
             " -c DateStyle=ISO -c client_min_messages=notice -c client_connection_check_interval=%d"
             " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3%s", /* what a machine that is gone held is free within a minute */
             to ? REPLICA_STATEMENT_MS : statement_timeout_ms, NOTICE_MS, as_app_role && !app_role_login ? " -c role=" APP_ROLE : "");
    pg = PQconnectdbParams(names, values, 1);
    if (PQstatus(pg) != CONNECTION_OK) {
        snprintf(said, sizeof said, "%.*s", (int)strcspn(PQerrorMessage(pg), "\n"), PQerrorMessage(pg));
        log_warn(to ? "connection to a replica failed" : "database connection failed", LOG_TEXT("error", said));
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
    pg = connect_now(0);
    if (!pg) { /* because of the role, or is there no database at all? */
        as_app_role = false;
        pg = connect_now(0);
        as_app_role = !pg;
    } else {
        as_app_role = is_app_role(pg);
    }
    PQfinish(pg);
    return as_app_role;
}

/* Did the server close this idle connection? Its last message then waits in the socket. */
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

void
connection_forget(struct connection *c)
{
    close_pg(c);
    c->pg = NULL;
    c->reply = NULL;
    c->asked = c->next_asked = c->kept = (struct statement){0};
    c->transaction = c->lost = false;
    c->told_count = c->prepared_count = c->names_used = 0;
    c->lost_tries = 0;
    memset(c->prepared, 0, sizeof c->prepared);
    watch_got(c);
}

struct connection *
connection_held(void)
{
    return pthread_getspecific(connection_keys[place != 0]);
}

static struct connection *
take_spare(void)
{
    struct connection *c;

    pthread_mutex_lock(&spare_lock);
    c = spares[place].first;
    if (c) {
        spares[place].first = c->next_spare;
        spares[place].count--;
    }
    pthread_mutex_unlock(&spare_lock);
    return c;
}

void
connection_give_spare(struct connection *c)
{
    bool wanted;

    pthread_mutex_lock(&spare_lock);
    wanted = spares[c->place].count < spare_max;
    if (wanted) {
        c->next_spare = spares[c->place].first;
        spares[c->place].first = c;
        spares[c->place].count++;
    }
    pthread_mutex_unlock(&spare_lock);
    if (!wanted)
        connection_free(c);
}

static void
open_now(struct connection *c)
{
    c->pg = connect_now(c->place);
    if (!c->pg)
        return;
    PQsetNoticeReceiver(c->pg, on_notice, c);
    watch_socket(c, PQsocket(c->pg));
    atomic_fetch_add(&db_counters.connections, 1);
}

struct connection *
connection_open_to(unsigned to)
{
    struct connection *c = connection_new(to);

    if (c)
        open_now(c);
    if (c && c->pg)
        return c;
    connection_free(c);
    return NULL;
}

/* The connection that this thread holds, or takes now. */
static struct connection *
hold_one(void)
{
    struct connection *c = connection_held();

    if (!c) {
        c = take_spare();
        if (!c && !budget.limited && !place)
            c = connection_new(0);
        if (c && pthread_setspecific(connection_keys[place != 0], c)) {
            connection_free(c);
            c = NULL;
        }
    }
    return c;
}

static bool
is_stale(const struct connection *c)
{
    return c->pg && !c->transaction && !c->asked.query && clock_monotonic_ns() - c->used_ns > FRESH_NS && went_away(c->pg);
}

struct connection *
connection_here(void)
{
    struct connection *c;

    while ((c = hold_one())) {
        if (is_stale(c)) {
            connection_forget(c);
            atomic_fetch_add(&db_counters.reconnects, 1);
        }
        if (!c->pg && !budget.limited && !place)
            open_now(c);
        if (c->pg || (!budget.limited && !place))
            break;
        pthread_setspecific(connection_keys[place != 0], NULL); /* perhaps another one is fine */
        connection_free(c);
    }
    return c && c->pg ? c : NULL;
}

unsigned
connection_place(void)
{
    return place;
}

unsigned
connection_held_place(void)
{
    const struct connection *c = pthread_getspecific(connection_keys[1]);

    return c ? c->place : 0;
}

static void
give_back(struct connection *c);

bool
connection_go_to(unsigned to)
{
    struct connection *c = to ? pthread_getspecific(connection_keys[1]) : NULL;

    if (c && c->place != to)
        give_back(c);
    place = to;
    if (!to || connection_here())
        return true;
    place = 0;
    return false;
}

int64_t
connection_budget_ns(void)
{
    return budget.limited ? budget.left_ns : -1;
}

void
connection_waited(int64_t waited_ns)
{
    budget.left_ns = waited_ns < budget.left_ns ? budget.left_ns - waited_ns : 0;
}

void
connection_park(struct connection *c)
{
    if (c)
        pthread_setspecific(connection_keys[c->place != 0], NULL);
    budget.parked = c;
    budget.has_parked = true;
    atomic_fetch_add(&db_counters.parked, 1);
}

bool
db_park(void)
{
    if (budget.limited)
        connection_park(NULL);
    return budget.limited;
}

void
db_ask_ahead(const struct query *query, db_form form, db_bind *bind, void *context)
{
    if (budget.limited && !query->writes)
        budget.ahead = (struct ahead){query, form, bind, context};
}

const struct ahead *
connection_take_ahead(void)
{
    if (!budget.ahead.query)
        return NULL;
    budget.taken_ahead = budget.ahead;
    budget.ahead = (struct ahead){0};
    return &budget.taken_ahead;
}

PGresult *
connection_read_reply(struct connection *c)
{
    PGresult *reply = NULL, *next;

    c->asked = c->next_asked;
    c->next_asked = (struct statement){0};
    while ((next = PQgetResult(c->pg))) {
        PQclear(reply);
        reply = next;
    }
    if (!c->asked.query && PQpipelineStatus(c->pg) != PQ_PIPELINE_OFF) {
        PQclear(PQgetResult(c->pg)); /* the end of the pipeline */
        PQexitPipelineMode(c->pg);
    }
    if (!c->asked.query)
        watch_got(c);
    if (PQstatus(c->pg) == CONNECTION_OK)
        return reply;
    PQclear(reply); /* libpq may call it a success without rows, when the connection broke after their description came */
    return NULL;
}

static bool
wait_readable(struct connection *c, int64_t until_ms)
{
    struct pollfd socket = {.fd = PQsocket(c->pg), .events = POLLIN};

    while (PQisBusy(c->pg)) {
        int64_t left_ms = until_ms - clock_monotonic_ms();

        if (left_ms < 0 || poll(&socket, 1, (int)left_ms) == 0)
            return false;
        if (!PQconsumeInput(c->pg))
            return true;
    }
    return true;
}

/* Reads the replies that nobody wants. What takes too long ends with its connection: a request to cancel it could come too late, and then hit
 * the statement after it. */
static void
settle(struct connection *c)
{
    int64_t until_ms = clock_monotonic_ms() + UNWANTED_MS;

    while (c->asked.query && wait_readable(c, until_ms))
        PQclear(connection_read_reply(c));
}

void
db_settle(struct connection *c)
{
    db_adopt(c);
    db_give_back();
}

void
db_share_connections(unsigned most)
{
    spare_max = most;
}

void
db_lend(int64_t budget_ns)
{
    budget.limited = true;
    budget.left_ns = budget_ns;
}

bool
db_take_parked(struct connection **ret_connection)
{
    bool parked = budget.has_parked;
    struct connection *c;

    if ((c = pthread_getspecific(connection_keys[1])))
        give_back(c);
    place = 0;
    c = connection_held();

    budget.limited = budget.has_parked = false;
    budget.ahead = (struct ahead){0};
    *ret_connection = budget.parked;
    budget.parked = NULL;
    if (!c)
        return parked;
    PQclear(c->reply);
    c->reply = NULL;
    c->kept = (struct statement){0};
    while (c->asked.query && PQconsumeInput(c->pg) && !PQisBusy(c->pg))
        PQclear(connection_read_reply(c)); /* nobody wants it */
    if (!c->asked.query)
        return parked;
    pthread_setspecific(connection_keys[0], NULL); /* a reply that is still to come is for nobody else */
    if (*ret_connection)
        connection_free(c);
    else
        *ret_connection = c;
    return parked;
}

void
db_adopt(struct connection *c)
{
    if (c && pthread_setspecific(connection_keys[c->place != 0], c))
        connection_free(c);
}

void
db_drop(struct connection *c)
{
    connection_free(c);
}

/* What nobody wants of a replica is not waited for. */
static void
give_back(struct connection *c)
{
    if (!c->place)
        settle(c);
    pthread_setspecific(connection_keys[c->place != 0], NULL);
    PQclear(c->reply);
    c->reply = NULL;
    c->kept = (struct statement){0};
    c->lost_tries = 0;
    if (c->pg && !c->transaction && !c->asked.query && PQstatus(c->pg) == CONNECTION_OK)
        connection_give_spare(c);
    else
        connection_free(c);
}

void
db_give_back(void)
{
    for (unsigned i = 0; i < 2; i++)
        if (pthread_getspecific(connection_keys[i]))
            give_back(pthread_getspecific(connection_keys[i]));
    place = 0;
}

PGconn *
db_connection(void)
{
    struct connection *c = connection_here();

    return c ? c->pg : NULL;
}

void
db_disconnect(void)
{
    if (!key_made) /* stopped before db_setup: the key of that number is somebody else's */
        return;
    for (unsigned i = 0; i < 2; i++) {
        connection_free(pthread_getspecific(connection_keys[i]));
        pthread_setspecific(connection_keys[i], NULL);
    }
    place = 0;
}

