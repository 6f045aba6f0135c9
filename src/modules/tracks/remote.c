/* remote.c - what stream servers without the database tell (ADR 0089). Such a server shares the store, takes the job of a track, writes the files of its run under hls/
 * and waveforms/, and says that they are there. The end of a run is that of our own worker (transcode.c); whatever is said twice counts once. */
#include "modules/tracks/internal.h"

/* Ends the job that this request's run holds. */
static PGresult *
remote_commit(void *context, const struct query *query, const struct db_arg *args, enum job_outcome outcome)
{
    struct request *req = context;
    const struct db_arg job[] = {{"track_id", request_param(req, "track_id")}, {"version", request_param(req, "version")},
                                 {"state", outcome == JOB_DONE ? "done" : "failed"}, {"error", request_param(req, "code")}, {0}};
    PGresult *ended = NULL, *row = NULL;
    bool good;

    if (db_begin())
        return NULL;
    good = !db_run(&q_track_run_end, job, &ended, NULL) && PQntuples(ended) == 1 && !db_run(query, args, &row, NULL) && PQntuples(row) == 1;
    PQclear(ended);
    if (db_end(good) == DB_OK && good)
        return row;
    PQclear(row);
    return NULL;
}

static struct track_run
remote_run(struct request *req, const struct row *state)
{
    return (struct track_run){request_param(req, "track_id"), request_param(req, "version"), row_text(state, "version_id"), row_text(state, "before")};
}

static const struct problem *
remote_not_held(struct request *req)
{
    return problem_detail(req->arena, PROBLEM(CONFLICT), "This run does not hold the job of the track, or not any more.");
}

static const struct problem *
remote_reply(struct request *req, const char *state)
{
    return reply_json(req, 200, json_pack("{s:s, s:s, s:s}", "track_id", request_param(req, "track_id"), "version", request_param(req, "version"), "state", state));
}

/* A run plays only when what players ask for first is there. Returns an enum storage_error. */
static int
remote_find(const struct track_run *run, const char *folder, const char *file)
{
    char key[STORAGE_KEY_MAX + 1];
    struct source *source;
    int error;

    snprintf(key, sizeof key, "%s/%s/%s/%s", folder, run->track_id, run->version, file);
    error = storage_open(tracks_storage, key, &source);
    if (!error)
        source_unref(source);
    return error;
}

/* 409 makes a stream server delete its files: only for those that are surely not there. */
static const struct problem *
remote_check_files(struct request *req, const struct track_run *run)
{
    int error = remote_find(run, "hls", "master.m3u8");

    error = error ? error : remote_find(run, "waveforms", "overview.json");
    if (error == STORAGE_NOT_FOUND)
        return problem_detail(req->arena, PROBLEM(CONFLICT), "The files of this run are not in storage.");
    return problem_of_storage(req->arena, error);
}

static const struct problem *
remote_ready(struct request *req)
{
    scoped_text result = json_dumps(request_json(req, "result"), JSON_COMPACT);
    const struct problem *p;
    struct track_run run;
    struct row state;
    bool takes_cover;

    request_set(req, "track_id", request_param(req, "id"));
    p = db_one(req, &q_track_run_state, &state);
    if (p)
        return p;
    if (row_bool(&state, "is_complete"))
        return remote_reply(req, "completed");
    if (!row_bool(&state, "is_held"))
        return remote_not_held(req);
    run = remote_run(req, &state);
    p = remote_check_files(req, &run);
    if (p)
        return p;
    if (!result)
        return PROBLEM(INTERNAL);
    return track_run_complete(&run, result, NULL, &takes_cover, remote_commit, req) ? remote_reply(req, "completed") : PROBLEM(UNAVAILABLE);
}

/* --- events --- */

