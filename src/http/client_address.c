#include "http/client_address.h"

#include <strings.h>

static void
add_hop(struct hops *hops, struct str entry)
{
    struct ip ip = {0};
    bool known = ip_parse_endpoint(entry, &ip), trusted = known && ip_networks_contain(hops->trusted, &ip);

    if (!trusted || !hops->any) { /* where all are trusted, the first is the client */
        hops->client = ip;
        hops->known = known;
    }
    hops->any = true;
}

static struct str
trim(struct str text)
{
    while (text.len && (*text.ptr == ' ' || *text.ptr == '\t'))
        text = (struct str){text.ptr + 1, text.len - 1};
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Cuts `rest` after the first of `separators` that is not in quotes, and returns what was before. False in `ret_closed` when a quote is not
 * closed. */
static struct str
cut(struct str *rest, const char *separators, bool *ret_closed)
{
    bool quoted = false;
    size_t i = 0;
    struct str part;

    for (; i < rest->len && (quoted || !strchr(separators, rest->ptr[i])); i++) {
        if (quoted && rest->ptr[i] == '\\' && i + 1 < rest->len)
            i++;
        else if (rest->ptr[i] == '"')
            quoted = !quoted;
    }
    part = (struct str){rest->ptr, i};
    *ret_closed = !quoted;
    *rest = i < rest->len ? (struct str){rest->ptr + i + 1, rest->len - i - 1} : (struct str){rest->ptr + i, 0};
    return trim(part);
}

void
hops_add_x_forwarded_for(struct hops *hops, struct str line)
{
    while (line.len) {
        const char *comma = memchr(line.ptr, ',', line.len);
        size_t len = comma ? (size_t)(comma - line.ptr) : line.len;
        struct str entry = trim((struct str){line.ptr, len});

        if (entry.len) /* RFC 9110, 5.6.1: empty entries of a list do not count */
            add_hop(hops, entry);
        line = (struct str){line.ptr + len + (comma != NULL), line.len - len - (comma != NULL)};
    }
}

/* The value of `for` in one element of Forwarded: "for=192.0.2.1;proto=https". Empty when there is none, or two. */
static struct str
value_of_for(struct str element)
{
    struct str found = {"", 0};
    unsigned count = 0;
    bool closed;

    while (element.len) {
        struct str pair = cut(&element, ";", &closed);

        if (pair.len >= 4 && strncasecmp(pair.ptr, "for=", 4) == 0) {
            found = (struct str){pair.ptr + 4, pair.len - 4};
            count++;
        }
    }
    return count == 1 ? found : (struct str){"", 0};
}

void
hops_add_forwarded(struct hops *hops, struct str line)
{
    while (line.len) {
        bool closed;
        struct str element = cut(&line, ",", &closed);

        if (element.len)
            add_hop(hops, closed ? value_of_for(element) : (struct str){"", 0});
    }
}
