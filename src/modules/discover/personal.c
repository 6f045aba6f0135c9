/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "discover.queries.h"

extern const struct personal discover_personal;

static const struct personal_table tables[] = {
    {"genre_aliases", NOT_PERSONAL, "other names of genres"},
    {"tag_aliases", NOT_PERSONAL, "words that lead to a tag"},
    {"rising_tracks", ERASED, .withheld = "places in a chart that is made anew every quarter of an hour"},
    {"radios", ERASED, .archive = "radios"},
    {"radio_tracks", ERASED, .archive = "radios"},
    {0}};
static const struct subject subjects[] = {{"radios", &q_export_radios}, {0}};

const struct personal discover_personal = {.tables = tables, .subjects = subjects};
