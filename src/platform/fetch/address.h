/* address.h - which addresses of the Internet our own requests may go to.
 *
 * Judged is the address that a socket is about to connect to, after every way of writing it (decimal, octal, hexadecimal, a name that
 * resolves to it) has been undone. Tunnels and translations (IPv4-mapped, NAT64) are judged by the IPv4 address inside. */
#pragma once

#include <sys/socket.h>

enum address_kind {
    ADDRESS_PUBLIC,
    ADDRESS_LOOPBACK, /* this machine */
    ADDRESS_PRIVATE,  /* a network of the operator's: RFC 1918, CGNAT, unique local */
    ADDRESS_NEVER,    /* nobody's, everybody's, or a cloud's metadata */
};

/* Anything but IPv4 and IPv6 is ADDRESS_NEVER. */
enum address_kind address_kind(const struct sockaddr *address);
