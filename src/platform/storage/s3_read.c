/* s3_read.c - objects as sources, and the local copies of those that a program or a reply needs on this machine.
 *
 * An object is opened by asking for its beginning, so that small ones are there after one round trip. Its tag goes with each further request: an object
 * that was replaced meanwhile is an error, not a mixture. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "platform/storage/s3_internal.h"

#define HEAD_BYTES 262144
#define HEAD_RANGE "bytes=0-262143"
#define RANGE_TEXT 64
#define CACHED_MAX 4096 /* each is an open file */

struct s3_source {
    struct source pub;
    struct s3_client *client;
    char key[STORAGE_KEY_MAX + 1];
    char etag[S3_ETAG_TEXT];
    struct buf head; /* the object's first bytes */
};

/* Of a reader beyond the head. */
struct s3_reading {
    struct s3_stream *stream;
    struct s3_call call;
    char range[RANGE_TEXT];
    bool moved; /* bytes came since the stream was begun */
};

static bool
reading_begin(struct s3_source *source, struct source_reader *reader, struct s3_reading *reading)
{
    snprintf(reading->range, sizeof reading->range, "bytes=%llu-%llu", (unsigned long long)reader->at, (unsigned long long)reader->end - 1);
    reading->call = (struct s3_call){.method = "GET", .key = source->key, .range = reading->range, .if_match = *source->etag ? source->etag : NULL};
    reading->moved = false;
    reading->stream = s3_stream_begin(source->client, &reading->call);
    return reading->stream;
}

static ssize_t
s3_source_read(struct source_reader *reader, void *to, size_t len)
{
    struct s3_source *source = (struct s3_source *)reader->source;
    struct s3_reading *reading = reader->state;
    ssize_t n;

    if (reader->at < source->head.len) {
        size_t left = source->head.len - (size_t)reader->at;

        len = len < left ? len : left;
        memcpy(to, source->head.ptr + reader->at, len);
        return (ssize_t)len;
    }
    if (!reading) {
        reading = calloc(1, sizeof *reading);
        if (!reading)
            return -1;
        reader->state = reading;
        if (!reading_begin(source, reader, reading))
            return -1;
    }
    n = reading->stream ? s3_stream_read(reading->stream, to, len) : -1;
    if (n <= 0 && reading->moved) { /* the connection was lost, perhaps since nobody read for long */
        s3_stream_end(reading->stream);
        n = reading_begin(source, reader, reading) ? s3_stream_read(reading->stream, to, len) : -1;
    }
    reading->moved |= n > 0;
    return n;
}

static void
s3_source_read_end(struct source_reader *reader)
{
    struct s3_reading *reading = reader->state;

    if (!reading)
        return;
    s3_stream_end(reading->stream);
    free(reading);
    reader->state = NULL;
}

static void
s3_source_close(struct source *pub)
{
    struct s3_source *source = (struct s3_source *)pub;

    buf_free(&source->head);
    free(source);
}

/* Does the reply have the object's beginning, as much of it as was asked for, and say how long the object is? What does not would be read as a file that was cut. */
static bool
reply_has_beginning(const struct s3_reply *reply)
{
    uint64_t most = reply->size < HEAD_BYTES ? reply->size : HEAD_BYTES;

    if (reply->status == 206)
        return reply->from == 0 && reply->last + 1 == reply->body.len && reply->body.len == most && reply->size <= INT64_MAX;
    return reply->status == 200 && reply->body.len == reply->size;
}

/* Asks for an object's beginning, unless it still has the tag `known` (may be NULL): then *ret_source is NULL. */
static int
s3_open_unless(struct s3_store *store, const char *key, const char *known, struct source **ret_source)
{
    static const struct source_driver driver = {.read = s3_source_read, .read_end = s3_source_read_end, .close = s3_source_close};
    const struct s3_call call = {.method = "GET", .key = key, .range = HEAD_RANGE, .if_none_match = known};
    struct s3_source *source;
    struct s3_reply reply;
    int error = s3_call(store->client, &call, &reply);

    if (error)
        return error;
    if (reply.status == 304 && known) {
        s3_reply_free(&reply);
        *ret_source = NULL;
        return 0;
    }
    if (reply.status == 416) { /* it is empty, so there is no such range */
        reply.size = 0;
        reply.body.len = 0;
    } else {
        error = s3_reply_error(&call, &reply);
        if (!error && !reply_has_beginning(&reply)) {
            log_error("the object store gave another part of an object than it was asked for", LOG_TEXT("key", key), LOG_INT("status", reply.status));
            error = STORAGE_FAILED;
        }
    }
    source = error ? NULL : malloc(sizeof *source);
    if (!source) {
        s3_reply_free(&reply);
        return error ? error : STORAGE_FAILED;
    }
    *source = (struct s3_source){.pub = {.driver = &driver, .refs = 1, .size = reply.size, .fd = -1}, .client = store->client, .head = reply.body};
    snprintf(source->key, sizeof source->key, "%s", key);
    snprintf(source->etag, sizeof source->etag, "%s", reply.etag);
    *ret_source = &source->pub;
    return 0;
}

