/* s3_write.c - objects as they come: one PUT, or a multipart upload once there is more than a part.
 *
 * Multipart uploads that processes left are swept by what came to them last, not by their age: one that is under way for days is not abandoned. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "platform/storage/s3_internal.h"
#include "platform/storage/s3_xml.h"

#define PARTS_MAX 10000 /* of an upload, by the protocol */
#define ID_MAX 1024
#define PARTS_XML_MAX ((size_t)2 * 1024 * 1024)
#define PARTS_PAGE 1000 /* parts in one list of them */
#define ABORT_TRIES 3
#define SWEPT_MAX 1000 /* uploads in one sweep */

struct s3_writer {
    struct storage_writer pub;
    struct s3_store *store;
    char key[STORAGE_KEY_MAX + 1];
    char upload[ID_MAX]; /* "" until there is more than a part */
    struct buf part;
    size_t part_size;
    struct buf parts; /* of the XML that ends the upload */
    unsigned count;
};

static void
take_upload_id(void *context, const char *path, const char *text)
{
    if (text_equal(path, "InitiateMultipartUploadResult/UploadId") && strlen(text) < ID_MAX)
        snprintf(context, ID_MAX, "%s", text);
}

static int
upload_begin(struct s3_writer *writer)
{
    const struct s3_call call = {.method = "POST", .key = writer->key, .query = {{"uploads", ""}}, .query_count = 1};
    struct s3_reply reply;
    int error = s3_call(writer->store->client, &call, &reply);

    if (error)
        return error;
    error = s3_reply_error(&call, &reply);
    if (!error)
        s3_xml_read(buf_str(&reply.body), take_upload_id, writer->upload);
    s3_reply_free(&reply);
    return error || *writer->upload ? error : STORAGE_FAILED;
}

static int
upload_part(struct s3_writer *writer, struct str bytes)
{
    char number[16];
    struct s3_call call = {.method = "PUT", .key = writer->key, .query = {{"partNumber", number}, {"uploadId", writer->upload}}, .query_count = 2, .body = bytes};
    struct s3_reply reply;
    int error;

    if (writer->count >= PARTS_MAX) {
        errno = EFBIG;
        return STORAGE_FAILED;
    }
    snprintf(number, sizeof number, "%u", writer->count + 1);
    error = s3_call(writer->store->client, &call, &reply);
    if (error)
        return error;
    error = s3_reply_error(&call, &reply);
    if (!error) {
        writer->count++;
        buf_printf(&writer->parts, "<Part><PartNumber>%s</PartNumber><ETag>", number);
        buf_add_html(&writer->parts, str_of(reply.etag));
        buf_add_text(&writer->parts, "</ETag></Part>");
    }
    s3_reply_free(&reply);
    return writer->parts.failed ? STORAGE_FAILED : error;
}

static void
upload_abort(struct s3_store *store, const char *key, const char *upload)
{
    const struct s3_call call = {.method = "DELETE", .key = key, .query = {{"uploadId", upload}}, .query_count = 1};
    int error = STORAGE_FAILED;

    for (int i = 0; i < ABORT_TRIES && error && error != STORAGE_NOT_FOUND && error != STORAGE_AWAY; i++)
        error = s3_do(store->client, &call);
    if (error && error != STORAGE_NOT_FOUND)
        log_info("a multipart upload was not aborted; it is swept later", LOG_TEXT("key", key));
}

static bool
object_is_there(struct s3_store *store, const char *key)
{
    const struct s3_call call = {.method = "HEAD", .key = key};

    return s3_do(store->client, &call) == 0;
}

static int
upload_complete(struct s3_writer *writer)
{
    struct s3_call call = {.method = "POST", .key = writer->key, .query = {{"uploadId", writer->upload}}, .query_count = 1};
    scoped_buf body = BUF_INIT(PARTS_XML_MAX);
    int error;

    buf_add_text(&body, "<CompleteMultipartUpload>");
    buf_add(&body, buf_str(&writer->parts));
    buf_add_text(&body, "</CompleteMultipartUpload>");
    if (body.failed)
        return STORAGE_FAILED;
    call.body = buf_str(&body);
    error = s3_do(writer->store->client, &call);
    /* Sent again after a reply that was lost, it finds no such upload: the first one had ended it. */
    return error == STORAGE_NOT_FOUND ? object_is_there(writer->store, writer->key) ? 0 : STORAGE_FAILED : error;
}

static int
writer_flush(struct s3_writer *writer)
{
    int error = *writer->upload ? 0 : upload_begin(writer);

    if (!error)
        error = upload_part(writer, buf_str(&writer->part));
    writer->part.len = 0;
    return error;
}

