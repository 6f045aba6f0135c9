#include "platform/archive/csv.h"

#include <stdlib.h>

static void
add_quoted(struct buf *out, const char *text, size_t len)
{
    buf_add(out, STR("\""));
    for (const char *p = text; p < text + len; p++)
        buf_add(out, *p == '"' ? STR("\"\"") : (struct str){p, 1});
    buf_add(out, STR("\""));
}

static bool
needs_quotes(const char *text, size_t len)
{
    for (const char *p = text; p < text + len; p++)
        if (strchr("\",\r\n\t;", *p)) /* strchr finds NUL too */
            return true;
    return len && (*text == ' ' || text[len - 1] == ' ');
}

static void
add_text(struct buf *out, const char *text, size_t len)
{
    scoped_buf safe = BUF_INIT(len + 1);

    if (len && strchr("=+-@\t\r\n", *text)) {
        buf_add(&safe, STR("'"));
        buf_add(&safe, (struct str){text, len});
        out->failed |= safe.failed;
        text = safe.failed ? "" : safe.ptr;
        len = safe.failed ? 0 : safe.len;
    }
    if (needs_quotes(text, len))
        add_quoted(out, text, len);
    else
        buf_add(out, (struct str){text, len});
}

static void
add_value(struct buf *out, const json_t *value)
{
    scoped_text json = NULL;

    if (json_is_null(value))
        return;
    if (json_is_string(value)) {
        add_text(out, json_string_value(value), json_string_length(value));
        return;
    }
    json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    if (!json)
        out->failed = true;
    else if (json_is_number(value))
        buf_add_text(out, json); /* a minus before digits is no formula */
    else
        add_text(out, json, strlen(json));
}

void
csv_add_names(struct buf *out, const json_t *row)
{
    const char *name, *before = "";
    json_t *value;

    json_object_foreach((json_t *)row, name, value) {
        buf_add_text(out, before);
        add_text(out, name, strlen(name));
        before = ",";
    }
    buf_add(out, STR("\r\n"));
}

void
csv_add_values(struct buf *out, const json_t *row)
{
    const char *name, *before = "";
    json_t *value;

    json_object_foreach((json_t *)row, name, value) {
        buf_add_text(out, before);
        add_value(out, value);
        before = ",";
    }
    buf_add(out, STR("\r\n"));
}
