#include "modules/auth/lockout.h"

#include <strings.h>

#include "base/ip.h"
#include "modules/auth/internal.h"

/* IPv6 networks of one customer are /64; IPv4 addresses are counted one by one, since neighbours in a /24 have nothing in common. */
#define NETWORK_BITS_V4 32
#define NETWORK_BITS_V6 64

static void
describe_attempt(struct request *req, const char *method)
{
    char id[UUID_TEXT], network[IP_NETWORK_TEXT];

    uuid_random(id);
    ip_text_network(req->ip, NETWORK_BITS_V4, NETWORK_BITS_V6, network);
    request_set(req, "attempt_id", arena_strdup(req->arena, id));
    request_set(req, "attempt_method", method);
    request_set(req, "attempt_network", arena_strdup(req->arena, network));
    request_set(req, "attempt_browser", browser_known_hash(req));
    request_set(req, "lockout_failures", arena_printf(req->arena, "%lld", (long long)auth_settings.lockout_failures));
    request_set(req, "lockout_s", arena_printf(req->arena, "%lld", (long long)auth_settings.lockout_s));
}

/* What q_login_attempt or q_proof_attempt found. */
static const struct problem *
check_lockout(struct request *req, const struct row *row)
{
    request_set(req, "attempt_source", row_text(row, "source"));
    if (row_bool(row, "allowed"))
        return NULL;
    return problem_retry(req->arena, PROBLEM(ACCOUNT_LOCKED), (int)row_int(row, "retry_after_s", auth_settings.lockout_s));
}

const struct problem *
lockout_begin(struct request *req, struct row *ret_person)
{
    const char *email = request_param(req, "email"), *from;
    const struct problem *p;
    int64_t locked_s;

    describe_attempt(req, "password");
    from = arena_printf(req->arena, "%s %s", request_param(req, "attempt_network"),
                        request_param(req, "attempt_browser") ? request_param(req, "attempt_browser") : "");
    locked_s = from ? lockout_mirrored_s(email, from) : 0;
    if (locked_s)
        return problem_retry(req->arena, PROBLEM(ACCOUNT_LOCKED), (int)locked_s);
    p = db_one(req, &q_login_attempt, ret_person);
    if (p)
        return p;
    p = check_lockout(req, ret_person);
    if (p && from)
        lockout_mirror(email, from, row_int(ret_person, "retry_after_s", 1));
    return p;
}

const struct problem *
lockout_begin_for(struct request *req, const char *user_id, const char *method)
{
    bool own = req->identity.known && strcasecmp(req->identity.user_id, user_id) == 0;
    const struct problem *p;
    struct row row;

    describe_attempt(req, method);
    request_set(req, "attempt_user_id", user_id);
    request_set(req, "attempt_session_id", own && *req->identity.session_id ? req->identity.session_id : NULL);
    p = db_one(req, &q_proof_attempt, &row);
    return p ? p : check_lockout(req, &row);
}

const struct problem *
lockout_note(struct request *req, const char *user_id, const char *method)
{
    describe_attempt(req, method);
    request_set(req, "attempt_user_id", user_id);
    return db_maybe(req, &q_attempt_note, NULL);
}

const struct problem *
lockout_passed(struct request *req, const char *user_id, const char *outcome)
{
    request_set(req, "attempt_user_id", user_id);
    request_set(req, "attempt_outcome", outcome);
    return db_maybe(req, &q_attempt_passed, NULL);
}

const struct problem *
lockout_check_password(struct request *req, const char *field, const char *hash)
{
    const struct problem *p = lockout_begin_for(req, req->identity.user_id, NULL);

    if (p)
        return p;
    return password_matches(request_param(req, field), hash) ? NULL : PROBLEM(PASSWORD_WRONG);
}
