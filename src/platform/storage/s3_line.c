#include "platform/storage/s3_line.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

#define CONNECT_TIMEOUT_MS 3000
#define LINES_KEPT 32 /* idle connections */
#define URL_MAX ((size_t)4096)
#define HEADER_MAX ((size_t)1024)

void
s3_line_free(struct s3_line *line)
{
    curl_slist_free_all(line->headers);
    curl_easy_cleanup(line->easy);
    curl_multi_cleanup(line->multi);
    free(line);
}

struct s3_line *
s3_line_take(struct s3_client *client)
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
    s3_line_free(line);
    return NULL;
}

void
s3_line_give(struct s3_client *client, struct s3_line *line, bool good)
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
        s3_line_free(line);
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

bool
s3_line_prepare(struct s3_client *client, struct s3_line *line, const struct s3_call *call)
{
    CURL *easy = line->easy;
    long timeout_s = call->is_probe ? S3_PROBE_TIMEOUT_S : client->settings.timeout_s;

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

CURLcode
s3_line_result(struct s3_line *line)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(line->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            return message->data.result;
    return CURLE_FAILED_INIT;
}

CURLcode
s3_line_run(struct s3_line *line)
{
    CURLcode result = CURLE_FAILED_INIT;
    int running = 1;

    if (curl_multi_add_handle(line->multi, line->easy) != CURLM_OK)
        return result;
    while (running && curl_multi_perform(line->multi, &running) == CURLM_OK)
        if (running)
            curl_multi_poll(line->multi, NULL, 0, 1000, NULL);
    if (!running)
        result = s3_line_result(line);
    curl_multi_remove_handle(line->multi, line->easy);
    return result;
}

const char *
s3_line_header(struct s3_line *line, const char *name)
{
    struct curl_header *header;

    return curl_easy_header(line->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : NULL;
}

int
s3_line_status(struct s3_line *line)
{
    long status = 0;

    curl_easy_getinfo(line->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}
