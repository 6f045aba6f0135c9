#include <stdio.h>

#include "api/checkup.h"
#include "base/log.h"
#include "base/seal.h"
#include "modules/oauth/internal.h"
#include "modules/oauth/redirect.h"
#include "platform/fetch/fetch.h"

static unsigned char seal_key[SEAL_KEY_BYTES];
static const char *oauth_encryption_key;
const char *oauth_provider_list, *oauth_redirect_origins;

const struct setting oauth_settings[] = {
    {.section = "Sign-in with accounts of others"},
    {"OAUTH_PROVIDERS", .text = &oauth_provider_list,
     .help = "comma separated: google, github, facebook, twitter, and oidc:NAME for any OpenID Connect issuer"},
    {"OAUTH_<NAME>_CLIENT_ID", .help = "from the provider, where Veza is registered; <NAME> in capitals, - as _"},
    {"OAUTH_<NAME>_CLIENT_SECRET", .help = "its secret; empty for a public client"},
    {"OAUTH_<NAME>_ISSUER", .help = "of oidc:NAME, exactly as the issuer writes it; of google another one than theirs"},
    {"OAUTH_<NAME>_LABEL", .help = "what people read on the button; default: the name"},
    {"OAUTH_<NAME>_SCOPES", .help = "what is asked for; default: openid email profile, or what the provider needs"},
    {"OAUTH_<NAME>_TRUST_EMAIL", .help = "true: addresses that this provider neither calls verified nor unverified count as verified"},
    {"OAUTH_<NAME>_AUTHORIZE_URL", .help = "of github, facebook, twitter: another server that speaks like it"},
    {"OAUTH_<NAME>_TOKEN_URL", .help = "likewise"},
    {"OAUTH_<NAME>_USERINFO_URL", .help = "likewise"},
    {"OAUTH_<NAME>_EMAILS_URL", .help = "likewise, of github"},
    {"OAUTH_ENCRYPTION_KEY", .text = &oauth_encryption_key,
     .help = "32 bytes as hex that encrypt the providers' tokens; empty: made from the application's secret, not in production"},
    {"OAUTH_ALLOWED_REDIRECT_DOMAINS", .text = &oauth_redirect_origins,
     .help = "comma separated origins (https://host:port), besides FRONTEND_URL, that a sign-in may lead to"},
    {0}};

bool
oauth_setup(const struct module_setup *with, char *error, size_t error_size)
{
    const struct config *config = with->config;

    if (!providers_setup(error, error_size) || !redirect_setup(config, error, error_size))
        return false;
    if (*oauth_encryption_key) {
        if (strlen(oauth_encryption_key) == 2 * SEAL_KEY_BYTES &&
            hex_decode(oauth_encryption_key, seal_key, sizeof seal_key))
            return true;
        snprintf(error, error_size, "OAUTH_ENCRYPTION_KEY must be %d hex digits: openssl rand -hex %d", 2 * SEAL_KEY_BYTES, SEAL_KEY_BYTES);
        return false;
    }
    if (provider_at(0) && config_is_production(config)) {
        snprintf(error, error_size, "OAUTH_PROVIDERS needs OAUTH_ENCRYPTION_KEY in production: openssl rand -hex %d", SEAL_KEY_BYTES);
        return false;
    }
    secret_derive("oauth tokens", seal_key);
    return true;
}

const unsigned char *
oauth_seal_key(void)
{
    return seal_key;
}

const char *
oauth_provider_names(void)
{
    static char names[PROVIDERS_MAX * (PROVIDER_ID_MAX + 2) + 1];

    names[0] = 0;
    for (unsigned i = 0; provider_at(i); i++) {
        size_t len = strlen(names);

        snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "", provider_at(i)->id);
    }
    return names;
}

const char *
callback_url(struct request *req, const struct provider *provider)
{
    return arena_printf(req->arena, "%s/api/v1/auth/oauth/%s/callback", redirect_base(), provider->id);
}

const struct problem *
send_to(struct request *req, const char *target)
{
    const char *location = *target == '/' ? arena_printf(req->arena, "%s%s", redirect_base(), target) : target;

    if (!location)
        return PROBLEM(INTERNAL);
    reply_empty(req, 302);
    reply_header(req, "Location", location);
    req->reply.cache_control = CACHE_NEVER;
    return NULL;
}

/* People see a page that says it in their language. What is not about them stays a problem. */
static const struct problem *
refuse(struct request *req, const struct problem *problem, bool linking)
{
    if (problem->status == 500 || problem->status == 503)
        return problem;
    return send_to(req, arena_printf(req->arena, "%s?oauth_error=%s", linking ? "/settings/security" : "/login", problem->code));
}

/* Whoever links an account must have come from our own page: else another site could have them add an account that is not theirs. */
static bool
comes_from_us(const struct request *req)
{
    const char *site = request_header(req, "Sec-Fetch-Site"), *referrer = request_header(req, "Referer");
    size_t len = strlen(redirect_origin());

    if (site && strcmp(site, "same-origin") == 0)
        return true;
    return referrer && text_starts_with(referrer, redirect_origin()) && (!referrer[len] || referrer[len] == '/');
}

static const struct problem *
session_to_link(struct request *req, const char **ret_session_id)
{
    const struct problem *p = auth_identify(req);

    if (p || !req->identity.known || !req->identity.by_cookie)
        return PROBLEM(UNAUTHENTICATED);
    if (!comes_from_us(req))
        return PROBLEM(CSRF_FAILED);
    p = auth_check_fresh(req); /* a session that was left open, or stolen, must not add a way in */
    if (p)
        return p;
    *ret_session_id = req->identity.session_id;
    return NULL;
}

