#include "http/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <xxhash.h>

#define SLOTS 4096

struct entry {
    struct cached pub; /* first, so that a cached is an entry */
    _Atomic int refs;
    int64_t expires_ms;
    uint64_t hash;
    size_t bytes;
    const char *tags;
    char *key;
};

/* A slot a hash: a second key in the same slot replaces the first. */
struct cache {
    pthread_mutex_t lock;
    size_t max_bytes, bytes;
    unsigned hand; /* next slot to look at when room is needed */
    uint64_t purges;
    struct entry *slots[SLOTS];
};

struct cache *
cache_new(size_t max_bytes)
{
    struct cache *cache = calloc(1, sizeof *cache);

    if (cache) {
        pthread_mutex_init(&cache->lock, NULL);
        cache->max_bytes = max_bytes;
    }
    return cache;
}

void
cached_unref(void *cached)
{
    struct entry *entry = cached;

    if (atomic_fetch_sub(&entry->refs, 1) == 1) {
        free(entry->key);
        free(entry);
    }
}

static void
drop(struct cache *cache, unsigned slot)
{
    struct entry *entry = cache->slots[slot];

    if (!entry)
        return;
    cache->slots[slot] = NULL;
    cache->bytes -= entry->bytes;
    cached_unref(entry);
}

void
cache_free(struct cache *cache)
{
    for (unsigned i = 0; cache && i < SLOTS; i++)
        drop(cache, i);
    free(cache);
}

const struct cached *
cache_get(struct cache *cache, const char *key, int64_t now_ms)
{
    uint64_t hash = XXH3_64bits(key, strlen(key));
    struct entry *entry;

    pthread_mutex_lock(&cache->lock);
    entry = cache->slots[hash % SLOTS];
    if (entry && entry->hash == hash && entry->expires_ms > now_ms && text_equal(entry->key, key))
        atomic_fetch_add(&entry->refs, 1);
    else
        entry = NULL;
    pthread_mutex_unlock(&cache->lock);
    return entry ? &entry->pub : NULL;
}

uint64_t
cache_purges(struct cache *cache)
{
    uint64_t purges;

    pthread_mutex_lock(&cache->lock);
    purges = cache->purges;
    pthread_mutex_unlock(&cache->lock);
    return purges;
}

void
cache_put(struct cache *cache, const char *key, const char *tags, const struct cached *what, uint64_t purges, int64_t now_ms, int64_t ttl_ms)
{
    size_t bytes = sizeof(struct entry) + what->body.len + strlen(key) + 1;
    struct entry *entry = bytes > cache->max_bytes / 8 ? NULL : malloc(sizeof *entry + what->body.len);
    unsigned slot;

    if (!entry)
        return;
    *entry = (struct entry){.pub = *what, .refs = 1, .expires_ms = now_ms + ttl_ms, .bytes = bytes, .tags = tags};
    entry->hash = XXH3_64bits(key, strlen(key));
    entry->key = strdup(key);
    memcpy(entry + 1, what->body.ptr, what->body.len);
    entry->pub.body.ptr = (const char *)(entry + 1);
    if (!entry->key) {
        cached_unref(entry);
        return;
    }
    slot = entry->hash % SLOTS;
    pthread_mutex_lock(&cache->lock);
    if (purges != cache->purges) {
        pthread_mutex_unlock(&cache->lock);
        cached_unref(entry);
        return;
    }
    drop(cache, slot);
    for (unsigned i = 0; i < SLOTS && cache->bytes + bytes > cache->max_bytes; i++)
        drop(cache, cache->hand++ % SLOTS);
    cache->slots[slot] = entry;
    cache->bytes += bytes;
    pthread_mutex_unlock(&cache->lock);
}

static bool
has_word(const char *words, const char *word, size_t len)
{
    for (const char *at = words; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strcspn(at, " ") == len && memcmp(at, word, len) == 0)
            return true;
    }
    return false;
}

/* Have the two lists a word in common? */
static bool
share_word(const char *one, const char *other)
{
    for (const char *at = one; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (has_word(other, at, strcspn(at, " ")))
            return true;
    }
    return false;
}

void
cache_purge(struct cache *cache, const char *tags)
{
    pthread_mutex_lock(&cache->lock);
    cache->purges++;
    for (unsigned i = 0; i < SLOTS; i++)
        if (cache->slots[i] && share_word(cache->slots[i]->tags, tags))
            drop(cache, i);
    pthread_mutex_unlock(&cache->lock);
}
