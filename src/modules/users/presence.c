/* presence.c - people tell again and again that they are there. Redis remembers what they told last, so that the same words within a
 * minute write nothing. The table stays the truth: who looks at somebody's presence asks it, with everything that hides it. */
#include "modules/users/internal.h"

#include "platform/redis/redis.h"

#define REMEMBERED_S "60"

static const char *
hash_of_inputs(struct request *req)
{
    static const char *const names[] = {"status", "status_message", "track_id", "invisible"};
    const char *all = "";
    char hash[SHA256_HEX];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *value = request_param(req, names[i]);

        all = arena_printf(req->arena, "%s%d %s\n", all, request_has(req, names[i]), value ? value : "null");
    }
    sha256_hex(str_of(all), hash);
    return arena_strdup(req->arena, hash);
}

/* `presence:{user_id}` holds a hash of what was told and the reply to it. */
const struct problem *
presence_tell(struct request *req)
{
    const char *key = arena_printf(req->arena, "presence:%s", req->identity.user_id), *hash = hash_of_inputs(req), *row;
    scoped_reply last = redis_call(STR("GET"), str_of(key));
    const struct problem *p;

    if (redis_good(last) && last->len > SHA256_HEX && text_starts_with(last->str, hash))
        return reply_bytes(req, 200, "application/json", str_of(arena_strdup(req->arena, last->str + SHA256_HEX - 1)));
    p = query_json(req, &q_presence_set, &row);
    if (p)
        return p;
    redis_do(STR("SET"), str_of(key), str_of(arena_printf(req->arena, "%s%s", hash, row)), STR("EX"), STR(REMEMBERED_S));
    return reply_bytes(req, 200, "application/json", str_of(row));
}
