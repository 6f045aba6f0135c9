/* What a client may send over a WebSocket: any bytes, in any pieces, into one connection of a hub without a thread of its own.
 *
 * Whatever comes, messages that reach the handler are whole, within the limit and valid UTF-8; what goes back are well-formed
 * frames of a server; and the connection ends with everything freed. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/hub_private.h"

#define MESSAGE_MAX 2048

static size_t opens, closes, frees;

static void
require(bool what)
{
    if (!what)
        abort();
}

static void
on_open(struct websocket *ws, void *user)
{
    (void)user;
    opens++;
    hub_subscribe(ws, "echo");
}

static void
on_message(struct websocket *ws, void *user, struct str text)
{
    (void)user;
    require(text.len <= MESSAGE_MAX);
    require(memchr(text.ptr, '\0', text.len) || utf8_valid(text, NULL));
    if (text.len % 3 == 0)
        websocket_send(ws, text);
    else if (text.len % 3 == 1)
        hub_publish(ws->hub, "echo", text);
    else if (text.len == 2)
        websocket_close(ws, 4000, "two");
}

static void
on_close(struct websocket *ws, void *user, int code)
{
    (void)ws, (void)user;
    closes++;
    require(code >= 1000 && code <= 4999);
}

static void
on_free(void *user)
{
    (void)user;
    frees++;
}

static const struct websocket_handler handler = {
    .on_open = on_open, .on_message = on_message, .on_close = on_close, .user_free = on_free};

/* Frames of a server are unmasked, unfragmented text, pongs, pings and at last a close; the last one may be cut. */
static void
check_output(const unsigned char *bytes, size_t len)
{
    bool closed = false;

    while (len >= 2) {
        size_t payload = bytes[1], header = 2;

        require(!closed);
        require(bytes[0] == 0x81 || bytes[0] == 0x88 || bytes[0] == 0x89 || bytes[0] == 0x8A);
        require(payload != 127 && payload <= 126);
        closed = bytes[0] == 0x88;
        if (payload == 126) {
            if (len < 4)
                return;
            payload = (size_t)bytes[2] << 8 | bytes[3];
            header = 4;
            require(payload >= 126 && bytes[0] == 0x81);
        }
        if (len < header + payload)
            return;
        bytes += header + payload;
        len -= header + payload;
    }
}

static size_t
read_all(int fd, unsigned char *out, size_t len, size_t size)
{
    ssize_t got;

    while (len < size && (got = recv(fd, out + len, size - len, MSG_DONTWAIT)) > 0)
        len += (size_t)got;
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says how the rest is cut into pieces, and how much of it was read before the upgrade. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char out[512 * 1024];
    const struct hub_settings settings = {.max_message = MESSAGE_MAX, .max_fragments = 8, .frames_burst = 50};
    size_t piece, early, len = 0;
    struct hub *hub;
    struct websocket *ws;
    int fds[2];

    if (!size)
        return 0;
    piece = data[0] & 0x7F ? (size_t)(data[0] & 0x7F) : SIZE_MAX;
    early = data[0] & 0x80 ? 5 : 0;
    data++, size--;
    early = early < size ? early : size;
    opens = closes = frees = 0;

    hub = hub_new(&settings);
    require(hub && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    ws = websocket_new(hub, &handler, NULL);
    require(ws && hub_adopt(ws, fds[1], (struct str){(const char *)data, early}));
    websocket_unref(ws);
    loop_of_thread = hub->loops[0];
    loop_turn(hub->loops[0], 0);
    for (size_t at = early; at < size && !closes;) {
        size_t n = size - at < piece ? size - at : piece;
        ssize_t sent = send(fds[0], data + at, n, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent <= 0)
            break;
        at += (size_t)sent;
        loop_turn(hub->loops[0], 0);
        len = read_all(fds[0], out, len, sizeof out);
    }
    len = read_all(fds[0], out, len, sizeof out);
    check_output(out, len);
    close(fds[0]);
    for (int i = 0; i < 10 && !frees; i++)
        loop_turn(hub->loops[0], 0);
    require(opens == 1 && closes == 1 && frees == 1);
    require(!hub->loops[0]->connections && !hub->loops[0]->topics.count);
    hub_stop(hub, 0);
    loop_of_thread = NULL;
    hub_free(hub);
    return 0;
}
