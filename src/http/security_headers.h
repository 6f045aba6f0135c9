/* security_headers.h - the headers of every reply, whichever part of the server writes it. A handler may replace some (send.c). */
#pragma once

#include "base/buf.h"
#include "base/config.h"
#include "http/request.h"

/* The list; how many in `ret_count`. */
const struct reply_header *security_headers(const struct config *config, unsigned *ret_count);
/* The same as header lines; `replaced` (may be NULL) is the name of one that is left out. */
void security_header_lines(const struct config *config, const char *replaced, struct buf *out);
