#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/internal.h"

#define BUDGET_NS 2000000
#define VAIN_SHARE 3         /* of its time, a third at most a thread waits for replies that then do not come */
#define VAIN_MOST_NS 4000000 /* what it may wait so at once, after a quiet time */
#define UNSENT_MAX_MS 5000   /* a request whose statement was not sent by then is refused */

const struct problem request_parked = {.status = 503, .code = "parked", .title = "A statement is under way"};

/* What this thread may still wait in vain. A wait that brings the reply costs nothing: on a busy machine replies are late now and then, and parking
 * costs more processor time than the whole request. */
static _Thread_local struct {
    int64_t left_ns, counted_ns;
} vain;

static int64_t
budget_ns(void)
{
    int64_t now_ns = clock_monotonic_ns();

    vain.left_ns += (now_ns - vain.counted_ns) / VAIN_SHARE;
    if (vain.left_ns > VAIN_MOST_NS)
        vain.left_ns = VAIN_MOST_NS;
    vain.counted_ns = now_ns;
    return vain.left_ns < BUDGET_NS ? 0 : BUDGET_NS;
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
        hooks->lend(budget_ns());
    *ret_problem = step(req);
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
        vain.left_ns -= BUDGET_NS;
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
    if (pool_submit(req->server->waiters, run_left, req))
        return;
    req->server->settings.hooks->drop(exchange->connection);
    exchange->connection = NULL;
    exchange->refusal = problem_retry(req->arena, PROBLEM(UNAVAILABLE), 5);
    reply_problem(req, exchange->refusal);
    MHD_resume_connection(req->connection);
}
