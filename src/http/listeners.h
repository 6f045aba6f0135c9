/* listeners.h - the listening sockets of a server: one for each address in BIND_ADDRESS. */
#pragma once

#include <stdint.h>

#include "base/ip.h"

struct listeners {
    unsigned count;
    int fds[IP_NETWORKS_MAX];
    uint16_t port; /* of all of them */
};

/* Listens on `port` of every address; 0 picks one that is free on all of them. `::` takes IPv4 too, unless the list also names an IPv4
 * address. Returns 0, or the errno of the address that is then in `ret_failed`; nothing is open then. */
int listeners_open(const struct ip_networks *addresses, uint16_t port, struct listeners *ret_listeners, char ret_failed[IP_TEXT]);
void listeners_close(struct listeners *listeners);
