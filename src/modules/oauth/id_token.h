/* id_token.h - checks ID tokens (OpenID Connect Core 1.0, 3.1.3.7): JWTs that say who has signed in. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define ID_TOKEN_MAX (16 * 1024)

struct id_token_wanted {
    const char *issuer, *client_id, *nonce;
    const char *access_token; /* that came with it: at_hash is compared when there is one */
    int64_t now_s;
};

/* `keys` is the issuer's JSON Web Key Set. On success *ret_claims is the payload, a reference for the caller, with a text `sub`;
 * else *ret_reason says in a word or two what is wrong. "key" means that no key fits: the set may be old. */
bool id_token_check(const char *token, const json_t *keys, const struct id_token_wanted *wanted, json_t **ret_claims,
                    const char **ret_reason);
