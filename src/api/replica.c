#include "api/replica.h"

#include "api.queries.h"
#include "base/log.h"
#include "db/replica.h"

#define HEADER "Veza-Position"
#define COOKIE "veza_position"
#define COOKIE_S 60 /* a replica is used while it is less than five seconds behind */

bool
replica_may_answer(const struct request *req, const struct query *query)
{
    return db_has_replicas() && req->route && req->route->replica && query == req->route->sql && !req->identity.known && req->method == GET;
}

/* A position as PostgreSQL writes it. */
static bool
is_position(const char *text)
{
    size_t high = strspn(text, "0123456789ABCDEF"), low = text[high] == '/' ? strspn(text + high + 1, "0123456789ABCDEF") : 0;

    return high && low && high <= 8 && low <= 8 && !text[high + 1 + low];
}

/* What the client says that it wrote; NULL: nothing. */
static const char *
position_of(struct request *req)
{
    const char *text = request_header(req, HEADER);

    if (!text)
        text = request_cookie(req, COOKIE);
    return text && is_position(text) ? text : NULL;
}

bool
replica_reader_wrote(struct request *req)
{
    return db_has_replicas() && position_of(req);
}

static enum db_status
ask_one(const struct query *query, const struct db_arg *args, PGresult **ret)
{
    struct db_error error;

    return db_run(query, args, ret, &error);
}

/* How often something of the route's kinds was hidden, as the database knows it now; in the arena. */
static enum db_status
count_hidings(struct request *req, const char **ret)
{
    PGresult *result;
    enum db_status status = ask_one(&q_hidings, (const struct db_arg[]){{"kinds", req->route->replica}, {0}}, &result);

    if (status)
        return status;
    *ret = arena_strdup(req->arena, PQgetvalue(result, 0, 0));
    PQclear(result);
    return *ret ? DB_OK : DB_FAILED;
}

/* Has the replica that this thread asks now replayed these, and what the reader wrote? */
static enum db_status
has_replayed(const char *hidings, const char *position, enum replica_answer *ret)
{
    PGresult *result;
    enum db_status status = ask_one(&q_replica_has, (const struct db_arg[]){{"hidings", hidings}, {"position", position}, {0}}, &result);

    if (status)
        return status;
    *ret = *PQgetvalue(result, 0, 0) != 't' ? REPLICA_HIDING : *PQgetvalue(result, 0, 1) != 't' ? REPLICA_WRITTEN : REPLICA_SERVED;
    PQclear(result);
    return DB_OK;
}

static bool
is_fault(enum db_status status)
{
    return status == DB_UNAVAILABLE; /* what is wrong with the question, or takes long, is so everywhere; replaying may end a statement (DB_RETRY) */
}

enum db_status
replica_ask(struct request *req, const struct query *query, db_form form, db_bind *bind, PGresult **ret)
{
    enum replica_answer answer = db_go_to_replica();
    const char *hidings;
    struct db_error error = {0};
    enum db_status status;

    if (answer == REPLICA_SERVED) {
        db_leave_replica(false); /* the database is asked first */
        status = count_hidings(req, &hidings);
        if (status)
            return status;
        answer = db_go_to_replica();
    }
    if (answer != REPLICA_SERVED) {
        db_count_replica_read(answer);
        return DB_UNAVAILABLE;
    }
    status = has_replayed(hidings, position_of(req), &answer);
    if (status == DB_OK && answer == REPLICA_SERVED)
        status = db_execute(query, form, bind, req, ret, &error);
    db_leave_replica(is_fault(status));
    if (status == DB_PARKED)
        return status;
    if (status)
        log_warn("a replica did not answer a list; the database does", LOG_TEXT("query", query->name), LOG_TEXT("error", error.message));
    db_count_replica_read(status ? REPLICA_FAILED : answer);
    return status ? DB_UNAVAILABLE : answer == REPLICA_SERVED ? DB_OK : DB_UNAVAILABLE;
}

const struct problem *
replica_tell_position(struct request *req)
{
    const char *position;
    PGresult *result;
    enum db_status status;

    if (!db_has_replicas())
        return NULL;
    status = ask_one(&q_position, (const struct db_arg[]){{0}}, &result);
    if (status == DB_PARKED)
        return &request_parked;
    if (status) /* nobody knows: every replica is too old for this client */
        position = "FFFFFFFF/FFFFFFFF";
    else
        position = arena_strdup(req->arena, PQgetvalue(result, 0, 0));
    if (!status)
        PQclear(result);
    if (position) {
        reply_header(req, HEADER, position);
        reply_cookie(req, COOKIE, position, "/", COOKIE_S);
    }
    return NULL;
}
