/* statement QUERY [visitor] - prints the statement that Veza prepares for a query of the tracks, likes or auth module, from the very same
 * code, for somebody who is signed in or for a visitor, then a line "--params" with the names of its parameters in order. */
#include <stdio.h>

#include "auth.queries.h"
#include "db/statement.h"
#include "likes.queries.h"
#include "tracks.queries.h"

int
main(int argc, char **argv)
{
    const struct query *const *const modules[] = {tracks_queries, likes_queries, auth_queries};
    db_form form = argc == 3 && strcmp(argv[2], "visitor") == 0 ? DB_VISITOR : DB_ROWS;
    struct buf sql = BUF_INIT(STATEMENT_MAX);
    const char *names[PARAM_LIMIT];

    for (unsigned i = 0; argc >= 2 && i < 3; i++)
        for (const struct query *const *q = modules[i]; *q; q++) {
            if (strcmp((*q)->name, argv[1]) != 0)
                continue;
            db_statement(*q, NULL, form, &sql);
            printf("%s\n--params", sql.ptr);
            for (int k = 0, count = statement_params(*q, NULL, form, names); k < count; k++)
                printf(" %s", names[k]);
            puts("");
            return 0;
        }
    fputs("usage: statement QUERY [visitor]\n", stderr);
    return 1;
}
