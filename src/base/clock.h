/* clock.h - the two clocks: one that never jumps, for durations and deadlines; one that tells the date. */
#pragma once

#include <stdint.h>
#include <time.h>

/* Nanoseconds since some fixed moment; never goes backwards. */
static inline int64_t
clock_monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t
clock_monotonic_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}

/* Seconds since 1970-01-01 UTC. */
static inline int64_t
clock_unix_s(void)
{
    return (int64_t)time(NULL);
}
