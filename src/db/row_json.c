#include "db/row_json.h"

#include <string.h>

/* Object ids of PostgreSQL's own types never change (pg_type.dat). */
enum row_kind
row_json_kind(Oid type, enum row_kind *ret_items)
{
    *ret_items = ROW_TEXT;
    switch (type) {
    case 16: /* bool */
        return ROW_BOOL;
    case 20: /* int8 */
    case 21: /* int2 */
    case 23: /* int4 */
    case 700: /* float4 */
    case 701: /* float8 */
    case 1700: /* numeric */
        return ROW_NUMBER;
    case 114: /* json */
    case 3802: /* jsonb */
        return ROW_JSON;
    case 1114: /* timestamp */
    case 1184: /* timestamptz */
        return ROW_TIME;
    case 1000: /* bool[] */
        *ret_items = ROW_BOOL;
        return ROW_ARRAY;
    case 1005: /* int2[] */
    case 1007: /* int4[] */
    case 1016: /* int8[] */
    case 1021: /* float4[] */
    case 1022: /* float8[] */
    case 1231: /* numeric[] */
        *ret_items = ROW_NUMBER;
        return ROW_ARRAY;
    case 1115: /* timestamp[] */
    case 1185: /* timestamptz[] */
        *ret_items = ROW_TIME;
        return ROW_ARRAY;
    case 199:  /* json[] */
    case 3807: /* jsonb[] */
        *ret_items = ROW_JSON;
        return ROW_ARRAY;
    case 1002: /* char(n)[] */
    case 1003: /* name[] */
    case 1009: /* text[] */
    case 1014: /* bpchar[] */
    case 1015: /* varchar[] */
    case 1041: /* inet[] */
    case 1182: /* date[] */
    case 2951: /* uuid[] */
        return ROW_ARRAY;
    default:
        return ROW_TEXT;
    }
}

bool
row_json_begin(struct row_json *json, const PGresult *result, const struct query *query)
{
    int columns = PQnfields(result);

    *json = (struct row_json){.result = result};
    if (columns > ROW_COLUMNS_MAX)
        return false;
    for (int i = 0; i < columns; i++) {
        const char *name = PQfname(result, i), *dot = strchr(name, '.');
        struct row_column *column = &json->columns[json->count], *before = json->count ? column - 1 : NULL;
        bool same_group;

        if (!*name || name[strlen(name) - 1] == '_' || (query->problems && text_equal(name, "problem")))
            continue;
        *column = (struct row_column){.column = i, .name = dot ? dot + 1 : name};
        column->kind = row_json_kind(PQftype(result, i), &column->of_items);
        column->name_len = strlen(column->name);
        column->group = dot ? name : NULL;
        column->group_len = dot ? (size_t)(dot - name) : 0;
        same_group = dot && before && before->group && before->group_len == column->group_len && memcmp(before->group, name, column->group_len) == 0;
        column->begins = dot && !same_group;
        if (before && before->group && !same_group)
            before->ends = true;
        json->count++;
    }
    if (json->count && json->columns[json->count - 1].group)
        json->columns[json->count - 1].ends = true;
    return true;
}

static void
add(struct buf *out, const char *bytes, size_t len)
{
    buf_add(out, (struct str){bytes, len});
}

/* Only a clean text can be added as it is; PostgreSQL's is valid UTF-8. */
static bool
is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

static void
add_string(struct buf *out, const char *text, size_t len)
{
    static const char short_forms[0x20] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    size_t at = 0;

    add(out, "\"", 1);
    while (at < len) {
        size_t run = at;
        unsigned char c;

        while (run < len && is_plain((unsigned char)text[run]))
            run++;
        add(out, text + at, run - at);
        at = run;
        if (at == len)
            break;
        c = (unsigned char)text[at++];
        if (c >= 0x20)
            add(out, (char[]){'\\', (char)c}, 2);
        else if (short_forms[c])
            add(out, (char[]){'\\', short_forms[c]}, 2);
        else
            buf_printf(out, "\\u%04x", c);
    }
    add(out, "\"", 1);
}

