/* source_driver.h - for those who provide sources, and for the two that hand a local file to somebody else: libmicrohttpd (http/send.c) and
 * the media worker (media/worker_client.c). Nobody else includes it; `tools/lint` checks that. */
#pragma once

#include <stdatomic.h>

#include "base/source.h"

struct source_driver {
    /* At most `len` bytes from reader->at on; `len` never goes beyond the reader's end. Keeps what it needs for the next read in
     * reader->state. */
    ssize_t (*read)(struct source_reader *reader, void *to, size_t len);
    void (*read_end)(struct source_reader *reader); /* NULL: there is nothing to end */
    void (*close)(struct source *source);           /* the last reference is gone: frees it */
};

/* A driver's own structure begins with this; its creator has the first reference. */
struct source {
    const struct source_driver *driver;
    atomic_int refs;
    uint64_t size;
    uint64_t copy_size;
    int fd; /* of a local file; -1 when it is not local */
};

/* A local file of `size` bytes. Takes over `fd`, also when it returns NULL (memory is short). */
struct source *source_of_file(int fd, uint64_t size);
