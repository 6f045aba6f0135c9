/* deletion.c - an account that its owner, or an administrator, deletes: hidden at once, erased later, and until then it can be restored. */
#include "modules/privacy/internal.h"

#include <stdio.h>

#include "http/server.h"
#include "modules/auth/auth.h"
#include "modules/auth/lockout.h"
#include "platform/mail/mail_job.h"

/* The person at the keyboard is the owner: by the password, or where there is none by typing the name. */
static const struct problem *
prove_owner(struct request *req)
{
    const char *hash, *username = request_param(req, "username");
    const struct problem *p;
    struct row row;

    p = db_one(req, &q_deletion_person, &row);
    if (p)
        return p;
    hash = row_text(&row, "password_hash");
    if (hash) {
        if (!request_param(req, "password"))
            return problem_field(req->arena, "password", "required", "Your password, once more");
        p = lockout_check_password(req, "password", hash);
        return p ? p : lockout_passed(req, req->identity.user_id, "succeeded");
    }
    if (!username || strcasecmp(username, row_text(&row, "username")) != 0)
        return problem_field(req->arena, "username", username ? "value" : "required", "Your username, as it is shown on your profile");
    return auth_check_fresh(req); /* a name is no secret */
}

static const struct problem *
mark(struct request *req, bool own)
{
    const char *deletion_at;
    const struct problem *p;
    PGresult *rows;

    request_set(req, "days", arena_printf(req->arena, "%lld", (long long)privacy_deletion_days));
    p = db_rows(req, &q_deletion_request, &rows);
    if (p)
        return p;
    if (!PQntuples(rows)) {
        PQclear(rows);
        return PROBLEM(NOT_FOUND);
    }
    deletion_at = arena_strdup(req->arena, PQgetvalue(rows, 0, 1));
    PQclear(rows);
    if (own)
        auth_drop_cookies(req);
    return reply_json(req, 200, json_pack("{s:s}", "deletion_at", deletion_at));
}

const struct problem *
deletion_request_mine(struct request *req)
{
    const struct problem *p = prove_owner(req);

    request_set(req, "id", req->identity.user_id);
    return p ? p : mark(req, true);
}

const struct problem *
deletion_request(struct request *req)
{
    const struct problem *p;

    if (strcasecmp(request_param(req, "id"), req->identity.user_id) == 0)
        return deletion_request_mine(req);
    if (!request_role(req, ROLE_ADMIN))
        return PROBLEM(NOT_FOUND);
    p = auth_check_second_factor(req); /* administration, though the route is everybody's */
    return p ? p : mark(req, false);
}

enum job_outcome
privacy_deletion_mail(struct job *job)
{
    const struct db_arg args[] = {{"user_id", json_string_value(json_object_get(job->payload, "user_id"))}, {0}};
    scoped_buf link = BUF_INIT(4096);
    PGresult *person;
    enum mail_outcome outcome = MAIL_SENT;

    if (db_run(&q_deletion_mail, args, &person, NULL))
        return JOB_RETRY;
    buf_printf(&link, "%s/login", config_frontend_url(privacy_config));
    if (PQntuples(person))
        outcome = mail_send(&(struct mail){.to = PQgetvalue(person, 0, 0), .template = "account_deletion", .name = PQgetvalue(person, 0, 1),
                                           .language = PQgetvalue(person, 0, 2), .link = link.ptr, .day = PQgetvalue(person, 0, 3)});
    PQclear(person);
    return mail_end_job(job, outcome);
}