static const struct problem *
remote_take(struct request *req, void *context)
{
    const struct problem *p;
    struct row job, work;

    (void)context;
    p = db_maybe(req, &q_track_run_take, &job);
    if (!p && !job.count)
        p = problem_detail(req->arena, PROBLEM(CONFLICT), "There is no job for this track, or somebody else has it.");
    if (p)
        return p;
    request_set(req, "id", row_text(&job, "track_id"));
    p = db_one(req, &q_track_work, &work);
    if (p)
        return p;
    return reply_json(req, 200, json_pack("{s:s, s:s, s:s, s:s}", "track_id", row_text(&job, "track_id"), "version", request_param(req, "version"), "state", "processing",
                                          "input", row_text(&work, "file_path")));
}

static const struct problem *
remote_progress(struct request *req, const struct row *state)
{
    const struct problem *p = db_maybe(req, &q_track_run_progress, NULL);

    if (!p)
        track_tell_progress(row_text(state, "creator_id"), request_param(req, "track_id"), request_param(req, "stage"), strtod(request_param(req, "progress"), NULL),
                            row_bool(state, "plays"));
    return p ? p : remote_reply(req, "processing");
}

static const struct problem *
remote_event(struct request *req)
{
    const char *type = request_param(req, "type");
    const struct problem *p;
    struct track_run run;
    struct row state;

    if (text_equal(type, "started"))
        return db_transaction(req, remote_take, NULL);
    p = db_one(req, &q_track_run_state, &state);
    if (p)
        return p;
    if (row_bool(&state, "is_complete") || row_bool(&state, "is_failed"))
        return remote_reply(req, row_bool(&state, "is_failed") ? "failed" : "completed");
    if (!row_bool(&state, "is_held"))
        return remote_not_held(req);
    if (text_equal(type, "progress"))
        return remote_progress(req, &state);
    run = remote_run(req, &state);
    return track_run_fail(&run, request_param(req, "code"), request_param(req, "message"), remote_commit, req) ? remote_reply(req, "failed") : PROBLEM(UNAVAILABLE);
}

/* --- declarations --- */

#define VERSION {"version", FIELD_STRING, .required = true, .min = MEDIA_VERSION_TEXT - 1, .max = MEDIA_VERSION_TEXT - 1, .pattern = "[0-9a-f]*", \
                 .help = "Name of this run of the processing: 16 random hex digits, chosen by who does it. Its files are in hls/{id}/{version} and " \
                         "waveforms/{id}/{version}", \
                 .example = "0123456789abcdef"}
#define WHOLE(its_name, ...) {its_name, FIELD_INT64, .max = FIELD_EXACT_MAX, __VA_ARGS__}

static const struct field rendition_fields[] = {
    {"name", FIELD_ENUM, .required = true, .values = "low|medium|high|lossless"},
    {"codec", FIELD_STRING, .required = true, .max = 30},
    WHOLE("bandwidth", .required = true), WHOLE("average_bandwidth", .required = true), {"bitrate", FIELD_INT, .required = true, .max = 100000000},
    {"sample_rate", FIELD_INT, .required = true, .min = 1, .max = 768000}, {"channels", FIELD_INT, .required = true, .min = 1, .max = 64},
    WHOLE("encoder_delay", .required = true), WHOLE("end_padding", .required = true), WHOLE("samples", .required = true),
    {"segments", FIELD_INT, .required = true, .min = 1, .max = 8192}, {"segment_duration_ms", FIELD_INT, .required = true, .min = 1, .max = 60000},
    {"coder", FIELD_STRING, .max = 30}, {"gain_db", FIELD_NUMBER, .nullable = true, .min = -200, .max = 200},
    {"nmr_db", FIELD_NUMBER, .nullable = true, .min = -1000, .max = 1000}, {"level_change_db", FIELD_NUMBER, .nullable = true, .min = -1000, .max = 1000},
    {"true_peak_dbtp", FIELD_NUMBER, .nullable = true, .min = -1000, .max = 1000}, {"is_good", FIELD_BOOL},
    FIELD_END};

