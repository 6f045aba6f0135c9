/* generic.c - /uploads and /upload: the same engine under general names. */
#include "modules/uploads/internal.h"

#include <string.h>
#include <strings.h>

static const struct field upload_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The upload"}, FIELD_END};

static const struct field batch_item[] = {
    {"filename", FIELD_STRING, .required = true, .min = 1, .max = 255, .example = "Late trains.wav"},
    {"length_bytes", FIELD_INT64, .required = true, .min = 1, .max = FIELD_EXACT_MAX, .example = "1000000"},
    FIELD_END};
static const struct field batch_fields[] = {
    {"items", FIELD_ARRAY, .required = true, .min = 1, .max = 100, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = batch_item), .help = "The files"},
    {"visibility", FIELD_ENUM, .values = "public|unlisted|private", .fallback = "private", .help = "Of the tracks"},
    FIELD_END};
static const struct field batch_upload[] = {
    {"id", FIELD_UUID, .required = true},
    {"filename", FIELD_STRING, .required = true},
    {"length_bytes", FIELD_INT64, .required = true},
    {"url", FIELD_STRING, .required = true, .help = "Where the bytes are sent with tus"},
    {"expires_at", FIELD_TIME, .required = true},
    FIELD_END};
static const struct field batch_reply[] = {{"items", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = batch_upload)}, FIELD_END};

static const struct field limits_reply[] = {
    {"max_bytes", FIELD_INT64, .required = true, .help = "Largest file"},
    {"chunk_bytes", FIELD_INT64, .required = true, .help = "Size of the parts of /tracks/initiate"},
    {"open_uploads", FIELD_INT64, .required = true, .help = "Unfinished uploads of one person"},
    {"expires_s", FIELD_INT64, .required = true, .help = "How long an unfinished upload is kept after its last byte"},
    {"storage_bytes", FIELD_INT64, .required = true, .help = "What the files of one person may take together, where nothing else was set"},
    {"extensions", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_STRING)},
    FIELD_END};
static const struct field type_query[] = {
    {"filename", FIELD_STRING, .required = true, .min = 1, .max = 255, .example = "Late trains.wav"},
    {"size", FIELD_INT64, .min = 0, .max = FIELD_EXACT_MAX, .help = "Bytes"},
    FIELD_END};
static const struct field type_reply[] = {
    {"accepted", FIELD_BOOL, .required = true},
    {"reason", FIELD_ENUM, .required = true, .nullable = true, .values = "extension|empty|too_large"},
    FIELD_END};

static const enum problem_name whole_problems[] = {PROBLEM_EMAIL_NOT_VERIFIED, PROBLEM_QUOTA_EXCEEDED, PROBLEM_STORAGE_FULL, PROBLEM_COUNT};
static const enum problem_name batch_problems[] = {PROBLEM_EMAIL_NOT_VERIFIED, PROBLEM_QUOTA_EXCEEDED, PROBLEM_STORAGE_FULL, PROBLEM_TOO_MANY_UPLOADS, PROBLEM_COUNT};

/* Names of files that hold sound; what a file really is, its bytes tell when it is whole. */
static const char *const extensions[] = {"wav", "wave", "aif", "aiff", "flac", "m4a", "mp4", "aac", "mp3", "ogg", "oga", "opus"};

static const struct problem *
upload_whole(struct request *req)
{
    char *id = arena_alloc(req->arena, UUID_TEXT);
    const struct problem *p = track_may_upload(req);

    if (!id)
        return PROBLEM(INTERNAL);
    uuid_random(id);
    request_set(req, "upload_id", id);
    p = p ? p : track_make(req, gate_file(req, "file"), gate_file(req, "cover"), &q_upload_whole);
    if (p)
        return p;
    reply_header(req, "Location", arena_printf(req->arena, "/api/v1/uploads/%s/status", id));
    return reply_query(req, 201, &q_upload_get);
}

static const struct problem *
upload_batch(struct request *req)
{
    const json_t *items = request_json(req, "items"), *item;
    uint64_t total = 0;
    const struct problem *p;
    size_t i;

    json_array_foreach(items, i, item) {
        uint64_t length = (uint64_t)json_integer_value(json_object_get(item, "length_bytes"));

        if (length > gate_max_bytes())
            return problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "A file has at most %llu bytes.", (unsigned long long)gate_max_bytes());
        total += length;
    }
    p = transfer_prepare(req, total);
    return p ? p : transfer_explain(req, reply_query(req, 201, &q_upload_create_several), total);
}

