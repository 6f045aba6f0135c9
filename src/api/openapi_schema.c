#include "api/openapi_schema.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/currency.h"
#include "base/str.h"
#include "http/field_check.h"

#define EMAIL_MAX 254

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

json_t *
schema_of_values(const char *values)
{
    return json_pack("{s:s, s:o}", "type", "string", "enum", text_list(values));
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

/* What schemas are made for. */
struct schema_maker {
    struct schema_parts *parts;
    bool sent; /* by us, else by clients */
};

static json_t *schema_of(const struct schema_maker *maker, const struct field *field);
static json_t *object_of(const struct schema_maker *maker, const struct field *fields);

/* Puts a schema among those with names, and refers to it. */
static json_t *
schema_named(struct schema_parts *parts, const char *name, json_t *schema)
{
    const json_t *known = json_object_get(parts->schemas, name);

    if (!known)
        json_object_set(parts->schemas, name, schema);
    else if (!json_equal(known, schema))
        parts->clash = name;
    json_decref(schema);
    return schema_reference("schemas", name);
}

static json_t *
enum_schema(const struct schema_maker *maker, const struct field *field)
{
    json_t *schema = schema_of_values(field->values);

    if (field->values != currency_codes)
        return schema;
    json_object_set_new(schema, "description", json_string("A currency of ISO 4217"));
    return schema_named(maker->parts, "Currency", schema);
}

static json_t *
array_schema(const struct schema_maker *maker, const struct field *field)
{
    json_t *schema = json_pack("{s:s, s:o}", "type", "array", "items", schema_of(maker, field->items));

    if (field->min)
        json_object_set_new(schema, "minItems", json_integer(field->min));
    if (field->max)
        json_object_set_new(schema, "maxItems", json_integer(field->max));
    return schema;
}

/* An object of one case: its fields, and the name of the case. */
static json_t *
case_schema(const struct schema_maker *maker, const struct field *field, const struct field_case *one)
{
    json_t *schema = object_of(maker, one->fields), *required = json_object_get(schema, "required");

    if (!required) {
        required = json_array();
        json_object_set_new(schema, "required", required);
    }
    json_array_insert_new(required, 0, json_string(field->by));
    json_object_set_new(json_object_get(schema, "properties"), field->by, json_pack("{s:s, s:s}", "type", "string", "const", one->name));
    return schema;
}

/* Delivery, of the cases "web_hook" and "mail": oneOf DeliveryWebHook and DeliveryMail. */
static json_t *
one_of_schema(const struct schema_maker *maker, const struct field *field)
{
    json_t *cases = json_array(), *mapping = json_object();

    for (const struct field_case *one = field->cases; one->name; one++) {
        scoped_buf name = BUF_INIT(256);
        json_t *reference;
        bool upper = true;

        buf_add_text(&name, field->values);
        for (const char *p = one->name; *p; p++) {
            if (isalnum((unsigned char)*p))
                buf_printf(&name, "%c", upper ? toupper((unsigned char)*p) : *p);
            upper = !isalnum((unsigned char)*p);
        }
        reference = schema_named(maker->parts, buf_str(&name).ptr, case_schema(maker, field, one));
        json_object_set(mapping, one->name, json_object_get(reference, "$ref"));
        json_array_append_new(cases, reference);
    }
    return schema_named(maker->parts, field->values,
                        json_pack("{s:o, s:{s:s, s:o}}", "oneOf", cases, "discriminator", "propertyName", field->by, "mapping", mapping));
}

static json_t *
money_schema(const struct schema_maker *maker, const struct field *field)
{
    struct field members[3];

    field_money(field, members);
    return object_of(maker, members);
}

static json_t *
bare_schema(const struct schema_maker *maker, const struct field *field)
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
        return enum_schema(maker, field);
    case FIELD_INT:
        schema = json_pack("{s:s}", "type", "integer");
        add_bounds(schema, field);
        return schema;
    case FIELD_INT64:
        schema = json_pack("{s:s, s:s}", "type", "integer", "format", "int64");
        add_bounds(schema, field);
        return schema;
    case FIELD_NUMBER:
        schema = json_pack("{s:s}", "type", "number");
        add_bounds(schema, field);
        return schema;
    case FIELD_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case FIELD_ARRAY:
        return array_schema(maker, field);
    case FIELD_OBJECT:
        if (field->values)
            return schema_reference("schemas", field->values);
        return field->fields ? object_of(maker, field->fields) : json_pack("{s:s, s:b}", "type", "object", "additionalProperties", true);
    case FIELD_ONE_OF:
        return one_of_schema(maker, field);
    case FIELD_MONEY:
        return money_schema(maker, field);
    case FIELD_TIME:
        return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
    default:
        return json_object();
    }
}

static json_t *
schema_of(const struct schema_maker *maker, const struct field *field)
{
    json_t *schema = bare_schema(maker, field);
    scoped_buf pattern = BUF_INIT(1024);

    if (field->pattern) {
        buf_printf(&pattern, "^(%s)$", field->pattern);
        json_object_set_new(schema, "pattern", json_string(buf_str(&pattern).ptr));
    }
    if (field->nullable)
        schema = schema_or_null(schema);
    if (field->fallback)
        json_object_set_new(schema, "default", field_value_of_text(field, field->fallback));
    if (field->help)
        json_object_set_new(schema, "description", json_string(field->help));
    if (field->example)
        json_object_set_new(schema, "examples", json_pack("[o]", field_value_of_text(field, field->example)));
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

/* Of what we send, all fields are always there where none is marked; of what clients send, unknown ones are refused. */
static json_t *
object_of(const struct schema_maker *maker, const struct field *fields)
{
    json_t *object = json_pack("{s:s}", "type", "object"), *properties = json_object();
    bool all = maker->sent;

    for (const struct field *f = fields; f && f->name; f++)
        all &= !f->required;
    for (const struct field *f = fields; f && f->name; f++)
        if (all || f->required)
            require(object, f->name);
    for (const struct field *f = fields; f && f->name; f++)
        json_object_set_new(properties, f->name, schema_of(maker, f));
    json_object_set_new(object, "properties", properties);
    if (!maker->sent)
        json_object_set_new(object, "additionalProperties", json_false());
    return object;
}

json_t *
schema_of_input(const struct field *field, struct schema_parts *parts)
{
    return schema_of(&(struct schema_maker){.parts = parts}, field);
}

json_t *
schema_of_body(const struct field *fields, struct schema_parts *parts)
{
    return object_of(&(struct schema_maker){.parts = parts}, fields);
}

json_t *
schema_of_reply(const struct field *fields, struct schema_parts *parts)
{
    return object_of(&(struct schema_maker){.parts = parts, .sent = true}, fields);
}

json_t *
schema_of_form(const struct field *fields, const struct file_field *files, struct schema_parts *parts)
{
    json_t *object = schema_of_body(fields, parts), *properties = json_object_get(object, "properties");

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
