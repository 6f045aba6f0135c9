/* hls.c - playlists and segments. */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "http/server.h"
#include "platform/bus/listener.h"
#include "stream.queries.h"
#include "stream/access.h"
#include "stream/cache.h"
#include "stream/stream.h"

#define CACHE_BYTES ((size_t)64 * 1024 * 1024)
#define KEY_SIZE 112
#define CONTROL_SEGMENT "public, max-age=31536000, immutable"
#define CONTROL_PLAYLIST "public, max-age=60"

static struct storage *storage;
static struct segment_cache *cache;

struct wanted {
    char track_id[UUID_TEXT];
    char key[KEY_SIZE]; /* in storage */
    const char *content_type;
    bool is_playlist;
    bool is_public;
};

static const char *
read_whole(int fd, uint64_t size, char **ret_bytes)
{
    char *bytes = malloc(size + 1);
    size_t at = 0;

    while (bytes && at < size) {
        ssize_t n = pread(fd, bytes + at, size - at, (off_t)at);

        if (n <= 0) {
            free(bytes);
            return "read";
        }
        at += (size_t)n;
    }
    *ret_bytes = bytes;
    return bytes ? NULL : "memory";
}

static const struct problem *
open_file(const struct wanted *wanted, int *ret_fd, uint64_t *ret_size)
{
    int error = storage_get(storage, wanted->key, ret_fd, ret_size);

    if (error == STORAGE_NOT_FOUND || error == STORAGE_BAD_KEY)
        return PROBLEM(NOT_FOUND);
    if (error)
        log_error("storage failed", LOG_TEXT("key", wanted->key));
    return error ? PROBLEM(INTERNAL) : NULL;
}

static const struct problem *
load(const struct wanted *wanted, struct segment **ret_segment)
{
    const struct problem *p;
    const char *error;
    uint64_t size;
    char *bytes;
    int fd;

    *ret_segment = segment_cache_get(cache, wanted->key);
    if (*ret_segment)
        return NULL;
    p = open_file(wanted, &fd, &size);
    if (p)
        return p;
    if (size > SEGMENT_MAX) {
        close(fd);
        return NULL;
    }
    error = read_whole(fd, size, &bytes);
    close(fd);
    if (error) {
        log_error("file not readable", LOG_TEXT("key", wanted->key), LOG_TEXT("step", error));
        return PROBLEM(INTERNAL);
    }
    *ret_segment = segment_cache_put(cache, wanted->key, bytes, size, wanted->content_type,
                                     wanted->is_playlist ? CONTROL_PLAYLIST : CONTROL_SEGMENT);
    return *ret_segment ? NULL : PROBLEM(INTERNAL);
}

/* A reply that depends on the request: its headers are built each time. */
static void
describe(struct request *req, const struct wanted *wanted)
{
    if (wanted->is_public) {
        req->reply.cache_control = wanted->is_playlist ? CONTROL_PLAYLIST : CONTROL_SEGMENT;
        reply_header(req, "Access-Control-Allow-Origin", "*");
        reply_header(req, "Access-Control-Expose-Headers", "Content-Length, Content-Range, ETag");
        reply_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
    } else {
        req->reply.cache_control = wanted->is_playlist ? "private, no-cache" : "private, max-age=31536000, immutable";
    }
}

static const struct problem *
reply_segment(struct request *req, const struct wanted *wanted, struct segment *segment)
{
    reply_owned(req, 200, wanted->content_type, segment->body, segment_unref, segment);
    req->reply.etag = segment->etag;
    if (wanted->is_public && !request_header(req, "If-None-Match")) {
        req->reply.prepared = segment->response;
        req->reply.prepared_shared = true; /* the segment, which the reply owns, holds the reference */
        return NULL;
    }
    describe(req, wanted);
    return NULL;
}

/* A part of a file, or a file too large for memory. */
static const struct problem *
reply_from_storage(struct request *req, const struct wanted *wanted, const struct segment *segment)
{
    const char *etag = segment ? arena_strdup(req->arena, segment->etag) : NULL;
    const struct problem *p;
    uint64_t size;
    int fd;

    p = open_file(wanted, &fd, &size);
    if (p)
        return p;
    if (!etag)
        etag = arena_printf(req->arena, "\"%s-%llu\"", wanted->track_id, (unsigned long long)size);
    reply_file(req, fd, size, wanted->content_type, etag);
    describe(req, wanted);
    return NULL;
}

static const struct problem *
serve(struct request *req, struct wanted *wanted)
{
    struct segment *segment = NULL;
    const struct problem *p;

    p = access_check(req, wanted->track_id, &wanted->is_public);
    if (p)
        return p;
    p = load(wanted, &segment);
    if (p)
        return p;
    if (segment && !request_header(req, "Range"))
        return reply_segment(req, wanted, segment);
    p = reply_from_storage(req, wanted, segment);
    segment_unref(segment);
    return p;
}

/* Storage knows ids in lower case only. */
static struct wanted
want(struct request *req, const char *file, const char *content_type)
{
    const char *id = request_param(req, "track_id"), *quality = request_param(req, "quality");
    struct wanted wanted = {.content_type = content_type, .is_playlist = content_type[0] == 'a' && content_type[1] == 'p'};

    id = id ? id : request_param(req, "id");
    for (int i = 0; i < UUID_TEXT - 1; i++)
        wanted.track_id[i] = (char)tolower((unsigned char)id[i]);
    snprintf(wanted.key, sizeof wanted.key, "hls/%s/%s%s%s", wanted.track_id, quality ? quality : "", quality ? "/" : "", file);
    return wanted;
}

