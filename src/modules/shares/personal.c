/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "shares.queries.h"

extern const struct personal shares_personal;

static const struct personal_table tables[] = {{"track_shares", ERASED, .archive = "track_shares", .withheld = "without tokens"}, {0}};
static const struct subject subjects[] = {{"track_shares", &q_export_track_shares}, {0}};

const struct personal shares_personal = {.tables = tables, .subjects = subjects};
