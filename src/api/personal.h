/* personal.h - what the tables of a module hold about people: what an archive of one's own data contains of it (GDPR articles 15 and 20), and
 * what the erasure of an account does to it (article 17).
 *
 * Every table of the schema is declared once, by the module that it belongs to (`.personal` of struct module). `veza openapi --check` fails
 * for a table without a declaration. `veza privacy` prints the declarations, which docs/privacy.md shows. tests/api/personal.test.ts fills
 * every table for one person, exports, erases, and searches for what is left.
 *
 *     static const struct personal_table tables[] = {
 *         {"track_lyrics", ERASED, .archive = "lyrics"},
 *         {"lyrics_fonts", NOT_PERSONAL, "the operator's choice"},
 *         {0}};
 *     static const struct subject subjects[] = {{"lyrics", &q_export_lyrics}, {0}};
 *
 *     const struct personal lyrics_personal = {.tables = tables, .subjects = subjects};
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "db/query.h"

/* Ordered: of a table whose rows end in different ways, the one that keeps the most is declared, and `why` tells of the others. */
enum erasure {
    ERASURE_UNDECLARED,
    ERASED,           /* the rows are deleted: with the person by their foreign key, or by one of `erase` */
    FORGOTTEN,        /* the rows stay without the person */
    TO_THE_TOMBSTONE, /* the rows stay and belong to the tombstone: an account that nobody can open and that says nothing */
    STAYS,            /* the rows stay as they are: `why` names the duty to keep them */
    NOT_PERSONAL,     /* the rows are about nobody */
};

struct personal_table {
    const char *name; /* of the table */
    enum erasure erasure;
    const char *why;      /* of all but ERASED, where it may tell more */
    const char *archive;  /* the subjects of the archive that tell of it, separated by blanks; NULL: none */
    const char *withheld; /* what an archive does not tell of it, and why; needed where `archive` is NULL */
};

/* A subject of an archive: a file data/{name}.json, and csv/{name}.csv where there may be many rows. */
struct subject {
    const char *name;
    const struct query *query; /* with :user_id; names its columns one by one: hashes, secrets and tokens are never among them */
    bool single;               /* one object, not a list */
};

struct personal {
    const struct personal_table *tables; /* ended by an empty row */
    const struct subject *subjects;      /* ended by an empty row */
    /* The person's files that an archive contains, with :user_id: `key` in storage, and `name` in the archive. Erasure deletes them too. */
    const struct query *files;
    /* Deletes files that are in no row of `files`, such as whole folders. Before the rows; may be called again. False when something is left. */
    bool (*erase_files)(const char *user_id);
    /* Statements before the person's row is deleted, in its transaction, in the order of the modules: with :user_id, :tombstone and :job_id
     * (the job that erases). Ended by NULL. */
    const struct query *const *erase;
};

struct module;

/* Compares the declarations with the tables that there are, and with themselves. What is wrong goes to standard error; returns how many
 * things are. Needs a database with all migrations. */
int personal_check(const struct module *const *modules);

/* Writes the declarations as the table of docs/privacy.md. */
void personal_print(const struct module *const *modules, FILE *to);
