/* internal.h - what the files of this folder share. */
#pragma once

#include "db/db.h"

/* Runs a query; NULL when that did not work, which the log tells. */
PGresult *jobs_ask(const struct query *query, const struct db_arg *args);
