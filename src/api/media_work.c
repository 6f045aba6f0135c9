#include "api/media_work.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "platform/storage/staged.h"

#define CRASHES_MAX 2 /* a file on which the worker crashed this often is at fault */
#define NO_ROOM_WAIT_S 120
#define AWAY_WAIT_S 10

/* The error as it came; notes whether it is one that waiting helps against. */
static int
note_room(struct media_work *work, int error)
{
    work->no_room |= error == STORAGE_FULL;
    work->is_away |= error == STORAGE_AWAY;
    return error;
}

int
media_work_begin_file(struct media_work *work, const char *key)
{
    return note_room(work, storage_is_low(work->storage) ? STORAGE_FULL : storage_begin(work->storage, key, &work->writer));
}

int
media_work_add_bytes(void *user, const void *bytes, size_t length)
{
    struct media_work *work = user;

    return note_room(work, storage_write(work->writer, bytes, length));
}

int
media_work_end_file(void *user)
{
    struct media_work *work = user;
    int error = note_room(work, storage_commit(work->writer));

    work->writer = NULL;
    return error;
}

int
media_work_take_result(void *user, const char *json, size_t length)
{
    struct media_work *work = user;

    work->result = strndup(json, length);
    return work->result ? 0 : -1;
}

static void
tell_that_it_waits(struct media_work *work)
{
    if (work->kind->waits)
        work->kind->waits(work);
}

enum job_outcome
media_work_retry(struct media_work *work, const char *code, const char *message)
{
    job_error(work->job, code);
    if (work->job->attempts >= work->job->max_attempts)
        return work->kind->fail(work, code, message);
    tell_that_it_waits(work);
    return JOB_RETRY;
}

/* A full disk, or a store that does not answer, is no fault of the file: it waits. */
static enum job_outcome
wait_for_storage(struct media_work *work)
{
    job_error(work->job, work->is_away ? "the object store does not answer" : "there is no room left on the disk of VEZA_DATA_DIR");
    job_wait(work->job, work->is_away ? AWAY_WAIT_S : NO_ROOM_WAIT_S);
    tell_that_it_waits(work);
    return JOB_PUT_OFF;
}

enum job_outcome
job_retry_storage(struct job *job, struct storage *storage)
{
    if (!storage_is_away(storage))
        return JOB_RETRY;
    job_error(job, "the object store does not answer");
    job_wait(job, AWAY_WAIT_S);
    return JOB_PUT_OFF;
}

enum job_outcome
media_work_unreadable(struct media_work *work, int error)
{
    note_room(work, error);
    return work->is_away ? wait_for_storage(work) : media_work_retry(work, "storage", "The file could not be read from storage.");
}

enum job_outcome
media_work_sync(struct media_work *work)
{
    if (!note_room(work, storage_sync(work->storage)))
        return JOB_DONE;
    return work->no_room || work->is_away ? wait_for_storage(work) : media_work_retry(work, "storage", "The results for this file could not be kept.");
}

static enum job_outcome
settle(struct media_work *work, const struct media_outcome *outcome)
{
    switch (outcome->kind) {
    case MEDIA_OK:
        return work->kind->complete(work);
    case MEDIA_CANCELLED:
        return JOB_GIVE_BACK;
    case MEDIA_REFUSED:
    case MEDIA_NOT_STARTED:
        return work->no_room || work->is_away ? wait_for_storage(work) : media_work_retry(work, outcome->code, outcome->message);
    case MEDIA_CRASHED:
    case MEDIA_TIMED_OUT: /* perhaps the whole machine stood still */
        /* A worker never kills itself with SIGKILL: the kernel, short of memory, or a person did. */
        if (work->job->attempts < CRASHES_MAX || outcome->signal == SIGKILL)
            return media_work_retry(work, outcome->code, outcome->message);
        return work->kind->fail(work, outcome->code, outcome->message);
    default:
        return work->kind->fail(work, outcome->code, outcome->message);
    }
}

enum job_outcome
media_work_run(struct media_work *work, struct media_job *job)
{
    struct media_outcome outcome;
    enum job_outcome end;

    job->user = work;
    job->cancel = work->job->cancel;
    job->on_file_data = job->on_file_data ? job->on_file_data : media_work_add_bytes;
    job->on_file_end = job->on_file_end ? job->on_file_end : media_work_end_file;
    job->on_result = media_work_take_result;
    outcome = media_run(job);
    storage_abort(work->writer);
    work->writer = NULL;
    end = settle(work, &outcome);
    free(work->result);
    work->result = NULL;
    return end;
}

PGresult *
media_work_commit(struct media_work *work, const struct query *query, const struct db_arg *args, enum job_outcome outcome)
{
    PGresult *row = NULL;
    enum db_status status;
    bool good;

    if (db_begin())
        return NULL;
    good = job_finish(work->job, outcome) && db_run(query, args, &row, NULL) == DB_OK && PQntuples(row) == 1;
    status = db_end(good);
    work->unknown |= good && status == DB_UNAVAILABLE; /* also when a later try fails for sure: what was committed may be the first */
    if (good && status == DB_OK)
        return row;
    PQclear(row);
    return NULL;
}
