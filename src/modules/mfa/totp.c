#include "modules/mfa/totp.h"

#include <liboath/oath.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/seal.h"
#include "modules/auth/auth.h"

_Static_assert(SEALED_SIZE(TOTP_SECRET_BYTES) <= TOTP_SEALED, "a sealed secret fits");

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

void
totp_address(const char *base32, const char *account, struct buf *out)
{
    buf_add_text(out, "otpauth://totp/Veza:");
    buf_add_url(out, account);
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
    unsigned char key[SEAL_KEY_BYTES];
    bool good;

    secret_derive("totp", key);
    good = seal(key, user_id, (struct str){(const char *)secret, TOTP_SECRET_BYTES}, out);
    explicit_bzero(key, sizeof key);
    return good;
}

bool
totp_unseal(const char *text, const char *user_id, unsigned char out[TOTP_SECRET_BYTES])
{
    unsigned char key[SEAL_KEY_BYTES];
    bool good;

    secret_derive("totp", key);
    good = unseal(key, user_id, text, out, TOTP_SECRET_BYTES) == TOTP_SECRET_BYTES;
    explicit_bzero(key, sizeof key);
    return good;
}
