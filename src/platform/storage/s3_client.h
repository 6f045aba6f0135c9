/* s3_client.h - requests to an object store that speaks the protocol of Amazon S3, signed, over connections that are kept.
 *
 * A request that fails for the network or for an overload of the store is sent again, twice at most. When several in a row have failed, every
 * thread leaves the store alone for a while (0.5 s, doubled each time up to 10 s); until then calls fail at once with STORAGE_AWAY. The first one after it
 * finds out whether the store is back. Functions that return int return 0 or an enum storage_error. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "platform/storage/s3.h"
#include "platform/storage/s3_sign.h"
#include "platform/storage/storage.h"

#define S3_ETAG_TEXT 96
#define S3_REPLY_MAX ((size_t)4 * 1024 * 1024) /* a list of 1000 keys is far smaller */
#define S3_QUERY_MAX 6

struct s3_client;

/* One request. What is NULL or 0 is not sent. */
struct s3_call {
    const char *method;
    const char *key; /* NULL: the bucket itself */
    struct s3_pair query[S3_QUERY_MAX];
    unsigned query_count;
    struct str body; /* borrowed */
    bool md5;        /* send Content-MD5, which DeleteObjects asks for */
    const char *range, *if_match, *if_none_match;
    bool is_probe; /* goes out even while the store is left alone, once and with little patience */
};

struct s3_reply {
    int status;
    char code[64];           /* of an error: "NoSuchKey"...; "" when the store gave none */
    char etag[S3_ETAG_TEXT]; /* with its quotes */
    uint64_t size;           /* of the whole object, for GET and HEAD */
    uint64_t from, last;     /* of a reply 206: the offsets of the body's first and last byte; UINT64_MAX and 0 where it does not say */
    int64_t date_s;          /* the store's clock, 0 when it did not say */
    struct buf body;         /* at most S3_REPLY_MAX bytes */
};

/* NULL with a sentence in `error` when the endpoint is no URL. Texts of `settings` live as long as the client. */
struct s3_client *s3_client_new(const struct s3_settings *settings, char *error, size_t error_size);
void s3_client_free(struct s3_client *client);
const struct s3_settings *s3_client_settings(const struct s3_client *client);

/* Sends a request. 0: there is a reply that the store meant, whatever its status below 500; free with s3_reply_free(). Else there is none. */
int s3_call(struct s3_client *client, const struct s3_call *call, struct s3_reply *ret_reply);
void s3_reply_free(struct s3_reply *reply);
/* The error that a reply stands for; 0 for success. Logs a refusal that is the operator's business. */
int s3_reply_error(const struct s3_call *call, const struct s3_reply *reply);
/* s3_call() and s3_reply_error(), where nothing of the reply is needed. */
int s3_do(struct s3_client *client, const struct s3_call *call);

/* A GET whose body is read as it comes, with at most about a megabyte in memory. `call` is as for s3_call(); its texts are borrowed until the end. */
struct s3_stream;
struct s3_stream *s3_stream_begin(struct s3_client *client, const struct s3_call *call);
/* How many bytes, at least 1; 0 at the end of the reply; -1 when the reply is an error, or ended early. */
ssize_t s3_stream_read(struct s3_stream *stream, void *to, size_t len);
void s3_stream_end(struct s3_stream *stream);

/* An address at which anybody gets `key` for `seconds`, with this content type. */
void s3_link(struct s3_client *client, const char *key, const char *content_type, unsigned seconds, struct buf *out);

/* Is the store left alone at the moment, so that a call would fail at once? */
bool s3_is_away(struct s3_client *client);
void s3_client_metrics(struct s3_client *client, struct buf *out);
