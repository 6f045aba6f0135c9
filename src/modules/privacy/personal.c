/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/privacy/internal.h"

#include <stdio.h>

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"data_exports", ERASED, "with the files", .archive = "exports"},
    {0}};

static const struct subject subjects[] = {
    {"exports", &q_export_exports},
    {0}};

static const struct query *const privacy_erase_traces[] = {&q_erase_traces, NULL};

static bool
archives_delete(const char *user_id)
{
    char key[STORAGE_KEY_MAX + 1];

    snprintf(key, sizeof key, "exports/%s", user_id);
    return storage_delete_prefix(privacy_storage, key) == 0;
}

const struct personal privacy_personal = {.tables = tables,
                                          .subjects = subjects,
                                          .erase_files = archives_delete,
                                          .erase = privacy_erase_traces};
