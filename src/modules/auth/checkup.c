/* checkup.c - what `veza doctor` says of the keys. */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <sys/stat.h>

#include "api/checkup.h"
#include "modules/auth/internal.h"

#define KEY_BITS_LEAST 2048

static bool
read_key(const char *path, bool private_key, int *ret_bits)
{
    FILE *file = fopen(path, "re");
    EVP_PKEY *key;

    if (!file)
        return false;
    errno = 0;
    key = private_key ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : PEM_read_PUBKEY(file, NULL, NULL, NULL);
    fclose(file);
    if (!key)
        return false;
    *ret_bits = EVP_PKEY_base_id(key) == EVP_PKEY_RSA ? EVP_PKEY_bits(key) : 0;
    EVP_PKEY_free(key);
    return true;
}

static void
check_key(struct checkup *d, const char *variable, const char *path, bool private_key)
{
    struct stat st;
    int bits = 0;

    if (!*path)
        return;
    if (!read_key(path, private_key, &bits))
        checkup_wrong(d, "it must be an unencrypted PEM file that Veza's user may read", variable, "%s: %s", path,
              errno ? strerror(errno) : "not a key");
    else if (bits < KEY_BITS_LEAST)
        checkup_wrong(d, "openssl genrsa -out FILE 3072", variable, "%s is not an RSA key of at least %d bits", path, KEY_BITS_LEAST);
    else if (private_key && stat(path, &st) == 0 && (st.st_mode & 0007))
        checkup_wrong(d, "chmod 600 on it", variable, "%s may be read by every user of this machine", path);
    else
        checkup_fine(variable, "%s, %d bits", path, bits);
}

void
auth_checkup(struct checkup *d)
{
    if (!*auth_settings.jwt_private_key_path && !*auth_settings.jwt_public_key_path) {
        checkup_fine("token keys", "%s", *auth_settings.jwt_secret ? "one shared secret (JWT_SECRET)" : "made and rotated in the data folder");
        return;
    }
    check_key(d, "token key", auth_settings.jwt_private_key_path, true);
    check_key(d, "public key", auth_settings.jwt_public_key_path, false);
}
