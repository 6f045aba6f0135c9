/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/realtime/realtime.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"ws_tickets", ERASED, .withheld = "only hashes, short-lived"},
    {0}};

const struct personal realtime_personal = {.tables = tables};
