#include <cjose/cjose.h>
#include <dirent.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "modules/auth/internal.h"
#include "modules/auth/verified.h"

#define KEY_MAX 16
#define KEY_BITS 2048
#define RESCAN_MS 5000
#define CLOCK_SKEW_S 5
#define TOKEN_MAX 4096

struct key {
    char kid[17];
    cjose_jwk_t *jwk;
    int64_t made_at; /* the newest signs */
    bool can_sign;
};

/* Keys are replaced as a whole under the lock, and used under it: cjose's reference count is not atomic, so no thread holds a key of its
 * own. */
static struct {
    pthread_rwlock_t lock;
    struct key keys[KEY_MAX];
    unsigned count;
    _Atomic unsigned generation; /* of `keys`, from 1 on */
    _Atomic int64_t scanned_ms;
    const struct config *config;
    bool symmetric;
} ring = {.lock = PTHREAD_RWLOCK_INITIALIZER};

static void
bn_bytes(const EVP_PKEY *pkey, const char *name, unsigned char *out, size_t max, uint8_t **ret_bytes, size_t *ret_len)
{
    BIGNUM *bn = NULL;

    *ret_bytes = NULL;
    *ret_len = 0;
    if (EVP_PKEY_get_bn_param(pkey, name, &bn) && (size_t)BN_num_bytes(bn) <= max) {
        *ret_len = (size_t)BN_bn2bin(bn, out);
        *ret_bytes = out;
    }
    BN_clear_free(bn);
}

/* An OpenSSL RSA key as a JWK whose id is the beginning of the SHA-256 of its public part. */
static bool
key_from_rsa(EVP_PKEY *pkey, bool private, struct key *ret_key)
{
    unsigned char parts[8][512], digest[SHA256_BYTES], *der = NULL;
    cjose_jwk_rsa_keyspec spec = {0};
    struct key key = {.can_sign = private};
    cjose_err error;
    int len;

    if (!EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_get_bits(pkey) < KEY_BITS || EVP_PKEY_get_bits(pkey) > 4096)
        return false;
    bn_bytes(pkey, OSSL_PKEY_PARAM_RSA_N, parts[0], 512, &spec.n, &spec.nlen);
    bn_bytes(pkey, OSSL_PKEY_PARAM_RSA_E, parts[1], 512, &spec.e, &spec.elen);
    if (private) {
        bn_bytes(pkey, OSSL_PKEY_PARAM_RSA_D, parts[2], 512, &spec.d, &spec.dlen);
        bn_bytes(pkey, OSSL_PKEY_PARAM_RSA_FACTOR1, parts[3], 512, &spec.p, &spec.plen);
        bn_bytes(pkey, OSSL_PKEY_PARAM_RSA_FACTOR2, parts[4], 512, &spec.q, &spec.qlen);
        bn_bytes(pkey, OSSL_PKEY_PARAM_RSA_EXPONENT1, parts[5], 512, &spec.dp, &spec.dplen);
        bn_bytes(pkey, OSSL_PKEY_PARAM_RSA_EXPONENT2, parts[6], 512, &spec.dq, &spec.dqlen);
        bn_bytes(pkey, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, parts[7], 512, &spec.qi, &spec.qilen);
    }
    len = i2d_PUBKEY(pkey, &der);
    if (len > 0) {
        sha256((struct str){(const char *)der, (size_t)len}, digest);
        hex_encode(digest, 8, key.kid);
    }
    OPENSSL_free(der);
    key.jwk = len > 0 ? cjose_jwk_create_RSA_spec(&spec, &error) : NULL;
    explicit_bzero(parts, sizeof parts);
    if (!key.jwk || !cjose_jwk_set_kid(key.jwk, key.kid, strlen(key.kid), &error))
        return false;
    *ret_key = key;
    return true;
}

