#include <crypt.h>
#include <stdlib.h>

#include "modules/auth/internal.h"

#define PASSWORD_MAX 72 /* bcrypt ignores what comes after; we refuse it instead */

/* Hash of a password that nobody knows, to be used at the same cost as all others, so that an unknown account takes as long as a known one. */
#define NOBODY "$2b$%02d$C6UzMDM.H6dfI/f/IKcEeO7ZJ9t1m1r8uS1m6Yw1mQ3V8lJk0p7Wy"

static bool
hash_into(const char *password, const char *setting, char out[64])
{
    struct crypt_data *data = calloc(1, sizeof *data);
    const char *hash = data ? crypt_r(password, setting, data) : NULL;
    bool good = hash && *hash != '*' && strlen(hash) < 64;

    if (good)
        memcpy(out, hash, strlen(hash) + 1);
    if (data)
        explicit_bzero(data, sizeof *data);
    free(data);
    return good;
}

bool
password_hash(const char *password, char out[64])
{
    char random[16], setting[CRYPT_GENSALT_OUTPUT_SIZE];

    random_bytes(random, sizeof random);
    return strlen(password) <= PASSWORD_MAX &&
           crypt_gensalt_rn("$2b$", (unsigned long)auth_settings.password_cost, random, sizeof random, setting, sizeof setting) && hash_into(password, setting, out);
}

bool
password_matches(const char *password, const char *hash)
{
    char nobody[64], computed[64];
    const char *setting = hash ? hash : nobody;

    snprintf(nobody, sizeof nobody, NOBODY, (int)auth_settings.password_cost);
    if (strlen(password) > PASSWORD_MAX || !hash_into(password, setting, computed))
        return false;
    return hash && strlen(computed) == strlen(hash) && bytes_equal_constant_time(computed, hash, strlen(hash));
}
