#include "http/express_head.h"

#include <ctype.h>
#include <strings.h>

#include "http/framing.h"

/* Characters of a field name (RFC 9110, 5.6.2) and of our paths. */
static bool
is_token(unsigned char c)
{
    return isalnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool
is_path(unsigned char c)
{
    return isalnum(c) || c == '/' || c == '_' || c == '.' || c == '-';
}

static bool
name_is(struct str name, const char *text)
{
    return name.len == strlen(text) && strncasecmp(name.ptr, text, name.len) == 0;
}

/* Headers that change the answer, or that say how the message ends. */
static bool
is_special(struct str name)
{
    static const char *const special[] = {"Authorization", "Content-Length", "Transfer-Encoding", "Expect", "Upgrade", "Range",
                                          "TE", "Trailer", "X-Forwarded-For", "Forwarded", "X-Stream-Secret"};

    if (name.len > 3 && strncasecmp(name.ptr, "If-", 3) == 0)
        return true;
    for (size_t i = 0; i < COUNT_OF(special); i++)
        if (name_is(name, special[i]))
            return true;
    return false;
}

/* One header line, without its CRLF. */
static bool
line_is_plain(struct str line, const char *identity_cookie, unsigned *hosts)
{
    struct str name = {line.ptr, 0}, value;

    while (name.len < line.len && is_token((unsigned char)line.ptr[name.len]))
        name.len++;
    if (!name.len || name.len == line.len || line.ptr[name.len] != ':' || is_special(name))
        return false;
    value = (struct str){line.ptr + name.len + 1, line.len - name.len - 1};
    for (size_t i = 0; i < value.len; i++)
        if (((unsigned char)value.ptr[i] < 0x20 && value.ptr[i] != '\t') || value.ptr[i] == 0x7F)
            return false;
    if (name_is(name, "Cookie") && memmem(value.ptr, value.len, identity_cookie, strlen(identity_cookie)))
        return false; /* somebody in particular asks; the server knows whether it really is that cookie */
    while (value.len && *value.ptr == ' ')
        value = (struct str){value.ptr + 1, value.len - 1};
    if (name_is(name, "Host")) {
        ++*hosts;
        return framing_is_host(value);
    }
    return !name_is(name, "Connection") || name_is(value, "keep-alive");
}

bool
express_head_is_plain(struct str bytes, const char *identity_cookie, struct str *ret_path, size_t *ret_head_len)
{
    const char *end = bytes.ptr + bytes.len, *at;
    struct str path = {bytes.ptr + 4, 0};
    unsigned hosts = 0;

    if (bytes.len < 18 || memcmp(bytes.ptr, "GET /", 5) != 0)
        return false;
    while (path.ptr + path.len < end && is_path((unsigned char)path.ptr[path.len]))
        path.len++;
    at = path.ptr + path.len;
    if (end - at < 11 || memcmp(at, " HTTP/1.1\r\n", 11) != 0)
        return false;
    for (at += 11;;) {
        const char *line_end = memchr(at, '\r', (size_t)(end - at));

        if (!line_end || end - line_end < 2 || line_end[1] != '\n')
            return false;
        if (line_end == at)
            break;
        if (!line_is_plain((struct str){at, (size_t)(line_end - at)}, identity_cookie, &hosts))
            return false;
        at = line_end + 2;
    }
    *ret_path = path;
    *ret_head_len = (size_t)(at + 2 - bytes.ptr);
    return hosts == 1;
}
