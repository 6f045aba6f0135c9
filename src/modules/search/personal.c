/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "search.queries.h"

extern const struct personal search_personal;

static const struct personal_table tables[] = {
    {"search_entries", ERASED, "a copy of the names of what can be found, made anew from it; goes with the thing that it is of, in the same transaction",
     .withheld = "nothing but what the archive has under the tracks, releases, playlists and the profile"},
    {"search_tiers", NOT_PERSONAL, "how scores are spread over all things"},
    {"search_counted", NOT_PERSONAL, "the same words while they are counted", .withheld = "about nobody"},
    {"search_words", NOT_PERSONAL, "distinct words of public names, without whose they are; a word that no public name has any more goes with the next count",
     .withheld = "about nobody"},
    {"search_changes", NOT_PERSONAL, "ids of things that changed, without whose they are, until Elasticsearch has the change, or has deleted them"},
    {"search_index", NOT_PERSONAL, "how the index in Elasticsearch is"},
    {0}};

const struct personal search_personal = {.tables = tables};
