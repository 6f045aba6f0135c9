/* staged.h - files that come in several requests, perhaps over days: one for each upload, named by its id, in the folder `staged` of the store.
 *
 * Unlike scratch they outlive the process, and unlike stored files they are written at an offset. They are on this machine, or in a folder that all
 * nodes of the installation share. A staged file is a scratch (storage.h): scratch_source() reads it, and storage_keep() gives it a key without a
 * copy; the name here stays until staged_delete().
 *
 * Whoever writes holds the file's lock, which ends with the process. Functions that return int return 0 or an enum storage_error. */
#pragma once

#include "platform/storage/storage.h"

#define STAGED_NAME_MAX 64

/* Opens the file of this id, making it where there is none yet. Free with scratch_free(). */
int staged_open(struct storage *storage, const char *id, struct scratch **ret_file);
/* Takes the lock, unless somebody else has it, or the file was deleted since it was opened; then false. It ends with scratch_free(). */
bool staged_lock(struct scratch *file);
/* How many bytes the file has now: after the lock was taken, nobody else changes it. */
uint64_t staged_size(struct scratch *file);
int staged_write(struct scratch *file, uint64_t offset, const void *bytes, size_t len);
/* At most `len` bytes from `offset`: how many were read, 0 at the end, -1 when the disk failed. */
ssize_t staged_read(struct scratch *file, uint64_t offset, void *bytes, size_t len);
/* All of `from` is written at `offset`. */
int staged_copy(struct scratch *file, uint64_t offset, const struct scratch *from);
/* Has the disk begin to write these bytes, so that staged_sync() waits for less. */
void staged_begin_sync(struct scratch *file, uint64_t offset, uint64_t len);
/* When this returns 0, what was written survives a power failure. */
int staged_sync(struct scratch *file);

struct staged_state {
    uint64_t size;
    int64_t changed_unix_s; /* when bytes last came */
};
/* False where there is no such file. */
bool staged_look(struct storage *storage, const char *id, struct staged_state *ret_state);
/* What is not there is deleted already: 0. */
int staged_delete(struct storage *storage, const char *id);
/* Calls `tell` with the id of each staged file. False when the folder cannot be read. */
bool staged_each(struct storage *storage, void (*tell)(void *context, const char *id), void *context);

/* Bytes that may still be written to the file system of the store; -1 when it does not say. */
int64_t storage_free_bytes(struct storage *storage);
/* Bytes that are to stay free, set once at the start. */
void storage_keep_free(struct storage *storage, int64_t bytes);
/* Less than that is free: what can wait, such as processing, writes no file. */
bool storage_is_low(struct storage *storage);
