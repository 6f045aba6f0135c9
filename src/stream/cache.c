#include "stream/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/buf.h"

#define SHARDS 16
#define PIECE (256 * 1024)
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
    unsigned files;
    uint64_t copies; /* bytes of sources that are copies */
    struct entry *buckets[BUCKETS];
    struct entry *hand; /* NULL when the shard is empty */
} __attribute__((aligned(64)));

struct segment_cache {
    unsigned max_files; /* of a shard */
    uint64_t max_copies;
    const char *more_headers;
    _Atomic uint64_t misses;
    struct shard shards[SHARDS];
};

struct segment_cache *
segment_cache_new(unsigned max_files, uint64_t max_copies, const char *more_headers)
{
    struct segment_cache *cache = aligned_alloc(64, sizeof *cache);

    if (!cache)
        return NULL;
    memset(cache, 0, sizeof *cache);
    cache->max_files = max_files / SHARDS + 1;
    cache->max_copies = max_copies / SHARDS;
    cache->more_headers = more_headers;
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
    source_unref(entry->pub.source);
    free((void *)(uintptr_t)entry->pub.body.ptr);
    free((void *)(uintptr_t)entry->pub.head.ptr);
    free(entry);
}

static struct entry **
find_entry(struct shard *shard, const char *key, uint64_t hash)
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
    shard->files--;
    shard->copies -= source_copy_size(entry->pub.source);
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
    struct entry *entry = shard->hand, **at;

    while (atomic_exchange(&entry->used, false))
        entry = entry->ring_next;
    shard->hand = entry;
    at = find_entry(shard, entry->key, entry->hash);
    if (*at)
        drop(shard, at);
}

struct segment *
segment_cache_get(struct segment_cache *cache, const char *key)
{
    uint64_t hash = XXH3_64bits(key, strlen(key));
    struct shard *shard = &cache->shards[hash % SHARDS];
    struct entry *entry;

    pthread_mutex_lock(&shard->lock);
    entry = *find_entry(shard, key, hash);
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

/* The tag of the contents and, when the file is small, its bytes. */
static bool
read_contents(struct segment *segment)
{
    struct source_reader reader = source_reader(segment->source, 0, segment->size);
    XXH3_state_t *state = XXH3_createState();
    bool small = segment->size <= SEGMENT_SMALL;
    char *chunk = malloc(small ? SEGMENT_SMALL : PIECE);
    ssize_t n = -1;

    if (state && chunk)
        XXH3_64bits_reset(state);
    while (state && chunk) {
        char *to = small ? chunk + reader.at : chunk;

        n = source_read(&reader, to, small ? SEGMENT_SMALL - reader.at : PIECE);
        if (n <= 0)
            break;
        XXH3_64bits_update(state, to, (size_t)n);
    }
    source_read_end(&reader);
    if (n == 0)
        snprintf(segment->etag, sizeof segment->etag, "\"%016llx\"", (unsigned long long)XXH3_64bits_digest(state));
    XXH3_freeState(state);
    if (n == 0 && segment->size && small)
        segment->body = (struct str){chunk, segment->size};
    else
        free(chunk);
    return *segment->etag;
}

static bool
make_head(struct segment *segment, const char *cache_control, const char *more_headers)
{
    char *text;
    int len = asprintf(&text,
                       "Content-Type: %s\r\nContent-Length: %llu\r\nCache-Control: %s\r\nETag: %s\r\nAccept-Ranges: bytes\r\n"
                       "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: Content-Length, Content-Range, ETag\r\n"
                       "Cross-Origin-Resource-Policy: cross-origin\r\n%s\r\n",
                       segment->content_type, (unsigned long long)segment->size, cache_control, segment->etag, more_headers);

    if (len < 0)
        return false;
    segment->head = (struct str){text, (size_t)len};
    return true;
}

static void
insert(struct segment_cache *cache, struct entry *entry)
{
    struct shard *shard = &cache->shards[entry->hash % SHARDS];
    uint64_t copy_size = source_copy_size(entry->pub.source);
    struct entry **at;

    pthread_mutex_lock(&shard->lock);
    at = find_entry(shard, entry->key, entry->hash);
    if (*at)
        drop(shard, at);
    while (shard->hand && (shard->files >= cache->max_files || (copy_size && shard->copies + copy_size > cache->max_copies)))
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
    shard->files++;
    shard->copies += copy_size;
    pthread_mutex_unlock(&shard->lock);
}

struct segment *
segment_cache_put(struct segment_cache *cache, const char *key, struct source *source, const char *content_type, const char *cache_control)
{
    struct entry *entry = calloc(1, sizeof *entry + strlen(key) + 1);

    if (!entry) {
        source_unref(source);
        return NULL;
    }
    entry->pub = (struct segment){.source = source, .size = source_size(source), .content_type = content_type};
    entry->refs = 1;
    memcpy(entry->key, key, strlen(key));
    entry->hash = XXH3_64bits(key, strlen(key));
    if (!read_contents(&entry->pub) || !make_head(&entry->pub, cache_control, cache->more_headers)) {
        segment_unref(entry);
        return NULL;
    }
    entry->refs = 2;
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
    unsigned files = 0;

    for (int s = 0; s < SHARDS; s++) {
        pthread_mutex_lock(&cache->shards[s].lock);
        files += cache->shards[s].files;
        pthread_mutex_unlock(&cache->shards[s].lock);
    }
    buf_printf(out, "veza_stream_cache_files %u\nveza_stream_cache_misses_total %llu\n", files, (unsigned long long)cache->misses);
}
