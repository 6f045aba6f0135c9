/* releases.c - albums, EPs, singles and compilations. */
#include "modules/releases/internal.h"

#include <stdio.h>

#include "api/file.h"
#include "api/module.h"
#include "api/picture.h"
#include "platform/bus/bus.h"

extern const struct module releases_module;

struct storage *releases_storage;

static const struct picture_kind release_picture = {"cover", "covers", MEDIA_MODE_IMAGE, &q_release_cover_set, &q_release_get};

#define KINDS "album|ep|single|compilation"
#define LICENCES "all_rights_reserved|cc_by|cc_by_sa|cc_by_nc|cc_by_nd|cc_by_nc_sa|cc_by_nc_nd|cc0"
#define ROLES \
    "main_artist|featured_artist|composer|lyricist|arranger|performer|vocals|producer|recording_engineer|mixing_engineer|mastering_engineer|artwork|" \
    "photography|other"
#define ACCESS "own|release|preview"
#define ACCESS_HELP \
    "`own`: the track's visibility is its own affair. `release`: it gets that of the release, and is public from the release's date on. `preview`: the same, " \
    "but it is heard as soon as the release is announced"

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The release"}, FIELD_END};

static const struct field slug_in_path[] = {
    {"slug", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "The slug that the release has, or once had"}, FIELD_END};

static const struct field track_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The release"},
                                             {"track_id", FIELD_UUID, .required = true, .help = "The track"},
                                             FIELD_END};

static const struct field cover_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The release"},
                                             {"size", FIELD_ENUM, .required = true, .values = "300|600|1200", .help = "Side in pixels"},
                                             FIELD_END};

static const struct field cover_options[] = {
    {"v", FIELD_STRING, .max = 64, .help = "Version, as `cover_url` names it; only makes addresses differ"}, FIELD_END};

#define COVER_MAX (20 * 1024 * 1024)

static const struct file_field cover_files[] = {{"cover", FILE_TYPE_PICTURE, .required = true, .max_bytes = COVER_MAX, .help = "JPEG, PNG or WebP"}, {0}};

static const struct field list_filters[] = {
    {"creator_id", FIELD_UUID, .help = "Only of this person"},
    {"username", FIELD_STRING, .max = 30, .help = "Only of this person"},
    {"kind", FIELD_ENUM, .values = KINDS, .help = "Only of this kind"},
    {"track_id", FIELD_UUID, .help = "Only those with this track"},
    {"q", FIELD_STRING, .max = 200, .help = "Words, each somewhere in title or artist; case and accents do not matter"},
    {"mine", FIELD_BOOL, .needs_person = true, .help = "One's own, in all states"},
    {"unmuted", FIELD_BOOL, .help = "true: without people whom the reader muted or blocked"},
    {"sort", FIELD_ENUM, .values = "date|newest|title", .fallback = "date", .help = "Order: by the date of release, the latest first; by when it was made; by title"},
    FIELD_END};

static const struct field credit[] = {
    {"name", FIELD_STRING, .required = true, .min = 1, .max = 255, .pattern = ".*[^ ].*", .help = "Who"},
    {"role", FIELD_ENUM, .required = true, .values = ROLES, .help = "What they did"},
    FIELD_END};

static const struct field track_filters[] = {
    {"unready", FIELD_BOOL, .needs_person = true,
     .help = "Only tracks that nobody else can hear yet: still being processed, or failed. Empty for those who may not change the release"},
    FIELD_END};

