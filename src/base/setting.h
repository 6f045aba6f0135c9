/* setting.h - a setting is an environment variable, declared as a row of a table.
 *
 * From the rows come the value with its bounds, `veza serve --help`, and the look-up of names that were misspelt. Modules have a table each
 * (api/module.h); the settings of what stands below them are in config.def.
 *
 *     static int64_t export_days;
 *     static const char *contact;
 *
 *     static const struct setting settings[] = {
 *         {.section = "Personal data"},
 *         {"EXPORT_DAYS", .integer = &export_days, .fallback = "7", .min = 1, .max = 90, .help = "how long an archive can be fetched, in days"},
 *         {"CONTACT", .text = &contact, .check = setting_is_address, .help = "whom to write to; empty: nobody"},
 *         {0}};
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct setting {
    const char *name; /* with <NAME> in it: a variable for each name that an operator chooses, read with setting_of_family() */
    /* Where the value goes: one of these three, none in the row of a family. */
    const char **text; /* never NULL once it was loaded; lives until the process ends */
    int64_t *integer;  /* `min` to `max` */
    bool *boolean;
    const char *fallback; /* when the variable is not set or empty; NULL means "" for a text */
    const char *development, *staging; /* the same where APP_ENV is one of these and not production; NULL: no other than `fallback` */
    int64_t min, max;
    int64_t production_min; /* of an integer: production refuses to start with less */
    /* Of a text that is not empty: NULL when it may be so, else what it must be ("json or text"). */
    const char *(*check)(const char *value);
    bool hidden; /* the value is never repeated */
    bool secret; /* nor is this one; in production it needs 32 bytes, drawn at random */
    const char *help;
    const char *section; /* a title, instead of all else */
};

/* Reads the variables of a table that ends with an empty row. On a bad value returns false and writes a sentence with the name and what it
 * may be to `error`. */
bool setting_load(const struct setting *table, char *error, size_t error_size);

/* The text of the variable that `name` is in lower case ("export_days"), or its default; NULL when the table has none. */
const char *setting_text(const struct setting *table, const char *name);

/* The variable of a family for one name: setting_of_family("OAUTH_<NAME>_ISSUER", "my-host") is OAUTH_MY_HOST_ISSUER, or "". */
const char *setting_of_family(const char *family, const char *name);

/* Writes each variable with its default and its help, by section. */
void setting_print_help(const struct setting *table, FILE *to);

/* How well `name` fits the table: 0 when it is a variable of it; else the number of characters that were mistyped in the nearest one, which
 * goes to ret_nearest; SETTING_UNLIKE when no name is near enough to be meant. */
#define SETTING_UNLIKE 1000
unsigned setting_distance(const struct setting *table, const char *name, const char **ret_nearest);

/* A setting that must not be so in production. */
struct weak_setting {
    const char *name; /* the variable */
    const char *why;  /* what goes on after its name; never its value */
    const char *mend; /* what to do */
};
typedef void setting_tell_weak(void *context, const struct weak_setting *weak);

/* Calls `tell` for each secret of the table that could be guessed, and each number below its production_min; returns how many there are. */
unsigned setting_weak(const struct setting *table, setting_tell_weak *tell, void *context);

/* A secret of 32 bytes that were drawn, not typed. An empty one is good: Veza makes its own. */
bool setting_is_good_secret(const char *value);
extern const char setting_too_short[]; /* the reason of one that is not good */

/* Rules for `check`. */
const char *setting_is_file(const char *value);    /* a file that can be read */
const char *setting_is_origins(const char *value); /* origins such as https://app.example, separated by commas, or * */
const char *setting_is_long(const char *value);    /* 32 bytes or more */
