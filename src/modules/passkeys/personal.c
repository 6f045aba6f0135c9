/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/passkeys/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"webauthn_credentials", ERASED, .archive = "passkeys", .withheld = "without the keys"},
    {"webauthn_challenges", ERASED, .withheld = "only hashes, short-lived"},
    {0}};

static const struct subject subjects[] = {
    {"passkeys", &q_export_passkeys},
    {0}};

const struct personal passkeys_personal = {.tables = tables, .subjects = subjects};
