#include "modules/auth/internal.h"
#include "modules/auth/lockout.h"
#include "modules/mfa/mfa.h"

/* An unknown account and a wrong password cost the same and answer the same. */
const struct problem *
auth_login(struct request *req)
{
    const char *password = request_param(req, "password"), *user_id;
    const struct problem *p;
    struct row row;
    bool second;

    p = lockout_begin(req, &row);
    if (p)
        return p;
    if (!password_matches(password, row_text(&row, "password_hash")))
        return PROBLEM(INVALID_CREDENTIALS);
    if (!row_bool(&row, "active"))
        return PROBLEM(ACCOUNT_DISABLED);
    user_id = row_text(&row, "id");
    second = row_bool(&row, "second_factor");
    request_set(req, "password_generation", row_text(&row, "password_generation"));
    p = lockout_passed(req, user_id, second ? "second_factor" : "succeeded");
    if (p)
        return p;
    return second ? mfa_challenge(req, user_id) : session_open(req, user_id, 200);
}

const struct problem *
auth_unlock(struct request *req)
{
    struct row row;
    const struct problem *p = db_one(req, &q_unlock_account, &row);

    if (p)
        return p;
    lockout_forget(row_text(&row, "email"));
    return reply_empty(req, 204);
}
