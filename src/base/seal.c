#include "base/seal.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>

#define NONCE_BYTES 12
#define TAG_BYTES 16

bool
seal(const unsigned char key[SEAL_KEY_BYTES], const char *about, struct str plain, char *out)
{
    unsigned char *sealed = plain.len < INT_MAX / 2 ? malloc(plain.len + SEAL_MORE_BYTES) : NULL;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good = false;
    int len;

    if (sealed && context) {
        random_bytes(sealed, NONCE_BYTES);
        good = EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed) == 1 &&
               EVP_EncryptUpdate(context, NULL, &len, (const unsigned char *)about, (int)strlen(about)) == 1 &&
               EVP_EncryptUpdate(context, sealed + NONCE_BYTES, &len, (const unsigned char *)plain.ptr, (int)plain.len) == 1 &&
               EVP_EncryptFinal_ex(context, sealed + NONCE_BYTES + plain.len, &len) == 1 &&
               EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, sealed + NONCE_BYTES + plain.len) == 1;
    }
    EVP_CIPHER_CTX_free(context);
    if (good)
        base64url_encode(sealed, plain.len + SEAL_MORE_BYTES, out);
    free(sealed);
    return good;
}

long
unseal(const unsigned char key[SEAL_KEY_BYTES], const char *about, const char *sealed, void *out, size_t max)
{
    size_t room = strlen(sealed);
    unsigned char *bytes = malloc(room + 1);
    long total = bytes ? base64url_decode((struct str){sealed, room}, bytes, room) : -1;
    size_t plain = total >= SEAL_MORE_BYTES ? (size_t)total - SEAL_MORE_BYTES : 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good;
    int len;

    good = context && total >= SEAL_MORE_BYTES && plain <= max && plain < INT_MAX &&
           EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, bytes) == 1 &&
           EVP_DecryptUpdate(context, NULL, &len, (const unsigned char *)about, (int)strlen(about)) == 1 &&
           EVP_DecryptUpdate(context, out, &len, bytes + NONCE_BYTES, (int)plain) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, bytes + NONCE_BYTES + plain) == 1 &&
           EVP_DecryptFinal_ex(context, (unsigned char *)out + plain, &len) == 1;
    EVP_CIPHER_CTX_free(context);
    free(bytes);
    return good ? (long)plain : -1;
}
