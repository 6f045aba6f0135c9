/* cache.h - replies to visitors, kept in memory for a short time. Bounded in bytes; safe for many threads. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct cache;

struct cached {
    struct str body;
    const char *content_type;
    int status;
};

struct cache *cache_new(size_t max_bytes);
void cache_free(struct cache *cache);

/* Finds a fresh entry. The caller gives it back with cached_unref. */
const struct cached *cache_get(struct cache *cache, const char *key, int64_t now_ms);
void cached_unref(void *cached);

/* The number of purges so far. Read it before the database is asked, and give it to cache_put(). */
uint64_t cache_purges(struct cache *cache);
/* Tags are words with spaces between them, which must live as long as the cache. */
/* Keeps a copy of the body until `ttl_ms` have passed or one of `tags` is purged. Does nothing when it is too large, or when something was purged
 * since cache_purges() gave `purges`: the body may be from before that change. */
void cache_put(struct cache *cache, const char *key, const char *tags, const struct cached *what, uint64_t purges, int64_t now_ms, int64_t ttl_ms);
void cache_purge(struct cache *cache, const char *tags);
