#include "platform/fetch/url.h"

#include <stdio.h>
#include <string.h>

bool
url_copy_part(CURLU *url, CURLUPart part, unsigned flags, char *out, size_t size)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(url, part, &text, flags);
    bool good;

    *out = 0;
    if (code == CURLUE_NO_USER || code == CURLUE_NO_PASSWORD || code == CURLUE_NO_HOST || code == CURLUE_NO_PORT || code == CURLUE_NO_QUERY ||
        code == CURLUE_NO_FRAGMENT)
        return true;
    if (code)
        return false;
    good = snprintf(out, size, "%s", text) < (int)size;
    curl_free(text);
    return good;
}

bool
url_copy_host(CURLU *url, char *out, size_t size)
{
    if (!url_copy_part(url, CURLUPART_HOST, 0, out, size))
        return false;
    if (*out == '[') {
        memmove(out, out + 1, strlen(out));
        out[strcspn(out, "]")] = 0;
    }
    return true;
}
