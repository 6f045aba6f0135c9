#include <stdio.h>

#include "base/clock.h"
#include "modules/auth/internal.h"
#include "modules/auth/session_cache.h"

static enum role
role_of(const char *name)
{
    if (text_equal(name, "admin"))
        return ROLE_ADMIN;
    if (text_equal(name, "moderator"))
        return ROLE_MODERATOR;
    if (text_equal(name, "content_creator"))
        return ROLE_CREATOR;
    return ROLE_USER;
}

/* Has this session proved a second factor lately? API keys have no session, and so no proof. */
static bool
has_recent_proof(const struct request *req)
{
    return *req->identity.session_id && req->identity.mfa_at && clock_unix_s() - req->identity.mfa_at < auth_settings.admin_mfa_s;
}

static void
take_identity(struct request *req, const struct claims *claims, const struct standing *standing)
{
    req->identity.known = true;
    req->identity.role = standing->role;
    req->identity.email_verified = standing->email_verified;
    req->identity.mfa_at = standing->mfa_at;
    snprintf(req->identity.user_id, UUID_TEXT, "%s", claims->user_id);
    snprintf(req->identity.session_id, UUID_TEXT, "%s", claims->session_id);
    /* Staff power: administrators only. Moderators decide reports by permissions, and see no more of others' things than anybody. */
    req->identity.staff = standing->role == ROLE_ADMIN && has_recent_proof(req);
}

/* Finds out whether the session still stands, so that a logout counts at once on every node. */
static const struct problem *
check_session(struct request *req, const struct claims *claims, const char *token, bool *ret_good)
{
    struct cache_marks *marks = req->identify_state; /* left by this function when the request was parked: read before the statement was sent */
    struct standing standing;
    struct row row;
    const struct problem *p;
    enum cache_answer answer = CACHE_ASK;

    if (!marks) {
        req->identify_state = marks = arena_alloc(req->arena, sizeof *marks);
        if (!marks)
            return PROBLEM(INTERNAL);
        answer = session_cache_find(claims, token, &standing, marks);
    }
    *ret_good = answer == CACHE_STANDS;
    if (answer == CACHE_STANDS)
        take_identity(req, claims, &standing);
    if (answer != CACHE_ASK)
        return NULL;

    request_set(req, "check_session_id", claims->session_id);
    request_set(req, "check_user_id", claims->user_id);
    request_set(req, "check_version", arena_printf(req->arena, "%lld", (long long)claims->version));
    ask_route_query_ahead(req, claims->user_id, claims->session_id);
    p = db_maybe(req, &q_session_check, &row);
    if (p)
        return p;
    *ret_good = row.count > 0;
    if (!row.count)
        return NULL;
    standing = (struct standing){.role = role_of(row_text(&row, "role")), .email_verified = row_bool(&row, "is_verified"),
                                 .mfa_at = row_int(&row, "mfa_at", 0)};
    session_cache_keep(marks, claims, &standing, row_int(&row, "good_until", 0));
    take_identity(req, claims, &standing);
    return NULL;
}

/* A key acts for its owner where the route names a scope that the key has. Without a scope it is a visitor, and only reads. */
static const struct problem *
identify_key(struct request *req, const char *key)
{
    const struct route *route = req->route;
    char hash[SHA256_HEX];
    const struct problem *p;
    struct row row;

    sha256_hex(str_of(key), hash);
    request_set(req, "hashed_key", arena_strdup(req->arena, hash));
    request_set(req, "needed_scope", route->scope);
    p = db_maybe(req, &q_api_key_find, &row);
    if (p)
        return p;
    if (!row.count)
        return PROBLEM(UNAUTHENTICATED);
    if (row_bool(&row, "unnoted")) {
        request_set(req, "used_key_id", row_text(&row, "id"));
        p = db_maybe(req, &q_api_key_used, NULL);
        if (p)
            return p;
    }
    if (!route->scope && route->auth == AUTH_OPTIONAL && req->method == GET)
        return NULL;
    if (!row_bool(&row, "allowed"))
        return PROBLEM(INSUFFICIENT_SCOPE);
    req->identity.known = true;
    req->identity.role = role_of(row_text(&row, "role"));
    req->identity.email_verified = row_bool(&row, "is_verified");
    snprintf(req->identity.user_id, UUID_TEXT, "%s", row_text(&row, "user_id"));
    return NULL;
}

