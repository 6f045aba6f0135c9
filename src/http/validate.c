#include "http/validate.h"

#include <ctype.h>
#include <strings.h>

#include "base/str.h"
#include "http/field_check.h"
#include "http/router.h"

static const struct problem *
outcome(struct field_check *check)
{
    return check->count ? problem_fields(check->arena, PROBLEM(VALIDATION), check->errors, field_errors_told(check)) : NULL;
}

/* Binds a checked value; money also as its two members. False: there is no memory. */
static bool
bind_value(struct request *req, const struct field *f, const json_t *value)
{
    struct field members[3];
    const char *text = json_is_null(value) ? NULL : field_value_text(req->arena, f, value);

    if (!text && !json_is_null(value))
        return false;
    request_set(req, f->name, text);
    if (f->type != FIELD_MONEY)
        return true;
    field_money(f, members);
    for (const struct field *member = members; member->name; member++) {
        const char *name = arena_printf(req->arena, "%s_%s", f->name, member->name);
        const json_t *part = json_object_get(value, member->name);

        text = part ? field_value_text(req->arena, member, part) : NULL;
        if (!name || (part && !text))
            return false;
        request_set(req, name, text);
    }
    return true;
}

/* Upload-Offset -> upload_offset */
const char *
header_input(struct arena *arena, const char *header)
{
    char *name = arena_strdup(arena, header);

    for (char *p = name; p && *p; p++)
        *p = *p == '-' ? '_' : (char)tolower((unsigned char)*p);
    return name ? name : header;
}

/* A text of a query string, a header or a form, as the input `name`. An array stays as JSON for request_json(). */
static void
bind_text(struct request *req, struct field_check *check, const struct field *f, const char *name, const char *text)
{
    const struct field_place place = {.name = f->name};
    json_t *array;

    if (f->type != FIELD_ARRAY) {
        text = field_lines(req->arena, f, text);
        if (field_check_text(check, f, &place, text))
            request_set(req, name, text);
        return;
    }
    array = field_value_of_list(req->arena, f, text);
    if (field_check_json(check, f, &place, array)) {
        request_set(req, name, field_value_text(req->arena, f, array));
        if (!req->json)
            req->json = json_object();
        json_object_set(req->json, name, array);
    }
    json_decref(array);
}

static bool
is_refused(const struct field_check *check, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < field_errors_told(check); i++)
        if (strncmp(check->errors[i].field, name, len) == 0 && (!check->errors[i].field[len] || check->errors[i].field[len] == '['))
            return true;
    return false;
}

static void
check_absent(struct request *req, struct field_check *check, const struct field *fields, bool headers)
{
    for (const struct field *f = fields; f && f->name; f++) {
        const char *name = headers ? header_input(req->arena, f->name) : f->name;

        if (request_has(req, name) || is_refused(check, f->name))
            continue;
        if (f->required)
            field_refuse(check, &(struct field_place){.name = f->name}, "required", "This field is required");
        else if (f->fallback)
            bind_text(req, check, f, name, f->fallback);
    }
}

