#include "http/field_check.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/currency.h"
#include "base/encode.h"
#include "base/str.h"
#include "http/field_text.h"

#define OBJECT_MAX 16384 /* bytes of an object without declared fields */
#define PLACE_MAX 4096
#define LITERAL_MAX (8 * 1024 * 1024)
#define DUMP_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15)) /* 0.1 stays 0.1 */

static void
field_write_place(const struct field_place *at, struct buf *out)
{
    if (!at)
        return;
    field_write_place(at->within, out);
    if (!at->name)
        buf_printf(out, "[%zu]", at->index);
    else
        buf_printf(out, "%s%s", at->within ? "." : "", at->name);
}

void
field_refuse(struct field_check *check, const struct field_place *at, const char *code, const char *message)
{
    scoped_buf place = BUF_INIT(PLACE_MAX);
    const char *name;

    if (!check->errors)
        check->errors = arena_alloc(check->arena, FIELD_ERRORS_MAX * sizeof *check->errors);
    if (check->errors && check->count < FIELD_ERRORS_MAX) {
        field_write_place(at, &place);
        name = arena_strndup(check->arena, buf_str(&place).ptr, place.len);
        check->errors[check->count] = (struct field_error){name ? name : "", code, message ? message : code};
    }
    check->count++;
}

const struct field *
field_find(const struct field *fields, const char *name)
{
    for (const struct field *f = fields; f && f->name; f++)
        if (text_equal(f->name, name))
            return f;
    return NULL;
}

bool
field_is_single(const struct field *f)
{
    return f->type > FIELD_NONE && f->type < FIELD_MONEY;
}

void
field_money(const struct field *f, struct field ret_members[3])
{
    long max = f->max ? f->max : FIELD_EXACT_MAX;

    ret_members[0] = (struct field){"amount", FIELD_INT64, .required = true, .min = f->min, .max = max,
                                    .help = "In the smallest unit of the currency, such as cents", .example = f->min <= 1250 && max >= 1250 ? "1250" : NULL};
    ret_members[1] = (struct field){"currency", FIELD_ENUM, .required = true, .values = f->values ? f->values : currency_codes, .help = "ISO 4217"};
    ret_members[2] = (struct field)FIELD_END;
}

static void
field_check_length(struct field_check *check, const struct field *f, const struct field_place *at, size_t length)
{
    if (f->min && length < (size_t)f->min)
        field_refuse(check, at, length ? "too_short" : "required", arena_printf(check->arena, "At least %ld needed", f->min));
    else if (f->max && length > (size_t)f->max)
        field_refuse(check, at, "too_long", arena_printf(check->arena, "At most %ld allowed", f->max));
}

static void
field_check_order(struct field_check *check, const struct field *f, const struct field_place *at, bool too_small, bool too_large)
{
    if (f->min == 0 && f->max == 0)
        return;
    if (too_small)
        field_refuse(check, at, "too_small", arena_printf(check->arena, "At least %ld", f->min));
    else if (too_large)
        field_refuse(check, at, "too_large", arena_printf(check->arena, "At most %ld", f->max));
}

static void
field_check_number(struct field_check *check, const struct field *f, const struct field_place *at, double value)
{
    field_check_order(check, f, at, value < (double)f->min, value > (double)f->max);
}

static void
field_refuse_range(struct field_check *check, const struct field_place *at, bool small)
{
    field_refuse(check, at, small ? "too_small" : "too_large", "This number is out of range");
}

static void
field_check_whole(struct field_check *check, const struct field *f, const struct field_place *at, int64_t value)
{
    if (f->type == FIELD_INT && (value > INT32_MAX || value < INT32_MIN))
        field_refuse_range(check, at, value < 0);
    else
        field_check_order(check, f, at, value < f->min, value > f->max);
}

static bool
is_digits(const char *text)
{
    text += *text == '-';
    return *text && strspn(text, "0123456789") == strlen(text);
}

static void
field_check_string(struct field_check *check, const struct field *f, const struct field_place *at, const char *text)
{
    size_t characters = 0;

    if (!utf8_valid(str_of(text), &characters) || text_has_unwanted_characters(text, f->type == FIELD_TEXT))
        field_refuse(check, at, "value", "It contains characters that are not allowed");
    else if (text_is_unseen(text))
        field_refuse(check, at, "value", "Nothing in it can be seen");
    else
        field_check_length(check, f, at, characters);
}

static void
field_check_enum(struct field_check *check, const struct field *f, const struct field_place *at, const char *text)
{
    if (!field_has_value(f->values, text))
        field_refuse(check, at, "value", f->values == currency_codes ? "This is not a currency of ISO 4217" : arena_printf(check->arena, "One of %s", f->values));
}

