/* export.c - the job that packs an archive. It goes straight into storage as it is made, and appears there whole or not at all; a job that
 * is taken up again begins anew. */
#include "modules/privacy/internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "platform/archive/csv.h"
#include "platform/archive/zip.h"

#define CHUNK (256 * 1024)
#define CSV_ROW_MAX (4 * 1024 * 1024)
#define DATA_SHARE 0.2f /* of the progress bar, for what comes from the database */

struct packer {
    struct job *job;
    const char *export_id, *user_id;
    struct storage_writer *writer;
    struct zip *zip;
    uint64_t size;                     /* of the archive so far */
    uint64_t file_bytes, packed_bytes; /* of the person's files */
    json_t *files;                     /* for the manifest */
    struct scratch *csv;
    bool csv_begun;
    bool full; /* storage has no room */
    bool away; /* it does not answer */
};

void
export_folder(char key[STORAGE_KEY_MAX + 1], const char *user_id, const char *export_id)
{
    snprintf(key, STORAGE_KEY_MAX + 1, "exports/%s/%s", user_id, export_id);
}

static int
to_storage(void *context, const void *bytes, size_t len)
{
    struct packer *packer = context;
    int error = job_cancelled(packer->job) ? -1 : storage_write(packer->writer, bytes, len);

    packer->full |= error == STORAGE_FULL;
    packer->away |= error == STORAGE_AWAY;
    packer->size += len;
    return error;
}

static void
tell(struct packer *packer, float fraction)
{
    char number[16];
    PGresult *result;

    if (!job_progress(packer->job, "packing", fraction))
        return;
    snprintf(number, sizeof number, "%.4f", (double)fraction);
    const struct db_arg args[] = {{"id", packer->export_id}, {"progress", number}, {0}};
    if (db_run(&q_export_progress, args, &result, NULL) == DB_OK)
        PQclear(result);
}

static bool
put_data(void *context, struct str bytes)
{
    return zip_write(((struct packer *)context)->zip, bytes.ptr, bytes.len) == 0;
}

/* The archive takes one file at a time, so the table waits aside until the JSON is done. */
static bool
put_table_row(void *context, struct str json)
{
    struct packer *packer = context;
    scoped_buf line = BUF_INIT(CSV_ROW_MAX);
    json_t *row = json_loadb(json.ptr, json.len, JSON_ALLOW_NUL, NULL);
    bool good;

    if (!packer->csv_begun)
        csv_add_names(&line, row);
    packer->csv_begun = true;
    csv_add_values(&line, row);
    good = row && !line.failed && scratch_write(packer->csv, line.ptr, line.len) == 0;
    json_decref(row);
    return good;
}

/* The whole source as the entry that was begun. */
static bool
put_file(struct packer *packer, struct source *source, bool progress)
{
    struct source_reader reader = source_reader(source, 0, source_size(source));
    char *chunk = malloc(CHUNK);
    ssize_t n = -1;

    while (chunk && (n = source_read(&reader, chunk, CHUNK)) > 0) {
        if (zip_write(packer->zip, chunk, (size_t)n))
            break;
        packer->packed_bytes += progress ? (uint64_t)n : 0;
        if (progress)
            tell(packer, DATA_SHARE + (1 - DATA_SHARE) * (float)((double)packer->packed_bytes / (double)(packer->file_bytes + 1)));
    }
    source_read_end(&reader);
    free(chunk);
    return n == 0;
}

static bool
put_table(struct packer *packer, const char *subject)
{
    struct source *table = scratch_source(packer->csv);
    char name[64];
    bool good;

    snprintf(name, sizeof name, "csv/%s.csv", subject);
    good = table && zip_begin(packer->zip, name, (int64_t)source_size(table), true) == 0 && put_file(packer, table, false);
    source_unref(table);
    return good;
}

/* In a transaction of its own, which may take longer than a request. */
static bool
read_subject(const struct subject *subject, const char *user_id, struct subject_writer *writer)
{
    bool good;

    if (db_begin_long())
        return false;
    good = subject_write(subject, user_id, writer);
    return db_end(good) == DB_OK && good;
}

static bool
put_subject(struct packer *packer, const struct subject *subject)
{
    struct subject_writer writer = {.put = put_data, .row = subject->single ? NULL : put_table_row, .context = packer};
    char name[64];
    bool good;

    packer->csv_begun = false;
    packer->csv = NULL;
    if (!subject->single && storage_scratch(privacy_storage, &packer->csv))
        return false;
    snprintf(name, sizeof name, "data/%s.json", subject->name);
    good = zip_begin(packer->zip, name, -1, true) == 0 && read_subject(subject, packer->user_id, &writer) &&
           put_data(packer, STR("\n")) && (!packer->csv_begun || put_table(packer, subject->name));
    scratch_free(packer->csv);
    return good;
}

static bool
put_subjects(struct packer *packer)
{
    size_t count = 0, done = 0;

    while (subject_at(count))
        count++;
    for (; done < count; done++) {
        if (job_cancelled(packer->job) || !put_subject(packer, subject_at(done)))
            return false;
        tell(packer, DATA_SHARE * (float)done / (float)count);
    }
    return true;
}

/* A file that is not there is noted as missing: no reason to withhold the rest. */
static bool
put_stored(void *context, const char *key, const char *name)
{
    struct packer *packer = context;
    struct source *source = NULL;
    int error = storage_open(privacy_storage, key, &source);
    uint64_t size = error ? 0 : source_size(source);
    bool good = true;

    if (error && error != STORAGE_NOT_FOUND && error != STORAGE_BAD_KEY)
        return false;
    if (!error) {
        good = zip_begin(packer->zip, name, (int64_t)size, false) == 0 && put_file(packer, source, true);
        source_unref(source);
    }
    return json_array_append_new(packer->files, json_pack("{s:s, s:I, s:b}", "name", name, "size", (json_int_t)size, "missing",
                                                          error != 0)) == 0 && good;
}

