/* openapi_schema.h - JSON Schema (2020-12) of what routes declare as field tables.
 *
 * All functions return new references and never NULL (memory for a description is not short). */
#pragma once

#include <jansson.h>

#include "http/route.h"

/* One field as it is sent in JSON, or as text in a path or a query string. The `values` of a FIELD_OBJECT or FIELD_OBJECTS name a
 * schema of a query. */
json_t *schema_of_field(const struct field *field);

/* An object of fields that a client sends: unknown ones are refused. */
json_t *schema_of_body(const struct field *fields);

/* A multipart form: text parts, lists written with commas, and files. */
json_t *schema_of_form(const struct field *fields, const struct file_field *files);

/* An object of fields that we send. Those marked `required` are always there; when none is marked, all are. */
json_t *schema_of_reply(const struct field *fields);

/* Does the object need to be sent at all? */
bool schema_demands(const struct field *fields, const struct file_field *files);

/* `schema`, or null. Takes over the reference. */
json_t *schema_or_null(json_t *schema);

/* {"$ref": "#/components/<kind>/<name>"} */
json_t *schema_reference(const char *kind, const char *name);

/* A copy of `object` with its names in order. Takes over the reference. */
json_t *schema_sorted(json_t *object);
