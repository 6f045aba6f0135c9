/* upload.c - from a received file to a stem that is being processed. */
#include "api/gate.h"
#include "modules/stems/internal.h"

const struct problem *
stem_may(struct request *req)
{
    return request_param(req, "stem_of") ? db_one(req, &q_stem_may, NULL) : NULL;
}

static const struct problem *
stem_create(struct request *req, void *first)
{
    const struct problem *p = first ? db_one(req, first, NULL) : NULL;

    p = p ? p : db_one(req, &q_stem_lock, NULL);
    return p ? p : db_one(req, &q_stem_create, NULL);
}

const struct problem *
stem_make(struct request *req, const struct upload *file, const struct query *first)
{
    const char *track_id = request_param(req, "stem_of"), *folder, *key;
    char *id = arena_alloc(req->arena, UUID_TEXT);
    const struct problem *p;

    if (!id)
        return PROBLEM(INTERNAL);
    p = stem_may(req);
    p = p ? p : track_look_at(req, file);
    if (p)
        return p;
    uuid_random(id);
    folder = arena_printf(req->arena, "stems/%s/%s", track_id, id);
    key = folder ? arena_printf(req->arena, "%s/original", folder) : NULL;
    request_set(req, "id", track_id);
    request_set(req, "stem_id", id);
    p = key ? db_one(req, &q_stem_sweep_later, NULL) : PROBLEM(INTERNAL);
    p = p ? p : gate_keep(req, file, key);
    if (p)
        return p;
    p = db_transaction(req, stem_create, (void *)(uintptr_t)first);
    if (p && p->status != 503) /* else perhaps it was created: the sweep sees */
        storage_delete_prefix(stems_storage, folder);
    return p;
}

const struct problem *
stem_upload(struct request *req)
{
    const struct problem *p = track_may_upload(req);

    request_set(req, "stem_of", request_param(req, "id"));
    p = p ? p : stem_make(req, gate_file(req, "file"), NULL);
    if (p)
        return p;
    reply_header(req, "Location", arena_printf(req->arena, "/api/v1/tracks/%s/stems", request_param(req, "id")));
    return reply_query(req, 201, &q_stem_get);
}

bool
stem_remove_infected(const char *key, struct infected *infected)
{
    const struct db_arg of[] = {{"key", key}, {0}};
    PGresult *found, *deleted = NULL;
    bool good;

    if (db_run(&q_stem_of_file, of, &found, NULL))
        return false;
    good = PQntuples(found) == 0;
    if (!good) {
        const struct db_arg args[] = {{"id", PQgetvalue(found, 0, 0)}, {"stem_id", PQgetvalue(found, 0, 1)}, {"viewer", PQgetvalue(found, 0, 2)}, {0}};

        snprintf(infected->user_id, sizeof infected->user_id, "%s", PQgetvalue(found, 0, 2));
        snprintf(infected->track_id, sizeof infected->track_id, "%s", PQgetvalue(found, 0, 0));
        snprintf(infected->title, sizeof infected->title, "%s", PQgetvalue(found, 0, 3));
        good = !db_run(&q_stem_delete, args, &deleted, NULL) && PQntuples(deleted) == 1;
    }
    PQclear(deleted);
    PQclear(found);
    return good;
}
