#include "fingerprint.h"

#include <stdlib.h>
#include <string.h>

#define STEP (FINGERPRINT_ITEMS_MINUTE / 2)
#define REACH (10 * FINGERPRINT_ITEMS_MINUTE)
#define ITEMS_MIN 16
#define EVERY 8      /* items that the first look skips */
#define CANDIDATES 6 /* places that are looked at in full */
#define SURE 0.25    /* so alike that the next minute is expected at the same shift */

struct place {
    size_t at;
    unsigned bits;
};

static unsigned
differing_bits(const uint32_t *one, const uint32_t *other, size_t items, size_t every)
{
    unsigned bits = 0;

    for (size_t i = 0; i < items; i += every)
        bits += (unsigned)__builtin_popcount(one[i] ^ other[i]);
    return bits;
}

/* The places within [from, to] that look most alike, the best first; no two of them beside each other. */
static size_t
find_candidates(const uint32_t *window, size_t items, const uint32_t *in, size_t from, size_t to, struct place best[CANDIDATES])
{
    size_t count = 0;

    for (size_t at = from; at <= to; at++) {
        struct place place = { at, differing_bits(window, in + at, items, EVERY) };
        size_t i = count;

        if (count && best[count - 1].bits <= place.bits && count == CANDIDATES)
            continue;
        if (count < CANDIDATES)
            count++;
        else
            i = CANDIDATES - 1;
        for (; i > 0 && best[i - 1].bits > place.bits; i--)
            best[i] = best[i - 1];
        best[i] = place;
    }
    return count;
}

/* How many bits differ at the place of `in` that is most like the window, which is expected at `expected`. */
static struct place
find_window(const uint32_t *window, size_t items, const uint32_t *in, size_t in_items, size_t expected)
{
    size_t last = in_items - items, middle = expected < last ? expected : last;
    size_t from = middle > REACH ? middle - REACH : 0, to = last - middle > REACH ? middle + REACH : last;
    struct place best[CANDIDATES], found = { middle, differing_bits(window, in + middle, items, 1) };
    size_t count = find_candidates(window, items, in, from, to, best);

    for (size_t i = 0; i < count; i++) {
        unsigned bits = differing_bits(window, in + best[i].at, items, 1);

        if (bits < found.bits)
            found = (struct place){ best[i].at, bits };
    }
    return found;
}

/* What is in `one` and how it is found in `other`, which has half a window of filling at both ends. */
static double
worst_minute(const uint32_t *one, size_t one_items, const uint32_t *other, size_t other_items, size_t items)
{
    double worst = 0;
    size_t shift_from = 0, shift_to = items / 2; /* what was at shift_from here was at shift_to there */

    for (size_t at = 0, end = 0; !end; at += STEP) {
        struct place found;
        double distance;

        end = at + items >= one_items;
        if (end)
            at = one_items - items;
        found = find_window(one + at, items, other, other_items, at + shift_to > shift_from ? at + shift_to - shift_from : 0);
        distance = (double)found.bits / (32.0 * (double)items);
        if (distance < SURE) {
            shift_from = at;
            shift_to = found.at;
        }
        worst = distance > worst ? distance : worst;
    }
    return worst;
}

/* A copy with `filling` items before and after it that are like nothing, so that a minute is found also where its beginning was cut off there. */
static uint32_t *
with_filling(const uint32_t *items, size_t count, size_t filling)
{
    uint32_t *filled = malloc((count + 2 * filling) * sizeof *filled);

    for (size_t i = 0; filled && i < filling; i++) {
        filled[i] = (uint32_t)(i + 1) * 2654435761u;
        filled[filling + count + i] = (uint32_t)(i + 1) * 2246822519u;
    }
    if (filled)
        memcpy(filled + filling, items, count * sizeof *items);
    return filled;
}

bool
fingerprint_distance(const uint32_t *one, size_t one_items, const uint32_t *other, size_t other_items, double *ret_distance)
{
    size_t shorter = one_items < other_items ? one_items : other_items;
    size_t items = shorter < FINGERPRINT_ITEMS_MINUTE ? shorter : FINGERPRINT_ITEMS_MINUTE, filling = items / 2;
    uint32_t *in_one, *in_other;
    double there, back;

    if (items < ITEMS_MIN)
        return false;
    in_one = with_filling(one, one_items, filling);
    in_other = with_filling(other, other_items, filling);
    if (in_one && in_other) {
        there = worst_minute(one, one_items, in_other, other_items + 2 * filling, items);
        back = worst_minute(other, other_items, in_one, one_items + 2 * filling, items);
        *ret_distance = there > back ? there : back;
    }
    free(in_one);
    free(in_other);
    return in_one && in_other;
}
