#include "platform/redis/limits.h"

#include <inttypes.h>
#include <stdio.h>

#include "platform/redis/redis.h"

#define TAKES_MAX 4

/* KEYS: one a quota; ARGV: its window and step in microseconds. Redis's clock is the only one that all nodes share. A value is the
 * theoretical arrival time of the next conforming request and lives until that time has come. */
static const char script[] =
    "local time = redis.call('TIME')\n"
    "local now = time[1] * 1000000 + time[2]\n"
    "local told = {}\n"
    "for i, key in ipairs(KEYS) do\n"
    "  local window, step = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])\n"
    "  local arrival = math.max(tonumber(redis.call('GET', key) or 0), now)\n"
    "  local allowed = arrival - now <= window - step\n"
    "  if allowed then\n"
    "    arrival = arrival + step\n"
    "    redis.call('SET', key, string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000))\n"
    "  end\n"
    "  told[#told + 1] = allowed and 1 or 0\n"
    "  told[#told + 1] = arrival - now\n"
    "  if not allowed then break end\n"
    "end\n"
    "return told\n";

bool
redis_limits_take(const char *server_name, const struct limit_take *takes, unsigned count, struct limit_state *ret_states)
{
    char keys[TAKES_MAX][160], numbers[2 * TAKES_MAX][24], key_count[8];
    struct str words[3 + 3 * TAKES_MAX] = {STR("EVAL"), {script, sizeof script - 1}};
    scoped_reply reply = NULL;
    size_t used = 3;

    if (!redis_configured() || count > TAKES_MAX)
        return false;
    snprintf(key_count, sizeof key_count, "%u", count);
    words[2] = str_of(key_count);
    for (unsigned i = 0; i < count; i++) {
        snprintf(keys[i], sizeof keys[i], "ratelimit:%s:%.*s", server_name, (int)takes[i].key.len, takes[i].key.ptr);
        words[used++] = str_of(keys[i]);
    }
    for (unsigned i = 0; i < count; i++) {
        int64_t window_us = takes[i].rule->seconds * 1000000, step_us = window_us / takes[i].rule->requests;

        snprintf(numbers[2 * i], sizeof *numbers, "%" PRId64, window_us);
        snprintf(numbers[2 * i + 1], sizeof *numbers, "%" PRId64, step_us > 0 ? step_us : 1);
        words[used++] = str_of(numbers[2 * i]);
        words[used++] = str_of(numbers[2 * i + 1]);
    }
    reply = redis_call_words(words, used);
    if (!reply || reply->type != REDIS_REPLY_ARRAY)
        return false;
    for (unsigned i = 0; i < count && 2 * i + 1 < reply->elements; i++)
        ret_states[i] = limit_state_of(takes[i].rule, reply->element[2 * i]->integer == 1, reply->element[2 * i + 1]->integer * 1000);
    return reply->elements > 0;
}
