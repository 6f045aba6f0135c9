/* client.c - a client of the Subsonic protocol 1.16.1 (subsonic.org/pages/api.jsp, opensubsonic.netlify.app), as far as playlists and stars need it. */
#include <openssl/evp.h>
#include <string.h>

#include "base/buf.h"
#include "base/encode.h"
#include "modules/auth/auth.h"
#include "modules/imports/internal.h"
#include "platform/fetch/fetch.h"

#define REPLY_MAX ((size_t)8 * 1024 * 1024)
#define VALUES_MAX 600000 /* in a reply: a tree takes many times the memory of its text */
#define TIMEOUT_MS 20000
#define SALT_BYTES 8

static bool
client_token(const char *password, const char *salt, char out[33])
{
    scoped_buf text = BUF_INIT(SECRET_JSON_MAX + 64);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    buf_add_text(&text, password);
    buf_add_text(&text, salt);
    if (text.failed || !EVP_Digest(text.ptr, text.len, digest, &len, EVP_md5(), NULL))
        return false;
    hex_encode(digest, 16, out);
    return true;
}

static void
client_add(struct buf *url, const char *name, const char *value)
{
    buf_printf(url, "&%s=", name);
    buf_add_url(url, value);
}

static void
client_add_account(struct buf *url, const struct import_account *account)
{
    char salt[2 * SALT_BYTES + 1], token[33], *hex = (char[2 * SECRET_JSON_MAX + 1]){0};
    unsigned char bytes[SALT_BYTES];

    if (account->key) {
        client_add(url, "apiKey", account->key);
        return;
    }
    client_add(url, "u", account->user);
    if (account->plain) {
        hex_encode(account->password, strlen(account->password), hex);
        buf_printf(url, "&p=enc:%s", hex);
        explicit_bzero(hex, 2 * SECRET_JSON_MAX + 1);
        return;
    }
    random_bytes(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, salt);
    if (client_token(account->password, salt, token)) {
        client_add(url, "t", token);
        client_add(url, "s", salt);
    }
}

/* Has it few enough values for a tree of it? */
static bool
client_is_small(struct str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == ',' || text.ptr[i] == '{' || text.ptr[i] == '[';
    return count <= VALUES_MAX;
}

static enum import_outcome
client_read(const struct fetch_reply *reply, const char *member, int *ret_error, json_t **ret_reply)
{
    struct str text = buf_str(&reply->body);
    json_t *root = reply->status == 200 && client_is_small(text) ? json_loadb(text.ptr, text.len, 0, NULL) : NULL;
    const json_t *response = json_object_get(root, "subsonic-response"), *status = json_object_get(response, "status");
    enum import_outcome outcome = IMPORT_BAD;

    *ret_error = (int)json_integer_value(json_object_get(json_object_get(response, "error"), "code"));
    if (text_equal(json_string_value(status), "ok")) {
        *ret_reply = member ? json_incref(json_object_get(response, member)) : NULL;
        outcome = IMPORT_OK;
    } else if (text_equal(json_string_value(status), "failed")) {
        outcome = *ret_error >= 40 && *ret_error <= 50 ? IMPORT_REFUSED : *ret_error == 70 ? IMPORT_NOT_FOUND : IMPORT_BAD;
    } else if (reply->status == 401 || reply->status == 403) {
        outcome = IMPORT_REFUSED;
    }
    json_decref(root);
    return outcome;
}

static enum import_outcome
client_call(const struct import_account *account, const char *call, const char *id, const char *member, int *ret_error, json_t **ret_reply)
{
    scoped_buf url = BUF_INIT(16 * 1024);
    struct fetch_request request = {.max_reply = REPLY_MAX, .timeout_ms = TIMEOUT_MS};
    struct fetch_reply reply;
    enum import_outcome outcome;
    enum fetch_status status;

    buf_printf(&url, "%s/rest/%s.view?f=json&v=1.16.1&c=Veza", account->base_url, call);
    client_add_account(&url, account);
    if (id)
        client_add(&url, "id", id);
    if (url.failed)
        return IMPORT_BAD;
    request.url = url.ptr;
    status = fetch(&request, &reply);
    explicit_bzero(url.ptr, url.len);
    if (status)
        return status == FETCH_TOO_LARGE ? IMPORT_BAD : IMPORT_UNREACHABLE;
    outcome = client_read(&reply, member, ret_error, ret_reply);
    fetch_reply_free(&reply);
    return outcome;
}

enum import_outcome
import_ask(struct import_account *account, const char *call, const char *id, const char *member, json_t **ret_reply)
{
    enum import_outcome outcome;
    int error = 0;

    *ret_reply = NULL;
    outcome = client_call(account, call, id, member, &error, ret_reply);
    /* 41: it keeps passwords in a way that proves no tokens. 10: it knows none, and misses the password. */
    if (outcome && (error == 41 || error == 10) && !account->key && !account->plain) {
        account->plain = true;
        outcome = client_call(account, call, id, member, &error, ret_reply);
    }
    return outcome;
}

size_t
import_count(const json_t *list)
{
    return json_is_array(list) ? json_array_size(list) : json_is_object(list) ? 1 : 0;
}

const json_t *
import_item(const json_t *list, size_t n)
{
    return json_is_array(list) ? json_array_get(list, n) : list;
}

const char *
import_error(enum import_outcome outcome)
{
    return outcome == IMPORT_REFUSED ? "refused" : outcome == IMPORT_UNREACHABLE ? "unreachable" : "not_subsonic";
}
