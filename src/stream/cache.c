#include "stream/cache.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/buf.h"

#define SHARDS 16
#define BUCKETS 512 /* of a shard */

struct entry {
    struct segment pub; /* first, so that a segment is an entry */
    atomic_int refs;
    atomic_bool used; /* since the clock's hand last came by */
    uint64_t hash;
    struct entry *next;                /* in the bucket */
    struct entry *ring_next, *ring_prev; /* all of the shard, in the order of the clock */
    char key[];
};

struct shard {
    pthread_mutex_t lock;
    size_t bytes;
    struct entry *buckets[BUCKETS];
    struct entry *hand; /* NULL when the shard is empty */
} __attribute__((aligned(64)));

struct segment_cache {
    size_t max_bytes; /* of a shard */
    _Atomic uint64_t misses;
    struct shard shards[SHARDS];
};

struct segment_cache *
segment_cache_new(size_t max_bytes)
{
    struct segment_cache *cache = aligned_alloc(64, sizeof *cache);

    if (!cache)
        return NULL;
    memset(cache, 0, sizeof *cache);
    cache->max_bytes = max_bytes / SHARDS;
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_init(&cache->shards[i].lock, NULL);
    return cache;
}

void
segment_unref(void *segment)
{
    struct entry *entry = segment;

    if (!entry || atomic_fetch_sub(&entry->refs, 1) != 1)
        return;
    MHD_destroy_response(entry->pub.response); /* connections that still send it hold references of their own */
    free(entry);
}

static struct entry **
find(struct shard *shard, const char *key, uint64_t hash)
{
    struct entry **at = &shard->buckets[hash / SHARDS % BUCKETS];

    while (*at && ((*at)->hash != hash || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    return at;
}

/* Takes `*at` out of the shard. */
static void
drop(struct shard *shard, struct entry **at)
{
    struct entry *entry = *at;

    *at = entry->next;
    shard->bytes -= entry->pub.body.len;
    entry->ring_next->ring_prev = entry->ring_prev;
    entry->ring_prev->ring_next = entry->ring_next;
    if (shard->hand == entry)
        shard->hand = entry->ring_next == entry ? NULL : entry->ring_next;
    segment_unref(entry);
}

/* The first at the hand that was not used since the last round. */
static void
evict_one(struct shard *shard)
{
    struct entry *entry = shard->hand;

    while (atomic_exchange(&entry->used, false))
        entry = entry->ring_next;
    shard->hand = entry;
    drop(shard, find(shard, entry->key, entry->hash));
}

struct segment *
segment_cache_get(struct segment_cache *cache, const char *key)
{
    uint64_t hash = XXH3_64bits(key, strlen(key));
    struct shard *shard = &cache->shards[hash % SHARDS];
    struct entry *entry;

    pthread_mutex_lock(&shard->lock);
    entry = *find(shard, key, hash);
    if (entry)
        atomic_fetch_add_explicit(&entry->refs, 1, memory_order_relaxed);
    pthread_mutex_unlock(&shard->lock);
    if (!entry) {
        atomic_fetch_add_explicit(&cache->misses, 1, memory_order_relaxed);
        return NULL;
    }
    if (!atomic_load_explicit(&entry->used, memory_order_relaxed))
        atomic_store_explicit(&entry->used, true, memory_order_relaxed);
    return &entry->pub;
}

static struct MHD_Response *
make_response(const struct segment *segment, char *bytes, const char *cache_control)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(segment->body.len, bytes, MHD_RESPMEM_MUST_FREE);

    if (!response)
        return NULL;
    MHD_add_response_header(response, "Content-Type", segment->content_type);
    MHD_add_response_header(response, "Cache-Control", cache_control);
    MHD_add_response_header(response, "ETag", segment->etag);
    MHD_add_response_header(response, "Accept-Ranges", "bytes");
    MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
    MHD_add_response_header(response, "Access-Control-Expose-Headers", "Content-Length, Content-Range, ETag");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "cross-origin");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    return response;
}

static void
insert(struct segment_cache *cache, struct entry *entry)
{
    struct shard *shard = &cache->shards[entry->hash % SHARDS];
    struct entry **at;

    pthread_mutex_lock(&shard->lock);
    at = find(shard, entry->key, entry->hash);
    if (*at)
        drop(shard, at);
    while (shard->hand && shard->bytes + entry->pub.body.len > cache->max_bytes)
        evict_one(shard);
    at = &shard->buckets[entry->hash / SHARDS % BUCKETS];
    entry->next = *at;
    *at = entry;
    if (shard->hand) {
        entry->ring_next = shard->hand;
        entry->ring_prev = shard->hand->ring_prev;
        entry->ring_prev->ring_next = entry->ring_next->ring_prev = entry;
    } else {
        shard->hand = entry->ring_next = entry->ring_prev = entry;
    }
    shard->bytes += entry->pub.body.len;
    pthread_mutex_unlock(&shard->lock);
}

struct segment *
segment_cache_put(struct segment_cache *cache, const char *key, char *bytes, size_t len, const char *content_type,
                  const char *cache_control)
{
    struct entry *entry = malloc(sizeof *entry + strlen(key) + 1);

    if (!entry) {
        free(bytes);
        return NULL;
    }
    *entry = (struct entry){.pub = {.body = {bytes, len}, .content_type = content_type}, .refs = 2};
    memcpy(entry->key, key, strlen(key) + 1);
    entry->hash = XXH3_64bits(key, strlen(key));
    snprintf(entry->pub.etag, sizeof entry->pub.etag, "\"%016llx\"", (unsigned long long)XXH3_64bits(bytes, len));
    entry->pub.response = make_response(&entry->pub, bytes, cache_control);
    if (!entry->pub.response) {
        free(bytes);
        free(entry);
        return NULL;
    }
    if (len > cache->max_bytes)
        entry->refs = 1; /* it would push out everything else: this request only */
    else
        insert(cache, entry);
    return &entry->pub;
}

void
segment_cache_forget(struct segment_cache *cache, const char *prefix)
{
    for (int s = 0; s < SHARDS; s++) {
        struct shard *shard = &cache->shards[s];

        pthread_mutex_lock(&shard->lock);
        for (int b = 0; b < BUCKETS; b++)
            for (struct entry **at = &shard->buckets[b]; *at;)
                if (!prefix || text_starts_with((*at)->key, prefix))
                    drop(shard, at);
                else
                    at = &(*at)->next;
        pthread_mutex_unlock(&shard->lock);
    }
}

void
segment_cache_free(struct segment_cache *cache)
{
    if (cache)
        segment_cache_forget(cache, NULL);
    free(cache);
}

void
segment_cache_metrics(struct segment_cache *cache, struct buf *out)
{
    size_t bytes = 0;

    for (int s = 0; s < SHARDS; s++) {
        pthread_mutex_lock(&cache->shards[s].lock);
        bytes += cache->shards[s].bytes;
        pthread_mutex_unlock(&cache->shards[s].lock);
    }
    buf_printf(out, "veza_stream_cache_bytes %zu\nveza_stream_cache_misses_total %llu\n", bytes, (unsigned long long)cache->misses);
}
