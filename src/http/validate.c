#include "http/validate.h"

#include <ctype.h>
#include <locale.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <wctype.h>

#include "base/buf.h"
#include "base/str.h"
#include "http/router.h"

#define ERROR_MAX 32
#define OBJECT_MAX 16384

struct check {
    struct request *req;
    struct field_error *errors; /* the first ERROR_MAX */
    size_t count;               /* of all */
};

static void
add_error(struct check *check, const char *field, const char *code, const char *message)
{
    if (!check->errors)
        check->errors = arena_alloc(check->req->arena, ERROR_MAX * sizeof *check->errors);
    if (check->errors && check->count < ERROR_MAX)
        check->errors[check->count] = (struct field_error){field, code, message};
    check->count++;
}

static size_t
kept(const struct check *check)
{
    return !check->errors ? 0 : check->count < ERROR_MAX ? check->count : ERROR_MAX;
}

static const struct problem *
outcome(struct check *check)
{
    return check->count ? problem_fields(check->req->arena, check->errors, kept(check)) : NULL;
}

static const struct field *
find_field(const struct field *fields, const char *name)
{
    for (const struct field *f = fields; f && f->name; f++)
        if (text_equal(f->name, name))
            return f;
    return NULL;
}

/* Control characters, and the bidirectional overrides that make text look like other text (U+202A-202E, U+2066-2069). */
static bool
has_unwanted_characters(const char *text, bool lines)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if ((*p < 0x20 && !(lines && (*p == '\n' || *p == '\t' || *p == '\r'))) || *p == 0x7F)
            return true;
        if (p[0] == 0xE2 && p[1] == 0x80 && p[2] >= 0xAA && p[2] <= 0xAE)
            return true;
        if (p[0] == 0xE2 && p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9)
            return true;
    }
    return false;
}

static locale_t unicode;

static void
open_unicode(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
}

/* A letter, digit or mark that can be seen: no separator, control, invisible, private or unassigned character. */
static bool
is_visible_letter(wint_t c)
{
    static const struct { wint_t first, last; } unseen[] = {{0x034F, 0x034F}, {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x3164, 0x3164},
                                                            {0xFE00, 0xFE0F}, {0xFFA0, 0xFFA0}, {0xE0100, 0xE01EF}};
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, open_unicode);
    for (size_t i = 0; i < COUNT_OF(unseen); i++)
        if (c >= unseen[i].first && c <= unseen[i].last)
            return false;
    return unicode && (iswalnum_l(c, unicode) || iswctype_l(c, wctype_l("combining", unicode), unicode));
}

/* Of valid UTF-8: is each character outside of ASCII one that an address may have? */
static bool
has_visible_letters(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p) {
        int more = *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC0 ? 1 : 0;
        wint_t c = more ? *p & (0x3Fu >> more) : *p;

        for (p++; more; more--)
            c = c << 6 | (*p++ & 0x3Fu);
        if (c >= 0x80 && !is_visible_letter(c))
            return false;
    }
    return true;
}

bool
email_valid(const char *text)
{
    const char *at = strchr(text, '@');
    const char *host = at ? at + 1 : NULL;

    if (!at || at == text || at - text > 64 || strlen(text) > 254 || strchr(host, '@') || !*host)
        return false;
    if (!utf8_valid(str_of(text), NULL) || !has_visible_letters(text))
        return false;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p <= 0x20 || *p == 0x7F || strchr("()<>[]\\,;:\"", *p))
            return false;
    if (*host == '.' || *host == '-' || host[strlen(host) - 1] == '.' || strstr(host, ".."))
        return false;
    return strchr(host, '.') || text_equal(host, "localhost");
}

bool
field_has_value(const char *values, const char *text)
{
    size_t len = strlen(text);

    for (const char *p = values; p && *p;) {
        size_t n = strcspn(p, "|");

        if (n == len && memcmp(p, text, n) == 0)
            return true;
        p += n + (p[n] == '|');
    }
    return false;
}

static bool
time_valid(const char *text)
{
    int year, month, day, hour, minute, used = 0;
    float second;

    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%f%n", &year, &month, &day, &hour, &minute, &second, &used) != 6)
        return false;
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second >= 61)
        return false;
    text += used;
    return text_equal(text, "Z") || (strlen(text) == 6 && (*text == '+' || *text == '-') && text[3] == ':');
}

