/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/uploads/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"uploads", ERASED, "with the bytes that came", .archive = "uploads", .withheld = "not the bytes of uploads that are not finished: their sender has them"},
    {"upload_chunks", ERASED, .withheld = "which parts of an upload came, for at most a week after it ended"},
    {"upload_disk", NOT_PERSONAL, "how much room uploads still need on the disk"},
    {0}};

static const struct subject subjects[] = {{"uploads", &q_export_uploads}, {0}};

static bool
uploads_files_erase(const char *user_id)
{
    const struct db_arg who[] = {{"user_id", user_id}, {0}};
    bool good = true;
    PGresult *uploads;

    if (db_run(&q_uploads_of, who, &uploads, NULL))
        return false;
    for (int i = 0; i < PQntuples(uploads); i++) {
        writer_stop(PQgetvalue(uploads, i, 0));
        good &= staged_delete(uploads_storage, PQgetvalue(uploads, i, 0)) == 0;
    }
    PQclear(uploads);
    return good;
}

const struct personal uploads_personal = {.tables = tables, .subjects = subjects, .erase_files = uploads_files_erase};
