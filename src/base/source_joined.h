/* source_joined.h - one source made of several: bytes in memory, and sources that are opened when they are read, one at a time for each reader. */
#pragma once

#include "base/source.h"

struct source_part {
    const void *bytes; /* NULL: `open` gives it */
    uint64_t size;
};

struct source_parts {
    const struct source_part *list;
    unsigned count;
    struct source *(*open)(void *context, unsigned part); /* NULL when it cannot be read; the caller gets a reference */
    void (*free)(void *context);                          /* all is over: frees the list and the context too */
    void *context;
};

/* Takes over what `parts` holds, also when it returns NULL (memory is short). */
struct source *source_join(const struct source_parts *parts);
