/* services.c - the two protocols: ListenBrainz (listenbrainz.readthedocs.io) and Last.fm's (last.fm/api), which other servers speak too. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "modules/auth/auth.h"
#include "modules/scrobbling/internal.h"
#include "platform/fetch/fetch.h"
#include "version.h"

#define REPLY_MAX (64 * 1024)
#define FORM_MAX ((size_t)256 * 1024)
#define WAIT_S 60        /* where a service does not say how long */
#define WAIT_MOST_S 3600 /* no service puts us off for longer */
#define PARAMS_MAX (SCROBBLE_BATCH_MAX * 5 + 8)
#define NAME_TEXT 24
#define CLIENT "Veza"
#define LASTFM_ITSELF "https://ws.audioscrobbler.com/2.0/"
#define LASTFM_AUTH "https://www.last.fm/api/auth/"

/* Are these the same address? A slash at its end makes no difference. */
static bool
services_same(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);

    while (a_len && a[a_len - 1] == '/')
        a_len--;
    while (b_len && b[b_len - 1] == '/')
        b_len--;
    return a_len == b_len && !memcmp(a, b, a_len);
}

/* The operator's own server may be in a private network; what people enter may not. */
static const char *
services_trust(const char *base_url, char host[256])
{
    bool own = services_same(base_url, scrobbling_listenbrainz_url) || services_same(base_url, scrobbling_lastfm_url);

    return own && fetch_host(base_url, host) ? host : NULL;
}

/* *ret_reply is the JSON of the reply, NULL when it is none; to be freed. `ret_status` is that of HTTP. */
static enum scrobble_outcome
services_ask(struct fetch_request *request, const char *base_url, int *ret_status, json_t **ret_reply, int64_t *ret_wait_s)
{
    struct fetch_reply reply;
    char host[256];

    request->trusted_host = services_trust(base_url, host);
    request->max_reply = REPLY_MAX;
    if (fetch(request, &reply))
        return SCROBBLE_UNREACHABLE;
    *ret_status = reply.status;
    *ret_wait_s = reply.retry_after_s > WAIT_MOST_S ? WAIT_MOST_S : reply.retry_after_s > 0 ? reply.retry_after_s : WAIT_S;
    *ret_reply = json_loadb(buf_str(&reply.body).ptr, reply.body.len, JSON_REJECT_DUPLICATES, NULL);
    fetch_reply_free(&reply);
    if (*ret_status == 429)
        return SCROBBLE_BUSY;
    return *ret_status >= 500 ? SCROBBLE_FAILED : SCROBBLE_TAKEN;
}

