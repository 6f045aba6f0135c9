/* statement.h - the text that is sent for a query in a form, and what its parameters are. */
#pragma once

#include "db/db.h"

#define STATEMENT_MAX 65536
#define PARAM_LIMIT 64

/* The names of $1, $2..., which differ from query->params for a list. Returns how many, or -1 when they are more than PARAM_LIMIT. */
int statement_params(const struct query *query, const struct query *line, db_form form, const char *names[PARAM_LIMIT]);

/* Is it planned for its values each time? Else it is prepared: that suits statements that are few and whose plan is good for all values. */
bool statement_is_planned_each_time(const struct query *query, db_form form);
