/* scanner.h - asks an antivirus whether a file is harmful. One driver: clamd (clamav.h).
 *
 * A file is scanned while it arrives: begin() when its first byte is expected, follow() whenever some have come, end() when all are there. What
 * the scanner did not take meanwhile, since it was slower, end() sends. A file that is there already needs end() only, with NULL for the scan. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/storage/storage.h"

enum scan_verdict {
    SCAN_CLEAN,
    SCAN_FOUND,     /* it is harmful */
    SCAN_TOO_LARGE, /* larger than the scanner looks at, so nobody knows */
    SCAN_AWAY,      /* the scanner cannot be asked now */
};

struct scan;

struct scanner {
    uint64_t max_bytes; /* what is larger it does not look at */
    /* These three in threads that must not wait. False: it takes no connection, or did not answer a moment ago. */
    bool (*ready)(void);
    struct scan *(*begin)(void); /* NULL: not now; end() tries again */
    void (*follow)(struct scan *scan, const struct scratch *so_far);
    /* Waits for the verdict. Frees the scan. `ret_name` gets the name of what was found. */
    enum scan_verdict (*end)(struct scan *scan, struct source *file, char *ret_name, size_t ret_name_size);
    void (*cancel)(struct scan *scan); /* accepts NULL */
};
