#include "platform/storage/s3_client.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "platform/storage/s3_xml.h"

#define CONNECT_TIMEOUT_MS 3000
#define PROBE_TIMEOUT_MS 3000
#define TRIES 3
#define SLOWEST_BYTES_S 16384 /* a request whose bytes go slower is given up, so that a store that drips holds no thread for long */
#define USUAL_BYTES 262144    /* of a reply that is kept whole */
#define PAUSE_US 100000 /* before the second try; four times as long before the third */
#define FAILURES_MAX 3
#define AWAY_FIRST_MS 500
#define AWAY_MOST_MS 10000
#define LINES_KEPT 32 /* idle connections */
#define URL_MAX ((size_t)4096)
#define HEADER_MAX ((size_t)1024)
#define BUFFERED_MOST ((size_t)1024 * 1024) /* of a stream */

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
    _Atomic uint64_t requests, failed, refused, away, bytes_sent, bytes_received;
};

static bool
client_read_endpoint(const struct s3_settings *settings, const char *endpoint, struct s3_address *ret_address)
{
    CURLU *url = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *path = NULL;
    bool good = url && !curl_url_set(url, CURLUPART_URL, endpoint, CURLU_DISALLOW_USER) && !curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) &&
                !curl_url_get(url, CURLUPART_HOST, &host, 0) && !curl_url_get(url, CURLUPART_PATH, &path, 0) && *host &&
                (text_equal(scheme, "http") || text_equal(scheme, "https")) && text_equal(path, "/");

    curl_url_get(url, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT);
    if (good) {
        ret_address->tls = text_equal(scheme, "https");
        snprintf(ret_address->host, sizeof ret_address->host, "%s%s%s%s%s", settings->path_style ? "" : settings->bucket, settings->path_style ? "" : ".", host,
                 port ? ":" : "", port ? port : "");
        snprintf(ret_address->path, sizeof ret_address->path, "%s%s", settings->path_style ? "/" : "", settings->path_style ? settings->bucket : "");
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(path);
    curl_url_cleanup(url);
    return good;
}

struct s3_client *
s3_client_new(const struct s3_settings *settings, char *error, size_t error_size)
{
    struct s3_client *client = calloc(1, sizeof *client);

    if (!client) {
        snprintf(error, error_size, "not enough memory");
        return NULL;
    }
    client->settings = *settings;
    client->who = (struct s3_credentials){settings->access_key, settings->secret_key, settings->region, "s3"};
    pthread_mutex_init(&client->lock, NULL);
    if (!client_read_endpoint(settings, settings->endpoint, &client->address) ||
        !client_read_endpoint(settings, *settings->public_endpoint ? settings->public_endpoint : settings->endpoint, &client->public_address)) {
        snprintf(error, error_size, "S3_ENDPOINT and S3_PUBLIC_ENDPOINT must look like https://s3.example.org or http://127.0.0.1:9000");
        s3_client_free(client);
        return NULL;
    }
    return client;
}

static void
line_free(struct s3_line *line)
{
    curl_slist_free_all(line->headers);
    curl_easy_cleanup(line->easy);
    curl_multi_cleanup(line->multi);
    free(line);
}

void
s3_client_free(struct s3_client *client)
{
    if (!client)
        return;
    for (struct s3_line *line; (line = client->idle);) {
        client->idle = line->next;
        line_free(line);
    }
    pthread_mutex_destroy(&client->lock);
    free(client);
}

const struct s3_settings *
s3_client_settings(const struct s3_client *client)
{
    return &client->settings;
}

static struct s3_line *
line_take(struct s3_client *client)
{
    struct s3_line *line;

    pthread_mutex_lock(&client->lock);
    line = client->idle;
    if (line) {
        client->idle = line->next;
        client->idle_count--;
    }
    pthread_mutex_unlock(&client->lock);
    if (line)
        return line;
    line = calloc(1, sizeof *line);
    if (!line)
        return NULL;
    line->multi = curl_multi_init();
    line->easy = curl_easy_init();
    if (line->multi && line->easy)
        return line;
    line_free(line);
    return NULL;
}

