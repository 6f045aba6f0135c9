/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/auth/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"login_history", ERASED, .archive = "login_history"},
    {"user_tokens", ERASED, .archive = "mailed_links", .withheld = "without hashes"},
    {"refresh_tokens", ERASED, .withheld = "only hashes; the session tells"},
    {"login_failures", ERASED, .withheld = "the hash of an address, and the network or browser that tried it; forgotten after a day"},
    {0}};

static const struct subject subjects[] = {
    {"login_history", &q_export_login_history},
    {"mailed_links", &q_export_mailed_links},
    {0}};

static const struct query *const auth_erase[] = {&q_erase_login_failures, NULL};

const struct personal auth_personal = {.tables = tables, .subjects = subjects, .erase = auth_erase};
