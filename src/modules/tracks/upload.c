/* upload.c - from a received file to a track that is being processed. */
#include "modules/tracks/internal.h"

#include "api/gate.h"

struct probe {
    char *json; /* in the arena */
    struct arena *arena;
};

static int
keep_probe(void *user, const char *json, size_t length)
{
    struct probe *probe = user;

    probe->json = arena_strndup(probe->arena, json, length);
    return probe->json ? 0 : -1;
}

const struct problem *
track_look_at(struct request *req, const struct upload *file)
{
    struct probe probe = {.arena = req->arena};
    struct media_job job = {.mode = MEDIA_MODE_PROBE, .input = gate_source(file), .on_result = keep_probe, .user = &probe,
                            .max_duration_s = (uint32_t)tracks_max_duration_s};
    struct media_outcome outcome = media_run(&job);
    const struct problem *p = problem_of_media(req, "file", &outcome);

    if (p)
        return p;
    request_set(req, "probe", probe.json);
    request_set(req, "filename", file->filename);
    request_set(req, "sha256", gate_sha256(file));
    request_set(req, "file_size", arena_printf(req->arena, "%llu", (unsigned long long)file->size));
    return NULL;
}

static const struct problem *
keep_files(struct request *req, const char *id, const struct upload *file, const struct upload *cover)
{
    const char *key = arena_printf(req->arena, "originals/%s", id);
    const struct problem *p = key ? gate_keep(req, file, key) : PROBLEM(INTERNAL);
    char version[PICTURE_VERSION_TEXT];
    struct media_outcome outcome;
    const char *folder;

    if (p)
        return p;
    if (!cover)
        return NULL;
    picture_draw_version(version);
    folder = arena_printf(req->arena, "covers/%s/%s", id, version);
    if (!folder)
        return PROBLEM(INTERNAL);
    outcome = picture_make(tracks_storage, MEDIA_MODE_IMAGE, gate_source(cover), folder, NULL);
    if (outcome.kind == MEDIA_OK) {
        request_set(req, "cover_path", folder);
        return storage_sync(tracks_storage) ? PROBLEM(INTERNAL) : NULL;
    }
    return problem_of_media(req, "cover", &outcome);
}

const struct problem *
track_may_upload(struct request *req)
{
    if (tracks_verified_email && !req->identity.email_verified)
        return PROBLEM(EMAIL_NOT_VERIFIED);
    return request_has(req, "visibility") || request_has(req, "publish_zone") ? db_one(req, &q_track_schedule, NULL) : NULL;
}

static const struct problem *
create(struct request *req, void *first)
{
    const struct problem *p = first ? db_one(req, first, NULL) : NULL;

    return p ? p : db_one(req, &q_track_create, NULL);
}

const struct problem *
track_make(struct request *req, const struct upload *file, const struct upload *cover, const struct query *first)
{
    char *id = arena_alloc(req->arena, UUID_TEXT);
    const struct problem *p;

    if (!id)
        return PROBLEM(INTERNAL);
    p = track_look_at(req, file);
    if (p)
        return p;
    uuid_random(id);
    request_set(req, "id", id);
    p = db_one(req, &q_track_sweep_later, NULL);
    if (p)
        return p;
    p = keep_files(req, id, file, cover);
    if (p) {
        track_files_delete(id);
        return p;
    }
    p = first ? db_transaction(req, create, (void *)(uintptr_t)first) : create(req, NULL);
    if (p && (p->status == 503 || p->status == 404))
        return problem_retry(req->arena, PROBLEM(UNAVAILABLE), 5); /* perhaps it was created: the sweep sees */
    if (p) {
        track_files_delete(id);
        return p;
    }
    return NULL;
}

const struct problem *
track_reply(struct request *req)
{
    reply_header(req, "Location", arena_printf(req->arena, "/api/v1/tracks/%s", request_param(req, "id")));
    return reply_query(req, 201, &q_track_get);
}

const struct problem *
track_upload(struct request *req)
{
    const struct problem *p = track_may_upload(req);

    p = p ? p : track_make(req, gate_file(req, "file"), gate_file(req, "cover"), NULL);
    return p ? p : track_reply(req);
}
