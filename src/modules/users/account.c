/* account.c - what only the person sees: settings and password. */
#include "modules/users/internal.h"

#include "modules/auth/auth.h"
#include "modules/realtime/realtime.h"

const struct problem *
account_row(struct request *req)
{
    return reply_query(req, 200, req->route->replies);
}

const struct problem *
account_settings(struct request *req)
{
    request_set(req, "gpc", text_equal(request_header(req, "Sec-GPC"), "1") ? "true" : "false");
    return reply_query(req, 200, &q_settings_get);
}

const struct problem *
account_password(struct request *req)
{
    const char *old_hash;
    const struct problem *p;
    PGresult *ended;
    struct row row;
    char hash[64];

    p = db_one(req, &q_user_password_hash, &row);
    if (p)
        return p;
    old_hash = row_text(&row, "password_hash");
    if (!password_matches(request_param(req, "current_password"), old_hash))
        return problem_field(req->arena, "current_password", "value", "This is not your password");
    if (password_matches(request_param(req, "new_password"), old_hash))
        return problem_field(req->arena, "new_password", "value", "This is the password you have already");
    if (!password_hash(request_param(req, "new_password"), hash))
        return PROBLEM(INTERNAL);
    request_set(req, "old_hash", old_hash);
    request_set(req, "password_hash", arena_strdup(req->arena, hash));
    p = db_rows(req, &q_user_password_change, &ended);
    if (p)
        return p;
    if (!PQntuples(ended))
        p = PROBLEM(CONFLICT); /* somebody changed it in the meantime */
    for (int i = 0; i < PQntuples(ended); i++)
        if (!PQgetisnull(ended, i, 1))
            realtime_end_session(PQgetvalue(ended, i, 1));
    PQclear(ended);
    return p ? p : reply_empty(req, 204);
}
