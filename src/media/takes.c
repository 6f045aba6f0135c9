/* takes.c - the other coder when a bound is missed, less gain when the peak is too high, and the better take when both coders miss. */
#include "takes.h"

#define PEAK_RESERVE 0.5 /* dB: another gain is other quantisation */

const char *
takes_coder(const struct takes *takes)
{
    return takes->coder == CODER_FAST ? "fast" : "twoloop";
}

static double
peak_excess(const struct takes *takes, enum aac_coder coder)
{
    return takes->of[coder].true_peak - TRUE_PEAK_CEILING;
}

static void
choose(struct takes *takes, enum aac_coder coder, enum aac_coder gain_from)
{
    double over = peak_excess(takes, gain_from);

    takes->coder = coder;
    takes->gain_db = takes->of[gain_from].gain_db - (over > 0 ? over + PEAK_RESERVE : 0);
}

bool
takes_again(struct takes *takes, const struct quality_report *report)
{
    enum aac_coder last = takes->coder, other = last == CODER_FAST ? CODER_TWOLOOP : CODER_FAST, best;

    takes->of[last].is_made = true;
    takes->of[last].gain_db = takes->gain_db;
    takes->of[last].excess = quality_excess(report, &takes->bounds);
    takes->of[last].true_peak = report->true_peak;
    if (++takes->count == TAKES_MAX)
        return false;
    if (takes->of[last].excess > 0 && !takes->of[other].is_made) {
        choose(takes, other, last);
        return true;
    }
    best = takes->of[other].is_made && takes->of[other].excess < takes->of[last].excess ? other : last;
    if (best == last && peak_excess(takes, last) <= 0)
        return false;
    choose(takes, best, best);
    return true;
}

bool
takes_is_good(const struct takes *takes)
{
    return takes->of[takes->coder].excess <= 0 && peak_excess(takes, takes->coder) <= 0;
}
