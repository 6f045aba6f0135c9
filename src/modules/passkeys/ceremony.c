#include <stdio.h>

#include "modules/auth/auth.h"
#include "modules/passkeys/internal.h"

static char origin[512], rp_id[256];

bool
passkeys_setup(const struct module_setup *with, char *error, size_t error_size)
{
    const char *url = config_frontend_url(with->config), *host = strstr(url, "://");
    size_t len;

    (void)error, (void)error_size;
    host = host ? host + 3 : url;
    len = strcspn(host, "/?#");
    snprintf(origin, sizeof origin, "%.*s", (int)(host - url + (ptrdiff_t)len), url);
    snprintf(rp_id, sizeof rp_id, "%.*s", (int)strcspn(host, ":/?#"), host);
    return true;
}

const char *
passkeys_rp_id(void)
{
    return rp_id;
}

static const char *
hash_of(struct request *req, const char *challenge)
{
    char hash[SHA256_HEX];

    sha256_hex(str_of(challenge), hash);
    return arena_strdup(req->arena, hash);
}

const struct problem *
challenge_make(struct request *req, const char *user_id, const char **ret_challenge)
{
    char challenge[TOKEN_TEXT], unused[SHA256_HEX];

    token_make(challenge, unused);
    request_set(req, "challenge_hash", hash_of(req, challenge));
    request_set(req, "challenge_user_id", user_id);
    request_set(req, "challenge_s", arena_printf(req->arena, "%d", CHALLENGE_S));
    *ret_challenge = arena_strdup(req->arena, challenge);
    return *ret_challenge ? db_maybe(req, &q_passkey_challenge_make, NULL) : PROBLEM(INTERNAL);
}

const struct problem *
challenge_take(struct request *req, struct str client_data, const char *type, const char *user_id, bool *ret_good)
{
    json_t *json = json_loadb(client_data.ptr, client_data.len, JSON_REJECT_DUPLICATES, NULL);
    const char *challenge = json_string_value(json_object_get(json, "challenge"));
    const struct problem *p = NULL;
    struct row row = {0};

    *ret_good = false;
    if (challenge && text_equal(json_string_value(json_object_get(json, "type")), type) &&
        text_equal(json_string_value(json_object_get(json, "origin")), origin) && !json_is_true(json_object_get(json, "crossOrigin"))) {
        request_set(req, "challenge_hash", hash_of(req, challenge));
        request_set(req, "challenge_user_id", user_id);
        p = db_maybe(req, &q_passkey_challenge_take, &row);
        *ret_good = !p && row.count > 0;
    }
    json_decref(json);
    return p;
}

struct str
bytes_in(struct request *req, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    size_t len = json_string_length(value);
    char *bytes = len ? arena_alloc(req->arena, len) : NULL;
    long decoded = bytes ? base64url_decode((struct str){json_string_value(value), len}, bytes, len) : -1;

    return decoded > 0 ? (struct str){bytes, (size_t)decoded} : (struct str){NULL, 0};
}

const char *
bytea_text(struct request *req, const void *bytes, size_t len)
{
    char *text = arena_alloc(req->arena, 2 * len + 3);

    if (text) {
        text[0] = '\\';
        text[1] = 'x';
        hex_encode(bytes, len, text + 2);
    }
    return text;
}
