#include "modules/mfa/totp.h"

#include <liboath/oath.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "modules/auth/auth.h"

#define NONCE_BYTES 12
#define TAG_BYTES 16
#define SEALED_BYTES (NONCE_BYTES + TOTP_SECRET_BYTES + TAG_BYTES)

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
start(void)
{
    oath_init();
}

bool
totp_base32(const unsigned char secret[TOTP_SECRET_BYTES], char out[TOTP_BASE32])
{
    char *text = NULL;
    size_t len = 0;
    bool good;

    pthread_once(&once, start);
    good = oath_base32_encode((const char *)secret, TOTP_SECRET_BYTES, &text, &len) == OATH_OK && len < TOTP_BASE32;
    if (good)
        snprintf(out, TOTP_BASE32, "%s", text);
    free(text);
    return good;
}

static void
add_escaped(struct buf *out, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *text; text++)
        if (strchr(plain, *text))
            buf_add(out, (struct str){text, 1});
        else
            buf_printf(out, "%%%02X", (unsigned char)*text);
}

void
totp_address(const char *base32, const char *account, struct buf *out)
{
    buf_add_text(out, "otpauth://totp/Veza:");
    add_escaped(out, account);
    buf_printf(out, "?secret=%s&issuer=Veza&algorithm=SHA1&digits=%d&period=%d", base32, TOTP_DIGITS, TOTP_STEP_S);
}

int64_t
totp_step_of(const unsigned char secret[TOTP_SECRET_BYTES], const char *code, int64_t now_s)
{
    uint64_t step = 0;
    int position;

    pthread_once(&once, start);
    if (strlen(code) != TOTP_DIGITS || strspn(code, "0123456789") != TOTP_DIGITS)
        return 0;
    if (oath_totp_validate3((const char *)secret, TOTP_SECRET_BYTES, (time_t)now_s, TOTP_STEP_S, OATH_TOTP_DEFAULT_START_TIME, 1,
                            &position, &step, code) < 0)
        return 0;
    return (int64_t)step;
}

bool
totp_seal(const unsigned char secret[TOTP_SECRET_BYTES], const char *user_id, char out[TOTP_SEALED])
{
    unsigned char key[SHA256_BYTES], sealed[SEALED_BYTES];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good;
    int len;

    secret_derive("totp", key);
    random_bytes(sealed, NONCE_BYTES);
    good = context && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed) == 1 &&
           EVP_EncryptUpdate(context, NULL, &len, (const unsigned char *)user_id, (int)strlen(user_id)) == 1 &&
           EVP_EncryptUpdate(context, sealed + NONCE_BYTES, &len, secret, TOTP_SECRET_BYTES) == 1 &&
           EVP_EncryptFinal_ex(context, sealed + NONCE_BYTES + TOTP_SECRET_BYTES, &len) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, sealed + NONCE_BYTES + TOTP_SECRET_BYTES) == 1;
    EVP_CIPHER_CTX_free(context);
    explicit_bzero(key, sizeof key);
    if (good)
        base64url_encode(sealed, sizeof sealed, out);
    return good;
}

bool
totp_unseal(const char *text, const char *user_id, unsigned char out[TOTP_SECRET_BYTES])
{
    unsigned char key[SHA256_BYTES], sealed[SEALED_BYTES];
    EVP_CIPHER_CTX *context;
    bool good;
    int len;

    if (base64url_decode(str_of(text), sealed, sizeof sealed) != SEALED_BYTES)
        return false;
    context = EVP_CIPHER_CTX_new();
    secret_derive("totp", key);
    good = context && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed) == 1 &&
           EVP_DecryptUpdate(context, NULL, &len, (const unsigned char *)user_id, (int)strlen(user_id)) == 1 &&
           EVP_DecryptUpdate(context, out, &len, sealed + NONCE_BYTES, TOTP_SECRET_BYTES) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, sealed + NONCE_BYTES + TOTP_SECRET_BYTES) == 1 &&
           EVP_DecryptFinal_ex(context, out + TOTP_SECRET_BYTES, &len) == 1;
    EVP_CIPHER_CTX_free(context);
    explicit_bzero(key, sizeof key);
    return good;
}
