/* express_head_fuzz.c - any bytes as the head of a request that may be answered without the server proper.
 *
 * What is taken for plain has a path without surprises and nothing in it that would have changed the answer. */
#include "fuzz.h"

#include <strings.h>

#include "http/express_head.h"

/* The value of the first header line of this name in the head, up to the end of the head; NULL without one. */
static const char *
header(const char *head, const char *name)
{
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, strlen(name)) == 0 && line[2 + strlen(name)] == ':')
            return line + 2 + strlen(name) + 1;
    return NULL;
}

/* Does a Cookie line name this cookie? The name elsewhere in the head (in a host, say) is nothing. */
static bool
has_cookie(const char *head, const char *name)
{
    for (const char *value = header(head, "Cookie"); value; value = header(value, "Cookie")) {
        const char *found = strstr(value, name);
        if (found && found < value + strcspn(value, "\r"))
            return true;
    }
    return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = text_of(bytes, length);
    struct str path;
    size_t head_len;

    if (express_head_is_plain((struct str){text, length}, "veza_access", &path, &head_len)) {
        require(head_len >= 4 && head_len <= length && memcmp(text + head_len - 4, "\r\n\r\n", 4) == 0);
        text[head_len] = 0;
        require(strlen(text) == head_len && strncmp(text, "GET /", 5) == 0 && header(text, "Host"));
        require(path.ptr >= text && path.ptr + path.len < text + head_len && path.ptr[0] == '/');
        for (size_t i = 0; i < path.len; i++)
            require(memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_.-", path.ptr[i], 66) != NULL);
        require(!header(text, "Authorization") && !header(text, "Range") && !header(text, "Content-Length") &&
                !header(text, "Transfer-Encoding") && !header(text, "If-None-Match") && !header(text, "Upgrade"));
        require(!has_cookie(text, "veza_access"));
    }
    free(text);
    return 0;
}
