#include "modules/auth/lockout.h"

#include "modules/auth/internal.h"

static void
describe_attempt(struct request *req, const char *method)
{
    char id[UUID_TEXT];

    uuid_random(id);
    request_set(req, "attempt_id", arena_strdup(req->arena, id));
    request_set(req, "attempt_method", method);
    request_set(req, "lockout_failures", arena_printf(req->arena, "%lld", (long long)auth_config->lockout_failures));
    request_set(req, "lockout_s", arena_printf(req->arena, "%lld", (long long)auth_config->lockout_s));
}

static const struct problem *
locked(struct request *req, const struct row *row)
{
    if (row_bool(row, "allowed"))
        return NULL;
    return problem_retry(req->arena, PROBLEM(ACCOUNT_LOCKED), (int)row_int(row, "retry_after_s", auth_config->lockout_s));
}

const struct problem *
lockout_begin(struct request *req, struct row *ret_person)
{
    const char *email = request_param(req, "email");
    int64_t locked_s = lockout_mirrored_s(email);
    const struct problem *p;

    if (locked_s)
        return problem_retry(req->arena, PROBLEM(ACCOUNT_LOCKED), (int)locked_s);
    describe_attempt(req, "password");
    p = db_one(req, &q_login_attempt, ret_person);
    if (p)
        return p;
    p = locked(req, ret_person);
    if (p)
        lockout_mirror(email, row_int(ret_person, "retry_after_s", 1));
    return p;
}

const struct problem *
lockout_begin_for(struct request *req, const char *user_id, const char *method)
{
    const struct problem *p;
    struct row row;

    describe_attempt(req, method);
    request_set(req, "attempt_user_id", user_id);
    p = db_one(req, &q_proof_attempt, &row);
    return p ? p : locked(req, &row);
}

const struct problem *
lockout_passed(struct request *req, const char *user_id, const char *outcome)
{
    request_set(req, "attempt_user_id", user_id);
    request_set(req, "attempt_outcome", outcome);
    return db_maybe(req, &q_attempt_passed, NULL);
}

const struct problem *
lockout_check_password(struct request *req, const char *hash)
{
    const struct problem *p = lockout_begin_for(req, req->identity.user_id, NULL);

    if (p)
        return p;
    return password_matches(request_param(req, "password"), hash) ? NULL : PROBLEM(PASSWORD_WRONG);
}
