/* test_database.h - an embedded PostgreSQL of a test program's own, in a folder of its own. */
#pragma once

#include <libpq-fe.h>

/* Starts it and points db.h at it. `statement_ms`: longest statement. The connection is the test's own, for looking at what happened. */
PGconn *test_database_start(int statement_ms);
/* For another connection or another process. */
const char *test_database_url(void);
/* Ends it and removes its folder. */
void test_database_stop(void);

/* Runs SQL on the test's own connection; the first column of the first row, "" when there is none. Valid until the next call. */
const char *test_database_ask(const char *sql);