/* 2026-11-28 23:07:07.12+00 becomes 2026-11-28T23:07:07.12+00:00. */
static void
add_time(struct buf *out, const char *text, size_t len)
{
    const char *space = memchr(text, ' ', len);
    size_t date = space ? (size_t)(space - text) : len;

    add(out, "\"", 1);
    add(out, text, date);
    if (space) {
        add(out, "T", 1);
        add(out, space + 1, len - date - 1);
        if (len > 3 && (text[len - 3] == '+' || text[len - 3] == '-'))
            add(out, ":00", 3);
    }
    add(out, "\"", 1);
}

static void add_value(struct buf *out, enum row_kind kind, enum row_kind of_items, const char *text, size_t len);

/* An item up to its comma or brace, its quotes and backslashes taken away. Returns where it ends. */
static size_t
add_item(struct buf *out, enum row_kind kind, const char *text, size_t at, size_t len)
{
    scoped_buf item = BUF_INIT(16 * 1024 * 1024);
    bool quoted = text[at] == '"';
    size_t start = at;

    if (!quoted) {
        while (at < len && text[at] != ',' && text[at] != '}')
            at++;
        if (at - start == 4 && memcmp(text + start, "NULL", 4) == 0)
            add(out, "null", 4);
        else
            add_value(out, kind, ROW_TEXT, text + start, at - start);
        return at;
    }
    for (at++; at < len && text[at] != '"'; at++) {
        at += text[at] == '\\';
        add(&item, text + at, 1);
    }
    add_value(out, kind, ROW_TEXT, buf_str(&item).ptr, item.len);
    return at + 1;
}

/* {a,"b c",NULL}, and arrays of arrays. */
static void
add_array(struct buf *out, enum row_kind kind, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        switch (text[at]) {
        case '{':
            add(out, "[", 1);
            at++;
            break;
        case '}':
            add(out, "]", 1);
            at++;
            break;
        case ',':
            add(out, ",", 1);
            at++;
            break;
        default:
            at = add_item(out, kind, text, at, len);
        }
    }
}

static void
add_value(struct buf *out, enum row_kind kind, enum row_kind of_items, const char *text, size_t len)
{
    switch (kind) {
    case ROW_BOOL:
        add(out, *text == 't' ? "true" : "false", *text == 't' ? 4 : 5);
        break;
    case ROW_NUMBER:
        if ((*text >= '0' && *text <= '9') || (*text == '-' && text[1] >= '0' && text[1] <= '9'))
            add(out, text, len);
        else
            add_string(out, text, len); /* NaN, Infinity */
        break;
    case ROW_JSON:
        add(out, text, len);
        break;
    case ROW_TIME:
        add_time(out, text, len);
        break;
    case ROW_ARRAY:
        add_array(out, of_items, text, len);
        break;
    case ROW_TEXT:
        add_string(out, text, len);
        break;
    }
}

static void
add_name(struct buf *out, const char *name, size_t len)
{
    add(out, "\"", 1);
    add(out, name, len);
    add(out, "\":", 2);
}

void
row_json_write(const struct row_json *json, int row, struct buf *out)
{
    bool first = true;

    add(out, "{", 1);
    for (int i = 0; i < json->count; i++) {
        const struct row_column *column = &json->columns[i];
        bool is_null = PQgetisnull(json->result, row, column->column);

        if (!first)
            add(out, ",", 1);
        first = false;
        if (column->begins) {
            add_name(out, column->group, column->group_len);
            if (is_null) {
                add(out, "null", 4);
                while (!json->columns[i].ends)
                    i++;
                continue;
            }
            add(out, "{", 1);
        }
        add_name(out, column->name, column->name_len);
        if (is_null)
            add(out, "null", 4);
        else
            add_value(out, column->kind, column->of_items, PQgetvalue(json->result, row, column->column),
                      (size_t)PQgetlength(json->result, row, column->column));
        if (column->ends)
            add(out, "}", 1);
    }
    add(out, "}", 1);
}