/* A text of the reply, where it is there and not longer than we keep. */
static bool
services_text(const json_t *object, const char *name, char out[SCROBBLE_NAME_MAX + 1])
{
    const char *text = json_string_value(json_object_get(object, name));

    if (!text || !*text || strlen(text) > SCROBBLE_NAME_MAX)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

/* ListenBrainz. */

static enum scrobble_outcome
listenbrainz_ask(const struct scrobble_account *account, const char *path, const json_t *body, int *ret_status, json_t **ret_reply, int64_t *ret_wait_s)
{
    scoped_buf url = BUF_INIT(1024), authorization = BUF_INIT(SECRET_JSON_MAX + 64);
    scoped_text text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    const char *headers[] = {NULL, body ? "Content-Type: application/json" : NULL, NULL};
    struct fetch_request request = {.headers = headers};

    buf_printf(&url, "%s%s", account->base_url, path);
    buf_printf(&authorization, "Authorization: Token %s", account->token ? account->token : "");
    if (url.failed || authorization.failed || (body && !text))
        return SCROBBLE_FAILED;
    headers[0] = authorization.ptr;
    request.url = url.ptr;
    if (text)
        request.body = str_of(text);
    return services_ask(&request, account->base_url, ret_status, ret_reply, ret_wait_s);
}

enum scrobble_outcome
listenbrainz_check(const struct scrobble_account *account, char name[SCROBBLE_NAME_MAX + 1])
{
    json_t *reply = NULL;
    int status = 0;
    int64_t wait_s;
    enum scrobble_outcome outcome = listenbrainz_ask(account, "/1/validate-token", NULL, &status, &reply, &wait_s);

    if (!outcome && status == 200 && json_is_true(json_object_get(reply, "valid")) && services_text(reply, "user_name", name))
        outcome = SCROBBLE_TAKEN;
    else if (!outcome)
        outcome = status == 401 || (status == 200 && json_is_false(json_object_get(reply, "valid"))) ? SCROBBLE_TOKEN_REFUSED : SCROBBLE_FAILED;
    json_decref(reply);
    return outcome;
}

static json_t *
listenbrainz_listen(const struct scrobble *play, bool playing)
{
    json_t *info = json_pack("{s:s, s:s, s:s, s:s, s:I}", "media_player", CLIENT, "submission_client", CLIENT, "submission_client_version", VEZA_VERSION, "origin_url",
                             play->address, "duration_ms", (json_int_t)play->duration_ms);
    json_t *track = json_pack("{s:s, s:s, s:s*, s:o}", "artist_name", play->artist, "track_name", play->title, "release_name", play->album, "additional_info", info);
    json_t *listen = json_pack("{s:o}", "track_metadata", track);

    if (!playing)
        json_object_set_new(listen, "listened_at", json_integer(play->played_at));
    return listen;
}

static enum scrobble_outcome
listenbrainz_send(const struct scrobble_account *account, const struct scrobble *plays, unsigned count, bool playing, int64_t *ret_wait_s)
{
    json_t *payload = json_array(), *reply = NULL, *body;
    enum scrobble_outcome outcome;
    int status = 0;

    for (unsigned i = 0; i < count; i++)
        json_array_append_new(payload, listenbrainz_listen(&plays[i], playing));
    body = json_pack("{s:s, s:o}", "listen_type", playing ? "playing_now" : count == 1 ? "single" : "import", "payload", payload);
    outcome = body ? listenbrainz_ask(account, "/1/submit-listens", body, &status, &reply, ret_wait_s) : SCROBBLE_FAILED;
    if (!outcome && status == 200 && !json_is_object(reply)) /* not this service: a page of somebody in between */
        outcome = SCROBBLE_FAILED;
    else if (!outcome && status != 200)
        outcome = status == 401 || status == 403 ? SCROBBLE_TOKEN_REFUSED : status == 400 || status == 413 ? SCROBBLE_NOT_TAKEN : SCROBBLE_FAILED;
    json_decref(body);
    json_decref(reply);
    return outcome;
}

/* Last.fm. */

struct lastfm_param {
    char name[NAME_TEXT];
    char number[NAME_TEXT]; /* the value, where it is no text */
    const char *value;
};

struct lastfm_call {
    struct lastfm_param params[PARAMS_MAX];
    unsigned count;
};

static void
lastfm_add(struct lastfm_call *call, const char *name, const char *value)
{
    struct lastfm_param *param = &call->params[call->count];

    if (!value || call->count == PARAMS_MAX)
        return;
    snprintf(param->name, sizeof param->name, "%s", name);
    param->value = value;
    call->count++;
}

static void
lastfm_add_of(struct lastfm_call *call, const char *name, unsigned n, bool numbered, const char *value, int64_t number)
{
    struct lastfm_param *param = &call->params[call->count];
    char full[NAME_TEXT];

    snprintf(full, sizeof full, numbered ? "%s[%u]" : "%s", name, n);
    if (!value && call->count < PARAMS_MAX) {
        snprintf(param->number, sizeof param->number, "%lld", (long long)number);
        value = param->number;
    }
    lastfm_add(call, full, value);
}

static int
lastfm_compare(const void *a, const void *b)
{
    return strcmp(((const struct lastfm_param *)a)->name, ((const struct lastfm_param *)b)->name);
}

/* MD5 of all names and values in the order of the names, and the secret behind them. */
static bool
lastfm_sign(struct lastfm_call *call, const char *secret, char out[33])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    scoped_buf text = BUF_INIT(FORM_MAX);
    unsigned len = 0;

    /* A number lies within its own row, so pointers are made anew when rows have changed places. */
    for (unsigned i = 0; i < call->count; i++)
        if (call->params[i].value == call->params[i].number)
            call->params[i].value = NULL;
    qsort(call->params, call->count, sizeof *call->params, lastfm_compare);
    for (unsigned i = 0; i < call->count; i++) {
        if (!call->params[i].value)
            call->params[i].value = call->params[i].number;
        buf_add_text(&text, call->params[i].name);
        buf_add_text(&text, call->params[i].value);
    }
    buf_add_text(&text, secret);
    if (text.failed || !EVP_Digest(text.ptr, text.len, digest, &len, EVP_md5(), NULL))
        return false;
    hex_encode(digest, 16, out);
    return true;
}

/* Errors of the protocol (last.fm/api/errorcodes). */
static enum scrobble_outcome
lastfm_outcome(int error)
{
    switch (error) {
    case 4: case 9: case 10: case 13: case 26:
        return SCROBBLE_TOKEN_REFUSED;
    case 14:
        return SCROBBLE_UNCONFIRMED;
    case 15:
        return SCROBBLE_TOKEN_REFUSED; /* the token has expired */
    case 6: case 7:
        return SCROBBLE_NOT_TAKEN;
    case 29:
        return SCROBBLE_BUSY;
    default:
        return SCROBBLE_FAILED;
    }
}

