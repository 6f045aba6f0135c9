/* s3_line.h - connections to the object store, and requests signed for them; what s3_client.c and s3_stream.c share. */
#pragma once

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "platform/storage/s3_client.h"

#define S3_PROBE_TIMEOUT_S 3

/* A connection. It is used for one request at a time, and kept for the next. */
struct s3_line {
    struct s3_line *next;
    CURLM *multi; /* it owns the connection */
    CURL *easy;
    struct curl_slist *headers;
};

struct s3_address {
    bool tls;
    char host[300]; /* as in the header Host */
    char path[256]; /* before the key: "" or "/bucket" */
};

struct s3_client {
    struct s3_settings settings;
    struct s3_address address, public_address;
    struct s3_credentials who;
    pthread_mutex_t lock;
    struct s3_line *idle;
    unsigned idle_count;
    atomic_int failures; /* in a row */
    _Atomic int64_t away_until_ms, away_ms;
    _Atomic uint64_t requests, failed, away, bytes_sent, bytes_received;
};

/* An idle connection, or a new one; NULL when memory is short. */
struct s3_line *s3_line_take(struct s3_client *client);
/* After a request: `good` when its connection can be used again. */
void s3_line_give(struct s3_client *client, struct s3_line *line, bool good);
void s3_line_free(struct s3_line *line);
/* Signs the request with the time of now and sets everything but where its reply goes. */
bool s3_line_prepare(struct s3_client *client, struct s3_line *line, const struct s3_call *call);
/* Sends it and waits for the end of its reply. */
CURLcode s3_line_run(struct s3_line *line);
/* How a request ended that curl_multi_perform() says runs no more. */
CURLcode s3_line_result(struct s3_line *line);
int s3_line_status(struct s3_line *line);
/* A header of the reply, or NULL; until the next request. */
const char *s3_line_header(struct s3_line *line, const char *name);

/* s3_client.c. May a request go out? While the store is away, one is let through whenever the time has come. */
bool s3_may_call(struct s3_client *client);
void s3_note_success(struct s3_client *client);
void s3_note_failure(struct s3_client *client, const char *what);
