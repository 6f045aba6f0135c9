#include "modules/oauth/provider.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "platform/fetch/fetch.h"

#define ISSUER_MAX 255 /* of the column */
#define DOCUMENT_MS (3600 * 1000)

static const struct profile_map openid_map = {"sub", "email", "email_verified", "name", "preferred_username", false};

/* What is known beforehand. Facebook does not say whether an address has been verified; X gives no other. */
static const struct preset {
    const char *id, *name, *issuer, *authorize_url, *token_url, *userinfo_url, *emails_url, *scopes;
    bool basic_auth;
    struct profile_map map;
} presets[] = {
    {.id = "google", .name = "Google", .issuer = "https://accounts.google.com"},
    {.id = "github", .name = "GitHub", .authorize_url = "https://github.com/login/oauth/authorize",
     .token_url = "https://github.com/login/oauth/access_token", .userinfo_url = "https://api.github.com/user",
     .emails_url = "https://api.github.com/user/emails", .scopes = "read:user user:email",
     .map = {.id = "id", .name = "name", .username = "login"}},
    {.id = "facebook", .name = "Facebook", .authorize_url = "https://www.facebook.com/v23.0/dialog/oauth",
     .token_url = "https://graph.facebook.com/v23.0/oauth/access_token",
     .userinfo_url = "https://graph.facebook.com/v23.0/me?fields=id,name,email", .scopes = "public_profile,email",
     .map = {.id = "id", .email = "email", .name = "name"}},
    {.id = "twitter", .name = "X", .authorize_url = "https://x.com/i/oauth2/authorize", .token_url = "https://api.x.com/2/oauth2/token",
     .userinfo_url = "https://api.x.com/2/users/me?user.fields=confirmed_email", .scopes = "users.read tweet.read users.email",
     .basic_auth = true,
     .map = {.id = "data.id", .email = "data.confirmed_email", .name = "data.name", .username = "data.username",
             .email_is_verified = true}},
};

static struct provider providers[PROVIDERS_MAX];
static unsigned provider_count;

struct provider *
provider_find(const char *id)
{
    for (unsigned i = 0; i < provider_count; i++)
        if (text_equal(providers[i].id, id))
            return &providers[i];
    return NULL;
}

struct provider *
provider_at(unsigned n)
{
    return n < provider_count ? &providers[n] : NULL;
}

static const struct preset *
find_preset(const char *id)
{
    for (size_t i = 0; i < COUNT_OF(presets); i++)
        if (text_equal(presets[i].id, id))
            return &presets[i];
    return NULL;
}

/* The operator's address when there is one, and its host to be trusted; else the preset's. */
static bool
choose_url(struct provider *provider, const char *family, const char *preset, unsigned place, const char **ret_url)
{
    const char *given = setting_of_family(family, provider->id);

    *ret_url = *given ? given : preset;
    return !*given || fetch_host(given, provider->trusted_hosts[place]);
}

static const char *
or_else(const char *given, const char *fallback)
{
    return *given ? given : fallback;
}

/* Reads what belongs to provider->id. NULL, or the variable that is missing or wrong. */
static const char *
read_provider(struct provider *provider, const struct preset *preset)
{
    bool openid = !preset || preset->issuer;

    provider->client_id = setting_of_family("OAUTH_<NAME>_CLIENT_ID", provider->id);
    provider->client_secret = setting_of_family("OAUTH_<NAME>_CLIENT_SECRET", provider->id);
    provider->name = or_else(setting_of_family("OAUTH_<NAME>_LABEL", provider->id), preset ? preset->name : provider->id);
    provider->scopes = or_else(setting_of_family("OAUTH_<NAME>_SCOPES", provider->id), openid ? "openid email profile" : preset->scopes);
    provider->trust_email = text_equal(setting_of_family("OAUTH_<NAME>_TRUST_EMAIL", provider->id), "true");
    provider->map = openid ? &openid_map : &preset->map;
    provider->basic_auth = preset && preset->basic_auth;
    if (!*provider->client_id)
        return "CLIENT_ID";
    if (openid) {
        if (!choose_url(provider, "OAUTH_<NAME>_ISSUER", preset ? preset->issuer : NULL, 0, &provider->issuer) || !provider->issuer ||
            strlen(provider->issuer) > ISSUER_MAX || strpbrk(provider->issuer, "?#"))
            return "ISSUER";
        return NULL;
    }
    if (!choose_url(provider, "OAUTH_<NAME>_AUTHORIZE_URL", preset->authorize_url, 0, &provider->authorize_url))
        return "AUTHORIZE_URL";
    if (!choose_url(provider, "OAUTH_<NAME>_TOKEN_URL", preset->token_url, 1, &provider->token_url))
        return "TOKEN_URL";
    if (!choose_url(provider, "OAUTH_<NAME>_USERINFO_URL", preset->userinfo_url, 2, &provider->userinfo_url))
        return "USERINFO_URL";
    return choose_url(provider, "OAUTH_<NAME>_EMAILS_URL", preset->emails_url, 3, &provider->emails_url) ? NULL : "EMAILS_URL";
}