int
s3_begin(struct storage *storage, const char *key, struct storage_writer **ret_writer)
{
    struct s3_writer *writer = calloc(1, sizeof *writer);

    if (!writer)
        return STORAGE_FAILED;
    writer->pub.storage = storage;
    writer->store = (struct s3_store *)storage;
    writer->part_size = S3_PART;
    writer->part = (struct buf)BUF_INIT(2 * S3_PART);
    writer->parts = (struct buf)BUF_INIT(PARTS_XML_MAX);
    snprintf(writer->key, sizeof writer->key, "%s", key);
    *ret_writer = &writer->pub;
    return 0;
}

int
s3_write(struct storage_writer *pub, const void *bytes, size_t len)
{
    struct s3_writer *writer = (struct s3_writer *)pub;
    const char *at = bytes;

    while (len) {
        size_t room = writer->part_size - writer->part.len, n = len < room ? len : room;
        int error = 0;

        buf_add(&writer->part, (struct str){at, n});
        if (writer->part.failed)
            return STORAGE_FAILED;
        at += n;
        len -= n;
        if (len && writer->part.len == writer->part_size)
            error = writer_flush(writer);
        if (error)
            return error;
    }
    return 0;
}

static void
writer_free(struct s3_writer *writer)
{
    buf_free(&writer->part);
    buf_free(&writer->parts);
    free(writer);
}

void
s3_abort(struct storage_writer *pub)
{
    struct s3_writer *writer = (struct s3_writer *)pub;

    if (*writer->upload)
        upload_abort(writer->store, writer->key, writer->upload);
    writer_free(writer);
}

int
s3_commit(struct storage_writer *pub)
{
    struct s3_writer *writer = (struct s3_writer *)pub;
    const struct s3_call put = {.method = "PUT", .key = writer->key, .body = buf_str(&writer->part)};
    int error;

    if (!*writer->upload) {
        error = s3_do(writer->store->client, &put);
        writer_free(writer);
        return error;
    }
    error = writer->part.len ? writer_flush(writer) : 0;
    if (!error)
        error = upload_complete(writer);
    if (error)
        upload_abort(writer->store, writer->key, writer->upload);
    writer_free(writer);
    return error;
}

int
s3_keep(struct storage *storage, const char *key, struct scratch *scratch)
{
    struct source *source = scratch_source(scratch);
    struct source_reader reader;
    struct storage_writer *pub;
    struct s3_writer *writer;
    int error = source ? s3_begin(storage, key, &pub) : STORAGE_FAILED;
    ssize_t n = 0;

    if (error) {
        source_unref(source);
        return error;
    }
    writer = (struct s3_writer *)pub;
    if (source_size(source) / (PARTS_MAX - 1) >= writer->part_size)
        writer->part_size = (size_t)(source_size(source) / (PARTS_MAX - 1)) + 1;
    writer->part.max = 2 * writer->part_size;
    reader = source_reader(source, 0, UINT64_MAX);
    while (!error && buf_reserve(&writer->part, 256 * 1024) && (n = source_read(&reader, writer->part.ptr + writer->part.len, 256 * 1024)) > 0) {
        writer->part.len += (size_t)n;
        if (writer->part.len >= writer->part_size && reader.at < reader.end)
            error = writer_flush(writer);
    }
    source_read_end(&reader);
    source_unref(source);
    error = error ? error : n == 0 && !writer->part.failed ? 0 : STORAGE_FAILED;
    if (!error)
        return s3_commit(pub);
    s3_abort(pub);
    return error;
}

/* "2013-05-24T00:00:00.000Z" as seconds since 1970, or 0. */
static int64_t
xml_time(const char *text)
{
    struct tm utc = {0};

    return strptime(text, "%Y-%m-%dT%H:%M:%S", &utc) ? (int64_t)timegm(&utc) : 0;
}

struct s3_sweep {
    struct s3_store *store;
    int64_t before; /* what began later is not looked at */
    bool more, is_full;
    char key[STORAGE_KEY_MAX + 1], upload[ID_MAX]; /* of the element in hand */
    char next_key[ID_MAX], next_upload[ID_MAX];
    struct {
        char *key, *upload;
    } old[SWEPT_MAX];
    unsigned count, under_way;
    int64_t begun;
};

