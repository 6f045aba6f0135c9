/* client_address.h - whose request it is when it came through proxies.
 *
 * Each proxy adds the address of its own peer at the end of X-Forwarded-For, or of Forwarded (RFC 7239). Read from the end, the first
 * address that is no trusted proxy's is the client's: what stands before it is only what the client says. An entry there that cannot
 * be read makes the client unknown. */
#pragma once

#include "base/ip.h"

struct hops {
    const struct ip_networks *trusted;
    struct ip client;
    bool any;   /* was there an entry? */
    bool known; /* is `client` an address? */
};

/* Adds the entries of one header line. Lines are added in the order in which they came. */
void hops_add_x_forwarded_for(struct hops *hops, struct str line);
void hops_add_forwarded(struct hops *hops, struct str line);
