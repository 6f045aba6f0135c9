/* s3_sign.h - AWS Signature Version 4, as the documentation of S3 describes it ("Authenticating Requests (AWS Signature Version 4)").
 *
 * libcurl's own signing (7.88) neither sorts the query nor sends x-amz-content-sha256, and it presigns nothing; see ADR 0088. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/encode.h"

struct s3_credentials {
    const char *access_key, *secret_key, *region;
    const char *service; /* "s3" */
};

/* A header, or a parameter of the query, as it is: not encoded. */
struct s3_pair {
    const char *name, *value;
};

#define S3_PAIRS_MAX 12
#define S3_EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define S3_UNSIGNED "UNSIGNED-PAYLOAD"
#define S3_TIME_TEXT 17 /* 20130524T000000Z */

struct s3_form {
    const char *method;
    const char *path;              /* as it is sent: percent-encoded where it must be */
    const struct s3_pair *query;   /* in any order */
    unsigned query_count;
    const struct s3_pair *headers; /* that are signed: names in lower case, sorted by name, `host` among them */
    unsigned header_count;
    const char *payload_sha256;    /* hex, or S3_UNSIGNED */
    char time[S3_TIME_TEXT];
};

/* Writes a moment as signatures have it. */
void s3_time(int64_t unix_s, char ret_time[S3_TIME_TEXT]);

/* The query as it is signed and sent: encoded and sorted, without a question mark. */
void s3_query(const struct s3_pair *query, unsigned count, struct buf *out);

/* The value of the header Authorization. */
void s3_authorize(const struct s3_credentials *who, const struct s3_form *form, struct buf *out);

/* The query of a link that holds for `seconds` from `form->time` on. `form` has the header `host` only, and no more than 6 parameters. */
void s3_presign(const struct s3_credentials *who, const struct s3_form *form, unsigned seconds, struct buf *out);
