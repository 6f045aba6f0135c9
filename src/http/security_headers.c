#include "http/security_headers.h"

#include <strings.h>

const struct reply_header *
security_headers(const struct config *config, unsigned *ret_count)
{
    static const struct reply_header headers[] = {
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "strict-origin-when-cross-origin"},
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
        {"X-Frame-Options", "DENY"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Strict-Transport-Security", "max-age=63072000; includeSubDomains"}, /* last: not in development */
    };

    *ret_count = COUNT_OF(headers) - config_is_development(config);
    return headers;
}

void
security_header_lines(const struct config *config, const char *replaced, struct buf *out)
{
    unsigned count;
    const struct reply_header *headers = security_headers(config, &count);

    for (unsigned i = 0; i < count; i++)
        if (!replaced || strcasecmp(headers[i].name, replaced) != 0)
            buf_printf(out, "%s: %s\r\n", headers[i].name, headers[i].value);
}
