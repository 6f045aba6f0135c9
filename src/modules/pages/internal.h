/* internal.h - what the parts of this module share. */
#pragma once

#include "api/module.h"

extern const struct route oembed_routes[]; /* oembed.c */

/* The address at which a site learns how to embed the page at req->path. In the request's arena. */
const char *oembed_address(struct request *req);
