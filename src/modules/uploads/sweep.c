/* sweep.c - the job `uploads_sweep`: ends uploads that were left, and deletes staged files that no upload has. */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "modules/uploads/internal.h"

#define ORPHAN_AFTER_S 3600
#define BATCH 500

static void
run_for(const struct query *query, const char *id, const char *until_unix_s)
{
    const struct db_arg args[] = {{"upload_id", id}, {"until_unix_s", until_unix_s}, {0}};
    PGresult *result;

    if (db_run(query, args, &result, NULL))
        return;
    if (query == &q_upload_expire && PQntuples(result) && staged_delete(uploads_storage, id))
        log_warn("the bytes of an upload that was left cannot be deleted", LOG_TEXT("upload", id));
    PQclear(result);
}

/* Its time is over by the row. Whoever is writing to it keeps it, and so does a byte that came lately. */
static void
end_overdue(const char *id)
{
    struct staged_state file = {0};
    bool has_file = staged_look(uploads_storage, id, &file);
    struct scratch *held = NULL;
    char text[24];

    if (has_file && file.size && file.changed_unix_s + uploads_expire_s >= clock_unix_s()) {
        snprintf(text, sizeof text, "%lld", (long long)(file.changed_unix_s + uploads_expire_s));
        run_for(&q_upload_extend, id, text);
        return;
    }
    if (has_file && staged_open(uploads_storage, id, &held) == 0 && !staged_lock(held)) {
        scratch_free(held);
        return;
    }
    run_for(&q_upload_expire, id, NULL);
    scratch_free(held);
}

struct orphans {
    struct buf ids; /* {a,b */
    unsigned count;
};

static void
delete_orphans(struct orphans *orphans)
{
    PGresult *result;

    buf_add(&orphans->ids, STR("}"));
    if (orphans->count && !orphans->ids.failed) {
        const struct db_arg args[] = {{"ids", buf_str(&orphans->ids).ptr}, {0}};

        if (!db_run(&q_uploads_without_row, args, &result, NULL)) {
            for (int i = 0; i < PQntuples(result); i++)
                staged_delete(uploads_storage, PQgetvalue(result, i, 0));
            PQclear(result);
        }
    }
    buf_free(&orphans->ids);
    *orphans = (struct orphans){.ids = BUF_INIT(BATCH * (UUID_TEXT + 1) + 16)};
}

static void
note_staged(void *context, const char *id)
{
    struct orphans *orphans = context;
    struct staged_state file;

    if (!uuid_valid(id) || !staged_look(uploads_storage, id, &file) || file.changed_unix_s > clock_unix_s() - ORPHAN_AFTER_S)
        return;
    buf_printf(&orphans->ids, "%s%s", orphans->count ? "," : "{", id);
    if (++orphans->count == BATCH)
        delete_orphans(orphans);
}

enum job_outcome
uploads_sweep(struct job *job)
{
    struct orphans orphans = {.ids = BUF_INIT(BATCH * (UUID_TEXT + 1) + 16)};
    PGresult *result;

    if (db_run(&q_uploads_overdue, NULL, &result, NULL))
        return JOB_RETRY;
    for (int i = 0; i < PQntuples(result) && !job_cancelled(job); i++)
        end_overdue(PQgetvalue(result, i, 0));
    PQclear(result);
    if (!staged_each(uploads_storage, note_staged, &orphans))
        job_error(job, "the folder of staged files cannot be read");
    delete_orphans(&orphans);
    buf_free(&orphans.ids);
    if (db_run(&q_uploads_forget, NULL, &result, NULL))
        return JOB_RETRY;
    PQclear(result);
    return JOB_DONE;
}
