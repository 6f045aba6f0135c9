#include "platform/redis/address.h"

#include <stdio.h>

#include "base/str.h"
#include "platform/fetch/url.h"

#define DATABASES 1024

static bool
read_parts(CURLU *url, struct redis_address *address)
{
    char scheme[16], port[8], path[256];
    int64_t number = 6379;

    if (!url_copy_part(url, CURLUPART_SCHEME, 0, scheme, sizeof scheme) ||
        !url_copy_part(url, CURLUPART_USER, CURLU_URLDECODE, address->user, sizeof address->user) ||
        !url_copy_part(url, CURLUPART_PASSWORD, CURLU_URLDECODE, address->password, sizeof address->password) ||
        !url_copy_host(url, address->host, sizeof address->host) ||
        !url_copy_part(url, CURLUPART_PORT, 0, port, sizeof port) || !url_copy_part(url, CURLUPART_PATH, 0, path, sizeof path))
        return false;
    if (!text_equal(scheme, "redis") || !*address->host || (*port && !text_to_int64(port, 1, 65535, &number)))
        return false;
    address->port = (int)number;
    number = 0;
    if (path[0] && path[1] && !text_to_int64(path + 1, 0, DATABASES, &number))
        return false;
    address->database = (int)number;
    return true;
}

bool
redis_address_parse(const char *text, const char *password, struct redis_address *ret_address)
{
    struct redis_address address = {0};
    bool good;

    if (text_starts_with(text, "unix:///")) {
        good = snprintf(address.path, sizeof address.path, "%s", text + strlen("unix://")) < (int)sizeof address.path;
    } else {
        CURLU *url = curl_url();

        good = url && curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_NO_AUTHORITY) == CURLUE_OK &&
               read_parts(url, &address);
        curl_url_cleanup(url);
    }
    if (good && !*address.password)
        good = snprintf(address.password, sizeof address.password, "%s", password) < (int)sizeof address.password;
    if (good)
        *ret_address = address;
    return good;
}
