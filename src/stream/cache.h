/* cache.h - files of streams in memory, each with a ready-made response. Bounded in bytes; safe for many threads. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct MHD_Response;
struct segment_cache;
struct buf;

/* A file. Immutable; whoever got it from the cache gives it back with segment_unref(). */
struct segment {
    struct str body;
    const char *content_type;
    char etag[24];                  /* with quotes; from the contents */
    struct MHD_Response *response;  /* for a public track, headers complete */
};

#define SEGMENT_MAX (4 * 1024 * 1024)

/* At most `max_bytes` of files. NULL when memory is short. */
struct segment_cache *segment_cache_new(size_t max_bytes);
/* What is still referenced lives on until its last reference is given back. Accepts NULL. */
void segment_cache_free(struct segment_cache *cache);

/* NULL when it is not there. */
struct segment *segment_cache_get(struct segment_cache *cache, const char *key);

/* Puts a file into the cache, replacing one of that key, and gives a reference to it. Takes over `bytes`, which malloc() made.
 * NULL when memory is short. */
struct segment *segment_cache_put(struct segment_cache *cache, const char *key, char *bytes, size_t len, const char *content_type,
                                  const char *cache_control);

/* Takes a void pointer so that a reply can own one. */
void segment_unref(void *segment);

/* Forgets every file whose key begins with `prefix`; all of them when it is NULL. */
void segment_cache_forget(struct segment_cache *cache, const char *prefix);

void segment_cache_metrics(struct segment_cache *cache, struct buf *out);
