/* row_json.h - rows of a reply of PostgreSQL as JSON.
 *
 * Written here and not by PostgreSQL, which looks up the type of each column again for each row: of a page of twenty tracks that was two thirds of
 * the work. The texts are those of to_json(): numbers, booleans and json as they are, times in ISO 8601, everything else as a string.
 *
 * Columns "creator.id", "creator.username" become one object, which is null when its first column is. Columns whose name ends in an
 * underscore, and the column `problem` of a query that refuses by it, are left out. Composite types, and arrays of types
 * that row_json_kind() does not know, would be shown as PostgreSQL's own text, so queries give them as json: `veza openapi --check` refuses them. */
#pragma once

#include <libpq-fe.h>

#include "base/buf.h"
#include "db/query.h"

#define ROW_COLUMNS_MAX 128

enum row_kind { ROW_TEXT, ROW_NUMBER, ROW_BOOL, ROW_TIME, ROW_JSON, ROW_ARRAY };

struct row_json {
    const PGresult *result;
    int count;
    struct row_column {
        enum row_kind kind, of_items;
        int column;
        bool begins, ends; /* an object of its columns */
        const char *group; /* its name */
        size_t group_len;
        const char *name;
        size_t name_len;
    } columns[ROW_COLUMNS_MAX];
};

/* How a column of this type is written; for an array also how its items are. */
enum row_kind row_json_kind(Oid type, enum row_kind *ret_items);

/* Looks at the columns, once for all rows. False when there are too many. */
bool row_json_begin(struct row_json *json, const PGresult *result, const struct query *query);
void row_json_write(const struct row_json *json, int row, struct buf *out);
