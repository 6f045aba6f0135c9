#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "modules/auth/internal.h"
#include "modules/auth/lockout.h"
#include "modules/auth/session_cache.h"

#define REFRESH_GRACE_S "30" /* in which a refresh whose reply was lost may be repeated: ADR 0013 */

/* The session that the cookies stand for: that of the access token, whether it has expired or not; else the refresh token. NULL
 * without cookies. */
static const char *
cookie_binding(struct request *req)
{
    const char *access = request_cookie(req, ACCESS_COOKIE), *refresh = request_cookie(req, REFRESH_COOKIE);
    struct claims claims;
    char hash[SHA256_HEX];

    if (access && *access && token_verify(access, TOKEN_ACCESS, &claims) != TOKEN_BAD)
        return arena_strdup(req->arena, claims.session_id);
    if (!refresh || !*refresh)
        return access && *access ? "unknown" : NULL;
    sha256_hex(str_of(refresh), hash);
    return arena_strdup(req->arena, hash);
}

static const char *
csrf_for(struct request *req, const char *binding)
{
    unsigned char key[SHA256_BYTES], mac[SHA256_BYTES];
    char text[BASE64URL_SIZE(SHA256_BYTES)];

    secret_derive("csrf", key);
    hmac_sha256((struct str){(const char *)key, sizeof key}, str_of(binding), mac);
    base64url_encode(mac, sizeof mac, text);
    return arena_strdup(req->arena, text);
}

const struct problem *
auth_check_csrf(struct request *req)
{
    const char *binding, *expected, *given = request_header(req, "X-CSRF-Token");

    if (request_header(req, "Authorization") || req->route->auth == AUTH_INTERNAL)
        return NULL;
    binding = cookie_binding(req);
    if (!binding)
        return NULL;
    expected = csrf_for(req, binding);
    return given && expected && strlen(given) == strlen(expected) && bytes_equal_constant_time(given, expected, strlen(given))
               ? NULL
               : PROBLEM(CSRF_FAILED);
}

const struct problem *
auth_csrf_token(struct request *req)
{
    const char *binding = cookie_binding(req);

    req->reply.cache_control = CACHE_NEVER;
    return reply_json(req, 200, json_pack("{s:s}", "csrf_token", csrf_for(req, binding ? binding : "visitor")));
}

static const char *
number(struct request *req, int64_t value)
{
    return arena_printf(req->arena, "%lld", (long long)value);
}

/* The reply of every sign-in. `refresh` is in the body only for clients without cookies. */
static const struct problem *
reply_session(struct request *req, int status, const struct claims *claims, const char *refresh, bool refresh_in_body)
{
    const char *access = token_sign(req, TOKEN_ACCESS, claims), *user = NULL, *refresh_part;
    const struct problem *p;

    if (!access)
        return PROBLEM(INTERNAL);
    request_set(req, "viewer", arena_strdup(req->arena, claims->user_id));
    p = query_json(req, &q_me, &user);
    if (p)
        return p;
    refresh_part = refresh_in_body ? arena_printf(req->arena, "\"refresh_token\":\"%s\",", refresh) : "";
    reply_cookie(req, ACCESS_COOKIE, access, "/", auth_settings.refresh_token_s);
    reply_cookie(req, REFRESH_COOKIE, refresh, REFRESH_PATH, auth_settings.refresh_token_s);
    req->reply.cache_control = CACHE_NEVER;
    return reply_bytes(req, status, "application/json",
                       str_of(arena_printf(req->arena,
                                           "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%lld,%s\"user\":%s}",
                                           access, (long long)auth_settings.access_token_s, refresh_part, user)));
}

const char *
browser_known_hash(struct request *req)
{
    const char *known = request_cookie(req, BROWSER_COOKIE);
    char hash[SHA256_HEX];

    if (!known || strlen(known) != TOKEN_TEXT - 1)
        return NULL;
    sha256_hex(str_of(known), hash);
    return arena_strdup(req->arena, hash);
}

const char *
browser_hash(struct request *req)
{
    const char *hash = browser_known_hash(req);
    char token[TOKEN_TEXT], made[SHA256_HEX];

    if (hash) {
        reply_cookie(req, BROWSER_COOKIE, request_cookie(req, BROWSER_COOKIE), BROWSER_PATH, BROWSER_COOKIE_S);
        return hash;
    }
    token_make(token, made);
    reply_cookie(req, BROWSER_COOKIE, arena_strdup(req->arena, token), BROWSER_PATH, BROWSER_COOKIE_S);
    return arena_strdup(req->arena, made);
}

static const struct problem *
open_session(struct request *req, const char *user_id, int status, bool two_factors)
{
    char refresh[TOKEN_TEXT], hash[SHA256_HEX];
    int64_t now = clock_unix_s();
    struct claims claims = {.issued_at = now, .expires_at = now + auth_settings.access_token_s};
    const struct problem *p;
    struct row row;

    token_make(refresh, hash);
    uuid_random(claims.session_id);
    snprintf(claims.user_id, UUID_TEXT, "%s", user_id);
    request_set(req, "new_session_id", arena_strdup(req->arena, claims.session_id));
    request_set(req, "user_id", user_id);
    request_set(req, "refresh_hash", arena_strdup(req->arena, hash));
    request_set(req, "ttl_s", number(req, auth_settings.refresh_token_s));
    request_set(req, "two_factors", two_factors ? "true" : "false");
    request_set(req, "browser_hash", browser_hash(req));
    request_set(req, "audit_actor", user_id);
    p = db_maybe(req, &q_session_create, &row);
    if (p)
        return p;
    if (!row.count) {
        request_set(req, "audit_actor", NULL);
        return PROBLEM(INVALID_CREDENTIALS); /* the password was changed meanwhile */
    }
    claims.version = row_int(&row, "token_version", 0);
    return reply_session(req, status, &claims, arena_strdup(req->arena, refresh), false);
}