static uint64_t
size_of(const char *key)
{
    struct source *source;
    uint64_t size;

    if (storage_open(privacy_storage, key, &source))
        return 0;
    size = source_size(source);
    source_unref(source);
    return size;
}

static bool
count_file(void *context, const char *key, const char *name)
{
    (void)name;
    ((struct packer *)context)->file_bytes += size_of(key);
    return true;
}

static bool
put_files(struct packer *packer)
{
    return files_each(packer->user_id, count_file, packer) && files_each(packer->user_id, put_stored, packer);
}

static bool
put_manifest(struct packer *packer)
{
    json_t *subjects = json_array();
    char *text = NULL;
    bool good;

    for (size_t i = 0; subject_at(i); i++)
        json_array_append_new(subjects, json_string(subject_at(i)->name));
    json_t *manifest = json_pack("{s:s, s:i, s:I, s:o, s:O}", "format", "veza-export", "version", 1, "exported_at_unix_s",
                                 (json_int_t)clock_unix_s(), "subjects", subjects, "files", packer->files);
    text = manifest ? json_dumps(manifest, JSON_INDENT(2)) : NULL;
    good = text && zip_begin(packer->zip, "manifest.json", (int64_t)strlen(text), true) == 0 && put_data(packer, str_of(text));
    free(text);
    json_decref(manifest);
    return good;
}

static bool
pack(struct packer *packer, const char *key)
{
    bool good = false;

    if (storage_begin(privacy_storage, key, &packer->writer))
        return false;
    packer->files = json_array();
    packer->zip = zip_new(to_storage, packer);
    if (packer->zip && packer->files)
        good = put_subjects(packer) && put_files(packer) && put_manifest(packer) && zip_finish(packer->zip) == 0;
    zip_free(packer->zip);
    json_decref(packer->files);
    if (!good) {
        storage_abort(packer->writer);
        return false;
    }
    return storage_commit(packer->writer) == 0 && storage_sync(privacy_storage) == 0;
}

/* The end of the work and of the job, in one transaction. *ret_unknown: nobody knows whether it was committed. */
static bool
commit_end(struct job *job, enum job_outcome outcome, const struct query *query, const struct db_arg *args, bool *ret_unknown)
{
    enum db_status status;
    PGresult *result;
    bool good;

    *ret_unknown = false;
    if (db_begin())
        return false;
    good = job_finish(job, outcome) && db_run(query, args, &result, NULL) == DB_OK;
    if (good) {
        good = PQntuples(result) == 1;
        PQclear(result);
    }
    status = db_end(good);
    *ret_unknown = good && status == DB_UNAVAILABLE;
    return good && status == DB_OK;
}

static enum job_outcome
give_up_or_retry(struct packer *packer)
{
    const char *message = packer->full ? "There is no room for the archive on this server." : "The archive could not be made.";
    const struct db_arg args[] = {{"id", packer->export_id}, {"message", message}, {0}};
    bool unknown;

    packer->away |= storage_is_away(privacy_storage); /* also when it was a file that could not be read */
    job_error(packer->job, packer->away ? "the object store does not answer" : message);
    if (packer->away) {
        job_wait(packer->job, STORAGE_RETRY_S);
        return JOB_PUT_OFF;
    }
    if (packer->job->attempts < packer->job->max_attempts)
        return JOB_RETRY;
    return commit_end(packer->job, JOB_FAILED, &q_export_fail, args, &unknown) ? JOB_FAILED : JOB_RETRY;
}

static enum job_outcome
finish(struct packer *packer, const char *key)
{
    char size[24], days[24];
    bool unknown;

    snprintf(size, sizeof size, "%llu", (unsigned long long)packer->size);
    snprintf(days, sizeof days, "%lld", (long long)privacy_export_days);
    const struct db_arg args[] = {{"id", packer->export_id}, {"key", key}, {"size", size}, {"days", days}, {0}};
    if (commit_end(packer->job, JOB_DONE, &q_export_complete, args, &unknown))
        return JOB_DONE;
    if (!unknown)
        storage_delete(privacy_storage, key);
    return job_cancelled(packer->job) ? JOB_GIVE_BACK : give_up_or_retry(packer);
}

enum job_outcome
privacy_export(struct job *job)
{
    struct packer packer = {.job = job, .export_id = json_string_value(json_object_get(job->payload, "export_id")),
                            .user_id = json_string_value(json_object_get(job->payload, "user_id"))};
    const struct db_arg args[] = {{"id", packer.export_id}, {"user_id", packer.user_id}, {0}};
    char folder[STORAGE_KEY_MAX + 1], attempt[UUID_TEXT];
    scoped_text key = NULL;
    PGresult *begun;
    int rows;

    if (!packer.export_id || !packer.user_id || !uuid_valid(packer.export_id) || !uuid_valid(packer.user_id))
        return JOB_FAILED;
    if (db_run(&q_export_begin, args, &begun, NULL))
        return JOB_RETRY;
    rows = PQntuples(begun);
    PQclear(begun);
    if (!rows)
        return JOB_DONE;
    /* Of this attempt alone: another node may be at the same archive, if this one was silent for too long. */
    export_folder(folder, packer.user_id, packer.export_id);
    uuid_random(attempt);
    if (asprintf(&key, "%s/%s.zip", folder, attempt) < 0)
        return JOB_RETRY;
    if (pack(&packer, key))
        return finish(&packer, key);
    return job_cancelled(job) ? JOB_GIVE_BACK : give_up_or_retry(&packer);
}
