/* express_head.h - recognises the requests that express.c may answer itself. Never right about what is wrong with the others. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Are `bytes` the whole head of a plain GET, perhaps followed by more: HTTP/1.1, CRLF at each end of line, a path of
 * [A-Za-z0-9/_.-] without a query, one Host, well-formed header lines, none of which asks for anything but the file, or holds the cookie that says who asks? */
bool express_head_is_plain(struct str bytes, const char *identity_cookie, struct str *ret_path, size_t *ret_head_len);
