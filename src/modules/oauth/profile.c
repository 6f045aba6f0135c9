#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/field_text.h"
#include "modules/oauth/id_token.h"
#include "modules/oauth/internal.h"
#include "platform/fetch/fetch.h"

#define TOKEN_MAX 8192
#define NUMBER_TEXT 24

/* Once, with the provider's name; never with what it sent. */
static const struct problem *
failed(const struct provider *provider, const char *step, const char *reason)
{
    log_warn("sign-in at a provider failed", LOG_TEXT("provider", provider->id), LOG_TEXT("step", step), LOG_TEXT("reason", reason));
    return PROBLEM(OAUTH_FAILED);
}

/* Sends it and parses the reply: a JSON value with status 200, a reference for the caller. */
static const struct problem *
ask(const struct provider *provider, const char *step, struct fetch_request *request, json_t **ret_json)
{
    struct fetch_reply reply;
    enum fetch_status status;
    char reason[32];

    request->trusted_host = provider_trusts(provider, request->url);
    status = fetch(request, &reply);
    if (status) {
        failed(provider, step, fetch_status_text(status));
        return PROBLEM(OAUTH_UNREACHABLE);
    }
    *ret_json = reply.status == 200 ? json_loadb(buf_str(&reply.body).ptr, reply.body.len, JSON_REJECT_DUPLICATES, NULL) : NULL;
    snprintf(reason, sizeof reason, "status %d", reply.status);
    fetch_reply_free(&reply);
    return *ret_json ? NULL : failed(provider, step, reason);
}

/* What is fit for a header (RFC 6750, b64token and a little more). */
static const char *
token_in(struct request *req, const json_t *reply, const char *name)
{
    const char *text = json_string_value(json_object_get(reply, name));

    if (!text || !*text || strlen(text) > TOKEN_MAX)
        return NULL;
    for (const char *p = text; *p; p++)
        if (*p <= ' ' || *p >= 0x7F)
            return NULL;
    return arena_strdup(req->arena, text);
}

static const char *
escaped(struct request *req, const char *text)
{
    scoped_buf out = BUF_INIT(4096);

    buf_add_url(&out, text);
    return out.failed ? NULL : arena_strdup(req->arena, buf_str(&out).ptr);
}

static const struct problem *
exchange_code(struct request *req, const struct provider *provider, const struct endpoints *endpoints, const struct oauth_state *state,
              json_t **ret_reply)
{
    static const char *const headers[] = {"Accept: application/json", "Content-Type: application/x-www-form-urlencoded", NULL};
    bool secret = *provider->client_secret, basic = secret && endpoints->basic_auth;
    struct fetch_request request = {.url = endpoints->token, .headers = headers, .post = true};
    scoped_buf body = BUF_INIT(16 * 1024);
    const struct problem *p;
    const char *type;

    buf_add_text(&body, "grant_type=authorization_code&code=");
    buf_add_url(&body, request_param(req, "code"));
    buf_add_text(&body, "&redirect_uri=");
    buf_add_url(&body, callback_url(req, provider));
    buf_add_text(&body, "&code_verifier=");
    buf_add_url(&body, state->verifier);
    if (!basic) {
        buf_add_text(&body, "&client_id=");
        buf_add_url(&body, provider->client_id);
    }
    if (secret && !basic) {
        buf_add_text(&body, "&client_secret=");
        buf_add_url(&body, provider->client_secret);
    }
    if (basic) {
        request.user = escaped(req, provider->client_id); /* RFC 6749, 2.3.1 */
        request.password = escaped(req, provider->client_secret);
    }
    if (body.failed || (basic && (!request.user || !request.password)))
        return PROBLEM(INTERNAL);
    request.body = buf_str(&body);
    p = ask(provider, "token", &request, ret_reply);
    if (p)
        return p;
    type = json_string_value(json_object_get(*ret_reply, "token_type"));
    if (token_in(req, *ret_reply, "access_token") && (!type || strcasecmp(type, "Bearer") == 0))
        return NULL;
    json_decref(*ret_reply);
    return failed(provider, "token", "no access token"); /* GitHub refuses with status 200 */
}

static const struct problem *
check_id_token(struct request *req, struct provider *provider, const struct endpoints *endpoints, const struct oauth_state *state,
               const char *token, const char *access_token, json_t **ret_claims)
{
    struct id_token_wanted wanted = {.issuer = provider->issuer, .client_id = provider->client_id, .nonce = state->nonce,
                                     .access_token = access_token, .now_s = clock_unix_s()};
    const char *reason = "missing";
    bool good = false;

    (void)req;
    /* A key that is not in the set that we have may be in the one of now. */
    for (int fresh = 0; token && !good && fresh < 2 && (!fresh || text_equal(reason, "key")); fresh++) {
        json_t *keys = provider_document(provider, &provider->keys, endpoints->keys, fresh);

        if (!keys)
            return PROBLEM(OAUTH_UNREACHABLE);
        good = id_token_check(token, keys, &wanted, ret_claims, &reason);
        json_decref(keys);
    }
    return good ? NULL : failed(provider, "ID token", reason);
}

