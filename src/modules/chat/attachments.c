/* attachments.c - files of messages: uploaded first, then sent with a message, and given to members only. */
#include <stdio.h>

#include "api/file.h"
#include "api/gate.h"
#include "modules/chat/internal.h"

#define ATTACHMENT_MAX (25 * 1024 * 1024)

struct storage *chat_storage;

static const struct field room_in_path[] = {{"roomId", FIELD_UUID, .required = true, .help = "The conversation"}, FIELD_END};
static const struct field attachment_in_path[] = {
    {"roomId", FIELD_UUID, .required = true, .help = "The conversation"}, {"attachmentId", FIELD_UUID, .required = true, .help = "The file"}, FIELD_END};

static const struct file_field attachment_files[] = {
    {"file", FILE_TYPE_ATTACHMENT, .required = true, .counts = true, .max_bytes = ATTACHMENT_MAX,
     .help = "A picture, sound, a PDF, or a project, preset or archive of a music program; 25 MiB at most"},
    {0}};

static const struct problem *
chat_attach(struct request *req)
{
    const struct upload *file = gate_file(req, "file");
    char id[UUID_TEXT], size[24];
    const char *media_type, *kind = gate_attachment_kind(file, &media_type), *key;
    const struct problem *p = db_one(req, &q_chat_may_attach, NULL);

    if (p)
        return p;
    uuid_random(id);
    snprintf(size, sizeof size, "%llu", (unsigned long long)file->size);
    key = arena_printf(req->arena, "chat/%s/%s", request_param(req, "roomId"), id);
    request_set(req, "attachment_id", arena_strdup(req->arena, id));
    request_set(req, "filename", file->filename && *file->filename ? file->filename : "file");
    request_set(req, "kind", kind);
    request_set(req, "media_type", media_type);
    request_set(req, "size_bytes", arena_strdup(req->arena, size));
    request_set(req, "key", key);
    p = db_one(req, &q_chat_attachment_later, NULL);
    p = p ? p : gate_keep(req, file, key);
    if (p)
        return p;
    p = db_one(req, &q_chat_attachment_create, NULL);
    if (p) {
        if (p->status != 503) /* else it may be there: the job looks */
            storage_delete(chat_storage, key);
        return p;
    }
    return reply_query(req, 201, &q_chat_attachment_get);
}

enum job_outcome
chat_files_gone(struct job *job)
{
    const json_t *keys = json_object_get(job->payload, "keys"), *key;
    scoped_buf list = BUF_INIT(1024 * 1024);
    PGresult *unused;
    bool good = true;
    size_t i;

    buf_add(&list, STR("{"));
    json_array_foreach(keys, i, key)
        buf_printf(&list, "%s%s", i ? "," : "", json_string_value(key));
    buf_add(&list, STR("}"));
    const struct db_arg args[] = {{"keys", buf_str(&list).ptr}, {0}};
    if (list.failed || db_run(&q_chat_attachment_unused, args, &unused, NULL))
        return JOB_RETRY;
    for (int n = 0; n < PQntuples(unused); n++)
        good &= storage_delete(chat_storage, PQgetvalue(unused, n, 0)) == 0;
    PQclear(unused);
    return good ? JOB_DONE : JOB_RETRY;
}

enum job_outcome
chat_sweep_staged(struct job *job)
{
    PGresult *result;

    (void)job;
    if (db_run(&q_chat_sweep_staged, (const struct db_arg[]){{0}}, &result, NULL))
        return JOB_RETRY;
    PQclear(result);
    return JOB_DONE;
}

bool
chat_remove_infected(const char *key, struct infected *infected)
{
    const struct db_arg args[] = {{"key", key}, {0}};
    PGresult *result;

    if (db_run(&q_chat_infected, args, &result, NULL))
        return false;
    (void)infected; /* what it was of is no track, and stays */
    PQclear(result);
    return true;
}

static const enum problem_name attach_problems[] = {PROBLEM_FORBIDDEN, PROBLEM_CONFLICT, PROBLEM_QUOTA_EXCEEDED, PROBLEM_STORAGE_FULL, PROBLEM_UNAVAILABLE,
    PROBLEM_COUNT};

const struct route chat_attachment_routes[] = {
    {POST, "/api/v1/chat/rooms/{roomId}/attachments", "Upload a file for a message",
     "Then send a message with its id. A file that was not sent within a day is deleted. Projects and presets are not looked into: only their name and size are told.",
     .auth = AUTH_USER, .limit = LIMIT_UPLOAD, .path = room_in_path, .files = attachment_files, .max_body = ATTACHMENT_MAX + 65536, .handler = chat_attach, .status = 201,
     .replies = &q_chat_attachment_get, .problems = attach_problems},

    {GET, "/api/v1/chat/rooms/{roomId}/attachments/{attachmentId}", "Download a file of a message", "For members of the conversation, as long as they are. Takes ranges.",
     .auth = AUTH_USER, .limit = LIMIT_MEDIA, .path = attachment_in_path, .file = &q_chat_attachment_file, .handler = file_get, .produces = "application/octet-stream",
     .problems = file_problems},

    {DELETE, "/api/v1/chat/rooms/{roomId}/attachments/{attachmentId}", "Delete a file that was not sent",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = attachment_in_path, .sql = &q_chat_attachment_drop, .shape = EMPTY},
    ROUTE_END};
