#include "modules/tracks/internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/media_work.h"
#include "base/log.h"
#include "http/server.h"
#include "platform/bus/bus.h"
#include "platform/bus/listener.h"

struct storage *tracks_storage;
int64_t tracks_max_duration_s, tracks_timeout_s;
bool tracks_verified_email;

static const struct setting settings[] = {
    {.section = "Tracks"},
    {"REQUIRE_VERIFIED_EMAIL", .boolean = &tracks_verified_email, .fallback = "false", .help = "uploading needs a verified e-mail address"},
    {"MEDIA_MAX_DURATION_S", .integer = &tracks_max_duration_s, .fallback = "21600", .min = 1, .max = 172800, .help = "longest track in seconds"},
    {"MEDIA_TIMEOUT_S", .integer = &tracks_timeout_s, .fallback = "3600", .min = 10, .max = 86400,
     .help = "time that one processing attempt may take"},
    {0}};

static bool
delete_prefix(const char *folder, const char *track_id, const char *rest)
{
    char key[STORAGE_KEY_MAX + 1];

    snprintf(key, sizeof key, "%s/%s%s%s", folder, track_id, *rest ? "/" : "", rest);
    return storage_delete_prefix(tracks_storage, key) == 0;
}

static bool
delete_file(const char *folder, const char *track_id, const char *rest)
{
    char key[STORAGE_KEY_MAX + 1];

    snprintf(key, sizeof key, "%s/%s%s%s", folder, track_id, *rest ? "/" : "", rest);
    return storage_delete(tracks_storage, key) == 0;
}

/* Another track plays the files of this one, or of this run of it: 1, or 0; -1 when the database could not be asked. */
static int
shares_files(const char *track_id, const char *run)
{
    const struct db_arg args[] = {{"id", track_id}, {"run", run}, {0}};

    return track_rows(&q_track_shares_files, args);
}

bool
track_files_delete(const char *track_id)
{
    int shared = shares_files(track_id, NULL);
    bool good = shared >= 0;

    if (shared == 0) {
        good = delete_prefix("hls", track_id, "");
        good &= delete_prefix("waveforms", track_id, "");
        good &= delete_prefix("covers", track_id, "");
    }
    good &= delete_prefix("downloads", track_id, "");
    good &= delete_prefix("versions", track_id, "");
    good &= delete_prefix("stems", track_id, "");
    return delete_file("originals", track_id, "") && good;
}

/* The files of a deleted track, and the bytes that they counted. */
static bool
delete_and_count(const char *track_id)
{
    const struct db_arg args[] = {{"id", track_id}, {0}};
    PGresult *result;

    if (!track_files_delete(track_id) || db_run(&q_track_files_gone, args, &result, NULL))
        return false;
    PQclear(result);
    return true;
}

/* From before there were versions: files beside the folders of versions. */
static bool
delete_unversioned(const char *track_id)
{
    static const char *const qualities[] = {"low", "medium", "high", "lossless"};
    bool good = delete_file("hls", track_id, "master.m3u8");

    for (size_t i = 0; i < COUNT_OF(qualities); i++)
        good &= delete_prefix("hls", track_id, qualities[i]);
    good &= delete_file("waveforms", track_id, "overview.json");
    return delete_file("waveforms", track_id, "detail.json") && good;
}

bool
track_version_delete(const char *track_id, const char *version)
{
    int shared = shares_files(track_id, version);
    bool good;

    if (shared)
        return shared > 0;
    if (!*version)
        return delete_unversioned(track_id);
    good = delete_prefix("hls", track_id, version) && delete_prefix("downloads", track_id, version);
    return delete_prefix("waveforms", track_id, version) && good;
}

int
track_rows(const struct query *query, const struct db_arg *args)
{
    PGresult *result;
    int rows;

    if (db_run(query, args, &result, NULL))
        return -1;
    rows = PQntuples(result);
    PQclear(result);
    return rows;
}

/* What is left of a run of the processing that was given up. */
static bool
sweep_run(const char *track_id, const char *run)
{
    const struct db_arg args[] = {{"id", track_id}, {"run", run}, {0}};
    int playing = track_rows(&q_track_run_plays, args);

    return playing > 0 || (playing == 0 && track_version_delete(track_id, run));
}

