/* cache.h - files of streams that were asked for lately: open, with their tag and their headers. Safe for many threads.
 *
 * The bytes stay in the kernel's page cache, from where they are sent; only small files are also kept in memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/source.h"
#include "base/str.h"

struct segment_cache;
struct buf;

#define SEGMENT_SMALL 8192 /* files up to this size are kept in memory */

/* A file. Immutable; whoever got it from the cache gives it back with segment_unref(). */
struct segment {
    struct source *source; /* local */
    uint64_t size;
    struct str body; /* of a small file, else NULL */
    const char *content_type;
    char etag[20];   /* with quotes; from the contents */
    struct str head; /* header lines of a reply to anybody, for express.h */
};

/* Keeps at most `max_files` open, and at most about `max_copies` bytes of those that are copies of files elsewhere (storage_open_local()).
 * `more_headers` are lines of every segment's head, each with its CRLF, and live for ever. NULL when memory is short. */
struct segment_cache *segment_cache_new(unsigned max_files, uint64_t max_copies, const char *more_headers);
/* What is still referenced lives on until its last reference is given back. Accepts NULL. */
void segment_cache_free(struct segment_cache *cache);

/* NULL when it is not there. */
struct segment *segment_cache_get(struct segment_cache *cache, const char *key);

/* Puts a file into the cache, replacing one of that key, and gives a reference to it. Takes over the reference to `source`, which is local. `content_type` and
 * `cache_control` (for everybody) live for ever. NULL when it cannot be read or memory is short. */
struct segment *segment_cache_put(struct segment_cache *cache, const char *key, struct source *source, const char *content_type,
                                  const char *cache_control);

/* Takes a void pointer so that a reply can own one. */
void segment_unref(void *segment);

/* Forgets every file whose key begins with `prefix`; all of them when it is NULL. */
void segment_cache_forget(struct segment_cache *cache, const char *prefix);

void segment_cache_metrics(struct segment_cache *cache, struct buf *out);
