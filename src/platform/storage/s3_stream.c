/* s3_stream.c - an object as it comes, with little of it in memory: the connection is read no further than the reader is. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/storage/s3_line.h"

#define BUFFERED_MOST ((size_t)1024 * 1024)

struct s3_stream {
    struct s3_client *client;
    struct s3_line *line;
    struct buf held; /* what came and was not read yet, from `at` on */
    size_t at;
    bool paused, done, has_begun; /* begun: bytes came, and they are those that were asked for */
    uint64_t from;                /* where the range begins that was asked for */
    char etag[S3_ETAG_TEXT];      /* of the object that was asked for; may be empty */
    CURLcode result;
};

static size_t
stream_take(char *bytes, size_t size, size_t count, void *context)
{
    struct s3_stream *stream = context;

    if (stream->held.len - stream->at > BUFFERED_MOST) {
        stream->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (stream->at) {
        memmove(stream->held.ptr, stream->held.ptr + stream->at, stream->held.len - stream->at);
        stream->held.len -= stream->at;
        stream->at = 0;
    }
    buf_add(&stream->held, (struct str){bytes, size * count});
    return stream->held.failed ? 0 : size * count;
}

struct s3_stream *
s3_stream_begin(struct s3_client *client, const struct s3_call *call)
{
    struct s3_stream *stream = s3_may_call(client) ? calloc(1, sizeof *stream) : NULL;

    if (!stream)
        return NULL;
    *stream = (struct s3_stream){.client = client, .line = s3_line_take(client), .held = BUF_INIT(2 * BUFFERED_MOST)};
    if (call->range)
        sscanf(call->range, "bytes=%" SCNu64, &stream->from);
    snprintf(stream->etag, sizeof stream->etag, "%s", call->if_match ? call->if_match : "");
    if (stream->line && s3_line_prepare(client, stream->line, call)) {
        curl_easy_setopt(stream->line->easy, CURLOPT_WRITEFUNCTION, stream_take);
        curl_easy_setopt(stream->line->easy, CURLOPT_WRITEDATA, stream);
        atomic_fetch_add(&client->requests, 1);
        if (curl_multi_add_handle(stream->line->multi, stream->line->easy) == CURLM_OK)
            return stream;
    }
    if (stream->line)
        s3_line_give(client, stream->line, false);
    free(stream);
    return NULL;
}

static void
stream_run(struct s3_stream *stream)
{
    int running = 1;

    if (stream->paused && stream->held.len - stream->at <= BUFFERED_MOST / 2) {
        stream->paused = false;
        curl_easy_pause(stream->line->easy, CURLPAUSE_CONT);
    }
    if (curl_multi_perform(stream->line->multi, &running) != CURLM_OK || !running) {
        stream->done = true;
        stream->result = running ? CURLE_RECV_ERROR : s3_line_result(stream->line);
        if (stream->result == CURLE_OK && s3_line_status(stream->line) < 500)
            s3_note_success(stream->client);
        else if (!stream->has_begun) /* one that broke in the middle may have waited for a slow client: it says nothing of the store */
            s3_note_failure(stream->client, stream->result ? curl_easy_strerror(stream->result) : "a status from 500 up");
    }
}

/* Are these the bytes that were asked for? Some stores, and what stands before them, send the whole object instead of a range. */
static bool
stream_fits(const struct s3_stream *stream)
{
    const char *range = s3_line_header(stream->line, "content-range"), *etag = s3_line_header(stream->line, "etag");
    int status = s3_line_status(stream->line);
    uint64_t from = 0;

    if ((status != 200 && status != 206) || (status == 206 && (!range || sscanf(range, "bytes %" SCNu64, &from) != 1)))
        return false;
    return from == stream->from && (!etag || !*stream->etag || text_equal(etag, stream->etag));
}

ssize_t
s3_stream_read(struct s3_stream *stream, void *to, size_t len)
{
    size_t held;

    if (!stream->done)
        stream_run(stream);
    while (!stream->done && stream->held.len == stream->at) {
        curl_multi_poll(stream->line->multi, NULL, 0, 1000, NULL);
        stream_run(stream);
    }
    held = stream->held.len - stream->at;
    if (!held)
        return stream->result == CURLE_OK ? 0 : -1;
    if (!stream->has_begun && !stream_fits(stream))
        return -1;
    stream->has_begun = true;
    len = len < held ? len : held;
    memcpy(to, stream->held.ptr + stream->at, len);
    stream->at += len;
    atomic_fetch_add(&stream->client->bytes_received, len);
    return (ssize_t)len;
}

void
s3_stream_end(struct s3_stream *stream)
{
    if (!stream)
        return;
    curl_multi_remove_handle(stream->line->multi, stream->line->easy);
    s3_line_give(stream->client, stream->line, stream->done && stream->result == CURLE_OK);
    buf_free(&stream->held);
    free(stream);
}
