/* field.h - what a body, a query string, a path, headers or a reply consists of, declared as data.
 *
 * One table serves validation, the API description and the generated tests:
 *
 *     static const struct field credit[] = {
 *         {"person_id", FIELD_UUID, .required = true},
 *         {"role", FIELD_ENUM, .required = true, .values = "composer|producer"},
 *         {"share_bps", FIELD_INT, .min = 0, .max = 10000, .fallback = "0"},
 *         FIELD_END};
 *
 *     static const struct field new_release[] = {
 *         {"title", FIELD_STRING, .required = true, .min = 1, .max = 255, .help = "Title", .example = "Late trains"},
 *         {"track_ids", FIELD_ARRAY, .min = 1, .max = 100, .items = FIELD_ITEMS(FIELD_UUID)},
 *         {"credits", FIELD_ARRAY, .max = 50, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = credit)},
 *         {"price", FIELD_MONEY, .nullable = true, .max = 100000},
 *         FIELD_END};
 *
 * What is wrong is named by where it stands: `credits[3].role`. A statement gets an input under its name:
 *
 *     one value                         as text: :title::text, :plays::bigint
 *     array of single values            as an array of PostgreSQL: :track_ids::uuid[], :years::int[]
 *     object, one-of, any other array   as JSON: jsonb_to_recordset(:credits::jsonb) as c (person_id uuid, role text, share_bps int)
 *     money                             as two more: :price_amount::bigint, :price_currency; within JSON as two more members of these names.
 *                                       (:price is the JSON object)
 *     header                            under its name in lower case, with underscores: Upload-Offset is :upload_offset
 *
 * A handler reads the first two with request_param(), and arrays and objects with request_json(). In a query string and in a form an array is one
 * text with commas. ADR 0040 says why it is so. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum field_type {
    FIELD_NONE,
    FIELD_STRING,  /* one line: no control or bidirectional-override characters, and not only characters that show nothing; min and max count characters */
    FIELD_TEXT,    /* several lines: newline and tab are allowed too */
    FIELD_SECRET,  /* bytes of a password or token: min and max count bytes; never logged */
    FIELD_EMAIL,   /* at most 254 bytes, one @, a host with a dot or localhost */
    FIELD_UUID,
    FIELD_ENUM,    /* one of `values`, separated by | */
    FIELD_INT,    /* whole number of 32 bits; min and max bound the value */
    FIELD_INT64,  /* the same of 64 bits, exact. Browsers are exact up to FIELD_EXACT_MAX only */
    FIELD_NUMBER, /* min and max bound the value */
    FIELD_BOOL,
    FIELD_TIME,   /* ISO 8601 date and time with offset */
    FIELD_MONEY,  /* {"amount": minor units, "currency": ISO 4217}; min and max bound the amount, from 0 up to FIELD_EXACT_MAX without them;
                   * `values`: only these currencies */
    FIELD_ARRAY,  /* of `items`, from `min` up to `max` of them; `max` must be declared for what clients send */
    FIELD_OBJECT, /* with `fields` and no others; without: any JSON object of at most `max` bytes */
    FIELD_ONE_OF, /* an object whose string `by` names one of `cases`, and that has the fields of this case */
};

#define FIELD_EXACT_MAX 9007199254740991 /* 2^53 - 1: the largest whole number up to which a double holds each */
#define FIELD_ITEMS_MAX 10000            /* what `max` of an array may be */
#define FIELD_DEPTH_MAX 6                /* of arrays and objects in one another */

struct field_case {
    const char *name; /* NULL ends the list */
    const struct field *fields;
};

struct field {
    const char *name;
    enum field_type type;
    bool required;
    bool nullable; /* null is accepted, or may appear in a reply */
    bool needs_person; /* in a query string that visitors may send too: about whoever asks, so 401 for a visitor who gives it, unless it is `false` */
    long min, max; /* 0, 0: the type's own bounds */
    const char *values;   /* of a FIELD_ENUM or FIELD_MONEY; of a FIELD_ONE_OF, or a FIELD_OBJECT in a reply: the name of its schema */
    const char *pattern;  /* POSIX extended regular expression for the whole of a string */
    const char *fallback; /* value when absent */
    const char *help;
    const char *example;
    const struct field *items;  /* of a FIELD_ARRAY: what each is, see FIELD_ITEMS */
    const struct field *fields; /* of a FIELD_OBJECT */
    const char *by;             /* of a FIELD_ONE_OF, such as "type" */
    const struct field_case *cases;
};

#define FIELD_END {0}
/* In tables outside of functions: .items = FIELD_ITEMS(FIELD_STRING, .min = 1, .max = 30) */
#define FIELD_ITEMS(...) (&(const struct field){"", __VA_ARGS__})
