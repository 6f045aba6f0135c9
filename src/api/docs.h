/* docs.h - the API's description at /openapi.json, and outside production a page that reads it at /docs. */
#pragma once

#include "api/module.h"

/* GET /openapi.json, /docs, /docs/reader.js and /docs/reader.css. The document is written when it is first asked for, and kept. */
extern const struct module docs_module;