/* Compiled once a pattern and thread, since threads that share one wait for each other; the set of patterns is the routes' own, so
 * this cannot grow beyond them. */
struct compiled {
    const char *pattern;
    regex_t regex;
};

#define COMPILED_MAX 64

static pthread_key_t compiled_key;

static void
compiled_free(void *of_thread)
{
    struct compiled *compiled = of_thread;

    for (unsigned i = 0; i < COMPILED_MAX; i++)
        if (compiled[i].pattern)
            regfree(&compiled[i].regex);
    free(compiled);
}

static void
make_compiled_key(void)
{
    if (pthread_key_create(&compiled_key, compiled_free))
        abort();
}

static struct compiled *
compiled_of_thread(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct compiled *compiled;

    pthread_once(&once, make_compiled_key);
    compiled = pthread_getspecific(compiled_key);
    if (!compiled && (compiled = calloc(COMPILED_MAX, sizeof *compiled)) && pthread_setspecific(compiled_key, compiled)) {
        free(compiled);
        compiled = NULL;
    }
    return compiled;
}

static bool
pattern_matches(const char *pattern, const char *text)
{
    struct compiled *compiled = compiled_of_thread();

    if (!compiled)
        return false;
    compiled += (uintptr_t)pattern / 8 % COMPILED_MAX;
    if (compiled->pattern != pattern) {
        scoped_buf whole = BUF_INIT(1024);

        if (compiled->pattern)
            regfree(&compiled->regex);
        compiled->pattern = NULL;
        buf_printf(&whole, "^(%s)$", pattern);
        if (whole.failed || regcomp(&compiled->regex, whole.ptr, REG_EXTENDED | REG_NOSUB))
            return false;
        compiled->pattern = pattern;
    }
    return regexec(&compiled->regex, text, 0, NULL, 0) == 0;
}

static void
check_length(struct check *check, const struct field *f, size_t length)
{
    if (f->min && length < (size_t)f->min)
        add_error(check, f->name, length ? "too_short" : "required",
                  arena_printf(check->req->arena, "At least %ld needed", f->min));
    else if (f->max && length > (size_t)f->max)
        add_error(check, f->name, "too_long", arena_printf(check->req->arena, "At most %ld allowed", f->max));
}

static void
check_range(struct check *check, const struct field *f, double value)
{
    if (f->min == 0 && f->max == 0)
        return;
    if (value < (double)f->min)
        add_error(check, f->name, "too_small", arena_printf(check->req->arena, "At least %ld", f->min));
    else if (value > (double)f->max)
        add_error(check, f->name, "too_large", arena_printf(check->req->arena, "At most %ld", f->max));
}

/* Checks a value that came as text (path, query string, form part, or a JSON string). */
static void
check_text(struct check *check, const struct field *f, const char *text)
{
    size_t characters = 0, before = check->count;
    int64_t whole;
    double number;
    bool good;

    switch (f->type) {
    case FIELD_STRING:
    case FIELD_TEXT:
        if (!utf8_valid(str_of(text), &characters) || has_unwanted_characters(text, f->type == FIELD_TEXT))
            add_error(check, f->name, "value", "It contains characters that are not allowed");
        else
            check_length(check, f, characters);
        break;
    case FIELD_SECRET:
        check_length(check, f, strlen(text));
        break;
    case FIELD_EMAIL:
        if (!email_valid(text))
            add_error(check, f->name, "value", "This is not an e-mail address");
        break;
    case FIELD_UUID:
        if (strlen(text) != 36 || !uuid_valid(text))
            add_error(check, f->name, "value", "This is not a UUID");
        break;
    case FIELD_ENUM:
        if (!field_has_value(f->values, text))
            add_error(check, f->name, "value", arena_printf(check->req->arena, "One of %s", f->values));
        break;
    case FIELD_INT:
        if (!text_to_int64(text, INT64_MIN, INT64_MAX, &whole))
            add_error(check, f->name, "type", "A whole number is needed");
        else if (whole > INT32_MAX || whole < INT32_MIN)
            add_error(check, f->name, whole > 0 ? "too_large" : "too_small", "This number is out of range");
        else
            check_range(check, f, (double)whole);
        break;
    case FIELD_NUMBER:
        if (!text_to_double(text, &number))
            add_error(check, f->name, "type", "A number is needed");
        else
            check_range(check, f, number);
        break;
    case FIELD_BOOL:
        good = text_equal(text, "true") || text_equal(text, "false");
        if (!good)
            add_error(check, f->name, "type", "true or false is needed");
        break;
    case FIELD_TIME:
        if (!time_valid(text))
            add_error(check, f->name, "value", "A date and time with offset is needed, such as 2026-01-31T12:00:00Z");
        break;
    default:
        break;
    }
    if (check->count == before && f->pattern && !pattern_matches(f->pattern, text))
        add_error(check, f->name, "pattern", arena_printf(check->req->arena, "It must match %s", f->pattern));
}

