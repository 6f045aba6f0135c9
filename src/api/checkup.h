/* checkup.h - what `veza doctor` says of one part: a line, and what to do when something is wrong. Modules add theirs by `.checkup`. */
#pragma once

#include "base/config.h"

struct checkup {
    const struct config *config;
    unsigned wrong, warnings;
};

/* `part` has at most 15 characters. */
__attribute__((format(printf, 2, 3))) void checkup_fine(const char *part, const char *format, ...);
__attribute__((format(printf, 3, 4))) void checkup_note(struct checkup *checkup, const char *part, const char *format, ...);
/* `advice`: what to do, or NULL when the sentence says it. */
__attribute__((format(printf, 4, 5))) void checkup_wrong(struct checkup *checkup, const char *advice, const char *part, const char *format, ...);
