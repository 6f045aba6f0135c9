/* router_fuzz.c - any bytes as a request's path, and as an escaped value of a query string.
 *
 * Whatever a segment decodes to is one name: valid UTF-8 that cannot climb out of a folder. */
#include "fuzz.h"

#include "http/router.h"

static const struct route table[] = {
    {GET, "/tracks", "s"}, {POST, "/tracks", "s"}, {GET, "/tracks/search", "s"}, {GET, "/tracks/{id}", "s"}, {DELETE, "/tracks/{id}", "s"},
    {GET, "/tracks/{id}/hls/{quality}/{segment}", "s"}, {GET, "/tracks/{id}/hls/master.m3u8", "s"}, {GET, "/users/{id}/likes", "s"},
    {GET, "/users/me/likes", "s"}, {PUT, "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}", "s"}, ROUTE_END};
static const struct route *const tables[] = {table, NULL};

static void
check_value(const char *value)
{
    require(utf8_valid(str_of(value), NULL));
    require(!strpbrk(value, "/\\\r\n") && strcmp(value, ".") != 0 && strcmp(value, "..") != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct router *router;
    char error[200];
    struct arena *arena = arena_new(1 << 20);
    struct route_match match;
    struct str path = {(const char *)bytes + 1, length ? length - 1 : 0};
    const char *plain;

    if (!router)
        router = router_new(tables, error, sizeof error);
    require(router && arena);
    if (length > 0) {
        if (router_match(router, arena, (enum method)(1 + bytes[0] % (METHOD_COUNT - 1)), path, &match) && match.route) {
            unsigned parameters = 0;

            for (const char *p = match.route->pattern; *p; p++)
                parameters += *p == '{';
            for (unsigned i = 0; i < parameters; i++)
                check_value(match.values[i]);
        }
        plain = percent_decode(arena, path, bytes[0] & 1);
        require(!plain || (strlen(plain) <= path.len && utf8_valid(str_of(plain), NULL)));
    }
    arena_free(arena);
    return 0;
}
