#include <stdio.h>

#include "base/log.h"
#include "modules/auth/internal.h"
#include "modules/auth/lockout.h"
#include "platform/mail/mail_job.h"

/* With the person's row locked first, so that what others begin with the old password is seen and ended. */
static const struct problem *
change_password(struct request *req, void *context)
{
    const struct problem *p = db_one(req, &q_password_lock, NULL);

    return p ? p : db_rows(req, &q_reset_password, context);
}

const struct problem *
auth_reset_password(struct request *req)
{
    char token_hash[SHA256_HEX], hash[64];
    const struct problem *p;
    PGresult *changed = NULL;
    struct row row;
    int64_t keys = 0;

    sha256_hex(str_of(request_param(req, "token")), token_hash);
    request_set(req, "token_hash", arena_strdup(req->arena, token_hash));
    p = db_maybe(req, &q_reset_lookup, &row); /* a hash is dear: not for made-up tokens */
    if (p)
        return p;
    if (!row.count)
        return PROBLEM(TOKEN_INVALID);
    if (!password_hash(request_param(req, "password"), hash))
        return PROBLEM(INTERNAL);
    request_set(req, "password_hash", arena_strdup(req->arena, hash));
    request_set(req, "password_user_id", row_text(&row, "user_id"));
    request_set(req, "audit_actor", row_text(&row, "user_id"));
    request_set(req, "browser_hash", browser_hash(req));
    p = db_transaction(req, change_password, &changed);
    if (p)
        return p;
    if (!PQntuples(changed)) {
        PQclear(changed);
        request_set(req, "audit_actor", NULL);
        return PROBLEM(TOKEN_INVALID);
    }
    lockout_forget(PQgetvalue(changed, 0, 0));
    text_to_int64(PQgetvalue(changed, 0, 1), 0, INT64_MAX, &keys);
    PQclear(changed);
    return reply_json(req, 200, json_pack("{s:I}", "api_keys_left", (json_int_t)keys));
}

static int
deliver(const char *token, const PGresult *person)
{
    scoped_buf link = BUF_INIT(4096);

    buf_printf(&link, "%s/reset-password?token=%s", config_frontend_url(auth_config), token);
    return mail_send(&(struct mail){.to = PQgetvalue(person, 0, 0), .template = "reset_password", .name = PQgetvalue(person, 0, 1),
                                    .language = PQgetvalue(person, 0, 2), .link = link.ptr});
}

enum job_outcome
auth_send_reset(struct job *job)
{
    char token[TOKEN_TEXT], hash[SHA256_HEX];
    struct db_error error;
    PGresult *person;
    int result = MAIL_SENT;

    token_make(token, hash);
    if (db_run(&q_reset_token,
               (const struct db_arg[]){{"email", json_string_value(json_object_get(job->payload, "email"))}, {"token_hash", hash}, {0}},
               &person, &error)) {
        log_warn("password mail not prepared", LOG_TEXT("error", error.message));
        return mail_end_job(job, MAIL_LATER);
    }
    if (PQntuples(person))
        result = deliver(token, person);
    PQclear(person);
    return mail_end_job(job, result);
}
