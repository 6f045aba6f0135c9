/* transcode.c - the job that makes a track playable.
 *
 * Each run writes to folders of its own, named by a random version. What plays is decided by one transaction, which also ends the job;
 * files are deleted after it, and only those of versions that it gave up. So a worker that lost its job to another harms nobody. */
#include "modules/tracks/internal.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/media_work.h"
#include "base/log.h"
#include "media/fingerprint.h"
#include "modules/realtime/realtime.h"

#define FINGERPRINT_BYTES_MAX (8 * 1024 * 1024) /* of more than two days */

struct work {
    struct media_work media; /* first: a work is a media_work */
    const char *track_id;
    char version[MEDIA_VERSION_TEXT];
    char *user_id;
    const char *version_id; /* of track_versions: what is made will replace another sound; NULL: it is the sound that there is */
    char *before;           /* the run that plays until then */
    bool cover_stands; /* there is one already, or somebody wants none */
    bool plays;   /* it is processed once more, and goes on playing as it was */
    struct scratch *cover; /* the picture in the file, or NULL */
    bool writing_cover; /* the file that is being received is that picture */
    bool takes_cover;   /* what was made of it is the track's cover now */
};

void
track_tell_progress(const char *owner_id, const char *track_id, const char *stage, double progress, bool plays)
{
    realtime_send("user", owner_id, "track.progress",
                  json_pack("{s:s, s:s, s:f, s:s}", "track_id", track_id, "stage", stage, "progress", progress, "status", plays ? "completed" : "processing"));
}

static void
tell_owner(const struct work *work, const char *stage, float fraction)
{
    if (work->user_id)
        track_tell_progress(work->user_id, work->track_id, stage, (double)fraction, work->plays);
}

static void
on_progress(void *user, const char *stage, float fraction)
{
    struct work *work = user;

    if (job_progress(work->media.job, stage, fraction))
        tell_owner(work, stage, fraction);
}

/* Where a file of the worker belongs; false for one that is not kept. */
static bool
key_of(const struct work *work, const char *name, char *key, size_t size)
{
    const char *slash = strchr(name, '/');
    int n;

    if (text_starts_with(name, "waveform/"))
        n = snprintf(key, size, "waveforms/%s/%s/%s", work->track_id, work->version, slash + 1);
    else
        n = snprintf(key, size, "hls/%s/%s/%s", work->track_id, work->version, name);
    return n > 0 && (size_t)n < size;
}

static int
on_file_begin(void *user, const char *name)
{
    struct work *work = user;
    char key[STORAGE_KEY_MAX + 1];

    work->writing_cover = text_equal(name, "cover.bin");
    if (work->writing_cover) {
        if (!work->cover_stands && storage_scratch(tracks_storage, &work->cover))
            work->cover = NULL; /* without room for it the track has no cover */
        return 0;
    }
    return key_of(work, name, key, sizeof key) ? media_work_begin_file(&work->media, key) : -1;
}

static int
on_file_data(void *user, const void *bytes, size_t length)
{
    struct work *work = user;

    if (!work->writing_cover)
        return media_work_add_bytes(work, bytes, length);
    if (work->cover && scratch_write(work->cover, bytes, length)) {
        scratch_free(work->cover);
        work->cover = NULL;
    }
    return 0;
}

static int
on_file_end(void *user)
{
    struct work *work = user;

    return work->writing_cover ? 0 : media_work_end_file(work);
}

/* A track that never played can be played from now on, by the quality that is there. If that cannot be said, it waits for all of them. */
static int
on_playable(void *user, const char *json, size_t length)
{
    struct work *work = user;
    const struct db_arg args[] = {{"id", work->track_id}, {"version", work->version}, {"result", json}, {0}};

    PGresult *row;

    (void)length;
    if (work->plays || work->version_id || storage_sync(tracks_storage) || db_run(&q_track_playable, args, &row, NULL))
        return 0;
    PQclear(row);
    return 0;
}

/* The files of versions that nobody will ask for any more, which a row names with commas between. What cannot be deleted now, a job deletes later. */
static void
delete_versions(const char *track_id, PGresult *row)
{
    char *rest = *PQgetvalue(row, 0, 2) == 't' ? PQgetvalue(row, 0, 1) : NULL;

    for (const char *version; (version = strsep(&rest, ","));)
        if (!track_version_delete(track_id, version))
            log_warn("files of an old version not deleted", LOG_TEXT("track", track_id), LOG_TEXT("version", version));
}