/* The job `track_sweep`: deletes the files of a track that is gone for good, or never came to be; or the one of a version, or those of a run. */
static enum job_outcome
tracks_sweep(struct job *job)
{
    const char *id = json_string_value(json_object_get(job->payload, "track_id"));
    const char *version_id = json_string_value(json_object_get(job->payload, "version_id"));
    const char *run = json_string_value(json_object_get(job->payload, "run"));
    const struct db_arg args[] = {{"id", id}, {0}};
    int keeping;

    if (!id || !uuid_valid(id))
        return JOB_FAILED;
    if (run)
        return sweep_run(id, run) ? JOB_DONE : job_retry_storage(job, tracks_storage);
    if (version_id)
        return uuid_valid(version_id) && track_version_sweep_file(id, version_id) ? JOB_DONE : job_retry_storage(job, tracks_storage);
    keeping = track_rows(&q_track_keeps_files, args);
    if (keeping < 0)
        return JOB_RETRY;
    return keeping > 0 || delete_and_count(id) ? JOB_DONE : job_retry_storage(job, tracks_storage);
}

static bool
on_deleted(const struct event *event, void *context)
{
    const char *id = json_string_value(json_object_get(event->payload, "track_id"));

    (void)context;
    return !id || !uuid_valid(id) || delete_and_count(id);
}

/* The attempts at this track are used up, or the server died on it as often as it may. */
static bool
on_job_died(const struct event *event, void *context)
{
    const char *id = json_string_value(json_object_get(json_object_get(event->payload, "payload"), "track_id"));
    const char *version_id = json_string_value(json_object_get(json_object_get(event->payload, "payload"), "version_id"));
    bool deaths = text_equal(json_string_value(json_object_get(event->payload, "reason")), "deaths");
    const struct db_arg args[] = {{"id", id},
                                  {"version_id", version_id},
                                  {"keeps_runs", "true"},
                                  {"code", deaths ? "interrupted" : "crashed"},
                                  {"message", deaths ? "The server was stopped too often while it worked on this file. Process it once more."
                                                     : "This file could not be processed: it is probably damaged."},
                                  {0}};
    PGresult *result;

    (void)context;
    if (!id || !text_equal(json_string_value(json_object_get(event->payload, "kind")), "transcode"))
        return true;
    if (db_run(&q_track_fail, args, &result, NULL))
        return false;
    PQclear(result);
    return true;
}

static bool
tracks_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    tracks_storage = with->storage;
    return true;
}

static const struct subscription subscriptions[] = {
    {"tracks.files", BUS_EVENTS("track.deleted"), BUS_FROM_START, on_deleted},
    {"tracks.failures", BUS_EVENTS("job.died"), BUS_FROM_START, on_job_died},
    {0}};

static const struct job_handler jobs[] = {{"transcode", JOB_HEAVY, tracks_transcode},
                                          {"track_sweep", JOB_LIGHT, tracks_sweep},
                                          {"tracks_measure", JOB_ERASE, tracks_measure, .every_s = 600},
                                          {"track_versions_sweep", JOB_LIGHT, track_versions_sweep, .every_s = 60},
                                          {0}};

static const struct topic_kind topics[] = {
    {"track", "Changes of one track, for everybody who may see it", .may_subscribe = &q_topic_track}, TOPIC_END};

static const struct field progress_fields[] = {
    {"track_id", FIELD_UUID},
    {"stage", FIELD_ENUM, .values = "queued|probing|transcoding|playable|storing|done|failed",
     .help = "`playable`: said once, of a long recording; its owner can play the first quality"},
    {"progress", FIELD_NUMBER, .max = 1, .help = "Part of the stage that is done"},
    {"status", FIELD_ENUM, .values = "processing|completed|failed", .help = "Of the track; one that is processed once more stays `completed`"},
    FIELD_END};

static const struct field changed_fields[] = {{"track_id", FIELD_UUID}, FIELD_END};

static const struct message messages[] = {
    {"track.progress", "user", "Progress of the processing of a track, for its owner", .fields = progress_fields, .address = "/api/v1/tracks"},
    {"track.changed", "track", "The track was edited, or processed", .fields = changed_fields, .address = "/api/v1/tracks/{id}"},
    MESSAGE_END};

const struct module tracks_module = {.name = "tracks",
                                     .personal = &tracks_personal,
                                     .routes = ROUTE_TABLES(track_routes, remote_routes),
                                     .queries = tracks_queries,
                                     .jobs = jobs,
                                     .subscriptions = subscriptions,
                                     .settings = settings,
                                     .topics = topics,
                                     .messages = messages,
                                     .setup = tracks_setup};
