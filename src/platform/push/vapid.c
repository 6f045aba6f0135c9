#include "platform/push/vapid.h"

#include <cjose/cjose.h>
#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#define LIFE_S (12 * 3600) /* the RFC allows a day */
#define COORDINATE 32

static struct {
    unsigned char scalar[P256_SCALAR], point[P256_POINT];
    char public_text[VAPID_PUBLIC_TEXT];
    char subject[512];
} vapid;

/* mailto: with the address of MAIL_FROM, where nothing else is configured. */
static void
set_subject(const struct config *config)
{
    const char *open = strchr(config->mail_from, '<');
    const char *address = open ? open + 1 : config->mail_from;

    if (*config->vapid_subject)
        snprintf(vapid.subject, sizeof vapid.subject, "%s", config->vapid_subject);
    else
        snprintf(vapid.subject, sizeof vapid.subject, "mailto:%.*s", (int)strcspn(address, ">"), address);
}

/* One hash in 2^32 is no scalar of the curve; the next one then is. */
static bool
derive_pair(const unsigned char seed[SHA256_BYTES])
{
    hmac_sha256((struct str){(const char *)seed, SHA256_BYTES}, STR("key pair"), vapid.scalar);
    for (int tries = 0; tries < 4; tries++) {
        if (p256_public(vapid.scalar, vapid.point))
            return true;
        sha256((struct str){(const char *)vapid.scalar, sizeof vapid.scalar}, vapid.scalar);
    }
    return false;
}

static bool
read_pair(const struct config *config, char *error, size_t error_size)
{
    if (base64url_decode(str_of(config->vapid_private_key), vapid.scalar, sizeof vapid.scalar) != P256_SCALAR ||
        !p256_public(vapid.scalar, vapid.point)) {
        snprintf(error, error_size, "VAPID_PRIVATE_KEY must be a private key of P-256: 32 bytes as base64url");
        return false;
    }
    return true;
}

bool
vapid_setup(const struct config *config, const unsigned char seed[SHA256_BYTES], char *error, size_t error_size)
{
    if (*config->vapid_private_key ? !read_pair(config, error, error_size) : !derive_pair(seed))
        return false;
    base64url_encode(vapid.point, sizeof vapid.point, vapid.public_text);
    if (*config->vapid_public_key && !text_equal(config->vapid_public_key, vapid.public_text)) {
        snprintf(error, error_size, "VAPID_PUBLIC_KEY does not belong to VAPID_PRIVATE_KEY; leave it out");
        return false;
    }
    set_subject(config);
    return true;
}

const char *
vapid_public_key(void)
{
    return vapid.public_text;
}

/* "https://host:port" of a URL: what the token is good for. */
static bool
origin_of(const char *url, char *out, size_t size)
{
    CURLU *parsed = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL;
    bool good = parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK;

    if (good) {
        curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT);
        good = snprintf(out, size, "%s://%s%s%s", scheme, host, port ? ":" : "", port ? port : "") < (int)size;
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parsed);
    return good;
}

static cjose_jwk_t *
signing_key(void)
{
    cjose_jwk_ec_keyspec spec = {.crv = CJOSE_JWK_EC_P_256,
                                 .d = vapid.scalar,
                                 .dlen = P256_SCALAR,
                                 .x = vapid.point + 1,
                                 .xlen = COORDINATE,
                                 .y = vapid.point + 1 + COORDINATE,
                                 .ylen = COORDINATE};
    cjose_err error;

    return cjose_jwk_create_EC_spec(&spec, &error);
}

static bool
write_header(cjose_jws_t *jws, char *out, size_t size)
{
    const char *compact = NULL;
    cjose_err error;

    return cjose_jws_export(jws, &compact, &error) &&
           snprintf(out, size, "vapid t=%s,k=%s", compact, vapid.public_text) < (int)size;
}

bool
vapid_authorization(const char *endpoint, int64_t now_s, char *out, size_t size)
{
    json_int_t until = now_s + LIFE_S;
    char origin[512];
    scoped_text claims = NULL;
    cjose_header_t *header = NULL;
    cjose_jws_t *jws = NULL;
    cjose_jwk_t *key = NULL;
    cjose_err error;
    json_t *body;
    bool good;

    if (!origin_of(endpoint, origin, sizeof origin))
        return false;
    body = json_pack("{s:s, s:I, s:s}", "aud", origin, "exp", until, "sub", vapid.subject);
    claims = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    key = signing_key();
    header = cjose_header_new(&error);
    if (claims && key && header && cjose_header_set(header, "typ", "JWT", &error) &&
        cjose_header_set(header, CJOSE_HDR_ALG, CJOSE_HDR_ALG_ES256, &error))
        jws = cjose_jws_sign(key, header, (const uint8_t *)claims, strlen(claims), &error);
    good = jws && write_header(jws, out, size);
    cjose_jws_release(jws);
    cjose_header_release(header);
    cjose_jwk_release(key);
    return good;
}