int
s3_open(struct storage *storage, const char *key, struct source **ret_source)
{
    return s3_open_unless((struct s3_store *)storage, key, NULL, ret_source);
}

/* A local copy; in a list, the last used first. */
struct s3_copy {
    struct s3_copy *next;
    struct source *source;
    char key[STORAGE_KEY_MAX + 1];
    char etag[S3_ETAG_TEXT];
};

struct s3_cache {
    pthread_mutex_t lock;
    struct s3_copy *copies;
    uint64_t bytes, max_bytes, hits, misses;
    unsigned count;
};

struct s3_cache *
s3_cache_new(uint64_t max_bytes)
{
    struct s3_cache *cache = calloc(1, sizeof *cache);

    if (!cache)
        return NULL;
    pthread_mutex_init(&cache->lock, NULL);
    cache->max_bytes = max_bytes;
    return cache;
}

/* Takes the copy that *place points to out of the list, and frees it. */
static void
cache_drop(struct s3_cache *cache, struct s3_copy **place)
{
    struct s3_copy *copy = *place;

    *place = copy->next;
    cache->bytes -= source_size(copy->source);
    cache->count--;
    source_unref(copy->source);
    free(copy);
}

void
s3_cache_free(struct s3_cache *cache)
{
    if (!cache)
        return;
    while (cache->copies)
        cache_drop(cache, &cache->copies);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static struct s3_copy **
cache_find(struct s3_cache *cache, const char *key)
{
    struct s3_copy **place = &cache->copies;

    while (*place && !text_equal((*place)->key, key))
        place = &(*place)->next;
    return place;
}

/* A reference to the copy and its tag, or NULL. */
static struct source *
cache_get(struct s3_cache *cache, const char *key, char ret_etag[S3_ETAG_TEXT])
{
    struct source *source = NULL;
    struct s3_copy **place, *copy;

    pthread_mutex_lock(&cache->lock);
    place = cache_find(cache, key);
    copy = *place;
    if (copy) {
        *place = copy->next;
        copy->next = cache->copies;
        cache->copies = copy;
        memcpy(ret_etag, copy->etag, sizeof copy->etag);
        source = source_ref(copy->source);
    }
    pthread_mutex_unlock(&cache->lock);
    return source;
}

/* `source` NULL: there is no such object any more. */
static void
cache_put(struct s3_cache *cache, const char *key, const char *etag, struct source *source)
{
    bool fits = source && *etag && source_size(source) <= cache->max_bytes / 4;
    struct s3_copy *copy = fits ? malloc(sizeof *copy) : NULL, **place;

    pthread_mutex_lock(&cache->lock);
    place = cache_find(cache, key);
    if (*place)
        cache_drop(cache, place);
    if (copy) {
        *copy = (struct s3_copy){.next = cache->copies, .source = source_ref(source)};
        snprintf(copy->key, sizeof copy->key, "%s", key);
        snprintf(copy->etag, sizeof copy->etag, "%s", etag);
        cache->copies = copy;
        cache->count++;
        cache->bytes += source_size(source);
    }
    while (cache->copies && (cache->bytes > cache->max_bytes || cache->count > CACHED_MAX)) {
        for (place = &cache->copies; (*place)->next;)
            place = &(*place)->next;
        cache_drop(cache, place);
    }
    pthread_mutex_unlock(&cache->lock);
}

static void
cache_count(struct s3_cache *cache, bool hit)
{
    pthread_mutex_lock(&cache->lock);
    *(hit ? &cache->hits : &cache->misses) += 1;
    pthread_mutex_unlock(&cache->lock);
}

int
s3_open_near(struct storage *storage, const char *key, uint64_t max_bytes, struct source **ret_source)
{
    struct s3_store *store = (struct s3_store *)storage;
    char etag[S3_ETAG_TEXT];
    struct source *copy = cache_get(store->cache, key, etag), *source;
    int error = s3_open_unless(store, key, copy ? etag : NULL, &source);

    cache_count(store->cache, !error && !source);
    if (!error && !source) { /* the object is still what the copy is of */
        *ret_source = copy;
        return 0;
    }
    source_unref(copy);
    if (!error && source_size(source) > max_bytes) {
        *ret_source = source;
    } else if (!error) {
        error = storage_make_copy(storage, source, ret_source);
        if (!error)
            cache_put(store->cache, key, ((struct s3_source *)source)->etag, *ret_source);
        source_unref(source);
    } else if (error == STORAGE_NOT_FOUND) {
        cache_put(store->cache, key, "", NULL);
    }
    return error;
}

void
s3_cache_metrics(struct s3_cache *cache, struct buf *out)
{
    pthread_mutex_lock(&cache->lock);
    buf_printf(out, "veza_s3_cache_bytes %llu\nveza_s3_cache_files %u\nveza_s3_cache_hits_total %llu\nveza_s3_cache_misses_total %llu\n",
               (unsigned long long)cache->bytes, cache->count, (unsigned long long)cache->hits, (unsigned long long)cache->misses);
    pthread_mutex_unlock(&cache->lock);
}