static void
sweep_take(void *context, const char *path, const char *text)
{
    struct s3_sweep *sweep = context;
    const char *name = strchr(path, '/');

    if (!name)
        return;
    name++;
    if (text_equal(name, "IsTruncated"))
        sweep->more = text_equal(text, "true");
    else if (text_equal(name, "NextKeyMarker"))
        snprintf(sweep->next_key, sizeof sweep->next_key, "%s", text);
    else if (text_equal(name, "NextUploadIdMarker"))
        snprintf(sweep->next_upload, sizeof sweep->next_upload, "%s", text);
    else if (text_equal(name, "Upload/Key"))
        snprintf(sweep->key, sizeof sweep->key, "%s", text);
    else if (text_equal(name, "Upload/UploadId"))
        snprintf(sweep->upload, sizeof sweep->upload, "%s", text);
    else if (text_equal(name, "Upload/Initiated"))
        sweep->begun = xml_time(text);
    if (!text_equal(name, "Upload"))
        return;
    if (storage_key_valid(sweep->key) && sweep->begun && sweep->begun <= sweep->before && sweep->count < SWEPT_MAX) {
        sweep->old[sweep->count].key = strdup(sweep->key);
        sweep->old[sweep->count++].upload = strdup(sweep->upload);
    } else {
        sweep->under_way++;
    }
}

struct s3_parts {
    int64_t last; /* when the newest of those that were listed came */
    bool more;
};

static void
take_last_part(void *context, const char *path, const char *text)
{
    struct s3_parts *parts = context;
    int64_t when = text_equal(path, "ListPartsResult/Part/LastModified") ? xml_time(text) : 0;

    parts->last = when > parts->last ? when : parts->last;
    if (text_equal(path, "ListPartsResult/IsTruncated"))
        parts->more = text_equal(text, "true");
}

/* Did a part of it come since `before`? A page has a thousand parts, and they are sent one after another: each page is newer than the one before. */
static bool
upload_is_alive(struct s3_store *store, const char *key, const char *upload, int64_t before)
{
    struct s3_parts parts = {.more = true};

    for (unsigned after = 0; parts.more && parts.last <= before && after < PARTS_MAX; after += PARTS_PAGE) {
        char marker[16];
        const struct s3_call call = {.method = "GET", .key = key, .query = {{"part-number-marker", marker}, {"uploadId", upload}}, .query_count = 2};
        struct s3_reply reply;
        bool good;

        snprintf(marker, sizeof marker, "%u", after);
        if (s3_call(store->client, &call, &reply))
            return true;
        parts.more = false;
        good = reply.status == 200 && s3_xml_read(buf_str(&reply.body), take_last_part, &parts);
        s3_reply_free(&reply);
        if (!good)
            return true;
    }
    return parts.last > before;
}

static int
sweep_list(struct s3_sweep *sweep)
{
    int error = 0;

    do {
        struct s3_call call = {.method = "GET", .query = {{"uploads", ""}}, .query_count = 1};
        char key[ID_MAX], upload[ID_MAX];
        struct s3_reply reply;

        snprintf(key, sizeof key, "%s", sweep->next_key);
        snprintf(upload, sizeof upload, "%s", sweep->next_upload);
        if (*key) {
            call.query[call.query_count++] = (struct s3_pair){"key-marker", key};
            call.query[call.query_count++] = (struct s3_pair){"upload-id-marker", upload};
        }
        error = s3_call(sweep->store->client, &call, &reply);
        if (error)
            return error;
        error = s3_reply_error(&call, &reply);
        sweep->more = false;
        if (!error && !s3_xml_read(buf_str(&reply.body), sweep_take, sweep))
            error = STORAGE_FAILED;
        s3_reply_free(&reply);
        if (!error && sweep->more && text_equal(key, sweep->next_key) && text_equal(upload, sweep->next_upload)) /* it says "and more" without an end */
            error = STORAGE_FAILED;
    } while (!error && sweep->more && sweep->count < SWEPT_MAX);
    return error;
}

int
s3_sweep_uploads(struct s3_store *store, unsigned *ret_under_way)
{
    struct s3_sweep *sweep = calloc(1, sizeof *sweep);
    unsigned aborted = 0;
    int error;

    if (!sweep)
        return STORAGE_FAILED;
    sweep->store = store;
    sweep->before = clock_unix_s() - s3_client_settings(store->client)->abandoned_s;
    error = sweep_list(sweep);
    for (unsigned i = 0; i < sweep->count; i++) {
        const char *key = sweep->old[i].key, *upload = sweep->old[i].upload;

        if (key && upload && !error && !upload_is_alive(store, key, upload, sweep->before)) {
            upload_abort(store, key, upload);
            aborted++;
        }
        free(sweep->old[i].key);
        free(sweep->old[i].upload);
    }
    if (aborted)
        log_info("multipart uploads that were left are aborted", LOG_INT("count", aborted));
    if (ret_under_way)
        *ret_under_way = sweep->under_way + sweep->count - aborted;
    free(sweep);
    return error;
}
