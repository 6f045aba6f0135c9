/* cover.c - the cover of a track (api/picture.h). */
#include "modules/tracks/internal.h"

const struct picture_kind tracks_cover = {"cover", "covers", MEDIA_MODE_IMAGE, &q_track_cover_set, &q_track_get};

const struct problem *
track_cover(struct request *req)
{
    const char *pixels = request_param(req, "size"), *folder, *key;
    const struct problem *p;
    struct row track;
    uint64_t size;
    int fd, error;

    p = db_one(req, &q_track_file, &track);
    if (p)
        return p;
    folder = row_text(&track, "cover_art_path");
    if (!folder)
        return PROBLEM(NOT_FOUND);
    key = arena_printf(req->arena, "%s/%s.webp", folder, pixels);
    error = key ? storage_get(tracks_storage, key, &fd, &size) : STORAGE_FAILED;
    if (error)
        return problem_of_storage(error);
    p = reply_file(req, fd, size, "image/webp", arena_printf(req->arena, "\"%s-%s\"", folder, pixels));
    req->reply.cache_control = row_bool(&track, "is_public") ? CACHE_PUBLIC : CACHE_PRIVATE;
    return p;
}

const struct problem *
track_cover_put(struct request *req)
{
    struct row owned;
    const struct problem *p = db_one(req, &q_track_owned, &owned); /* a stranger gets 404 before anything is decoded */

    return p ? p : picture_put(req, tracks_storage, &tracks_cover, row_text(&owned, "id"));
}

const struct problem *
track_cover_delete(struct request *req)
{
    struct row owned;
    const struct problem *p = db_one(req, &q_track_owned, &owned);

    return p ? p : picture_clear(req, tracks_storage, &tracks_cover, row_text(&owned, "id"));
}
