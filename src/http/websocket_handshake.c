#include "http/websocket_handshake.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

#define KEY_CHARACTERS 24 /* base64 of 16 bytes */
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455, section 1.3 */

/* Is `token` in a comma separated header? */
static bool
has_token(const char *list, const char *token)
{
    size_t len = strlen(token);

    for (const char *p = list ? list : ""; *p;) {
        size_t n;

        p += strspn(p, ", \t");
        n = strcspn(p, ", \t");
        if (n == len && strncasecmp(p, token, len) == 0)
            return true;
        p += n;
    }
    return false;
}

static bool
key_valid(const char *key)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /* The last character before the padding carries two bits only. */
    return key && strlen(key) == KEY_CHARACTERS && strspn(key, alphabet) == KEY_CHARACTERS - 2 &&
           text_equal(key + KEY_CHARACTERS - 2, "==") && strchr("AQgw", key[KEY_CHARACTERS - 3]);
}

/* Scheme, host and port of a URL without a slash at the end; the scheme's own port is left out. */
static bool
read_origin(struct str url, struct str *ret_scheme, struct str *ret_host)
{
    const char *separator = memmem(url.ptr, url.len, "://", 3);
    struct str host, own_port;
    const char *slash;

    if (!separator)
        return false;
    ret_scheme->ptr = url.ptr;
    ret_scheme->len = (size_t)(separator - url.ptr);
    host.ptr = separator + 3;
    host.len = url.len - ret_scheme->len - 3;
    slash = memchr(host.ptr, '/', host.len);
    if (slash)
        host.len = (size_t)(slash - host.ptr);
    own_port = ret_scheme->len == 5 ? STR(":443") : STR(":80");
    if (host.len > own_port.len && memcmp(host.ptr + host.len - own_port.len, own_port.ptr, own_port.len) == 0)
        host.len -= own_port.len;
    *ret_host = host;
    return host.len && ((ret_scheme->len == 5 && strncasecmp(url.ptr, "https", 5) == 0) ||
                        (ret_scheme->len == 4 && strncasecmp(url.ptr, "http", 4) == 0));
}

static bool
equal_ignoring_case(struct str a, struct str b)
{
    return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

static bool
same_origin(struct str scheme, struct str host, struct str other)
{
    struct str other_scheme, other_host;

    return read_origin(other, &other_scheme, &other_host) && equal_ignoring_case(scheme, other_scheme) &&
           equal_ignoring_case(host, other_host);
}

/* Behind a proxy that speaks TLS we don't see the page's scheme; its host is what counts. */
static bool
is_own_host(struct str origin_host, const char *host, bool secure)
{
    struct str own = str_of(host), own_port = secure ? STR(":443") : STR(":80");

    if (own.len > own_port.len && memcmp(own.ptr + own.len - own_port.len, own_port.ptr, own_port.len) == 0)
        own.len -= own_port.len;
    return own.len && equal_ignoring_case(origin_host, own);
}

bool
handshake_origin_allowed(const char *origin, const char *host, const char *origins, const char *frontend_url)
{
    struct str scheme, origin_host;

    if (!read_origin(str_of(origin), &scheme, &origin_host))
        return false;
    if (host && is_own_host(origin_host, host, scheme.len == 5))
        return true;
    if (same_origin(scheme, origin_host, str_of(frontend_url)))
        return true;
    for (const char *p = origins; *p;) {
        size_t n;

        p += strspn(p, ", ");
        n = strcspn(p, ", ");
        if (same_origin(scheme, origin_host, (struct str){p, n}))
            return true;
        p += n;
    }
    return false;
}

enum handshake_verdict
handshake_check(const struct handshake *handshake, const char *origins, const char *frontend_url)
{
    if (!has_token(handshake->upgrade, "websocket") || !has_token(handshake->connection, "upgrade"))
        return HANDSHAKE_NO_UPGRADE;
    if (!text_equal(handshake->version, "13"))
        return HANDSHAKE_BAD_VERSION;
    if (!key_valid(handshake->key))
        return HANDSHAKE_BAD_KEY;
    /* Without an Origin it is no browser, and nobody's cookies are abused. */
    if (handshake->origin && !handshake_origin_allowed(handshake->origin, handshake->host, origins, frontend_url))
        return HANDSHAKE_BAD_ORIGIN;
    return HANDSHAKE_OK;
}

bool
handshake_accept(const char *key, char ret_accept[WEBSOCKET_ACCEPT_SIZE])
{
    char text[KEY_CHARACTERS + sizeof GUID];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len;

    snprintf(text, sizeof text, "%s" GUID, key);
    if (!EVP_Digest(text, strlen(text), digest, &len, EVP_sha1(), NULL))
        return false;
    EVP_EncodeBlock((unsigned char *)ret_accept, digest, (int)len);
    return true;
}
