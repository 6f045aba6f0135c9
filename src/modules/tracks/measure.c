/* measure.c - the job that measures tempo, key and timbre of tracks that were processed before there was such a thing (ADR 0084).
 *
 * One track a run, one run at a time on all nodes, and none while anything is to be processed. There is nothing to resume: what has no row is next. */
#include <stdio.h>
#include <stdlib.h>

#include "api/media_work.h"
#include "base/log.h"
#include "modules/tracks/internal.h"

#define NEXT_S 1 /* between two tracks */

struct measuring {
    struct media_work media; /* first: it is a media_work, of which only the result is used */
    const char *track_id, *version;
};

/* True when it was kept. */
static bool
measure_note(const struct measuring *work, const struct query *query, const char *code)
{
    const struct db_arg args[] = {{"id", work->track_id}, {"version", work->version}, {"result", work->media.result}, {"code", code}, {0}};
    PGresult *result;

    if (db_run(query, args, &result, NULL))
        return false;
    PQclear(result);
    return true;
}

static enum job_outcome
measure_failed(struct measuring *work, const char *code)
{
    log_info("a track could not be measured", LOG_TEXT("track", work->track_id), LOG_TEXT("reason", code));
    return measure_note(work, &q_track_unmeasurable, code) ? JOB_DONE : JOB_RETRY;
}

static enum job_outcome
measure_one(struct measuring *work, const char *file_path)
{
    struct media_job media = {.mode = MEDIA_MODE_MUSIC,
                              .wall_limit_ms = (uint32_t)tracks_timeout_s * 1000,
                              .max_duration_s = (uint32_t)tracks_max_duration_s,
                              .cancel = work->media.job->cancel,
                              .on_result = media_work_take_result,
                              .user = work};
    int error = storage_open_local(tracks_storage, file_path, &media.input);
    struct media_outcome outcome;

    if (error)
        return error == STORAGE_NOT_FOUND ? measure_failed(work, "file_missing") : JOB_RETRY;
    outcome = media_run(&media);
    source_unref(media.input);
    switch (outcome.kind) {
    case MEDIA_OK:
        return measure_note(work, &q_track_measured, NULL) ? JOB_DONE : JOB_RETRY;
    case MEDIA_CANCELLED:
        return JOB_GIVE_BACK;
    case MEDIA_NOT_STARTED:
        return JOB_RETRY;
    default:
        return measure_failed(work, outcome.code);
    }
}

enum job_outcome
tracks_measure(struct job *job)
{
    static const char first[] = "00000000-0000-0000-0000-000000000000";
    static char after[UUID_TEXT] = ""; /* of this process: where it goes on; a single run of this job is under way anywhere */
    const struct db_arg args[] = {{"after", *after ? after : first}, {0}};
    struct measuring work = {.media = {.job = job, .storage = tracks_storage}};
    enum job_outcome outcome;
    PGresult *row;

    if (db_run(&q_track_unmeasured, args, &row, NULL))
        return JOB_RETRY;
    if (!PQntuples(row)) {
        *after = 0; /* all of them, or something else is to be done: the next run looks from the beginning */
        PQclear(row);
        return JOB_DONE;
    }
    work.track_id = PQgetvalue(row, 0, 0);
    work.version = PQgetvalue(row, 0, 2);
    outcome = measure_one(&work, PQgetvalue(row, 0, 1));
    if (outcome != JOB_GIVE_BACK) /* also one that cannot be read now: the others do not wait for it */
        snprintf(after, sizeof after, "%s", work.track_id);
    if (outcome == JOB_DONE)
        job_wait(job, NEXT_S);
    free(work.media.result);
    PQclear(row);
    return outcome;
}