static const struct problem *
get_master(struct request *req)
{
    struct wanted wanted = want(req, "master.m3u8", "application/vnd.apple.mpegurl");

    return serve(req, &wanted);
}

static const struct problem *
get_playlist(struct request *req)
{
    struct wanted wanted = want(req, "playlist.m3u8", "application/vnd.apple.mpegurl");

    return serve(req, &wanted);
}

static const struct problem *
get_segment(struct request *req)
{
    struct wanted wanted = want(req, request_param(req, "segment"), "audio/mp4");

    return serve(req, &wanted);
}

static const struct problem *
get_root(struct request *req)
{
    return reply_json(req, 200, json_pack("{s:s, s:s}", "name", "veza-stream", "hls", "/hls/{track_id}/master.m3u8"));
}

static void
on_change(void *context, const char *track_id)
{
    char prefix[KEY_SIZE];

    (void)context;
    if (track_id && !uuid_valid(track_id))
        track_id = NULL;
    access_forget(track_id);
    snprintf(prefix, sizeof prefix, "hls/%s/", track_id ? track_id : "");
    segment_cache_forget(cache, track_id ? prefix : NULL);
}

bool
stream_setup(struct storage *where)
{
    storage = where;
    access_setup();
    cache = segment_cache_new(CACHE_BYTES);
    listener_on("track_changed", on_change, NULL);
    return cache;
}

void
stream_teardown(void)
{
    segment_cache_free(cache);
    cache = NULL;
}

void
stream_metrics(struct buf *out)
{
    segment_cache_metrics(cache, out);
}

#define QUALITIES "low|medium|high|lossless"
#define SEGMENT_NAME "init\\.mp4|segment_[0-9]{3,6}\\.m4s"

static const struct field api_master_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const struct field api_playlist_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"},
                                                 {"quality", FIELD_ENUM, .required = true, .values = QUALITIES, .help = "Rendition"},
                                                 FIELD_END};
static const struct field api_segment_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The track"},
    {"quality", FIELD_ENUM, .required = true, .values = QUALITIES, .help = "Rendition"},
    {"segment", FIELD_STRING, .required = true, .pattern = SEGMENT_NAME, .help = "A name from the playlist", .example = "segment_000.m4s"},
    FIELD_END};
static const struct field master_path[] = {{"track_id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const struct field playlist_path[] = {{"track_id", FIELD_UUID, .required = true, .help = "The track"},
                                             {"quality", FIELD_ENUM, .required = true, .values = QUALITIES, .help = "Rendition"},
                                             FIELD_END};
static const struct field segment_path[] = {
    {"track_id", FIELD_UUID, .required = true, .help = "The track"},
    {"quality", FIELD_ENUM, .required = true, .values = QUALITIES, .help = "Rendition"},
    {"segment", FIELD_STRING, .required = true, .pattern = SEGMENT_NAME, .help = "A name from the playlist", .example = "segment_000.m4s"},
    FIELD_END};

static const struct field root_reply[] = {{"name", FIELD_STRING, .required = true}, {"hls", FIELD_STRING, .required = true}, FIELD_END};

static const struct field transcode_body[] = {
    {"track_id", FIELD_UUID, .required = true, .help = "The track"},
    {"priority", FIELD_INT, .min = 1, .max = 10, .help = "Lower goes first"},
    FIELD_END};

static const enum problem_name hls_problems[] = {PROBLEM_STREAM_NOT_READY, PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};

#define HLS .auth = AUTH_OPTIONAL, .limit = LIMIT_MEDIA, .problems = hls_problems
#define PLAYLIST_TYPE "application/vnd.apple.mpegurl"

const struct route stream_api_routes[] = {
    {GET, "/api/v1/tracks/{id}/hls/master.m3u8", "The qualities of a track's stream", HLS, .scope = "tracks:read",
     .path = api_master_path, .handler = get_master, .produces = PLAYLIST_TYPE},
    {GET, "/api/v1/tracks/{id}/hls/{quality}/playlist.m3u8", "The segments of one quality", HLS, .scope = "tracks:read",
     .path = api_playlist_path, .handler = get_playlist, .produces = PLAYLIST_TYPE},
    {GET, "/api/v1/tracks/{id}/hls/{quality}/{segment}", "A segment, or the file that comes before all of them (init.mp4)", HLS,
     .scope = "tracks:read", .path = api_segment_path, .handler = get_segment, .produces = "audio/mp4"},
    ROUTE_END};

const struct route stream_routes[] = {
    {GET, "/", "What this server is", .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = get_root, .reply = root_reply},
    {GET, "/hls/{track_id}/master.m3u8", "The qualities of a track's stream", HLS, .path = master_path, .handler = get_master,
     .produces = PLAYLIST_TYPE},
    {GET, "/hls/{track_id}/{quality}/playlist.m3u8", "The segments of one quality", HLS, .path = playlist_path,
     .handler = get_playlist, .produces = PLAYLIST_TYPE},
    {GET, "/hls/{track_id}/{quality}/{segment}", "A segment, or the file that comes before all of them (init.mp4)", HLS,
     .path = segment_path, .handler = get_segment, .produces = "audio/mp4"},
    {POST, "/internal/jobs/transcode", "Process a track once more", .auth = AUTH_INTERNAL, .limit = LIMIT_WRITE,
     .body = transcode_body, .sql = &q_stream_transcode, .shape = ONE, .status = 202},
    ROUTE_END};
