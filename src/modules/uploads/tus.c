/* tus.c - tus 1.0 (https://tus.io/protocols/resumable-upload), with creation, creation-with-upload, checksum, termination and expiration. */
#include <stdio.h>
#include <time.h>

#include "http/validate.h"
#include "modules/uploads/internal.h"

#define TUS_VERSION "1.0.0"
#define METADATA_MAX 8192
#define PAIRS_MAX 64
#define TAKES_MAX 5

static const struct reply_header version_header[] = {{"Tus-Resumable", TUS_VERSION}, {0}};

static const struct field upload_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The upload"}, FIELD_END};

#define VERSION_FIELD {"Tus-Resumable", FIELD_STRING, .required = true, .max = 20, .example = TUS_VERSION, .help = "1.0.0; with another, the reply is 412"}
#define CHECKSUM_FIELD \
    {"Upload-Checksum", FIELD_STRING, .max = 200, \
     .help = "sha1, sha256 or sha512, a space, and the checksum of the body in base64. Bytes that do not fit it are not taken; those of a request that was " \
             "cut are not either"}

static const struct field creation_headers[] = {
    VERSION_FIELD,
    {"Upload-Length", FIELD_INT64, .required = true, .min = 0, .max = FIELD_EXACT_MAX, .help = "Bytes of the whole file", .example = "1000000"},
    {"Upload-Metadata", FIELD_STRING, .max = METADATA_MAX,
     .help = "`filename`, and what POST /tracks takes as text parts (`title`, `visibility` …) or `version_of` and `changelog`, "
             "or `stem_of` and `stem_name`, each with its value in base64; "
             "separated by commas"},
    CHECKSUM_FIELD,
    FIELD_END};
static const struct field patch_headers[] = {
    VERSION_FIELD,
    {"Upload-Offset", FIELD_INT64, .required = true, .min = 0, .max = FIELD_EXACT_MAX, .help = "Where the bytes go: the offset that HEAD tells", .example = "0"},
    CHECKSUM_FIELD,
    FIELD_END};
static const struct field other_headers[] = {VERSION_FIELD, FIELD_END};

static const enum problem_name creation_problems[] = {PROBLEM_CONFLICT, PROBLEM_NOT_FOUND,
                                                      PROBLEM_TUS_VERSION, PROBLEM_EMAIL_NOT_VERIFIED, PROBLEM_QUOTA_EXCEEDED, PROBLEM_STORAGE_FULL,
                                                      PROBLEM_TOO_MANY_UPLOADS, PROBLEM_PAYLOAD_TOO_LARGE, PROBLEM_CHECKSUM_MISMATCH, PROBLEM_VALIDATION, PROBLEM_COUNT};
static const enum problem_name patch_problems[] = {PROBLEM_CONFLICT,
                                                   PROBLEM_TUS_VERSION, PROBLEM_UPLOAD_GONE, PROBLEM_UPLOAD_OFFSET, PROBLEM_UPLOAD_LOCKED, PROBLEM_CHECKSUM_MISMATCH,
                                                   PROBLEM_EMAIL_NOT_VERIFIED, PROBLEM_QUOTA_EXCEEDED, PROBLEM_STORAGE_FULL, PROBLEM_VALIDATION, PROBLEM_COUNT};
static const enum problem_name get_problems[] = {PROBLEM_TUS_VERSION, PROBLEM_UPLOAD_GONE, PROBLEM_COUNT};
static const enum problem_name delete_problems[] = {PROBLEM_TUS_VERSION, PROBLEM_COUNT};

static const struct problem *
check_version(struct request *req)
{
    if (text_equal(request_param(req, "tus_resumable"), TUS_VERSION))
        return NULL;
    reply_header(req, "Tus-Version", TUS_VERSION);
    return PROBLEM(TUS_VERSION);
}

static void
tus_options(struct request *req)
{
    reply_header(req, "Tus-Resumable", TUS_VERSION);
    reply_header(req, "Tus-Version", TUS_VERSION);
    reply_header(req, "Tus-Extension", "creation,creation-with-upload,checksum,termination,expiration");
    reply_header(req, "Tus-Checksum-Algorithm", "sha1,sha256,sha512");
    reply_header(req, "Tus-Max-Size", arena_printf(req->arena, "%llu", (unsigned long long)gate_max_bytes()));
}

