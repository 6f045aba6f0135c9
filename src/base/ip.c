#include "base/ip.h"

#include <arpa/inet.h>
#include <stdio.h>

#define V4_OFFSET 12 /* of the four bytes of IPv4 in the 16 */

static const unsigned char v4_prefix[V4_OFFSET] = {[10] = 0xFF, [11] = 0xFF};

bool
ip_parse(struct str text, struct ip *ret_ip)
{
    char copy[IP_TEXT];
    struct ip ip = {0};

    if (!text.len || text.len >= sizeof copy || memchr(text.ptr, 0, text.len))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    if (inet_pton(AF_INET, copy, ip.bytes + V4_OFFSET) == 1)
        memcpy(ip.bytes, v4_prefix, V4_OFFSET);
    else if (inet_pton(AF_INET6, copy, ip.bytes) != 1)
        return false;
    *ret_ip = ip;
    return true;
}

static bool
is_port(struct str text)
{
    unsigned port = 0;

    if (!text.len || text.len > 5)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        port = port * 10 + (unsigned)(text.ptr[i] - '0');
    }
    return port <= 65535;
}

bool
ip_parse_endpoint(struct str text, struct ip *ret_ip)
{
    const char *end, *colon;

    if (text.len >= 2 && *text.ptr == '"' && text.ptr[text.len - 1] == '"')
        text = (struct str){text.ptr + 1, text.len - 2};
    if (text.len && *text.ptr == '[') {
        struct str rest;

        end = memchr(text.ptr, ']', text.len);
        if (!end)
            return false;
        rest = (struct str){end + 1, text.len - (size_t)(end + 1 - text.ptr)};
        if (rest.len && (*rest.ptr != ':' || !is_port((struct str){rest.ptr + 1, rest.len - 1})))
            return false;
        text = (struct str){text.ptr + 1, (size_t)(end - text.ptr) - 1};
        return memchr(text.ptr, ':', text.len) && ip_parse(text, ret_ip);
    }
    colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
    if (colon && !memchr(colon + 1, ':', text.len - (size_t)(colon + 1 - text.ptr))) { /* one colon: IPv4 and a port */
        if (!is_port((struct str){colon + 1, text.len - (size_t)(colon + 1 - text.ptr)}))
            return false;
        text.len = (size_t)(colon - text.ptr);
    }
    return ip_parse(text, ret_ip);
}

bool
ip_of_socket(const struct sockaddr *address, struct ip *ret_ip)
{
    if (address && address->sa_family == AF_INET6) {
        memcpy(ret_ip->bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, sizeof ret_ip->bytes);
        return true;
    }
    if (!address || address->sa_family != AF_INET)
        return false;
    memcpy(ret_ip->bytes, v4_prefix, V4_OFFSET);
    memcpy(ret_ip->bytes + V4_OFFSET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    return true;
}

bool
ip_is_v4(const struct ip *ip)
{
    return memcmp(ip->bytes, v4_prefix, V4_OFFSET) == 0;
}

bool
ip_is_loopback(const struct ip *ip)
{
    static const struct ip loopback = {{[15] = 1}};

    return ip_is_v4(ip) ? ip->bytes[V4_OFFSET] == 127 : memcmp(ip, &loopback, sizeof loopback) == 0;
}

bool
ip_is_every(const struct ip *ip)
{
    static const unsigned char zero[16];

    return memcmp(ip->bytes + V4_OFFSET, zero, 4) == 0 && (ip_is_v4(ip) || memcmp(ip->bytes, zero, V4_OFFSET) == 0);
}

void
ip_text(const struct ip *ip, char ret_text[IP_TEXT])
{
    if (ip_is_v4(ip))
        inet_ntop(AF_INET, ip->bytes + V4_OFFSET, ret_text, IP_TEXT);
    else
        inet_ntop(AF_INET6, ip->bytes, ret_text, IP_TEXT);
}

static struct ip
keep_bits(const struct ip *ip, unsigned bits)
{
    struct ip kept = {0};

    memcpy(kept.bytes, ip->bytes, bits / 8);
    if (bits % 8)
        kept.bytes[bits / 8] = (unsigned char)(ip->bytes[bits / 8] & 0xFF << (8 - bits % 8));
    return kept;
}

struct ip_network
ip_network_of(const struct ip *ip, unsigned bits_v4, unsigned bits_v6)
{
    unsigned bits = ip_is_v4(ip) ? V4_OFFSET * 8 + bits_v4 : bits_v6;

    return (struct ip_network){keep_bits(ip, bits), bits};
}

void
ip_network_text(const struct ip_network *network, char ret_text[IP_NETWORK_TEXT])
{
    char address[IP_TEXT];

    ip_text(&network->ip, address);
    snprintf(ret_text, IP_NETWORK_TEXT, "%s/%u", address, ip_is_v4(&network->ip) ? network->bits - V4_OFFSET * 8 : network->bits);
}

void
ip_text_network(const char *address, unsigned bits_v4, unsigned bits_v6, char ret_text[IP_NETWORK_TEXT])
{
    struct ip_network network;
    struct ip ip;

    if (!ip_parse(str_of(address), &ip)) {
        snprintf(ret_text, IP_NETWORK_TEXT, IP_UNKNOWN);
        return;
    }
    network = ip_network_of(&ip, bits_v4, bits_v6);
    ip_network_text(&network, ret_text);
}

bool
ip_network_parse(struct str text, struct ip_network *ret_network)
{
    const char *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;
    struct str address = {text.ptr, slash ? (size_t)(slash - text.ptr) : text.len};
    struct ip_network network = {.bits = 128};
    bool written_as_v4 = address.len && !memchr(address.ptr, ':', address.len);
    struct ip kept;

    if (!ip_parse(address, &network.ip))
        return false;
    if (slash) {
        char number[4] = "";
        size_t len = text.len - address.len - 1;
        int64_t bits;

        if (len >= sizeof number)
            return false;
        memcpy(number, slash + 1, len);
        if (!text_to_int64(number, 0, written_as_v4 ? 32 : 128, &bits))
            return false;
        network.bits = (unsigned)bits + (written_as_v4 ? V4_OFFSET * 8 : 0);
    }
    kept = keep_bits(&network.ip, network.bits);
    if (memcmp(&kept, &network.ip, sizeof kept) != 0)
        return false;
    *ret_network = network;
    return true;
}

bool
ip_networks_parse(const char *list, struct ip_networks *ret_networks, struct str *ret_wrong)
{
    struct ip_networks networks = {0};

    for (const char *p = list + strspn(list, ", \t"); *p; p += strspn(p, ", \t")) {
        struct str entry = {p, strcspn(p, ", \t")};

        if (networks.count == IP_NETWORKS_MAX || !ip_network_parse(entry, &networks.list[networks.count++])) {
            *ret_wrong = entry;
            return false;
        }
        p += entry.len;
    }
    *ret_networks = networks;
    return true;
}

bool
ip_network_contains(const struct ip_network *network, const struct ip *ip)
{
    struct ip kept;

    if (ip_is_v4(ip) && network->bits < V4_OFFSET * 8)
        return false;
    kept = keep_bits(ip, network->bits);
    return memcmp(&kept, &network->ip, sizeof kept) == 0;
}

bool
ip_networks_contain(const struct ip_networks *networks, const struct ip *ip)
{
    for (unsigned i = 0; i < networks->count; i++)
        if (ip_network_contains(&networks->list[i], ip))
            return true;
    return false;
}
