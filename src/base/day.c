#include "base/day.h"

#include <stdio.h>

static const struct {
    const char *language;
    const char *first;   /* behind the number of the first day of a month */
    const char *between; /* day, month and year */
    const char *at, *at_one; /* before a time; before one o'clock, which is the only hour in the singular in Spanish */
    const char *months[12];
} languages[] = {
    {"en", "", " ", " at ", " at ",
     {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}},
    {"fr", "er", " ", " à ", " à ",
     {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}},
    {"es", "", " de ", " a las ", " a la ",
     {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}},
};

void
day_in_words(const char *iso, const char *language, struct buf *out)
{
    int year, month, day, hour, minute, day_length = 0, length = 0;
    size_t l = 0;

    for (size_t i = 0; i < COUNT_OF(languages); i++)
        if (text_equal(languages[i].language, language))
            l = i;
    sscanf(iso, "%4d-%2d-%2d%n %2d:%2d%n", &year, &month, &day, &day_length, &hour, &minute, &length);
    if (!day_length || month < 1 || month > 12 || iso[length ? length : day_length]) {
        buf_add_text(out, iso);
        return;
    }
    buf_printf(out, "%d%s%s%s%s%d", day, day == 1 ? languages[l].first : "", languages[l].between, languages[l].months[month - 1],
               languages[l].between, year);
    if (length)
        buf_printf(out, "%s%d:%02d", hour == 1 ? languages[l].at_one : languages[l].at, hour, minute);
}
