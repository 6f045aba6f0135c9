/* address.h - where a Redis is: redis://[user][:password]@host[:port][/database], or unix:///path. */
#pragma once

#include <stdbool.h>

struct redis_address {
    char path[108]; /* of a unix socket; empty for host and port */
    char host[256];
    int port;     /* 6379 when the text names none */
    int database; /* 0 when the text names none */
    char user[128], password[256];
};

/* Reads `text` (percent-encoding in user and password is undone); `password` counts when the text holds none. */
bool redis_address_parse(const char *text, const char *password, struct redis_address *ret_address);
