/* finish.c - from a file that is whole to a track: the same gate and the same way as POST /tracks. */
#include "base/log.h"
#include "modules/uploads/internal.h"

/* What was said about the track when the upload was created. */
static const struct problem *
restore_fields(struct request *req, const struct transfer *transfer)
{
    json_t *fields = json_loads(transfer->fields ? transfer->fields : "{}", 0, NULL);

    if (!fields)
        return PROBLEM(INTERNAL);
    for (const struct field *f = upload_track_fields; f->name; f++) {
        const char *text = json_string_value(json_object_get(fields, f->name));

        if (text || f->fallback)
            request_set(req, f->name, text ? arena_strdup(req->arena, text) : f->fallback);
    }
    json_decref(fields);
    return NULL;
}

/* The file itself is at fault, or what it was to be a part of is gone or has no place for it; and so it would be again. A version only waits for the one before it. */
static bool
is_final(struct request *req, const struct problem *p)
{
    if (p->status == PROBLEM(CONFLICT)->status)
        return request_param(req, "stem_of");
    return p->status == PROBLEM(NOT_FOUND)->status || p->status == PROBLEM(VALIDATION)->status || p->status == PROBLEM(PAYLOAD_TOO_LARGE)->status;
}

static void
fail(struct request *req, struct transfer *transfer, const struct problem *p)
{
    transfer->state = TRANSFER_FAILED;
    request_set(req, "failure_code", p->error_count ? p->errors[0].code : p->code);
    request_set(req, "failure", p->error_count ? p->errors[0].message : p->detail);
    if (!db_one(req, &q_upload_fail, NULL) && staged_delete(uploads_storage, transfer->id))
        log_warn("a staged file is left; the sweep tries again", LOG_TEXT("upload", transfer->id));
}

const struct problem *
transfer_finish(struct request *req, struct transfer *transfer, struct writer *writer)
{
    struct scratch *file = writer_seal(writer);
    struct upload upload;
    const struct problem *p;

    if (!file)
        return writer_problem(req, WRITER_GONE);
    request_set(req, "upload_id", transfer->id);
    p = restore_fields(req, transfer);
    p = p ? p : track_version_may(req); /* before all of the file is read */
    p = p ? p : stem_may(req);
    if (p && is_final(req, p))
        fail(req, transfer, p);
    if (p)
        return p;
    p = gate_take(req, &track_upload_files[0], transfer->filename, file, writer_sha256(writer), &upload);
    if (!p && request_param(req, "version_of"))
        p = track_version_make(req, &upload, &q_upload_complete);
    else if (!p && request_param(req, "stem_of"))
        p = stem_make(req, &upload, &q_upload_complete);
    else if (!p)
        p = track_make(req, &upload, NULL, &q_upload_complete);
    gate_leave(&upload);
    if (p && is_final(req, p))
        fail(req, transfer, p);
    if (p)
        return p;
    transfer->state = TRANSFER_COMPLETED;
    transfer->track_id = request_param(req, "id");
    if (staged_delete(uploads_storage, transfer->id))
        log_warn("a staged file is left; the sweep tries again", LOG_TEXT("upload", transfer->id));
    return NULL;
}
