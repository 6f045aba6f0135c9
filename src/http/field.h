/* field.h - what a body, a query string, a path or a reply consists of, declared as data.
 *
 * One table serves validation, the API description and the generated tests:
 *
 *     static const struct field new_comment[] = {
 *         {"content", FIELD_TEXT, .required = true, .min = 1, .max = 2000, .help = "Plain text", .example = "Great drop!"},
 *         {"timestamp", FIELD_NUMBER, .min = 0, .max = 86400, .help = "Position in seconds"},
 *         FIELD_END};
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum field_type {
    FIELD_NONE,
    FIELD_STRING,  /* one line: no control or bidirectional-override characters; min and max count characters */
    FIELD_TEXT,    /* several lines: newline and tab are allowed too */
    FIELD_SECRET,  /* bytes of a password or token: min and max count bytes; never logged */
    FIELD_EMAIL,   /* at most 254 bytes, one @, a host with a dot or localhost */
    FIELD_UUID,
    FIELD_ENUM,    /* one of `values`, separated by | */
    FIELD_INT,     /* min and max bound the value */
    FIELD_NUMBER,  /* min and max bound the value */
    FIELD_BOOL,
    FIELD_STRINGS, /* array of strings: at most `max` items of at most `item_max` characters */
    FIELD_OBJECT,  /* any JSON object of at most `max` bytes */
    FIELD_OBJECTS, /* replies only: array of objects with `fields` */
    FIELD_TIME,    /* ISO 8601 date and time with offset */
};

struct field {
    const char *name;
    enum field_type type;
    bool required;
    bool nullable; /* null is accepted, or may appear in a reply */
    long min, max; /* 0, 0: the type's own bounds */
    long item_max;
    const char *values; /* of a FIELD_ENUM; of a FIELD_OBJECT in a reply: the name of its schema */
    const char *pattern;  /* POSIX extended regular expression for the whole of a string */
    const char *fallback; /* value when absent */
    const char *help;
    const char *example;
    const struct field *fields; /* of a FIELD_OBJECT or FIELD_OBJECTS */
};

#define FIELD_END {0}
