/* downloads.c - files of tracks for people to keep: as they were uploaded, without loss, or small. */
#include "api/file.h"
#include "modules/downloads/internal.h"
#include "modules/tracks/tracks.h"

extern const struct module downloads_module;

struct storage *downloads_storage;

#define ID {"id", FIELD_UUID, .required = true, .help = "The track"}

static const struct field id_in_path[] = {ID, FIELD_END};
static const struct field format_in_path[] = {ID, {"format", FIELD_ENUM, .required = true, .values = "flac|lossy", .help = "The format to make"}, FIELD_END};
static const struct field share_in_query[] = {TRACK_SHARE, FIELD_END};
static const struct field download_options[] = {
    {"format", FIELD_ENUM, .values = "original|flac|lossy", .fallback = "original",
     .help = "`original`: the file as it was uploaded. `flac`: without loss. `lossy`: AAC, the best rendition"},
    TRACK_SHARE, FIELD_END};

static const struct field release_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The release"}, FIELD_END};
static const struct field archive_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The release"},
    {"format", FIELD_ENUM, .required = true, .values = "original|flac|lossy", .help = "`original`: the files as they were uploaded"},
    FIELD_END};

static const enum problem_name archive_problems[] = {PROBLEM_FORBIDDEN, PROBLEM_CONFLICT, PROBLEM_STREAM_NOT_READY, PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};
static const enum problem_name download_problems[] = {PROBLEM_FORBIDDEN, PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};

static const struct route downloads_routes[] = {
    {GET, "/api/v1/tracks/{id}/download", "Download a track",
     "For the owner in all formats, and for everybody in those that the creator offers. A format other than `original` is made first: `GET /tracks/{id}/downloads`. "
     "Takes ranges. Where the operator named a stream server, the reply redirects there, to a link that expires soon.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_MEDIA, .path = id_in_path, .query = download_options,
     .file = &q_download_file, .handler = link_or_file_get, .produces = "application/octet-stream", .problems = download_problems, .redirects = true},

    {GET, "/api/v1/tracks/{id}/downloads", "List the formats in which one may download a track",
     "`size_bytes` is known where the file is `ready`. One that is `missing` or `failed` is made by `POST /tracks/{id}/downloads/{format}`.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path, .query = share_in_query,
     .requires = &q_download_of, .sql = &q_download_list, .shape = MANY},

    {POST, "/api/v1/tracks/{id}/downloads/{format}", "Make a format of a track for downloads",
     "It is made once, and kept. The list tells how far it is.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = format_in_path, .query = share_in_query,
     .sql = &q_download_make, .shape = ONE, .status = 202, .no_audit = true},

    {GET, "/api/v1/releases/{id}/archives", "List the formats in which one may download a release",
     "As one ZIP file, with those of its tracks that one may have. `track_count` says how many. One that is `missing` or `failed` is made by "
     "`POST /releases/{id}/archives/{format}`.",
     .auth = AUTH_OPTIONAL, .scope = "releases:read", .limit = LIMIT_READ, .path = release_in_path,
     .requires = &q_archive_of, .sql = &q_archive_list, .shape = MANY},

    {POST, "/api/v1/releases/{id}/archives/{format}", "Make the files of an archive of a release",
     "They are made once, and kept. The list tells how far they are. An archive has at most 500 tracks.",
     .auth = AUTH_OPTIONAL, .scope = "releases:write", .limit = LIMIT_WRITE, .path = archive_in_path,
     .requires = &q_archive_of, .sql = &q_archive_make, .shape = ONE, .status = 202, .no_audit = true},

    {GET, "/api/v1/releases/{id}/archives/{format}", "Download a release as a ZIP file",
     "Not compressed, with the cover and a text about the release. Its length and `ETag` are known before the first byte; takes ranges, so a download that broke off "
     "goes on.",
     .auth = AUTH_OPTIONAL, .scope = "releases:read", .limit = LIMIT_MEDIA, .path = archive_in_path,
     .handler = archive_get, .produces = "application/zip", .problems = archive_problems},
    ROUTE_END};

static bool
downloads_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    downloads_storage = with->storage;
    return true;
}

/* An address to which /stream/... is appended. */
static const char *
downloads_url_refusal(const char *value)
{
    size_t len = strlen(value);

    return (text_starts_with(value, "https://") || text_starts_with(value, "http://")) && !strpbrk(value, " ?#") && value[len - 1] != '/'
               ? NULL : "an http or https address without a slash at its end";
}

static const struct setting downloads_settings[] = {
    {.section = "Downloads"},
    {"STREAM_URL", .text = &link_stream_url, .check = downloads_url_refusal,
     .help = "public address of the stream server; downloads of tracks are then redirected there, to signed links; empty: the API sends the files"},
    {"STREAM_LINK_S", .integer = &link_life_s, .fallback = "300", .min = 10, .max = 86400, .help = "life of such a link in seconds"},
    {0}};

static const struct job_handler jobs[] = {{"track_download", JOB_ARCHIVE, download_make}, {0}};

const struct module downloads_module = {.name = "downloads",
                                        .personal = &downloads_personal,
                                        .routes = ROUTE_TABLES(downloads_routes),
                                        .stream_routes = ROUTE_TABLES(link_routes),
                                        .settings = downloads_settings,
                                        .queries = downloads_queries,
                                        .jobs = jobs,
                                        .setup = downloads_setup};
