#include "api/list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "db/row_json.h"

#define LIST_BYTES_MAX (64 * 1024 * 1024)
#define LATE_NS 200000000 /* search_find() begins nothing new after that */
#define CURSOR_MAX 3000 /* bytes, of which LIST_CURSOR_TEXT_MAX characters are made */

/* A cursor is good for the list, order and filters that it was made for: it begins with a hash of them and of its keys. That finds mistakes; a
 * made-up cursor does no harm, since it decides where a page begins and not what may be seen. */
static void
list_add_inputs(const struct request *req, const struct field *fields, struct buf *out)
{
    for (; fields && fields->name; fields++) {
        const char *value = request_param(req, fields->name);

        buf_printf(out, "%s%s\n", value ? "=" : "", value ? value : "");
    }
}

static uint64_t
list_hash(const struct request *req, db_form form, struct str keys)
{
    scoped_buf text = BUF_INIT(64 * 1024);

    buf_printf(&text, "%s %u\n", req->route->pattern, form >> DB_LIST_SORT_SHIFT);
    list_add_inputs(req, req->route->path, &text);
    list_add_inputs(req, req->route->query, &text);
    buf_add(&text, keys);
    return XXH3_64bits(buf_str(&text).ptr, text.len);
}

static void
list_set_key(struct request *req, unsigned key, struct str text)
{
    static const char *const names[QUERY_KEYS_MAX] = {"key1_", "key2_", "key3_", "key4_"};

    request_set(req, names[key], arena_strndup(req->arena, text.ptr, text.len));
}

/* The hash, then the keys, each with its length in two bytes. */
static bool
list_read_cursor(struct request *req, const struct query_sort *sort, db_form form, const char *cursor)
{
    unsigned char bytes[CURSOR_MAX];
    long len = base64url_decode(str_of(cursor), bytes, sizeof bytes);
    const char *keys = (const char *)bytes + sizeof(uint64_t);
    uint64_t hash;
    size_t left;

    if (len < (long)sizeof hash)
        return false;
    left = (size_t)len - sizeof hash;
    memcpy(&hash, bytes, sizeof hash);
    if (hash != list_hash(req, form, (struct str){keys, left}))
        return false;
    for (unsigned i = 0; i < db_list_keys(sort); i++) {
        size_t key_len;

        if (left < 2)
            return false;
        key_len = (size_t)(unsigned char)keys[0] << 8 | (unsigned char)keys[1];
        if (left - 2 < key_len || memchr(keys + 2, 0, key_len) || !utf8_valid((struct str){keys + 2, key_len}, NULL))
            return false;
        list_set_key(req, i, (struct str){keys + 2, key_len});
        keys += 2 + key_len;
        left -= 2 + key_len;
    }
    return left == 0;
}

/* The cursor of what follows `row`, or NULL. */
static const char *
list_make_cursor(struct request *req, const struct query_sort *sort, db_form form, const PGresult *result, int row)
{
    scoped_buf keys = BUF_INIT(CURSOR_MAX - sizeof(uint64_t));
    char bytes[CURSOR_MAX], *text;
    uint64_t hash;

    for (unsigned i = 0; i < db_list_keys(sort); i++) {
        int column = PQfnumber(result, db_list_key_column(sort, i));
        struct str key = {PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column)};

        buf_add(&keys, (struct str){(char[]){(char)(key.len >> 8), (char)key.len}, 2});
        buf_add(&keys, key);
    }
    text = keys.failed ? NULL : arena_alloc(req->arena, BASE64URL_SIZE(sizeof hash + keys.len));
    if (!text) {
        log_error("no cursor for a list", LOG_TEXT("route", req->route->pattern));
        return NULL;
    }
    hash = list_hash(req, form, buf_str(&keys));
    memcpy(bytes, &hash, sizeof hash);
    memcpy(bytes + sizeof hash, buf_str(&keys).ptr, keys.len);
    base64url_encode(bytes, sizeof hash + keys.len, text);
    return text;
}

static db_form
list_filters(const struct request *req, const struct query_filter *filters)
{
    db_form given = 0;

    for (unsigned i = 0; filters[i].input; i++) {
        const char *value = request_param(req, filters[i].input);
        bool counts = filters[i].value ? text_equal(value, filters[i].value) != filters[i].negated : value != NULL;

        given |= (db_form)counts << (DB_LIST_FILTER_SHIFT + i);
    }
    return given;
}

