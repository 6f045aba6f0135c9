#include "modules/oauth/id_token.h"

#include <cjose/cjose.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <strings.h>

#include "base/encode.h"

#define CLOCK_SKEW_S 60
#define AGE_MAX_S 600 /* it was made for this sign-in */
#define RSA_TEXT_MIN 342 /* base64url of 2048 bits */

/* Signatures that only the issuer can make. Nothing symmetric, and not "none". */
static const struct {
    const char *name, *key_type, *digest;
} algorithms[] = {
    {"RS256", "RSA", "SHA256"}, {"RS384", "RSA", "SHA384"}, {"RS512", "RSA", "SHA512"},
    {"PS256", "RSA", "SHA256"}, {"PS384", "RSA", "SHA384"}, {"PS512", "RSA", "SHA512"},
    {"ES256", "EC", "SHA256"},  {"ES384", "EC", "SHA384"},  {"ES512", "EC", "SHA512"},
};

static const char *
text_in(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The algorithm of the header, or -1. */
static int
algorithm_of(const json_t *header)
{
    const char *type = text_in(header, "typ");

    if (json_object_get(header, "crit") || json_object_get(header, "b64") || json_object_get(header, "zip") ||
        (json_object_get(header, "typ") && (!type || strcasecmp(type, "JWT") != 0)))
        return -1;
    for (size_t i = 0; i < COUNT_OF(algorithms); i++)
        if (text_equal(text_in(header, "alg"), algorithms[i].name))
            return (int)i;
    return -1;
}

/* Made for signatures of this kind, and strong enough. */
static bool
key_fits(const json_t *key, int algorithm)
{
    const char *use = text_in(key, "use"), *alg = text_in(key, "alg"), *n = text_in(key, "n");

    return text_equal(text_in(key, "kty"), algorithms[algorithm].key_type) && (!use || text_equal(use, "sig")) &&
           (!alg || text_equal(alg, algorithms[algorithm].name)) && (*algorithms[algorithm].key_type != 'R' || (n && strlen(n) >= RSA_TEXT_MIN));
}

/* The key that the header names; without a name, the only one that fits. */
static const json_t *
choose_key(const json_t *keys, const json_t *header, int algorithm)
{
    const json_t *kid = json_object_get(header, "kid"), *found = NULL;
    json_t *key;
    size_t i;

    json_array_foreach(json_object_get(keys, "keys"), i, key) {
        if (!key_fits(key, algorithm) || (kid && !text_equal(text_in(key, "kid"), json_string_value(kid))))
            continue;
        if (found)
            return NULL;
        found = key;
    }
    return found;
}

/* The public part alone, as text; NULL when a number in it is none. The library would take private and unknown parts too, unchecked. */
static char *
public_key(const json_t *key)
{
    static const char *const numbers[] = {"n", "e", "x", "y"};
    json_t *copy = json_pack("{s:O, s:O*}", "kty", json_object_get(key, "kty"), "crv", json_object_get(key, "crv"));
    char *text = NULL;
    bool good = copy;

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        json_t *number = json_object_get(key, numbers[i]);

        if (!number)
            continue;
        good = good && base64url_valid((struct str){json_string_value(number), json_string_length(number)});
        json_object_set(copy, numbers[i], number);
    }
    if (good)
        text = json_dumps(copy, JSON_COMPACT);
    json_decref(copy);
    return text;
}

static bool
signed_by(cjose_jws_t *jws, const json_t *key)
{
    char *text = public_key(key);
    cjose_jwk_t *jwk = NULL;
    cjose_err error;
    bool good;

    jwk = text ? cjose_jwk_import(text, strlen(text), &error) : NULL;
    good = jwk && cjose_jws_verify(jws, jwk, &error);
    cjose_jwk_release(jwk);
    free(text);
    return good;
}

