#include "http/router.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/str.h"

/* One segment of the tree. Children with text come before the one {parameter}. */
struct node {
    struct str text;
    struct node *children; /* literal ones */
    struct node *parameter;
    struct node *next;
    const struct route *routes[METHOD_COUNT];
    unsigned indexes[METHOD_COUNT];
};

struct router {
    struct node root;
    const struct route **routes;
    unsigned count;
};

const char *
method_name(enum method method)
{
    static const char *const names[] = {"", "GET", "POST", "PUT", "PATCH", "DELETE"};

    return names[method];
}

/* Cuts the next segment off `path`, which begins with a slash. */
static struct str
next_segment(struct str *path)
{
    struct str segment;
    const char *slash;

    path->ptr++;
    path->len--;
    slash = memchr(path->ptr, '/', path->len);
    segment = (struct str){path->ptr, slash ? (size_t)(slash - path->ptr) : path->len};
    path->ptr += segment.len;
    path->len -= segment.len;
    return segment;
}

static struct node *
literal_child(struct node *node, struct str text)
{
    for (struct node *child = node->children; child; child = child->next)
        if (str_equal(child->text, text))
            return child;
    return NULL;
}

static struct node *
child_for(struct node *node, struct str segment)
{
    bool is_parameter = segment.len > 2 && segment.ptr[0] == '{';
    struct node *child = is_parameter ? node->parameter : literal_child(node, segment);

    if (child)
        return child;
    child = calloc(1, sizeof *child);
    if (!child)
        return NULL;
    child->text = segment;
    if (is_parameter) {
        node->parameter = child;
    } else {
        child->next = node->children;
        node->children = child;
    }
    return child;
}

static bool
insert(struct router *router, const struct route *route, char *error, size_t error_size)
{
    struct str path = str_of(route->pattern);
    struct node *node = &router->root;
    unsigned parameters = 0;

    if (route->method <= METHOD_NONE || route->method >= METHOD_COUNT || path.len == 0 || path.ptr[0] != '/') {
        snprintf(error, error_size, "route %s: no method, or a pattern that does not begin with a slash", route->pattern);
        return false;
    }
    while (path.len > 1) {
        struct str segment = next_segment(&path);

        parameters += segment.len && segment.ptr[0] == '{';
        node = child_for(node, segment);
        if (!node || parameters > ROUTE_PARAM_MAX) {
            snprintf(error, error_size, "route %s: too many parameters, or no memory", route->pattern);
            return false;
        }
    }
    if (node->routes[route->method]) {
        snprintf(error, error_size, "route %s %s exists twice", method_name(route->method), route->pattern);
        return false;
    }
    node->routes[route->method] = route;
    node->indexes[route->method] = router->count;
    router->routes[router->count++] = route;
    return true;
}

struct router *
router_new(route_tables tables, char *error, size_t error_size)
{
    struct router *router = calloc(1, sizeof *router);
    unsigned total = 0;

    for (route_tables table = tables; *table; table++)
        for (const struct route *route = *table; route->pattern; route++)
            total++;
    if (router)
        router->routes = calloc(total ? total : 1, sizeof *router->routes);
    if (!router || !router->routes) {
        snprintf(error, error_size, "not enough memory for the routes");
        router_free(router);
        return NULL;
    }
    for (route_tables table = tables; *table; table++) {
        for (const struct route *route = *table; route->pattern; route++) {
            if (!insert(router, route, error, error_size)) {
                router_free(router);
                return NULL;
            }
        }
    }
    return router;
}

static void
free_children(struct node *node)
{
    while (node->children) {
        struct node *child = node->children;

        node->children = child->next;
        free_children(child);
        free(child);
    }
    if (node->parameter) {
        free_children(node->parameter);
        free(node->parameter);
    }
}

static bool
router_names_header(const char *list, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = list; *at; at += strcspn(at, ",")) {
        at += strspn(at, ", ");
        if (strcspn(at, ",") == len && strncasecmp(at, name, len) == 0)
            return true;
    }
    return false;
}

void
router_add_headers(const struct router *router, struct buf *out)
{
    for (unsigned i = 0; i < router_count(router); i++)
        for (const struct field *f = router_route(router, i)->headers; f && f->name; f++)
            if (!router_names_header(buf_str(out).ptr, f->name))
                buf_printf(out, "%s%s", out->len ? ", " : "", f->name);
}

void
router_free(struct router *router)
{
    if (!router)
        return;
    free_children(&router->root);
    free(router->routes);
    free(router);
}

unsigned
router_count(const struct router *router)
{
    return router->count;
}

const struct route *
router_route(const struct router *router, unsigned index)
{
    return router->routes[index];
}

const char *
percent_decode(struct arena *arena, struct str raw, bool plus_is_space)
{
    char *out = arena_alloc(arena, raw.len + 1);
    size_t len = 0;

    if (!out)
        return NULL;
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];

        if (c == '%') {
            char digits[3] = {0};

            if (raw.len - i < 3)
                return NULL;
            memcpy(digits, raw.ptr + i + 1, 2);
            if (!hex_decode(digits, &c, 1))
                return NULL;
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        out[len++] = c;
    }
    return utf8_valid((struct str){out, len}, NULL) ? out : NULL;
}

static bool
segment_allowed(const char *segment)
{
    if (text_equal(segment, ".") || text_equal(segment, ".."))
        return false;
    for (const char *p = segment; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F || *p == '/' || *p == '\\')
            return false;
    return true;
}

/* Depth first, literals before parameters; at most ROUTE_PARAM_MAX choices deep. */
static const struct node *
find_route_below(const struct node *node, const char *const *segments, unsigned count, const char **values)
{
    const struct node *found;

    if (count == 0) {
        for (int m = GET; m < METHOD_COUNT; m++)
            if (node->routes[m])
                return node;
        return NULL;
    }
    for (const struct node *child = node->children; child; child = child->next) {
        if (!str_equal(child->text, str_of(segments[0])))
            continue;
        found = find_route_below(child, segments + 1, count - 1, values);
        if (found)
            return found;
    }
    if (!node->parameter || !*segments[0])
        return NULL;
    *values = segments[0];
    return find_route_below(node->parameter, segments + 1, count - 1, values + 1);
}

bool
router_match(const struct router *router, struct arena *arena, enum method method, struct str raw_path,
             struct route_match *ret_match)
{
    const char *segments[16];
    const char *values[ROUTE_PARAM_MAX + 1] = {0};
    const struct node *node;
    struct str rest = raw_path;
    unsigned count = 0;

    *ret_match = (struct route_match){0};
    while (rest.len > 1) {
        const char *segment = percent_decode(arena, next_segment(&rest), false);

        if (!segment || !segment_allowed(segment))
            return false;
        if (count == COUNT_OF(segments))
            return true;
        segments[count++] = segment;
    }
    node = find_route_below(&router->root, segments, count, values);
    if (!node)
        return true;
    memcpy(ret_match->values, values, sizeof ret_match->values);
    ret_match->route = node->routes[method];
    ret_match->index = node->indexes[method];
    for (int m = GET; m < METHOD_COUNT; m++)
        if (node->routes[m])
            ret_match->allowed |= 1u << m;
    ret_match->path_exists = ret_match->allowed != 0;
    return true;
}
