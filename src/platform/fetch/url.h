/* url.h - parts of addresses that are settings. */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

/* Copies a part of the address to `out`, which holds `size` > 0 bytes; a part that is not there is empty. `flags`: CURLU_URLDECODE or 0. False when it is too long,
 * or when what is decoded holds a control character. */
bool url_copy_part(CURLU *url, CURLUPart part, unsigned flags, char *out, size_t size);
/* The same of the host. Brackets belong to the address of a URL, not to that of a host: they are left out. */
bool url_copy_host(CURLU *url, char *out, size_t size);
