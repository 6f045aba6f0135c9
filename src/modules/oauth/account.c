#include <ctype.h>
#include <stdio.h>

#include "base/log.h"
#include "base/seal.h"
#include "modules/auth/lockout.h"
#include "modules/mfa/mfa.h"
#include "modules/oauth/internal.h"
#include "modules/oauth/redirect.h"

#define USERNAME_BASE_MAX 24
#define USERNAME_TRIES 8

/* Encrypted for the row of this identity, so that it opens in no other. */
static const char *
sealed(struct request *req, const struct provider *provider, const struct profile *profile, const char *kind, const char *token)
{
    const char *about = arena_printf(req->arena, "%s %s %s %s", kind, provider->id, provider->issuer ? provider->issuer : "", profile->id);
    char *text = token ? arena_alloc(req->arena, SEALED_SIZE(strlen(token))) : NULL;

    return text && about && seal(oauth_seal_key(), about, str_of(token), text) ? text : NULL;
}

static void
describe(struct request *req, const struct provider *provider, const struct profile *profile)
{
    request_set(req, "provider", provider->id);
    request_set(req, "issuer", provider->issuer ? provider->issuer : "");
    request_set(req, "provider_id", profile->id);
    request_set(req, "oauth_email", profile->email);
    request_set(req, "display_name", profile->name ? profile->name : profile->username);
    request_set(req, "sealed_access", sealed(req, provider, profile, "access", profile->access_token));
    request_set(req, "sealed_refresh", sealed(req, provider, profile, "refresh", profile->refresh_token));
    request_set(req, "token_s", profile->expires_s ? arena_printf(req->arena, "%lld", (long long)profile->expires_s) : NULL);
}

/* What of a name may be in a username: spaces become dots. "" when less than three characters are left. */
static void
plain_name(const char *name, char out[USERNAME_BASE_MAX + 1])
{
    size_t len = 0;

    for (const char *p = name ? name : ""; *p && len < USERNAME_BASE_MAX; p++) {
        if (isalnum((unsigned char)*p) || strchr("_.-", *p))
            out[len++] = *p;
        else if (*p == ' ' && len && out[len - 1] != '.')
            out[len++] = '.';
    }
    while (len && out[len - 1] == '.')
        len--;
    out[len < 3 ? 0 : len] = 0;
}

static void
base_username(const struct profile *profile, char out[USERNAME_BASE_MAX + 1])
{
    char local[65] = "";

    snprintf(local, sizeof local, "%.*s", (int)strcspn(profile->email, "@"), profile->email);
    plain_name(profile->username, out);
    if (!*out)
        plain_name(profile->name, out);
    if (!*out)
        plain_name(local, out);
    if (!*out)
        snprintf(out, USERNAME_BASE_MAX + 1, "listener");
}

/* The plain name when it is free, else with a few digits. */
static const struct problem *
create_account(struct request *req, const struct profile *profile, const char **ret_user_id)
{
    const struct problem *p = PROBLEM(USERNAME_TAKEN);
    char base[USERNAME_BASE_MAX + 1];
    struct row row;

    base_username(profile, base);
    request_set(req, "language", auth_language(req));
    for (int i = 0; i < USERNAME_TRIES && p && text_equal(p->code, "username_taken"); i++) {
        unsigned short number;

        random_bytes(&number, sizeof number);
        request_set(req, "new_username", i ? arena_printf(req->arena, "%s%u", base, 1000 + number % 9000) : arena_strdup(req->arena, base));
        p = db_one(req, &q_oauth_register, &row);
    }
    if (p) /* somebody was faster with the address: they are asked like everybody */
        return text_equal(p->code, "email_taken") ? PROBLEM(OAUTH_ACCOUNT_EXISTS) : p;
    *ret_user_id = row_text(&row, "id");
    return NULL;
}

