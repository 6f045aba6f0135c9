#include "api/openapi_schema.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/str.h"

#define EMAIL_MAX 254
#define ITEM_MAX 255

json_t *
schema_reference(const char *kind, const char *name)
{
    return json_pack("{s:s+++}", "$ref", "#/components/", kind, "/", name);
}

json_t *
schema_or_null(json_t *schema)
{
    json_t *type = json_object_get(schema, "type"), *values = json_object_get(schema, "enum");

    if (!json_is_string(type))
        return json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
    json_object_set_new(schema, "type", json_pack("[O,s]", type, "null"));
    if (values)
        json_array_append_new(values, json_null());
    return schema;
}

static json_t *
text_list(const char *values)
{
    json_t *list = json_array();

    for (const char *p = values; p && *p;) {
        size_t len = strcspn(p, "|");

        json_array_append_new(list, json_stringn(p, len));
        p += len + (p[len] == '|');
    }
    return list;
}

/* A default or an example, which tables write as text, in the field's own type. */
static json_t *
typed_value(const struct field *field, const char *text)
{
    json_t *value = NULL;

    if (field->type == FIELD_INT || field->type == FIELD_NUMBER || field->type == FIELD_BOOL || field->type == FIELD_OBJECT ||
        field->type == FIELD_OBJECTS || field->type == FIELD_STRINGS)
        value = json_loads(text, JSON_DECODE_ANY, NULL);
    if (!value && field->type == FIELD_STRINGS) {
        value = json_array();
        json_array_append_new(value, json_string(text));
    }
    return value ? value : json_string(text);
}

static void
add_lengths(json_t *schema, const struct field *field)
{
    if (field->min)
        json_object_set_new(schema, "minLength", json_integer(field->min));
    if (field->max)
        json_object_set_new(schema, "maxLength", json_integer(field->max));
}

static void
add_bounds(json_t *schema, const struct field *field)
{
    if (field->min == 0 && field->max == 0)
        return;
    json_object_set_new(schema, "minimum", json_integer(field->min));
    json_object_set_new(schema, "maximum", json_integer(field->max));
}

static json_t *
bare_schema(const struct field *field)
{
    json_t *schema;

    switch (field->type) {
    case FIELD_STRING:
    case FIELD_TEXT:
        schema = json_pack("{s:s}", "type", "string");
        add_lengths(schema, field);
        return schema;
    case FIELD_SECRET:
        schema = json_pack("{s:s, s:s}", "type", "string", "format", "password");
        add_lengths(schema, field);
        return schema;
    case FIELD_EMAIL:
        return json_pack("{s:s, s:s, s:i}", "type", "string", "format", "email", "maxLength", EMAIL_MAX);
    case FIELD_UUID:
        return json_pack("{s:s, s:s}", "type", "string", "format", "uuid");
    case FIELD_ENUM:
        return json_pack("{s:s, s:o}", "type", "string", "enum", text_list(field->values));
    case FIELD_INT:
        schema = json_pack("{s:s}", "type", "integer");
        add_bounds(schema, field);
        return schema;
    case FIELD_NUMBER:
        schema = json_pack("{s:s}", "type", "number");
        add_bounds(schema, field);
        return schema;
    case FIELD_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case FIELD_STRINGS:
        schema = json_pack("{s:s, s:{s:s, s:i, s:i}}", "type", "array", "items", "type", "string", "minLength", 1, "maxLength",
                           (int)(field->item_max ? field->item_max : ITEM_MAX));
        if (field->min)
            json_object_set_new(schema, "minItems", json_integer(field->min));
        if (field->max)
            json_object_set_new(schema, "maxItems", json_integer(field->max));
        return schema;
    case FIELD_OBJECT:
        if (field->values)
            return schema_reference("schemas", field->values);
        return field->fields ? schema_of_reply(field->fields)
                             : json_pack("{s:s, s:b}", "type", "object", "additionalProperties", true);
    case FIELD_OBJECTS:
        return json_pack("{s:s, s:o}", "type", "array", "items",
                         field->values   ? schema_reference("schemas", field->values)
                         : field->fields ? schema_of_reply(field->fields)
                                         : json_pack("{s:s}", "type", "object"));
    case FIELD_TIME:
        return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
    default:
        return json_object();
    }
}

