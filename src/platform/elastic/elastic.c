#include "platform/elastic/elastic.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "platform/fetch/address.h"
#include "platform/fetch/url.h"

#define CONNECT_TIMEOUT_MS 3000
#define KEPT 16 /* idle connections */
#define URL_MAX ((size_t)2048)

static char base[1024], user[256], password[512], key_header[1100], ca_file[1024], host[256];
static bool is_plain;
static CURL *idle[KEPT];
static unsigned idle_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool
take_apart(const char *text)
{
    CURLU *url = curl_url();
    char scheme[16] = "", query[8] = "", fragment[8] = "", *whole = NULL;
    bool good = url && !curl_url_set(url, CURLUPART_URL, text, 0) && url_copy_part(url, CURLUPART_SCHEME, 0, scheme, sizeof scheme) &&
                (text_equal(scheme, "http") || text_equal(scheme, "https")) && url_copy_part(url, CURLUPART_USER, CURLU_URLDECODE, user, sizeof user) &&
                url_copy_part(url, CURLUPART_PASSWORD, CURLU_URLDECODE, password, sizeof password) && url_copy_host(url, host, sizeof host) && *host &&
                url_copy_part(url, CURLUPART_QUERY, 0, query, sizeof query) && url_copy_part(url, CURLUPART_FRAGMENT, 0, fragment, sizeof fragment) && !*query &&
                !*fragment &&
                !curl_url_set(url, CURLUPART_USER, NULL, 0) && !curl_url_set(url, CURLUPART_PASSWORD, NULL, 0) && !curl_url_get(url, CURLUPART_URL, &whole, 0) &&
                strlen(whole) < sizeof base;

    if (good) {
        snprintf(base, sizeof base, "%s", whole);
        for (size_t len = strlen(base); len && base[len - 1] == '/'; len--)
            base[len - 1] = 0;
        is_plain = text_equal(scheme, "http");
    }
    curl_free(whole);
    curl_url_cleanup(url);
    return good;
}

bool
elastic_setup(const struct elastic_settings *settings, char *error, size_t error_size)
{
    *base = 0;
    if (!*settings->url)
        return true;
    if (!take_apart(settings->url)) {
        *base = 0;
        snprintf(error, error_size, "ELASTICSEARCH_URL must look like https://user:password@host:9200, special characters as %%XX");
        return false;
    }
    if (strlen(settings->api_key) > 1024 || settings->api_key[strcspn(settings->api_key, " \r\n\t")] || (*settings->api_key && *user)) {
        *base = 0;
        snprintf(error, error_size, "ELASTICSEARCH_API_KEY must be the text that Elasticsearch gave (`encoded`), and ELASTICSEARCH_URL then has no user");
        return false;
    }
    snprintf(key_header, sizeof key_header, "%s%s", *settings->api_key ? "Authorization: ApiKey " : "", settings->api_key);
    snprintf(ca_file, sizeof ca_file, "%s", settings->ca_file);
    return true;
}

void
elastic_teardown(void)
{
    while (idle_count)
        curl_easy_cleanup(idle[--idle_count]);
}

bool
elastic_configured(void)
{
    return *base;
}

bool
elastic_is_exposed(void)
{
    return is_plain && (*user || *key_header) && !text_equal(host, "localhost") && !text_equal(host, "127.0.0.1") && !text_equal(host, "::1");
}

static CURL *
take_line(void)
{
    CURL *curl = NULL;

    pthread_mutex_lock(&lock);
    if (idle_count)
        curl = idle[--idle_count];
    pthread_mutex_unlock(&lock);
    return curl ? curl : curl_easy_init();
}

static void
give_line(CURL *curl, bool good)
{
    pthread_mutex_lock(&lock);
    good = good && idle_count < KEPT;
    if (good)
        idle[idle_count++] = curl;
    pthread_mutex_unlock(&lock);
    if (good)
        curl_easy_reset(curl); /* keeps the connection */
    else
        curl_easy_cleanup(curl);
}

/* Any address that an operator may mean: not one of a cloud's metadata. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)context;
    if (purpose != CURLSOCKTYPE_IPCXN || address_kind(&address->addr) == ADDRESS_NEVER)
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct buf *body = context;

    buf_add(body, (struct str){bytes, size * count});
    return body->failed ? 0 : size * count;
}

static void
prepare(CURL *curl, const struct elastic_request *request, const char *url, struct curl_slist *headers, struct buf *body)
{
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_plain ? "http" : "https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Veza");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(request->timeout_ms < CONNECT_TIMEOUT_MS ? request->timeout_ms : CONNECT_TIMEOUT_MS));
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    if (*ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
    if (*user) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
    }
    if (request->body.len || text_equal(request->method, "POST") || text_equal(request->method, "PUT")) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.len ? request->body.ptr : "");
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static const char *
reason_of(CURLcode result, const struct buf *body)
{
    if (result == CURLE_OPERATION_TIMEDOUT)
        return "it took too long";
    if (body->failed)
        return "the reply is too large";
    return result == CURLE_OK ? "the reply is no JSON object" : curl_easy_strerror(result);
}

int
elastic_ask(const struct elastic_request *request, json_t **ret_json, char *error, size_t error_size)
{
    scoped_buf url = BUF_INIT(URL_MAX);
    scoped_buf body = BUF_INIT(request->max_reply);
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    CURL *curl = take_line();
    CURLcode result = CURLE_FAILED_INIT;
    json_t *json = NULL;
    long status = 0;

    if (headers && *key_header)
        headers = curl_slist_append(headers, key_header);
    if (headers && request->body.len)
        headers = curl_slist_append(headers, request->is_lines ? "Content-Type: application/x-ndjson" : "Content-Type: application/json");
    buf_printf(&url, "%s%s", base, request->path);
    if (curl && headers && !url.failed && *base) {
        prepare(curl, request, url.ptr, headers, &body);
        result = curl_easy_perform(curl);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    }
    if (result == CURLE_OK && body.len)
        json = json_loadb(body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
    if (json && !json_is_object(json)) {
        json_decref(json);
        json = NULL;
    }
    if (!json)
        snprintf(error, error_size, "%s", reason_of(result, &body));
    if (curl)
        give_line(curl, result == CURLE_OK);
    curl_slist_free_all(headers);
    if (!json)
        return -1;
    *ret_json = json;
    return (int)status;
}