static const struct problem *
upload_progress(struct request *req)
{
    struct staged_state file = {0};
    struct transfer transfer;
    const struct problem *p;

    request_set(req, "upload_id", request_param(req, "id"));
    p = transfer_find(req, false, &transfer);
    if (p)
        return p;
    if (transfer.state == TRANSFER_OPEN && !transfer.is_chunked)
        staged_look(uploads_storage, transfer.id, &file);
    request_set(req, "on_disk", arena_printf(req->arena, "%llu", (unsigned long long)file.size));
    p = reply_query(req, 200, &q_upload_progress);
    req->reply.cache_control = CACHE_NEVER;
    return p;
}

static const struct problem *
upload_status(struct request *req)
{
    request_set(req, "upload_id", request_param(req, "id"));
    return reply_query(req, 200, &q_upload_get);
}

static const struct problem *
upload_remove(struct request *req)
{
    const struct problem *p;

    request_set(req, "upload_id", request_param(req, "id"));
    p = transfer_delete(req);
    return p ? p : reply_empty(req, 204);
}

static const struct problem *
upload_limits(struct request *req)
{
    json_t *names = json_array();

    for (size_t i = 0; i < COUNT_OF(extensions); i++)
        json_array_append_new(names, json_string(extensions[i]));
    return reply_json(req, 200, json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "max_bytes", (json_int_t)gate_max_bytes(), "chunk_bytes", (json_int_t)uploads_chunk_bytes(),
                                          "open_uploads", (json_int_t)uploads_open_max, "expires_s", (json_int_t)uploads_expire_s, "storage_bytes",
                                          (json_int_t)gate_usual_quota(), "extensions", names));
}

static const struct problem *
upload_validate_type(struct request *req)
{
    const char *dot = strrchr(request_param(req, "filename"), '.'), *reason = "extension";
    int64_t size = 1;

    for (size_t i = 0; dot && i < COUNT_OF(extensions); i++)
        if (strcasecmp(dot + 1, extensions[i]) == 0)
            reason = NULL;
    text_to_int64(request_param(req, "size"), 0, INT64_MAX, &size);
    if (!reason && (!size || (uint64_t)size > gate_max_bytes()))
        reason = size ? "too_large" : "empty";
    return reply_json(req, 200, json_pack("{s:b, s:s?}", "accepted", !reason, "reason", reason));
}

const struct route generic_routes[] = {
    {POST, "/api/v1/uploads", "Upload a file in one request",
     "As POST /tracks: the file becomes a track, whose id is in the reply.",
     .auth = AUTH_CREATOR, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .files = track_upload_files, .body = track_upload_fields, .handler = upload_whole,
     .status = 201, .replies = &q_upload_get, .problems = whole_problems},

    {POST, "/api/v1/uploads/batch", "Begin several uploads at once",
     "All of them, or none. The bytes of each are sent with tus to its `url`.",
     .auth = AUTH_CREATOR, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .body = batch_fields, .handler = upload_batch, .status = 201, .reply = batch_reply,
     .problems = batch_problems},

    {GET, "/api/v1/uploads/stats", "Count one's own uploads",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_READ, .sql = &q_upload_stats, .shape = ONE, .always = true},

    {GET, "/api/v1/uploads/{id}/status", "Get an upload",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_READ, .path = upload_in_path, .handler = upload_status, .runs = RUNS_IN_LOOP, .replies = &q_upload_get},

    {GET, "/api/v1/uploads/{id}/progress", "Get how far an upload is",
     "Looking disturbs nobody who sends.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_READ, .path = upload_in_path, .handler = upload_progress, .replies = &q_upload_progress},

    {DELETE, "/api/v1/uploads/{id}", "End an upload and delete its bytes",
     "A track that it became stays.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = upload_in_path, .handler = upload_remove, .status = 204},

    {GET, "/api/v1/upload/limits", "Get what may be uploaded",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = upload_limits, .runs = RUNS_IN_LOOP, .reply = limits_reply},

    {GET, "/api/v1/upload/validate-type", "Check the name and size of a file before it is sent",
     "What a file really is, its bytes tell when it is whole.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .query = type_query, .handler = upload_validate_type, .runs = RUNS_IN_LOOP, .reply = type_reply},
    ROUTE_END};