static const struct problem *
send_to_provider(struct request *req, const struct provider *provider, const struct endpoints *endpoints, const struct oauth_state *state)
{
    unsigned char digest[SHA256_BYTES];
    char challenge[BASE64URL_SIZE(SHA256_BYTES)];
    scoped_buf url = BUF_INIT(16 * 1024);
    const struct {
        const char *name, *value;
    } parameters[] = {
        {"client_id", provider->client_id}, {"redirect_uri", callback_url(req, provider)}, {"scope", provider->scopes},
        {"state", state->state}, {"code_challenge", challenge}, {"code_challenge_method", "S256"},
        {"nonce", provider->issuer ? state->nonce : NULL},
    };

    sha256(str_of(state->verifier), digest);
    base64url_encode(digest, sizeof digest, challenge);
    buf_printf(&url, "%s%cresponse_type=code", endpoints->authorize, strchr(endpoints->authorize, '?') ? '&' : '?');
    for (size_t i = 0; i < COUNT_OF(parameters); i++) {
        if (!parameters[i].value)
            continue;
        buf_printf(&url, "&%s=", parameters[i].name);
        buf_add_url(&url, parameters[i].value);
    }
    return url.failed ? PROBLEM(INTERNAL) : send_to(req, arena_strdup(req->arena, url.ptr));
}

const struct problem *
oauth_begin(struct request *req)
{
    struct provider *provider = provider_find(request_param(req, "provider"));
    const char *redirect = request_param(req, "redirect"), *session_id = NULL;
    bool linking = text_equal(request_param(req, "link"), "true");
    struct endpoints endpoints;
    struct oauth_state state;
    const struct problem *p;

    if (!provider)
        return PROBLEM(NOT_FOUND);
    if (!redirect)
        redirect = linking ? "/settings/security" : "/";
    if (!redirect_allowed(redirect))
        return problem_field(req->arena, "redirect", "value", "A sign-in leads to a page of this installation only");
    p = linking ? session_to_link(req, &session_id) : NULL;
    if (p)
        return refuse(req, p, p->status != 401);
    if ((p = endpoints_find(req, provider, &endpoints)) || (p = state_make(req, provider, redirect, session_id, &state)))
        return refuse(req, p, linking);
    return send_to_provider(req, provider, &endpoints, &state);
}

/* What the provider refused, in our words. */
static const struct problem *
check_answer(struct request *req, const struct provider *provider, const struct endpoints *endpoints)
{
    const char *issuer = request_param(req, "iss"), *error = request_param(req, "error");

    /* An answer of another provider, sent here to have us send its code there (RFC 9207). */
    if (provider->issuer && (issuer || endpoints->names_issuer) && !text_equal(issuer, provider->issuer)) {
        log_warn("sign-in answer of another issuer", LOG_TEXT("provider", provider->id));
        return PROBLEM(OAUTH_FAILED);
    }
    if (text_equal(error, "access_denied"))
        return PROBLEM(OAUTH_DENIED);
    if (error || !request_param(req, "code")) {
        log_warn("sign-in provider answered with an error", LOG_TEXT("provider", provider->id), LOG_TEXT("error", error));
        return PROBLEM(OAUTH_FAILED);
    }
    return NULL;
}

const struct problem *
oauth_callback(struct request *req)
{
    struct provider *provider = provider_find(request_param(req, "provider"));
    struct endpoints endpoints;
    struct oauth_state state;
    struct profile profile;
    const struct problem *p;

    if (!provider)
        return PROBLEM(NOT_FOUND);
    if ((p = state_take(req, provider, &state)) || (p = endpoints_find(req, provider, &endpoints)) ||
        (p = check_answer(req, provider, &endpoints)) || (p = profile_fetch(req, provider, &endpoints, &state, &profile)) ||
        (p = state.linking ? account_link(req, provider, &profile, &state) : account_sign_in(req, provider, &profile, state.redirect)))
        return refuse(req, p, state.linking);
    return NULL;
}

const struct problem *
oauth_providers(struct request *req)
{
    int64_t page = 1, limit = 20, total = 0;
    json_t *items = json_array();

    text_to_int64(request_param(req, "page"), 1, INT64_MAX, &page);
    text_to_int64(request_param(req, "limit"), 1, 100, &limit);
    for (; provider_at((unsigned)total); total++) {
        const struct provider *provider = provider_at((unsigned)total);

        if (total / limit == page - 1)
            json_array_append_new(items, json_pack("{s:s, s:s}", "id", provider->id, "name", provider->name));
    }
    return reply_json(req, 200, json_pack("{s:o, s:I, s:I, s:I}", "items", items, "page", (json_int_t)page, "limit", (json_int_t)limit,
                                          "total", (json_int_t)total));
}

void
oauth_checkup(struct checkup *d)
{
    char error[512];

    fetch_setup(d->config);
    if (!oauth_setup(&(struct module_setup){.config = d->config}, error, sizeof error))
        checkup_wrong(d, "docs/operating.md tells what each provider needs", "sign-in", "%s", error);
    else if (*oauth_provider_names())
        checkup_fine("sign-in", "with %s; they are to send people back to %s/api/v1/auth/oauth/NAME/callback", oauth_provider_names(),
             redirect_base());
    else
        checkup_fine("sign-in", "with passwords and passkeys (OAUTH_PROVIDERS is not set)");
}
