/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/developer/developer.h"

#include "api/personal.h"
#include "developer.queries.h"

static const struct personal_table tables[] = {
    {"api_keys", ERASED, .archive = "api_keys", .withheld = "without the key and its prefix"},
    {0}};

static const struct subject subjects[] = {
    {"api_keys", &q_export_api_keys},
    {0}};

const struct personal developer_personal = {.tables = tables, .subjects = subjects};
