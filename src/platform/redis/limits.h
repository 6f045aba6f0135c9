/* limits.h - rate limits that all nodes share, in Redis: `ratelimit:{server}:{kind}:{who}`, by the algorithm of http/limit.h. */
#pragma once

#include "http/limit.h"

/* The server's hook. All takes go in one round trip. */
bool redis_limits_take(const char *server_name, const struct limit_take *takes, unsigned count, struct limit_state *ret_states);
