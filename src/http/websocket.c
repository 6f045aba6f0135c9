#include "http/websocket.h"

#include <fcntl.h>
#include <microhttpd.h>

#include "base/config.h"
#include "http/hub.h"
#include "http/request.h"
#include "http/server.h"
#include "http/websocket_handshake.h"

/* The socket is duplicated and libmicrohttpd let go of its own at once: it then frees everything it holds for the connection,
 * and can be stopped without regard to WebSockets. Nothing is sent or shut down by that, since both descriptors are one socket. */
static void
upgraded(void *user, struct MHD_Connection *connection, void *context, const char *early, size_t early_len, MHD_socket socket,
         struct MHD_UpgradeResponseHandle *handle)
{
    struct websocket *ws = user;
    int fd = fcntl(socket, F_DUPFD_CLOEXEC, 0);

    (void)connection, (void)context;
    MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
    if (fd >= 0)
        hub_adopt(ws, fd, (struct str){early, early_len});
}

static void
release(void *ws)
{
    websocket_unref(ws);
}

static const struct problem *
check_handshake(struct request *req)
{
    const struct config *config = server_settings(req->server)->config;
    const struct handshake handshake = {
        .upgrade = request_header(req, "Upgrade"),
        .connection = request_header(req, "Connection"),
        .version = request_header(req, "Sec-WebSocket-Version"),
        .key = request_header(req, "Sec-WebSocket-Key"),
        .origin = request_header(req, "Origin"),
        .host = request_header(req, "Host"),
    };

    switch (handshake_check(&handshake, config->cors_origins, config_frontend_url(config))) {
    case HANDSHAKE_OK:
        return NULL;
    case HANDSHAKE_BAD_KEY:
        return problem_detail(req->arena, PROBLEM(BAD_REQUEST), "Sec-WebSocket-Key must be 16 bytes in base64.");
    case HANDSHAKE_BAD_ORIGIN:
        return problem_detail(req->arena, PROBLEM(FORBIDDEN), "Pages of this origin may not open a WebSocket here.");
    default:
        reply_header(req, "Upgrade", "websocket");
        reply_header(req, "Sec-WebSocket-Version", "13");
        return PROBLEM(UPGRADE_REQUIRED);
    }
}

static struct MHD_Response *
make_response(struct request *req, struct websocket *ws)
{
    char accept[WEBSOCKET_ACCEPT_SIZE];
    struct MHD_Response *response;

    if (!handshake_accept(request_header(req, "Sec-WebSocket-Key"), accept))
        return NULL;
    response = MHD_create_response_for_upgrade(upgraded, ws);
    if (!response)
        return NULL;
    MHD_add_response_header(response, "Upgrade", "websocket");
    MHD_add_response_header(response, "Sec-WebSocket-Accept", accept);
    MHD_add_response_header(response, "X-Request-Id", req->id);
    return response;
}

const struct problem *
websocket_accept(struct request *req, struct hub *hub, const struct websocket_handler *handler, void *user)
{
    struct websocket *ws = websocket_new(hub, handler, user);
    const struct problem *p = ws ? check_handshake(req) : PROBLEM(UNAVAILABLE);
    struct MHD_Response *response;

    if (!p && !hub_has_room(hub))
        p = PROBLEM(UNAVAILABLE);
    response = p ? NULL : make_response(req, ws);
    if (!response) {
        websocket_unref(ws);
        return p ? p : PROBLEM(UNAVAILABLE);
    }
    /* The reply's owner is our reference: it ends with the request, whether or not the upgrade took place. */
    reply_owned(req, 101, NULL, STR(""), release, ws);
    req->reply.prepared = response;
    return NULL;
}
