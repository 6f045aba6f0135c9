/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "modules/pages/internal.h"
#include "pages.queries.h"

static const struct personal_table tables[] = {{"track_single_files", ERASED, "with the files", .withheld = "measured from the files"},
                                              {"private_feeds", ERASED, .archive = "private_feeds", .withheld = "without the tokens"},
                                              {0}};
static const struct subject subjects[] = {{"private_feeds", &q_export_private_feeds}, {0}};

const struct personal pages_personal = {.tables = tables, .subjects = subjects};
