#include "platform/rabbitmq/address.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "platform/fetch/url.h"

#define PORT 5672
#define PORT_TLS 5671

/* librabbitmq has a reader of addresses too, which takes no character beyond ASCII in a password. */
static bool
read_parts(CURLU *url, struct rabbitmq_address *address)
{
    char scheme[16], port[8], path[sizeof address->vhost + 1], rest[8];
    int64_t number;

    if (!url_copy_part(url, CURLUPART_SCHEME, 0, scheme, sizeof scheme) || !url_copy_host(url, address->host, sizeof address->host) ||
        !url_copy_part(url, CURLUPART_USER, CURLU_URLDECODE, address->user, sizeof address->user) ||
        !url_copy_part(url, CURLUPART_PASSWORD, CURLU_URLDECODE, address->password, sizeof address->password) ||
        !url_copy_part(url, CURLUPART_PORT, 0, port, sizeof port) || !url_copy_part(url, CURLUPART_QUERY, 0, rest, sizeof rest) || *rest ||
        !url_copy_part(url, CURLUPART_FRAGMENT, 0, rest, sizeof rest) || *rest)
        return false;
    address->tls = text_equal(scheme, "amqps");
    number = address->tls ? PORT_TLS : PORT;
    if ((!address->tls && !text_equal(scheme, "amqp")) || !*address->host || (*port && !text_to_int64(port, 1, 65535, &number)))
        return false;
    address->port = (int)number;
    if (!url_copy_part(url, CURLUPART_PATH, 0, path, sizeof path) || strchr(*path ? path + 1 : path, '/') || /* one in the vhost's name is %2f */
        !url_copy_part(url, CURLUPART_PATH, CURLU_URLDECODE, path, sizeof path))
        return false;
    memcpy(address->vhost, path[0] && path[1] ? path + 1 : "/", strlen(path[0] && path[1] ? path + 1 : "/") + 1);
    if (!*address->user) {
        memcpy(address->user, "guest", sizeof "guest");
        if (!*address->password)
            memcpy(address->password, "guest", sizeof "guest");
    }
    return true;
}

/* Each % begins a character: curl takes one that begins none for itself, and what was meant is not known. */
static bool
is_encoded(const char *text)
{
    for (const char *p = text; (p = strchr(p, '%')); p++)
        if (!isxdigit((unsigned char)p[1]) || !isxdigit((unsigned char)p[2]))
            return false;
    return true;
}

bool
rabbitmq_address_parse(const char *text, struct rabbitmq_address *ret_address)
{
    struct rabbitmq_address address = {0};
    CURLU *url = curl_url();
    bool good = url && (text_starts_with(text, "amqp://") || text_starts_with(text, "amqps://")) && is_encoded(text) &&
                curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS) == CURLUE_OK && read_parts(url, &address);

    curl_url_cleanup(url);
    if (good)
        *ret_address = address;
    return good;
}
