/* media_work.h - jobs that have the media worker make files: the way of these files into storage, and what the worker's end means for the job.
 *
 * A job embeds `struct media_work` as the first member of its own state, so that the callbacks below take either. */
#pragma once

#include "db/db.h"
#include "media/worker_client.h"
#include "platform/jobs/jobs.h"
#include "platform/storage/storage.h"

/* What is different from one kind of work to another. Each gets the work. */
struct media_work_kind {
    /* The worker made everything: notes it, and gives the job's outcome. */
    enum job_outcome (*complete)(void *work);
    /* The file is at fault, or there were as many attempts as there may be. */
    enum job_outcome (*fail)(void *work, const char *code, const char *message);
    /* It will be tried again; may be NULL. */
    void (*waits)(void *work);
};

struct media_work {
    const struct media_work_kind *kind;
    struct job *job;
    struct storage *storage;
    struct storage_writer *writer; /* of the file that is being received */
    char *result;                  /* RESULT of the worker (docs/media.md); owned */
    bool no_room;                  /* the disk is full */
    bool is_away;                  /* the store does not answer */
    bool unknown;                  /* nobody knows whether the end was committed */
};

/* Callbacks of struct media_job, whose `user` is the work. A file begins under a key that the caller knows; not when less of the disk is free than has to be. */
int media_work_begin_file(struct media_work *work, const char *key);
int media_work_add_bytes(void *work, const void *bytes, size_t length);
int media_work_end_file(void *work);
int media_work_take_result(void *work, const char *json, size_t length);

/* Runs `job`, which needs `input`, its limits, on_file_begin and perhaps on_progress; the rest is filled in. Gives the job's outcome. Frees `result`. */
enum job_outcome media_work_run(struct media_work *work, struct media_job *job);

/* All files are on the disk. JOB_DONE, or the outcome of a job that has to be repeated. */
enum job_outcome media_work_sync(struct media_work *work);

/* A trouble that may pass; the last attempt makes it final. */
enum job_outcome media_work_retry(struct media_work *work, const char *code, const char *message);

/* The input could not be opened, for an enum storage_error that is not STORAGE_NOT_FOUND: waits, without an attempt lost, for a store that is away. */
enum job_outcome media_work_unreadable(struct media_work *work, int error);

/* For any job that could not read, write or delete a file: it waits, without an attempt lost, for a store that does not answer; else JOB_RETRY. */
enum job_outcome job_retry_storage(struct job *job, struct storage *storage);

/* The end of the work and of its job, in one transaction: `query` gives one row, which is the caller's to clear with PQclear(). NULL when nothing was changed, or when
 * nobody knows (`unknown`). */
PGresult *media_work_commit(struct media_work *work, const struct query *query, const struct db_arg *args, enum job_outcome outcome);