/* For us; and when for others too, then at our request (azp). */
static bool
audience_fits(const json_t *claims, const char *client_id)
{
    const json_t *aud = json_object_get(claims, "aud"), *azp = json_object_get(claims, "azp");
    bool ours = text_equal(json_string_value(aud), client_id);
    json_t *one;
    size_t i;

    json_array_foreach(aud, i, one)
        ours = ours || text_equal(json_string_value(one), client_id);
    if (!ours || (azp && !text_equal(json_string_value(azp), client_id)))
        return false;
    return json_array_size(aud) <= 1 || azp;
}

static bool
times_fit(const json_t *claims, int64_t now_s)
{
    const json_t *exp = json_object_get(claims, "exp"), *iat = json_object_get(claims, "iat"), *nbf = json_object_get(claims, "nbf");

    return json_is_number(exp) && json_number_value(exp) > (double)(now_s - CLOCK_SKEW_S) && json_is_number(iat) &&
           json_number_value(iat) < (double)(now_s + CLOCK_SKEW_S) && json_number_value(iat) > (double)(now_s - AGE_MAX_S - CLOCK_SKEW_S) &&
           (!nbf || (json_is_number(nbf) && json_number_value(nbf) < (double)(now_s + CLOCK_SKEW_S)));
}

/* The left half of the access token's hash, when the token carries it. */
static bool
access_token_fits(const json_t *claims, int algorithm, const char *access_token)
{
    const json_t *given = json_object_get(claims, "at_hash");
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[BASE64URL_SIZE(EVP_MAX_MD_SIZE)];
    unsigned len = 0;

    if (!given)
        return true;
    if (!access_token || !EVP_Digest(access_token, strlen(access_token), digest, &len, EVP_get_digestbyname(algorithms[algorithm].digest), NULL))
        return false;
    base64url_encode(digest, len / 2, text);
    return text_equal(json_string_value(given), text);
}

/* NULL, or what is wrong. */
static const char *
check_claims(const json_t *claims, int algorithm, const struct id_token_wanted *wanted)
{
    const char *sub = text_in(claims, "sub");

    if (!text_equal(text_in(claims, "iss"), wanted->issuer))
        return "iss";
    if (!audience_fits(claims, wanted->client_id))
        return "aud";
    if (!times_fit(claims, wanted->now_s))
        return "time";
    if (!text_equal(text_in(claims, "nonce"), wanted->nonce))
        return "nonce";
    if (!sub || !*sub || strlen(sub) > 255)
        return "sub";
    return access_token_fits(claims, algorithm, wanted->access_token) ? NULL : "at_hash";
}

bool
id_token_check(const char *token, const json_t *keys, const struct id_token_wanted *wanted, json_t **ret_claims, const char **ret_reason)
{
    cjose_jws_t *jws = NULL;
    const json_t *header, *key;
    json_t *claims = NULL;
    uint8_t *payload;
    cjose_err error;
    size_t len;
    int algorithm;

    *ret_reason = "not a signed token";
    if (strlen(token) <= ID_TOKEN_MAX && jws_shaped(token))
        jws = cjose_jws_import(token, strlen(token), &error);
    if (!jws)
        return false;
    header = (const json_t *)cjose_jws_get_protected(jws);
    algorithm = algorithm_of(header);
    key = algorithm >= 0 ? choose_key(keys, header, algorithm) : NULL;
    if (algorithm < 0)
        *ret_reason = "alg";
    else if (!key)
        *ret_reason = "key";
    else if (!signed_by(jws, key) || !cjose_jws_get_plaintext(jws, &payload, &len, &error))
        *ret_reason = "signature";
    else if (!(claims = json_loadb((const char *)payload, len, JSON_REJECT_DUPLICATES, NULL)))
        *ret_reason = "not JSON";
    else
        *ret_reason = check_claims(claims, algorithm, wanted);
    cjose_jws_release(jws);
    if (claims && !*ret_reason) {
        *ret_claims = claims;
        return true;
    }
    json_decref(claims);
    return false;
}