/* After a request: `good` when its connection can be used again. */
static void
line_give(struct s3_client *client, struct s3_line *line, bool good)
{
    curl_slist_free_all(line->headers);
    line->headers = NULL;
    curl_easy_reset(line->easy);
    pthread_mutex_lock(&client->lock);
    good = good && client->idle_count < LINES_KEPT;
    if (good) {
        line->next = client->idle;
        client->idle = line;
        client->idle_count++;
    }
    pthread_mutex_unlock(&client->lock);
    if (!good)
        line_free(line);
}

static bool
client_is_down(struct s3_client *client)
{
    return atomic_load(&client->failures) >= FAILURES_MAX;
}

bool
s3_is_away(struct s3_client *client)
{
    return client_is_down(client) && clock_monotonic_ms() < atomic_load(&client->away_until_ms);
}

/* May a request go out? While the store is away, one is let through whenever the time has come. */
static bool
client_may_call(struct s3_client *client)
{
    int64_t until_ms = atomic_load(&client->away_until_ms), now_ms = clock_monotonic_ms();

    if (!client_is_down(client))
        return true;
    if (now_ms >= until_ms && atomic_compare_exchange_strong(&client->away_until_ms, &until_ms, now_ms + atomic_load(&client->away_ms)))
        return true;
    atomic_fetch_add(&client->away, 1);
    return false;
}

static void
client_note_success(struct s3_client *client)
{
    if (atomic_exchange(&client->failures, 0) >= FAILURES_MAX)
        log_info("the object store answers again");
    atomic_store(&client->away_ms, 0);
}

static void
client_note_failure(struct s3_client *client, const char *what)
{
    int failures = atomic_fetch_add(&client->failures, 1) + 1;
    int64_t away_ms = atomic_load(&client->away_ms);

    atomic_fetch_add(&client->failed, 1);
    if (failures < FAILURES_MAX)
        return;
    if (failures == FAILURES_MAX)
        log_warn("the object store does not answer; what needs it fails until it does", LOG_TEXT("endpoint", client->settings.endpoint), LOG_TEXT("error", what));
    away_ms = !away_ms ? AWAY_FIRST_MS : away_ms * 2 < AWAY_MOST_MS ? away_ms * 2 : AWAY_MOST_MS;
    atomic_store(&client->away_ms, away_ms);
    atomic_store(&client->away_until_ms, clock_monotonic_ms() + away_ms);
}

static void
add_header(struct s3_line *line, struct s3_form *form, struct s3_pair *headers, const char *name, const char *value)
{
    scoped_buf text = BUF_INIT(HEADER_MAX);

    if (!value)
        return;
    headers[form->header_count++] = (struct s3_pair){name, value};
    buf_printf(&text, "%s: %s", name, value);
    if (!text.failed)
        line->headers = curl_slist_append(line->headers, text.ptr);
}

static void
content_md5(struct str body, char ret_text[32])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    EVP_Digest(body.ptr, body.len, digest, &len, EVP_md5(), NULL);
    EVP_EncodeBlock((unsigned char *)ret_text, digest, (int)len);
}

