/* chunks.c - uploads in numbered parts, as the specification has them: /tracks/initiate, chunk, complete, resume. Parts may come in any order and at once. */
#include "modules/uploads/internal.h"

#define CHUNK_MIN (64 * 1024)
#define CHUNK_MAX (256 * 1024 * 1024)
#define CHUNKS_MAX 10000

static const struct field initiate_fields[] = {
    {"filename", FIELD_STRING, .required = true, .min = 1, .max = 255, .help = "Name of the file", .example = "Late trains.wav"},
    {"total_size", FIELD_INT64, .required = true, .min = 1, .max = FIELD_EXACT_MAX, .help = "Bytes of the whole file", .example = "1000000"},
    {"chunk_size", FIELD_INT, .min = CHUNK_MIN, .max = CHUNK_MAX, .help = "Bytes of each part but the last, at most UPLOAD_CHUNK_MB; default: that"},
    {"total_chunks", FIELD_INT, .min = 1, .max = CHUNKS_MAX, .help = "Checked against the others, where it is given"},
    TRACK_UPLOAD_FIELDS,
    TRACK_VERSION_FIELDS,
    STEM_UPLOAD_FIELDS,
    FIELD_END};
static const struct field chunk_fields[] = {
    {"upload_id", FIELD_UUID, .required = true},
    {"chunk_number", FIELD_INT, .required = true, .min = 1, .max = CHUNKS_MAX, .help = "From 1 on"},
    {"chunk_sha256", FIELD_STRING, .pattern = "[0-9a-f]{64}", .help = "What the part must hash to, in hex"},
    FIELD_END};
static const struct field complete_fields[] = {{"upload_id", FIELD_UUID, .required = true}, FIELD_END};
static const struct field session_in_path[] = {{"uploadId", FIELD_UUID, .required = true, .help = "The upload"}, FIELD_END};
static const struct file_field chunk_files[] = {{"chunk", FILE_TYPE_PART, .required = true, .max_bytes = CHUNK_MAX, .help = "The bytes of this part"}, {0}};

static const enum problem_name initiate_problems[] = {PROBLEM_CONFLICT, PROBLEM_NOT_FOUND, PROBLEM_EMAIL_NOT_VERIFIED, PROBLEM_QUOTA_EXCEEDED, PROBLEM_STORAGE_FULL,
                                                      PROBLEM_TOO_MANY_UPLOADS, PROBLEM_COUNT};
static const enum problem_name chunk_problems[] = {PROBLEM_NOT_FOUND, PROBLEM_UPLOAD_GONE, PROBLEM_CHUNK_DIFFERS, PROBLEM_UPLOAD_LOCKED, PROBLEM_STORAGE_FULL,
                                                   PROBLEM_COUNT};
static const enum problem_name complete_problems[] = {PROBLEM_CONFLICT, PROBLEM_NOT_FOUND, PROBLEM_UPLOAD_GONE, PROBLEM_UPLOAD_INCOMPLETE, PROBLEM_UPLOAD_LOCKED,
                                                      PROBLEM_EMAIL_NOT_VERIFIED, PROBLEM_QUOTA_EXCEEDED, PROBLEM_STORAGE_FULL, PROBLEM_COUNT};

static int64_t
input_int(const struct request *req, const char *name, int64_t fallback)
{
    int64_t value = fallback;

    text_to_int64(request_param(req, name), INT64_MIN, INT64_MAX, &value);
    return value;
}

static const struct problem *
chunk_initiate(struct request *req)
{
    int64_t total = input_int(req, "total_size", 0), size = input_int(req, "chunk_size", uploads_chunk_bytes()), chunks;
    const struct problem *p;

    if ((uint64_t)total > gate_max_bytes())
        return problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "A file has at most %llu bytes.", (unsigned long long)gate_max_bytes());
    chunks = (total + size - 1) / size;
    if (size > uploads_chunk_bytes() || chunks > CHUNKS_MAX)
        return problem_field(req->arena, "chunk_size", size > uploads_chunk_bytes() ? "too_large" : "too_small",
                             "A part has another size here; leave it out for the usual one");
    if (input_int(req, "total_chunks", chunks) != chunks)
        return problem_field(req->arena, "total_chunks", "value", "It does not fit total_size and chunk_size");
    p = transfer_create(req, "chunked", (uint64_t)total, request_clean_filename(req->arena, request_param(req, "filename")), size, uploads_expire_s);
    return p ? p : reply_query(req, 201, &q_upload_session);
}

/* The upload of the input `upload_id`, if it is one in parts. */
static const struct problem *
find_session(struct request *req, struct transfer *ret)
{
    const struct problem *p = transfer_find(req, false, ret);

    p = p ? p : ret->is_chunked ? NULL : PROBLEM(NOT_FOUND);
    return p ? p : transfer_refusal(req, ret);
}

