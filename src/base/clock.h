/* clock.h - the two clocks: one that never jumps, for durations and deadlines; one that tells the date. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
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

/* Waits for `condition`, whose mutex is locked, until clock_monotonic_ms() is `until_ms`; false when it is. pthread_cond_timedwait goes by the date:
 * when that is set back by an hour, it waits an hour longer. */
static inline bool
clock_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until_ms)
{
    const struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};

    return pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &until) == 0;
}

/* Seconds since 1970-01-01 UTC. */
static inline int64_t
clock_unix_s(void)
{
    return (int64_t)time(NULL);
}

/* Milliseconds since then. */
static inline int64_t
clock_unix_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
