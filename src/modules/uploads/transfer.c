/* transfer.c - an upload as a row, and the way from it to its file. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "modules/uploads/internal.h"

#define MEGABYTE ((int64_t)1024 * 1024)
#define WAIT_MS 15000 /* for somebody who makes a track of the same file */
#define PAUSE_US 20000

const struct problem *
transfer_find(struct request *req, bool takes, struct transfer *ret)
{
    const char *id = request_param(req, "upload_id"), *state;
    struct row row;
    const struct problem *p = db_one(req, takes && writer_is_elsewhere(id) ? &q_upload_taken : &q_upload_own, &row);

    if (p)
        return p;
    state = row_text(&row, "state");
    *ret = (struct transfer){.id = id,
                             .state = text_equal(state, "open")        ? TRANSFER_OPEN
                                      : text_equal(state, "completed") ? TRANSFER_COMPLETED
                                      : text_equal(state, "failed")    ? TRANSFER_FAILED
                                                                       : TRANSFER_EXPIRED,
                             .is_chunked = text_equal(row_text(&row, "protocol"), "chunked"),
                             .filename = row_text(&row, "filename"),
                             .fields = row_text(&row, "fields"),
                             .track_id = row_text(&row, "track_id"),
                             .failure = row_text(&row, "failure"),
                             .length = (uint64_t)row_int(&row, "length_bytes", 0),
                             .received = (uint64_t)row_int(&row, "received_bytes", 0),
                             .chunk_bytes = row_int(&row, "chunk_bytes", 0),
                             .expires_unix_s = row_int(&row, "expires_unix_s", 0)};
    return NULL;
}

int64_t
transfer_expires(const struct transfer *transfer)
{
    struct staged_state file;
    int64_t by_bytes_s = staged_look(uploads_storage, transfer->id, &file) && file.size ? file.changed_unix_s + uploads_expire_s : 0;

    return by_bytes_s > transfer->expires_unix_s ? by_bytes_s : transfer->expires_unix_s;
}

const struct problem *
transfer_refusal(struct request *req, const struct transfer *transfer)
{
    if (transfer->state == TRANSFER_FAILED)
        return problem_detail(req->arena, PROBLEM(UPLOAD_GONE), "%s", transfer->failure ? transfer->failure : "This file was refused.");
    if (transfer->state == TRANSFER_EXPIRED || (transfer->state == TRANSFER_OPEN && transfer_expires(transfer) < clock_unix_s()))
        return PROBLEM(UPLOAD_GONE);
    return NULL;
}

const struct problem *
writer_problem(struct request *req, int error)
{
    switch (error) {
    case 0:
        return NULL;
    case WRITER_BUSY:
    case WRITER_GONE:
        return problem_retry(req->arena, PROBLEM(UPLOAD_LOCKED), 1);
    case STORAGE_FULL:
        return PROBLEM(STORAGE_FULL);
    default:
        log_error("a staged file cannot be used");
        return PROBLEM(INTERNAL);
    }
}

const struct problem *
transfer_take(struct request *req, struct transfer *transfer, struct writer **ret_writer)
{
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS;
    const struct problem *p;
    int error;

    for (;;) {
        p = transfer_find(req, true, transfer);
        p = p ? p : transfer_refusal(req, transfer);
        if (p || transfer->state != TRANSFER_OPEN)
            return p;
        error = writer_take(transfer->id, ret_writer);
        if (error != WRITER_BUSY || clock_monotonic_ms() > until_ms)
            break;
        usleep(PAUSE_US);
    }
    if (error)
        return writer_problem(req, error);
    p = transfer_find(req, false, transfer); /* whoever had the lock may have ended it */
    p = p ? p : transfer_refusal(req, transfer);
    if (p || transfer->state != TRANSFER_OPEN) {
        writer_end(*ret_writer);
        *ret_writer = NULL;
    }
    return p;
}

/* The inputs about the track, as they are: {"title": "Late trains", "tags": "{a,b}"}. */
static const char *
fields_json(struct request *req)
{
    json_t *fields = json_object();
    char *text, *copy;

    for (const struct field *f = upload_track_fields; f->name; f++)
        if (request_param(req, f->name))
            json_object_set_new(fields, f->name, json_string(request_param(req, f->name)));
    text = json_dumps(fields, JSON_COMPACT);
    json_decref(fields);
    copy = text ? arena_strdup(req->arena, text) : NULL;
    free(text);
    return copy;
}

const struct problem *
transfer_prepare(struct request *req, uint64_t length)
{
    int64_t free_bytes = storage_free_bytes(uploads_storage);
    const struct problem *p = track_may_upload(req);

    request_set(req, "free", free_bytes < 0 ? NULL : arena_printf(req->arena, "%lld", (long long)(free_bytes - uploads_keep_free_mb * MEGABYTE)));
    request_set(req, "fields", fields_json(req));
    p = p ? p : track_version_may(req);
    p = p ? p : stem_may(req);
    return p ? p : gate_check_room(req, length);
}

const struct problem *
transfer_explain(struct request *req, const struct problem *p, uint64_t length)
{
    const struct problem *refused = p && text_equal(p->code, PROBLEM(QUOTA_EXCEEDED)->code) ? gate_check_room(req, length) : NULL;

    return refused ? refused : p;
}

const struct problem *
transfer_create(struct request *req, const char *protocol, uint64_t length, const char *filename, int64_t chunk_bytes, int64_t idle_s)
{
    const struct problem *p = transfer_prepare(req, length);
    struct row created;

    if (p)
        return p;
    request_set(req, "protocol", protocol);
    request_set(req, "length", arena_printf(req->arena, "%llu", (unsigned long long)length));
    request_set(req, "upload_filename", filename);
    request_set(req, "chunk_bytes", chunk_bytes ? arena_printf(req->arena, "%lld", (long long)chunk_bytes) : NULL);
    request_set(req, "idle_s", arena_printf(req->arena, "%lld", (long long)idle_s));
    p = transfer_explain(req, db_one(req, &q_upload_create, &created), length);
    if (!p)
        request_set(req, "upload_id", row_text(&created, "upload_id"));
    return p;
}

const struct problem *
transfer_note(struct request *req, const struct transfer *transfer, uint64_t received)
{
    request_set(req, "upload_id", transfer->id);
    request_set(req, "received", arena_printf(req->arena, "%llu", (unsigned long long)received));
    return db_one(req, &q_upload_received, NULL);
}

const struct problem *
transfer_delete(struct request *req)
{
    const char *id = request_param(req, "upload_id");
    const struct problem *p = db_one(req, &q_upload_delete, NULL);

    if (p)
        return p;
    writer_stop(id);
    if (staged_delete(uploads_storage, id))
        log_warn("a staged file is left; the sweep tries again", LOG_TEXT("upload", id));
    return NULL;
}
