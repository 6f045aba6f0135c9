#include "app/local_url.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

void
local_url(const struct config *config, int64_t port, const char *path, char ret_url[LOCAL_URL_MAX])
{
    char address[64];

    snprintf(address, sizeof address, "%.*s", (int)strcspn(config->bind_address, ","), config->bind_address);
    if (text_equal(address, "::") || text_equal(address, "0.0.0.0"))
        snprintf(address, sizeof address, "127.0.0.1");
    snprintf(ret_url, LOCAL_URL_MAX, strchr(address, ':') ? "http://[%s]:%lld%s" : "http://%s:%lld%s", address, (long long)port, path);
}
