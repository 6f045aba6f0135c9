/* csv.h - rows of JSON objects as comma separated values (RFC 4180), for programs that may run what looks like a formula: text that begins
 * with = + - @, a tab or the end of a line gets an apostrophe in front. */
#pragma once

#include <jansson.h>

#include "base/buf.h"

/* The names of the object's members, and their values, a line each. What is not text or a number is written as JSON, null as nothing. */
void csv_add_names(struct buf *out, const json_t *row);
void csv_add_values(struct buf *out, const json_t *row);