json_t *
schema_of_field(const struct field *field)
{
    json_t *schema = bare_schema(field);
    scoped_buf pattern = BUF_INIT(1024);

    if (field->pattern) {
        buf_printf(&pattern, "^(%s)$", field->pattern);
        json_object_set_new(schema, "pattern", json_string(buf_str(&pattern).ptr));
    }
    if (field->nullable)
        schema = schema_or_null(schema);
    if (field->fallback)
        json_object_set_new(schema, "default", typed_value(field, field->fallback));
    if (field->help)
        json_object_set_new(schema, "description", json_string(field->help));
    if (field->example)
        json_object_set_new(schema, "examples", json_pack("[o]", typed_value(field, field->example)));
    return schema;
}

static void
require(json_t *object, const char *name)
{
    json_t *required = json_object_get(object, "required");

    if (!required) {
        required = json_array();
        json_object_set_new(object, "required", required);
    }
    json_array_append_new(required, json_string(name));
}

static json_t *
object_of(const struct field *fields, bool all_required)
{
    json_t *object = json_pack("{s:s}", "type", "object"), *properties = json_object();

    for (const struct field *f = fields; f && f->name; f++)
        if (all_required || f->required)
            require(object, f->name);
    for (const struct field *f = fields; f && f->name; f++)
        json_object_set_new(properties, f->name, schema_of_field(f));
    json_object_set_new(object, "properties", properties);
    return object;
}

json_t *
schema_of_body(const struct field *fields)
{
    json_t *object = object_of(fields, false);

    json_object_set_new(object, "additionalProperties", json_false());
    return object;
}

json_t *
schema_of_reply(const struct field *fields)
{
    bool any = false;

    for (const struct field *f = fields; f && f->name; f++)
        any |= f->required;
    return object_of(fields, !any);
}

/* Form parts are text: a list is written with commas. */
static json_t *
list_part(const struct field *field)
{
    json_t *schema = json_pack("{s:s, s:s++}", "type", "string", "description", field->help ? field->help : "A list",
                               field->help ? ". " : " ", "separated by commas");

    if (field->example)
        json_object_set_new(schema, "examples", json_pack("[s]", field->example));
    return schema;
}

json_t *
schema_of_form(const struct field *fields, const struct file_field *files)
{
    json_t *object = schema_of_body(fields), *properties = json_object_get(object, "properties");

    for (const struct field *f = fields; f && f->name; f++)
        if (f->type == FIELD_STRINGS)
            json_object_set_new(properties, f->name, list_part(f));
    for (const struct file_field *f = files; f && f->name; f++) {
        json_t *part = json_pack("{s:s, s:s, s:s}", "type", "string", "format", "binary", "contentMediaType",
                                 "application/octet-stream");

        if (f->help)
            json_object_set_new(part, "description", json_string(f->help));
        json_object_set_new(properties, f->name, part);
        if (f->required)
            require(object, f->name);
    }
    return object;
}

bool
schema_demands(const struct field *fields, const struct file_field *files)
{
    for (const struct field *f = fields; f && f->name; f++)
        if (f->required)
            return true;
    for (const struct file_field *f = files; f && f->name; f++)
        if (f->required)
            return true;
    return false;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *
schema_sorted(json_t *object)
{
    json_t *copy = json_object(), *value;
    const char **names = calloc(json_object_size(object) + 1, sizeof *names), *name;
    size_t count = 0;

    json_object_foreach(object, name, value)
        names[count++] = name;
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++)
        json_object_set(copy, names[i], json_object_get(object, names[i]));
    free(names);
    json_decref(object);
    return copy;
}