/* Lines end in LF, however the sender ends them: forms always send CRLF. */
static const char *
with_unix_lines(struct arena *arena, const struct field *f, const char *text)
{
    char *copy, *out;

    if (f->type != FIELD_TEXT || !strchr(text, '\r'))
        return text;
    copy = out = arena_strdup(arena, text);
    for (const char *p = text; copy && *p; p++)
        if (!(p[0] == '\r' && p[1] == '\n'))
            *out++ = *p;
    if (copy)
        *out = 0;
    return copy ? copy : text;
}

/* PostgreSQL's array literal: {"a","b"}. */
static const char *
array_literal(struct check *check, const struct field *f, json_t *array)
{
    scoped_buf out = BUF_INIT(65536);
    size_t i;
    json_t *item;

    buf_add(&out, STR("{"));
    json_array_foreach(array, i, item) {
        struct field one = {.name = f->name, .type = FIELD_STRING, .min = 1, .max = f->item_max ? f->item_max : 255};

        if (!json_is_string(item)) {
            add_error(check, f->name, "type", "Each item must be a string");
            return NULL;
        }
        check_text(check, &one, json_string_value(item));
        buf_add_text(&out, i ? ",\"" : "\"");
        for (const char *p = json_string_value(item); *p; p++)
            buf_printf(&out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
        buf_add(&out, STR("\""));
    }
    buf_add(&out, STR("}"));
    return out.failed ? NULL : arena_strndup(check->req->arena, out.ptr, out.len);
}

static void
check_value(struct check *check, const struct field *f, json_t *value)
{
    struct arena *arena = check->req->arena;
    const char *text = NULL;
    size_t before = check->count;

    switch (f->type) {
    case FIELD_INT:
        if (json_is_integer(value))
            text = arena_printf(arena, "%lld", (long long)json_integer_value(value));
        break;
    case FIELD_NUMBER:
        if (json_is_number(value))
            text = arena_printf(arena, "%.15g", json_number_value(value));
        break;
    case FIELD_BOOL:
        if (json_is_boolean(value))
            text = json_is_true(value) ? "true" : "false";
        break;
    case FIELD_STRINGS:
        if (json_is_array(value)) {
            check_length(check, f, json_array_size(value));
            if (check->count == before)
                text = array_literal(check, f, value);
            if (check->count == before)
                request_set(check->req, f->name, text);
            return;
        }
        break;
    case FIELD_OBJECT:
        if (json_is_object(value)) {
            scoped_text dump = json_dumps(value, JSON_COMPACT);

            if (!dump || strlen(dump) > (size_t)(f->max ? f->max : OBJECT_MAX))
                add_error(check, f->name, "too_long", "This object is too large");
            else
                request_set(check->req, f->name, arena_strdup(arena, dump));
            return;
        }
        break;
    default:
        if (json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value))
            text = arena_strdup(arena, json_string_value(value));
        break;
    }
    if (!text) {
        add_error(check, f->name, "type", "The value has the wrong type");
        return;
    }
    text = with_unix_lines(arena, f, text);
    check_text(check, f, text);
    if (check->count == before)
        request_set(check->req, f->name, text);
}

static void
check_absent(struct check *check, const struct field *fields)
{
    for (const struct field *f = fields; f && f->name; f++) {
        bool mentioned = request_has(check->req, f->name);

        for (size_t i = 0; i < kept(check) && !mentioned; i++)
            mentioned = text_equal(check->errors[i].field, f->name);
        if (mentioned)
            continue;
        if (f->required)
            add_error(check, f->name, "required", "This field is required");
        else if (f->fallback)
            request_set(check->req, f->name, f->fallback);
    }
}

const struct problem *
validate_path(struct request *req, const char *const *values)
{
    struct check check = {.req = req};

    for (const struct field *f = req->route->path; f && f->name; f++, values++) {
        check_text(&check, f, *values);
        request_set(req, f->name, *values);
    }
    return check.count ? PROBLEM(NOT_FOUND) : NULL;
}

