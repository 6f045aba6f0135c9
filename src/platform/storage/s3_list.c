/* s3_list.c - objects are listed and deleted, a thousand at once. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "platform/storage/s3_internal.h"
#include "platform/storage/s3_xml.h"

#define TOKEN_MAX 2048
#define DELETE_AT_ONCE 1000
#define DELETE_XML_MAX ((size_t)1024 * 1024)
#define KEY_BYTES 1025 /* of any object in the bucket */

struct s3_listing {
    storage_tell *tell;
    void *context;
    bool more, ended;
    char key[KEY_BYTES], token[TOKEN_MAX];
    struct storage_entry entry;
};

static void
list_take(void *context, const char *path, const char *text)
{
    struct s3_listing *listing = context;
    const char *name = strchr(path, '/');
    struct tm utc = {0};
    int64_t size = 0;

    if (!name)
        return;
    name++;
    if (text_equal(name, "IsTruncated"))
        listing->more = text_equal(text, "true");
    else if (text_equal(name, "NextContinuationToken"))
        snprintf(listing->token, sizeof listing->token, "%s", text);
    else if (text_equal(name, "Contents/Key"))
        snprintf(listing->key, sizeof listing->key, "%s", text);
    else if (text_equal(name, "Contents/Size") && text_to_int64(text, 0, INT64_MAX, &size))
        listing->entry.size = (uint64_t)size;
    else if (text_equal(name, "Contents/LastModified") && strptime(text, "%Y-%m-%dT%H:%M:%S", &utc))
        listing->entry.changed_unix_s = (int64_t)timegm(&utc);
    else if (text_equal(name, "Contents") && !listing->ended)
        listing->ended = !listing->tell(listing->context, &listing->entry);
}

int
s3_list(struct s3_store *store, const char *prefix, storage_tell *tell, void *context)
{
    struct s3_listing *listing = calloc(1, sizeof *listing);
    int error = 0;

    if (!listing)
        return STORAGE_FAILED;
    listing->tell = tell;
    listing->context = context;
    do {
        struct s3_call call = {.method = "GET", .query = {{"list-type", "2"}, {"prefix", prefix}}, .query_count = 2};
        char token[TOKEN_MAX];
        struct s3_reply reply;

        snprintf(token, sizeof token, "%s", listing->token);
        if (*token)
            call.query[call.query_count++] = (struct s3_pair){"continuation-token", token};
        error = s3_call(store->client, &call, &reply);
        if (error)
            break;
        error = s3_reply_error(&call, &reply);
        listing->entry.key = listing->key;
        listing->more = false;
        if (!error && !s3_xml_read(buf_str(&reply.body), list_take, listing))
            error = STORAGE_FAILED;
        s3_reply_free(&reply);
        if (!error && listing->more && text_equal(token, listing->token)) /* a store that says "and more" without an end */
            error = STORAGE_FAILED;
    } while (!error && listing->more && !listing->ended);
    free(listing);
    return error;
}

struct s3_only_valid {
    storage_tell *tell;
    void *context;
};

static bool
tell_if_valid(void *context, const struct storage_entry *entry)
{
    struct s3_only_valid *only = context;

    return !storage_key_valid(entry->key) || only->tell(only->context, entry);
}

int
s3_each(struct storage *storage, storage_tell *tell, void *context)
{
    return s3_list((struct s3_store *)storage, "", tell_if_valid, &(struct s3_only_valid){tell, context});
}

int
s3_delete(struct storage *storage, const char *key)
{
    const struct s3_call call = {.method = "DELETE", .key = key};
    int error = s3_do(((struct s3_store *)storage)->client, &call);

    return error == STORAGE_NOT_FOUND ? 0 : error;
}

struct s3_deletion {
    struct s3_store *store;
    struct buf xml;
    unsigned count;
    char refused[64]; /* the code of an object that was not deleted */
};

static void
take_refusal(void *context, const char *path, const char *text)
{
    struct s3_deletion *deletion = context;

    if (text_equal(path, "DeleteResult/Error/Code") && !text_equal(text, "NoSuchKey"))
        snprintf(deletion->refused, sizeof deletion->refused, "%s", text);
}

static int
delete_listed(struct s3_deletion *deletion)
{
    struct s3_call call = {.method = "POST", .query = {{"delete", ""}}, .query_count = 1, .md5 = true};
    struct s3_reply reply;
    int error;

    buf_add_text(&deletion->xml, "</Delete>");
    if (deletion->xml.failed)
        return STORAGE_FAILED;
    call.body = buf_str(&deletion->xml);
    error = s3_call(deletion->store->client, &call, &reply);
    if (error)
        return error;
    error = s3_reply_error(&call, &reply);
    if (!error)
        s3_xml_read(buf_str(&reply.body), take_refusal, deletion);
    s3_reply_free(&reply);
    return error ? error : *deletion->refused ? STORAGE_FAILED : 0;
}

static bool
note_for_deletion(void *context, const struct storage_entry *entry)
{
    struct s3_deletion *deletion = context;

    buf_add_text(&deletion->xml, "<Object><Key>");
    buf_add_html(&deletion->xml, str_of(entry->key));
    buf_add_text(&deletion->xml, "</Key></Object>");
    return ++deletion->count < DELETE_AT_ONCE;
}

int
s3_delete_prefix(struct storage *storage, const char *prefix)
{
    struct s3_deletion deletion = {.store = (struct s3_store *)storage};
    char folder[STORAGE_KEY_MAX + 2];
    int error;

    snprintf(folder, sizeof folder, "%s/", prefix);
    do {
        deletion.count = 0;
        deletion.xml = (struct buf)BUF_INIT(DELETE_XML_MAX);
        buf_add_text(&deletion.xml, "<Delete><Quiet>true</Quiet>");
        error = s3_list(deletion.store, folder, note_for_deletion, &deletion);
        if (!error && deletion.count)
            error = delete_listed(&deletion);
        buf_free(&deletion.xml);
    } while (!error && deletion.count == DELETE_AT_ONCE);
    return error;
}
