#include "http/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024
#define FREE_PORT_TRIES 50 /* a port that is free on one address may be taken on the next */

/* What bind() takes; returns its length. */
static socklen_t
listeners_address(const struct ip *ip, uint16_t port, struct sockaddr_storage *ret_address)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret_address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret_address;

    memset(ret_address, 0, sizeof *ret_address);
    if (ip_is_v4(ip)) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        memcpy(&v4->sin_addr, ip->bytes + sizeof ip->bytes - sizeof v4->sin_addr, sizeof v4->sin_addr);
        return sizeof *v4;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    memcpy(&v6->sin6_addr, ip->bytes, sizeof v6->sin6_addr);
    return sizeof *v6;
}

/* One listening socket, and its port in *port. -1 with errno. */
static int
listeners_open_one(const struct ip *ip, bool v6_only, uint16_t *port)
{
    struct sockaddr_storage address;
    socklen_t len = listeners_address(ip, *port, &address);
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), reason;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if ((address.ss_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){v6_only}, sizeof(int))) ||
        bind(fd, (struct sockaddr *)&address, len) || listen(fd, BACKLOG) || getsockname(fd, (struct sockaddr *)&address, &len)) {
        reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    *port = ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port : ((struct sockaddr_in *)&address)->sin_port);
    return fd;
}

static int
listeners_try(const struct ip_networks *addresses, uint16_t port, struct listeners *ret_listeners, char ret_failed[IP_TEXT])
{
    struct listeners listeners = {.port = port};
    bool v6_only = false;

    for (unsigned i = 0; i < addresses->count; i++)
        v6_only |= ip_is_v4(&addresses->list[i].ip);
    for (unsigned i = 0; i < addresses->count; i++) {
        int fd = listeners_open_one(&addresses->list[i].ip, v6_only, &listeners.port), reason = errno;

        if (fd < 0) {
            ip_text(&addresses->list[i].ip, ret_failed);
            listeners_close(&listeners);
            return reason;
        }
        listeners.fds[listeners.count++] = fd;
    }
    *ret_listeners = listeners;
    return 0;
}

int
listeners_open(const struct ip_networks *addresses, uint16_t port, struct listeners *ret_listeners, char ret_failed[IP_TEXT])
{
    int reason = listeners_try(addresses, port, ret_listeners, ret_failed);

    for (int i = 0; !port && reason == EADDRINUSE && i < FREE_PORT_TRIES; i++)
        reason = listeners_try(addresses, port, ret_listeners, ret_failed);
    return reason;
}

void
listeners_close(struct listeners *listeners)
{
    for (unsigned i = 0; i < listeners->count; i++)
        close(listeners->fds[i]);
    listeners->count = 0;
}
