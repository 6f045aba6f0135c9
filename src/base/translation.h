/* translation.h - tables of texts that have a row for each name and language (templates.def of the mails, texts.def of notifications). */
#pragma once

#include <stddef.h>

/* The first member of each row. */
struct translation_key {
    const char *name;
    const char *language; /* "en", "fr", "es" */
};

/* The row of `name` in `language` (may be NULL), else the English one; NULL when there is neither. `rows` has `count` rows of `row_bytes`
 * bytes each. */
const void *translation_find(const void *rows, size_t count, size_t row_bytes, const char *name, const char *language);
