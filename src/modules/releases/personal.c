/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/releases/internal.h"

#include "api/module.h"

static const struct personal_table tables[] = {
    {"releases", ERASED, "with the covers", .archive = "releases"},
    {"release_tracks", ERASED, .archive = "releases"},
    {"release_slugs", ERASED, .archive = "releases"},
    {0}};

static const struct subject subjects[] = {{"releases", &q_export_releases}, {0}};

static bool
releases_files_erase(const char *user_id)
{
    const struct db_arg who[] = {{"user_id", user_id}, {0}};
    bool good = true;
    PGresult *releases;

    if (db_run(&q_erase_releases, who, &releases, NULL))
        return false;
    for (int i = 0; good && i < PQntuples(releases); i++)
        good = !job_here_cancelled() && release_files_delete(PQgetvalue(releases, i, 0));
    PQclear(releases);
    return good;
}

const struct personal releases_personal = {
    .tables = tables, .subjects = subjects, .files = &q_export_release_files, .erase_files = releases_files_erase};