const struct problem *
validate_path(struct request *req, const char *const *values)
{
    struct field_check check = {.arena = req->arena};

    for (const struct field *f = req->route->path; f && f->name; f++, values++) {
        field_check_text(&check, f, &(struct field_place){.name = f->name}, *values);
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
    struct field_check check = {.arena = req->arena};
    const char *p = req->raw_query;

    while (*p) {
        size_t len = strcspn(p, "&"), name_len = strcspn(p, "=&");
        const char *name = percent_decode(req->arena, (struct str){p, name_len}, true);
        const struct field *f = name ? field_find(req->route->query, name) : NULL;

        if (!f && name && req->route->shape == MANY)
            f = field_find(list_fields, name);
        if (f && name_len < len) {
            const char *value = percent_decode(req->arena, (struct str){p + name_len + 1, len - name_len - 1}, true);
            const struct field_place place = {.name = f->name};

            if (request_has(req, f->name))
                field_refuse(&check, &place, "value", "It is given twice");
            else if (!value)
                field_refuse(&check, &place, "value", "It is not properly encoded");
            else if (*value)
                bind_text(req, &check, f, f->name, value);
            else if (f->required)
                field_check_text(&check, f, &place, value);
        }
        p += len + (p[len] == '&');
    }
    check_absent(req, &check, req->route->query, false);
    if (req->route->shape == MANY)
        check_absent(req, &check, list_fields, false);
    return outcome(&check);
}

/* The value without the quotes that structured fields and entity tags have. */
static const char *
unquoted(struct request *req, const char *text)
{
    size_t len = strlen(text);

    return len >= 2 && *text == '"' && text[len - 1] == '"' ? arena_strndup(req->arena, text + 1, len - 2) : text;
}

static void
check_headers(struct request *req, struct field_check *check, const struct field *fields, const struct param *given, unsigned count)
{
    for (const struct field *f = fields; f && f->name; f++) {
        const struct field_place place = {.name = f->name};
        const char *value = NULL;
        bool twice = false;

        for (unsigned i = 0; i < count; i++) {
            if (strcasecmp(given[i].name, f->name) != 0)
                continue;
            twice = value != NULL;
            value = given[i].text;
        }
        value = value ? unquoted(req, value) : NULL;
        if (twice)
            field_refuse(check, &place, "value", "It is given twice");
        else if (value && !utf8_valid(str_of(value), NULL))
            field_refuse(check, &place, "value", "It is not UTF-8");
        else if (value)
            bind_text(req, check, f, header_input(req->arena, f->name), value);
    }
    check_absent(req, check, fields, true);
}

const struct field once_headers[] = {
    {"Idempotency-Key", FIELD_STRING, .min = 8, .max = 128, .pattern = "([!#-Z^-~]|\\[|\\])*", .example = "8e03978e-40d5-43dd-bc93-6894a57f9324",
     .help = "A new one for each request, such as a UUID; repeat a request whose reply was lost with the same one, and it is carried out once. The "
             "reply is kept for 24 hours and comes with Idempotency-Replayed: true"},
    FIELD_END};

const struct problem *
validate_headers(struct request *req, const struct param *given, unsigned count)
{
    struct field_check check = {.arena = req->arena};
    const struct problem *p;

    check_headers(req, &check, req->route->headers, given, count);
    if (req->route->idempotent)
        check_headers(req, &check, once_headers, given, count);
    if (!check.count)
        return NULL;
    if (!field_errors_told(&check))
        return PROBLEM(BAD_REQUEST);
    p = problem_detail(req->arena, PROBLEM(BAD_REQUEST), "%s: %s.", check.errors[0].field, check.errors[0].message);
    return problem_fields(req->arena, p, check.errors, field_errors_told(&check));
}

/* Numbers that do not fit into 64 bits must not hide what is wrong and where, so they are read again as doubles, which no route accepts. */
static json_t *
read_json(struct request *req, struct field_check *check, json_error_t *error)
{
    json_t *json = json_loadb(req->body.ptr, req->body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, error);

    if (json || json_error_code(error) != json_error_numeric_overflow)
        return json;
    check->rounded = true;
    return json_loadb(req->body.ptr, req->body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, error);
}

/* Arrays of the query string are among the inputs already. */
static void
add_json(struct request *req, json_t *json)
{
    if (req->json)
        json_object_update_missing(json, req->json);
    json_decref(req->json);
    req->json = json;
}

const struct problem *
validate_json(struct request *req)
{
    struct field_check check = {.arena = req->arena};
    json_error_t error = {0};
    json_t *json = req->body.len ? read_json(req, &check, &error) : json_object();
    const json_t *value;

    if (!json)
        return problem_detail(req->arena, PROBLEM(MALFORMED_JSON), "Line %d, column %d: %s", error.line, error.column, error.text);
    if (!json_is_object(json)) {
        json_decref(json);
        return PROBLEM(MALFORMED_JSON);
    }
    field_check_object(&check, req->route->body, NULL, NULL, json);
    for (const struct field *f = req->route->body; f && f->name && !check.count && !check.rounded; f++)
        if ((value = json_object_get(json, f->name)) && !bind_value(req, f, value)) {
            json_decref(json);
            return PROBLEM(PAYLOAD_TOO_LARGE);
        }
    add_json(req, json);
    if (check.rounded && !check.count)
        return problem_detail(req->arena, PROBLEM(MALFORMED_JSON), "A whole number has more than 64 bits.");
    return outcome(&check);
}

static void
check_texts(struct request *req, struct field_check *check, const struct field *fields, const struct param *parts, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct field *f = field_find(fields, parts[i].name);
        const struct field_place place = {.name = parts[i].name};

        if (!f)
            field_refuse(check, &place, "unknown", "There is no such field");
        else if (request_has(req, f->name))
            field_refuse(check, &place, "value", "It is given twice");
        else if (*parts[i].text || f->required)
            bind_text(req, check, f, f->name, parts[i].text);
    }
    check_absent(req, check, fields, false);
}

const struct problem *
validate_texts(struct request *req, const struct field *fields, const struct param *texts, unsigned count)
{
    struct field_check check = {.arena = req->arena};

    check_texts(req, &check, fields, texts, count);
    return outcome(&check);
}

const struct problem *
validate_form(struct request *req, const struct param *parts, unsigned count)
{
    struct field_check check = {.arena = req->arena};

    check_texts(req, &check, req->route->body, parts, count);
    for (const struct file_field *file = req->route->files; file && file->name; file++)
        if (file->required && !request_upload(req, file->name))
            field_refuse(&check, &(struct field_place){.name = file->name}, "required", "A file is required");
    return outcome(&check);
}
