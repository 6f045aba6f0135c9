#include "modules/oauth/internal.h"

#define STATE_S 600
#define COOKIE "veza_oauth"
#define COOKIE_PATH "/api/v1/auth/oauth"

/* A secret that only who knows state and cookie can make, for one purpose. */
static const char *
derive(struct request *req, const char *purpose, const char *state, const char *browser)
{
    const char *both = arena_printf(req->arena, "%s.%s", state, browser);
    unsigned char key[SHA256_BYTES], mac[SHA256_BYTES];
    char text[BASE64URL_SIZE(SHA256_BYTES)];

    if (!both)
        return NULL;
    secret_derive(purpose, key);
    hmac_sha256((struct str){(const char *)key, sizeof key}, str_of(both), mac);
    base64url_encode(mac, sizeof mac, text);
    explicit_bzero(key, sizeof key);
    return arena_strdup(req->arena, text);
}

static bool
derive_both(struct request *req, const char *browser, struct oauth_state *state)
{
    state->nonce = derive(req, "oauth nonce", state->state, browser);
    state->verifier = derive(req, "oauth verifier", state->state, browser);
    return state->nonce && state->verifier;
}

const struct problem *
state_make(struct request *req, const struct provider *provider, const char *redirect, const char *session_id, struct oauth_state *ret)
{
    char state[TOKEN_TEXT], state_hash[SHA256_HEX], browser[TOKEN_TEXT], browser_hash[SHA256_HEX];

    token_make(state, state_hash);
    token_make(browser, browser_hash);
    *ret = (struct oauth_state){.state = arena_strdup(req->arena, state)};
    if (!ret->state || !derive_both(req, browser, ret))
        return PROBLEM(INTERNAL);
    request_set(req, "state_hash", arena_strdup(req->arena, state_hash));
    request_set(req, "browser_hash", arena_strdup(req->arena, browser_hash));
    request_set(req, "state_provider", provider->id);
    request_set(req, "state_redirect", redirect);
    request_set(req, "state_session_id", session_id);
    request_set(req, "state_s", arena_printf(req->arena, "%d", STATE_S));
    reply_cookie(req, COOKIE, arena_strdup(req->arena, browser), COOKIE_PATH, STATE_S);
    return db_maybe(req, &q_oauth_state_make, NULL);
}

const struct problem *
state_take(struct request *req, const struct provider *provider, struct oauth_state *ret)
{
    const char *browser = request_cookie(req, COOKIE), *state = request_param(req, "state");
    char hash[SHA256_HEX];
    const struct problem *p;
    struct row row;

    *ret = (struct oauth_state){.state = state};
    reply_cookie(req, COOKIE, "", COOKIE_PATH, 0);
    if (!state)
        return PROBLEM(OAUTH_STATE_INVALID);
    sha256_hex(str_of(state), hash);
    request_set(req, "state_hash", arena_strdup(req->arena, hash));
    sha256_hex(str_of(browser ? browser : ""), hash);
    request_set(req, "browser_hash", arena_strdup(req->arena, hash));
    request_set(req, "provider", provider->id);
    p = db_maybe(req, &q_oauth_state_take, &row);
    if (p)
        return p;
    ret->linking = row.count && row_bool(&row, "linking");
    if (!row.count || !row_bool(&row, "good") || (ret->linking && !row_text(&row, "link_user_id")))
        return PROBLEM(OAUTH_STATE_INVALID);
    ret->redirect = row_text(&row, "redirect");
    ret->link_user_id = row_text(&row, "link_user_id");
    return derive_both(req, browser, ret) ? NULL : PROBLEM(INTERNAL);
}
