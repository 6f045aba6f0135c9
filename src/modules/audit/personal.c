/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/audit/audit.h"

#include "api/personal.h"
#include "audit.queries.h"

static const struct personal_table tables[] = {
    {"audit_logs", TO_THE_TOMBSTONE,
     "for the security of everybody: actor and target become the tombstone, address and program are forgotten, "
     "also in lines of nobody in particular from an address of the person",
     .archive = "audit", .withheld = "what one did, and what was done to one's account"},
    {0}};

static const struct subject subjects[] = {
    {"audit", &q_export_audit},
    {0}};

static const struct query *const audit_erase[] = {&q_erase_audit, NULL};

const struct personal audit_personal = {.tables = tables, .subjects = subjects, .erase = audit_erase};
