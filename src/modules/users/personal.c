/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/users/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"users", ERASED, "a tombstone with a new id, a name and an address that say nothing stays in its place", .archive = "profile",
     .withheld = "without the password's hash"},
    {"user_settings", ERASED, .archive = "settings"},
    {"user_profiles", ERASED, .archive = "settings"},
    {"user_presence", ERASED, .archive = "presence"},
    {"user_storage_quotas", ERASED, .archive = "storage_quota"},
    {"user_stats", ERASED, .withheld = "three numbers made from `user_follows` and `tracks`"},
    {"user_follows", ERASED, .archive = "following followers"},
    {"user_blocks", ERASED, .archive = "blocks", .withheld = "not by whom one is blocked"},
    {0}};

static const struct subject subjects[] = {
    {"profile", &q_export_profile, true},
    {"settings", &q_export_settings, true},
    {"presence", &q_export_presence, true},
    {"storage_quota", &q_export_storage_quota, true},
    {"following", &q_export_following},
    {"followers", &q_export_followers},
    {"blocks", &q_export_blocks},
    {0}};

const struct personal users_personal = {.tables = tables,
                                        .subjects = subjects,
                                        .files = &q_export_pictures,
                                        .erase_files = users_files_delete};
