/* audio.c - a track's sound as one file, for players that know no HLS: podcast clients, and browsers without a script. It is the rendition `medium` (api/layout.h). */
#include <stdio.h>

#include "api/file.h"
#include "api/layout.h"
#include "api/runner.h"
#include "modules/pages/internal.h"
#include "modules/tracks/tracks.h"
#include "pages.queries.h"

#define QUALITY "medium"

static struct storage *storage;

void
audio_setup(const struct module_setup *with)
{
    storage = with->storage;
}

const char *
audio_path(struct arena *arena, const char *track_id)
{
    return arena_printf(arena, "/api/v1/tracks/%s/audio.m4a", track_id);
}

/* `media_track`: whose folder the files are in. */
static int
audio_layout(const char *media_track, const char *version, int sample_rate, struct layout **ret_layout)
{
    char folder[STORAGE_KEY_MAX + 1];

    snprintf(folder, sizeof folder, "hls/%s/%s%s" QUALITY, media_track, version, *version ? "/" : "");
    return layout_get(storage, folder, sample_rate, ret_layout);
}

int64_t
audio_size(const char *track_id, int64_t *budget)
{
    struct db_arg args[] = {{"id", track_id}, {"version", NULL}, {"size_bytes", NULL}, {0}};
    struct layout *layout = NULL;
    PGresult *track, *told;
    char size_text[24];
    int64_t size = 0, rate;

    if (*budget <= 0 || db_run(&q_single_file_of, args, &track, NULL))
        return 0;
    if (PQntuples(track) && text_to_int64(PQgetvalue(track, 0, 2), 1, INT32_MAX, &rate) &&
        audio_layout(PQgetvalue(track, 0, 0), PQgetvalue(track, 0, 1), (int)rate, &layout) == 0) {
        size = (int64_t)layout_size(layout);
        *budget -= layout_segments(layout);
        layout_unref(layout);
        snprintf(size_text, sizeof size_text, "%lld", (long long)size);
        args[1].text = PQgetvalue(track, 0, 1);
        args[2].text = size_text;
        if (!db_run(&q_single_file_measured, args, &told, NULL))
            PQclear(told);
    }
    *budget -= 1;
    PQclear(track);
    return size;
}

const struct problem *
audio_get(struct request *req)
{
    const char *id, *version;
    struct layout *layout;
    const struct problem *p;
    struct source *source;
    struct row row;
    int error;

    p = db_one(req, &q_single_file, &row);
    if (p)
        return p;
    id = row_text(&row, "id");
    version = row_text(&row, "version") ? row_text(&row, "version") : "";
    error = audio_layout(row_text(&row, "media_track"), version, (int)row_int(&row, "sample_rate", 0), &layout);
    if (error == STORAGE_NOT_FOUND)
        return PROBLEM(STREAM_NOT_READY);
    if (error)
        return problem_of_storage(req->arena, error);
    source = layout_source(layout, 0);
    layout_unref(layout);
    if (!source)
        return PROBLEM(INTERNAL);
    p = reply_source(req, source, "audio/mp4", arena_printf(req->arena, "\"%s-" QUALITY "\"", *version ? version : id));
    if (row_bool(&row, "is_public") && !request_param(req, "token")) {
        req->reply.cache_control = "public, max-age=60";
        reply_header(req, "Access-Control-Allow-Origin", "*");
        reply_header(req, "Access-Control-Expose-Headers", "Content-Length, Content-Range, ETag");
        reply_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
    } else {
        req->reply.cache_control = request_param(req, "share") || request_param(req, "token") ? CACHE_NEVER : "private, no-cache";
    }
    return p;
}

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const struct field share_in_query[] = {TRACK_SHARE, FIELD_END};
static const enum problem_name audio_problems[] = {PROBLEM_STREAM_NOT_READY, PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};

const struct route audio_routes[] = {
    {GET, "/api/v1/tracks/{id}/audio.m4a", "Get the sound of a track as one file",
     "AAC of 128 kbit/s in MP4, for players that know no HLS, such as podcast clients. Its length is known before the first byte; takes ranges. "
     "For whoever may hear the track; it counts as no play, and is not the file that was uploaded (`GET /tracks/{id}/download`).",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_MEDIA, .path = id_in_path, .query = share_in_query, .handler = audio_get,
     .produces = "audio/mp4", .problems = audio_problems},
    ROUTE_END};
