/* field_check.h - checks values against their fields (http/field.h), and turns them into what PostgreSQL takes.
 *
 * Requests (validate.h) and messages of the WebSocket (api/message.h) are checked by the same code. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/problem.h"
#include "http/field.h"

#define FIELD_ERRORS_MAX 32

/* Begins as {.arena = …}. */
struct field_check {
    struct arena *arena;
    struct field_error *errors; /* the first FIELD_ERRORS_MAX, in the arena */
    size_t count;               /* of all */
    bool rounded; /* the JSON has whole numbers of more than 64 bits and was read with all of them as doubles: something is wrong with it anyway */
};

/* Where a value stands: `credits[3].role` is "role" within the item 3 within "credits". */
struct field_place {
    const struct field_place *within; /* NULL: outermost */
    const char *name;                 /* NULL: an item of an array */
    size_t index;
};

void field_refuse(struct field_check *check, const struct field_place *at, const char *code, const char *message);
/* How many errors are told. */
static inline size_t
field_errors_told(const struct field_check *check)
{
    return !check->errors ? 0 : check->count < FIELD_ERRORS_MAX ? check->count : FIELD_ERRORS_MAX;
}

const struct field *field_find(const struct field *fields, const char *name);
/* One value, and not several: a path, a query string or a header can hold it. */
bool field_is_single(const struct field *f);
/* The members of a FIELD_MONEY, and FIELD_END. */
void field_money(const struct field *f, struct field ret_members[3]);

/* Each checks a value and adds what is wrong. False: something was. `f` is a single one for a text. Lines of a FIELD_TEXT must end in LF, see field_lines(). */
bool field_check_text(struct field_check *check, const struct field *f, const struct field_place *at, const char *text);
/* The value is changed into what is meant: fallbacks of fields within it are put in, lines end in LF, and money has its two members beside it. */
bool field_check_json(struct field_check *check, const struct field *f, const struct field_place *at, json_t *value);
/* The same with all fields of an object. `also`: a member of this name is no field but known; may be NULL. */
bool field_check_object(struct field_check *check, const struct field *fields, const char *also, const struct field_place *at, json_t *object);

/* A checked value as PostgreSQL takes it (http/field.h), in the arena; NULL when there is no memory. Null is no value. */
const char *field_value_text(struct arena *arena, const struct field *f, const json_t *value);
/* A fallback, an example, or an item of a list in a query string: what the text means as a value of the field, or a string where it is none. */
json_t *field_value_of_text(const struct field *f, const char *text);
/* A list that is written with commas, as an array. Spaces around items do not count, and neither do empty items. */
json_t *field_value_of_list(struct arena *arena, const struct field *f, const char *text);
/* The text with lines that end in LF, however the sender ends them: forms always send CRLF. */
const char *field_lines(struct arena *arena, const struct field *f, const char *text);
