/* lockout_mirror.c - Redis repeats for MIRROR_S that an address is locked: `lockout:{SHA-256 of the address}:locked_until`, in Unix
 * seconds. PostgreSQL counts and decides; this only spares it a flood of attempts that it has refused already. */
#include <ctype.h>
#include <stdio.h>

#include "base/clock.h"
#include "modules/auth/internal.h"
#include "modules/auth/lockout.h"
#include "platform/redis/redis.h"

#define MIRROR_S 30
#define ADDRESS_MAX 254

struct mirror_key {
    char text[sizeof "lockout::locked_until" + SHA256_HEX];
};

static struct mirror_key
key_of(const char *email)
{
    char lower[ADDRESS_MAX + 1] = "", hash[SHA256_HEX];
    struct mirror_key key;

    for (size_t i = 0; email[i] && i < ADDRESS_MAX; i++)
        lower[i] = (char)tolower((unsigned char)email[i]);
    sha256_hex(str_of(lower), hash);
    snprintf(key.text, sizeof key.text, "lockout:%s:locked_until", hash);
    return key;
}

int64_t
lockout_mirrored_s(const char *email)
{
    struct mirror_key key = key_of(email);
    scoped_reply until = redis_call(STR("GET"), str_of(key.text));
    int64_t unix_s, now_s = clock_unix_s();

    if (!redis_good(until) || until->type != REDIS_REPLY_STRING || !text_to_int64(until->str, now_s + 1, INT64_MAX, &unix_s))
        return 0;
    return unix_s - now_s;
}

void
lockout_mirror(const char *email, int64_t locked_s)
{
    struct mirror_key key = key_of(email);
    char until[24], lives[24];

    snprintf(until, sizeof until, "%lld", (long long)(clock_unix_s() + locked_s));
    snprintf(lives, sizeof lives, "%lld", (long long)(locked_s < MIRROR_S ? locked_s : MIRROR_S));
    redis_do(STR("SET"), str_of(key.text), str_of(until), STR("EX"), str_of(lives));
}

void
lockout_forget(const char *email)
{
    struct mirror_key key = key_of(email);

    redis_do(STR("DEL"), str_of(key.text));
}
