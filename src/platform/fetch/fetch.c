#include "platform/fetch/fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/fetch/address.h"

#define CONNECT_TIMEOUT_MS 5000
#define HEAD_MAX (32 * 1024)
#define URL_MAX 4096

static bool allow_private, allow_http;

/* One request on its way. */
struct errand {
    const struct fetch_request *request;
    struct fetch_reply reply;
    size_t head_size;
    bool plain, trusted, refused, too_large;
};

void
fetch_setup(const struct config *config)
{
    allow_private = config->outgoing_allow_private;
    allow_http = !config_is_production(config);
}

static bool
may_connect(const struct errand *errand, const struct sockaddr *address)
{
    enum address_kind kind = address_kind(address);

    if (kind == ADDRESS_NEVER || (errand->plain && kind != ADDRESS_LOOPBACK))
        return false;
    return kind == ADDRESS_PUBLIC || allow_private || errand->trusted;
}

/* Called by libcurl for each address that it tries. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct errand *errand = context;

    if (purpose != CURLSOCKTYPE_IPCXN || !may_connect(errand, &address->addr)) {
        errand->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take_head(char *bytes, size_t size, size_t count, void *context)
{
    struct errand *errand = context;

    (void)bytes;
    errand->head_size += size * count;
    errand->too_large = errand->too_large || errand->head_size > HEAD_MAX;
    return errand->too_large ? 0 : size * count;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct errand *errand = context;

    buf_add(&errand->reply.body, (struct str){bytes, size * count});
    errand->too_large = errand->reply.body.failed;
    return errand->too_large ? 0 : size * count;
}

/* Scheme and host of a URL that has both and carries no name or password. */
static bool
take_apart(const char *url, bool *ret_plain, char ret_host[256])
{
    CURLU *parts = strlen(url) <= URL_MAX ? curl_url() : NULL;
    char *scheme = NULL, *host = NULL;
    bool good;

    good = parts && !curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER) &&
           !curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) && !curl_url_get(parts, CURLUPART_HOST, &host, 0) && *host &&
           strlen(host) < 256 && (text_equal(scheme, "https") || text_equal(scheme, "http"));
    if (good) {
        *ret_plain = text_equal(scheme, "http");
        for (size_t i = 0; i <= strlen(host); i++)
            ret_host[i] = (char)(host[i] >= 'A' && host[i] <= 'Z' ? host[i] | 32 : host[i]);
    }
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parts);
    return good;
}

bool
fetch_host(const char *url, char out[256])
{
    bool plain;

    return take_apart(url, &plain, out) && (!plain || allow_http);
}

static struct curl_slist *
list_headers(const struct fetch_request *request)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:"); /* no waiting for a "100 Continue" */

    for (const char *const *header = request->headers; header && *header; header++)
        list = curl_slist_append(list, *header);
    return list;
}

static void
prepare(CURL *curl, struct errand *errand)
{
    const struct fetch_request *request = errand->request;
    int timeout_ms = request->timeout_ms ? request->timeout_ms : FETCH_TIMEOUT_MS;

    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, allow_http ? "https,http" : "https");
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* a proxy of the environment would connect for us, unjudged */
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : CONNECT_TIMEOUT_MS));
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, errand);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, errand);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, errand);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Veza");
    if (request->user) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, request->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, request->password);
    }
    if (request->post || request->body.len) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.len ? request->body.ptr : "");
    }
}

static void
read_head(CURL *curl, struct fetch_reply *reply)
{
    const char *type = NULL;
    struct curl_header *reset;
    curl_off_t retry_after = 0;
    int64_t reset_s;
    long status = 0;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
    reply->status = (int)status;
    reply->retry_after_s = retry_after;
    if (!retry_after && curl_easy_header(curl, "X-RateLimit-Reset-In", 0, CURLH_HEADER, -1, &reset) == CURLHE_OK && text_to_int64(reset->value, 0, INT32_MAX, &reset_s))
        reply->retry_after_s = reset_s;
    snprintf(reply->content_type, sizeof reply->content_type, "%s", type ? type : "");
}

static enum fetch_status
status_of(CURLcode result, const struct errand *errand)
{
    if (result == CURLE_OK)
        return FETCH_OK;
    if (errand->too_large)
        return FETCH_TOO_LARGE;
    switch (result) {
    case CURLE_OPERATION_TIMEDOUT:
        return FETCH_TIMEOUT;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return FETCH_BAD_URL;
    case CURLE_COULDNT_CONNECT:
        return errand->refused ? FETCH_REFUSED : FETCH_UNREACHABLE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return FETCH_UNREACHABLE;
    default:
        return FETCH_FAILED;
    }
}

enum fetch_status
fetch(const struct fetch_request *request, struct fetch_reply *ret_reply)
{
    struct errand errand = {.request = request};
    struct curl_slist *headers;
    enum fetch_status status;
    char host[256];
    CURL *curl;

    if (!take_apart(request->url, &errand.plain, host) || (errand.plain && !allow_http))
        return FETCH_BAD_URL;
    errand.trusted = request->trusted_host && text_equal(host, request->trusted_host);
    errand.reply.body.max = request->max_reply ? request->max_reply : FETCH_REPLY_MAX;
    curl = curl_easy_init();
    headers = list_headers(request);
    if (!curl || !headers) {
        curl_slist_free_all(headers);
        curl_easy_cleanup(curl);
        return FETCH_FAILED;
    }
    prepare(curl, &errand);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    status = status_of(curl_easy_perform(curl), &errand);
    if (status == FETCH_OK) {
        read_head(curl, &errand.reply);
        *ret_reply = errand.reply;
    } else {
        fetch_reply_free(&errand.reply);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

void
fetch_reply_free(struct fetch_reply *reply)
{
    buf_free(&reply->body);
}

const char *
fetch_status_text(enum fetch_status status)
{
    static const char *const texts[] = {"a reply", "not an acceptable URL", "a refused address", "unreachable", "too slow", "too large",
                                        "failed"};

    return texts[-status];
}