static const struct problem *
ask_second_factor(struct request *req, const char *user_id, const char *redirect)
{
    char token[TOKEN_TEXT];
    scoped_buf target = BUF_INIT(8192);
    const struct problem *p = mfa_challenge_make(req, user_id, token);

    if (p)
        return p;
    buf_add_text(&target, "/login?mfa=1");
    if (!text_equal(redirect, "/")) {
        buf_add_text(&target, "&next=");
        buf_add_url(&target, redirect);
    }
    buf_printf(&target, "#mfa_token=%s", token);
    return target.failed ? PROBLEM(INTERNAL) : send_to(req, arena_strdup(req->arena, target.ptr));
}

/* Notes the identity, or its use, for its owner. */
static const struct problem *
connect(struct request *req, const char *user_id)
{
    const struct problem *p;
    struct row row;

    request_set(req, "owner_id", user_id);
    p = db_maybe(req, &q_oauth_connect, &row);
    if (p)
        return p;
    return row.count ? NULL : PROBLEM(OAUTH_ALREADY_LINKED);
}

/* As after a right password: an entry in the history, and the second factor. Wrong passwords lock nobody out of this way in. */
static const struct problem *
let_in(struct request *req, const struct provider *provider, const char *user_id, bool second_factor, const char *redirect)
{
    const struct problem *p;

    request_set(req, "audit_actor", user_id);
    p = lockout_note(req, user_id, arena_printf(req->arena, "oauth:%s", provider->id));
    if (!p)
        p = connect(req, user_id);
    if (!p)
        p = lockout_passed(req, user_id, second_factor ? "second_factor" : "succeeded");
    if (!p)
        p = second_factor ? ask_second_factor(req, user_id, redirect) : session_open(req, user_id, 200);
    if (!p && !second_factor)
        p = send_to(req, redirect);
    audit_request(req, p ? p->status : req->reply.status);
    return p;
}

/* Nobody is known by this identity. The address decides, but only where both sides have verified it: whoever registered here with
 * somebody else's address must not get their identity, and whoever gave a provider a wrong address must not get their account. */
static const struct problem *
find_or_create(struct request *req, const struct profile *profile, const char **ret_user_id)
{
    const struct problem *p;
    struct row row;

    if (!profile->email || !profile->email_verified)
        return PROBLEM(OAUTH_EMAIL_UNVERIFIED);
    if ((p = db_maybe(req, &q_oauth_forget_deleted, NULL)) || (p = db_maybe(req, &q_oauth_namesake, &row)))
        return p;
    if (!row.count)
        return create_account(req, profile, ret_user_id);
    if (!row_bool(&row, "active"))
        return PROBLEM(ACCOUNT_DISABLED);
    if (!row_bool(&row, "is_verified") || row_bool(&row, "second_factor"))
        return PROBLEM(OAUTH_ACCOUNT_EXISTS); /* an address alone connects nothing to an account that asks for more */
    *ret_user_id = row_text(&row, "user_id");
    return NULL;
}

const struct problem *
account_sign_in(struct request *req, const struct provider *provider, const struct profile *profile, const char *redirect)
{
    const char *user_id = NULL;
    bool second_factor = false;
    const struct problem *p;
    struct row row;

    describe(req, provider, profile);
    p = db_maybe(req, &q_oauth_identity, &row);
    if (p)
        return p;
    if (row.count) {
        if (!row_bool(&row, "active"))
            return PROBLEM(ACCOUNT_DISABLED);
        user_id = row_text(&row, "user_id");
        second_factor = row_bool(&row, "second_factor");
    } else if ((p = find_or_create(req, profile, &user_id))) {
        return p;
    }
    return let_in(req, provider, user_id, second_factor, redirect);
}

const struct problem *
account_link(struct request *req, const struct provider *provider, const struct profile *profile, const struct oauth_state *state)
{
    const struct problem *p;

    describe(req, provider, profile);
    request_set(req, "audit_actor", arena_strdup(req->arena, state->link_user_id));
    p = connect(req, state->link_user_id);
    if (!p)
        p = send_to(req, state->redirect);
    audit_request(req, p ? p->status : req->reply.status);
    return p;
}