static bool
key_from_file(const char *path, bool private, struct key *ret_key)
{
    FILE *file = fopen(path, "re");
    EVP_PKEY *pkey = NULL;
    struct stat status;
    bool good = false;

    if (!file)
        return false;
    pkey = private ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : PEM_read_PUBKEY(file, NULL, NULL, NULL);
    if (pkey && fstat(fileno(file), &status) == 0 && key_from_rsa(pkey, private, ret_key)) {
        ret_key->made_at = (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
        good = true;
    }
    EVP_PKEY_free(pkey);
    fclose(file);
    return good;
}

static bool
make_key_file(const char *folder, char *error, size_t error_size)
{
    EVP_PKEY *pkey = EVP_RSA_gen(KEY_BITS);
    char name[UUID_TEXT], path[4096], temporary[4112];
    FILE *file = NULL;
    bool good = false;
    int fd;

    uuid_random(name);
    snprintf(path, sizeof path, "%s/jwt-%s.pem", folder, name);
    snprintf(temporary, sizeof temporary, "%s.new", path);
    mkdir(folder, 0700);
    fd = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        file = fdopen(fd, "w");
    if (pkey && file)
        good = PEM_write_PrivateKey(file, pkey, NULL, NULL, 0, NULL, NULL) && fflush(file) == 0 && fsync(fd) == 0;
    if (file)
        good = fclose(file) == 0 && good;
    good = good && rename(temporary, path) == 0;
    if (!good)
        snprintf(error, error_size, "a signing key cannot be written to %s: %m", folder);
    EVP_PKEY_free(pkey);
    return good;
}

static void
release_keys(struct key *keys, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        cjose_jwk_release(keys[i].jwk);
}

/* Where another key goes: behind the others, or in the place of the oldest when it is newer. NULL: nowhere. */
static struct key *
place_for(struct key *keys, unsigned *count, const struct key *key)
{
    struct key *oldest = keys;

    if (*count < KEY_MAX)
        return &keys[(*count)++];
    for (unsigned i = 1; i < KEY_MAX; i++)
        if (keys[i].made_at < oldest->made_at)
            oldest = &keys[i];
    return oldest->made_at < key->made_at ? oldest : NULL;
}

/* The newest KEY_MAX keys. */
static unsigned
read_folder(const char *folder, struct key *keys)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    unsigned count = 0;

    while (dir && (entry = readdir(dir))) {
        size_t len = strlen(entry->d_name);
        struct key key = {0}, *place;
        char path[4096];

        if (len < 9 || !text_starts_with(entry->d_name, "jwt-") || !text_equal(entry->d_name + len - 4, ".pem"))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!key_from_file(path, true, &key)) {
            log_warn("unreadable signing key", LOG_TEXT("path", path));
            continue;
        }
        place = place_for(keys, &count, &key);
        if (place) {
            cjose_jwk_release(place->jwk);
            *place = key;
        } else {
            cjose_jwk_release(key.jwk);
        }
    }
    if (dir)
        closedir(dir);
    return count;
}

/* Reads what is configured into `keys`. */
static unsigned
read_keys(const struct config *config, struct key *keys)
{
    char folder[4096];
    cjose_err error;

    if (*auth_settings.jwt_secret) {
        keys[0] = (struct key){.can_sign = true, .kid = "secret"};
        keys[0].jwk = cjose_jwk_create_oct_spec((const uint8_t *)auth_settings.jwt_secret, strlen(auth_settings.jwt_secret), &error);
        return keys[0].jwk ? 1 : 0;
    }
    if (*auth_settings.jwt_private_key_path)
        return key_from_file(auth_settings.jwt_private_key_path, true, &keys[0]) ? 1 : 0;
    if (*auth_settings.jwt_public_key_path)
        return key_from_file(auth_settings.jwt_public_key_path, false, &keys[0]) ? 1 : 0;
    snprintf(folder, sizeof folder, "%s/keys", config->data_dir);
    return read_folder(folder, keys);
}

static bool
same_keys(const struct key *keys, unsigned count)
{
    bool same = count == ring.count;

    for (unsigned i = 0; same && i < count; i++)
        same = text_equal(keys[i].kid, ring.keys[i].kid) && keys[i].made_at == ring.keys[i].made_at;
    return same;
}

static void
rescan(void)
{
    struct key keys[KEY_MAX] = {0}, old[KEY_MAX];
    unsigned count, old_count;
    int64_t now_ms = clock_monotonic_ms(), last = ring.scanned_ms;

    if (now_ms - last < RESCAN_MS || !atomic_compare_exchange_strong(&ring.scanned_ms, &last, now_ms))
        return;
    count = read_keys(ring.config, keys);
    if (!count)
        return;
    pthread_rwlock_wrlock(&ring.lock);
    if (same_keys(keys, count)) {
        pthread_rwlock_unlock(&ring.lock);
        release_keys(keys, count);
        return;
    }
    old_count = ring.count;
    memcpy(old, ring.keys, sizeof old);
    memcpy(ring.keys, keys, count * sizeof *keys);
    ring.count = count;
    ring.generation++;
    pthread_rwlock_unlock(&ring.lock);
    release_keys(old, old_count);
}

