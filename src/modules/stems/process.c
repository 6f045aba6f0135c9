/* process.c - the job that makes what the stem player plays, and the one that removes what is left of stems.
 *
 * As in modules/tracks/transcode.c, each run writes to a folder of its own, and one transaction decides which run's files are the stem. The row names
 * the run before its first file is written, so the next run removes what a killed one left. */
#include "modules/stems/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "media/worker_client.h"
#include "modules/tracks/tracks.h"
#include "platform/storage/staged.h"

#define CRASHES_MAX 2 /* a file on which the worker crashed this often is at fault */
#define NO_ROOM_WAIT_S 120

struct work {
    struct job *job;
    const char *track_id, *stem_id;
    char run[STEM_RUN_TEXT];
    bool no_room; /* the disk is full */
    bool unknown; /* nobody knows whether the end was committed */
    struct storage_writer *writer;
    char *result;
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

    job_progress(work->job, stage, fraction);
}

static int
note_room(struct work *work, int error)
{
    work->no_room |= error == STORAGE_FULL;
    return error;
}

static int
on_file_begin(void *user, const char *name)
{
    struct work *work = user;
    char key[STORAGE_KEY_MAX + 1];

    snprintf(key, sizeof key, "stems/%s/%s/%s/%s", work->track_id, work->stem_id, work->run, name);
    return note_room(work, storage_is_low(stems_storage) ? STORAGE_FULL : storage_begin(stems_storage, key, &work->writer));
}

static int
on_file_data(void *user, const void *bytes, size_t length)
{
    struct work *work = user;

    return note_room(work, storage_write(work->writer, bytes, length));
}

static int
on_file_end(void *user)
{
    struct work *work = user;
    int error = note_room(work, storage_commit(work->writer));

    work->writer = NULL;
    return error;
}

static int
on_result(void *user, const char *json, size_t length)
{
    struct work *work = user;

    work->result = strndup(json, length);
    return work->result ? 0 : -1;
}

/* Runs a statement about the stem; false unless it gave a row. */
static bool
give_row(const struct query *query, const struct db_arg *args)
{
    PGresult *result;
    bool good;

    if (db_run(query, args, &result, NULL))
        return false;
    good = PQntuples(result) == 1;
    PQclear(result);
    return good;
}

/* The end of the stem's processing and of the job, in one transaction. */
static bool
commit_end(struct work *work, const struct query *query, const struct db_arg *args, enum job_outcome outcome)
{
    enum db_status status;
    bool good;

    if (db_begin())
        return false;
    good = job_finish(work->job, outcome) && give_row(query, args);
    status = db_end(good);
    work->unknown |= good && status == DB_UNAVAILABLE;
    return good && status == DB_OK;
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

static enum job_outcome
fail(struct work *work, const char *code, const char *message)
{
    bool is_long = text_equal(code, "too_long");
    const struct db_arg args[] = {{"stem_id", work->stem_id},
                                  {"code", is_long ? "stem_too_long" : code},
                                  {"message", is_long ? "This stem is far longer than its track." : message},
                                  {0}};

    job_error(work->job, code);
    return commit_end(work, &q_stem_fail, args, JOB_FAILED) ? JOB_FAILED : JOB_GIVE_BACK;
}

/* A trouble that may pass; the last attempt makes it final. */
static enum job_outcome
retry(struct work *work, const char *code, const char *message)
{
    if (work->job->attempts >= work->job->max_attempts)
        return fail(work, code, message);
    job_error(work->job, code);
    return JOB_RETRY;
}

static enum job_outcome
wait_for_room(struct work *work)
{
    job_error(work->job, "there is no room left on the disk of VEZA_DATA_DIR");
    job_wait(work->job, NO_ROOM_WAIT_S);
    return JOB_PUT_OFF;
}

static enum job_outcome
complete(struct work *work)
{
    const struct db_arg args[] = {{"stem_id", work->stem_id}, {"run", work->run}, {"result", work->result}, {0}};

    if (note_room(work, storage_sync(stems_storage)))
        return work->no_room ? wait_for_room(work) : retry(work, "storage", "The results for this file could not be kept.");
    if (commit_end(work, &q_stem_complete, args, JOB_DONE))
        return JOB_DONE;
    return job_cancelled(work->job) ? JOB_GIVE_BACK : retry(work, "internal", "The results for this file could not be kept.");
}

static enum job_outcome
settle(struct work *work, const struct media_outcome *outcome)
{
    switch (outcome->kind) {
    case MEDIA_OK:
        return complete(work);
    case MEDIA_CANCELLED:
        return JOB_GIVE_BACK;
    case MEDIA_REFUSED:
    case MEDIA_NOT_STARTED:
        return work->no_room ? wait_for_room(work) : retry(work, outcome->code, outcome->message);
    case MEDIA_CRASHED:
    case MEDIA_TIMED_OUT:
        return work->job->attempts < CRASHES_MAX ? retry(work, outcome->code, outcome->message) : fail(work, outcome->code, outcome->message);
    default:
        return fail(work, outcome->code, outcome->message);
    }
}

static enum job_outcome
process(struct work *work, const char *file_path, uint32_t rate, uint32_t max_duration_s)
{
    struct media_job media = {.mode = MEDIA_MODE_STEM,
                              .wall_limit_ms = (uint32_t)tracks_timeout_s * 1000,
                              .max_duration_s = max_duration_s,
                              .stem_rate = rate,
                              .cancel = work->job->cancel,
                              .on_file_begin = on_file_begin,
                              .on_file_data = on_file_data,
                              .on_file_end = on_file_end,
                              .on_progress = on_progress,
                              .on_result = on_result,
                              .user = work};
    struct media_outcome outcome;
    enum job_outcome end;
    struct source *source;
    int error = storage_open_local(stems_storage, file_path, &source);

    if (error == STORAGE_NOT_FOUND)
        return fail(work, "file_missing", "The file of this stem is no longer there. Upload it once more.");
    if (error)
        return retry(work, "storage", "The file could not be read from storage.");
    media.input = source;
    outcome = media_run(&media);
    storage_abort(work->writer);
    source_unref(source);
    end = settle(work, &outcome);
    if (end != JOB_DONE && !work->unknown && !delete_files(work->track_id, work->stem_id, work->run))
        log_warn("files of a run of the processing are left", LOG_TEXT("stem", work->stem_id), LOG_TEXT("run", work->run));
    free(work->result);
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
    struct work work = {.job = job};
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
        return JOB_RETRY;
    PQclear(kept);
    return JOB_DONE;
}
