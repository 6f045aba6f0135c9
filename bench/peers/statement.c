/* statement QUERY - prints the statement that Veza prepares for a query of the tracks or auth module, from the very same
 * code, then a line "--params" with the names of its parameters in order. */
#include <stdio.h>

#include "auth.queries.h"
#include "db/db.h"
#include "tracks.queries.h"

int
main(int argc, char **argv)
{
    const struct query *const *const modules[] = {tracks_queries, auth_queries};
    struct buf sql = BUF_INIT(65536);

    for (unsigned i = 0; argc == 2 && i < 2; i++)
        for (const struct query *const *q = modules[i]; *q; q++) {
            if (strcmp((*q)->name, argv[1]) != 0)
                continue;
            db_statement(*q, NULL, DB_ROWS, &sql);
            printf("%s\n--params", sql.ptr);
            for (const char *const *p = (*q)->params; *p; p++)
                printf(" %s", *p);
            puts("");
            return 0;
        }
    fputs("usage: statement QUERY\n", stderr);
    return 1;
}
