/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "modules/pages/internal.h"

static const struct personal_table tables[] = {{"track_single_files", ERASED, "with the files", .withheld = "measured from the files"}, {0}};

const struct personal pages_personal = {.tables = tables};
