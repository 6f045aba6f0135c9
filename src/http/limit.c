#include "http/limit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/encode.h"

#define SETS 65536
#define WAYS 4
#define LOCKS 256
#define REQUESTS_MAX 1000000000 /* a second: a step is at least a nanosecond */

struct cell {
    uint64_t key;
    int64_t arrival_ns; /* theoretical arrival time of the next conforming request */
};

struct limiter {
    uint64_t seed; /* so that nobody can aim at one set */
    pthread_mutex_t locks[LOCKS];
    struct cell cells[SETS][WAYS];
};

void
limit_address_of(const struct ip *ip, struct limit_address *ret_address)
{
    struct ip_network network;

    *ret_address->site = 0;
    if (!ip) {
        snprintf(ret_address->network, sizeof ret_address->network, IP_UNKNOWN);
    } else if (ip_is_v4(ip)) {
        ip_text(ip, ret_address->network);
    } else {
        network = ip_network_of(ip, 32, 64);
        ip_network_text(&network, ret_address->network);
        network = ip_network_of(ip, 32, 48);
        ip_network_text(&network, ret_address->site);
    }
}

unsigned
limit_takes_of_address(struct limit_buffer *buffer, const char *kind, const struct limit_address *address,
                       const struct limit_rule *rule, struct limit_take *ret_takes)
{
    unsigned count = 0;

    if (*address->site) {
        int64_t requests = rule->requests * SITE_FACTOR;

        buffer->site_rule = (struct limit_rule){requests < REQUESTS_MAX ? requests : REQUESTS_MAX, rule->seconds};
        snprintf(buffer->keys[0], sizeof buffer->keys[0], "%s:%s", kind, address->site);
        ret_takes[count++] = (struct limit_take){str_of(buffer->keys[0]), &buffer->site_rule};
    }
    snprintf(buffer->keys[1], sizeof buffer->keys[1], "%s:%s", kind, address->network);
    ret_takes[count++] = (struct limit_take){str_of(buffer->keys[1]), rule};
    return count;
}

bool
limit_rule_parse(const char *text, struct limit_rule *ret_rule)
{
    const char *slash = strchr(text, '/');
    char requests[24];

    if (!slash || (size_t)(slash - text) >= sizeof requests)
        return false;
    memcpy(requests, text, (size_t)(slash - text));
    requests[slash - text] = 0;
    return text_to_int64(requests, 1, REQUESTS_MAX, &ret_rule->requests) &&
           text_to_int64(slash + 1, 1, 86400, &ret_rule->seconds);
}

const char *
limit_rule_refusal(const char *text)
{
    struct limit_rule rule;

    return limit_rule_parse(text, &rule) ? NULL : "requests/seconds, such as 100/1";
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

static int64_t
seconds_up(int64_t ns)
{
    return (ns + 999999999) / 1000000000;
}

struct limit_state
limit_state_of(const struct limit_rule *rule, bool allowed, int64_t ahead_ns)
{
    int64_t window_ns = rule->seconds * 1000000000, step_ns = window_ns / rule->requests;

    return (struct limit_state){.allowed = allowed,
                                .remaining = allowed ? (window_ns - ahead_ns) / step_ns : 0,
                                .reset_s = seconds_up(ahead_ns),
                                .retry_after_s = allowed ? 0 : seconds_up(ahead_ns - (window_ns - step_ns))};
}

struct limit_state
limiter_take(struct limiter *limiter, struct str key, const struct limit_rule *rule, int64_t now_ns)
{
    uint64_t hash = XXH3_64bits_withSeed(key.ptr, key.len, limiter->seed);
    pthread_mutex_t *lock = &limiter->locks[hash % LOCKS];
    int64_t window_ns = rule->seconds * 1000000000, step_ns = window_ns / rule->requests, arrival_ns;
    struct cell *cell;
    bool allowed;

    pthread_mutex_lock(lock);
    cell = find_cell(limiter->cells[hash % SETS], hash);
    arrival_ns = cell->arrival_ns > now_ns ? cell->arrival_ns : now_ns;
    allowed = arrival_ns - now_ns <= window_ns - step_ns;
    if (allowed)
        cell->arrival_ns = arrival_ns += step_ns;
    pthread_mutex_unlock(lock);
    return limit_state_of(rule, allowed, arrival_ns - now_ns);
}