/* Headers and address of a request, signed with the time of now. */
static bool
line_sign(struct s3_client *client, struct s3_line *line, const struct s3_call *call)
{
    struct s3_pair headers[S3_PAIRS_MAX];
    struct s3_form form = {.method = call->method, .query = call->query, .query_count = call->query_count, .headers = headers};
    scoped_buf path = BUF_INIT(URL_MAX);
    scoped_buf url = BUF_INIT(URL_MAX);
    scoped_buf authorization = BUF_INIT(HEADER_MAX);
    char hash[SHA256_HEX] = S3_EMPTY_SHA256, md5[32];
    struct s3_form signature_only = {0};

    s3_time(clock_unix_s(), form.time);
    if (call->body.len)
        sha256_hex(call->body, hash);
    if (call->md5)
        content_md5(call->body, md5);
    form.payload_sha256 = hash;
    buf_printf(&path, "%s/%s", client->address.path, call->key ? call->key : "");
    form.path = buf_str(&path).ptr;
    add_header(line, &form, headers, "content-md5", call->md5 ? md5 : NULL);
    add_header(line, &form, headers, "content-type", text_equal(call->method, "PUT") || text_equal(call->method, "POST") ? "application/octet-stream" : NULL);
    add_header(line, &form, headers, "host", client->address.host);
    add_header(line, &form, headers, "if-match", call->if_match);
    add_header(line, &form, headers, "if-none-match", call->if_none_match);
    add_header(line, &form, headers, "range", call->range);
    add_header(line, &form, headers, "x-amz-content-sha256", hash);
    add_header(line, &form, headers, "x-amz-date", form.time);
    s3_authorize(&client->who, &form, &authorization);
    add_header(line, &signature_only, headers, "authorization", buf_str(&authorization).ptr);
    line->headers = curl_slist_append(line->headers, "Expect:");
    buf_printf(&url, "%s://%s%s", client->address.tls ? "https" : "http", client->address.host, form.path);
    if (call->query_count) {
        buf_add_text(&url, "?");
        s3_query(call->query, call->query_count, &url);
    }
    if (path.failed || url.failed || authorization.failed || !line->headers)
        return false;
    return curl_easy_setopt(line->easy, CURLOPT_URL, url.ptr) == CURLE_OK;
}

static bool
line_prepare(struct s3_client *client, struct s3_line *line, const struct s3_call *call)
{
    CURL *easy = line->easy;
    long timeout_s = call->is_probe ? PROBE_TIMEOUT_MS / 1000 : client->settings.timeout_s;

    if (!line_sign(client, line, call))
        return false;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, line->headers);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "Veza");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, timeout_s);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 256L * 1024);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    if (*client->settings.ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, client->settings.ca_file);
    if (call->body.len || text_equal(call->method, "PUT") || text_equal(call->method, "POST")) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.len ? call->body.ptr : "");
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
    }
    if (text_equal(call->method, "HEAD"))
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
    return true;
}

static CURLcode
line_result(struct s3_line *line)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(line->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            return message->data.result;
    return CURLE_FAILED_INIT;
}

static CURLcode
line_run(struct s3_line *line)
{
    CURLcode result = CURLE_FAILED_INIT;
    int running = 1;

    if (curl_multi_add_handle(line->multi, line->easy) != CURLM_OK)
        return result;
    while (running && curl_multi_perform(line->multi, &running) == CURLM_OK)
        if (running)
            curl_multi_poll(line->multi, NULL, 0, 1000, NULL);
    if (!running)
        result = line_result(line);
    curl_multi_remove_handle(line->multi, line->easy);
    return result;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct s3_reply *reply = context;

    buf_add(&reply->body, (struct str){bytes, size * count});
    return reply->body.failed ? 0 : size * count;
}

