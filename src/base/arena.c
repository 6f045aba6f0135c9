#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 8192 /* covers an ordinary request without a second malloc */

struct chunk {
    struct chunk *next;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    size_t max_bytes;
    size_t used;
    struct chunk *chunks; /* the newest first; allocation happens in the first */
};

/* First chunks that this thread gave back a moment ago. Sanitizers want to see each allocation. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KEEPS_SPARES 0
#else
#define KEEPS_SPARES 1
#endif
static _Thread_local struct chunk *spares[4];
static _Thread_local unsigned spare_count;

static struct chunk *
chunk_new(size_t size)
{
    struct chunk *chunk = size == CHUNK_BYTES && spare_count ? spares[--spare_count] : malloc(sizeof *chunk + size);

    if (chunk)
        *chunk = (struct chunk){.size = size};
    return chunk;
}

static void
chunk_free(struct chunk *chunk)
{
    if (KEEPS_SPARES && chunk->size == CHUNK_BYTES && spare_count < sizeof spares / sizeof spares[0])
        spares[spare_count++] = chunk;
    else
        free(chunk);
}

struct arena *
arena_new(size_t max_bytes)
{
    struct chunk *chunk = chunk_new(CHUNK_BYTES);
    struct arena *arena;

    if (!chunk)
        return NULL;
    /* The arena itself is the first thing in its first chunk. */
    arena = (struct arena *)chunk->bytes;
    *arena = (struct arena){.max_bytes = max_bytes, .chunks = chunk};
    chunk->used = (sizeof *arena + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    return arena;
}

struct arena *
arena_free(struct arena *arena)
{
    struct chunk *chunk = arena ? arena->chunks : NULL;

    while (chunk) {
        struct chunk *next = chunk->next;

        chunk_free(chunk);
        chunk = next;
    }
    return NULL;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
    struct chunk *chunk = arena->chunks;
    void *place;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (size > arena->max_bytes - arena->used)
        return NULL;
    if (size > chunk->size - chunk->used) {
        chunk = chunk_new(size > CHUNK_BYTES ? size : CHUNK_BYTES);
        if (!chunk)
            return NULL;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    place = chunk->bytes + chunk->used;
    chunk->used += size;
    arena->used += size;
    return memset(place, 0, size);
}

char *
arena_strndup(struct arena *arena, const char *bytes, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);

    if (copy && len)
        memcpy(copy, bytes, len);
    return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    char *text;
    int len;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    text = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
