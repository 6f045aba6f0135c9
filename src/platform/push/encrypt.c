#include "platform/push/encrypt.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/encode.h"

#define KEY_BYTES 16
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define LAST_RECORD 0x02 /* delimiter of RFC 8188 */

/* The label of an HKDF step; its NUL belongs to it. */
#define LABEL(text) {(text), sizeof(text)}

struct derived {
    unsigned char key[KEY_BYTES], nonce[NONCE_BYTES];
};

bool
push_keys_parse(struct str p256dh, struct str auth, struct push_keys *ret_keys)
{
    struct push_keys keys = {0};

    if (base64url_decode(p256dh, keys.point, sizeof keys.point) != P256_POINT ||
        base64url_decode(auth, keys.auth, sizeof keys.auth) != PUSH_AUTH || !p256_point_valid(keys.point))
        return false;
    *ret_keys = keys;
    return true;
}

static void
kdf_free(EVP_KDF **kdf)
{
    EVP_KDF_free(*kdf);
}

static void
kdf_context_free(EVP_KDF_CTX **context)
{
    EVP_KDF_CTX_free(*context);
}

static void
cipher_free(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context);
}

/* HKDF with SHA-256 (RFC 5869), extract and expand. */
static bool
hkdf(struct str salt, struct str secret, struct str info, unsigned char *out, size_t len)
{
    __attribute__((cleanup(kdf_free))) EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    __attribute__((cleanup(kdf_context_free))) EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt.ptr, salt.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret.ptr, secret.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info.ptr, info.len),
        OSSL_PARAM_construct_end()};

    return context && EVP_KDF_derive(context, out, len, params) > 0;
}

static struct str
bytes(const unsigned char *ptr, size_t len)
{
    return (struct str){(const char *)ptr, len};
}

/* RFC 8291, 3.4: what both sides know becomes the key and the nonce of this message. */
static bool
derive(const struct push_keys *to, const unsigned char scalar[P256_SCALAR], const unsigned char point[P256_POINT],
       const unsigned char salt[PUSH_SALT], struct derived *ret)
{
    static const struct str who = LABEL("WebPush: info"), key_label = LABEL("Content-Encoding: aes128gcm"),
                            nonce_label = LABEL("Content-Encoding: nonce");
    scoped_buf info = BUF_INIT(256);
    unsigned char shared[P256_SCALAR], secret[SHA256_BYTES];
    bool good;

    buf_add(&info, who);
    buf_add(&info, bytes(to->point, P256_POINT));
    buf_add(&info, bytes(point, P256_POINT));
    good = !info.failed && p256_shared(scalar, point, to->point, shared) &&
           hkdf(bytes(to->auth, PUSH_AUTH), bytes(shared, sizeof shared), buf_str(&info), secret, sizeof secret) &&
           hkdf(bytes(salt, PUSH_SALT), bytes(secret, sizeof secret), key_label, ret->key, sizeof ret->key) &&
           hkdf(bytes(salt, PUSH_SALT), bytes(secret, sizeof secret), nonce_label, ret->nonce, sizeof ret->nonce);
    explicit_bzero(shared, sizeof shared);
    explicit_bzero(secret, sizeof secret);
    return good;
}

/* Writes plain.len + 1 + TAG_BYTES bytes. */
static bool
seal(const struct derived *with, struct str plain, unsigned char *out)
{
    __attribute__((cleanup(cipher_free))) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    static const unsigned char delimiter = LAST_RECORD;
    int len, more, rest;

    if (!context || EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, with->key, with->nonce) <= 0 ||
        EVP_EncryptUpdate(context, out, &len, (const unsigned char *)plain.ptr, (int)plain.len) <= 0 ||
        EVP_EncryptUpdate(context, out + len, &more, &delimiter, 1) <= 0 ||
        EVP_EncryptFinal_ex(context, out + len + more, &rest) <= 0)
        return false;
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, out + len + more + rest) > 0;
}

bool
push_encrypt_with(const struct push_keys *to, struct str plain, const unsigned char scalar[P256_SCALAR],
                  const unsigned char salt[PUSH_SALT], struct buf *out)
{
    static const unsigned char sizes[] = {0, 0, PUSH_RECORD >> 8, PUSH_RECORD & 0xFF, P256_POINT};
    size_t sealed = plain.len + 1 + TAG_BYTES;
    unsigned char point[P256_POINT];
    struct derived derived;
    bool good;

    if (plain.len > PUSH_PLAIN_MAX || !p256_public(scalar, point) || !derive(to, scalar, point, salt, &derived))
        return false;
    buf_add(out, bytes(salt, PUSH_SALT));
    buf_add(out, bytes(sizes, sizeof sizes));
    buf_add(out, bytes(point, P256_POINT));
    good = buf_reserve(out, sealed) && seal(&derived, plain, (unsigned char *)out->ptr + out->len);
    explicit_bzero(&derived, sizeof derived);
    if (!good)
        return false;
    out->len += sealed;
    out->ptr[out->len] = 0;
    return true;
}

bool
push_encrypt(const struct push_keys *to, struct str plain, struct buf *out)
{
    unsigned char scalar[P256_SCALAR], point[P256_POINT], salt[PUSH_SALT];
    bool good = p256_generate(scalar, point);

    random_bytes(salt, sizeof salt);
    good = good && push_encrypt_with(to, plain, scalar, salt, out);
    explicit_bzero(scalar, sizeof scalar);
    return good;
}
