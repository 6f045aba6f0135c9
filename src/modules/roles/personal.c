/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/roles/roles.h"

#include "api/personal.h"
#include "roles.queries.h"

static const struct personal_table tables[] = {
    {"roles", NOT_PERSONAL, "the operator's roles"},
    {"permissions", NOT_PERSONAL, "what there is to permit"},
    {"role_permissions", NOT_PERSONAL, "what roles permit"},
    {"user_roles", ERASED, "who gave a role to others is forgotten", .archive = "roles"},
    {0}};

static const struct subject subjects[] = {
    {"roles", &q_export_roles},
    {0}};

const struct personal roles_personal = {.tables = tables, .subjects = subjects};
