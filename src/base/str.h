/* str.h - a stretch of bytes with its length, and the few text helpers that everybody needs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes, not necessarily ended by NUL. */
struct str {
    const char *ptr;
    size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline struct str
str_of(const char *text)
{
    return (struct str){text, text ? strlen(text) : 0};
}

static inline bool
str_equal(struct str a, struct str b)
{
    return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool
text_equal(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* Does `text` begin with `prefix`? */
bool text_starts_with(const char *text, const char *prefix);
/* Is it, whole, one of a comma separated list? */
bool text_listed(const char *list, const char *text);

/* Is `bytes` valid UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF) without NUL? If so the number of
 * characters is stored in `ret_characters` (may be NULL). */
bool utf8_valid(struct str bytes, size_t *ret_characters);

/* How many bytes the character of UTF-8 at `p` has, if it is one that shows nothing; else 0. Spaces, and what fills the place of a letter, count as shown.
 * `*ret_belongs`: emoji and some scripts are written with it, such as joiners and marks of direction. The others are control characters, ends of lines, and
 * overrides of the direction, with which a text looks like another: "song\u202Evaw.exe" is shown as "songexe.wav". */
size_t text_hidden_character(const char *p, bool *ret_belongs);

/* How many bytes the character of UTF-8 at `p` has, if there is nothing to see: a space, a hidden character, or one that fills the place of a letter; else 0. */
size_t text_blank_character(const char *p);
/* Is there nothing to see in `text`, and more in it than spaces of the keyboard? */
bool text_is_unseen(const char *text);

/* Copies `text` to `out`, which holds `size` > 0 bytes, with a question mark for each byte that is no part of valid UTF-8. What does not fit
 * is cut off, at a character. */
void utf8_clean(const char *text, char *out, size_t size);

/* Parses the whole of `text` as a decimal integer within [min, max]. */
bool text_to_int64(const char *text, int64_t min, int64_t max, int64_t *ret_value);

/* Parses the whole of `text` as a finite decimal number. */
bool text_to_double(const char *text, double *ret_value);

/* Compares `len` bytes in a time that does not depend on where they differ. */
bool bytes_equal_constant_time(const void *a, const void *b, size_t len);

/* Calls free() on what a `char *` variable points to; for __attribute__((cleanup)). */
void text_free(char **text);
#define scoped_text __attribute__((cleanup(text_free))) char *
