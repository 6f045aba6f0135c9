/* signin_fuzz.c - any bytes as the page that a sign-in leads to, as an ID token, as a sealed text, and as an address to call. */
#include "fuzz.h"

#include "base/seal.h"
#include "modules/oauth/id_token.h"
#include "modules/oauth/provider.h"
#include "modules/oauth/redirect.h"
#include "platform/fetch/fetch.h"

#define OTHER "https://app.veza.example"

const char *oauth_redirect_origins; /* the setting, which oauth.c has */
static json_t *keys;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct config config = {.app_env = "development", .frontend_url = "http://veza.test"};
    char error[256];

    (void)argc, (void)argv;
    oauth_redirect_origins = OTHER;
    fetch_setup(&config);
    require(redirect_setup(&config, error, sizeof error));
    keys = json_pack("{s:[{s:s, s:s, s:s, s:s, s:s}]}", "keys", "kty", "EC", "crv", "P-256", "x", "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                     "y", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", "kid", "1");
    return 0;
}

/* An address that is allowed is on one of the two origins, for every reader. */
static bool
is_ours(const char *target)
{
    const char *path = target;

    if (strncmp(target, OTHER, strlen(OTHER)) == 0)
        path += strlen(OTHER);
    else if (strncmp(target, "http://veza.test", 16) == 0)
        path += 16;
    else if (*target != '/')
        return false;
    return (!*path || *path == '/') && strncmp(path, "//", 2) != 0 && !strpbrk(target, "\\\r\n\t <>\"");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const unsigned char key[SEAL_KEY_BYTES] = {7};
    const struct id_token_wanted wanted = {.issuer = "i", .client_id = "c", .nonce = "n", .access_token = "a", .now_s = 1700000000};
    char *text = text_of(bytes, length), host[256], *opened = malloc(length + 1);
    const char *reason = NULL;
    json_t *claims = NULL;

    require(!redirect_allowed(text) || is_ours(text));
    require(!id_token_check(text, keys, &wanted, &claims, &reason) && reason); /* nobody here has the key */
    require(unseal(key, "about", text, opened, length) < 0);
    if (fetch_host(text, host))
        require(*host && !strchr(host, '@') && !strchr(host, '/'));
    free(opened);
    free(text);
    return 0;
}
