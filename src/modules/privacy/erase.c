/* erase.c - the end of an account whose time has come: its files, then its rows, and what must remain without a name. Files first: a row
 * knows where they are, so that whoever dies on the way is followed by somebody who finds the rest. */
#include "modules/privacy/internal.h"

#include <stdio.h>

#include "api/media_work.h"
#include "base/log.h"
#include "sessions.queries.h"

/* Runs a query for its effect: its rows, or -1. */
static int
run(const struct query *query, const struct db_arg *args)
{
    struct db_error error;
    PGresult *result;
    int rows;

    if (db_run(query, args, &result, &error)) {
        log_warn("erasure did not work", LOG_TEXT("query", query->name), LOG_TEXT("error", error.message));
        return -1;
    }
    rows = PQntuples(result);
    PQclear(result);
    return rows;
}

static bool
erase_file(void *context, const char *key, const char *name)
{
    int error = storage_delete(privacy_storage, key);

    (void)context, (void)name;
    return !error || error == STORAGE_BAD_KEY;
}

/* Whole folders, such as those of tracks; then what else the rows know of. */
static bool
erase_files(const char *user_id)
{
    for (module_list module = privacy_modules; *module; module++)
        if ((*module)->personal && (*module)->personal->erase_files && !(*module)->personal->erase_files(user_id))
            return false;
    return files_each(user_id, erase_file, NULL) && storage_sync(privacy_storage) == 0;
}

/* The rows, in the open transaction. False to undo it. */
static bool
erase_rows(const struct job *job, const char *user_id, const char *tombstone)
{
    const struct db_arg args[] = {{"user_id", user_id}, {"tombstone", tombstone}, {"job_id", job->id}, {0}};

    if (run(&q_erase_locks, args) < 0)
        return false;
    for (module_list module = privacy_modules; *module; module++)
        for (const struct query *const *step = (*module)->personal ? (*module)->personal->erase : NULL; step && *step; step++)
            if (run(*step, args) < 0)
                return false;
    return run(&q_erase_person, args) >= 0;
}

/* All or nothing, together with the end of the job. */
static enum job_outcome
erase_person(struct job *job, const char *user_id, const struct db_arg *who)
{
    enum job_outcome outcome = JOB_RETRY;
    PGresult *person = NULL;
    bool good = false;

    if (db_begin_long())
        return JOB_RETRY;
    if (db_run(&q_erase_tombstone, who, &person, NULL) == DB_OK) {
        if (!PQntuples(person))
            outcome = JOB_DONE; /* restored, or erased by somebody else */
        else
            good = job_finish(job, JOB_DONE) && erase_rows(job, user_id, PQgetvalue(person, 0, 0));
        PQclear(person);
    }
    if (db_end(good) == DB_OK && good)
        return JOB_DONE;
    return outcome;
}

enum job_outcome
privacy_erase(struct job *job)
{
    const char *user_id = json_string_value(json_object_get(job->payload, "user_id"));
    const struct db_arg who[] = {{"user_id", user_id}, {0}};
    enum job_outcome outcome;
    int due;

    if (!user_id || !uuid_valid(user_id))
        return JOB_FAILED;
    due = run(&q_erase_check, who);
    if (due <= 0)
        return due ? JOB_RETRY : JOB_DONE;
    if (run(&q_erase_sessions, who) < 0 || !erase_files(user_id))
        return job_cancelled(job) ? JOB_GIVE_BACK : job_retry_storage(job, privacy_storage);
    outcome = erase_person(job, user_id, who);
    if (outcome == JOB_DONE && !erase_files(user_id)) /* a picture that came meanwhile */
        log_warn("files of an erased account may be left", LOG_TEXT("user_id", user_id));
    return outcome;
}

/* Deletes the files of archives whose time is over. */
static bool
drop_expired(void)
{
    char folder[STORAGE_KEY_MAX + 1];
    PGresult *expired;
    bool good = true;
    int rows;

    do {
        if (db_run(&q_export_expired, NULL, &expired, NULL))
            return false;
        rows = PQntuples(expired);
        for (int i = 0; good && i < rows; i++) {
            const struct db_arg args[] = {{"id", PQgetvalue(expired, i, 0)}, {0}};

            export_folder(folder, PQgetvalue(expired, i, 1), PQgetvalue(expired, i, 0));
            good = storage_delete(privacy_storage, PQgetvalue(expired, i, 2)) == 0 && storage_delete_prefix(privacy_storage, folder) == 0 &&
                   run(&q_export_forget, args) >= 0;
        }
        PQclear(expired);
    } while (good && rows);
    return good;
}

enum job_outcome
privacy_sweep(struct job *job)
{
    bool dropped = drop_expired();

    storage_tidy(privacy_storage);
    if (!dropped)
        job_error(job, "expired archives could not be deleted");
    return run(&q_erase_due, NULL) >= 0 && dropped ? JOB_DONE : JOB_RETRY;
}
