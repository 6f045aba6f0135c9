#include <stdlib.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/internal.h"
#include "http/lending.h"

#define UNSENT_MAX_MS 5000 /* a request whose statement was not sent by then is refused */

const struct problem request_parked = {.status = 503, .code = "parked", .title = "A statement is under way"};

static _Thread_local struct lending lending;
static _Thread_local bool lent; /* is this thread in a step of park_unless_quick()? */

uint64_t
park_person(const struct request *req)
{
    const char *who = req->identity.known ? req->identity.user_id : req->limit_address.network;

    return XXH3_64bits(who, strlen(who)) | 1;
}

/* The person or address that a change is counted for: changes wait for locks, and many changes of one person for each other. 0 for reads, which wait for no lock. */
static uint64_t
park_who(const struct request *req)
{

    return method_changes(req->method) ? park_person(req) : 0;
}

void
park_politely(struct request *req)
{
    uint64_t who = lent ? park_who(req) : 0;

    if (who && req->server->settings.hooks->lend && pool_is_crowded(req->server->waiters, who))
        req->server->settings.hooks->lend(0);
}

struct unwanted {
    struct connection *connection;
    const struct server_hooks *hooks;
};

static void
settle(void *argument)
{
    struct unwanted *unwanted = argument;

    unwanted->hooks->settle(unwanted->connection);
    free(unwanted);
}

static bool
settle_later(struct server *server, struct connection *connection)
{
    struct unwanted *unwanted = malloc(sizeof *unwanted);

    if (!unwanted)
        return false;
    *unwanted = (struct unwanted){connection, server->settings.hooks};
    if (pool_submit(server->waiters, settle, unwanted))
        return true;
    free(unwanted);
    return false;
}

bool
park_unless_quick(struct request *req, const struct problem *(*step)(struct request *req), const struct problem **ret_problem)
{
    const struct server_hooks *hooks = req->server->settings.hooks;
    struct connection *connection = NULL;
    bool parked = false;

    log_request_id(req->id);
    if (hooks->lend)
        hooks->lend(lending_budget_ns(&lending, clock_monotonic_ns()));
    lent = true;
    *ret_problem = step(req);
    lent = false;
    if (hooks->lend)
        parked = hooks->take_parked(&connection);
    log_request_id(NULL);
    if (parked)
        exchange_of(req)->connection = connection;
    else if (connection && !settle_later(req->server, connection))
        hooks->drop(connection);
    if (parked)
        *ret_problem = NULL;
    if (parked && connection)
        lending_in_vain(&lending);
    return !parked;
}

static void
run_left(void *argument)
{
    struct request *req = argument;
    struct exchange *exchange = exchange_of(req);
    const struct server_hooks *hooks = req->server->settings.hooks;
    struct connection *connection = exchange->connection;

    log_request_id(req->id);
    if (!connection && (req->server->draining || clock_monotonic_ms() - exchange->parked_ms > UNSENT_MAX_MS)) {
        exchange->refusal = problem_retry(req->arena, PROBLEM(UNAVAILABLE), 5);
        reply_problem(req, exchange->refusal);
    } else {
        exchange->connection = NULL;
        hooks->adopt(connection);
        exchange->go_on(req);
        hooks->give_back();
    }
    log_request_id(NULL);
    MHD_resume_connection(req->connection);
}

void
park(struct request *req, void (*go_on)(void *request))
{
    struct exchange *exchange = exchange_of(req);

    exchange->go_on = go_on;
    exchange->parked_ms = clock_monotonic_ms();
    MHD_suspend_connection(req->connection);
    if (pool_submit_for(req->server->waiters, park_who(req), run_left, req))
        return;
    req->server->settings.hooks->drop(exchange->connection);
    exchange->connection = NULL;
    exchange->refusal = problem_retry(req->arena, PROBLEM(UNAVAILABLE), 5);
    reply_problem(req, exchange->refusal);
    MHD_resume_connection(req->connection);
}
