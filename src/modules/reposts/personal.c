/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "reposts.queries.h"

extern const struct personal reposts_personal;

static const struct personal_table tables[] = {{"track_reposts", ERASED, .archive = "reposts"}, {0}};
static const struct subject subjects[] = {{"reposts", &q_export_reposts}, {0}};

const struct personal reposts_personal = {.tables = tables, .subjects = subjects};