#define RELEASE_FACTS \
    {"artist", FIELD_STRING, .nullable = true, .max = 255, .help = "Name of the artist, as it is shown"}, \
        {"description", FIELD_TEXT, .nullable = true, .max = 10000, .help = "Plain text"}, \
        {"label", FIELD_STRING, .nullable = true, .max = 255, .help = "Name of the label"}, \
        {"upc", FIELD_STRING, .nullable = true, .pattern = "[0-9]{12,13}", .help = "UPC or EAN, with its check digit", .example = "036000291452"}, \
        {"is_downloadable", FIELD_BOOL, \
         .help = "Everybody may download its archive, in `download_formats`, also tracks that are not offered on their own; off at first"}, \
        {"download_formats", FIELD_ARRAY, .min = 1, .max = 3, .items = FIELD_ITEMS(FIELD_ENUM, .values = "original|flac|lossy"), \
         .help = "In which formats others may download its archive; at first `original`"}, \
        {"credits", FIELD_ARRAY, .max = 200, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = credit), .help = "Who did what, in the order in which it is shown"}, \
        {"publish_at", FIELD_TIME, .nullable = true, .help = "When a `scheduled` release can be seen, in steps of five seconds"}, \
        {"publish_zone", FIELD_STRING, .nullable = true, .min = 1, .max = 64, .help = "IANA name of the time zone in which the time was entered; else UTC", \
         .example = "Europe/Paris"}, \
        {"release_at", FIELD_TIME, .nullable = true, \
         .help = "When its music comes out, in steps of five seconds. Until then the release is announced, and tracks that follow it are closed"}, \
        {"release_zone", FIELD_STRING, .nullable = true, .min = 1, .max = 64, .help = "IANA name of the time zone in which the date was entered; else UTC", \
         .example = "Europe/Paris"}
#define VISIBILITY_HELP "Who may see it: everybody; everybody who has its address; its creator; everybody from `publish_at` on"

static const struct field new_release[] = {
    {"title", FIELD_STRING, .required = true, .min = 1, .max = 255, .pattern = ".*[^ ].*", .help = "Title", .example = "Late trains"},
    {"kind", FIELD_ENUM, .values = KINDS, .fallback = "album", .help = "What it is"},
    {"licence", FIELD_ENUM, .values = LICENCES, .fallback = "all_rights_reserved", .help = "Creative Commons, or all rights reserved"},
    {"visibility", FIELD_ENUM, .values = "public|unlisted|private|scheduled", .fallback = "private", .help = VISIBILITY_HELP},
    RELEASE_FACTS,
    {"track_ids", FIELD_ARRAY, .max = 1000, .items = FIELD_ITEMS(FIELD_UUID), .help = "Tracks of one's own, in their order"},
    {"access", FIELD_ENUM, .values = ACCESS, .fallback = "own", .help = ACCESS_HELP},
    FIELD_END};

static const struct field draft_fields[] = {
    {"track_ids", FIELD_ARRAY, .required = true, .min = 1, .max = 1000, .items = FIELD_ITEMS(FIELD_UUID), .help = "Tracks of one's own"}, FIELD_END};

static const struct field release_changes[] = {
    {"title", FIELD_STRING, .min = 1, .max = 255, .pattern = ".*[^ ].*", .help = "Title"},
    {"slug", FIELD_STRING, .min = 1, .max = 80, .pattern = "[a-z0-9]+(-[a-z0-9]+)*",
     .help = "Its address, /release/{slug}, 20 at most. Old ones lead to it for ever. Until it is public, a part that nobody guesses is added", .example = "late-trains"},
    {"kind", FIELD_ENUM, .values = KINDS, .help = "What it is"},
    {"licence", FIELD_ENUM, .values = LICENCES, .help = "Creative Commons, or all rights reserved"},
    {"visibility", FIELD_ENUM, .values = "public|unlisted|private|scheduled", .help = VISIBILITY_HELP},
    RELEASE_FACTS,
    FIELD_END};

static const struct field new_tracks[] = {
    {"track_ids", FIELD_ARRAY, .required = true, .min = 1, .max = 1000, .items = FIELD_ITEMS(FIELD_UUID), .help = "Tracks of whoever made the release"},
    {"disc", FIELD_INT, .min = 1, .max = 99, .fallback = "1", .help = "The disc at whose end they are put"},
    {"access", FIELD_ENUM, .values = ACCESS, .fallback = "own", .help = ACCESS_HELP},
    FIELD_END};

static const struct field track_changes[] = {
    {"access", FIELD_ENUM, .values = ACCESS, .help = ACCESS_HELP},
    {"isrc", FIELD_STRING, .nullable = true, .pattern = "[A-Za-z]{2}[A-Za-z0-9]{3}[0-9]{7}", .help = "ISRC of the recording, without hyphens; the same in all releases",
     .example = "FRX012400001"},
    FIELD_END};

