/* hls.c - playlists and segments.
 *
 * An address with a version, /hls/{track}/{version}/..., always gives the same bytes, so caches keep them for ever; once the same sound was processed anew, it
 * redirects to that run's address. Once another sound replaced it, it goes on for whoever is in the middle of it, and is gone after that (ADR 0082). An address
 * without one gives what plays at the moment, and caches keep that for a minute (ADR 0017). */
#include <ctype.h>
#include <stdio.h>
#include <sys/resource.h>

#include "api/file.h"
#include "api/runner.h"
#include "base/log.h"
#include "http/security_headers.h"
#include "http/server.h"
#include "modules/auth/auth.h"
#include "platform/bus/listener.h"
#include "platform/storage/storage.h"
#include "stream.queries.h"
#include "stream/access.h"
#include "stream/cache.h"
#include "stream/play.h"
#include "stream/playlist.h"
#include "stream/stream.h"
#include "tracks.queries.h"

#define FILES_MAX 2048 /* open at once, and never more than a quarter of what the process may open */
#define FILE_SIZE 64 /* "lossless/segment_000000.m4s" */
#define KEY_SIZE 144
#define SEGMENT_TYPE "audio/mp4"
#define MASTER_FILE "master.m3u8"
#define CONTROL_VERSIONED "public, max-age=31536000, immutable"
#define CONTROL_UNVERSIONED "public, max-age=60"
#define DIRECT_S 60 /* life of a link to the object store */
#define LINK_MAX ((size_t)4096)
#define COPIES_MAX ((uint64_t)1024 * 1024 * 1024) /* bytes of local copies of segments, where the store is elsewhere */

static struct storage *storage;
static struct segment_cache *cache;
static bool direct_reads; /* segments of public tracks come from the object store itself */
static struct buf security; /* header lines of every segment */

struct wanted {
    char track_id[UUID_TEXT];
    char version[MEDIA_VERSION_TEXT]; /* that the address names; "" for none */
    char file[FILE_SIZE];             /* "low/init.mp4" */
    char key[KEY_SIZE];               /* in storage, once it is known which version plays */
    char cache_key[KEY_SIZE];         /* the same file has other headers at an address without a version */
    const char *content_type;
    const char *share; /* token of a link, or NULL */
    const char *flat;  /* for addresses by the job: playlists name all files as if they were in one folder. "" or the quality; NULL: they do not */
    struct access access;
};

static void
set_key(struct wanted *wanted, const char *version)
{
    const char *file = wanted->access.is_early && text_equal(wanted->file, MASTER_FILE) ? "early.m3u8" : wanted->file;

    snprintf(wanted->key, sizeof wanted->key, "hls/%s/%s%s%s", wanted->access.media.track_id, version, *version ? "/" : "", file);
    snprintf(wanted->cache_key, sizeof wanted->cache_key, "hls/%s/%s%s/%s", wanted->track_id, *wanted->version ? "" : "-", version, file);
}

/* Finds the file in the cache or in storage, from where it is read once: not in a thread that must not wait (STORAGE_WAITS). Returns an enum storage_error. */
static int
load(const struct wanted *wanted, struct segment **ret_segment)
{
    struct segment *segment = segment_cache_get(cache, wanted->cache_key);
    struct source *source;
    int error;

    if (!segment && db_park())
        return STORAGE_WAITS;
    if (!segment) {
        error = storage_open_local(storage, wanted->key, &source);
        if (error)
            return error;
        segment = segment_cache_put(cache, wanted->cache_key, source, wanted->content_type, *wanted->version ? CONTROL_VERSIONED : CONTROL_UNVERSIONED);
    }
    *ret_segment = segment;
    return segment ? 0 : STORAGE_FAILED;
}

/* A reply that depends on the request: its headers are built each time. */
static void
describe(struct request *req, const struct wanted *wanted)
{
    if (wanted->access.is_public) {
        req->reply.cache_control = *wanted->version ? CONTROL_VERSIONED : CONTROL_UNVERSIONED;
        reply_header(req, "Access-Control-Allow-Origin", "*");
        reply_header(req, "Access-Control-Expose-Headers", "Content-Length, Content-Range, ETag");
        reply_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
    } else {
        /* What a link opens is asked for each time: the link may be revoked. A playlist then has the link's token in its addresses. That of a track that is
         * processed still will name more. */
        req->reply.cache_control = (wanted->share || wanted->access.is_early) && text_equal(wanted->content_type, PLAYLIST_TYPE) ? CACHE_NEVER
                                   : *wanted->version && !wanted->share                          ? "private, max-age=31536000"
                                                                                                 : "private, no-cache";
    }
}

