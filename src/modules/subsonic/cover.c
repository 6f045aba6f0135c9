/* cover.c - covers of tracks, releases, playlists and people, in the size that is nearest to what is asked for. They are WebP, as everywhere in Veza. */
#include "api/file.h"
#include "modules/subsonic/internal.h"

const struct problem *
rest_cover(struct rest_call *call)
{
    struct request *req = call->req;
    int64_t pixels = 1200;
    const struct problem *p;
    struct source *source;
    struct row cover;
    const char *key;
    int error;

    text_to_int64(request_param(req, "pixels"), 1, 10000, &pixels);
    request_set(req, "size", pixels <= 300 ? "300" : pixels <= 600 ? "600" : "1200");
    p = db_one(req, request_has(req, "username") ? &q_subsonic_avatar : &q_subsonic_cover, &cover);
    if (p)
        return p;
    key = row_text(&cover, "key");
    error = key ? storage_open_near(rest_storage, key, FILE_COPIED_MAX, &source) : STORAGE_NOT_FOUND;
    if (error)
        return problem_of_storage(req->arena, error);
    p = reply_source(req, source, "image/webp", arena_printf(req->arena, "\"%s\"", key));
    req->reply.cache_control = "private, max-age=60";
    return p;
}