static const struct field track_move[] = {
    {"track_id", FIELD_UUID, .required = true, .help = "The track to move"},
    {"after", FIELD_UUID, .nullable = true, .help = "The track that it is put after, on the same disc; null puts it first"},
    {"disc", FIELD_INT, .min = 1, .max = 99, .help = "With `after` null: the disc; else the one that it is on"},
    FIELD_END};

static const enum problem_name cover_problems[] = {PROBLEM_STORAGE_FULL, PROBLEM_UNAVAILABLE, PROBLEM_COUNT};

static const struct problem *
release_cover_put(struct request *req)
{
    struct row owned;
    const struct problem *p = db_one(req, &q_release_changeable, &owned);

    return p ? p : picture_put(req, releases_storage, &release_picture, row_text(&owned, "release_id"));
}

static const struct problem *
release_cover_delete(struct request *req)
{
    struct row owned;
    const struct problem *p = db_one(req, &q_release_changeable, &owned);

    return p ? p : picture_clear(req, releases_storage, &release_picture, row_text(&owned, "release_id"));
}

static const struct route releases_routes[] = {
    {GET, "/api/v1/releases", "List public releases, or those of the signed-in user",
     .auth = AUTH_OPTIONAL, .scope = "releases:read", .limit = LIMIT_READ, .query = list_filters, .sql = &q_release_list, .shape = MANY, .replica = "releases users",
     .cache_s = 5, .cache_tags = "releases tracks"},

    {POST, "/api/v1/releases", "Create a release",
     "It is private unless `visibility` says otherwise. Its slug is made of the title; until it is public, with a part that nobody guesses.",
     .auth = AUTH_CREATOR, .scope = "releases:write", .limit = LIMIT_WRITE, .body = new_release, .idempotent = true,
     .sql = &q_release_create, .shape = ONE, .always = true, .status = 201, .then = &q_release_get, .location = "/api/v1/releases/{id}"},

    {POST, "/api/v1/releases/draft", "Make a private release of uploaded tracks, as the tags in their files say it",
     "Title, artist, kind, discs and order come from the tags; where no numbers are said, the names of the files decide. Tracks that are private follow the "
     "release.",
     .auth = AUTH_CREATOR, .scope = "releases:write", .limit = LIMIT_WRITE, .body = draft_fields, .idempotent = true,
     .sql = &q_release_draft, .shape = ONE, .always = true, .status = 201, .then = &q_release_get, .location = "/api/v1/releases/{id}"},

    {GET, "/api/v1/releases/by-slug/{slug}", "Get a release by its slug",
     "Or by a slug that it once had: `slug` in the reply is the present one.",
     .auth = AUTH_OPTIONAL, .scope = "releases:read", .limit = LIMIT_READ, .path = slug_in_path, .sql = &q_release_by_slug, .shape = ONE,
     .cache_s = 5, .cache_tags = "releases tracks"},

    {GET, "/api/v1/releases/{id}", "Get a release",
     .auth = AUTH_OPTIONAL, .scope = "releases:read", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_release_get, .shape = ONE,
     .cache_s = 5, .cache_tags = "releases tracks"},

    {PUT, "/api/v1/releases/{id}", "Change a release",
     "A new date or visibility holds at once, also for the tracks that follow the release.",
     .auth = AUTH_USER, .scope = "releases:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = release_changes,
     .sql = &q_release_update, .shape = ONE, .then = &q_release_get},

    {DELETE, "/api/v1/releases/{id}", "Delete a release",
     "Its tracks stay, with the visibility that they have.",
     .auth = AUTH_USER, .scope = "releases:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_release_delete, .shape = EMPTY},

    {GET, "/api/v1/releases/{id}/tracks", "List the tracks of a release, disc after disc, in their order",
     "A track that is not out yet, not ready yet, or not for the reader, keeps its place: `track_id` is null then. `access`, `visibility`, `status` and what "
     "failed are told to those who may change the release.",
     .auth = AUTH_OPTIONAL, .scope = "releases:read", .limit = LIMIT_READ, .path = id_in_path, .query = track_filters,
     .requires = &q_release_open_to, .sql = &q_release_tracks, .shape = MANY, .replica = "releases tracks users"},

    {POST, "/api/v1/releases/{id}/tracks", "Add tracks to a release",
     "At the end of a disc. A track that is in the release already stays where it is. A release holds 10,000 tracks. A track follows one release at most.",
     .auth = AUTH_USER, .scope = "releases:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = new_tracks,
     .requires = &q_release_changeable, .sql = &q_release_tracks_add, .shape = ONE, .always = true, .status = 201},

    {PUT, "/api/v1/releases/{id}/tracks/reorder", "Move a track of a release",
     "It is put after another track, wherever that one is by then, so two moves at the same time both hold.",
     .auth = AUTH_USER, .scope = "releases:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = track_move,
     .requires = &q_release_changeable, .sql = &q_release_track_move, .shape = EMPTY},

    {PUT, "/api/v1/releases/{id}/tracks/{track_id}", "Change what a release says of a track",
     .auth = AUTH_USER, .scope = "releases:write", .limit = LIMIT_WRITE, .path = track_in_path, .body = track_changes,
     .requires = &q_release_changeable, .sql = &q_release_track_change, .shape = EMPTY},

    {DELETE, "/api/v1/releases/{id}/tracks/{track_id}", "Remove a track from a release",
     "The track stays, with the visibility that it has.",
     .auth = AUTH_USER, .scope = "releases:write", .limit = LIMIT_WRITE, .path = track_in_path,
     .requires = &q_release_changeable, .sql = &q_release_track_remove, .shape = EMPTY},

    {PUT, "/api/v1/releases/{id}/cover", "Replace the cover of a release",
     .auth = AUTH_USER, .scope = "releases:write", .limit = LIMIT_UPLOAD, .path = id_in_path, .files = cover_files, .max_body = COVER_MAX,
     .handler = release_cover_put, .replies = &q_release_get, .problems = cover_problems},

    {DELETE, "/api/v1/releases/{id}/cover", "Remove the cover of a release",
     .auth = AUTH_USER, .scope = "releases:write", .limit = LIMIT_WRITE, .path = id_in_path, .handler = release_cover_delete, .status = 204},

    {GET, "/api/v1/releases/{id}/cover/{size}", "Get the cover image of a release",
     .auth = AUTH_OPTIONAL, .scope = "releases:read", .limit = LIMIT_MEDIA, .path = cover_in_path, .query = cover_options,
     .file = &q_release_cover, .handler = file_get, .produces = "image/webp"},
    ROUTE_END};

bool
release_files_delete(const char *release_id)
{
    char key[STORAGE_KEY_MAX + 1];

    snprintf(key, sizeof key, "covers/%s", release_id);
    return storage_delete_prefix(releases_storage, key) == 0;
}

static bool
on_deleted(const struct event *event, void *context)
{
    const char *id = json_string_value(json_object_get(event->payload, "release_id"));

    (void)context;
    return !id || !uuid_valid(id) || release_files_delete(id);
}

/* The job `release_tell`, due when the music of a release is out. */
static enum job_outcome
release_tell(struct job *job)
{
    const struct db_arg args[] = {{"release_id", json_string_value(json_object_get(job->payload, "release_id"))}, {0}};
    PGresult *result;

    if (!args[0].text || !uuid_valid(args[0].text))
        return JOB_FAILED;
    if (db_run(&q_release_tell, args, &result, NULL))
        return JOB_RETRY;
    PQclear(result);
    return JOB_DONE;
}

static bool
releases_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    releases_storage = with->storage;
    return true;
}

static const struct subscription subscriptions[] = {{"releases.files", BUS_EVENTS("release.deleted"), BUS_FROM_START, on_deleted}, {0}};
static const struct job_handler jobs[] = {{"release_tell", JOB_LIGHT, release_tell}, {0}};

const struct module releases_module = {.name = "releases",
                                       .routes = ROUTE_TABLES(releases_routes),
                                       .queries = releases_queries,
                                       .jobs = jobs,
                                       .subscriptions = subscriptions,
                                       .personal = &releases_personal,
                                       .setup = releases_setup};
