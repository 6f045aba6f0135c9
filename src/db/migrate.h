/* migrate.h - brings a database to the schema that this program was built with.
 *
 * The files of migrations/ are embedded at build time. Each runs in one transaction together with its row in `schema_migrations`,
 * and an advisory lock makes it safe for several nodes to start at once: one migrates, the others wait and find nothing to do. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct migration {
    int version;      /* the NNNN of the file's name */
    const char *name; /* NNNN_name */
    const char *up;
    const char *down;
    const char *checksum; /* SHA-256 of `up`, in hexadecimal */
};

/* A file of migrations/functions: SQL that may be run again and again (`create or replace`), and is when its text has changed. */
struct migration_functions {
    const char *name;
    const char *sql;
    const char *checksum; /* SHA-256 of `sql`, in hexadecimal */
};

/* In rising order of version; functions by name. */
struct migration_list {
    const struct migration *items;
    unsigned count;
    const struct migration_functions *functions;
    unsigned function_count;
};

/* Those of migrations/; written by tools/embed_migrations.py. */
extern const struct migration_list embedded_migrations;

/* All return a number of migrations, or -1 and a sentence with the file's name, the line and what the server said. `conninfo` is
 * anything that libpq understands. */

/* Applies what is missing; returns how many migrations that were. Then applies the functions that changed since, in one transaction; all of
 * them where a migration was applied, which may have made an older text. Functions that a newer version of the program applied are left. A
 * database with a migration that the list does not know is newer than the program: an error, before anything is written. A migration whose
 * file changed after it was applied is a warning, and with `strict` (production) an error before anything is applied. */
int migrate_up(const struct migration_list *list, const char *conninfo, bool strict, char *error, size_t error_size);

/* The part of migrate_up() that writes nothing: -1 when the database is newer than the program, else 0. */
int migrate_check(const struct migration_list *list, const char *conninfo, char *error, size_t error_size);

/* The same of a running server's database: its highest version, and how many are applied. */
bool migrate_is_newer(const struct migration_list *list, int64_t newest, int64_t count);

/* Takes back the last `steps` migrations; returns how many there were to take back. */
int migrate_down(const struct migration_list *list, const char *conninfo, int steps, char *error, size_t error_size);

/* Writes a table of all migrations; returns how many are missing or changed. `to` may be NULL. */
int migrate_status(const struct migration_list *list, const char *conninfo, FILE *to, char *error, size_t error_size);
