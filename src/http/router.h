/* router.h - finds the route for a method and a path. Built once, then read by all threads. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "http/route.h"

#define ROUTE_PARAM_MAX 8

struct router;

struct route_match {
    const struct route *route; /* NULL: nothing here, or not with this method */
    unsigned index;            /* of the route, for metrics */
    bool path_exists;          /* some other method is served here: 405 */
    unsigned allowed;          /* bit set of 1 << enum method */
    const char *values[ROUTE_PARAM_MAX]; /* decoded segments in the order of {names} in the pattern; arena */
};

/* Builds a router of `tables`; NULL with a sentence in `error` when two routes collide or a pattern is wrong. */
struct router *router_new(route_tables tables, char *error, size_t error_size);
void router_free(struct router *router);

unsigned router_count(const struct router *router);
const struct route *router_route(const struct router *router, unsigned index);

/* Adds the headers that routes declare to the comma separated names in `out`, each once. */
struct buf;
void router_add_headers(const struct router *router, struct buf *out);

/* Matches the undecoded path `raw_path`. A literal segment wins over a {parameter}. Returns false when the path itself is refused:
 * a segment that decodes to `.`, `..`, to something with a slash, backslash, control character or NUL, or that is not UTF-8. */
bool router_match(const struct router *router, struct arena *arena, enum method method, struct str raw_path,
                  struct route_match *ret_match);

/* Percent-decodes `raw` (RFC 3986); `plus_is_space` for query strings. NULL when an escape is broken, or it decodes to NUL or to
 * something that is not UTF-8. */
const char *percent_decode(struct arena *arena, struct str raw, bool plus_is_space);
