/* writer.h - who writes to a staged file: one at a time, and the last who asks.
 *
 * A connection that died without a word would keep its upload to itself for minutes. So whoever comes next takes the file away from it: within this process
 * at once (after a copy or a sync that is under way), from another node by a notification (uploads.c). From then on the earlier writer cannot write a byte: it
 * has neither the lock nor the descriptor. */
#pragma once

#include <openssl/types.h>

#include "platform/storage/staged.h"

struct writer;

#define WRITER_BUSY 1  /* somebody on another node has it, or the file is being made a track */
#define WRITER_GONE 2  /* it was taken away */

/* The storage of the staged files, before the first call. */
void writer_setup(struct storage *storage);

/* Functions that return int return 0, one of the above, or an enum storage_error. Free with writer_end(). */
int writer_take(const char *id, struct writer **ret_writer);
/* The same, but waits up to 15 s for whoever has it, and nobody takes it away: for work that is short. */
int writer_wait(const char *id, struct writer **ret_writer);
/* Where the file ends: what has been received. */
uint64_t writer_offset(const struct writer *writer);
/* With `is_last` nobody takes the file away from then on: it is whole, and whoever sent its last byte makes the track and is told so. */
int writer_append(struct writer *writer, const void *bytes, size_t len, bool is_last);
/* Writes all of `from` at `offset`; `is_last` as above. */
int writer_copy(struct writer *writer, uint64_t offset, const struct scratch *from, bool is_last);
/* Makes what was written survive a power failure. */
int writer_sync(struct writer *writer);
/* From now on nobody takes it away. The file becomes the caller's, with its lock; NULL when it was taken away before. */
struct scratch *writer_seal(struct writer *writer);
/* Of a sealed writer: the hash of all that is in the file, when all of it was appended by this writer; else NULL. It stays the writer's. */
const EVP_MD_CTX *writer_sha256(struct writer *writer);
/* Does not wait: a thread that still reads the file gives it up a moment later. Accepts NULL. */
void writer_end(struct writer *writer);

/* Takes the file of this id away from whoever writes here, for nobody. */
void writer_stop(const char *id);
/* Does another process write to it? */
bool writer_is_elsewhere(const char *id);
