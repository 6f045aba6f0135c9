/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/mfa/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"mfa_configs", ERASED, .archive = "second_factor", .withheld = "without the secret"},
    {"recovery_codes", ERASED, .archive = "second_factor", .withheld = "without what proves anything"},
    {"mfa_challenges", ERASED, .withheld = "only hashes, short-lived"},
    {0}};

static const struct subject subjects[] = {
    {"second_factor", &q_export_second_factor},
    {0}};

const struct personal mfa_personal = {.tables = tables, .subjects = subjects};
