#include "platform/fetch/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

/* The first match counts. What no row names is public. */
static const struct {
    uint32_t network;
    unsigned bits;
    enum address_kind kind;
} ipv4_networks[] = {
    {0x00000000, 8, ADDRESS_NEVER},     /* 0.0.0.0/8 "this host" */
    {0x646464c8, 32, ADDRESS_NEVER},    /* 100.100.100.200, metadata inside the range of CGNAT */
    {0x0a000000, 8, ADDRESS_PRIVATE},   /* 10.0.0.0/8 */
    {0x64400000, 10, ADDRESS_PRIVATE},  /* 100.64.0.0/10, CGNAT (RFC 6598) */
    {0x7f000000, 8, ADDRESS_LOOPBACK},  /* 127.0.0.0/8 */
    {0xa9fe0000, 16, ADDRESS_NEVER},    /* 169.254.0.0/16, link-local, metadata */
    {0xa83f8110, 32, ADDRESS_NEVER},    /* 168.63.129.16, a cloud's host agent at a public address */
    {0xac100000, 12, ADDRESS_PRIVATE},  /* 172.16.0.0/12 */
    {0xc0000000, 24, ADDRESS_NEVER},    /* 192.0.0.0/24, protocol assignments, metadata */
    {0xc0000200, 24, ADDRESS_NEVER},    /* 192.0.2.0/24, documentation */
    {0xc0586300, 24, ADDRESS_NEVER},    /* 192.88.99.0/24, relays of 6to4 */
    {0xc0a80000, 16, ADDRESS_PRIVATE},  /* 192.168.0.0/16 */
    {0xc6120000, 15, ADDRESS_NEVER},    /* 198.18.0.0/15, benchmarks */
    {0xc6336400, 24, ADDRESS_NEVER},    /* 198.51.100.0/24, documentation */
    {0xcb007100, 24, ADDRESS_NEVER},    /* 203.0.113.0/24, documentation */
    {0xe0000000, 4, ADDRESS_NEVER},     /* 224.0.0.0/4, multicast */
    {0xf0000000, 4, ADDRESS_NEVER},     /* 240.0.0.0/4, reserved, broadcast */
};

/* The first match counts. What no row names is nobody's. */
static const struct {
    const char *network;
    unsigned bits;
    enum address_kind kind;
} ipv6_networks[] = {
    {"::1", 128, ADDRESS_LOOPBACK},
    {"fd00:ec2::254", 128, ADDRESS_NEVER}, /* metadata inside the range of unique local addresses */
    {"fc00::", 7, ADDRESS_PRIVATE},
    {"2001::", 23, ADDRESS_NEVER},         /* protocol assignments, Teredo */
    {"2001:db8::", 32, ADDRESS_NEVER},     /* documentation */
    {"2002::", 16, ADDRESS_NEVER},         /* 6to4: whatever is inside, nobody is reached that way any more (RFC 7526) */
    {"3fff::", 20, ADDRESS_NEVER},         /* documentation */
    {"2000::", 3, ADDRESS_PUBLIC},
};

static enum address_kind
ipv4_kind(uint32_t address)
{
    for (size_t i = 0; i < COUNT_OF(ipv4_networks); i++)
        if ((address ^ ipv4_networks[i].network) >> (32 - ipv4_networks[i].bits) == 0)
            return ipv4_networks[i].kind;
    return ADDRESS_PUBLIC;
}

static bool
in_network(const unsigned char address[16], const char *network, unsigned bits)
{
    unsigned char bytes[16];
    unsigned whole = bits / 8, rest = bits % 8;

    return inet_pton(AF_INET6, network, bytes) == 1 && memcmp(address, bytes, whole) == 0 &&
           (!rest || (address[whole] ^ bytes[whole]) >> (8 - rest) == 0);
}

static enum address_kind
ipv6_kind(const unsigned char address[16])
{
    uint32_t inside;

    memcpy(&inside, address + 12, sizeof inside);
    inside = ntohl(inside);
    if (in_network(address, "::ffff:0:0", 96))
        return ipv4_kind(inside);
    if (in_network(address, "64:ff9b::", 96)) /* a translator's own network is not for us to enter by */
        return ipv4_kind(inside) == ADDRESS_PUBLIC ? ADDRESS_PUBLIC : ADDRESS_NEVER;
    for (size_t i = 0; i < COUNT_OF(ipv6_networks); i++)
        if (in_network(address, ipv6_networks[i].network, ipv6_networks[i].bits))
            return ipv6_networks[i].kind;
    return ADDRESS_NEVER;
}

enum address_kind
address_kind(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ipv4_kind(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6)
        return ipv6_kind(((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr);
    return ADDRESS_NEVER;
}
