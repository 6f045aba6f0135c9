#include "api/checkup.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 3, 0))) static void
checkup_line(const char *mark, const char *part, const char *format, va_list values)
{
    printf("%s %-15s ", mark, part);
    vprintf(format, values);
    putchar('\n');
}

void
checkup_fine(const char *part, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    checkup_line("✓", part, format, values);
    va_end(values);
}

void
checkup_note(struct checkup *checkup, const char *part, const char *format, ...)
{
    va_list values;

    checkup->warnings++;
    va_start(values, format);
    checkup_line("!", part, format, values);
    va_end(values);
}

void
checkup_wrong(struct checkup *checkup, const char *advice, const char *part, const char *format, ...)
{
    va_list values;

    checkup->wrong++;
    va_start(values, format);
    checkup_line("✗", part, format, values);
    va_end(values);
    if (advice)
        printf("  %-15s → %s\n", "", advice);
}
