/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/realtime/realtime.h"

#include "api/personal.h"
#include "realtime.queries.h"

static const struct personal_table tables[] = {
    {"ws_tickets", ERASED, .withheld = "only hashes, short-lived"},
    {"realtime_topics", ERASED, .withheld = "how many messages were sent; the archive has what they told of"},
    {"realtime_messages", ERASED, .withheld = "what was sent to open browsers during the last day; the archive has what it told of"},
    {0}};

static const struct query *const erase[] = {&q_realtime_erase, NULL};

const struct personal realtime_personal = {.tables = tables, .erase = erase};
