/* audio.c - a track's sound as one file, for players that know no HLS: podcast clients, and browsers without a script.
 *
 * It is the rendition `medium`: its first bytes and its segments, one after the other, are an MP4 file (ISO 14496-12), so nothing is made or kept. What must be known
 * is how long each of them is. That is measured when it is first asked for, and written down. */
#include <stdio.h>
#include <stdlib.h>

#include "api/file.h"
#include "api/runner.h"
#include "base/log.h"
#include "base/source_joined.h"
#include "modules/pages/internal.h"
#include "modules/tracks/tracks.h"
#include "pages.queries.h"
#include "platform/storage/storage.h"

#define QUALITY "medium"
#define FILES_MAX 8193 /* CMAF_SEGMENTS_MAX, and the file before them */
#define PLAYLIST_MAX ((size_t)4 * 1024 * 1024)
#define SIZES_MAX ((size_t)96 * 1024)
#define MEASURED_MAX 100000 /* files for one track, whatever it costs: somebody waits for it */

static struct storage *storage;

struct single {
    char folder[STORAGE_KEY_MAX + 1];
    unsigned count;
    struct source_part parts[FILES_MAX];
};

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

static int
open_part(const char *folder, unsigned part, struct source **ret_source)
{
    char key[STORAGE_KEY_MAX + 32];

    if (part == 0)
        snprintf(key, sizeof key, "%s/init.mp4", folder);
    else
        snprintf(key, sizeof key, "%s/segment_%03u.m4s", folder, part - 1);
    return storage_open(storage, key, ret_source);
}

static void
folder_of(const char *track_id, const char *version, char folder[STORAGE_KEY_MAX + 1])
{
    snprintf(folder, STORAGE_KEY_MAX + 1, "hls/%s/%s%s" QUALITY, track_id, version, *version ? "/" : "");
}

/* How many segments the playlist names; 0 when it cannot be read. */
static unsigned
count_segments(const char *folder)
{
    char key[STORAGE_KEY_MAX + 32], *text = NULL;
    struct source *source;
    unsigned count = 0;

    snprintf(key, sizeof key, "%s/playlist.m3u8", folder);
    if (storage_open(storage, key, &source))
        return 0;
    if (source_size(source) <= PLAYLIST_MAX)
        text = calloc(1, (size_t)source_size(source) + 1);
    if (text && source_read_all(source, text))
        for (const char *at = strstr(text, "\nsegment_"); at; at = strstr(at + 1, "\nsegment_"))
            count++;
    free(text);
    source_unref(source);
    return count < FILES_MAX ? count : 0;
}

/* Looks at each file and writes down how long it is. The sizes with commas between them in `out`; returns their sum, or 0. */
static int64_t
measure(const char *track_id, const char *version, int64_t *budget, struct buf *out)
{
    struct db_arg args[] = {{"id", track_id}, {"version", version}, {"sizes", NULL}, {0}};
    char folder[STORAGE_KEY_MAX + 1];
    unsigned count;
    int64_t sum = 0;
    PGresult *row;

    folder_of(track_id, version, folder);
    count = *budget > 0 ? count_segments(folder) : 0;
    if (!count || count + 1 > *budget)
        return 0;
    for (unsigned part = 0; part <= count; part++) {
        struct source *source;

        *budget -= 1;
        if (open_part(folder, part, &source))
            return 0;
        buf_printf(out, "%s%llu", part ? "," : "", (unsigned long long)source_size(source));
        sum += (int64_t)source_size(source);
        source_unref(source);
    }
    if (out->failed)
        return 0;
    args[2].text = buf_str(out).ptr;
    if (!db_run(&q_single_file_measured, args, &row, NULL))
        PQclear(row);
    return sum;
}

int64_t
audio_size(const char *track_id, const char *version, int64_t *budget)
{
    scoped_buf sizes = BUF_INIT(SIZES_MAX);

    return measure(track_id, version, budget, &sizes);
}

static struct source *
single_open(void *context, unsigned part)
{
    const struct single *single = context;
    struct source *source;
    int error = open_part(single->folder, part, &source);

    if (error)
        log_warn("a part of a track's file cannot be read", LOG_TEXT("folder", single->folder), LOG_INT("part", part));
    return error ? NULL : source;
}

/* `sizes`: as measure() gives them. */
static struct source *
join(const char *track_id, const char *version, const char *sizes)
{
    struct single *single = calloc(1, sizeof *single);
    struct source_parts parts;

    if (!single)
        return NULL;
    folder_of(track_id, version, single->folder);
    for (const char *at = sizes; *at && single->count < FILES_MAX; at += *at == ',') {
        char *end;

        single->parts[single->count++].size = strtoull(at, &end, 10);
        at = end;
    }
    parts = (struct source_parts){single->parts, single->count, single_open, free, single};
    return source_join(&parts);
}

static const struct problem *
audio_get(struct request *req)
{
    scoped_buf measured = BUF_INIT(SIZES_MAX);
    const char *sizes, *id, *version;
    int64_t budget = MEASURED_MAX;
    const struct problem *p;
    struct source *source;
    struct row row;

    p = db_one(req, &q_single_file, &row);
    if (p)
        return p;
    id = row_text(&row, "id");
    version = row_text(&row, "version") ? row_text(&row, "version") : "";
    sizes = row_text(&row, "sizes");
    if (!sizes)
        sizes = measure(id, version, &budget, &measured) ? buf_str(&measured).ptr : NULL;
    if (!sizes)
        return storage_is_away(storage) ? problem_of_storage(req->arena, STORAGE_AWAY) : PROBLEM(STREAM_NOT_READY);
    source = join(id, version, sizes);
    if (!source)
        return PROBLEM(INTERNAL);
    p = reply_source(req, source, "audio/mp4", arena_printf(req->arena, "\"%s-" QUALITY "\"", *version ? version : id));
    if (row_bool(&row, "is_public")) {
        req->reply.cache_control = "public, max-age=60";
        reply_header(req, "Access-Control-Allow-Origin", "*");
        reply_header(req, "Access-Control-Expose-Headers", "Content-Length, Content-Range, ETag");
        reply_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
    } else {
        req->reply.cache_control = request_param(req, "share") ? CACHE_NEVER : "private, no-cache";
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