bool
track_run_fail(const struct track_run *run, const char *code, const char *message, track_commit *commit, void *context)
{
    const struct db_arg args[] = {{"id", run->track_id}, {"version_id", run->version_id}, {"code", code}, {"message", message}, {"keeps_runs", "false"}, {0}};
    PGresult *row = commit(context, &q_track_fail, args, JOB_FAILED);

    if (!row)
        return false;
    delete_versions(run->track_id, row);
    PQclear(row);
    return true;
}

static struct track_run
run_of(const struct work *work)
{
    return (struct track_run){work->track_id, work->version, work->version_id, work->before};
}

static PGresult *
commit_end(void *user, const struct query *query, const struct db_arg *args, enum job_outcome outcome)
{
    struct work *work = user;

    return media_work_commit(&work->media, query, args, outcome);
}

static enum job_outcome
fail(void *user, const char *code, const char *message)
{
    struct work *work = user;
    const struct track_run run = run_of(work);

    job_error(work->media.job, code);
    return track_run_fail(&run, code, message, commit_end, work) ? JOB_FAILED : JOB_GIVE_BACK;
}

static void
waits(void *work)
{
    tell_owner(work, "queued", 0);
}

/* The fingerprint that a run of the processing left, or NULL. Free with free(). */
static uint32_t *
read_fingerprint(const char *track_id, const char *run, size_t *ret_items)
{
    char key[STORAGE_KEY_MAX + 1];
    struct source *source;
    uint32_t *items = NULL;
    uint64_t size;

    snprintf(key, sizeof key, "waveforms/%s/%s/fingerprint.bin", track_id, run);
    if (storage_open_local(tracks_storage, key, &source))
        return NULL;
    size = source_size(source);
    if (size <= FINGERPRINT_BYTES_MAX && size >= sizeof *items)
        items = malloc((size_t)size);
    if (items && !source_read_all(source, (char *)items)) {
        free(items);
        items = NULL;
    }
    source_unref(source);
    for (size_t i = 0; items && i < size / sizeof *items; i++)
        items[i] = le32toh(items[i]);
    *ret_items = (size_t)size / sizeof *items;
    return items;
}

/* How far the new sound is from the one that it replaces, as a text; "" where nobody can tell. */
static bool
measure_distance(const struct track_run *run, char text[16])
{
    size_t old_items = 0, new_items = 0;
    uint32_t *old_print = run->version_id && *run->before ? read_fingerprint(run->track_id, run->before, &old_items) : NULL;
    uint32_t *new_print = old_print ? read_fingerprint(run->track_id, run->version, &new_items) : NULL;
    double distance = 0;
    bool known = new_print && fingerprint_distance(old_print, old_items, new_print, new_items, &distance);

    free(old_print);
    free(new_print);
    text[0] = 0;
    if (known)
        snprintf(text, 16, "%.4f", distance);
    return known && distance >= FINGERPRINT_OTHER;
}

bool
track_run_complete(const struct track_run *run, const char *result, const char *cover_path, bool *ret_takes_cover, track_commit *commit, void *context)
{
    char distance[16];
    bool is_other = measure_distance(run, distance);
    const struct db_arg args[] = {
        {"id", run->track_id}, {"version", run->version}, {"result", result}, {"cover_path", cover_path},
        {"version_id", run->version_id}, {"distance", *distance ? distance : NULL}, {"is_replaced", is_other ? "true" : "false"}, {0}};
    PGresult *row = commit(context, &q_track_complete, args, JOB_DONE);

    if (!row)
        return false;
    *ret_takes_cover = *PQgetvalue(row, 0, 3) == 't';
    delete_versions(run->track_id, row);
    PQclear(row);
    return true;
}

