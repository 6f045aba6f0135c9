/* statement QUERY one|list - prints the statement that Veza prepares for a query of the tracks module, from the very same code,
 * then a line "--params" with the names of its parameters in order. */
#include <stdio.h>

#include "db/db.h"
#include "tracks.queries.h"

int
main(int argc, char **argv)
{
    bool list = argc == 3 && strcmp(argv[2], "list") == 0;
    struct buf sql = BUF_INIT(65536);

    for (const struct query *const *q = tracks_queries; argc == 3 && *q; q++) {
        if (strcmp((*q)->name, argv[1]) != 0)
            continue;
        db_statement(*q, list ? DB_JSON_LIST : DB_JSON_ONE, NULL, &sql);
        printf("%s\n--params", sql.ptr);
        for (const char *const *p = (*q)->params; *p; p++)
            printf(" %s", *p);
        puts(list ? " page limit" : "");
        return 0;
    }
    fputs("usage: statement QUERY one|list\n", stderr);
    return 1;
}
