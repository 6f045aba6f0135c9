#include "modules/sessions/sessions.h"

#include "api/runner.h"
#include "modules/auth/auth.h"
#include "sessions.queries.h"

/* Ends what the inputs name, and counts. A trigger tells all nodes, which close the WebSockets. */
static const struct problem *
end_sessions(struct request *req, const char *ended_id, const char *all, int *ret_count)
{
    const struct problem *p;
    PGresult *ended;

    request_set(req, "ended_id", ended_id);
    request_set(req, "all", all);
    p = db_rows(req, &q_session_end, &ended);
    if (p)
        return p;
    *ret_count = PQntuples(ended);
    PQclear(ended);
    return NULL;
}

static const struct problem *
end_one(struct request *req)
{
    const char *id = request_param(req, "session_id");
    const struct problem *p;
    int count = 0;

    /* The path's name is also that of the session that asks, which the query must compare with. */
    request_set(req, "session_id", req->identity.session_id);
    p = end_sessions(req, id, "false", &count);
    if (p)
        return p;
    if (!count)
        return PROBLEM(NOT_FOUND);
    if (strcasecmp(id, req->identity.session_id) == 0 && req->identity.by_cookie)
        auth_drop_cookies(req);
    return reply_empty(req, 204);
}

static const struct problem *
end_all(struct request *req)
{
    int count = 0;
    const struct problem *p = end_sessions(req, NULL, "true", &count);

    if (p)
        return p;
    auth_drop_cookies(req);
    return reply_json(req, 200, json_pack("{s:i}", "ended", count));
}

/* Hears of sessions that ended in other processes. */
static const struct field id_in_path[] = {{"session_id", FIELD_UUID, .required = true, .help = "The session"}, FIELD_END};
static const struct field ended_reply[] = {{"ended", FIELD_INT, .required = true, .help = "How many sessions ended"}, FIELD_END};

static const struct route sessions_routes[] = {
    {GET, "/api/v1/sessions", "List the active sessions of the signed-in user",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_session_list, .shape = MANY},

    {GET, "/api/v1/sessions/stats", "Get statistics of the sessions of the signed-in user",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_session_stats, .shape = ONE},

    {DELETE, "/api/v1/sessions/{session_id}", "End one session of the signed-in user",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id_in_path, .handler = end_one, .status = 204},

    {POST, "/api/v1/sessions/logout-others", "End all sessions of the signed-in user except the current one",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .sql = &q_session_end_others, .shape = ONE, .always = true},

    {POST, "/api/v1/sessions/logout-all", "End all sessions of the signed-in user, including the current one",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .handler = end_all, .reply = ended_reply},
    ROUTE_END};

const struct module sessions_module = {.name = "sessions",
                                       .personal = &sessions_personal,
                                       .routes = ROUTE_TABLES(sessions_routes),
                                       .queries = sessions_queries};