static enum scrobble_outcome
lastfm_ask(const struct scrobble_account *account, const char *method, struct lastfm_call *call, json_t **ret_reply, int64_t *ret_wait_s)
{
    scoped_buf body = BUF_INIT(FORM_MAX);
    struct fetch_request request = {.url = account->base_url, .post = true};
    enum scrobble_outcome outcome;
    const json_t *error;
    char signature[33];
    int status = 0;

    lastfm_add(call, "method", method);
    lastfm_add(call, "api_key", account->key);
    lastfm_add(call, "sk", account->session);
    if (!account->key || !account->secret || !lastfm_sign(call, account->secret, signature))
        return SCROBBLE_FAILED;
    for (unsigned i = 0; i < call->count; i++) {
        buf_add_url(&body, call->params[i].name);
        buf_add_text(&body, "=");
        buf_add_url(&body, call->params[i].value);
        buf_add_text(&body, "&");
    }
    buf_printf(&body, "api_sig=%s&format=json", signature);
    if (body.failed)
        return SCROBBLE_FAILED;
    request.body = buf_str(&body);
    outcome = services_ask(&request, account->base_url, &status, ret_reply, ret_wait_s);
    error = json_object_get(*ret_reply, "error");
    if ((!outcome || outcome == SCROBBLE_FAILED) && json_is_integer(error))
        return lastfm_outcome((int)json_integer_value(error));
    return !outcome && (status != 200 || !*ret_reply) ? SCROBBLE_FAILED : outcome;
}

/* Last.fm's page is at another host; servers that speak its protocol have theirs beside the address of calls, as the protocol says. */
static void
lastfm_page(const struct scrobble_account *account, const char *token, struct buf *address)
{
    size_t len = strlen(account->base_url);

    if (text_equal(account->base_url, LASTFM_ITSELF)) {
        buf_add_text(address, LASTFM_AUTH);
    } else {
        if (len >= 5 && text_equal(account->base_url + len - 5, "/2.0/"))
            len -= 4;
        buf_add(address, (struct str){account->base_url, len});
        buf_add_text(address, account->base_url[len - 1] == '/' ? "api/auth/" : "/api/auth/");
    }
    buf_add_text(address, "?api_key=");
    buf_add_url(address, account->key);
    buf_add_text(address, "&token=");
    buf_add_url(address, token);
}

enum scrobble_outcome
lastfm_begin(const struct scrobble_account *account, char token[SCROBBLE_NAME_MAX + 1], struct buf *address)
{
    struct lastfm_call *call = calloc(1, sizeof *call);
    json_t *reply = NULL;
    int64_t wait_s;
    enum scrobble_outcome outcome = call ? lastfm_ask(account, "auth.getToken", call, &reply, &wait_s) : SCROBBLE_FAILED;

    if (!outcome && !services_text(reply, "token", token))
        outcome = SCROBBLE_FAILED;
    if (!outcome)
        lastfm_page(account, token, address);
    json_decref(reply);
    free(call);
    return outcome;
}

enum scrobble_outcome
lastfm_confirm(const struct scrobble_account *account, char session[SCROBBLE_NAME_MAX + 1], char name[SCROBBLE_NAME_MAX + 1])
{
    struct lastfm_call *call = calloc(1, sizeof *call);
    const json_t *given;
    json_t *reply = NULL;
    int64_t wait_s;
    enum scrobble_outcome outcome;

    if (!call)
        return SCROBBLE_FAILED;
    lastfm_add(call, "token", account->token);
    outcome = lastfm_ask(account, "auth.getSession", call, &reply, &wait_s);
    given = json_object_get(reply, "session");
    if (!outcome && (!services_text(given, "key", session) || !services_text(given, "name", name)))
        outcome = SCROBBLE_FAILED;
    json_decref(reply);
    free(call);
    return outcome;
}

static enum scrobble_outcome
lastfm_send(const struct scrobble_account *account, const struct scrobble *plays, unsigned count, bool playing, int64_t *ret_wait_s)
{
    struct lastfm_call *call = calloc(1, sizeof *call);
    json_t *reply = NULL;
    enum scrobble_outcome outcome;

    if (!call)
        return SCROBBLE_FAILED;
    for (unsigned i = 0; i < count; i++) {
        lastfm_add_of(call, "artist", i, !playing, plays[i].artist, 0);
        lastfm_add_of(call, "track", i, !playing, plays[i].title, 0);
        if (plays[i].album)
            lastfm_add_of(call, "album", i, !playing, plays[i].album, 0);
        if (!playing)
            lastfm_add_of(call, "timestamp", i, true, NULL, plays[i].played_at);
        lastfm_add_of(call, "duration", i, !playing, NULL, (plays[i].duration_ms + 500) / 1000);
    }
    outcome = lastfm_ask(account, playing ? "track.updateNowPlaying" : "track.scrobble", call, &reply, ret_wait_s);
    json_decref(reply);
    free(call);
    return outcome;
}

enum scrobble_outcome
scrobble_send(const struct scrobble_account *account, const struct scrobble *plays, unsigned count, bool playing, int64_t *ret_wait_s)
{
    *ret_wait_s = WAIT_S;
    return account->service == SCROBBLE_LASTFM ? lastfm_send(account, plays, count, playing, ret_wait_s) : listenbrainz_send(account, plays, count, playing, ret_wait_s);
}
