#include "modules/auth/device.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* Browsers name their ancestors too, so the more particular name comes first. */
static const char *const browsers[][2] = {
    {"Edg/", "Edge"},      {"OPR/", "Opera"},     {"SamsungBrowser/", "Samsung Internet"}, {"Vivaldi/", "Vivaldi"},
    {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"},
    {"Safari/", "Safari"}, {"curl/", "curl"}};

static const char *const systems[][2] = {
    {"iPhone", "iPhone"},        {"iPad", "iPad"},   {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"},
    {"Macintosh", "macOS"}, {"Linux", "Linux"}, {"FreeBSD", "FreeBSD"}};

static const char *
find(const char *const names[][2], size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(text, names[i][0]))
            return names[i][1];
    return NULL;
}

void
device_label(const char *user_agent, char *out, size_t size)
{
    const char *browser = user_agent ? find(browsers, COUNT_OF(browsers), user_agent) : NULL;
    const char *os = user_agent ? find(systems, COUNT_OF(systems), user_agent) : NULL;
    char product[41];
    size_t len = 0;

    if (!browser && user_agent) {
        for (; len < sizeof product - 1 && isalnum((unsigned char)user_agent[len]); len++)
            product[len] = user_agent[len];
        product[len] = 0;
        browser = len ? product : NULL;
    }
    if (browser && os)
        snprintf(out, size, "%s on %s", browser, os);
    else
        snprintf(out, size, "%s", browser ? browser : os ? os : "Unknown device");
}
