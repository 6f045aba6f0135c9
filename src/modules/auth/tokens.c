#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "modules/auth/internal.h"

static unsigned char secret[SHA256_BYTES];
static char stream_secret[SHA256_HEX];

void
token_make(char text[TOKEN_TEXT], char hash[SHA256_HEX])
{
    unsigned char bytes[TOKEN_BYTES];

    random_bytes(bytes, sizeof bytes);
    base64url_encode(bytes, sizeof bytes, text);
    sha256_hex(str_of(text), hash);
}

void
secret_derive(const char *purpose, unsigned char out[SHA256_BYTES])
{
    hmac_sha256((struct str){(const char *)secret, sizeof secret}, str_of(purpose), out);
}

bool
secret_derive_previous(const char *purpose, unsigned char out[SHA256_BYTES])
{
    unsigned char previous[SHA256_BYTES];

    if (!*auth_settings.app_secret_previous)
        return false;
    sha256(str_of(auth_settings.app_secret_previous), previous);
    hmac_sha256((struct str){(const char *)previous, sizeof previous}, str_of(purpose), out);
    return true;
}

static bool
read_secret(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && read(fd, secret, sizeof secret) == (ssize_t)sizeof secret;

    if (fd >= 0)
        close(fd);
    return good;
}

/* Appears whole or not at all, and never replaces one that another process has just made. */
static bool
make_secret(const char *path)
{
    char temporary[4128], suffix[UUID_TEXT];
    bool good;
    int fd;

    uuid_random(suffix);
    snprintf(temporary, sizeof temporary, "%s.%.8s", path, suffix);
    random_bytes(secret, sizeof secret);
    fd = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    good = write(fd, secret, sizeof secret) == (ssize_t)sizeof secret && fsync(fd) == 0;
    close(fd);
    good = good && (link(temporary, path) == 0 || errno == EEXIST);
    unlink(temporary);
    return good;
}

bool
secret_setup(const struct config *config, char *error, size_t error_size)
{
    unsigned char derived[SHA256_BYTES];
    char path[4096];

    if (*auth_settings.app_secret) {
        if (strlen(auth_settings.app_secret) < 32) {
            snprintf(error, error_size, "APP_SECRET must have at least 32 bytes");
            return false;
        }
        sha256(str_of(auth_settings.app_secret), secret);
    } else {
        snprintf(path, sizeof path, "%s/secret", config->data_dir);
        if (access(path, F_OK) && !make_secret(path)) {
            snprintf(error, error_size, "%s cannot be made: %m", path);
            return false;
        }
        errno = 0;
        if (!read_secret(path)) {
            snprintf(error, error_size, "%s cannot be read: %s", path,
                     errno ? strerror(errno) : "it is cut; copy it from a backup, since the secrets of second factors are encrypted with it");
            return false;
        }
    }
    secret_derive("stream", derived);
    hex_encode(derived, sizeof derived, stream_secret);
    return true;
}

const char *
auth_stream_secret(void)
{
    return *auth_settings.stream_secret ? auth_settings.stream_secret : stream_secret;
}
