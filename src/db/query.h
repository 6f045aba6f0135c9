/* query.h - a named query of a module's queries.sql, as the build embeds it.
 *
 * In queries.sql a query begins with `-- query: name`; comment lines below it may say
 *     -- schema: Track              the reply's name in the API description
 *     -- nullable: a, b             columns that may be null although the catalogue does not say so
 *     -- not null: c                columns that are never null (expressions)
 *     -- type: social_links object  the JSON type of a column, where it is json: object or array
 *     -- problems: conflict         what its column `problem` may hold, see below
 * `-- columns: name` begins columns that several queries share, with the notes that go with them; `{name}` stands for them.
 * Parameters are written :name. They bind by name from the path, the query string, the body and the identity: `:viewer` is
 * the person's id or null, `:has_x` tells whether the input x was given at all. `:limit` and `:offset` do not occur: lists are
 * cut by the runner.
 *
 * A query with a column `problem` may refuse: where the column of its first row is not null, that problem is the reply instead of success. It
 * holds the code of a problem of api/problems.def, then perhaps the input that it is about, then perhaps a sentence of its own:
 *     'conflict'    'conflict: Nobody can follow themselves.'    'validation role_id: There is no such role in use'
 * The statement must have changed nothing then. The column is not part of the reply. */
#pragma once

#include <stdbool.h>

struct query {
    const char *name;        /* "track_get" */
    const char *schema;      /* or NULL */
    const char *prefix;      /* "with a as (...), b as (...)" or "" */
    const char *main;        /* the last statement, with $1... */
    const char *unordered;   /* the same without its last `order by`: for counting; NULL when it has none */
    const char *const *params; /* names, ended by NULL; params[0] is $1 */
    const char *nullable;    /* " a b " or "" */
    const char *not_null;
    const char *types;       /* " column type " pairs or "" */
    const char *problems;    /* " code code ": what the column `problem` may hold; NULL: there is no such column */
    bool writes;             /* changes something */
};