const struct problem *
session_open(struct request *req, const char *user_id, int status)
{
    return open_session(req, user_id, status, false);
}

const struct problem *
session_open_proven(struct request *req, const char *user_id)
{
    return open_session(req, user_id, 200, true);
}

const struct problem *
session_prove(struct request *req)
{
    request_set(req, "admin_mfa_s", number(req, auth_settings.admin_mfa_s));
    return reply_query(req, 200, &q_session_prove);
}

const struct problem *
auth_step_up(struct request *req)
{
    const struct problem *p;
    struct row row;

    if ((p = db_one(req, &q_step_up_person, &row)) || (p = lockout_check_password(req, "password", row_text(&row, "password_hash"))) ||
        (p = lockout_passed(req, req->identity.user_id, "succeeded")))
        return p;
    request_set(req, "fresh_s", FRESH_S);
    return reply_query(req, 200, &q_session_prove_password);
}

void
auth_drop_cookies(struct request *req)
{
    reply_cookie(req, ACCESS_COOKIE, "", "/", 0);
    reply_cookie(req, REFRESH_COOKIE, "", REFRESH_PATH, 0);
}

/* Who asks for a refresh: the browser that is known by its cookie, else the address; and its program. */
static const char *
refresh_client(struct request *req)
{
    const char *browser = request_cookie(req, BROWSER_COOKIE), *program = request_header(req, "User-Agent");
    const char *client = arena_printf(req->arena, "%s\n%s", browser && *browser ? browser : req->ip, program ? program : "");
    char hash[SHA256_HEX];

    sha256_hex(str_of(client ? client : ""), hash);
    return arena_strdup(req->arena, hash);
}

/* A token of an earlier generation tells of a thief, or of a person whose token was stolen: end the family. Not so when the same client
 * has just renewed the session. No refusal deletes cookies: those of another request, or of a new sign-in, may be there by now. */
static const struct problem *
refuse_refresh(struct request *req)
{
    struct row row;
    const struct problem *p = db_one(req, &q_refresh_superseded, &row);

    if (p)
        return p;
    if (row_bool(&row, "superseded"))
        return PROBLEM(REFRESH_SUPERSEDED);
    p = db_maybe(req, &q_refresh_replayed, &row);
    if (p)
        return p;
    if (row.count)
        log_warn("refresh token replayed, session ended", LOG_TEXT("user_id", row_text(&row, "user_id")),
                 LOG_TEXT("session_id", row_text(&row, "session_id")));
    return PROBLEM(UNAUTHENTICATED);
}

const struct problem *
auth_refresh(struct request *req)
{
    const char *given = request_param(req, "refresh_token");
    const char *cookie = request_cookie(req, REFRESH_COOKIE);
    const char *used = given ? given : cookie;
    char next[TOKEN_TEXT], next_hash[SHA256_HEX], hash[SHA256_HEX], next_id[UUID_TEXT];
    int64_t now = clock_unix_s();
    struct claims claims = {.issued_at = now, .expires_at = now + auth_settings.access_token_s};
    const struct problem *p;
    struct row row;

    if (!used || !*used)
        return PROBLEM(UNAUTHENTICATED);
    sha256_hex(str_of(used), hash);
    token_make(next, next_hash);
    uuid_random(next_id);
    request_set(req, "refresh_hash", arena_strdup(req->arena, hash));
    request_set(req, "new_refresh_hash", arena_strdup(req->arena, next_hash));
    request_set(req, "new_token_id", arena_strdup(req->arena, next_id));
    request_set(req, "ttl_s", number(req, auth_settings.refresh_token_s));
    request_set(req, "refresh_client", refresh_client(req));
    request_set(req, "grace_s", REFRESH_GRACE_S);
    p = db_maybe(req, &q_refresh_rotate, &row);
    if (p)
        return p;
    if (!row.count)
        return refuse_refresh(req);
    snprintf(claims.user_id, UUID_TEXT, "%s", row_text(&row, "user_id"));
    snprintf(claims.session_id, UUID_TEXT, "%s", row_text(&row, "session_id"));
    claims.version = row_int(&row, "token_version", 0);
    return reply_session(req, 200, &claims, arena_strdup(req->arena, next), given != NULL);
}

/* The token by which this request came in. */
static const char *
access_token(struct request *req)
{
    const char *authorization = request_header(req, "Authorization");

    return authorization ? authorization + strlen("Bearer ") : request_cookie(req, ACCESS_COOKIE);
}

const struct problem *
auth_logout(struct request *req)
{
    const char *refresh = request_cookie(req, REFRESH_COOKIE), *token = access_token(req);
    char hash[SHA256_HEX] = "";
    struct claims claims;
    const struct problem *p;

    if (refresh)
        sha256_hex(str_of(refresh), hash);
    request_set(req, "closing_id", req->identity.session_id);
    request_set(req, "refresh_hash", arena_strdup(req->arena, hash));
    p = db_maybe(req, &q_session_close, NULL);
    if (p)
        return p;
    if (token_verify(token, TOKEN_ACCESS, &claims) == TOKEN_GOOD)
        session_cache_blacklist(&claims);
    auth_drop_cookies(req);
    return reply_empty(req, 204);
}
