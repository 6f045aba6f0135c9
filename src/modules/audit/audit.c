#include "modules/audit/audit.h"

#include "api/runner.h"
#include "audit.queries.h"
#include "base/log.h"

struct line {
    struct request *req;
    const char *action, *status;
};

static bool
bind_line(void *context, const char *name, const char **ret_text)
{
    struct line *line = context;
    struct request *req = line->req;

    if (text_equal(name, "actor_id"))
        *ret_text = *req->identity.user_id ? req->identity.user_id : NULL;
    else if (text_equal(name, "action"))
        *ret_text = line->action;
    else if (text_equal(name, "target"))
        *ret_text = req->path;
    else if (text_equal(name, "status"))
        *ret_text = line->status;
    else if (text_equal(name, "client_ip"))
        *ret_text = request_ip(req);
    else if (text_equal(name, "user_agent"))
        *ret_text = request_header_text(req, "User-Agent");
    else if (text_equal(name, "request_id"))
        *ret_text = req->id;
    else
        return false;
    return true;
}

const struct problem *
audit_change(struct request *req, int status)
{
    struct line line = {.req = req};
    struct db_error error;
    PGresult *result;

    line.action = arena_printf(req->arena, "%s %s", method_name(req->method), req->route->pattern);
    line.status = arena_printf(req->arena, "%d", status);
    switch (db_execute(&q_audit_add, DB_ROWS, bind_line, &line, &result, &error)) {
    case DB_OK:
        PQclear(result);
        return NULL;
    case DB_PARKED:
        return &request_parked;
    default:
        log_error("audit line not written", LOG_TEXT("action", line.action), LOG_TEXT("error", error.message));
        return NULL;
    }
}
