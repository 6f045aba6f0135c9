/* lending.h - how long a polling thread may wait for a reply (ADR 0031): 2 ms, as long as its waits in vain, those that a request was parked
 * after, take a third of its time at most. A wait that brings the reply costs nothing: on a busy machine replies are late now and then, and
 * parking a request costs more processor time than answering it. */
#pragma once

#include <stdint.h>

#define LENT_NS 2000000
#define VAIN_SHARE 3         /* a third of the time */
#define VAIN_MOST_NS 4000000 /* at once, after a quiet time */

/* Zero is the beginning. */
struct lending {
    int64_t left_ns, counted_ns;
};

/* LENT_NS, or 0. */
static inline int64_t
lending_budget_ns(struct lending *lending, int64_t now_ns)
{
    lending->left_ns += (now_ns - lending->counted_ns) / VAIN_SHARE;
    if (lending->left_ns > VAIN_MOST_NS)
        lending->left_ns = VAIN_MOST_NS;
    lending->counted_ns = now_ns;
    return lending->left_ns < LENT_NS ? 0 : LENT_NS;
}

/* What was lent last was waited in vain. */
static inline void
lending_in_vain(struct lending *lending)
{
    lending->left_ns -= LENT_NS;
}