static const char *
line_header(struct s3_line *line, const char *name)
{
    struct curl_header *header;

    return curl_easy_header(line->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : NULL;
}

static void
take_code(void *context, const char *path, const char *text)
{
    struct s3_reply *reply = context;

    if (text_equal(path, "Error/Code"))
        snprintf(reply->code, sizeof reply->code, "%s", text);
}

static void
line_read_head(struct s3_line *line, struct s3_reply *reply)
{
    const char *range = line_header(line, "content-range"), *etag = line_header(line, "etag"), *date = line_header(line, "date");
    const char *length = line_header(line, "content-length");
    const char *total = range ? strrchr(range, '/') : NULL;
    time_t when = date ? curl_getdate(date, NULL) : -1;
    int64_t size = 0;
    long status = 0;

    curl_easy_getinfo(line->easy, CURLINFO_RESPONSE_CODE, &status);
    reply->status = (int)status;
    if (text_to_int64(total ? total + 1 : length ? length : "", 0, INT64_MAX, &size))
        reply->size = (uint64_t)size;
    if (!range || sscanf(range, "bytes %" SCNu64 "-%" SCNu64 "/", &reply->from, &reply->last) != 2) {
        reply->from = UINT64_MAX;
        reply->last = 0;
    }
    snprintf(reply->etag, sizeof reply->etag, "%s", etag ? etag : "");
    reply->date_s = when > 0 ? when : 0;
    if (status != 206 && reply->body.len)
        s3_xml_read(buf_str(&reply->body), take_code, reply);
}

static bool
is_overload(const struct s3_reply *reply)
{
    return reply->status >= 500 || reply->status == 429 || text_equal(reply->code, "InternalError") || text_equal(reply->code, "SlowDown");
}

/* How long a request may take, however its bytes come. */
static long
call_most_s(const struct s3_client *client, const struct s3_call *call)
{
    return call->is_probe ? PROBE_TIMEOUT_MS / 1000 : client->settings.timeout_s + (long)((call->body.len + USUAL_BYTES) / SLOWEST_BYTES_S);
}

/* One try. `ret_again`: a second one may help. */
static int
client_try(struct s3_client *client, const struct s3_call *call, struct s3_reply *reply, bool *ret_again)
{
    struct s3_line *line = line_take(client);
    CURLcode result = CURLE_FAILED_INIT;
    bool good;

    *ret_again = false;
    if (!line)
        return STORAGE_FAILED;
    *reply = (struct s3_reply){.body = BUF_INIT(S3_REPLY_MAX)};
    if (line_prepare(client, line, call)) {
        curl_easy_setopt(line->easy, CURLOPT_TIMEOUT, call_most_s(client, call));
        curl_easy_setopt(line->easy, CURLOPT_WRITEFUNCTION, take_body);
        curl_easy_setopt(line->easy, CURLOPT_WRITEDATA, reply);
        atomic_fetch_add(&client->requests, 1);
        result = line_run(line);
    }
    good = result == CURLE_OK;
    if (good) {
        line_read_head(line, reply);
        atomic_fetch_add(&client->bytes_sent, call->body.len);
        atomic_fetch_add(&client->bytes_received, reply->body.len);
    }
    line_give(client, line, good);
    if (good && !is_overload(reply)) {
        client_note_success(client);
        return 0;
    }
    client_note_failure(client, good ? reply->code : curl_easy_strerror(result));
    *ret_again = good || (result != CURLE_OPERATION_TIMEDOUT && result != CURLE_PEER_FAILED_VERIFICATION);
    s3_reply_free(reply);
    return STORAGE_AWAY;
}

int
s3_call(struct s3_client *client, const struct s3_call *call, struct s3_reply *ret_reply)
{
    struct s3_reply reply;
    int error = STORAGE_AWAY;
    bool again = true;

    for (int i = 0; i < (call->is_probe ? 1 : TRIES) && error && again; i++) {
        if (i)
            usleep((useconds_t)(PAUSE_US * (i == 1 ? 1 : 4)));
        if (!call->is_probe && !client_may_call(client))
            break;
        error = client_try(client, call, &reply, &again);
    }
    if (error)
        errno = EHOSTUNREACH;
    else
        *ret_reply = reply;
    return error;
}

void
s3_reply_free(struct s3_reply *reply)
{
    buf_free(&reply->body);
}

int
s3_reply_error(const struct s3_call *call, const struct s3_reply *reply)
{
    if (reply->status < 300 && !*reply->code)
        return 0;
    if (reply->status == 404 && call->key && !text_equal(reply->code, "NoSuchBucket"))
        return STORAGE_NOT_FOUND;
    if (reply->status == 413 || reply->status == 507 || text_equal(reply->code, "QuotaExceeded"))
        return STORAGE_FULL;
    log_warn("the object store refuses a request", LOG_TEXT("method", call->method), LOG_TEXT("key", call->key), LOG_INT("status", reply->status),
             LOG_TEXT("code", reply->code));
    errno = reply->status == 403 ? EACCES : EIO;
    return STORAGE_FAILED;
}

int
s3_do(struct s3_client *client, const struct s3_call *call)
{
    struct s3_reply reply;
    int error = s3_call(client, call, &reply);

    if (error)
        return error;
    error = s3_reply_error(call, &reply);
    s3_reply_free(&reply);
    return error;
}

void
s3_link(struct s3_client *client, const char *key, const char *content_type, unsigned seconds, struct buf *out)
{
    const struct s3_address *address = &client->public_address;
    const struct s3_pair host[] = {{"host", address->host}}, type[] = {{"response-content-type", content_type}};
    scoped_buf path = BUF_INIT(URL_MAX);
    struct s3_form form = {.method = "GET", .query = type, .query_count = 1, .headers = host, .header_count = 1};
    scoped_buf query = BUF_INIT(URL_MAX);

    s3_time(clock_unix_s(), form.time);
    buf_printf(&path, "%s/%s", address->path, key);
    form.path = buf_str(&path).ptr;
    s3_presign(&client->who, &form, seconds, &query);
    buf_printf(out, "%s://%s%s?%s", address->tls ? "https" : "http", address->host, form.path, buf_str(&query).ptr);
    out->failed |= path.failed || query.failed;
}

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
    struct s3_stream *stream = client_may_call(client) ? calloc(1, sizeof *stream) : NULL;

    if (!stream)
        return NULL;
    *stream = (struct s3_stream){.client = client, .line = line_take(client), .held = BUF_INIT(2 * BUFFERED_MOST)};
    if (call->range)
        sscanf(call->range, "bytes=%" SCNu64, &stream->from);
    snprintf(stream->etag, sizeof stream->etag, "%s", call->if_match ? call->if_match : "");
    if (stream->line && line_prepare(client, stream->line, call)) {
        curl_easy_setopt(stream->line->easy, CURLOPT_WRITEFUNCTION, stream_take);
        curl_easy_setopt(stream->line->easy, CURLOPT_WRITEDATA, stream);
        atomic_fetch_add(&client->requests, 1);
        if (curl_multi_add_handle(stream->line->multi, stream->line->easy) == CURLM_OK)
            return stream;
    }
    if (stream->line)
        line_give(client, stream->line, false);
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
        stream->result = running ? CURLE_RECV_ERROR : line_result(stream->line);
        if (stream->result == CURLE_OK)
            client_note_success(stream->client);
        else if (!stream->has_begun) /* one that broke in the middle may have waited for a slow client: it says nothing of the store */
            client_note_failure(stream->client, curl_easy_strerror(stream->result));
    }
}

/* Are these the bytes that were asked for? Some stores, and what stands before them, send the whole object instead of a range. */
static bool
stream_fits(const struct s3_stream *stream)
{
    const char *range = line_header(stream->line, "content-range"), *etag = line_header(stream->line, "etag");
    uint64_t from = 0;
    long status = 0;

    curl_easy_getinfo(stream->line->easy, CURLINFO_RESPONSE_CODE, &status);
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
    line_give(stream->client, stream->line, stream->done && stream->result == CURLE_OK);
    buf_free(&stream->held);
    free(stream);
}

void
s3_client_metrics(struct s3_client *client, struct buf *out)
{
    buf_printf(out,
               "veza_s3_up %d\nveza_s3_requests_total %llu\nveza_s3_failures_total %llu\nveza_s3_left_alone_total %llu\n"
               "veza_s3_sent_bytes_total %llu\nveza_s3_received_bytes_total %llu\n",
               !client_is_down(client), (unsigned long long)client->requests, (unsigned long long)client->failed, (unsigned long long)client->away,
               (unsigned long long)client->bytes_sent, (unsigned long long)client->bytes_received);
}
