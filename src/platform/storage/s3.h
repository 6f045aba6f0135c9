/* s3.h - files in a bucket of an object store that speaks the protocol of Amazon S3 (Ceph, Garage, MinIO, Swift, AWS…).
 *
 * A key is an object's name. Small files are sent by one PUT, others as a multipart upload in parts of S3_PART bytes, one of which is in memory; either
 * appears whole or not at all. Scratch and staged files stay on this machine. */
#pragma once

#include "base/config.h"
#include "platform/storage/storage.h"

#define S3_PART ((size_t)8 * 1024 * 1024)

struct s3_settings {
    const char *endpoint;        /* http(s)://host[:port] */
    const char *public_endpoint; /* the same for browsers, in links; "" for `endpoint` */
    const char *bucket, *region, *access_key, *secret_key;
    const char *ca_file; /* "" for the system's certificates */
    bool path_style;     /* https://host/bucket/key, else https://bucket.host/key */
    int timeout_s;       /* without a byte */
    uint64_t cache_bytes; /* local copies */
    int abandoned_s;     /* a multipart upload to which nothing came for so long was left by a process that died */
};

/* Those of the configuration. */
struct s3_settings s3_settings_of(const struct config *config);

/* Local files go to `folder`. Asks the store nothing yet. NULL with a sentence in `error`. */
struct storage *storage_open_s3(const struct s3_settings *settings, const char *folder, char *error, size_t error_size);

/* What `veza doctor` asks of the bucket. */
struct s3_checkup {
    bool answers;          /* the endpoint replied at all */
    int status;            /* of HEAD on the bucket */
    char code[64];         /* what it said when it refused */
    int64_t clock_ahead_s; /* the store's clock less ours */
    bool can_write;        /* an object was written, read and deleted */
    bool has_versions;     /* the bucket keeps versions of what is deleted */
    unsigned uploads;      /* multipart uploads that are under way or were left */
};
void s3_checkup(struct storage *storage, struct s3_checkup *ret_checkup);
