/* validate.h - checks inputs against field tables and binds them as the request's parameters. */
#pragma once

#include "http/request.h"

/* Each binds the values that are right and collects an error for each one that is not; unknown body fields are errors, unknown query
 * parameters and headers are ignored. Return NULL or VALIDATION (path: NOT_FOUND, as such a thing cannot exist; headers: BAD_REQUEST, as HTTP has it). */
const struct problem *validate_path(struct request *req, const char *const *values);
const struct problem *validate_query(struct request *req);
/* `given` is what came of the headers that the route declares, under the names that were sent. A value may be in quotes, which are no part of it. */
const struct problem *validate_headers(struct request *req, const struct param *given, unsigned count);
const struct problem *validate_json(struct request *req);
/* Checks the text parts of a form, given as name and text, in the way of the body's fields. */
const struct problem *validate_form(struct request *req, const struct param *parts, unsigned count);

/* The same of texts that came in another way, against any table of single values. */
const struct problem *validate_texts(struct request *req, const struct field *fields, const struct param *texts, unsigned count);

/* What a header is called as an input, in the arena: Upload-Offset is upload_offset. */
const char *header_input(struct arena *arena, const char *header);

/* Inputs of every list (MANY), besides its own. */
extern const struct field list_fields[];
#define LIST_CURSOR_TEXT_MAX 4000

/* The header of every idempotent route, besides its own. */
extern const struct field once_headers[];
