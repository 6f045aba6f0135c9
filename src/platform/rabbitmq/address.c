#include "platform/rabbitmq/address.h"

#include <amqp.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define TEXT_MAX 2048

static bool
copy_part(const char *part, char *out, size_t size)
{
    for (const char *p = part; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            return false;
    return snprintf(out, size, "%s", part) < (int)size;
}

bool
rabbitmq_address_parse(const char *text, struct rabbitmq_address *ret_address)
{
    struct rabbitmq_address address = {0};
    struct amqp_connection_info info;
    char copy[TEXT_MAX]; /* the parser writes into it, and its results point there */

    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy || strpbrk(text, "?#") || strstr(text, "%00"))
        return false;
    if (!text_starts_with(text, "amqp://") && !text_starts_with(text, "amqps://"))
        return false;
    if (amqp_parse_url(copy, &info) != AMQP_STATUS_OK || !*info.host || info.port < 1 || info.port > 65535)
        return false;
    address.port = info.port;
    address.tls = info.ssl;
    if (!copy_part(info.host, address.host, sizeof address.host) || !copy_part(*info.vhost ? info.vhost : "/", address.vhost, sizeof address.vhost) ||
        !copy_part(info.user, address.user, sizeof address.user) || !copy_part(info.password, address.password, sizeof address.password))
        return false;
    *ret_address = address;
    return true;
}
