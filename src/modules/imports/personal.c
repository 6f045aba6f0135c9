/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "modules/imports/internal.h"

static const struct personal_table tables[] = {
    {"library_imports", ERASED, .archive = "library_imports", .withheld = "without what opened the account there"},
    {"library_import_missing", ERASED, .archive = "library_imports"},
    {0}};

static const struct subject subjects[] = {{"library_imports", &q_export_library_imports}, {0}};

const struct personal imports_personal = {.tables = tables, .subjects = subjects};