bool
keys_setup(const struct config *config, char *error, size_t error_size)
{
    char folder[4096];

    ring.config = config;
    ring.symmetric = *auth_settings.jwt_secret != 0;
    ring.count = read_keys(config, ring.keys);
    if (!ring.count && !*auth_settings.jwt_private_key_path && !*auth_settings.jwt_public_key_path && !*auth_settings.jwt_secret) {
        snprintf(folder, sizeof folder, "%s/keys", config->data_dir);
        if (!make_key_file(folder, error, error_size))
            return false;
        ring.count = read_keys(config, ring.keys);
    }
    ring.generation++;
    ring.scanned_ms = clock_monotonic_ms();
    if (!ring.count)
        snprintf(error, error_size, "no usable RSA key of at least %d bits: see JWT_PRIVATE_KEY_PATH", KEY_BITS);
    return ring.count > 0;
}

void
keys_teardown(void)
{
    release_keys(ring.keys, ring.count);
    ring.count = 0;
}

bool
auth_rotate_keys(const struct config *config, char *error, size_t error_size)
{
    char folder[4096];

    if (*auth_settings.jwt_private_key_path || *auth_settings.jwt_secret) {
        snprintf(error, error_size, "the signing key is given by JWT_PRIVATE_KEY_PATH or JWT_SECRET; replace it there");
        return false;
    }
    snprintf(folder, sizeof folder, "%s/keys", config->data_dir);
    return make_key_file(folder, error, error_size);
}

/* The newest key that can sign, or the one with this id. The lock is held, and as long as the key is used. */
static const struct key *
find_key(const char *kid)
{
    const struct key *found = NULL;

    for (unsigned i = 0; i < ring.count; i++) {
        const struct key *key = &ring.keys[i];

        if (kid ? text_equal(kid, key->kid) : key->can_sign && (!found || key->made_at >= found->made_at))
            found = key;
    }
    return found;
}

static void
audience_of(enum token_use use, char *out, size_t size)
{
    snprintf(out, size, "%s%s", auth_settings.jwt_audience, use == TOKEN_STREAM ? "/stream" : "");
}

/* `payload` signed by the newest key, in the arena; or NULL. */
static const char *
sign(struct arena *arena, const char *payload)
{
    const char *compact = NULL, *token = NULL;
    cjose_header_t *header;
    cjose_jws_t *jws = NULL;
    const struct key *key;
    cjose_err error;

    header = cjose_header_new(&error);
    pthread_rwlock_rdlock(&ring.lock);
    key = find_key(NULL);
    if (key && header && cjose_header_set(header, CJOSE_HDR_ALG, ring.symmetric ? "HS256" : "RS256", &error) &&
        cjose_header_set(header, CJOSE_HDR_KID, key->kid, &error) && cjose_header_set(header, "typ", "at+jwt", &error))
        jws = cjose_jws_sign(key->jwk, header, (const uint8_t *)payload, strlen(payload), &error);
    pthread_rwlock_unlock(&ring.lock);
    if (jws && cjose_jws_export(jws, &compact, &error))
        token = arena_strdup(arena, compact);
    cjose_jws_release(jws);
    cjose_header_release(header);
    return token;
}

const char *
token_sign(struct request *req, enum token_use use, const struct claims *claims)
{
    char jti[UUID_TEXT], audience[256];
    scoped_text payload = NULL;
    json_t *body;

    rescan();
    uuid_random(jti);
    audience_of(use, audience, sizeof audience);
    body = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s}", "iss", auth_settings.jwt_issuer, "aud", audience, "sub",
                     claims->user_id, "sid", claims->session_id, "ver", (json_int_t)claims->version, "iat",
                     (json_int_t)claims->issued_at, "exp", (json_int_t)claims->expires_at, "jti", jti);
    payload = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    return payload ? sign(req->arena, payload) : NULL;
}

/* Exactly our algorithm, our type and a key of ours; what else a header may carry (jku, jwk, x5u, crit) is refused unread. */
static const char *
kid_of(cjose_jws_t *jws)
{
    cjose_header_t *header = cjose_jws_get_protected(jws);
    json_t *json = (json_t *)header;
    const char *kid;

    if (!json_is_object(json) || json_object_size(json) != 3 ||
        !text_equal(json_string_value(json_object_get(json, "alg")), ring.symmetric ? "HS256" : "RS256") ||
        !text_equal(json_string_value(json_object_get(json, "typ")), "at+jwt"))
        return NULL;
    kid = json_string_value(json_object_get(json, "kid"));
    return kid && strlen(kid) <= 16 ? kid : NULL;
}

