/* source.h - bytes of a known length that can be read as often as needed: a file in storage, a file that was received.
 *
 * Whoever reads or sends a source does not know what provides it. A source is immutable and counts its references; any number of threads may
 * use one at once, each with a reader of its own:
 *
 *     struct source_reader reader = source_reader(source, offset, limit);
 *     while ((n = source_read(&reader, piece, sizeof piece)) > 0)
 *         use(piece, n);
 *     source_read_end(&reader);
 *
 * Those who provide sources, or pass a file on to another program, include source_driver.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct source;

uint64_t source_size(const struct source *source);
struct source *source_ref(struct source *source);
/* Takes a void pointer so that a reply can own one. Accepts NULL. */
void source_unref(void *source);

/* Goes through at most `limit` bytes from `offset` on. */
struct source_reader {
    struct source *source; /* the caller holds the reference */
    uint64_t at, end;
    void *state; /* of the source's driver */
};

/* Nothing is opened before the first read. A source that lies elsewhere is then asked for exactly this range. */
struct source_reader source_reader(struct source *source, uint64_t offset, uint64_t limit);
/* How many bytes were read, at least 1; 0 when the range is done; -1 when it cannot be read, also when the source is shorter than it said.
 * May wait, for a source that is not local. */
ssize_t source_read(struct source_reader *reader, void *to, size_t len);
void source_read_end(struct source_reader *reader);

/* Reads all of it to `to`, which has room for source_size() bytes. */
bool source_read_all(struct source *source, void *to);

/* Is it a file of this machine? Reading and sending it then waits for nothing but the disk. */
bool source_is_local(const struct source *source);
/* Memory or disk of this machine that this source occupies on top of the store: the size of a local copy, else 0. */
uint64_t source_copy_size(const struct source *source);

/* Sends bytes of a local source to a socket, straight from the kernel's page cache. As sendfile(): how many were sent; 0 at its end; -1 with
 * errno. */
ssize_t source_send(struct source *source, int socket, uint64_t offset, size_t len);