static void
tell_offset(struct request *req, uint64_t offset)
{
    reply_header(req, "Upload-Offset", arena_printf(req->arena, "%llu", (unsigned long long)offset));
}

static void
tell_expiry(struct request *req, const struct transfer *transfer)
{
    time_t at_s = (time_t)transfer_expires(transfer);
    char text[40];
    struct tm tm;

    gmtime_r(&at_s, &tm);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    reply_header(req, "Upload-Expires", arena_strdup(req->arena, text));
}

/* Where it stands, after bytes came or for whoever asks. */
static void
tell_state(struct request *req, const struct transfer *transfer, uint64_t offset)
{
    tell_offset(req, offset);
    if (transfer->state == TRANSFER_OPEN)
        tell_expiry(req, transfer);
    else if (transfer->track_id)
        reply_header(req, "Veza-Track", transfer->track_id);
}

/* "filename YS53YXY=,title TGF0ZQ==": into texts for validate_texts(). Keys that mean nothing here are left out, as clients send their own. */
static const struct problem *
read_metadata(struct request *req, const char **ret_filename)
{
    struct param texts[PAIRS_MAX];
    unsigned count = 0;
    char *at = arena_strdup(req->arena, request_param(req, "upload_metadata") ? request_param(req, "upload_metadata") : "");
    const char *name = NULL;

    if (!at)
        return PROBLEM(INTERNAL);
    for (char *pair, *rest = at; (pair = strsep(&rest, ","));) {
        char *key = pair + strspn(pair, " "), *value = key + strcspn(key, " ");
        const char *text = "";
        long len;

        if (!*key)
            continue;
        if (*value)
            *value++ = 0;
        len = upload_decode_base64(req, value, &text);
        if (len < 0 || strlen(text) != (size_t)len || !utf8_valid((struct str){text, (size_t)len}, NULL))
            return problem_detail(req->arena, PROBLEM(BAD_REQUEST), "Upload-Metadata is pairs of a key and its value as base64 of UTF-8, separated by commas.");
        if (text_equal(key, "filename") || (text_equal(key, "name") && !name))
            name = text;
        for (const struct field *f = upload_track_fields; f->name; f++)
            if (text_equal(f->name, key) && count < PAIRS_MAX)
                texts[count++] = (struct param){f->name, text};
    }
    *ret_filename = request_clean_filename(req->arena, name ? name : "upload");
    return validate_texts(req, upload_track_fields, texts, count);
}

static const struct problem *
creation_begin(struct request *req)
{
    int64_t length = 0;
    struct incoming *in;
    const struct problem *p = check_version(req);

    if (p)
        return p;
    text_to_int64(request_param(req, "upload_length"), 0, INT64_MAX, &length);
    if ((uint64_t)length > gate_max_bytes())
        return problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "A file has at most %llu bytes.", (unsigned long long)gate_max_bytes());
    p = incoming_begin(req, (uint64_t)length, &in);
    return p ? p : incoming_hold(in);
}

/* The bytes that came with the creation. */
static const struct problem *
take_first_bytes(struct request *req, struct incoming *in, struct transfer *transfer)
{
    const struct problem *p = transfer_take(req, transfer, &in->writer);

    if (p)
        return p;
    p = writer_problem(req, writer_copy(in->writer, 0, in->scratch, false));
    p = p ? p : writer_problem(req, writer_sync(in->writer));
    p = p ? p : transfer_note(req, transfer, in->received);
    return p || in->received < transfer->length ? p : transfer_finish(req, transfer, in->writer);
}

static const struct problem *
tus_create(struct request *req)
{
    struct incoming *in = req->sink;
    struct transfer transfer = {0};
    const char *filename, *id;
    const struct problem *p = incoming_check(in);

    p = p ? p : read_metadata(req, &filename);
    p = p ? p : transfer_create(req, "tus", in->most, filename, 0, uploads_expire_s < UPLOAD_EMPTY_EXPIRE_S ? uploads_expire_s : UPLOAD_EMPTY_EXPIRE_S);
    if (p)
        return p;
    id = request_param(req, "upload_id");
    p = in->received || !in->most ? take_first_bytes(req, in, &transfer) : transfer_find(req, false, &transfer);
    if (p) {
        if (transfer.state != TRANSFER_FAILED)
            transfer_delete(req); /* the client does not know it */
        return p;
    }
    reply_header(req, "Location", arena_printf(req->arena, "/api/v1/uploads/tus/%s", id));
    tell_state(req, &transfer, in->received);
    request_set(req, "upload_id", id);
    return reply_query(req, 201, &q_upload_get);
}

