/* account.c - what only the person sees: the password. */
#include "modules/users/internal.h"

#include "modules/auth/auth.h"
#include "modules/auth/lockout.h"

static const struct problem *
change_password(struct request *req, void *context)
{
    const struct problem *p = db_one(req, &q_user_password_lock, NULL);

    return p ? p : db_rows(req, &q_user_password_change, context);
}

const struct problem *
account_password(struct request *req)
{
    const char *old_hash;
    const struct problem *p;
    PGresult *ended = NULL;
    int64_t keys = 0;
    struct row row;
    char hash[64];

    p = db_one(req, &q_user_password_hash, &row);
    if (p)
        return p;
    old_hash = row_text(&row, "password_hash");
    p = lockout_check_password(req, "current_password", old_hash);
    if (p && text_equal(p->code, "password_wrong"))
        return problem_field(req->arena, "current_password", "value", "This is not your password");
    if (p || (p = lockout_passed(req, req->identity.user_id, "succeeded")))
        return p;
    if (password_matches(request_param(req, "new_password"), old_hash))
        return problem_field(req->arena, "new_password", "value", "This is the password you have already");
    if (!password_hash(request_param(req, "new_password"), hash))
        return PROBLEM(INTERNAL);
    request_set(req, "old_hash", old_hash);
    request_set(req, "password_hash", arena_strdup(req->arena, hash));
    p = db_transaction(req, change_password, &ended);
    if (p)
        return p;
    if (!PQntuples(ended))
        p = PROBLEM(CONFLICT); /* somebody changed it in the meantime */
    else
        text_to_int64(PQgetvalue(ended, 0, 1), 0, INT64_MAX, &keys);
    PQclear(ended);
    return p ? p : reply_json(req, 200, json_pack("{s:I}", "api_keys_left", (json_int_t)keys));
}
