/* handshake_fuzz.c - any bytes as the headers with which a connection wants to become a WebSocket, one a line. */
#include "fuzz.h"

#include "http/websocket_handshake.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = text_of(bytes, length), *rest = text, accept[WEBSOCKET_ACCEPT_SIZE];
    struct handshake handshake = {0};
    const char **const fields[] = {&handshake.upgrade, &handshake.connection, &handshake.version, &handshake.key, &handshake.origin, &handshake.host};
    enum handshake_verdict verdict;

    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++)
        *fields[i] = strsep(&rest, "\n");
    verdict = handshake_check(&handshake, "https://a.example, http://b.example:81", "http://localhost:5173");
    require(verdict >= HANDSHAKE_OK && verdict <= HANDSHAKE_BAD_ORIGIN);
    if (verdict == HANDSHAKE_OK) {
        require(strcmp(handshake.version, "13") == 0);
        require(!handshake.origin || !strstr(handshake.origin, "//") || handshake_origin_allowed(handshake.origin, handshake.host,
                                                                   "https://a.example, http://b.example:81", "http://localhost:5173"));
        require(handshake_accept(handshake.key, accept) && strlen(accept) == WEBSOCKET_ACCEPT_SIZE - 1);
    }
    free(text);
    return 0;
}