static const struct problem *
patch_begin(struct request *req)
{
    const char *length = request_header(req, "Content-Length");
    int64_t offset = 0, announced = 0, free_bytes;
    struct transfer transfer;
    struct incoming *in;
    const struct problem *p = check_version(req);
    int error;

    request_set(req, "upload_id", request_param(req, "id"));
    p = p ? p : transfer_find(req, true, &transfer);
    p = p ? p : transfer_refusal(req, &transfer);
    if (p || transfer.is_chunked)
        return p ? p : PROBLEM(NOT_FOUND);
    text_to_int64(request_param(req, "upload_offset"), 0, INT64_MAX, &offset);
    text_to_int64(length, 0, INT64_MAX, &announced);
    p = incoming_begin(req, 0, &in);
    if (p)
        return p;
    in->to = transfer;
    if (transfer.state == TRANSFER_COMPLETED) {
        tell_offset(req, transfer.length);
        return (uint64_t)offset == transfer.length && !announced ? NULL : PROBLEM(UPLOAD_OFFSET);
    }
    error = writer_take(transfer.id, &in->writer);
    if (error)
        return writer_problem(req, error);
    if (writer_offset(in->writer) != (uint64_t)offset) {
        tell_offset(req, writer_offset(in->writer));
        writer_end(in->writer);
        in->writer = NULL;
        return PROBLEM(UPLOAD_OFFSET);
    }
    in->most = transfer.length - (uint64_t)offset;
    in->ends_file = announced && (uint64_t)announced == in->most;
    free_bytes = storage_free_bytes(uploads_storage);
    if (free_bytes >= 0 && (uint64_t)free_bytes < in->most)
        return PROBLEM(STORAGE_FULL); /* others took what was reserved: said now, not in the middle */
    if ((uint64_t)announced > in->most)
        return problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "%llu bytes of this upload are missing, and no more.", (unsigned long long)in->most);
    return NULL;
}

/* With a checksum the bytes wait in scratch, and the file is taken once more when they are known to be right. */
static const struct problem *
patch_begin_or_hold(struct request *req)
{
    const struct problem *p = patch_begin(req);
    struct incoming *in = req->sink;

    if (p || !in->digest || !in->writer)
        return p;
    in->held_at = writer_offset(in->writer);
    writer_end(in->writer);
    in->writer = NULL;
    return incoming_hold(in);
}

static const struct problem *
take_held_bytes(struct request *req, struct incoming *in)
{
    const struct problem *p = incoming_check(in);

    p = p ? p : transfer_take(req, &in->to, &in->writer);
    if (p || !in->writer)
        return p;
    if (writer_offset(in->writer) != in->held_at) {
        tell_offset(req, writer_offset(in->writer));
        return PROBLEM(UPLOAD_OFFSET);
    }
    return writer_problem(req, writer_copy(in->writer, in->held_at, in->scratch, in->held_at + in->received == in->to.length));
}

static const struct problem *
tus_patch(struct request *req)
{
    struct incoming *in = req->sink;
    const struct problem *p = in->scratch ? take_held_bytes(req, in) : NULL;
    uint64_t offset;

    if (p)
        return p;
    if (!in->writer) {
        tell_state(req, &in->to, in->to.length);
        return reply_empty(req, 204);
    }
    offset = writer_offset(in->writer);
    p = writer_problem(req, writer_sync(in->writer));
    p = p ? p : transfer_note(req, &in->to, offset);
    if (!p && offset == in->to.length)
        p = transfer_finish(req, &in->to, in->writer);
    if (p)
        return p;
    tell_state(req, &in->to, offset);
    return reply_empty(req, 204);
}

