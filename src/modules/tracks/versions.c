/* versions.c - a new file replaces the sound of a track (docs/adr/0082-versions-of-tracks.md): from the received file to the version that is being made, and
 * the sweep that lets go of what was replaced. The change itself is made by the job that processes it (transcode.c). */
#include "modules/tracks/internal.h"

#include "api/gate.h"
#include "base/log.h"

static const struct problem *
version_create(struct request *req, void *first)
{
    const struct problem *p = first ? db_one(req, first, NULL) : NULL;

    return p ? p : db_one(req, &q_track_version_create, NULL);
}

const struct problem *
track_version_may(struct request *req)
{
    return request_param(req, "version_of") ? db_one(req, &q_track_version_may, NULL) : NULL;
}

const struct problem *
track_version_make(struct request *req, const struct upload *file, const struct query *first)
{
    const char *track_id = request_param(req, "version_of"), *key;
    char *id = arena_alloc(req->arena, UUID_TEXT);
    const struct problem *p;

    if (!id)
        return PROBLEM(INTERNAL);
    p = track_version_may(req);
    p = p ? p : track_look_at(req, file);
    if (p)
        return p;
    uuid_random(id);
    key = arena_printf(req->arena, "versions/%s/%s", track_id, id);
    request_set(req, "id", track_id);
    request_set(req, "version_id", id);
    p = key ? db_one(req, &q_track_version_sweep_later, NULL) : PROBLEM(INTERNAL);
    p = p ? p : gate_keep(req, file, key);
    if (p)
        return p;
    p = db_transaction(req, version_create, (void *)(uintptr_t)first);
    if (p && p->status != 503) /* else perhaps it was created: the sweep sees */
        storage_delete(tracks_storage, key);
    return p;
}

const struct problem *
track_version_upload(struct request *req)
{
    const struct problem *p = track_may_upload(req);

    request_set(req, "version_of", request_param(req, "id"));
    p = p ? p : track_version_make(req, gate_file(req, "file"), NULL);
    if (p)
        return p;
    request_set(req, "made_id", request_param(req, "version_id"));
    reply_header(req, "Location", arena_printf(req->arena, "/api/v1/tracks/%s/versions", request_param(req, "id")));
    return reply_query(req, 201, &q_track_version_get);
}

bool
track_version_sweep_file(const char *track_id, const char *version_id)
{
    const struct db_arg args[] = {{"version_id", version_id}, {0}};
    char key[STORAGE_KEY_MAX + 1];
    int rows = track_rows(&q_track_version_exists, args);

    snprintf(key, sizeof key, "versions/%s/%s", track_id, version_id);
    return rows > 0 || (rows == 0 && storage_delete(tracks_storage, key) == 0);
}

/* A file that no version needs any more. */
static bool
version_delete_file(const char *track_id, const char *key)
{
    const struct db_arg needed[] = {{"track_id", track_id}, {"key", key}, {0}};
    int needs = track_rows(&q_track_version_needed, needed);
    const struct db_arg gone[] = {{"track_id", track_id}, {"key", key}, {"is_needed", needs ? "true" : "false"}, {0}};

    if (needs < 0 || (!needs && storage_delete(tracks_storage, key)))
        return false;
    return track_rows(&q_track_version_file_gone, gone) >= 0;
}

static bool
version_delete_run(const char *track_id, const char *run, const char *version_id)
{
    const struct db_arg args[] = {{"version_id", version_id}, {0}};

    return (!*run || track_version_delete(track_id, run)) && track_rows(&q_track_version_run_gone, args) >= 0;
}

enum job_outcome
track_versions_sweep(struct job *job)
{
    static const struct db_arg none[] = {{0}};
    PGresult *left;
    bool good = true;

    if (track_rows(&q_track_versions_expire, none) < 0 || track_rows(&q_track_versions_resume, none) < 0 ||
        db_run(&q_track_versions_left, none, &left, NULL))
        return JOB_RETRY;
    for (int i = 0; i < PQntuples(left) && !job_cancelled(job); i++) {
        const char *track_id = PQgetvalue(left, i, 0);

        if (PQgetisnull(left, i, 1))
            good &= version_delete_run(track_id, PQgetvalue(left, i, 2), PQgetvalue(left, i, 3));
        else
            good &= version_delete_file(track_id, PQgetvalue(left, i, 1));
    }
    PQclear(left);
    if (!good)
        log_warn("files of replaced versions are left; the next sweep tries again");
    return JOB_DONE;
}

bool
track_remove_infected(const char *key, struct infected *infected)
{
    const struct db_arg of[] = {{"key", key}, {0}};
    PGresult *found;
    bool good;

    if (db_run(&q_track_of_file, of, &found, NULL))
        return false;
    good = PQntuples(found) == 0;
    if (!good) {
        const struct db_arg args[] = {{"key", key}, {"id", PQgetvalue(found, 0, 0)}, {"viewer", PQgetvalue(found, 0, 1)}, {"viewer_staff", "false"}, {0}};

        snprintf(infected->user_id, sizeof infected->user_id, "%s", PQgetvalue(found, 0, 1));
        snprintf(infected->track_id, sizeof infected->track_id, "%s", PQgetvalue(found, 0, 0));
        snprintf(infected->title, sizeof infected->title, "%s", PQgetvalue(found, 0, 2));
        good = track_rows(*PQgetvalue(found, 0, 3) == 't' ? &q_track_delete : &q_track_version_infected, args) > 0;
    }
    PQclear(found);
    return good;
}