/* Of a version that does not play. Where it was another sound, whoever is in the middle of it hears it to its end; only a master playlist, which a player asks
 * for at the beginning, leads to what plays by now. NULL in *ret_segment: redirect. */
static const struct problem *
find_replaced(struct request *req, struct wanted *wanted, struct segment **ret_segment)
{
    const struct problem *p;
    struct row replaced;
    int error;

    *ret_segment = NULL;
    if (text_equal(wanted->file, MASTER_FILE))
        return NULL;
    request_set(req, "track_id", arena_strdup(req->arena, wanted->track_id));
    request_set(req, "version", arena_strdup(req->arena, wanted->version));
    p = db_maybe(req, &q_stream_replaced, &replaced);
    if (p || !replaced.count)
        return p;
    set_key(wanted, wanted->version);
    error = row_bool(&replaced, "is_kept") ? load(wanted, ret_segment) : STORAGE_NOT_FOUND;
    return error == STORAGE_NOT_FOUND || error == STORAGE_BAD_KEY ? PROBLEM(VERSION_GONE) : problem_of_storage(req->arena, error);
}

/* Finds the file, or NULL in *ret_segment when the address names another version than the one that plays. What is remembered
 * of the track may be from before a version was replaced: before a file is missing or a version is another, the database is asked again. */
static const struct problem *
find_segment(struct request *req, struct wanted *wanted, struct segment **ret_segment)
{
    const char *version = wanted->access.media.version;
    char before[MEDIA_VERSION_TEXT] = "-";
    const struct problem *p;
    bool moved, asked = false;
    int error;

    for (;;) {
        p = access_check(req, wanted->track_id, &wanted->access);
        if (p)
            return p;
        if (wanted->access.is_early && !text_equal(wanted->file, MASTER_FILE) && !text_starts_with(wanted->file, "medium/"))
            return PROBLEM(NOT_FOUND); /* it may be made again under this name */
        set_key(wanted, version);
        moved = *wanted->version && !text_equal(version, wanted->version);
        *ret_segment = NULL;
        if (moved && !asked) {
            asked = true;
            p = find_replaced(req, wanted, ret_segment);
            if (p || *ret_segment)
                return p;
        }
        error = moved ? STORAGE_NOT_FOUND : load(wanted, ret_segment);
        if (!error)
            return NULL;
        if (error != STORAGE_NOT_FOUND && error != STORAGE_BAD_KEY)
            break;
        if (text_equal(version, before))
            return moved ? NULL : PROBLEM(NOT_FOUND);
        memcpy(before, version, sizeof before);
        access_forget(wanted->track_id);
    }
    if (error != STORAGE_AWAY && error != STORAGE_WAITS)
        log_error("file not readable", LOG_TEXT("key", wanted->key));
    return problem_of_storage(req->arena, error);
}

/* To the same file of the version that plays. Nobody keeps this reply. */
static const struct problem *
redirect(struct request *req, const struct wanted *wanted, const char *version)
{
    const char *folder = text_starts_with(req->route->pattern, "/hls/") ? arena_printf(req->arena, "/hls/%s", wanted->track_id)
                                                        : arena_printf(req->arena, "/api/v1/tracks/%s/hls", wanted->track_id);

    reply_empty(req, 307);
    describe(req, wanted);
    req->reply.cache_control = CACHE_NEVER;
    reply_header(req, "Location", arena_printf(req->arena, "%s/%s%s%s%s%s", folder, version, *version ? "/" : "", wanted->file,
                                               *req->raw_query ? "?" : "", req->raw_query));
    return NULL;
}

/* Whether this segment of a track that anybody may hear is to be fetched from the object store, by a link that holds for a minute at most and that nobody keeps. The
 * playlists, and all that is private or shared by a link, come from here. */
static bool
goes_direct(const struct wanted *wanted)
{
    return direct_reads && !wanted->share && *wanted->version && text_equal(wanted->content_type, SEGMENT_TYPE);
}

static const struct problem *
send_to_store(struct request *req, struct wanted *wanted, const char *version)
{
    scoped_buf link = BUF_INIT(LINK_MAX);

    set_key(wanted, version);
    if (!storage_link(storage, wanted->key, SEGMENT_TYPE, DIRECT_S, &link))
        return PROBLEM(INTERNAL);
    reply_empty(req, 302);
    describe(req, wanted);
    req->reply.cache_control = CACHE_NEVER;
    reply_header(req, "Location", arena_strndup(req->arena, link.ptr, link.len));
    return NULL;
}

