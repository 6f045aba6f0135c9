/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "modules/scrobbling/internal.h"

static const struct personal_table tables[] = {
    {"scrobble_accounts", ERASED, .archive = "scrobble_accounts", .withheld = "without what opens the account there"},
    {"scrobbles", ERASED, .withheld = "plays that are still to be told; `plays` has them"},
    {0}};

static const struct subject subjects[] = {{"scrobble_accounts", &q_export_scrobble_accounts}, {0}};

const struct personal scrobbling_personal = {.tables = tables, .subjects = subjects};
