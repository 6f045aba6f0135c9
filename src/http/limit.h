/* limit.h - rate limits by the generic cell rate algorithm (ITU-T I.371): one time stamp a key, in a table of fixed size.
 *
 * A rule "N/S" lets N requests through at once and then N every S seconds. When the table is full the key that was idle longest in
 * its set is forgotten. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/str.h"

struct limiter;

struct limit_rule {
    int64_t requests;
    int64_t seconds;
};

struct limit_state {
    bool allowed;
    int64_t remaining;
    int64_t reset_s;       /* until the whole quota is back */
    int64_t retry_after_s; /* when refused: until the next request passes, at least 1 */
};

/* A request out of the quota of `key`. */
struct limit_take {
    struct str key;
    const struct limit_rule *rule;
};

/* Who is counted at an address. IPv4: the address. IPv6: its /64, which one customer has whole, and its /48 with SITE_FACTOR times the
 * quota, since many get one. All whose address is unknown share one quota. */
#define SITE_FACTOR 16
#define LIMIT_TAKES_MAX 2

struct limit_address {
    char network[IP_NETWORK_TEXT];
    char site[IP_NETWORK_TEXT]; /* "" for IPv4 */
};

/* What the takes of limit_takes_of_address point to. */
struct limit_buffer {
    char keys[LIMIT_TAKES_MAX][IP_NETWORK_TEXT + 16];
    struct limit_rule site_rule;
};

/* `ip`: NULL when it is unknown. */
void limit_address_of(const struct ip *ip, struct limit_address *ret_address);
/* Writes the requests to take for an address, `kind` being at most 15 characters, the /64 last; returns how many. */
unsigned limit_takes_of_address(struct limit_buffer *buffer, const char *kind, const struct limit_address *address,
                                const struct limit_rule *rule, struct limit_take *ret_takes);

/* Parses "N/S". */
bool limit_rule_parse(const char *text, struct limit_rule *ret_rule);
/* For the `check` of a setting: NULL when it is such a rule, else what it must be. */
const char *limit_rule_refusal(const char *text);

/* What to tell of a quota whose key is `ahead_ns` ahead of the clock after this request was let through or refused. */
struct limit_state limit_state_of(const struct limit_rule *rule, bool allowed, int64_t ahead_ns);

struct limiter *limiter_new(void);
void limiter_free(struct limiter *limiter);

/* Takes one request of `key` out of its quota at `now_ns` (monotonic). */
struct limit_state limiter_take(struct limiter *limiter, struct str key, const struct limit_rule *rule, int64_t now_ns);
