/* buf.h - a growing byte buffer with a stated maximum.
 *
 *     struct buf buf = BUF_INIT(64 * 1024);
 *     buf_add(&buf, STR("hello "));
 *     buf_printf(&buf, "%d", 42);
 *     if (buf.failed) ...            // the maximum was hit or memory was short; the contents are useless
 *     buf_free(&buf);
 *
 * Errors stick, so that a caller checks once at the end. The bytes are always followed by a NUL that does not count. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/str.h"

struct buf {
    char *ptr;
    size_t len;
    size_t capacity;
    size_t max;
    bool failed;
};

#define BUF_INIT(maximum) {.max = (maximum)}

/* buf_add() where there is no room yet. */
void buf_add_and_grow(struct buf *buf, struct str bytes);
static inline void
buf_add(struct buf *buf, struct str bytes)
{
    if (buf->failed || !bytes.len || bytes.len >= buf->capacity - buf->len) {
        buf_add_and_grow(buf, bytes);
        return;
    }
    memcpy(buf->ptr + buf->len, bytes.ptr, bytes.len);
    buf->len += bytes.len;
    buf->ptr[buf->len] = 0;
}
void buf_add_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds `text` as a JSON string with its quotes (RFC 8259); NULL becomes null. Invalid UTF-8 is replaced by U+FFFD. */
void buf_add_json_string(struct buf *buf, const char *text);

/* Adds `text` as a value in a URL's query: all but unreserved characters (RFC 3986) as %XX. */
void buf_add_url(struct buf *buf, const char *text);

/* Adds `text` for HTML, as an element's text or in an attribute's quotes: & < > " and ' become character references. */
void buf_add_html(struct buf *buf, struct str text);

/* Adds `text` for XML 1.0, as an element's text or in an attribute's quotes. Characters that XML does not have become U+FFFD. Tabs and line
 * ends become references, since a parser makes other characters of plain ones. */
void buf_add_xml(struct buf *buf, const char *text);

/* Adds a JSON text that stands within a script element of HTML: < > & and the line ends U+2028 and U+2029, which stand only in its strings, become \u escapes. */
void buf_add_script_json(struct buf *buf, const char *json);

/* Makes room for `more` bytes after buf->len; the caller may write them and add to buf->len. */
bool buf_reserve(struct buf *buf, size_t more);

/* The contents, or "" when nothing was added. */
struct str buf_str(const struct buf *buf);

void buf_free(struct buf *buf);
#define scoped_buf __attribute__((cleanup(buf_free))) struct buf
