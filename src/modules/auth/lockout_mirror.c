/* lockout_mirror.c - Redis repeats for MIRROR_S that an address is locked for attempts from one place: `lockout:{SHA-256 of the
 * address}:locked_until` is a hash, whose fields are SHA-256 of network and browser and whose values are Unix seconds. PostgreSQL counts and
 * decides; this only spares it a flood of attempts that it has refused already. */
#include <ctype.h>
#include <stdio.h>

#include "base/clock.h"
#include "modules/auth/internal.h"
#include "modules/auth/lockout.h"
#include "platform/redis/redis.h"

#define MIRROR_S "30"
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
lockout_mirrored_s(const char *email, const char *from)
{
    struct mirror_key key = key_of(email);
    char field[SHA256_HEX];
    int64_t unix_s, now_s = clock_unix_s();

    sha256_hex(str_of(from), field);
    scoped_reply until = redis_call(STR("HGET"), str_of(key.text), str_of(field));
    if (!redis_good(until) || until->type != REDIS_REPLY_STRING || !text_to_int64(until->str, now_s + 1, INT64_MAX, &unix_s))
        return 0;
    return unix_s - now_s;
}

/* The time that Redis keeps the hash is set once, so that it goes with all its fields also under a lasting attack. */
void
lockout_mirror(const char *email, const char *from, int64_t locked_s)
{
    struct mirror_key key = key_of(email);
    char until[24], field[SHA256_HEX];

    sha256_hex(str_of(from), field);
    snprintf(until, sizeof until, "%lld", (long long)(clock_unix_s() + locked_s));
    redis_do(STR("HSET"), str_of(key.text), str_of(field), str_of(until));
    redis_do(STR("EXPIRE"), str_of(key.text), STR(MIRROR_S), STR("NX"));
}

void
lockout_forget(const char *email)
{
    struct mirror_key key = key_of(email);

    redis_do(STR("DEL"), str_of(key.text));
}
