/* ip.h - IP addresses and networks.
 *
 * An IPv4 address is held in its IPv6 form (::ffff:a.b.c.d), so that both spellings of it are the same address. Texts of it are always
 * IPv4. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct sockaddr;

#define IP_TEXT 46
#define IP_NETWORK_TEXT 52
#define IP_NETWORKS_MAX 64
#define IP_UNKNOWN "unknown" /* the text of an address that cannot be read */

struct ip {
    unsigned char bytes[16];
};

struct ip_network {
    struct ip ip;
    unsigned bits; /* of 128 */
};

struct ip_networks {
    unsigned count;
    struct ip_network list[IP_NETWORKS_MAX];
};

/* Parses the whole of `text`: IPv4 with four decimal parts, or IPv6 without a zone and without brackets. */
bool ip_parse(struct str text, struct ip *ret_ip);
/* The same, also as proxies write it: with a port ("192.0.2.1:80", "[2001:db8::1]:80"), in brackets, in double quotes. */
bool ip_parse_endpoint(struct str text, struct ip *ret_ip);
/* The address of a socket's peer. False for other families than IPv4 and IPv6. */
bool ip_of_socket(const struct sockaddr *address, struct ip *ret_ip);

void ip_text(const struct ip *ip, char ret_text[IP_TEXT]);
bool ip_is_v4(const struct ip *ip);
bool ip_is_loopback(const struct ip *ip);
bool ip_is_every(const struct ip *ip); /* 0.0.0.0 or :: */

/* The network that an address belongs to: its first `bits_v4` of 32 or `bits_v6` of 128 bits. */
struct ip_network ip_network_of(const struct ip *ip, unsigned bits_v4, unsigned bits_v6);
/* "203.0.113.0/24", "2001:db8:1:2::/64". */
void ip_network_text(const struct ip_network *network, char ret_text[IP_NETWORK_TEXT]);
/* Both at once, for an address as text; IP_UNKNOWN for what is no address. */
void ip_text_network(const char *address, unsigned bits_v4, unsigned bits_v6, char ret_text[IP_NETWORK_TEXT]);

/* Parses an address or a network in CIDR notation; bits after the prefix must be 0. */
bool ip_network_parse(struct str text, struct ip_network *ret_network);
/* Parses a list separated by commas or blanks. False, with the entry that is wrong in `ret_wrong`, when one is no network, or when
 * there are more than IP_NETWORKS_MAX. */
bool ip_networks_parse(const char *list, struct ip_networks *ret_networks, struct str *ret_wrong);
/* An IPv6 network never contains an IPv4 address, not even ::/0. */
bool ip_network_contains(const struct ip_network *network, const struct ip *ip);
bool ip_networks_contain(const struct ip_networks *networks, const struct ip *ip);
