#include "base/translation.h"

#include "base/str.h"

const void *
translation_find(const void *rows, size_t count, size_t row_bytes, const char *name, const char *language)
{
    const char *row = rows;
    const void *english = NULL;

    for (size_t i = 0; i < count; i++, row += row_bytes) {
        const struct translation_key *key = (const void *)row;

        if (!text_equal(key->name, name))
            continue;
        if (text_equal(key->language, language))
            return row;
        if (text_equal(key->language, "en"))
            english = row;
    }
    return english;
}