static const struct problem *
ask_as_person(struct request *req, const struct provider *provider, const char *url, const char *access_token, json_t **ret_json)
{
    const char *authorization = arena_printf(req->arena, "Authorization: Bearer %s", access_token);
    const char *const headers[] = {"Accept: application/json", authorization, NULL};
    struct fetch_request request = {.url = url, .headers = headers};

    return authorization ? ask(provider, "profile", &request, ret_json) : PROBLEM(INTERNAL);
}

/* The value at a path of names; NULL when there is none. */
static const json_t *
at(const json_t *json, const char *path)
{
    while (path && *path) {
        size_t len = strcspn(path, ".");

        json = json_object_getn(json, path, len);
        path += len + (path[len] == '.');
    }
    return path ? json : NULL;
}

static const char *
text_at(struct request *req, const json_t *json, const char *path)
{
    const json_t *value = at(json, path);

    if (json_is_integer(value))
        return arena_printf(req->arena, "%lld", (long long)json_integer_value(value));
    return json_string_length(value) ? arena_strdup(req->arena, json_string_value(value)) : NULL;
}

/* Some say it with a text. */
static bool
says_yes(const json_t *value)
{
    return json_is_true(value) || text_equal(json_string_value(value), "true");
}

static void
read_profile(struct request *req, const struct provider *provider, const json_t *json, struct profile *profile)
{
    const struct profile_map *map = provider->map;
    const json_t *verified = at(json, map->email_verified);

    profile->id = text_at(req, json, map->id);
    profile->email = text_at(req, json, map->email);
    profile->email_verified = map->email_is_verified || says_yes(verified) || (!verified && provider->trust_email);
    profile->name = text_at(req, json, map->name);
    profile->username = text_at(req, json, map->username);
}

/* The list of GitHub: the primary address, if it is verified. */
static const struct problem *
read_emails(struct request *req, const struct provider *provider, const char *url, struct profile *profile)
{
    const struct problem *p;
    json_t *list, *one;
    size_t i;

    p = ask_as_person(req, provider, url, profile->access_token, &list);
    if (p)
        return p;
    json_array_foreach(list, i, one) {
        if (!json_is_true(json_object_get(one, "primary")))
            continue;
        profile->email = text_at(req, one, "email");
        profile->email_verified = json_is_true(json_object_get(one, "verified"));
    }
    json_decref(list);
    return NULL;
}

/* Claims that the ID token lacks are at the userinfo endpoint, which must speak of the same person. */
static const struct problem *
add_userinfo(struct request *req, const struct provider *provider, const char *url, json_t *claims, const char *access_token)
{
    const struct problem *p;
    json_t *info;

    p = ask_as_person(req, provider, url, access_token, &info);
    if (p)
        return p;
    if (!json_equal(json_object_get(info, "sub"), json_object_get(claims, "sub")))
        p = failed(provider, "profile", "sub");
    else
        json_object_update_missing(claims, info);
    json_decref(info);
    return p;
}

static const struct problem *
read_openid(struct request *req, struct provider *provider, const struct endpoints *endpoints, const struct oauth_state *state,
            const json_t *reply, struct profile *ret)
{
    const char *token = json_string_value(json_object_get(reply, "id_token"));
    const struct problem *p;
    json_t *claims;

    p = check_id_token(req, provider, endpoints, state, token, ret->access_token, &claims);
    if (p)
        return p;
    if (!json_object_get(claims, "email") && endpoints->userinfo)
        p = add_userinfo(req, provider, endpoints->userinfo, claims, ret->access_token);
    if (!p)
        read_profile(req, provider, claims, ret);
    json_decref(claims);
    return p;
}

static const struct problem *
read_dialect(struct request *req, const struct provider *provider, const struct endpoints *endpoints, struct profile *ret)
{
    const struct problem *p;
    json_t *json;

    p = ask_as_person(req, provider, endpoints->userinfo, ret->access_token, &json);
    if (p)
        return p;
    read_profile(req, provider, json, ret);
    json_decref(json);
    return endpoints->emails ? read_emails(req, provider, endpoints->emails, ret) : NULL;
}

const struct problem *
profile_fetch(struct request *req, struct provider *provider, const struct endpoints *endpoints, const struct oauth_state *state,
              struct profile *ret)
{
    struct profile profile = {0};
    const struct problem *p;
    const json_t *expires;
    json_t *reply;

    p = exchange_code(req, provider, endpoints, state, &reply);
    if (p)
        return p;
    expires = json_object_get(reply, "expires_in");
    profile.access_token = token_in(req, reply, "access_token");
    profile.refresh_token = token_in(req, reply, "refresh_token");
    if (json_is_integer(expires) && json_integer_value(expires) > 0 && json_integer_value(expires) < INT32_MAX)
        profile.expires_s = json_integer_value(expires);
    p = provider->issuer ? read_openid(req, provider, endpoints, state, reply, &profile)
                         : read_dialect(req, provider, endpoints, &profile);
    json_decref(reply);
    if (p)
        return p;
    if (!profile.id || strlen(profile.id) > 255)
        return failed(provider, "profile", "id");
    if (profile.email && !email_valid(profile.email))
        profile.email = NULL;
    *ret = profile;
    return NULL;
}
