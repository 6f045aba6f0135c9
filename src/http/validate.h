/* validate.h - checks inputs against field tables and binds them as the request's parameters. */
#pragma once

#include "http/request.h"

/* Each binds the values that are right and collects an error for each one that is not; unknown body fields are errors, unknown query
 * parameters are ignored. Return NULL or VALIDATION (path: NOT_FOUND, as such a thing cannot exist). */
const struct problem *validate_path(struct request *req, const char *const *values);
const struct problem *validate_query(struct request *req);
const struct problem *validate_json(struct request *req);
/* Checks the text parts of a form, given as name and text, in the way of the body's fields. */
const struct problem *validate_form(struct request *req, const struct param *parts, unsigned count);

/* Inputs of every list (MANY), besides its own. */
extern const struct field list_fields[];
#define LIST_CURSOR_TEXT_MAX 4000

/* As a FIELD_EMAIL is. */
bool email_valid(const char *text);

/* Is it one of a FIELD_ENUM's values, which have | between them? */
bool field_has_value(const char *values, const char *text);
