/* local_url.h - addresses of the servers of this machine, as commands ask them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/config.h"

#define LOCAL_URL_MAX 256

/* "http://address:port" and `path`, by the first of BIND_ADDRESS; by loopback where that is every address. */
void local_url(const struct config *config, int64_t port, const char *path, char ret_url[LOCAL_URL_MAX]);
