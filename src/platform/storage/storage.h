/* storage.h - where files live: a folder on disk, or something that behaves like one.
 *
 * A file has a key such as `originals/{track_id}` or `hls/{track_id}/{version}/low/segment_000.m4s`. It appears whole or not at all, whatever
 * dies meanwhile, and never outside the store: a key is one to eight parts of [a-z0-9][a-z0-9_.-]*, joined by slashes, at most
 * STORAGE_KEY_MAX bytes.
 *
 * Files are read through sources (base/source.h) and written through writers; nobody sees a descriptor or a path. The interface asks nothing
 * that an object store on the network could not do: files are written from the beginning to the end under a key that is known when they begin,
 * and read from any offset. What needs more (a program that seeks, a reply that must not wait) takes a local source.
 *
 * All functions may be called from any thread. Those that return int return 0 or an enum storage_error. They do not log, but a
 * store elsewhere logs when it goes away, comes back or refuses something. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/source.h"

#define STORAGE_KEY_MAX 200

enum storage_error {
    STORAGE_OK = 0,
    STORAGE_NOT_FOUND = -1,
    STORAGE_BAD_KEY = -2,
    STORAGE_FULL = -3,
    STORAGE_FAILED = -4, /* the disk or the store has a problem; errno is set */
    STORAGE_AWAY = -5,   /* the store is elsewhere and does not answer: try again later */
    STORAGE_WAITS = -6,  /* of storage_open_quick() */
};

#define STORAGE_RETRY_S 5 /* what clients are told to wait after STORAGE_AWAY */

struct buf;
struct storage;
struct storage_writer;
struct scratch;

/* Opens the folder `folder`, making it when it is missing. NULL with a sentence in `error`. */
struct storage *storage_open_disk(const char *folder, char *error, size_t error_size);
void storage_close(struct storage *storage);

bool storage_key_valid(const char *key);

/* Scratch: an unnamed file on this machine for work in progress. It is gone with scratch_free(), or when the process dies. scratch_source()
 * is what was written so far, as a local source that outlives the scratch; NULL when memory or descriptors are short. scratch_free() accepts
 * NULL. */
int storage_scratch(struct storage *storage, struct scratch **ret_scratch);
int scratch_write(struct scratch *scratch, const void *bytes, size_t len);
struct source *scratch_source(const struct scratch *scratch);
/* Reads what was written, as pread(). */
ssize_t scratch_read(const struct scratch *scratch, void *to, size_t len, uint64_t offset);
uint64_t scratch_size(const struct scratch *scratch);
void scratch_free(struct scratch *scratch);

/* Gives what is in the scratch this key, without a copy where that is possible. When this returns 0 the file survives a power failure.
 * Replaces a file of that key. The scratch stays the caller's and is not written to any more. */
int storage_keep(struct storage *storage, const char *key, struct scratch *scratch);

/* Writes a file piece by piece. It appears at storage_commit(), replacing one of that key; storage_abort() forgets it. Both free
 * the writer; a writer whose storage_write() failed can only be aborted. What was committed survives a power failure after the next
 * storage_sync(), which makes everything durable at once. */
int storage_begin(struct storage *storage, const char *key, struct storage_writer **ret_writer);
int storage_write(struct storage_writer *writer, const void *bytes, size_t len);
int storage_commit(struct storage_writer *writer);
void storage_abort(struct storage_writer *writer);
int storage_sync(struct storage *storage);

/* Opens a file for reading. storage_open_local() gives a local source; a file that lies elsewhere is copied to this machine first, which may
 * take long. The copy is gone with its last reference; the segment cache (stream/cache.h) bounds what is held for longer. */
int storage_open(struct storage *storage, const char *key, struct source **ret_source);
int storage_open_local(struct storage *storage, const char *key, struct source **ret_source);
/* The same for files of at most `max_bytes`; a larger one that lies elsewhere is read from there. */
int storage_open_near(struct storage *storage, const char *key, uint64_t max_bytes, struct source **ret_source);

/* Reads a small file whole, at most `max` bytes of it: more is STORAGE_FAILED. Behind *ret_len bytes is a NUL byte that does not count. The caller frees *ret_bytes. */
int storage_read_whole(struct storage *storage, const char *key, size_t max, unsigned char **ret_bytes, size_t *ret_len);

/* The same for threads that must not wait: STORAGE_WAITS where the disk or the store would have to be asked. */
int storage_open_quick(struct storage *storage, const char *key, struct source **ret_source);

/* Deletes a file, or every file whose key begins with `prefix` and a slash. What is not there is deleted already: 0. */
int storage_delete(struct storage *storage, const char *key);
int storage_delete_prefix(struct storage *storage, const char *prefix);

/* For a backup of the store in `folder`: from now on, whatever any process deletes there is only set aside, in STORAGE_ASIDE with its key
 * as its path, so that every file that was there now can still be read. Lasts until the descriptor in `ret_hold` is closed, or the process
 * ends. Waits for deletions that are under way. False with a sentence, also when another backup holds them. */
#define STORAGE_ASIDE ".deleted"
bool storage_hold_deletions(const char *folder, int *ret_hold, char *error, size_t error_size);
/* Deletes what was set aside, unless a backup still needs it, and what processes left that were killed. storage_open_disk() does it too. */
int storage_tidy(struct storage *storage);

/* A file of the store, for whoever goes through all of them. */
struct storage_entry {
    const char *key;
    uint64_t size;
    int64_t changed_unix_s;
};
/* Calls `tell` with each file, in no particular order; it returns false to end. What appears or goes meanwhile may be told or not. */
typedef bool storage_tell(void *context, const struct storage_entry *entry);
int storage_each(struct storage *storage, storage_tell *tell, void *context);

/* Is the store elsewhere, so that opening a file may take long? */
bool storage_is_elsewhere(const struct storage *storage);
/* Has a store elsewhere not answered lately, so that asking it is no use yet? Tells at once. */
bool storage_is_away(struct storage *storage);
/* Asks a store elsewhere whether it is there; true for a folder. Takes some seconds at most. */
bool storage_answers(struct storage *storage);
/* An address from which anybody gets the file for `seconds`, with this content type; false where the store has no such. */
bool storage_link(struct storage *storage, const char *key, const char *content_type, unsigned seconds, struct buf *out);
void storage_metrics(struct storage *storage, struct buf *out);
