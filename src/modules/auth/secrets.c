/* secrets.c - secrets of people that the database keeps sealed, by keys that come from the application's secret. */
#include <stdlib.h>
#include <string.h>

#include "modules/auth/auth.h"

void
secret_keys_derive(struct secret_keys *keys, const char *purpose)
{
    secret_derive(purpose, keys->key);
    keys->has_previous = secret_derive_previous(purpose, keys->previous);
}

long
secret_unseal(const struct secret_keys *keys, const char *about, const char *sealed, void *out, size_t max)
{
    long len = unseal(keys->key, about, sealed, out, max);

    return len < 0 && keys->has_previous ? unseal(keys->previous, about, sealed, out, max) : len;
}

const char *
secret_seal_json(struct request *req, const struct secret_keys *keys, const char *about, json_t *secrets)
{
    char sealed[SEALED_SIZE(SECRET_JSON_MAX)];
    scoped_text text = json_dumps(secrets, JSON_COMPACT);
    bool good = text && strlen(text) <= SECRET_JSON_MAX && seal(keys->key, about, str_of(text), sealed);

    json_decref(secrets);
    if (text)
        explicit_bzero(text, strlen(text));
    return good ? arena_strdup(req->arena, sealed) : NULL;
}

json_t *
secret_unseal_json(const struct secret_keys *keys, const char *about, const char *sealed)
{
    char text[SECRET_JSON_MAX];
    long len = sealed ? secret_unseal(keys, about, sealed, text, sizeof text) : -1;
    json_t *secrets = len < 0 ? NULL : json_loadb(text, (size_t)len, 0, NULL);

    explicit_bzero(text, sizeof text);
    return secrets;
}
