/* redirect.h - where a sign-in may lead to: a page of ours, or of an origin that the operator listed, and nothing else. */
#pragma once

#include "base/config.h"

/* Reads the origins. False with a sentence in `error` when one of OAUTH_ALLOWED_REDIRECT_DOMAINS is none. */
bool redirect_setup(const struct config *config, char *error, size_t error_size);

/* The web app's address without a slash at the end, and the part of it before the path. */
const char *redirect_base(void);
const char *redirect_origin(void);

/* Is `target` a path ("/library?page=2") or an address on an allowed origin? Strict: whatever two readers of URLs could take for
 * different things is refused. */
bool redirect_allowed(const char *target);
