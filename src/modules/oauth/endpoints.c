#include "modules/oauth/endpoints.h"

#include "base/log.h"
#include "platform/fetch/fetch.h"

/* An address in the metadata, copied; NULL when it is absent or not one that we would call. */
static const char *
url_in(struct request *req, const json_t *metadata, const char *name)
{
    const char *url = json_string_value(json_object_get(metadata, name));
    char host[256];

    return url && fetch_host(url, host) ? arena_strdup(req->arena, url) : NULL;
}

static bool
lists(const json_t *list, const char *wanted)
{
    size_t i;
    json_t *one;

    json_array_foreach(list, i, one)
        if (text_equal(json_string_value(one), wanted))
            return true;
    return false;
}

static bool
read_metadata(struct request *req, const struct provider *provider, const json_t *metadata, struct endpoints *ret)
{
    const json_t *methods = json_object_get(metadata, "token_endpoint_auth_methods_supported");

    *ret = (struct endpoints){
        .authorize = url_in(req, metadata, "authorization_endpoint"),
        .token = url_in(req, metadata, "token_endpoint"),
        .userinfo = url_in(req, metadata, "userinfo_endpoint"),
        .keys = url_in(req, metadata, "jwks_uri"),
        .issuer = provider->issuer,
        .basic_auth = !methods || lists(methods, "client_secret_basic"),
        .names_issuer = json_is_true(json_object_get(metadata, "authorization_response_iss_parameter_supported")),
    };
    return text_equal(json_string_value(json_object_get(metadata, "issuer")), provider->issuer) && ret->authorize && ret->token && ret->keys;
}

const struct problem *
endpoints_find(struct request *req, struct provider *provider, struct endpoints *ret)
{
    const char *url;
    json_t *metadata;
    size_t len;
    bool good;

    if (!provider->issuer) {
        *ret = (struct endpoints){.authorize = provider->authorize_url, .token = provider->token_url, .userinfo = provider->userinfo_url,
                                  .emails = provider->emails_url, .basic_auth = provider->basic_auth};
        return NULL;
    }
    len = strlen(provider->issuer);
    url = arena_printf(req->arena, "%.*s/.well-known/openid-configuration", (int)(len - (provider->issuer[len - 1] == '/')),
                       provider->issuer);
    metadata = url ? provider_document(provider, &provider->metadata, url, false) : NULL;
    if (!metadata)
        return PROBLEM(OAUTH_UNREACHABLE);
    good = read_metadata(req, provider, metadata, ret);
    json_decref(metadata);
    if (good)
        return NULL;
    log_warn("sign-in provider describes itself wrongly", LOG_TEXT("provider", provider->id), LOG_TEXT("issuer", provider->issuer));
    return PROBLEM(OAUTH_UNREACHABLE);
}
