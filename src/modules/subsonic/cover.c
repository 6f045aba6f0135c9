/* cover.c - covers of tracks, releases, playlists and people, in the size that is nearest to what is asked for. They are JPEG: of the apps for desktops, hardly any
 * reads WebP. */
#include "api/file.h"
#include "api/picture.h"
#include "modules/subsonic/internal.h"

const struct problem *
rest_cover(struct rest_call *call)
{
    struct request *req = call->req;
    const struct query *query = request_has(req, "username") ? &q_subsonic_avatar : &q_subsonic_cover;
    char jpeg[STORAGE_KEY_MAX + 1];
    int64_t pixels = 1200;
    const struct problem *p;
    struct source *source;
    struct row cover, now;
    const char *key;
    bool made = false;
    int error;

    text_to_int64(request_param(req, "pixels"), 1, 10000, &pixels);
    request_set(req, "size", pixels <= 300 ? "300" : pixels <= 600 ? "600" : "1200");
    p = db_one(req, query, &cover);
    if (p)
        return p;
    key = row_text(&cover, "key");
    error = key ? picture_open_jpeg(rest_storage, key, jpeg, &made, &source) : STORAGE_NOT_FOUND;
    if (error)
        return problem_of_storage(req->arena, error);
    if (made) {
        p = db_one(req, query, &now);
        if (p || !text_equal(row_text(&now, "key"), key)) {
            storage_delete(rest_storage, jpeg);
            source_unref(source);
            return p ? p : PROBLEM(NOT_FOUND);
        }
    }
    p = reply_source(req, source, "image/jpeg", arena_printf(req->arena, "\"%s\"", jpeg));
    req->reply.cache_control = "private, max-age=60";
    return p;
}
