/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/downloads/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {{"track_downloads", ERASED, "with the files", .withheld = "made from an upload"}, {0}};

const struct personal downloads_personal = {.tables = tables};
