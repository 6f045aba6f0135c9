/* openapi_schema.h - JSON Schema (2020-12) of what routes declare as field tables.
 *
 * All functions return new references and never NULL (memory for a description is not short). */
#pragma once

#include <jansson.h>

#include "http/route.h"

/* Schemas with names of their own, which others refer to. */
struct schema_parts {
    json_t *schemas;   /* by name */
    const char *clash; /* a name under which two different ones were put; NULL when there is none */
};

/* One field as a client sends it: in JSON, or as text in a path, a query string or a header. */
json_t *schema_of_input(const struct field *field, struct schema_parts *parts);

/* An object of fields that a client sends: unknown ones are refused. */
json_t *schema_of_body(const struct field *fields, struct schema_parts *parts);

/* A multipart form: text parts and files. */
json_t *schema_of_form(const struct field *fields, const struct file_field *files, struct schema_parts *parts);

/* An object of fields that we send. Those marked `required` are always there; when none is marked, all are. The `values` of a FIELD_OBJECT name a
 * schema of a query. */
json_t *schema_of_reply(const struct field *fields, struct schema_parts *parts);

/* Does the object need to be sent at all? */
bool schema_demands(const struct field *fields, const struct file_field *files);

/* One of the values, which have | between them. */
json_t *schema_of_values(const char *values);

/* `schema`, or null. Takes over the reference. */
json_t *schema_or_null(json_t *schema);

/* {"$ref": "#/components/<kind>/<name>"} */
json_t *schema_reference(const char *kind, const char *name);

/* A copy of `object` with its names in order. Takes over the reference. */
json_t *schema_sorted(json_t *object);
