/* openapi.h - the description of the API (OpenAPI 3.1), written from the route tables and the database's own types.
 *
 * Paths, access, parameters, bodies and problems follow from the tables; reply schemas come from preparing each route's query
 * against the migrated schema (openapi_query.h). The same program and schema always give the same bytes. */
#pragma once

#include <stdbool.h>

#include "api/module.h"
#include "base/buf.h"

#define OPENAPI_MAX (16 * 1024 * 1024)

/* Writes the document, indented, with a newline at its end. Needs a database (db_setup) with all migrations. On failure returns
 * false with a sentence in `error`. */
bool openapi_write(module_list modules, struct buf *out, char *error, size_t error_size);

/* Prepares every query of the modules, and each route's query in the very form in which it will run. All failures go to standard
 * error; returns how many there were. */
int openapi_check(route_tables tables, module_list modules);

/* `veza openapi`: writes the document to the file `path`; NULL is standard output. Returns the exit status. */
int openapi_print(module_list modules, const char *path);

/* `veza openapi --check`: compares the tables with what is declared of them (personal.h), prepares the queries and, unless `path` is NULL, compares
 * that file with the document. Returns the exit status. */
int openapi_compare(module_list modules, const char *path);

/* For other descriptions that are written from declarations. Does the file hold just this text? */
bool document_equals(const char *path, struct str text);
/* Writes it to the file `path`; NULL is standard output. Returns the exit status. */
int document_write(const char *path, struct str text);
