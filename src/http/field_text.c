#include "http/field_text.h"

#include <locale.h>
#include <pthread.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <wctype.h>

#include "base/buf.h"
#include "base/str.h"

bool
text_has_unwanted_characters(const char *text, bool lines)
{
    static const char *const ends_of_lines[] = {"\n", "\t", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
    bool belongs, wanted;
    size_t len;

    for (const char *p = text; *p; p += len + !len) {
        len = text_hidden_character(p, &belongs);
        wanted = !len || belongs;
        for (size_t i = 0; lines && !wanted && i < COUNT_OF(ends_of_lines); i++)
            wanted = text_starts_with(p, ends_of_lines[i]);
        if (!wanted)
            return true;
    }
    return false;
}

static locale_t unicode;

static void
open_unicode(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
}

/* A letter, digit or mark that can be seen: no separator, control, invisible, private or unassigned character. */
static bool
is_visible_letter(wint_t c)
{
    static const struct { wint_t first, last; } unseen[] = {{0x034F, 0x034F}, {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x3164, 0x3164},
                                                            {0xFE00, 0xFE0F}, {0xFFA0, 0xFFA0}, {0xE0100, 0xE01EF}};
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, open_unicode);
    for (size_t i = 0; i < COUNT_OF(unseen); i++)
        if (c >= unseen[i].first && c <= unseen[i].last)
            return false;
    return unicode && (iswalnum_l(c, unicode) || iswctype_l(c, wctype_l("combining", unicode), unicode));
}

/* Of valid UTF-8: is each character outside of ASCII one that an address may have? */
static bool
has_visible_letters(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p) {
        int more = *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC0 ? 1 : 0;
        wint_t c = more ? *p & (0x3Fu >> more) : *p;

        for (p++; more; more--)
            c = c << 6 | (*p++ & 0x3Fu);
        if (c >= 0x80 && !is_visible_letter(c))
            return false;
    }
    return true;
}

bool
email_valid(const char *text)
{
    const char *at = strchr(text, '@');
    const char *host = at ? at + 1 : NULL;

    if (!at || at == text || at - text > 64 || strlen(text) > 254 || strchr(host, '@') || !*host)
        return false;
    if (!utf8_valid(str_of(text), NULL) || !has_visible_letters(text))
        return false;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p <= 0x20 || *p == 0x7F || strchr("()<>[]\\,;:\"", *p))
            return false;
    if (*host == '.' || *host == '-' || host[strlen(host) - 1] == '.' || strstr(host, ".."))
        return false;
    return strchr(host, '.') || text_equal(host, "localhost");
}

bool
field_has_value(const char *values, const char *text)
{
    size_t len = strlen(text);

    for (const char *p = values; p && *p;) {
        size_t n = strcspn(p, "|");

        if (n == len && memcmp(p, text, n) == 0)
            return true;
        p += n + (p[n] == '|');
    }
    return false;
}

bool
time_valid(const char *text)
{
    int year, month, day, hour, minute, used = 0;
    float second;

    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%f%n", &year, &month, &day, &hour, &minute, &second, &used) != 6)
        return false;
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second >= 61)
        return false;
    text += used;
    return text_equal(text, "Z") || (strlen(text) == 6 && (*text == '+' || *text == '-') && text[3] == ':');
}

/* Compiled once a pattern and thread, since threads that share one wait for each other; the set of patterns is the routes' own, so
 * this cannot grow beyond them. */
struct compiled {
    const char *pattern;
    regex_t regex;
};

#define COMPILED_MAX 64

static pthread_key_t compiled_key;

static void
compiled_free(void *of_thread)
{
    struct compiled *compiled = of_thread;

    for (unsigned i = 0; i < COMPILED_MAX; i++)
        if (compiled[i].pattern)
            regfree(&compiled[i].regex);
    free(compiled);
}

static void
make_compiled_key(void)
{
    if (pthread_key_create(&compiled_key, compiled_free))
        abort();
}

static struct compiled *
compiled_of_thread(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct compiled *compiled;

    pthread_once(&once, make_compiled_key);
    compiled = pthread_getspecific(compiled_key);
    if (!compiled && (compiled = calloc(COMPILED_MAX, sizeof *compiled)) && pthread_setspecific(compiled_key, compiled)) {
        free(compiled);
        compiled = NULL;
    }
    return compiled;
}

bool
pattern_matches(const char *pattern, const char *text)
{
    struct compiled *compiled = compiled_of_thread();

    if (!compiled)
        return false;
    compiled += (uintptr_t)pattern / 8 % COMPILED_MAX;
    if (compiled->pattern != pattern) {
        scoped_buf whole = BUF_INIT(1024);

        if (compiled->pattern)
            regfree(&compiled->regex);
        compiled->pattern = NULL;
        buf_printf(&whole, "^(%s)$", pattern);
        if (whole.failed || regcomp(&compiled->regex, whole.ptr, REG_EXTENDED | REG_NOSUB))
            return false;
        compiled->pattern = pattern;
    }
    return regexec(&compiled->regex, text, 0, NULL, 0) == 0;
}