static const struct problem *
identify_bearer(struct request *req, const char *token, bool stream)
{
    struct claims *claims = arena_alloc(req->arena, sizeof *claims);
    enum token_check check = TOKEN_BAD;
    const struct problem *p;
    bool good = false;

    if (text_starts_with(token, API_KEY_PREFIX))
        return identify_key(req, token);
    if (claims)
        check = token_verify(token, TOKEN_ACCESS, claims);
    if (claims && check == TOKEN_BAD && stream)
        check = token_verify(token, TOKEN_STREAM, claims);
    if (check == TOKEN_EXPIRED)
        return PROBLEM(TOKEN_EXPIRED);
    if (check == TOKEN_BAD)
        return PROBLEM(UNAUTHENTICATED);
    p = check_session(req, claims, token, &good);
    return p || good ? p : PROBLEM(UNAUTHENTICATED);
}

const struct problem *
auth_identify_stream_token(struct request *req, const char *token)
{
    struct claims *claims = arena_alloc(req->arena, sizeof *claims);
    enum token_check check = claims ? token_verify(token, TOKEN_STREAM, claims) : TOKEN_BAD;
    const struct problem *p;
    bool good = false;

    if (check != TOKEN_GOOD)
        return check == TOKEN_EXPIRED ? PROBLEM(TOKEN_EXPIRED) : PROBLEM(UNAUTHENTICATED);
    p = check_session(req, claims, token, &good);
    return p || good ? p : PROBLEM(UNAUTHENTICATED);
}

/* A cookie travels by itself, so a bad one is no error: the person is then a visitor. */
static const struct problem *
identify_cookie(struct request *req, const char *token)
{
    struct claims *claims = arena_alloc(req->arena, sizeof *claims);
    bool good;

    req->identity.by_cookie = true;
    switch (claims ? token_verify(token, TOKEN_ACCESS, claims) : TOKEN_BAD) {
    case TOKEN_GOOD:
        return check_session(req, claims, token, &good);
    case TOKEN_EXPIRED:
        req->identity.expired = true;
        snprintf(req->identity.session_id, UUID_TEXT, "%s", claims->session_id);
        return NULL;
    default:
        return NULL;
    }
}

/* Asked only where the role does not suffice. */
const struct problem *
auth_check_permission(struct request *req)
{
    const struct problem *p;
    struct row row;

    request_set(req, "permission", req->route->permission);
    p = db_one(req, &q_permission_held, &row);
    if (p)
        return p;
    return row_bool(&row, "held") ? NULL : PROBLEM(FORBIDDEN);
}

/* The statement is for whoever is refused anyway. */
const struct problem *
auth_check_second_factor(struct request *req)
{
    const struct problem *p;
    struct row row;

    if (has_recent_proof(req))
        return NULL;
    p = db_one(req, &q_second_factor_exists, &row);
    if (p)
        return p;
    return row_bool(&row, "exists") ? PROBLEM(MFA_REQUIRED) : PROBLEM(MFA_SETUP_REQUIRED);
}

/* Is there a proof of the last minutes: by a second factor where the person has one; else, where a sign-in is wanted, by that? */
static const struct problem *
check_fresh(struct request *req, bool sign_in_wanted)
{
    const struct problem *p;
    struct row row;

    request_set(req, "fresh_s", FRESH_S);
    p = db_one(req, &q_session_freshness, &row);
    if (p)
        return p;
    if (row_bool(&row, "has_factor"))
        return row_bool(&row, "factor_fresh") ? NULL : PROBLEM(MFA_REQUIRED);
    return !sign_in_wanted || row_bool(&row, "fresh") ? NULL : PROBLEM(SIGN_IN_AGAIN);
}

const struct problem *
auth_check_proof(struct request *req)
{
    return check_fresh(req, req->route->proof == PROOF_SIGN_IN);
}

const struct problem *
auth_check_fresh(struct request *req)
{
    return check_fresh(req, true);
}

static const struct problem *
identify(struct request *req, bool stream)
{
    const char *authorization = request_header(req, "Authorization");
    const char *cookie;

    if (authorization) {
        if (strncasecmp(authorization, "Bearer ", 7) != 0)
            return PROBLEM(UNAUTHENTICATED);
        return identify_bearer(req, authorization + 7, stream);
    }
    cookie = request_cookie(req, ACCESS_COOKIE);
    return cookie && *cookie ? identify_cookie(req, cookie) : NULL;
}

const struct problem *
auth_identify(struct request *req)
{
    return identify(req, false);
}

const struct problem *
auth_identify_stream(struct request *req)
{
    return identify(req, true);
}