/* HEAD is how a client begins to go on, so it ends what its earlier connection may still be doing, and the offset that it gets is final. */
static const struct problem *
tell_final(struct request *req, struct transfer *transfer, uint64_t *ret_offset)
{
    struct writer *writer = NULL;
    const struct problem *p = NULL;
    int error = 0;

    for (int tries = 0; tries < TAKES_MAX; tries++) { /* a late request of the connection that is gone may take it back, once or twice */
        p = transfer_take(req, transfer, &writer);
        error = !p && writer ? writer_sync(writer) : 0;
        if (error != WRITER_GONE)
            break;
        writer_end(writer);
        writer = NULL;
    }
    p = p ? p : writer_problem(req, error);
    *ret_offset = writer ? writer_offset(writer) : transfer->length;
    if (!p && writer && *ret_offset == transfer->length && !transfer->is_chunked)
        p = transfer_finish(req, transfer, writer); /* the server was stopped between the last byte and the track */
    writer_end(writer);
    return p;
}

static const struct problem *
tus_get(struct request *req)
{
    struct transfer transfer;
    struct staged_state file = {0};
    const struct problem *p = check_version(req);
    const char *id = request_param(req, "id");
    uint64_t offset = 0;

    request_set(req, "upload_id", id);
    p = p ? p : transfer_find(req, false, &transfer);
    if (p || transfer.is_chunked)
        return p ? p : PROBLEM(NOT_FOUND);
    if (req->head)
        p = tell_final(req, &transfer, &offset);
    else if (!(p = transfer_refusal(req, &transfer)))
        offset = transfer.state == TRANSFER_COMPLETED ? transfer.length : staged_look(uploads_storage, transfer.id, &file) ? file.size : 0;
    if (p)
        return p;
    req->reply.cache_control = CACHE_NEVER;
    reply_header(req, "Upload-Length", arena_printf(req->arena, "%llu", (unsigned long long)transfer.length));
    tell_state(req, &transfer, offset);
    request_set(req, "upload_id", id);
    p = reply_query(req, 200, &q_upload_get);
    req->reply.cache_control = CACHE_NEVER;
    return p;
}

static const struct problem *
tus_delete(struct request *req)
{
    const struct problem *p = check_version(req);

    request_set(req, "upload_id", request_param(req, "id"));
    p = p ? p : transfer_delete(req);
    return p ? p : reply_empty(req, 204);
}

static const struct body_sink creation_sink = {
    "application/offset+octet-stream", .optional = true, .begin = creation_begin, .add = incoming_add, .end = incoming_end};
static const struct body_sink patch_sink = {"application/offset+octet-stream", .begin = patch_begin_or_hold, .add = incoming_add, .end = incoming_end};

const struct route tus_routes[] = {
    {POST, "/api/v1/uploads/tus", "Begin an upload with tus",
     "tus 1.0.0 with the extensions creation, creation-with-upload, checksum, termination and expiration; OPTIONS tells what the server can do. The whole "
     "length is reserved in the creator's quota until the upload ends. With the last byte the file becomes a track, whose id is in the header Veza-Track.",
     .auth = AUTH_CREATOR, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .headers = creation_headers, .sink = &creation_sink, .says = version_header,
     .options = tus_options, .handler = tus_create, .status = 201, .replies = &q_upload_get, .problems = creation_problems},

    {GET, "/api/v1/uploads/tus/{id}", "Get how far an upload with tus is",
     "HEAD ends what an earlier connection still sends, so that the offset that it tells is the one to go on at; it may also be answered as PATCH is, since it makes "
     "the track if the server was stopped before it could. GET disturbs nobody.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_READ, .path = upload_in_path, .headers = other_headers, .says = version_header,
     .handler = tus_get, .replies = &q_upload_get, .problems = get_problems},

    {PATCH, "/api/v1/uploads/tus/{id}", "Send bytes of an upload with tus",
     "What came counts, also when the request is cut. A request that comes while another one sends takes its place.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .rate = &upload_part_rate, .path = upload_in_path, .headers = patch_headers, .sink = &patch_sink,
     .says = version_header, .options = tus_options, .handler = tus_patch, .status = 204, .problems = patch_problems, .no_audit = true},

    {DELETE, "/api/v1/uploads/tus/{id}", "End an upload with tus, and delete its bytes",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = upload_in_path, .headers = other_headers, .says = version_header,
     .handler = tus_delete, .status = 204, .problems = delete_problems},
    ROUTE_END};
