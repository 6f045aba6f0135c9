#include "platform/sentry/sentry.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "http/pool.h"

#define QUEUE_MAX 64
#define TIMEOUT_S 5

static struct {
    const struct config *config;
    struct pool *pool;
    char url[1024];
    char key[128];
    _Atomic uint64_t sent, dropped;
} sentry;

bool
sentry_parse_dsn(const char *dsn, char *ret_url, size_t url_size, char *ret_key, size_t key_size)
{
    const char *scheme_end = strstr(dsn, "://"), *at = scheme_end ? strchr(scheme_end + 3, '@') : NULL;
    const char *project = at ? strrchr(at, '/') : NULL;
    size_t key_len;

    if (!project || !project[1] || !(text_starts_with(dsn, "https://") || text_starts_with(dsn, "http://")))
        return false;
    key_len = strcspn(scheme_end + 3, ":@"); /* older DSNs have key:secret */
    if (key_len == 0 || key_len >= key_size || strspn(project + 1, "0123456789") != strlen(project + 1))
        return false;
    snprintf(ret_key, key_size, "%.*s", (int)key_len, scheme_end + 3);
    return snprintf(ret_url, url_size, "%.*s%.*s/api/%s/envelope/", (int)(scheme_end + 3 - dsn), dsn, (int)(project - at - 1),
                    at + 1, project + 1) < (int)url_size;
}

static size_t
ignore_reply(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes, (void)context;
    return size * count;
}

static void
send_envelope(void *argument)
{
    char *envelope = argument, auth[256];
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/x-sentry-envelope");
    long status = 0;

    snprintf(auth, sizeof auth, "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=veza, sentry_key=%s", sentry.key);
    headers = curl_slist_append(headers, auth);
    if (curl) {
        curl_easy_setopt(curl, CURLOPT_URL, sentry.url);
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, envelope);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore_reply);
        if (curl_easy_perform(curl) == CURLE_OK)
            curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    }
    atomic_fetch_add(status >= 200 && status < 300 ? &sentry.sent : &sentry.dropped, 1);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    free(envelope);
}

static void
on_error(const char *message, const struct log_field *fields, unsigned count)
{
    char hex[33];
    unsigned char random[16];
    struct buf envelope = BUF_INIT(65536);
    json_t *extra = json_object(), *event;
    scoped_text text = NULL;

    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, hex);
    for (unsigned i = 0; i < count; i++)
        json_object_set_new(extra, fields[i].name,
                            fields[i].is_number ? json_integer(fields[i].number) : json_string(fields[i].text ? fields[i].text : ""));
    event = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:{s:s}, s:o}", "event_id", hex, "timestamp", (json_int_t)clock_unix_s(),
                      "platform", "c", "level", "error", "logger", "veza", "environment",
                      *sentry.config->sentry_environment ? sentry.config->sentry_environment : sentry.config->app_env, "logentry",
                      "formatted", message, "extra", extra);
    text = event ? json_dumps(event, JSON_COMPACT) : NULL;
    json_decref(event);
    if (!text)
        return;
    buf_printf(&envelope, "{\"event_id\":\"%s\"}\n{\"type\":\"event\",\"length\":%zu}\n%s\n", hex, strlen(text), text);
    if (envelope.failed || !pool_submit(sentry.pool, send_envelope, envelope.ptr)) {
        atomic_fetch_add(&sentry.dropped, 1);
        buf_free(&envelope);
    }
}

bool
sentry_start(const struct config *config, char *error, size_t error_size)
{
    sentry.config = config;
    if (!*config->sentry_dsn)
        return true;
    if (!sentry_parse_dsn(config->sentry_dsn, sentry.url, sizeof sentry.url, sentry.key, sizeof sentry.key)) {
        snprintf(error, error_size, "SENTRY_DSN is not of the form https://KEY@HOST/PROJECT");
        return false;
    }
    sentry.pool = pool_start("veza-sentry", 1, QUEUE_MAX);
    if (!sentry.pool) {
        snprintf(error, error_size, "cannot start a thread");
        return false;
    }
    log_on_error(on_error);
    return true;
}

void
sentry_stop(void)
{
    if (!sentry.pool)
        return;
    log_on_error(NULL);
    pool_free(sentry.pool);
    sentry.pool = NULL;
}

void
sentry_metrics(struct buf *out)
{
    buf_printf(out, "veza_error_reports_total{result=\"sent\"} %llu\nveza_error_reports_total{result=\"dropped\"} %llu\n",
               (unsigned long long)sentry.sent, (unsigned long long)sentry.dropped);
}
