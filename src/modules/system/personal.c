/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/system/system.h"

#include "api/personal.h"
#include "system.queries.h"

static const struct personal_table tables[] = {
    {"announcements", FORGOTTEN, "the operator's word", .archive = "announcements"},
    {"hidings", NOT_PERSONAL, "how often something was hidden"},
    {0}};

static const struct subject subjects[] = {
    {"announcements", &q_export_announcements},
    {0}};

const struct personal system_personal = {.tables = tables, .subjects = subjects};