int
hls_load(const char *track_id, const struct media *media, const char *file, struct segment **ret_segment)
{
    struct wanted wanted = {.access.media = *media, .content_type = file[strlen(file) - 1] == '8' ? PLAYLIST_TYPE : SEGMENT_TYPE};

    snprintf(wanted.track_id, sizeof wanted.track_id, "%s", track_id);
    snprintf(wanted.version, sizeof wanted.version, "%s", media->version);
    snprintf(wanted.file, sizeof wanted.file, "%s", file);
    set_key(&wanted, media->version);
    return load(&wanted, ret_segment);
}

static const struct problem *
serve(struct request *req, struct wanted *wanted)
{
    const char *version = wanted->access.media.version;
    struct segment *segment;
    const struct problem *p;

    if (goes_direct(wanted)) {
        p = access_check(req, wanted->track_id, &wanted->access);
        if (p)
            return p;
        if (wanted->access.is_public && text_equal(wanted->version, version))
            return send_to_store(req, wanted, version);
    }
    p = find_segment(req, wanted, &segment);
    if (p)
        return p;
    if (!segment)
        return redirect(req, wanted, version);
    if ((wanted->share || wanted->flat) && text_equal(wanted->content_type, PLAYLIST_TYPE))
        p = playlist_rewrite(req, segment->source, wanted->share, wanted->flat);
    else
        reply_source(req, source_ref(segment->source), segment->content_type, arena_strdup(req->arena, segment->etag));
    if (!p)
        describe(req, wanted);
    segment_unref(segment);
    return p;
}

/* Storage knows ids in lower case only. */
static struct wanted
want(struct request *req, const char *file, const char *content_type)
{
    const char *id = request_param(req, "track_id"), *quality = request_param(req, "quality"), *version = request_param(req, "version");
    struct wanted wanted = {.content_type = content_type, .share = request_param(req, "share")};

    id = id ? id : request_param(req, "id");
    for (int i = 0; i < UUID_TEXT - 1; i++)
        wanted.track_id[i] = (char)tolower((unsigned char)id[i]);
    snprintf(wanted.version, sizeof wanted.version, "%s", version ? version : "");
    snprintf(wanted.file, sizeof wanted.file, "%s%s%s", quality ? quality : "", quality ? "/" : "", file);
    return wanted;
}

