/* arena.h - memory that lives as long as one request.
 *
 * An arena hands out memory from a few large chunks and takes all of it back at once. It is used by one thread at a time.
 * Nothing allocated from it may be stored in an object that outlives it. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* Creates an arena that hands out at most `max_bytes` in all. Returns NULL when memory is short. */
struct arena *arena_new(size_t max_bytes);

/* Gives everything back. Accepts and returns NULL. */
struct arena *arena_free(struct arena *arena);

/* Returns `size` zeroed bytes aligned for any type, or NULL when the arena's maximum is reached. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, warn_unused_result));

/* Copies `len` bytes and ends them with NUL; no bytes may be NULL, as those of an empty buf. NULL when the arena is full. */
char *arena_strndup(struct arena *arena, const char *bytes, size_t len) __attribute__((warn_unused_result));
char *arena_strdup(struct arena *arena, const char *text) __attribute__((warn_unused_result));

/* printf into the arena. NULL when it is full. */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
