#include "modules/auth/internal.h"

/* An unknown account and a wrong password cost the same and answer the same. */
const struct problem *
auth_login(struct request *req)
{
    const char *password = request_param(req, "password");
    const struct problem *p;
    struct row row;

    p = db_maybe(req, &q_login_find, &row);
    if (p)
        return p;
    if (!password_matches(password, row_text(&row, "password_hash")))
        return PROBLEM(INVALID_CREDENTIALS);
    if (!row_bool(&row, "active"))
        return PROBLEM(ACCOUNT_DISABLED);
    return session_open(req, row_text(&row, "id"), 200);
}
