/* stems.c - routes and jobs of the module. */
#include "modules/stems/internal.h"

#include "platform/bus/bus.h"
#include "platform/bus/listener.h"

extern const struct module stems_module;

struct storage *stems_storage;

#define TRACK_ID {"id", FIELD_UUID, .required = true, .help = "The track"}
#define STEM_ID {"stem_id", FIELD_UUID, .required = true, .help = "The stem"}

static const struct field track_in_path[] = {TRACK_ID, FIELD_END};
static const struct field stem_in_path[] = {TRACK_ID, STEM_ID, FIELD_END};
static const struct field name_in_path[] = {
    TRACK_ID, {"name", FIELD_STRING, .required = true, .max = 100, .help = "Name of the stem, in any case", .example = "Drums"}, FIELD_END};
static const struct field segment_in_path[] = {
    TRACK_ID, STEM_ID, {"number", FIELD_INT, .required = true, .min = 0, .max = 100000, .help = "From 0 to `segments` - 1"}, FIELD_END};
static const struct field run_in_query[] = {
    {"run", FIELD_STRING, .max = 16, .help = "`run` of the stem; only makes addresses differ"}, FIELD_END};
static const struct field guest_in_path[] = {TRACK_ID, {"user_id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};

static const struct field new_stem[] = {STEM_NAME, FIELD_END};
static const struct field stem_changes[] = {
    {"name", FIELD_STRING, .min = 1, .max = 100, .help = "Name; no two stems of a track have the same, whatever its case"},
    {"offset_samples", FIELD_INT64, .min = -100000000, .max = 100000000,
     .help = "Where its first sample is on the clock of the track, in samples of `sample_rate`; what is before 0 is not heard"},
    FIELD_END};
static const struct field new_guest[] = {{"user_id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};

const struct file_field stem_files[] = {
    {"file", FILE_TYPE_AUDIO, .required = true, .counts = true, .help = "WAV, AIFF, FLAC, ALAC, AAC, MP3, Ogg Vorbis or Opus"}, {0}};

static const enum problem_name upload_problems[] = {PROBLEM_EMAIL_NOT_VERIFIED, PROBLEM_QUOTA_EXCEEDED, PROBLEM_STORAGE_FULL, PROBLEM_CONFLICT,
                                                    PROBLEM_UNAVAILABLE, PROBLEM_COUNT};

static const struct route stem_routes[] = {
    {POST, "/api/v1/tracks/{id}/stems", "Upload a stem of a track",
     "For its owner. The stem is `pending` until it can be played. At most 32 a track, none far longer than the track. All stems of a track play at one rate, that of "
     "the first: others are resampled. Large files come in several requests: the inputs `stem_of` and `stem_name` of `/uploads/tus` and `/tracks/initiate`.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .path = track_in_path, .files = stem_files, .body = new_stem,
     .handler = stem_upload, .idempotent = true, .status = 201, .replies = &q_stem_get, .problems = upload_problems},

    {GET, "/api/v1/tracks/{id}/stems", "List the stems of a track, by name",
     "For its owner, for those invited, and where `stems_open` of the track says so for everybody who may see it. Only the owner sees those that are not ready.",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .path = track_in_path,
     .requires = &q_stems_of, .sql = &q_stem_list, .shape = MANY},

    {GET, "/api/v1/tracks/{id}/stems/{name}/download", "Download a stem",
     "As it was uploaded. For whoever may list the stems. Takes ranges.",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_MEDIA, .path = name_in_path,
     .file = &q_stem_file, .handler = file_get, .produces = "application/octet-stream", .problems = file_problems},

    {PUT, "/api/v1/tracks/{id}/stems/{stem_id}", "Change the name or the offset of a stem",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = stem_in_path, .body = stem_changes,
     .sql = &q_stem_update, .shape = ONE, .then = &q_stem_get},

    {DELETE, "/api/v1/tracks/{id}/stems/{stem_id}", "Delete a stem and its files",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = stem_in_path, .sql = &q_stem_delete, .shape = EMPTY},

    {GET, "/api/v1/tracks/{id}/stems/{stem_id}/segments/{number}", "Get a segment of a stem, for players",
     "A whole FLAC file of `segment_samples` samples, of which only that of the last segment has fewer, at `sample_rate`.",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_MEDIA, .path = segment_in_path, .query = run_in_query,
     .file = &q_stem_segment, .handler = file_get, .produces = "audio/flac", .problems = file_problems},

    {GET, "/api/v1/tracks/{id}/stems/{stem_id}/waveform", "Get the waveform peaks of a stem",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_MEDIA, .path = stem_in_path, .query = run_in_query,
     .file = &q_stem_waveform, .handler = file_get, .produces = "application/json"},

    {GET, "/api/v1/tracks/{id}/stem-guests", "List who was invited to the stems of a track, the first invited first",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .path = track_in_path,
     .requires = &q_stem_guests_of, .sql = &q_stem_guest_list, .shape = MANY},

    {POST, "/api/v1/tracks/{id}/stem-guests", "Invite somebody to the stems of a track",
     "They hear and download them where they may see the track. Inviting them again changes nothing. At most 100.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = track_in_path, .body = new_guest,
     .requires = &q_stem_guests_of, .sql = &q_stem_guest_add, .shape = ONE, .status = 201, .then = &q_stem_guest_get},

    {DELETE, "/api/v1/tracks/{id}/stem-guests/{user_id}", "Take an invitation to the stems of a track back, or give one's own up",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = guest_in_path, .sql = &q_stem_guest_remove, .shape = EMPTY},
    ROUTE_END};

/* The attempts at this stem are used up, or the server died on it as often as it may. */
static bool
on_job_died(const struct event *event, void *context)
{
    const char *id = json_string_value(json_object_get(json_object_get(event->payload, "payload"), "stem_id"));
    bool deaths = text_equal(json_string_value(json_object_get(event->payload, "reason")), "deaths");

    (void)context;
    if (!id || !text_equal(json_string_value(json_object_get(event->payload, "kind")), "stem"))
        return true;
    return stem_fail(id, deaths ? "interrupted" : "crashed",
                     deaths ? "The server was stopped too often while it worked on this file. Upload it once more."
                            : "This file could not be processed: it is probably damaged.");
}

static bool
stems_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    stems_storage = with->storage;
    return true;
}

static const struct subscription subscriptions[] = {{"stems.failures", BUS_EVENTS("job.died"), BUS_FROM_START, on_job_died}, {0}};

static const struct job_handler jobs[] = {{"stem", JOB_HEAVY, stem_process}, {"stem_sweep", JOB_LIGHT, stem_sweep}, {0}};

const struct module stems_module = {.name = "stems",
                                    .personal = &stems_personal,
                                    .routes = ROUTE_TABLES(stem_routes),
                                    .queries = stems_queries,
                                    .jobs = jobs,
                                    .subscriptions = subscriptions,
                                    .setup = stems_setup};
