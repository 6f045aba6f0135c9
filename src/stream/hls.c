/* hls.c - playlists and segments. */
#include <ctype.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/log.h"
#include "http/security_headers.h"
#include "http/server.h"
#include "modules/auth/auth.h"
#include "platform/bus/listener.h"
#include "platform/storage/storage.h"
#include "stream.queries.h"
#include "stream/access.h"
#include "stream/cache.h"
#include "stream/stream.h"
#include "tracks.queries.h"

#define FILES_MAX 2048 /* open at once, and never more than a quarter of what the process may open */
#define FILE_SIZE 64 /* "lossless/segment_000000.m4s" */
#define KEY_SIZE 144
#define PLAYLIST_TYPE "application/vnd.apple.mpegurl"
#define SEGMENT_TYPE "audio/mp4"
#define CONTROL_SEGMENT "public, max-age=31536000, immutable"
#define CONTROL_PLAYLIST "public, max-age=60"

static struct storage *storage;
static struct segment_cache *cache;
static struct buf security; /* header lines of every segment */

struct wanted {
    char track_id[UUID_TEXT];
    char file[FILE_SIZE]; /* "low/init.mp4" */
    char key[KEY_SIZE];   /* in storage, once the version is known */
    const char *content_type;
    bool is_playlist;
    bool is_public;
};

static void
set_key(struct wanted *wanted, const char *version)
{
    snprintf(wanted->key, sizeof wanted->key, "hls/%s/%s%s%s", wanted->track_id, version, *version ? "/" : "", wanted->file);
}

