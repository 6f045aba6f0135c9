/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "mutes.queries.h"

extern const struct personal mutes_personal;

static const struct personal_table tables[] = {{"user_mutes", ERASED, .archive = "mutes"}, {0}};
static const struct subject subjects[] = {{"mutes", &q_export_mutes}, {0}};

const struct personal mutes_personal = {.tables = tables, .subjects = subjects};