bool
field_check_text(struct field_check *check, const struct field *f, const struct field_place *at, const char *text)
{
    size_t before = check->count;
    int64_t whole;
    double number;

    switch (f->type) {
    case FIELD_STRING:
    case FIELD_TEXT:
        field_check_string(check, f, at, text);
        break;
    case FIELD_SECRET:
        field_check_length(check, f, at, strlen(text));
        break;
    case FIELD_EMAIL:
        if (!email_valid(text))
            field_refuse(check, at, "value", "This is not an e-mail address");
        break;
    case FIELD_UUID:
        if (strlen(text) != 36 || !uuid_valid(text))
            field_refuse(check, at, "value", "This is not a UUID");
        break;
    case FIELD_ENUM:
        field_check_enum(check, f, at, text);
        break;
    case FIELD_INT:
    case FIELD_INT64:
        if (text_to_int64(text, INT64_MIN, INT64_MAX, &whole))
            field_check_whole(check, f, at, whole);
        else if (is_digits(text))
            field_refuse_range(check, at, *text == '-');
        else
            field_refuse(check, at, "type", "A whole number is needed");
        break;
    case FIELD_NUMBER:
        if (text_to_double(text, &number))
            field_check_number(check, f, at, number);
        else
            field_refuse(check, at, "type", "A number is needed");
        break;
    case FIELD_BOOL:
        if (!text_equal(text, "true") && !text_equal(text, "false"))
            field_refuse(check, at, "type", "true or false is needed");
        break;
    case FIELD_TIME:
        if (!time_valid(text))
            field_refuse(check, at, "value", "A date and time with offset is needed, such as 2026-01-31T12:00:00Z");
        break;
    default:
        field_refuse(check, at, "type", "The value has the wrong type"); /* never: route_check() keeps these out of where texts come from */
        break;
    }
    if (check->count == before && f->pattern && !pattern_matches(f->pattern, text))
        field_refuse(check, at, "pattern", arena_printf(check->arena, "It must match %s", f->pattern));
    return check->count == before;
}

const char *
field_lines(struct arena *arena, const struct field *f, const char *text)
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

/* False: it is no value of the field's type. */
static bool
field_check_json_number(struct field_check *check, const struct field *f, const struct field_place *at, const json_t *value)
{
    double number = json_number_value(value);

    if (f->type == FIELD_NUMBER && json_is_number(value))
        field_check_number(check, f, at, number);
    else if (json_is_integer(value))
        field_check_whole(check, f, at, json_integer_value(value));
    else if (!check->rounded || !json_is_real(value) || number != trunc(number))
        return false;
    else if (fabs(number) >= 0x1p63)
        field_refuse_range(check, at, number < 0);
    return true;
}

static bool
field_check_json_string(struct field_check *check, const struct field *f, const struct field_place *at, json_t *value)
{
    const char *text = json_string_value(value), *lines;

    if (!text || strlen(text) != json_string_length(value))
        return false;
    lines = field_lines(check->arena, f, text);
    if (lines != text) {
        json_string_set(value, lines);
        text = lines;
    }
    field_check_text(check, f, at, text);
    return true;
}

static void
field_check_member(struct field_check *check, const struct field *f, const struct field_place *at, json_t *value)
{
    if (!json_is_null(value))
        field_check_json(check, f, at, value);
    else if (!f->nullable)
        field_refuse(check, at, "type", "It must not be null");
}

static bool
field_check_array(struct field_check *check, const struct field *f, const struct field_place *at, json_t *array)
{
    size_t before = check->count, i;
    json_t *item;

    if (!json_is_array(array))
        return false;
    field_check_length(check, f, at, json_array_size(array));
    if (check->count > before)
        return true;
    json_array_foreach(array, i, item)
        field_check_member(check, f->items, &(struct field_place){.within = at, .index = i}, item);
    return true;
}

static void
field_check_case(struct field_check *check, const struct field *f, const struct field_place *at, json_t *object)
{
    const struct field_place by = {.within = at, .name = f->by};
    const json_t *given = json_object_get(object, f->by);
    scoped_buf names = BUF_INIT(1024);

    for (const struct field_case *one = f->cases; json_is_string(given) && one->name; one++) {
        if (text_equal(json_string_value(given), one->name)) {
            field_check_object(check, one->fields, f->by, at, object);
            return;
        }
        buf_printf(&names, "%s%s", one == f->cases ? "" : "|", one->name);
    }
    if (!given)
        field_refuse(check, &by, "required", "This field is required");
    else if (!json_is_string(given))
        field_refuse(check, &by, "type", "The value has the wrong type");
    else
        field_refuse(check, &by, "value", arena_printf(check->arena, "One of %s", buf_str(&names).ptr));
}

static bool
field_check_composite(struct field_check *check, const struct field *f, const struct field_place *at, json_t *object)
{
    struct field money[3];

    if (!json_is_object(object))
        return false;
    if (f->type == FIELD_MONEY) {
        field_money(f, money);
        field_check_object(check, money, NULL, at, object);
    } else if (f->type == FIELD_ONE_OF) {
        field_check_case(check, f, at, object);
    } else if (f->fields) {
        field_check_object(check, f->fields, NULL, at, object);
    } else if (json_dumpb(object, NULL, 0, DUMP_FLAGS) > (size_t)(f->max ? f->max : OBJECT_MAX)) {
        field_refuse(check, at, "too_long", "This object is too large");
    }
    return true;
}