static db_form
list_sort(const struct request *req, const struct query_sort *sorts)
{
    const char *wanted = request_param(req, "sort");

    for (unsigned i = 0; wanted && db_list_keys(&sorts[i]); i++)
        if (text_equal(wanted, sorts[i].name))
            return i << DB_LIST_SORT_SHIFT;
    return 0;
}

const struct problem *
list_form(struct request *req, const struct query *query, db_form *ret_form)
{
    const char *cursor = request_param(req, "cursor"), *total = request_param(req, "total");
    db_form form = DB_LIST | list_sort(req, query->list->sorts) | list_filters(req, query->list->filters);
    int64_t page = 1, limit = 20;

    text_to_int64(request_param(req, "page"), 1, INT32_MAX, &page);
    text_to_int64(request_param(req, "limit"), 1, 100, &limit);
    if (cursor && request_has(req, "page"))
        return problem_field(req->arena, "cursor", "value", "Give either a page or a cursor");
    if (cursor && !list_read_cursor(req, db_list_sort(query, form), form, cursor))
        return problem_field(req->arena, "cursor", "value", "It belongs to another list, order or filter: start again without it");
    if (cursor)
        form |= DB_LIST_AFTER;
    if (page > 1)
        form |= DB_LIST_NUMBERED;
    if (!query->list->uncounted && (total ? text_equal(total, "true") : request_has(req, "page")))
        form |= DB_LIST_COUNTED;
    request_set(req, db_list_limit, arena_printf(req->arena, "%d", (int)limit + 1)); /* one more tells whether there is more */
    request_set(req, db_list_offset, arena_printf(req->arena, "%" PRId64, (page - 1) * limit));
    *ret_form = form;
    return NULL;
}

static void
list_write(struct request *req, const struct query *query, db_form form, const PGresult *result, struct buf *out)
{
    const struct query_sort *sort = db_list_sort(query, form);
    const char *page = request_param(req, "page"), *limit = request_param(req, "limit"), *next;
    int64_t most = 20;
    struct row_json json;
    int rows = PQntuples(result), partial = PQfnumber(result, "partial_");

    text_to_int64(limit, 1, 100, &most);
    if (!result) {
        buf_printf(out, "{\"items\":[],\"page\":%s,\"limit\":%lld,\"next\":null,\"partial\":true}", page ? page : "1", (long long)most);
        return;
    }
    if (rows && PQgetisnull(result, 0, PQfnumber(result, db_list_key_column(sort, 0))))
        rows = 0; /* it only tells the total */
    next = rows > most ? list_make_cursor(req, sort, form, result, (int)most - 1) : NULL;
    if (!row_json_begin(&json, result, query) || (rows > most && !next)) {
        out->failed = true;
        return;
    }
    buf_add(out, STR("{\"items\":["));
    for (int i = 0; i < rows && i < most; i++) {
        if (i)
            buf_add(out, STR(","));
        row_json_write(&json, i, out);
    }
    buf_add(out, STR("],"));
    if (!(form & DB_LIST_AFTER))
        buf_printf(out, "\"page\":%s,", page ? page : "1");
    buf_printf(out, "\"limit\":%lld,\"next\":%s%s%s", (long long)most, next ? "\"" : "", next ? next : "null", next ? "\"" : "");
    if (form & DB_LIST_COUNTED)
        buf_printf(out, ",\"total\":%s", PQgetvalue(result, 0, PQfnumber(result, "total_")));
    if (partial >= 0) /* in its rows; where there is none, the time tells */
        buf_printf(out, ",\"partial\":%s",
                   (PQntuples(result) ? *PQgetvalue(result, 0, partial) == 't' : clock_monotonic_ns() - req->started_ns > LATE_NS) ? "true" : "false");
    buf_add(out, STR("}"));
}

const struct problem *
list_reply(struct request *req, int status, const struct query *query, db_form form, PGresult *result)
{
    struct buf out = BUF_INIT(LIST_BYTES_MAX);

    list_write(req, query, form, result, &out);
    PQclear(result);
    if (out.failed) {
        buf_free(&out);
        return PROBLEM(INTERNAL);
    }
    return reply_owned(req, status, "application/json", buf_str(&out), free, out.ptr);
}
