/* process.c - the job that makes what the stem player plays, and the one that removes what is left of stems.
 *
 * As in modules/tracks/transcode.c, each run writes to a folder of its own, and one transaction decides which run's files are the stem. The row names
 * the run before its first file is written, so the next run removes what a killed one left. */
#include "modules/stems/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/media_work.h"
#include "base/log.h"
#include "modules/tracks/tracks.h"

struct work {
    struct media_work media; /* first: a work is a media_work */
    const char *track_id, *stem_id;
    char run[STEM_RUN_TEXT];
};

static bool
delete_files(const char *track_id, const char *stem_id, const char *run)
{
    char key[STORAGE_KEY_MAX + 1];

    snprintf(key, sizeof key, "stems/%s/%s%s%s", track_id, stem_id, *run ? "/" : "", run);
    return storage_delete_prefix(stems_storage, key) == 0;
}

static void
on_progress(void *user, const char *stage, float fraction)
{
    struct work *work = user;

    job_progress(work->media.job, stage, fraction);
}

static int
on_file_begin(void *user, const char *name)
{
    struct work *work = user;
    char key[STORAGE_KEY_MAX + 1];

    snprintf(key, sizeof key, "stems/%s/%s/%s/%s", work->track_id, work->stem_id, work->run, name);
    return media_work_begin_file(&work->media, key);
}

bool
stem_fail(const char *stem_id, const char *code, const char *message)
{
    const struct db_arg args[] = {{"stem_id", stem_id}, {"code", code}, {"message", message}, {0}};
    PGresult *result;

    if (db_run(&q_stem_fail, args, &result, NULL))
        return false;
    PQclear(result);
    return true;
}

/* The end of the stem's processing and of the job. */
static bool
commit_end(struct work *work, const struct query *query, const struct db_arg *args, enum job_outcome outcome)
{
    PGresult *row = media_work_commit(&work->media, query, args, outcome);
    bool good = row;

    PQclear(row);
    return good;
}

static enum job_outcome
fail(void *user, const char *code, const char *message)
{
    struct work *work = user;
    bool is_long = text_equal(code, "too_long");
    const struct db_arg args[] = {{"stem_id", work->stem_id},
                                  {"code", is_long ? "stem_too_long" : code},
                                  {"message", is_long ? "This stem is far longer than its track." : message},
                                  {0}};

    job_error(work->media.job, code);
    return commit_end(work, &q_stem_fail, args, JOB_FAILED) ? JOB_FAILED : JOB_GIVE_BACK;
}

static enum job_outcome
complete(void *user)
{
    struct work *work = user;
    const struct db_arg args[] = {{"stem_id", work->stem_id}, {"run", work->run}, {"result", work->media.result}, {0}};
    enum job_outcome synced = media_work_sync(&work->media);

    if (synced != JOB_DONE)
        return synced;
    if (commit_end(work, &q_stem_complete, args, JOB_DONE))
        return JOB_DONE;
    return job_cancelled(work->media.job) ? JOB_GIVE_BACK : media_work_retry(&work->media, "internal", "The results for this file could not be kept.");
}

static const struct media_work_kind making_a_stem = {.complete = complete, .fail = fail};

static enum job_outcome
process(struct work *work, const char *file_path, uint32_t rate, uint32_t max_duration_s)
{
    struct media_job job = {.mode = MEDIA_MODE_STEM,
                            .wall_limit_ms = (uint32_t)tracks_timeout_s * 1000,
                            .max_duration_s = max_duration_s,
                            .stem_rate = rate,
                            .on_file_begin = on_file_begin,
                            .on_progress = on_progress};
    enum job_outcome end;
    int error = storage_open_local(stems_storage, file_path, &job.input);

    if (error == STORAGE_NOT_FOUND)
        return fail(work, "file_missing", "The file of this stem is no longer there. Upload it once more.");
    if (error)
        return media_work_unreadable(&work->media, error);
    end = media_work_run(&work->media, &job);
    source_unref(job.input);
    if (end != JOB_DONE && !work->media.unknown && !delete_files(work->track_id, work->stem_id, work->run))
        log_warn("files of a run of the processing are left", LOG_TEXT("stem", work->stem_id), LOG_TEXT("run", work->run));
    return end;
}

static bool
ids_of(const struct job *job, const char **ret_track_id, const char **ret_stem_id)
{
    *ret_track_id = json_string_value(json_object_get(job->payload, "track_id"));
    *ret_stem_id = json_string_value(json_object_get(job->payload, "stem_id"));
    return *ret_track_id && *ret_stem_id && uuid_valid(*ret_track_id) && uuid_valid(*ret_stem_id);
}

enum job_outcome
stem_process(struct job *job)
{
    struct work work = {.media = {.kind = &making_a_stem, .job = job, .storage = stems_storage}};
    unsigned char random[STEM_RUN_TEXT / 2];
    enum job_outcome end = JOB_DONE;
    PGresult *row;

    if (!ids_of(job, &work.track_id, &work.stem_id))
        return JOB_FAILED;
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, work.run);
    const struct db_arg args[] = {{"stem_id", work.stem_id}, {"run", work.run}, {0}};
    if (db_run(&q_stem_begin, args, &row, NULL))
        return JOB_RETRY;
    if (PQntuples(row)) { /* else it was deleted */
        if (!PQgetisnull(row, 0, 3) && !delete_files(work.track_id, work.stem_id, PQgetvalue(row, 0, 3)))
            log_warn("files of a run of the processing are left", LOG_TEXT("stem", work.stem_id), LOG_TEXT("run", PQgetvalue(row, 0, 3)));
        uint32_t most_s = (uint32_t)strtoul(PQgetvalue(row, 0, 2), NULL, 10);

        end = process(&work, PQgetvalue(row, 0, 0), (uint32_t)strtoul(PQgetvalue(row, 0, 1), NULL, 10),
                      most_s && most_s < tracks_max_duration_s ? most_s : (uint32_t)tracks_max_duration_s);
    }
    PQclear(row);
    return end;
}

enum job_outcome
stem_sweep(struct job *job)
{
    const char *track_id, *stem_id;
    PGresult *kept;
    bool keeps;

    if (!ids_of(job, &track_id, &stem_id))
        return JOB_FAILED;
    const struct db_arg args[] = {{"stem_id", stem_id}, {0}};
    if (db_run(&q_stem_kept, args, &kept, NULL))
        return JOB_RETRY;
    keeps = PQntuples(kept) > 0;
    PQclear(kept);
    if (keeps)
        return JOB_DONE;
    if (!delete_files(track_id, stem_id, "") || db_run(&q_stem_gone, args, &kept, NULL))
        return job_retry_storage(job, stems_storage);
    PQclear(kept);
    return JOB_DONE;
}
