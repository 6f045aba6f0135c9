#include "http/limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/encode.h"

#define SETS 65536
#define WAYS 4
#define LOCKS 256

struct cell {
    uint64_t key;
    int64_t arrival_ns; /* theoretical arrival time of the next conforming request */
};

struct limiter {
    uint64_t seed; /* so that nobody can aim at one set */
    pthread_mutex_t locks[LOCKS];
    struct cell cells[SETS][WAYS];
};

bool
limit_rule_parse(const char *text, struct limit_rule *ret_rule)
{
    const char *slash = strchr(text, '/');
    char requests[24];

    if (!slash || (size_t)(slash - text) >= sizeof requests)
        return false;
    memcpy(requests, text, (size_t)(slash - text));
    requests[slash - text] = 0;
    return text_to_int64(requests, 1, 1000000000, &ret_rule->requests) &&
           text_to_int64(slash + 1, 1, 86400, &ret_rule->seconds);
}

struct limiter *
limiter_new(void)
{
    struct limiter *limiter = calloc(1, sizeof *limiter);

    if (!limiter)
        return NULL;
    random_bytes(&limiter->seed, sizeof limiter->seed);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&limiter->locks[i], NULL);
    return limiter;
}

void
limiter_free(struct limiter *limiter)
{
    free(limiter);
}

static struct cell *
find_cell(struct cell *set, uint64_t key)
{
    struct cell *oldest = &set[0];

    for (int i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].arrival_ns < oldest->arrival_ns)
            oldest = &set[i];
    }
    *oldest = (struct cell){.key = key};
    return oldest;
}

struct limit_state
limiter_take(struct limiter *limiter, struct str key, const struct limit_rule *rule, int64_t now_ns)
{
    uint64_t hash = XXH3_64bits_withSeed(key.ptr, key.len, limiter->seed);
    pthread_mutex_t *lock = &limiter->locks[hash % LOCKS];
    int64_t window_ns = rule->seconds * 1000000000;
    int64_t step_ns = window_ns / rule->requests;
    struct limit_state state = {0};
    struct cell *cell;
    int64_t arrival_ns;

    pthread_mutex_lock(lock);
    cell = find_cell(limiter->cells[hash % SETS], hash);
    arrival_ns = cell->arrival_ns > now_ns ? cell->arrival_ns : now_ns;
    state.allowed = arrival_ns - now_ns <= window_ns - step_ns;
    if (state.allowed) {
        arrival_ns += step_ns;
        cell->arrival_ns = arrival_ns;
        state.remaining = (window_ns - (arrival_ns - now_ns)) / step_ns;
    } else {
        state.retry_after_s = (arrival_ns - now_ns - (window_ns - step_ns) + 999999999) / 1000000000;
    }
    state.reset_s = (arrival_ns - now_ns + 999999999) / 1000000000;
    pthread_mutex_unlock(lock);
    return state;
}
