#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool
buf_reserve(struct buf *buf, size_t more)
{
    size_t need, capacity;
    char *grown;

    if (buf->failed)
        return false;
    if (more > buf->max || buf->len > buf->max - more) {
        buf->failed = true;
        return false;
    }
    need = buf->len + more + 1;
    if (need <= buf->capacity)
        return true;
    capacity = buf->capacity ? buf->capacity : 256;
    while (capacity < need)
        capacity *= 2;
    if (capacity > buf->max + 1)
        capacity = buf->max + 1;
    grown = realloc(buf->ptr, capacity);
    if (!grown) {
        buf->failed = true;
        return false;
    }
    buf->ptr = grown;
    buf->capacity = capacity;
    return true;
}

void
buf_add_and_grow(struct buf *buf, struct str bytes)
{
    if (!buf_reserve(buf, bytes.len))
        return;
    if (bytes.len)
        memcpy(buf->ptr + buf->len, bytes.ptr, bytes.len);
    buf->len += bytes.len;
    buf->ptr[buf->len] = 0;
}

void
buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, str_of(text));
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len >= 0 && buf_reserve(buf, (size_t)len)) {
        vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

void
buf_add_json_string(struct buf *buf, const char *text)
{
    if (!text) {
        buf_add(buf, STR("null"));
        return;
    }
    buf_add(buf, STR("\""));
    for (const char *p = text; *p;) {
        unsigned char c = (unsigned char)*p;
        size_t run = 0;

        while ((unsigned char)p[run] >= 0x20 && (unsigned char)p[run] < 0x7F && p[run] != '"' && p[run] != '\\')
            run++;
        if (run) {
            buf_add(buf, (struct str){p, run});
            p += run;
            continue;
        }
        if (c >= 0x80) {
            size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;

            if (strnlen(p, n) == n && utf8_valid((struct str){p, n}, NULL)) {
                buf_add(buf, (struct str){p, n});
                p += n;
            } else {
                buf_add(buf, STR("\xEF\xBF\xBD"));
                p++;
            }
            continue;
        }
        if (c == '"' || c == '\\')
            buf_printf(buf, "\\%c", c);
        else if (c == '\n')
            buf_add(buf, STR("\\n"));
        else
            buf_printf(buf, "\\u%04x", c);
        p++;
    }
    buf_add(buf, STR("\""));
}

void
buf_add_html(struct buf *buf, struct str text)
{
    static const char *const references[] = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c < COUNT_OF(references) && references[c])
            buf_add_text(buf, references[c]);
        else
            buf_add(buf, (struct str){text.ptr + i, 1});
    }
}

void
buf_add_xml(struct buf *buf, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_none = strncmp(text, "\xEF\xBF\xBE", 3) == 0 || strncmp(text, "\xEF\xBF\xBF", 3) == 0;

        if (c == '\t' || c == '\n' || c == '\r') {
            buf_printf(buf, "&#%d;", c);
        } else if (c < ' ' || is_none) {
            buf_add_text(buf, "\xEF\xBF\xBD");
            text += is_none ? 2 : 0;
        } else {
            buf_add_html(buf, (struct str){text, 1});
        }
    }
}

void
buf_add_script_json(struct buf *buf, const char *json)
{
    for (size_t plain; *json; json += plain) {
        plain = strcspn(json, "<>&\xE2");
        buf_add(buf, (struct str){json, plain});
        json += plain;
        plain = 1;
        if (!*json)
            return;
        if (*json == '\xE2' && (strncmp(json + 1, "\x80\xA8", 2) == 0 || strncmp(json + 1, "\x80\xA9", 2) == 0)) {
            buf_add_text(buf, json[2] == '\xA8' ? "\\u2028" : "\\u2029");
            plain = 3;
        } else if (*json == '\xE2') {
            buf_add(buf, (struct str){json, 1});
        } else {
            buf_printf(buf, "\\u%04x", *json);
        }
    }
}

void
buf_add_url(struct buf *buf, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *text; text++)
        if (strchr(plain, *text))
            buf_add(buf, (struct str){text, 1});
        else
            buf_printf(buf, "%%%02X", (unsigned char)*text);
}

struct str
buf_str(const struct buf *buf)
{
    return (struct str){buf->ptr ? buf->ptr : "", buf->len};
}

void
buf_free(struct buf *buf)
{
    free(buf->ptr);
    buf->ptr = NULL;
    buf->len = buf->capacity = 0;
}
