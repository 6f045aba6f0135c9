#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "platform/storage/s3_line.h"
#include "platform/storage/s3_xml.h"

#define TRIES 3
#define SLOWEST_BYTES_S 16384 /* a request whose bytes go slower is given up, so that a store that drips holds no thread for long */
#define USUAL_BYTES 262144    /* of a reply that is kept whole */
#define PAUSE_US 100000 /* before the second try; four times as long before the third */
#define FAILURES_MAX 3
#define AWAY_FIRST_MS 500
#define AWAY_MOST_MS 10000
#define URL_MAX ((size_t)4096)

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

void
s3_client_free(struct s3_client *client)
{
    if (!client)
        return;
    for (struct s3_line *line; (line = client->idle);) {
        client->idle = line->next;
        s3_line_free(line);
    }
    pthread_mutex_destroy(&client->lock);
    free(client);
}

const struct s3_settings *
s3_client_settings(const struct s3_client *client)
{
    return &client->settings;
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

bool
s3_may_call(struct s3_client *client)
{
    int64_t until_ms = atomic_load(&client->away_until_ms), now_ms = clock_monotonic_ms();

    if (!client_is_down(client))
        return true;
    if (now_ms >= until_ms && atomic_compare_exchange_strong(&client->away_until_ms, &until_ms, now_ms + atomic_load(&client->away_ms)))
        return true;
    atomic_fetch_add(&client->away, 1);
    return false;
}

void
s3_note_success(struct s3_client *client)
{
    if (atomic_exchange(&client->failures, 0) >= FAILURES_MAX)
        log_info("the object store answers again");
    atomic_store(&client->away_ms, 0);
}

void
s3_note_failure(struct s3_client *client, const char *what)
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

static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct s3_reply *reply = context;

    buf_add(&reply->body, (struct str){bytes, size * count});
    return reply->body.failed ? 0 : size * count;
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
    const char *range = s3_line_header(line, "content-range"), *etag = s3_line_header(line, "etag"), *date = s3_line_header(line, "date");
    const char *length = s3_line_header(line, "content-length");
    const char *total = range ? strrchr(range, '/') : NULL;
    time_t when = date ? curl_getdate(date, NULL) : -1;
    int64_t size = 0;

    reply->status = s3_line_status(line);
    if (text_to_int64(total ? total + 1 : length ? length : "", 0, INT64_MAX, &size))
        reply->size = (uint64_t)size;
    if (!range || sscanf(range, "bytes %" SCNu64 "-%" SCNu64 "/", &reply->from, &reply->last) != 2) {
        reply->from = UINT64_MAX;
        reply->last = 0;
    }
    snprintf(reply->etag, sizeof reply->etag, "%s", etag ? etag : "");
    reply->date_s = when > 0 ? when : 0;
    if (reply->status != 206 && reply->body.len)
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
    return call->is_probe ? S3_PROBE_TIMEOUT_S : client->settings.timeout_s + (long)((call->body.len + USUAL_BYTES) / SLOWEST_BYTES_S);
}

/* One try. `ret_again`: a second one may help. */
static int
client_try(struct s3_client *client, const struct s3_call *call, struct s3_reply *reply, bool *ret_again)
{
    struct s3_line *line = s3_line_take(client);
    CURLcode result = CURLE_FAILED_INIT;
    bool good;

    *ret_again = false;
    if (!line)
        return STORAGE_FAILED;
    *reply = (struct s3_reply){.body = BUF_INIT(S3_REPLY_MAX)};
    if (s3_line_prepare(client, line, call)) {
        curl_easy_setopt(line->easy, CURLOPT_TIMEOUT, call_most_s(client, call));
        curl_easy_setopt(line->easy, CURLOPT_WRITEFUNCTION, take_body);
        curl_easy_setopt(line->easy, CURLOPT_WRITEDATA, reply);
        atomic_fetch_add(&client->requests, 1);
        result = s3_line_run(line);
    }
    good = result == CURLE_OK;
    if (good) {
        line_read_head(line, reply);
        atomic_fetch_add(&client->bytes_sent, call->body.len);
        atomic_fetch_add(&client->bytes_received, reply->body.len);
    }
    s3_line_give(client, line, good);
    if (good && !is_overload(reply)) {
        s3_note_success(client);
        return 0;
    }
    s3_note_failure(client, good ? reply->code : curl_easy_strerror(result));
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
        if (!call->is_probe && !s3_may_call(client))
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

void
s3_client_metrics(struct s3_client *client, struct buf *out)
{
    buf_printf(out,
               "veza_s3_up %d\nveza_s3_requests_total %llu\nveza_s3_failures_total %llu\nveza_s3_left_alone_total %llu\n"
               "veza_s3_sent_bytes_total %llu\nveza_s3_received_bytes_total %llu\n",
               !client_is_down(client), (unsigned long long)client->requests, (unsigned long long)client->failed, (unsigned long long)client->away,
               (unsigned long long)client->bytes_sent, (unsigned long long)client->bytes_received);
}
