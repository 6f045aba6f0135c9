/* clamav.h - files are scanned by clamd, over its command INSTREAM (manual page clamd(8), "COMMANDS").
 *
 * clamd says "OK" of a file that is larger than its own MaxFileSize or MaxScanSize without having looked at it. So nothing larger than
 * CLAMAV_MAX_MB is taken for scanned, and clamav_probe() finds out whether that much is.
 *
 * A clamd that does not answer is left alone for a second, then for two, at most for CLAMAV_PAUSE_MAX_S; until then all is SCAN_AWAY at once. */
#pragma once

#include "base/buf.h"
#include "base/config.h"
#include "platform/scanner/scanner.h"

#define CLAMAV_PAUSE_MAX_S 30

/* Reads the settings. `ret_scanner` is NULL where ENABLE_CLAMAV is off. False with a sentence. Before servers start. */
bool clamav_setup(const struct config *config, const struct scanner **ret_scanner, char *error, size_t error_size);

enum clamav_state {
    CLAMAV_ANSWERS,
    CLAMAV_DOWN,    /* nobody answers at the address */
    CLAMAV_LIMITED, /* it refuses a stream of so many bytes, or does not look at it */
    CLAMAV_BLIND,   /* it does not know the file that every antivirus knows for tests: it has no signatures */
};

/* For `veza doctor`: sends a ZIP file of `size` bytes in which the antivirus test file of EICAR comes first. Waits. */
enum clamav_state clamav_probe(uint64_t size);

/* Metrics in the Prometheus text format. */
void clamav_metrics(struct buf *out);