static const struct field result_fields[] = {
    {"format", FIELD_STRING, .required = true, .max = 10}, {"codec", FIELD_STRING, .max = 30},
    {"sample_rate", FIELD_INT, .required = true, .min = 1, .max = 768000}, {"channels", FIELD_INT, .required = true, .min = 1, .max = 64},
    {"bit_depth", FIELD_INT, .nullable = true, .min = 1, .max = 64}, {"bit_rate", FIELD_INT, .nullable = true, .max = 1000000000},
    {"duration_ms", FIELD_INT, .required = true, .min = 1, .max = 2147483647}, WHOLE("samples", .required = true), WHOLE("mended_samples", .required = true),
    {"is_lossless", FIELD_BOOL}, {"has_cover", FIELD_BOOL}, {"ended_early", FIELD_BOOL, .required = true}, {"tags", FIELD_OBJECT, .max = 8192},
    {"loudness_lufs", FIELD_NUMBER, .nullable = true, .min = -1000, .max = 1000}, {"loudness_range_lu", FIELD_NUMBER, .nullable = true, .min = -1000, .max = 1000},
    {"true_peak_dbtp", FIELD_NUMBER, .nullable = true, .min = -1000, .max = 1000}, {"fingerprint", FIELD_STRING, .nullable = true, .max = 20000},
    {"renditions", FIELD_ARRAY, .required = true, .min = 1, .max = 4, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = rendition_fields)},
    FIELD_END};

static const struct field ready_body[] = {
    VERSION,
    {"result", FIELD_OBJECT, .required = true, .fields = result_fields, .help = "RESULT of the media worker (docs/media.md), without `music`"},
    FIELD_END};

static const struct field event_body[] = {
    {"type", FIELD_ENUM, .required = true, .values = "started|progress|failed",
     .help = "`started`: take the job of the track. `progress`: also says that the run goes on"},
    {"track_id", FIELD_UUID, .required = true, .help = "The track"},
    VERSION,
    {"stage", FIELD_ENUM, .values = "probing|transcoding|storing", .fallback = "transcoding", .help = "With `progress`"},
    {"progress", FIELD_NUMBER, .max = 1, .fallback = "0", .help = "With `progress`: part of the stage that is done"},
    {"code", FIELD_STRING, .min = 1, .max = 50, .fallback = "internal", .pattern = "[a-z_]*", .help = "With `failed`: a code of docs/media.md"},
    {"message", FIELD_STRING, .min = 1, .max = 500, .fallback = "This file could not be processed.", .help = "With `failed`: a sentence for the owner"},
    FIELD_END};

static const struct field run_reply[] = {
    {"track_id", FIELD_UUID, .required = true},
    {"version", FIELD_STRING, .required = true},
    {"state", FIELD_ENUM, .required = true, .values = "processing|completed|failed", .help = "Of this run"},
    {"input", FIELD_STRING, .help = "With `started`: the key in storage of the file to process"},
    FIELD_END};

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const enum problem_name remote_problems[] = {PROBLEM_NOT_FOUND, PROBLEM_CONFLICT, PROBLEM_COUNT};

const struct route remote_routes[] = {
    {POST, "/api/v1/internal/tracks/{id}/stream-ready", "Tell that the files of a run of the processing are in storage",
     "For stream servers without the database. From then on this run plays, as after our own worker. Told twice, it counts once. 409 for a run that does not hold the "
     "job (any more): delete its files.",
     .auth = AUTH_INTERNAL, .limit = LIMIT_WRITE, .path = id_in_path, .body = ready_body, .handler = remote_ready, .reply = run_reply, .problems = remote_problems},
    {POST, "/api/v1/internal/stream-events", "Tell that a run of the processing begins, goes on, or has failed",
     "For stream servers without the database. `started` takes the job, and tells which file to process. A run that is not heard of for `JOB_STALE_S` seconds (30) loses "
     "the job to others. Told twice, each counts once.",
     .auth = AUTH_INTERNAL, .limit = LIMIT_WRITE, .body = event_body, .handler = remote_event, .reply = run_reply, .problems = remote_problems, .no_audit = true},
    ROUTE_END};