/* One entry of OAUTH_PROVIDERS: the name of a preset, or oidc:NAME. */
static bool
add_provider(struct str entry, char *error, size_t error_size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    struct provider *provider = &providers[provider_count];
    bool generic = entry.len > 5 && memcmp(entry.ptr, "oidc:", 5) == 0;
    struct str name = generic ? (struct str){entry.ptr + 5, entry.len - 5} : entry;
    const struct preset *preset;
    const char *wrong;

    *provider = (struct provider){.metadata.lock = PTHREAD_MUTEX_INITIALIZER, .keys.lock = PTHREAD_MUTEX_INITIALIZER};
    snprintf(provider->id, sizeof provider->id, "%.*s", (int)name.len, name.ptr);
    preset = find_preset(provider->id);
    if (provider_count == PROVIDERS_MAX || name.len > PROVIDER_ID_MAX || strspn(provider->id, letters) != name.len ||
        generic != !preset || text_equal(provider->id, "providers") || text_equal(provider->id, "connections") ||
        provider_find(provider->id)) {
        snprintf(error, error_size,
                 "OAUTH_PROVIDERS has \"%.*s\"; it takes google, github, facebook, twitter and oidc:NAME, each once, NAME being at most %d "
                 "of a-z, 0-9 and -",
                 (int)entry.len, entry.ptr, PROVIDER_ID_MAX);
        return false;
    }
    wrong = read_provider(provider, preset);
    if (wrong) {
        snprintf(error, error_size, "OAUTH_<NAME>_%s of \"%s\" is missing or not acceptable; addresses begin with https://", wrong,
                 provider->id);
        return false;
    }
    provider_count++;
    return true;
}

bool
providers_setup(char *error, size_t error_size)
{
    const char *p = oauth_provider_list;

    provider_count = 0;
    while (*(p += strspn(p, ", "))) {
        size_t len = strcspn(p, ", ");

        if (!add_provider((struct str){p, len}, error, error_size))
            return false;
        p += len;
    }
    return true;
}

const char *
provider_trusts(const struct provider *provider, const char *url)
{
    char host[256];

    if (!fetch_host(url, host))
        return NULL;
    for (size_t i = 0; i < COUNT_OF(provider->trusted_hosts); i++)
        if (text_equal(provider->trusted_hosts[i], host))
            return provider->trusted_hosts[i];
    return NULL;
}

static char *
fetch_document(const struct provider *provider, const char *url)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    struct fetch_request request = {.url = url, .headers = headers, .trusted_host = provider_trusts(provider, url)};
    struct fetch_reply reply;
    enum fetch_status status = fetch(&request, &reply);
    char *text = NULL;

    if (status) {
        log_warn("sign-in provider not reached", LOG_TEXT("provider", provider->id), LOG_TEXT("url", url),
                 LOG_TEXT("error", fetch_status_text(status)));
        return NULL;
    }
    if (reply.status == 200)
        text = strndup(buf_str(&reply.body).ptr, reply.body.len);
    else
        log_warn("sign-in provider has no such document", LOG_TEXT("provider", provider->id), LOG_TEXT("url", url),
                 LOG_INT("status", reply.status));
    fetch_reply_free(&reply);
    return text;
}

/* Parsed anew each time: sign-ins are rare, and nobody shares what they get. */
static json_t *
from_memory(struct document *document)
{
    json_t *json = NULL;

    pthread_mutex_lock(&document->lock);
    if (document->text && clock_monotonic_ms() - document->fetched_ms < DOCUMENT_MS)
        json = json_loads(document->text, JSON_REJECT_DUPLICATES, NULL);
    pthread_mutex_unlock(&document->lock);
    return json;
}

json_t *
provider_document(struct provider *provider, struct document *document, const char *url, bool fresh)
{
    json_t *json = fresh ? NULL : from_memory(document);
    char *text;

    if (json)
        return json;
    text = fetch_document(provider, url); /* without the lock: two at once fetch twice, and nobody waits for the other */
    json = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (json_is_object(json)) {
        pthread_mutex_lock(&document->lock);
        free(document->text);
        document->text = text;
        document->fetched_ms = clock_monotonic_ms();
        pthread_mutex_unlock(&document->lock);
        return json;
    }
    if (text)
        log_warn("sign-in provider sent what is no JSON object", LOG_TEXT("provider", provider->id), LOG_TEXT("url", url));
    free(text);
    json_decref(json);
    return NULL;
}
