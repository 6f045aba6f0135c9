/* websocket_handshake.h - may this request become a WebSocket (RFC 6455, section 4.2)? Headers in, a verdict out. */
#pragma once

#include <stdbool.h>

#define WEBSOCKET_ACCEPT_SIZE 29 /* 28 characters and a NUL */

/* Headers as they were sent; NULL when absent. */
struct handshake {
    const char *upgrade, *connection, *version, *key, *origin, *host;
};

enum handshake_verdict {
    HANDSHAKE_OK,
    HANDSHAKE_NO_UPGRADE,  /* an ordinary request */
    HANDSHAKE_BAD_VERSION, /* not 13 */
    HANDSHAKE_BAD_KEY,     /* not 16 bytes in base64 */
    HANDSHAKE_BAD_ORIGIN,  /* a page of somebody else */
};

/* `origins` is a comma separated list of further origins, `frontend_url` one more; both may be "". */
enum handshake_verdict handshake_check(const struct handshake *handshake, const char *origins, const char *frontend_url);

/* Is `origin` a page of `host` (the Host header, with a port that is not the scheme's own) or in one of the lists? */
bool handshake_origin_allowed(const char *origin, const char *host, const char *origins, const char *frontend_url);

/* Sec-WebSocket-Accept for a valid key. False when memory is short. */
bool handshake_accept(const char *key, char ret_accept[WEBSOCKET_ACCEPT_SIZE]);
