/* openapi_query.h - JSON Schema of the rows that a named query gives, as PostgreSQL describes them.
 *
 * The statement is prepared, never run. A column is never null when it comes from a column that the catalogue declares so
 * (an attribute of a composite type `x_ref`: when the column of that name in table `xs` is), or when the query says `-- not null:`;
 * `-- nullable:` wins over both (outer joins). A json column has the type that `-- type: column what` gives it: object, array,
 * the name of a schema, that name with [] behind it, or values separated by |, which also narrow a text column. */
#pragma once

#include <jansson.h>
#include <libpq-fe.h>
#include <stddef.h>

#include "db/query.h"

struct describer {
    PGconn *connection;
    json_t *schemas; /* components/schemas, filled as types and named rows are met */
    json_t *origins; /* schema name -> name of the query that first gave it */
    char *error;     /* a sentence, when something failed */
    size_t error_size;
};

/* The schema of one row: a reference when the query names it, else the object itself. NULL and a sentence in `error`. */
json_t *describe_row(struct describer *describer, const struct query *query);

/* The schema of a list of such rows: {items, limit, next} and perhaps page, total. */
json_t *describe_list(struct describer *describer, const struct query *query);

/* Are the keys of each sort of a list together unique, and never null where they are columns? A unique index of some table has no columns but such that are keys,
 * or the query tells why by a note. That a join does not repeat the rows of that table is not looked at: tests/api/lists.test.ts walks through each list. */
bool describe_check_sorts(struct describer *describer, const struct query *query);

/* Prepares a statement as it will be sent; false and a sentence. `what` names it in the sentence. */
bool describe_check(struct describer *describer, const char *what, const char *sql);
