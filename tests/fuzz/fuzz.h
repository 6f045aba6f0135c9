/* fuzz.h - what the fuzz targets share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* A promise of the code under test; breaking it is a crash, with and without assertions. */
static inline void
require(bool what)
{
    if (!what)
        abort();
}

/* The input as text that ends with NUL, in memory of exactly that size; free() it. */
static inline char *
text_of(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);

    require(text);
    memcpy(text, bytes, length);
    text[length] = 0;
    return text;
}
