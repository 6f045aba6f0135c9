/* names_fuzz.c - any bytes as the name of a stored file, of a file that the media worker hands out, and as a Sentry DSN. */
#include "fuzz.h"

#include "platform/sentry/sentry.h"
#include "platform/storage/storage.h"
#include "worker_protocol.h"

/* Below its folder, and not the folder itself. */
static bool
stays_inside(const char *name)
{
    size_t length = strlen(name);

    return length > 0 && name[0] != '/' && name[length - 1] != '/' && strncmp(name, "../", 3) != 0 && !strstr(name, "/../") && !strstr(name, "//") &&
           strcmp(name, "..") != 0 && strcmp(name, ".") != 0 && !(length >= 3 && strcmp(name + length - 3, "/..") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = text_of(bytes, length), url[64], key[16];

    require(!storage_key_valid(text) || stays_inside(text));
    require(!media_file_name_is_valid((const char *)bytes, length) || (strlen(text) == length && stays_inside(text)));
    if (sentry_parse_dsn(text, url, sizeof url, key, sizeof key))
        require(strlen(url) < sizeof url && strlen(key) > 0 && !strpbrk(key, ":@") && strncmp(url, "http", 4) == 0);
    free(text);
    return 0;
}