static enum job_outcome
complete(void *user)
{
    struct work *work = user;
    enum job_outcome synced;
    struct source *picture = work->cover ? scratch_source(work->cover) : NULL;
    char cover_path[STORAGE_KEY_MAX + 1];
    const struct track_run run = run_of(work);
    bool cover = false;

    picture_folder(&tracks_cover, work->track_id, work->version, cover_path);
    if (picture) {
        struct media_outcome made = picture_make(tracks_storage, MEDIA_MODE_IMAGE, picture, cover_path, work->media.job->cancel);

        source_unref(picture);
        if (made.kind == MEDIA_CANCELLED)
            return JOB_GIVE_BACK;
        cover = made.kind == MEDIA_OK;
        if (!cover)
            log_info("embedded cover not used", LOG_TEXT("track", work->track_id), LOG_TEXT("reason", made.code));
    }
    if (job_progress(work->media.job, "storing", 1))
        tell_owner(work, "storing", 1);
    synced = media_work_sync(&work->media);
    if (synced != JOB_DONE)
        return synced;
    if (track_run_complete(&run, work->media.result, cover ? cover_path : NULL, &work->takes_cover, commit_end, work))
        return JOB_DONE;
    return job_cancelled(work->media.job) ? JOB_GIVE_BACK : media_work_retry(&work->media, "internal", "The results for this file could not be kept.");
}

static const struct media_work_kind transcoding = {complete, fail, waits};

/* What was there early can be played no more. False where that is not known. */
static bool
unplay(const struct work *work)
{
    const struct db_arg args[] = {{"id", work->track_id}, {"version", work->version}, {0}};
    PGresult *row;

    if (db_run(&q_track_unplay, args, &row, NULL))
        return false;
    PQclear(row);
    return true;
}

static enum job_outcome
process(struct work *work, const char *file_path)
{
    struct media_job job = {.mode = MEDIA_MODE_AUDIO,
                            .wall_limit_ms = (uint32_t)tracks_timeout_s * 1000,
                            .max_duration_s = (uint32_t)tracks_max_duration_s,
                            .on_file_begin = on_file_begin,
                            .on_file_data = on_file_data,
                            .on_file_end = on_file_end,
                            .on_progress = on_progress,
                            .on_playable = on_playable};
    enum job_outcome end;
    int error;

    if (job_progress(work->media.job, "probing", 0))
        tell_owner(work, "probing", 0);
    error = *file_path ? storage_open_local(tracks_storage, file_path, &job.input) : STORAGE_NOT_FOUND;
    if (error == STORAGE_NOT_FOUND)
        return fail(work, "file_missing", "The file of this track is no longer there. Upload it once more.");
    if (error)
        return media_work_unreadable(&work->media, error);
    end = media_work_run(&work->media, &job);
    source_unref(job.input);
    if (end != JOB_DONE && end != JOB_FAILED && !work->media.unknown && unplay(work))
        track_version_delete(work->track_id, work->version);
    if (work->cover) {
        if (!work->takes_cover && !work->media.unknown)
            picture_forget(tracks_storage, &tracks_cover, work->track_id, work->version);
        scratch_free(work->cover);
    }
    return end;
}

static bool
track_keeps_files(const char *id)
{
    const struct db_arg args[] = {{"id", id}, {0}};

    return track_rows(&q_track_keeps_files, args) != 0; /* also when the database cannot be asked */
}

enum job_outcome
tracks_transcode(struct job *job)
{
    struct work work = {.media = {.kind = &transcoding, .job = job, .storage = tracks_storage}, .track_id = json_string_value(json_object_get(job->payload, "track_id"))};
    const struct db_arg args[] = {{"id", work.track_id}, {"version", work.version}, {0}};
    unsigned char random[MEDIA_VERSION_TEXT / 2];
    enum job_outcome end;
    PGresult *row;

    if (!work.track_id || !uuid_valid(work.track_id))
        return JOB_FAILED;
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, work.version);
    if (db_run(&q_track_work, args, &row, NULL))
        return JOB_RETRY;
    if (!PQntuples(row)) {
        PQclear(row);
        return JOB_DONE; /* deleted, or failed already */
    }
    work.user_id = PQgetvalue(row, 0, 1);
    work.cover_stands = *PQgetvalue(row, 0, 3) == 't';
    work.plays = *PQgetvalue(row, 0, 4) == 't';
    work.version_id = PQgetisnull(row, 0, 5) ? NULL : PQgetvalue(row, 0, 5);
    work.before = PQgetvalue(row, 0, 6);
    end = process(&work, PQgetvalue(row, 0, 2));
    PQclear(row);
    /* Deleted while we worked: what was written since then goes as well. */
    if (job_cancelled(job) && !track_keeps_files(work.track_id))
        track_files_delete(work.track_id);
    return end;
}
