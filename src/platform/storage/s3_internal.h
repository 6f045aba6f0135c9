/* s3_internal.h - what the files of the S3 driver share. */
#pragma once

#include "platform/storage/driver.h"
#include "platform/storage/s3_client.h"

struct s3_cache;

struct s3_store {
    struct storage pub; /* first, so that a storage is a store */
    struct s3_client *client;
    struct s3_cache *cache;
    _Atomic int64_t asked_ms; /* when the bucket was last asked whether it is there; later than now while it is asked */
    _Atomic bool answered;
};

/* s3_read.c */
int s3_open(struct storage *storage, const char *key, struct source **ret_source);
int s3_open_near(struct storage *storage, const char *key, uint64_t max_bytes, struct source **ret_source);
/* Holds at most `max_bytes` of local copies. NULL when memory is short. */
struct s3_cache *s3_cache_new(uint64_t max_bytes);
void s3_cache_free(struct s3_cache *cache);
void s3_cache_metrics(struct s3_cache *cache, struct buf *out);

/* s3_write.c */
int s3_keep(struct storage *storage, const char *key, struct scratch *scratch);
int s3_begin(struct storage *storage, const char *key, struct storage_writer **ret_writer);
int s3_write(struct storage_writer *writer, const void *bytes, size_t len);
int s3_commit(struct storage_writer *writer);
void s3_abort(struct storage_writer *writer);
/* Aborts the uploads that processes left which died. Tells how many are under way, or were left a short time ago; may be NULL. */
int s3_sweep_uploads(struct s3_store *store, unsigned *ret_under_way);

/* s3_list.c */
/* Every object whose key begins with `prefix` ("" for all), valid key or not. */
int s3_list(struct s3_store *store, const char *prefix, storage_tell *tell, void *context);
int s3_each(struct storage *storage, storage_tell *tell, void *context);
int s3_delete(struct storage *storage, const char *key);
int s3_delete_prefix(struct storage *storage, const char *prefix);
