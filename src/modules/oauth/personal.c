/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/oauth/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"federated_identities", ERASED, .archive = "connections", .withheld = "without tokens"},
    {"oauth_states", ERASED, .withheld = "only hashes, short-lived"},
    {0}};

static const struct subject subjects[] = {
    {"connections", &q_export_connections},
    {0}};

const struct personal oauth_personal = {.tables = tables, .subjects = subjects};
