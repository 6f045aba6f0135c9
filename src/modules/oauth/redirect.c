#include "modules/oauth/redirect.h"

#include <stdio.h>
#include <strings.h>

#include "base/str.h"
#include "modules/oauth/provider.h"
#include "platform/fetch/fetch.h"

#define ORIGINS_MAX 16
#define TARGET_MAX 2048

static char base[512], origins[ORIGINS_MAX][256]; /* the first is our own */
static unsigned origin_count;

/* The length of "scheme://host:port" at the beginning of `url`, or 0. */
static size_t
origin_length(const char *url)
{
    size_t scheme = text_starts_with(url, "https://") ? 8 : text_starts_with(url, "http://") ? 7 : 0;
    size_t host = scheme ? strspn(url + scheme, "abcdefghijklmnopqrstuvwxyz0123456789-.:[]") : 0;

    return host ? scheme + host : 0;
}

static bool
add_origin(struct str text)
{
    if (!text.len || text.len >= sizeof origins[0] || origin_count == ORIGINS_MAX)
        return false;
    snprintf(origins[origin_count++], sizeof origins[0], "%.*s", (int)text.len, text.ptr);
    return true;
}

bool
redirect_setup(const struct config *config, char *error, size_t error_size)
{
    const char *url = config_frontend_url(config), *p = oauth_redirect_origins;
    size_t len = strlen(url);

    while (len && url[len - 1] == '/')
        len--;
    snprintf(base, sizeof base, "%.*s", (int)len, url);
    origin_count = 0;
    if (len >= sizeof base || !add_origin((struct str){base, origin_length(base)})) {
        snprintf(error, error_size, "FRONTEND_URL must begin with http:// or https:// and a host in lower case");
        return false;
    }
    while (*(p += strspn(p, ", "))) {
        len = strcspn(p, ", ");
        if (origin_length(p) != len || !add_origin((struct str){p, len})) {
            snprintf(error, error_size, "OAUTH_ALLOWED_REDIRECT_DOMAINS has \"%.*s\"; write https://host or https://host:port, in lower case",
                     (int)len, p);
            return false;
        }
        p += len;
    }
    return true;
}

const char *
redirect_base(void)
{
    return base;
}

const char *
redirect_origin(void)
{
    return origins[0];
}

/* Escapes that hide a slash, a backslash, a dot or a control character from one reader and not from another. */
static bool
hides_something(const char *escape)
{
    static const char *const hidden[] = {"2f", "5c", "2e", "25", "7f"};

    if (!strchr("0123456789abcdefABCDEF", escape[1]) || !escape[1] || !strchr("0123456789abcdefABCDEF", escape[2]) || !escape[2])
        return true;
    for (size_t i = 0; i < COUNT_OF(hidden); i++)
        if (strncasecmp(escape + 1, hidden[i], 2) == 0)
            return true;
    return escape[1] == '0' || escape[1] == '1' || (escape[1] >= '8');
}

/* A path with what may follow it: no empty segment, no dots that climb, plain characters. */
static bool
path_allowed(const char *path)
{
    size_t len = strcspn(path, "?#");

    if (*path != '/')
        return false;
    for (const char *p = path; *p; p++) {
        bool in_path = (size_t)(p - path) < len;

        if (*p <= ' ' || *p >= 0x7F || strchr("\\\"<>^`{|}", *p))
            return false;
        if (!in_path)
            continue;
        if (*p == '%' && hides_something(p))
            return false;
        if (*p == '/' && (p[1] == '/' || (p[1] == '.' && strchr("./?#", p[2]))))
            return false;
    }
    return true;
}

bool
redirect_allowed(const char *target)
{
    if (strlen(target) > TARGET_MAX)
        return false;
    if (*target == '/')
        return path_allowed(target);
    for (unsigned i = 0; i < origin_count; i++) {
        size_t len = strlen(origins[i]);

        if (text_starts_with(target, origins[i]) && (!target[len] || target[len] == '/'))
            return !target[len] || path_allowed(target + len);
    }
    return false;
}
