#include "api/picture.h"

#include <stdio.h>

#include "api.queries.h"
#include "api/file.h"
#include "api/gate.h"
#include "api/media_work.h"
#include "base/encode.h"
#include "base/log.h"

struct picture_files {
    struct media_work media; /* first: the files are a media_work, without a job */
    const char *folder;
};

/* The media worker calls them image_300.webp, banner_1500.webp and so on. */
static int
picture_begin_file(void *user, const char *name)
{
    struct picture_files *files = user;
    const char *size = strchr(name, '_');
    char key[STORAGE_KEY_MAX + 1];

    if (!size)
        return -1;
    snprintf(key, sizeof key, "%s/%s", files->folder, size + 1);
    return storage_begin(files->media.storage, key, &files->media.writer);
}

void
picture_draw_version(char ret_version[PICTURE_VERSION_TEXT])
{
    unsigned char random[(PICTURE_VERSION_TEXT - 1) / 2];

    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, ret_version);
}

struct media_outcome
picture_make(struct storage *storage, enum media_mode mode, struct source *source, const char *folder, const atomic_bool *cancel)
{
    struct picture_files files = {.media = {.storage = storage}, .folder = folder};
    struct media_job job = {.mode = mode, .input = source, .cancel = cancel, .on_file_begin = picture_begin_file,
                            .on_file_data = media_work_add_bytes, .on_file_end = media_work_end_file, .user = &files};
    struct media_outcome outcome = media_run(&job);

    storage_abort(files.media.writer);
    if (outcome.kind == MEDIA_REFUSED && files.media.is_away)
        outcome.error = STORAGE_AWAY;
    return outcome;
}

/* `folder` is the key. */
static int
picture_begin_jpeg(void *user, const char *name)
{
    struct picture_files *files = user;

    (void)name;
    return storage_begin(files->media.storage, files->folder, &files->media.writer);
}

static int
picture_make_jpeg(struct storage *storage, const char *webp, const char *jpeg)
{
    struct picture_files files = {.media = {.storage = storage}, .folder = jpeg};
    struct media_job job = {.mode = MEDIA_MODE_JPEG, .on_file_begin = picture_begin_jpeg, .on_file_data = media_work_add_bytes,
                            .on_file_end = media_work_end_file, .user = &files};
    struct media_outcome outcome;
    int error = storage_open_local(storage, webp, &job.input);

    if (error)
        return error;
    outcome = media_run(&job);
    source_unref(job.input);
    storage_abort(files.media.writer);
    if (outcome.kind == MEDIA_OK)
        return STORAGE_OK;
    log_warn("the JPEG of a picture could not be made", LOG_TEXT("key", webp), LOG_TEXT("code", outcome.code));
    return files.media.is_away ? STORAGE_AWAY : files.media.no_room ? STORAGE_FULL : STORAGE_FAILED;
}

int
picture_open_jpeg(struct storage *storage, const char *key, char ret_key[STORAGE_KEY_MAX + 1], bool *ret_made, struct source **ret_source)
{
    const char *ending = strrchr(key, '.');
    int error;

    if (!ending || snprintf(ret_key, STORAGE_KEY_MAX + 1, "%.*s.jpg", (int)(ending - key), key) > STORAGE_KEY_MAX)
        return STORAGE_BAD_KEY;
    error = storage_open_near(storage, ret_key, FILE_COPIED_MAX, ret_source);
    *ret_made = error == STORAGE_NOT_FOUND;
    if (*ret_made)
        error = picture_make_jpeg(storage, key, ret_key);
    if (*ret_made && !error)
        error = storage_open_near(storage, ret_key, FILE_COPIED_MAX, ret_source);
    return error;
}

const struct problem *
problem_of_media(struct request *req, const char *field, const struct media_outcome *outcome)
{
    switch (outcome->kind) {
    case MEDIA_OK:
        return NULL;
    case MEDIA_NOT_STARTED:
    case MEDIA_CANCELLED:
        log_error("media worker not started", LOG_INT("errno", outcome->error));
        return problem_retry(req->arena, PROBLEM(UNAVAILABLE), 5);
    case MEDIA_REFUSED:
        return problem_of_storage(req->arena, outcome->error == STORAGE_AWAY ? STORAGE_AWAY : STORAGE_FULL);
    default:
        return problem_field(req->arena, field, arena_strdup(req->arena, outcome->code), arena_strdup(req->arena, outcome->message));
    }
}

void
picture_folder(const struct picture_kind *kind, const char *owner, const char *version, char ret_folder[STORAGE_KEY_MAX + 1])
{
    snprintf(ret_folder, STORAGE_KEY_MAX + 1, "%s/%s/%s", kind->folder, owner, version);
}

void
picture_forget(struct storage *storage, const struct picture_kind *kind, const char *owner, const char *version)
{
    char folder[STORAGE_KEY_MAX + 1];

    if (!version)
        return;
    picture_folder(kind, owner, version, folder);
    if (storage_delete_prefix(storage, folder))
        log_warn("picture that is no longer used not deleted", LOG_TEXT("folder", folder));
}

const struct problem *
picture_put(struct request *req, struct storage *storage, const struct picture_kind *kind, const char *owner)
{
    char version[PICTURE_VERSION_TEXT], folder[STORAGE_KEY_MAX + 1];
    struct media_outcome outcome;
    const struct problem *p;
    struct row row;

    picture_draw_version(version);
    picture_folder(kind, owner, version, folder);
    request_set(req, "folder", arena_strdup(req->arena, folder));
    request_set(req, "owner", owner);
    p = db_one(req, &q_picture_sweep_later, NULL);
    if (p)
        return p;
    outcome = picture_make(storage, kind->mode, gate_source(gate_file(req, kind->part)), folder, NULL);
    p = problem_of_media(req, kind->part, &outcome);
    if (!p && storage_sync(storage))
        p = PROBLEM(INTERNAL);
    if (p) {
        picture_forget(storage, kind, owner, version);
        return p;
    }
    request_set(req, "version", arena_strdup(req->arena, version));
    p = db_one(req, kind->set, &row);
    if (p && p->status == 503)
        return p; /* nobody knows whether it is up now: the sweep sees */
    picture_forget(storage, kind, owner, p ? version : row_text(&row, "before"));
    return p ? p : reply_query(req, 200, kind->now);
}

const struct problem *
picture_clear(struct request *req, struct storage *storage, const struct picture_kind *kind, const char *owner)
{
    struct row row;
    const struct problem *p = db_one(req, kind->set, &row);

    if (p)
        return p;
    picture_forget(storage, kind, owner, row_text(&row, "before"));
    return reply_empty(req, 204);
}

enum job_outcome
picture_sweep(struct job *job, struct storage *storage)
{
    const char *folder = json_string_value(json_object_get(job->payload, "folder"));
    const char *owner = json_string_value(json_object_get(job->payload, "owner"));
    const struct db_arg args[] = {{"folder", folder}, {"owner", owner}, {0}};
    PGresult *result;
    bool used;

    if (!folder || !owner || !uuid_valid(owner))
        return JOB_FAILED;
    if (db_run(&q_picture_is_used, args, &result, NULL))
        return JOB_RETRY;
    used = PQntuples(result) > 0;
    PQclear(result);
    return used || storage_delete_prefix(storage, folder) == 0 ? JOB_DONE : job_retry_storage(job, storage);
}