/* Finds the file in the cache or in storage. Returns an enum storage_error. */
static int
load(const struct wanted *wanted, struct segment **ret_segment)
{
    struct segment *segment = segment_cache_get(cache, wanted->key);
    struct source *source;
    int error;

    if (!segment) {
        error = storage_open_local(storage, wanted->key, &source);
        if (error)
            return error;
        segment = segment_cache_put(cache, wanted->key, source, wanted->content_type, wanted->is_playlist ? CONTROL_PLAYLIST : CONTROL_SEGMENT);
    }
    *ret_segment = segment;
    return segment ? 0 : STORAGE_FAILED;
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

/* A version that was replaced a moment ago is remembered for a while, though its files are gone: then the database is asked again. */
static const struct problem *
find_segment(struct request *req, struct wanted *wanted, struct segment **ret_segment)
{
    char version[MEDIA_VERSION_TEXT], before[MEDIA_VERSION_TEXT] = "-";
    const struct problem *p;
    int error;

    for (;;) {
        p = access_check(req, wanted->track_id, &wanted->is_public, version);
        if (p)
            return p;
        set_key(wanted, version);
        error = load(wanted, ret_segment);
        if (!error)
            return NULL;
        if (error != STORAGE_NOT_FOUND && error != STORAGE_BAD_KEY)
            break;
        if (text_equal(version, before))
            return PROBLEM(NOT_FOUND);
        memcpy(before, version, sizeof before);
        access_forget(wanted->track_id);
    }
    log_error("file not readable", LOG_TEXT("key", wanted->key));
    return PROBLEM(INTERNAL);
}

static const struct problem *
serve(struct request *req, struct wanted *wanted)
{
    struct segment *segment;
    const struct problem *p = find_segment(req, wanted, &segment);

    if (p)
        return p;
    reply_source(req, source_ref(segment->source), segment->content_type, arena_strdup(req->arena, segment->etag));
    describe(req, wanted);
    segment_unref(segment);
    return NULL;
}

/* Storage knows ids in lower case only. */
static struct wanted
want(struct request *req, const char *file, const char *content_type)
{
    const char *id = request_param(req, "track_id"), *quality = request_param(req, "quality");
    struct wanted wanted = {.content_type = content_type, .is_playlist = text_equal(content_type, PLAYLIST_TYPE)};

    id = id ? id : request_param(req, "id");
    for (int i = 0; i < UUID_TEXT - 1; i++)
        wanted.track_id[i] = (char)tolower((unsigned char)id[i]);
    snprintf(wanted.file, sizeof wanted.file, "%s%s%s", quality ? quality : "", quality ? "/" : "", file);
    return wanted;
}

static const struct problem *
get_master(struct request *req)
{
    struct wanted wanted = want(req, "master.m3u8", PLAYLIST_TYPE);

    return serve(req, &wanted);
}

static const struct problem *
get_playlist(struct request *req)
{
    struct wanted wanted = want(req, "playlist.m3u8", PLAYLIST_TYPE);

    return serve(req, &wanted);
}

static const struct problem *
get_segment(struct request *req)
{
    struct wanted wanted = want(req, request_param(req, "segment"), SEGMENT_TYPE);

    return serve(req, &wanted);
}

static const struct problem *
get_root(struct request *req)
{
    return reply_json(req, 200, json_pack("{s:s, s:s}", "name", "veza-stream", "hls", "/hls/{track_id}/master.m3u8"));
}

/* "{uuid}/{quality}/{file}" or "{uuid}/master.m3u8", in lower case; the names are those of the routes below. */
static bool
is_stream_path(struct str path)
{
    static const char *const files[] = {"low/", "medium/", "high/", "lossless/"};
    char text[UUID_TEXT + FILE_SIZE], id[UUID_TEXT], *rest = text + UUID_TEXT;
    unsigned number, used = 0;

    if (path.len <= UUID_TEXT || path.len >= sizeof text)
        return false;
    memcpy(text, path.ptr, path.len);
    text[path.len] = 0;
    memcpy(id, text, UUID_TEXT - 1);
    id[UUID_TEXT - 1] = 0;
    if (text[UUID_TEXT - 1] != '/' || !uuid_valid(id))
        return false;
    for (const char *p = id; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            return false;
    if (text_equal(rest, "master.m3u8"))
        return true;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        const char *file = rest + strlen(files[i]);

        if (!text_starts_with(rest, files[i]))
            continue;
        if (text_equal(file, "playlist.m3u8") || text_equal(file, "init.mp4"))
            return true;
        return sscanf(file, "segment_%6u.m4s%n", &number, (int *)&used) == 1 && used >= strlen("segment_000.m4s") && !file[used] &&
               strspn(file + strlen("segment_"), "0123456789") + strlen("segment_.m4s") == used;
    }
    return false;
}

/* What is wanted at a path like /hls/... */
static bool
want_public(struct str path, struct wanted *ret_wanted)
{
    static const struct str prefix = {"/hls/", 5};
    struct wanted wanted = {.is_public = true};

    if (path.len <= prefix.len || memcmp(path.ptr, prefix.ptr, prefix.len) != 0)
        return false;
    path = (struct str){path.ptr + prefix.len, path.len - prefix.len};
    if (!is_stream_path(path))
        return false;
    memcpy(wanted.track_id, path.ptr, UUID_TEXT - 1);
    snprintf(wanted.file, sizeof wanted.file, "%.*s", (int)(path.len - UUID_TEXT), path.ptr + UUID_TEXT);
    wanted.is_playlist = path.ptr[path.len - 1] == '8';
    wanted.content_type = wanted.is_playlist ? PLAYLIST_TYPE : SEGMENT_TYPE;
    *ret_wanted = wanted;
    return true;
}

/* What visitors get (express.h). */
static enum express_found
find_public(struct str path, struct express_file *ret_file)
{
    char version[MEDIA_VERSION_TEXT];
    struct segment *segment;
    struct wanted wanted;
    bool stale;

    if (!want_public(path, &wanted))
        return EXPRESS_NOT_MINE;
    if (!access_is_known(wanted.track_id, version, &stale))
        return EXPRESS_ASK;
    set_key(&wanted, version);
    segment = segment_cache_get(cache, wanted.key);
    if (!segment)
        return EXPRESS_ASK;
    *ret_file = (struct express_file){.head = segment->head, .body = segment->body, .source = segment->source, .size = segment->size, .stale = stale,
                                      .release = segment_unref, .owner = segment};
    return EXPRESS_FOUND;
}

static void
learn_public(struct str path)
{
    char version[MEDIA_VERSION_TEXT];
    struct segment *segment;
    struct wanted wanted;

    if (!want_public(path, &wanted) || !access_ask(wanted.track_id, version))
        return;
    set_key(&wanted, version);
    if (!load(&wanted, &segment))
        segment_unref(segment);
}

const struct express_settings stream_express = {.pattern = "/hls/{track_id}/{quality}/{segment}", .identity_cookie = ACCESS_COOKIE,
                                                .find = find_public, .learn = learn_public};

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

static bool
stream_setup(const struct module_setup *with, char *error, size_t error_size)
{
    struct rlimit files;
    bool few = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur / 4 < FILES_MAX;

    storage = with->storage;
    access_setup();
    security = (struct buf){.max = 4096};
    security_header_lines(with->config, "Cross-Origin-Resource-Policy", &security);
    buf_add(&security, (struct str){"", 1});
    if (!security.failed)
        cache = segment_cache_new(few ? (unsigned)files.rlim_cur / 4 : FILES_MAX, buf_str(&security).ptr);
    if (!cache)
        snprintf(error, error_size, "not enough memory");
    listener_on("track_changed", on_change, NULL);
    return cache;
}

static void
stream_teardown(void)
{
    segment_cache_free(cache);
    cache = NULL;
    buf_free(&security);
}

static void
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

static const struct route stream_api_routes[] = {
    {GET, "/api/v1/tracks/{id}/hls/master.m3u8", "Get the HLS master playlist of a track (RFC 8216)", HLS, .scope = "tracks:read",
     .path = api_master_path, .handler = get_master, .runs = RUNS_IN_LOOP, .produces = PLAYLIST_TYPE},
    {GET, "/api/v1/tracks/{id}/hls/{quality}/playlist.m3u8", "Get the HLS playlist of one quality (RFC 8216)", HLS, .scope = "tracks:read",
     .path = api_playlist_path, .handler = get_playlist, .runs = RUNS_IN_LOOP, .produces = PLAYLIST_TYPE},
    {GET, "/api/v1/tracks/{id}/hls/{quality}/{segment}", "Get a media segment, or the initialization segment (init.mp4)", HLS,
     .scope = "tracks:read", .path = api_segment_path, .handler = get_segment, .runs = RUNS_IN_LOOP, .produces = SEGMENT_TYPE},
    ROUTE_END};

static const struct route stream_routes[] = {
    {GET, "/", "Describe the stream server", .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = get_root, .runs = RUNS_IN_LOOP, .reply = root_reply},
    {GET, "/hls/{track_id}/master.m3u8", "Get the HLS master playlist of a track (RFC 8216)", HLS, .scope = "tracks:read", .path = master_path,
     .handler = get_master, .runs = RUNS_IN_LOOP, .produces = PLAYLIST_TYPE},
    {GET, "/hls/{track_id}/{quality}/playlist.m3u8", "Get the HLS playlist of one quality (RFC 8216)", HLS, .scope = "tracks:read", .path = playlist_path,
     .handler = get_playlist, .runs = RUNS_IN_LOOP, .produces = PLAYLIST_TYPE},
    {GET, "/hls/{track_id}/{quality}/{segment}", "Get a media segment, or the initialization segment (init.mp4)", HLS,
     .scope = "tracks:read", .path = segment_path, .handler = get_segment, .runs = RUNS_IN_LOOP, .produces = SEGMENT_TYPE},
    {POST, "/internal/jobs/transcode", "Process a track again", .auth = AUTH_INTERNAL, .limit = LIMIT_WRITE,
     .body = transcode_body, .sql = &q_track_process_again, .shape = ONE, .status = 202},
    ROUTE_END};

const struct module stream_module = {.name = "stream",
                                     .routes = ROUTE_TABLES(stream_api_routes),
                                     .stream_routes = ROUTE_TABLES(stream_routes),
                                     .queries = stream_queries,
                                     .setup = stream_setup,
                                     .metrics = stream_metrics,
                                     .teardown = stream_teardown};
