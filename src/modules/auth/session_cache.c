#include "modules/auth/session_cache.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "platform/bus/listener.h"
#include "platform/redis/redis.h"

#define MARK_LIFE "3600"
#define EPOCH "session_epoch"

/* Marks that could not be written, and how many of them and of lost connections a new epoch has made up for. */
static _Atomic uint64_t missed, made_up;
static _Atomic uint64_t heard; /* changes that others, or this process, told of by NOTIFY */

static void
random_mark(char out[24])
{
    unsigned char bytes[12];

    random_bytes(bytes, sizeof bytes);
    base64url_encode(bytes, sizeof bytes, out);
}

/* A new mark in place of the old one: every entry that names the old one is worthless from then on. */
static bool
set_mark(const char *key)
{
    char mark[24];

    random_mark(mark);
    return redis_do(STR("SET"), str_of(key), str_of(mark), STR("EX"), STR(MARK_LIFE));
}

/* Nothing in Redis may be believed before this is true. */
static bool
make_up(void)
{
    uint64_t count = atomic_load(&missed) + redis_losses();

    if (count == atomic_load(&made_up))
        return true;
    if (!set_mark(EPOCH))
        return false;
    atomic_store(&made_up, count);
    return true;
}

/* `who`: a person, or "*" and NULL for anybody. */
static void
forget(const char *who)
{
    char key[64];

    session_memory_forget(who);
    if (!redis_configured())
        return;
    snprintf(key, sizeof key, "session_change:%s", who ? who : "");
    if (!set_mark(who && uuid_valid(who) ? key : EPOCH))
        atomic_fetch_add(&missed, 1);
}

static void
on_told(const char *text)
{
    if (!text_starts_with(text, "event "))
        forget(text);
}

static void
on_identity_changed(void *context, const char *payload)
{
    (void)context;
    forget(payload);
    atomic_fetch_add(&heard, 1);
}

void
auth_metrics(struct buf *out)
{
    buf_printf(out, "# HELP veza_identity_changes_heard_total Changes of who somebody is that this process heard of.\n"
                    "# TYPE veza_identity_changes_heard_total counter\nveza_identity_changes_heard_total %" PRIu64 "\n", atomic_load(&heard));
}

void
auth_share_sessions(void)
{
    db_on_told(on_told);
    forget(NULL); /* what the process before this one may have failed to tell */
    listener_on("identity_changed", on_identity_changed, NULL);
}

/* A mark that is missing is made, for the next request; this one keeps nothing. */
static void
read_mark(const redisReply *mark, const char *key, char out[24])
{
    if (mark->type == REDIS_REPLY_STRING && mark->len < 24) {
        memcpy(out, mark->str, mark->len + 1);
        return;
    }
    char fresh[24];

    random_mark(fresh);
    redis_do(STR("SET"), str_of(key), str_of(fresh), STR("EX"), STR(MARK_LIFE), STR("NX"));
}

/* "epoch change role verified mfa_at" */
static bool
read_entry(const redisReply *entry, const struct cache_marks *marks, struct standing *ret_standing)
{
    char epoch[24], change[24];
    int role, verified;
    int64_t mfa_at;

    if (entry->type != REDIS_REPLY_STRING ||
        sscanf(entry->str, "%23s %23s %d %d %" SCNd64, epoch, change, &role, &verified, &mfa_at) != 5 ||
        !text_equal(epoch, marks->epoch) || !text_equal(change, marks->change) || role < ROLE_USER || role > ROLE_ADMIN)
        return false;
    *ret_standing = (struct standing){.role = (enum role)role, .email_verified = verified == 1, .mfa_at = mfa_at};
    return true;
}

enum cache_answer
session_cache_find(const struct claims *claims, const char *token, struct standing *ret_standing, struct cache_marks *ret_marks)
{
    char entry_key[80], banned_key[80], change_key[80];
    scoped_reply found = NULL;

    *ret_marks = (struct cache_marks){0};
    if (!redis_configured() && auth_settings.session_cache_s)
        return session_memory_find(claims, ret_standing, &ret_marks->memory) ? CACHE_STANDS : CACHE_ASK;
    if (!redis_configured() || !make_up())
        return CACHE_ASK;
    sha256_hex(str_of(token), ret_marks->key);
    snprintf(entry_key, sizeof entry_key, "sessions:%s", ret_marks->key);
    snprintf(banned_key, sizeof banned_key, "token_blacklist:%s", claims->token_id);
    snprintf(change_key, sizeof change_key, "session_change:%s", claims->user_id);
    found = redis_call(STR("MGET"), str_of(entry_key), str_of(banned_key), str_of(change_key), STR(EPOCH));
    if (!found || found->type != REDIS_REPLY_ARRAY || found->elements != 4)
        return CACHE_ASK;
    if (found->element[1]->type != REDIS_REPLY_NIL)
        return CACHE_REFUSED;
    read_mark(found->element[2], change_key, ret_marks->change);
    read_mark(found->element[3], EPOCH, ret_marks->epoch);
    return read_entry(found->element[0], ret_marks, ret_standing) ? CACHE_STANDS : CACHE_ASK;
}

void
session_cache_keep(const struct cache_marks *marks, const struct claims *claims, const struct standing *standing, int64_t good_until)
{
    int64_t lives_s = good_until - clock_unix_s();
    char key[80], entry[128], lives[24];

    session_memory_keep(&marks->memory, claims, standing, good_until);
    if (!auth_settings.session_cache_s || !*marks->epoch || !*marks->change || lives_s <= 0)
        return;
    snprintf(key, sizeof key, "sessions:%s", marks->key);
    snprintf(entry, sizeof entry, "%s %s %d %d %" PRId64, marks->epoch, marks->change, standing->role, standing->email_verified,
             standing->mfa_at);
    snprintf(lives, sizeof lives, "%" PRId64, lives_s < auth_settings.session_cache_s ? lives_s : auth_settings.session_cache_s);
    redis_do(STR("SET"), str_of(key), str_of(entry), STR("EX"), str_of(lives));
}

void
session_cache_blacklist(const struct claims *claims)
{
    int64_t lives_s = claims->expires_at - clock_unix_s();
    char key[80], lives[24];

    if (!redis_configured() || lives_s <= 0)
        return;
    snprintf(key, sizeof key, "token_blacklist:%s", claims->token_id);
    snprintf(lives, sizeof lives, "%" PRId64, lives_s);
    redis_do(STR("SET"), str_of(key), STR("1"), STR("EX"), str_of(lives));
}