/* Is it signed by a key of ours? */
static bool
is_ours(cjose_jws_t *jws)
{
    const char *kid = kid_of(jws);
    const struct key *key;
    cjose_err error;
    bool good;

    if (!kid)
        return false;
    pthread_rwlock_rdlock(&ring.lock);
    key = find_key(kid);
    if (!key) {
        pthread_rwlock_unlock(&ring.lock);
        rescan();
        pthread_rwlock_rdlock(&ring.lock);
        key = find_key(kid);
    }
    good = key && cjose_jws_verify(jws, key->jwk, &error);
    pthread_rwlock_unlock(&ring.lock);
    return good;
}

static bool
copy_uuid(const json_t *value, char out[UUID_TEXT])
{
    const char *text = json_string_value(value);

    if (!text || strlen(text) != UUID_TEXT - 1 || !uuid_valid(text))
        return false;
    memcpy(out, text, UUID_TEXT);
    return true;
}

static enum token_check
read_claims(const uint8_t *payload, size_t len, enum token_use use, struct claims *ret_claims)
{
    json_t *json = json_loadb((const char *)payload, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *exp = json_object_get(json, "exp"), *iat = json_object_get(json, "iat"), *nbf = json_object_get(json, "nbf");
    const json_t *version = json_object_get(json, "ver");
    struct claims claims = {0};
    int64_t now = clock_unix_s();
    enum token_check check = TOKEN_BAD;
    char audience[256];

    audience_of(use, audience, sizeof audience);
    if (text_equal(json_string_value(json_object_get(json, "iss")), auth_settings.jwt_issuer) &&
        text_equal(json_string_value(json_object_get(json, "aud")), audience) && json_is_integer(exp) &&
        json_is_integer(iat) && json_integer_value(iat) <= now + CLOCK_SKEW_S && json_is_integer(version) &&
        (!nbf || (json_is_integer(nbf) && json_integer_value(nbf) <= now + CLOCK_SKEW_S)) &&
        copy_uuid(json_object_get(json, "sub"), claims.user_id) && copy_uuid(json_object_get(json, "sid"), claims.session_id) &&
        copy_uuid(json_object_get(json, "jti"), claims.token_id)) {
        claims.version = json_integer_value(version);
        claims.expires_at = json_integer_value(exp);
        *ret_claims = claims;
        check = claims.expires_at > now ? TOKEN_GOOD : TOKEN_EXPIRED;
    }
    json_decref(json);
    return check;
}

enum token_check
token_verify(const char *token, enum token_use use, struct claims *ret_claims)
{
    enum token_check check = TOKEN_BAD;
    cjose_jws_t *jws = NULL;
    unsigned generation = ring.generation;
    unsigned char hash[SHA256_BYTES];
    uint8_t *payload;
    size_t len = strlen(token);
    cjose_err error;

    if (len > TOKEN_MAX)
        return TOKEN_BAD;
    sha256((struct str){token, len}, hash);
    if (verified_find(hash, use, generation, ret_claims))
        return ret_claims->expires_at > clock_unix_s() ? TOKEN_GOOD : TOKEN_EXPIRED;
    if (!jws_shaped(token))
        return TOKEN_BAD;
    jws = cjose_jws_import(token, len, &error);
    if (jws && is_ours(jws) && cjose_jws_get_plaintext(jws, &payload, &len, &error))
        check = read_claims(payload, len, use, ret_claims);
    cjose_jws_release(jws);
    if (check == TOKEN_GOOD)
        verified_keep(hash, use, generation, ret_claims);
    return check;
}

json_t *
keys_public(void)
{
    json_t *list = json_array();
    cjose_err error;

    rescan();
    pthread_rwlock_rdlock(&ring.lock);
    for (unsigned i = 0; i < ring.count && !ring.symmetric; i++) {
        char *text = cjose_jwk_to_json(ring.keys[i].jwk, false, &error);
        json_t *key = text ? json_loads(text, 0, NULL) : NULL;

        if (key) {
            json_object_set_new(key, "use", json_string("sig"));
            json_object_set_new(key, "alg", json_string("RS256"));
            json_array_append_new(list, key);
        }
        free(text);
    }
    pthread_rwlock_unlock(&ring.lock);
    return json_pack("{s:o}", "keys", list);
}