const struct field list_fields[] = {
    {"page", FIELD_INT, .min = 1, .max = 100000, .help = "Number of the page, from 1; pages far from the start are slow, use `cursor` instead"},
    {"limit", FIELD_INT, .min = 1, .max = 100, .fallback = "20", .help = "Items per page"},
    {"cursor", FIELD_STRING, .min = 1, .max = LIST_CURSOR_TEXT_MAX, .pattern = "[A-Za-z0-9_-]+",
     .help = "`next` of the page before; valid with the same order and filters only"},
    {"total", FIELD_BOOL, .help = "Whether to count all items. Default: only when `page` is given"},
    FIELD_END};

const struct problem *
validate_query(struct request *req)
{
    struct check check = {.req = req};
    const char *p = req->raw_query;

    while (*p) {
        size_t len = strcspn(p, "&"), name_len = strcspn(p, "=&");
        const char *name = percent_decode(req->arena, (struct str){p, name_len}, true);
        const struct field *f = name ? find_field(req->route->query, name) : NULL;

        if (!f && name && req->route->shape == MANY)
            f = find_field(list_fields, name);
        if (f && name_len < len) {
            const char *value = percent_decode(req->arena, (struct str){p + name_len + 1, len - name_len - 1}, true);
            size_t before = check.count;

            if (request_has(req, f->name))
                add_error(&check, f->name, "value", "It is given twice");
            else if (!value)
                add_error(&check, f->name, "value", "It is not properly encoded");
            else if (*value || f->required)
                check_text(&check, f, value);
            if (value && check.count == before && *value)
                request_set(req, f->name, value);
        }
        p += len + (p[len] == '&');
    }
    check_absent(&check, req->route->query);
    if (req->route->shape == MANY)
        check_absent(&check, list_fields);
    return outcome(&check);
}

const struct problem *
validate_json(struct request *req)
{
    struct check check = {.req = req};
    json_error_t error;
    const char *name;
    json_t *value;

    if (req->body.len) {
        req->json = json_loadb(req->body.ptr, req->body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
        if (!req->json)
            return problem_detail(req->arena, PROBLEM(MALFORMED_JSON), "Line %d, column %d: %s", error.line, error.column,
                                  error.text);
        if (!json_is_object(req->json))
            return PROBLEM(MALFORMED_JSON);
    }
    json_object_foreach(req->json, name, value) {
        const struct field *f = find_field(req->route->body, name);

        if (!f)
            add_error(&check, arena_strdup(req->arena, name), "unknown", "There is no such field");
        else if (json_is_null(value) && f->nullable)
            request_set(req, f->name, NULL);
        else if (json_is_null(value))
            add_error(&check, f->name, "type", "It must not be null");
        else
            check_value(&check, f, value);
    }
    check_absent(&check, req->route->body);
    return outcome(&check);
}

const struct problem *
validate_form(struct request *req, const struct param *parts, unsigned count)
{
    struct check check = {.req = req};

    for (unsigned i = 0; i < count; i++) {
        const struct field *f = find_field(req->route->body, parts[i].name);
        size_t before = check.count;
        const char *text;

        if (!f) {
            add_error(&check, parts[i].name, "unknown", "There is no such field");
            continue;
        }
        if (request_has(req, f->name)) {
            add_error(&check, f->name, "value", "It is given twice");
            continue;
        }
        if (!*parts[i].text && !f->required)
            continue;
        if (f->type == FIELD_STRINGS) {
            json_t *array = json_array();
            char *rest = arena_strdup(req->arena, parts[i].text);

            for (char *item; rest && (item = strsep(&rest, ","));) {
                item += strspn(item, " ");
                for (size_t n = strlen(item); n && item[n - 1] == ' ';)
                    item[--n] = 0;
                if (*item)
                    json_array_append_new(array, json_string(item));
            }
            check_value(&check, f, array);
            json_decref(array);
            continue;
        }
        text = with_unix_lines(req->arena, f, parts[i].text);
        check_text(&check, f, text);
        if (check.count == before)
            request_set(req, f->name, text);
    }
    check_absent(&check, req->route->body);
    for (const struct file_field *file = req->route->files; file && file->name; file++)
        if (file->required && !request_upload(req, file->name))
            add_error(&check, file->name, "required", "A file is required");
    return outcome(&check);
}
