#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
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

/* Reads the secret of the data folder, or makes it: whoever creates the file first decides. */
static bool
read_or_make(const char *path, char *error, size_t error_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT) {
        random_bytes(secret, sizeof secret);
        fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        if (fd >= 0) {
            bool written = write(fd, secret, sizeof secret) == (ssize_t)sizeof secret && fsync(fd) == 0;

            close(fd);
            if (written)
                return true;
            unlink(path);
        } else if (errno == EEXIST) {
            usleep(50000); /* another process is writing it */
            fd = open(path, O_RDONLY | O_CLOEXEC);
        }
    }
    if (fd >= 0) {
        ssize_t n = read(fd, secret, sizeof secret);

        close(fd);
        if (n == (ssize_t)sizeof secret)
            return true;
    }
    snprintf(error, error_size, "%s cannot be read or made: %m", path);
    return false;
}

bool
secret_setup(const struct config *config, char *error, size_t error_size)
{
    unsigned char derived[SHA256_BYTES];
    char path[4096];

    if (*config->app_secret) {
        if (strlen(config->app_secret) < 32) {
            snprintf(error, error_size, "APP_SECRET must have at least 32 bytes");
            return false;
        }
        sha256(str_of(config->app_secret), secret);
    } else {
        snprintf(path, sizeof path, "%s/secret", config->data_dir);
        if (!read_or_make(path, error, error_size))
            return false;
    }
    secret_derive("stream", derived);
    hex_encode(derived, sizeof derived, stream_secret);
    return true;
}

const char *
auth_stream_secret(void)
{
    return *auth_config->stream_secret ? auth_config->stream_secret : stream_secret;
}