static const struct problem *
get_master(struct request *req)
{
    struct wanted wanted = want(req, MASTER_FILE, PLAYLIST_TYPE);

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

/* By the job that made it: "index.m3u8" is the master playlist, "index.m3u8?quality=low" a playlist, "low-init.mp4" and "low-segment_000.m4s" are segments. */
static const struct problem *
get_by_job(struct request *req)
{
    const char *name = request_param(req, "segment"), *quality = request_param(req, "quality"), *file = quality ? "playlist.m3u8" : MASTER_FILE;
    const struct problem *p;
    struct wanted wanted;
    struct row row;

    p = db_one(req, &q_stream_job_track, &row);
    if (p)
        return p;
    request_set(req, "track_id", row_text(&row, "track_id"));
    if (name)
        file = arena_printf(req->arena, "%.*s/%s", (int)strcspn(name, "-"), name, strchr(name, '-') + 1);
    if (!file)
        return PROBLEM(INTERNAL);
    wanted = want(req, file, name ? SEGMENT_TYPE : PLAYLIST_TYPE);
    wanted.flat = quality ? quality : "";
    return serve(req, &wanted);
}

static const struct problem *
get_root(struct request *req)
{
    return reply_json(req, 200, json_pack("{s:s, s:s}", "name", "veza-stream", "hls", "/hls/{track_id}/master.m3u8"));
}

/* "{quality}/{file}" or "master.m3u8"; the names are those of the routes below. */
static bool
is_stream_file(const char *rest)
{
    static const char *const files[] = {"low/", "medium/", "high/", "lossless/"};
    unsigned number, used = 0;

    if (text_equal(rest, MASTER_FILE))
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

/* "{uuid}/{file}" or "{uuid}/{version}/{file}", in lower case. */
static bool
want_stream_path(struct str path, struct wanted *wanted)
{
    char text[UUID_TEXT + MEDIA_VERSION_TEXT + FILE_SIZE], *rest = text + UUID_TEXT;
    size_t version_len;

    if (path.len <= UUID_TEXT || path.len >= sizeof text)
        return false;
    memcpy(text, path.ptr, path.len);
    text[path.len] = 0;
    memcpy(wanted->track_id, text, UUID_TEXT - 1);
    if (text[UUID_TEXT - 1] != '/' || !uuid_valid(wanted->track_id) || strpbrk(wanted->track_id, "ABCDEF"))
        return false;
    version_len = strspn(rest, "0123456789abcdef");
    if (version_len == MEDIA_VERSION_TEXT - 1 && rest[version_len] == '/') {
        memcpy(wanted->version, rest, version_len);
        rest += version_len + 1;
    }
    snprintf(wanted->file, sizeof wanted->file, "%s", rest);
    return strlen(rest) < sizeof wanted->file && is_stream_file(rest);
}

/* What is wanted at a path like /hls/... */
static bool
want_public(struct str path, struct wanted *ret_wanted)
{
    static const struct str prefix = {"/hls/", 5};
    struct wanted wanted = {.access.is_public = true};

    if (path.len <= prefix.len || memcmp(path.ptr, prefix.ptr, prefix.len) != 0)
        return false;
    path = (struct str){path.ptr + prefix.len, path.len - prefix.len};
    if (!want_stream_path(path, &wanted))
        return false;
    wanted.content_type = path.ptr[path.len - 1] == '8' ? PLAYLIST_TYPE : SEGMENT_TYPE;
    *ret_wanted = wanted;
    return !goes_direct(&wanted);
}

/* What visitors get (express.h). */
static enum express_found
find_public(struct str path, struct express_file *ret_file)
{
    struct segment *segment;
    struct wanted wanted;
    bool stale;

    if (!want_public(path, &wanted))
        return EXPRESS_NOT_MINE;
    if (!access_is_known(wanted.track_id, &wanted.access.media, &stale))
        return EXPRESS_ASK;
    set_key(&wanted, wanted.access.media.version);
    segment = *wanted.version && !text_equal(wanted.version, wanted.access.media.version) ? NULL : segment_cache_get(cache, wanted.cache_key);
    if (!segment)
        return EXPRESS_ASK;
    *ret_file = (struct express_file){.head = segment->head, .body = segment->body, .source = segment->source, .size = segment->size, .stale = stale,
                                      .release = segment_unref, .owner = segment};
    return EXPRESS_FOUND;
}

static void
learn_public(struct str path)
{
    struct segment *segment;
    struct wanted wanted;

    if (!want_public(path, &wanted) || !access_ask(wanted.track_id, &wanted.access.media))
        return;
    set_key(&wanted, wanted.access.media.version);
    if ((!*wanted.version || text_equal(wanted.version, wanted.access.media.version)) && !load(&wanted, &segment))
        segment_unref(segment);
}

const struct express_settings stream_express = {.pattern = "/hls/{track_id}/{version}/{quality}/{segment}", .identity_cookie = ACCESS_COOKIE,
                                                .find = find_public, .learn = learn_public};

static void
on_change(void *context, const char *track_id)
{
    char prefix[KEY_SIZE];

    (void)context;
    if (track_id && !uuid_valid(track_id))
        track_id = NULL;
    access_forget(track_id);
    play_check_rights();
    snprintf(prefix, sizeof prefix, "hls/%s/", track_id ? track_id : "");
    segment_cache_forget(cache, track_id ? prefix : NULL);
}

static void
on_identity_change(void *context, const char *user_id)
{
    (void)context, (void)user_id;
    play_check_rights();
}

static bool
stream_setup(const struct module_setup *with, char *error, size_t error_size)
{
    struct rlimit files;
    bool few = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur / 4 < FILES_MAX;

    storage = with->storage;
    direct_reads = with->config->s3_enabled && with->config->s3_direct_reads;
    access_setup();
    security = (struct buf){.max = 4096};
    security_header_lines(with->config, "Cross-Origin-Resource-Policy", &security);
    buf_add(&security, (struct str){"", 1});
    if (!security.failed)
        cache = segment_cache_new(few ? (unsigned)files.rlim_cur / 4 : FILES_MAX, COPIES_MAX, buf_str(&security).ptr);
    if (!cache)
        snprintf(error, error_size, "not enough memory");
    listener_on("track_changed", on_change, NULL);
    listener_on("identity_changed", on_identity_change, NULL);
    return cache;
}

static void
stream_teardown(void)
{
    play_teardown();
    segment_cache_free(cache);
    cache = NULL;
    buf_free(&security);
}

static void
stream_metrics(struct buf *out)
{
    segment_cache_metrics(cache, out);
    play_metrics(out);
}

#define QUALITIES "low|medium|high|lossless"
#define SEGMENT_NAME "init\\.mp4|segment_[0-9]{3,6}\\.m4s"

#define VERSION_NAME "[0-9a-f]{16}"

#define ID_FIELD {"id", FIELD_UUID, .required = true, .help = "The track"}
#define TRACK_FIELD {"track_id", FIELD_UUID, .required = true, .help = "The track"}
#define VERSION_FIELD {"version", FIELD_STRING, .required = true, .pattern = VERSION_NAME, .help = "Version from the master playlist", .example = "0123456789abcdef"}
#define QUALITY_FIELD {"quality", FIELD_ENUM, .required = true, .values = QUALITIES, .help = "Rendition"}
#define SEGMENT_FIELD {"segment", FIELD_STRING, .required = true, .pattern = SEGMENT_NAME, .help = "A name from the playlist", .example = "segment_000.m4s"}
#define FIELDS(...) ((const struct field[]){__VA_ARGS__, FIELD_END})

static const struct field root_reply[] = {{"name", FIELD_STRING, .required = true}, {"hls", FIELD_STRING, .required = true}, FIELD_END};

static const struct field transcode_body[] = {{"track_id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const struct field transcode_internal_body[] = {
    {"track_id", FIELD_UUID, .required = true, .help = "The track"},
    {"priority", FIELD_INT, .min = 1, .max = 10, .help = "Lower goes first"},
    FIELD_END};

static const enum problem_name hls_problems[] = {PROBLEM_STREAM_NOT_READY, PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};
static const enum problem_name old_hls_problems[] = {PROBLEM_STREAM_NOT_READY, PROBLEM_VERSION_GONE, PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};

#define HLS(problem_names) \
    .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_MEDIA, .query = FIELDS(TRACK_SHARE), .problems = problem_names, .runs = RUNS_IN_LOOP, \
    .opens_files = true
#define MASTER HLS(hls_problems), .handler = get_master, .produces = PLAYLIST_TYPE
#define PLAYLIST(problem_names) HLS(problem_names), .handler = get_playlist, .produces = PLAYLIST_TYPE
#define SEGMENT(problem_names) HLS(problem_names), .handler = get_segment, .produces = SEGMENT_TYPE
#define VERSIONED \
    "Its contents never change. When the same sound was processed anew, the reply redirects to what plays by now. When another sound replaced it, it goes on " \
    "for twice its length and an hour, for those who are in the middle of it; master playlists redirect at once.", .redirects = true

#define JOB_FIELD(its_name) {its_name, FIELD_UUID, .required = true, .help = "The job"}
#define JOB_FILE_FIELD \
    {"segment", FIELD_STRING, .required = true, .pattern = "(" QUALITIES ")-(" SEGMENT_NAME ")", .help = "A name from a playlist", \
     .example = "low-segment_000.m4s"}
#define HLS_BY_JOB .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_MEDIA, .problems = hls_problems, .handler = get_by_job
#define JOB_KEPT "For whoever may see the track. A track has one job, which is queued again each time that the track is processed; it is kept for some days after that."
#define JOB_PLAYS "For whoever may hear the track: what plays now. Addresses by the track (`/hls/...`) stay good for longer than the job."

const struct route stream_api_routes[] = {
    {GET, "/api/v1/tracks/{id}/hls/master.m3u8", "Get the HLS master playlist of a track (RFC 8216)", MASTER, .path = FIELDS(ID_FIELD)},
    {GET, "/api/v1/tracks/{id}/hls/{quality}/playlist.m3u8", "Get the HLS playlist of one quality (RFC 8216)",
     PLAYLIST(hls_problems), .path = FIELDS(ID_FIELD, QUALITY_FIELD)},
    {GET, "/api/v1/tracks/{id}/hls/{quality}/{segment}", "Get a media segment, or the initialization segment (init.mp4)",
     SEGMENT(hls_problems), .path = FIELDS(ID_FIELD, QUALITY_FIELD, SEGMENT_FIELD)},
    {GET, "/api/v1/tracks/{id}/hls/{version}/master.m3u8", "Get the HLS master playlist of one version of a track", VERSIONED, MASTER,
     .path = FIELDS(ID_FIELD, VERSION_FIELD)},
    {GET, "/api/v1/tracks/{id}/hls/{version}/{quality}/playlist.m3u8", "Get the HLS playlist of one quality of a version", VERSIONED,
     PLAYLIST(old_hls_problems), .path = FIELDS(ID_FIELD, VERSION_FIELD, QUALITY_FIELD)},
    {GET, "/api/v1/tracks/{id}/hls/{version}/{quality}/{segment}", "Get a media segment, or the initialization segment, of a version", VERSIONED,
     SEGMENT(old_hls_problems), .path = FIELDS(ID_FIELD, VERSION_FIELD, QUALITY_FIELD, SEGMENT_FIELD)},
    ROUTE_END};

const struct route stream_routes[] = {
    {GET, "/", "Describe the stream server", .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = get_root, .runs = RUNS_IN_LOOP, .reply = root_reply},
    {GET, "/hls/{track_id}/master.m3u8", "Get the HLS master playlist of a track (RFC 8216)", MASTER, .path = FIELDS(TRACK_FIELD)},
    {GET, "/hls/{track_id}/{quality}/playlist.m3u8", "Get the HLS playlist of one quality (RFC 8216)",
     PLAYLIST(hls_problems), .path = FIELDS(TRACK_FIELD, QUALITY_FIELD)},
    {GET, "/hls/{track_id}/{quality}/{segment}", "Get a media segment, or the initialization segment (init.mp4)",
     SEGMENT(hls_problems), .path = FIELDS(TRACK_FIELD, QUALITY_FIELD, SEGMENT_FIELD)},
    {GET, "/hls/{track_id}/{version}/master.m3u8", "Get the HLS master playlist of one version of a track", VERSIONED, MASTER,
     .path = FIELDS(TRACK_FIELD, VERSION_FIELD)},
    {GET, "/hls/{track_id}/{version}/{quality}/playlist.m3u8", "Get the HLS playlist of one quality of a version", VERSIONED,
     PLAYLIST(old_hls_problems), .path = FIELDS(TRACK_FIELD, VERSION_FIELD, QUALITY_FIELD)},
    {GET, "/hls/{track_id}/{version}/{quality}/{segment}", "Get a media segment, or the initialization segment, of a version", VERSIONED,
     SEGMENT(old_hls_problems), .path = FIELDS(TRACK_FIELD, VERSION_FIELD, QUALITY_FIELD, SEGMENT_FIELD)},
    {POST, "/internal/jobs/transcode", "Process a track again", .auth = AUTH_INTERNAL, .limit = LIMIT_WRITE,
     .body = transcode_internal_body, .sql = &q_track_process_again, .shape = ONE, .status = 202},

    {POST, "/v1/stream/transcode", "Process a track again",
     "The same as `POST /tracks/{id}/reprocess` of the API: for its owner, as often as needed. A track that plays goes on playing meanwhile.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .body = transcode_body,
     .requires = &q_stream_changeable, .sql = &q_track_process_again, .shape = ONE, .status = 202},

    {GET, "/v1/stream/job/{id}", "Get the state of a job that processes a track", JOB_KEPT,
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = FIELDS(JOB_FIELD("id")), .sql = &q_stream_job, .shape = ONE},
    {GET, "/api/streams/jobs/{id}/status", "Get the state of a job that processes a track, with all that is known", JOB_KEPT,
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = FIELDS(JOB_FIELD("id")), .sql = &q_stream_job_detail, .shape = ONE},

    {GET, "/v1/stream/hls/{job_id}/index.m3u8", "Get the HLS playlists of the track that a job processes (RFC 8216)", JOB_PLAYS,
     HLS_BY_JOB, .path = FIELDS(JOB_FIELD("job_id")),
     .query = FIELDS({"quality", FIELD_ENUM, .values = QUALITIES, .help = "The playlist of this rendition; without: the master playlist, which names them"}),
     .produces = PLAYLIST_TYPE},
    {GET, "/v1/stream/hls/{job_id}/{segment}", "Get a media segment, or an initialization segment, of the track that a job processes", JOB_PLAYS,
     HLS_BY_JOB, .path = FIELDS(JOB_FIELD("job_id"), JOB_FILE_FIELD), .produces = SEGMENT_TYPE},
    ROUTE_END};

const struct module stream_module = {.name = "stream",
                                     .routes = ROUTE_TABLES(stream_api_routes),
                                     .stream_routes = ROUTE_TABLES(stream_routes, play_routes),
                                     .queries = stream_queries,
                                     .setup = stream_setup,
                                     .settings = play_settings,
                                     .stream_messages = play_messages,
                                     .metrics = stream_metrics,
                                     .stop = play_stop,
                                     .teardown = stream_teardown};