static const struct problem *
check_chunk(struct request *req, const struct transfer *to, const struct upload *chunk, int64_t number)
{
    uint64_t begin = (uint64_t)(number - 1) * (uint64_t)to->chunk_bytes, wanted;

    if (begin >= to->length)
        return problem_field(req->arena, "chunk_number", "too_large", "The upload has fewer parts");
    wanted = to->length - begin < (uint64_t)to->chunk_bytes ? to->length - begin : (uint64_t)to->chunk_bytes;
    if (chunk->size != wanted)
        return problem_field(req->arena, "chunk", "value", arena_printf(req->arena, "This part must have %llu bytes", (unsigned long long)wanted));
    if (request_param(req, "chunk_sha256") && !text_equal(request_param(req, "chunk_sha256"), gate_sha256(chunk)))
        return problem_field(req->arena, "chunk", "value", "The part does not have this SHA-256");
    return NULL;
}

/* In the lock of the file: nobody else writes it, and none of its parts comes twice. */
static const struct problem *
keep_chunk(struct request *req, struct transfer *to, struct writer *writer, const struct upload *chunk, int64_t number)
{
    struct row there;
    const struct problem *p = find_session(req, to);

    p = p || writer_offset(writer) || !to->received ? p : db_one(req, &q_chunks_forget, NULL); /* there are parts, but no file */
    p = p ? p : db_maybe(req, &q_chunk_find, &there);
    if (p || there.count || to->state != TRANSFER_OPEN)
        return p;
    p = writer_problem(req, writer_copy(writer, (uint64_t)(number - 1) * (uint64_t)to->chunk_bytes, gate_scratch(chunk), false));
    p = p ? p : writer_problem(req, writer_sync(writer));
    return p ? p : db_one(req, &q_chunk_add, NULL);
}

static const struct problem *
chunk_receive(struct request *req)
{
    const struct upload *chunk = gate_file(req, "chunk");
    int64_t number = input_int(req, "chunk_number", 1);
    struct writer *writer;
    struct transfer to;
    struct row there;
    const struct problem *p = find_session(req, &to);

    p = p ? p : check_chunk(req, &to, chunk, number);
    if (p)
        return p;
    request_set(req, "sha256", gate_sha256(chunk));
    request_set(req, "size", arena_printf(req->arena, "%llu", (unsigned long long)chunk->size));
    p = db_maybe(req, &q_chunk_find, &there);
    if (!p && !there.count) {
        p = writer_problem(req, writer_wait(to.id, &writer));
        if (!p) {
            p = keep_chunk(req, &to, writer, chunk, number);
            writer_end(writer);
        }
    }
    return p ? p : reply_query(req, 200, &q_upload_session);
}

static const struct problem *
finish_session(struct request *req, struct transfer *to, struct writer *writer)
{
    struct row missing;
    const struct problem *p = find_session(req, to); /* somebody else may have completed it meanwhile */

    if (p || to->state == TRANSFER_COMPLETED)
        return p;
    p = writer_offset(writer) ? NULL : db_one(req, &q_chunks_forget, NULL);
    p = p ? p : db_maybe(req, &q_chunks_missing, &missing);
    if (!p && writer_offset(writer) != to->length)
        p = PROBLEM(UPLOAD_INCOMPLETE);
    return p ? p : transfer_finish(req, to, writer);
}

/* Twice, or from two tabs at once, it is the same track. */
static const struct problem *
chunk_complete(struct request *req)
{
    struct writer *writer;
    struct transfer to;
    const struct problem *p = find_session(req, &to);

    if (!p && to.state == TRANSFER_OPEN) {
        p = writer_problem(req, writer_wait(to.id, &writer));
        if (!p) {
            p = finish_session(req, &to, writer);
            writer_end(writer);
        }
    }
    if (p || !to.track_id)
        return p ? p : PROBLEM(NOT_FOUND); /* the track was deleted since */
    request_set(req, "id", to.track_id);
    return track_reply(req);
}

static const struct problem *
chunk_resume(struct request *req)
{
    const struct problem *p;

    request_set(req, "upload_id", request_param(req, "uploadId"));
    p = reply_query(req, 200, &q_upload_session);
    req->reply.cache_control = CACHE_NEVER;
    return p;
}

const struct route chunk_routes[] = {
    {POST, "/api/v1/tracks/initiate", "Begin an upload in parts",
     "The whole size is reserved in the creator's quota until the upload ends. Parts may come in any order and several at once.",
     .auth = AUTH_CREATOR, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .body = initiate_fields, .handler = chunk_initiate, .status = 201,
     .replies = &q_upload_session, .problems = initiate_problems},

    {POST, "/api/v1/tracks/chunk", "Send a part of an upload",
     "The same part once more changes nothing; with other bytes it is refused. What was acknowledged survives a crash of the server.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .rate = &upload_part_rate, .files = chunk_files, .body = chunk_fields,
     .handler = chunk_receive, .replies = &q_upload_session, .problems = chunk_problems, .no_audit = true},

    {POST, "/api/v1/tracks/complete", "Make a track of an upload whose parts are all there",
     "Asked again, it answers with the same track.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .body = complete_fields, .handler = chunk_complete, .status = 201,
     .replies = &q_track_get, .problems = complete_problems},

    {GET, "/api/v1/tracks/resume/{uploadId}", "Get what has come of an upload in parts",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .path = session_in_path, .handler = chunk_resume, .runs = RUNS_IN_LOOP,
     .replies = &q_upload_session},
    ROUTE_END};