bool
field_check_json(struct field_check *check, const struct field *f, const struct field_place *at, json_t *value)
{
    size_t before = check->count;
    bool typed;

    switch (f->type) {
    case FIELD_INT:
    case FIELD_INT64:
    case FIELD_NUMBER:
        typed = field_check_json_number(check, f, at, value);
        break;
    case FIELD_BOOL:
        typed = json_is_boolean(value);
        break;
    case FIELD_ARRAY:
        typed = field_check_array(check, f, at, value);
        break;
    case FIELD_MONEY:
    case FIELD_OBJECT:
    case FIELD_ONE_OF:
        typed = field_check_composite(check, f, at, value);
        break;
    default:
        typed = field_check_json_string(check, f, at, value);
        break;
    }
    if (!typed)
        field_refuse(check, at, "type", "The value has the wrong type");
    return check->count == before;
}

/* Beside the money `price` its members, as price_amount and price_currency: so statements read them at any depth. */
static void
field_add_money(struct arena *arena, const struct field *f, json_t *object, const json_t *money)
{
    static const char *const names[] = {"amount", "currency"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *name = arena_printf(arena, "%s_%s", f->name, names[i]);

        if (name)
            json_object_set(object, name, json_object_get(money, names[i]));
    }
}

bool
field_check_object(struct field_check *check, const struct field *fields, const char *also, const struct field_place *at, json_t *object)
{
    size_t before = check->count;
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
        if (!field_find(fields, name) && !text_equal(name, also))
            field_refuse(check, &(struct field_place){.within = at, .name = name}, "unknown", "There is no such field");
    for (const struct field *f = fields; f && f->name; f++) {
        const struct field_place place = {.within = at, .name = f->name};

        value = json_object_get(object, f->name);
        if (value)
            field_check_member(check, f, &place, value);
        else if (f->required)
            field_refuse(check, &place, "required", "This field is required");
        else if (f->fallback)
            json_object_set_new(object, f->name, field_value_of_text(f, f->fallback));
        if (f->type == FIELD_MONEY && json_is_object(value))
            field_add_money(check->arena, f, object, value);
    }
    return check->count == before;
}

/* PostgreSQL's array literal: {"a","b"}. */
static const char *
field_array_literal(struct arena *arena, const struct field *item, const json_t *array)
{
    scoped_buf out = BUF_INIT(LITERAL_MAX);
    size_t i;
    json_t *value;

    buf_add(&out, STR("{"));
    json_array_foreach((json_t *)array, i, value) {
        const char *text = json_is_null(value) ? NULL : field_value_text(arena, item, value);

        buf_add_text(&out, !i ? "" : ",");
        if (json_is_null(value)) {
            buf_add(&out, STR("NULL"));
            continue;
        }
        if (!text)
            return NULL;
        buf_add(&out, STR("\""));
        while (*text) {
            size_t plain = strcspn(text, "\"\\");

            buf_add(&out, (struct str){text, plain});
            text += plain;
            if (*text)
                buf_add(&out, (struct str){(char[]){'\\', *text++}, 2});
        }
        buf_add(&out, STR("\""));
    }
    buf_add(&out, STR("}"));
    return out.failed ? NULL : arena_strndup(arena, out.ptr, out.len);
}

static const char *
field_dump(struct arena *arena, const json_t *value)
{
    scoped_text text = json_dumps(value, DUMP_FLAGS);

    return text ? arena_strdup(arena, text) : NULL;
}

const char *
field_value_text(struct arena *arena, const struct field *f, const json_t *value)
{
    switch (f->type) {
    case FIELD_INT:
    case FIELD_INT64:
    case FIELD_NUMBER:
        return json_is_integer(value) ? arena_printf(arena, "%lld", (long long)json_integer_value(value))
                                      : arena_printf(arena, "%.15g", json_real_value(value));
    case FIELD_BOOL:
        return json_is_true(value) ? "true" : "false";
    case FIELD_ARRAY:
        return field_is_single(f->items) ? field_array_literal(arena, f->items, value) : field_dump(arena, value);
    case FIELD_MONEY:
    case FIELD_OBJECT:
    case FIELD_ONE_OF:
        return field_dump(arena, value);
    default:
        return json_is_string(value) ? arena_strdup(arena, json_string_value(value)) : NULL;
    }
}

json_t *
field_value_of_text(const struct field *f, const char *text)
{
    json_t *value = NULL;

    if (!field_is_single(f) || f->type == FIELD_INT || f->type == FIELD_INT64 || f->type == FIELD_NUMBER || f->type == FIELD_BOOL)
        value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (!value)
        value = json_string(text);
    return value ? value : json_null(); /* it is not UTF-8 */
}

json_t *
field_value_of_list(struct arena *arena, const struct field *f, const char *text)
{
    json_t *array = json_array();
    char *rest = arena_strdup(arena, text);

    for (char *item; rest && (item = strsep(&rest, ","));) {
        item += strspn(item, " ");
        for (size_t n = strlen(item); n && item[n - 1] == ' ';)
            item[--n] = 0;
        if (*item)
            json_array_append_new(array, field_value_of_text(f->items, item));
    }
    return array;
}
