/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/sessions/sessions.h"

#include "api/personal.h"
#include "sessions.queries.h"

static const struct personal_table tables[] = {
    {"sessions", ERASED, .archive = "sessions", .withheld = "without hashes"},
    {0}};

static const struct subject subjects[] = {
    {"sessions", &q_export_sessions},
    {0}};

static const struct query *const sessions_erase[] = {&q_erase_sessions, NULL};

const struct personal sessions_personal = {.tables = tables, .subjects = subjects, .erase = sessions_erase};
