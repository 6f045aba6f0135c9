/* docs.h - the API's description at /openapi.json, and outside production a page that reads it at /docs. */
#pragma once

#include "http/route.h"

/* GET /openapi.json, /docs, /docs/reader.js and /docs/reader.css. */
extern const struct route docs_routes[];

/* Once, before the server starts: the tables that the document describes. They must outlive the server. The document is written
 * when it is first asked for, and kept. */
void docs_setup(route_tables tables);
void docs_teardown(void);
