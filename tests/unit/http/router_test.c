#include "../base/test.h"

#include <stdio.h>

#include "base/buf.h"
#include "http/router.h"

static const struct route table[] = {
    {GET, "/tracks", "s"}, {POST, "/tracks", "s"}, {GET, "/tracks/search", "s"}, {GET, "/tracks/{id}", "s"},
    {DELETE, "/tracks/{id}", "s"}, {GET, "/tracks/{id}/hls/{quality}/{segment}", "s"}, {GET, "/tracks/{id}/hls/master.m3u8", "s"},
    {GET, "/users/{id}/likes", "s"}, {GET, "/users/me/likes", "s"}, {PUT, "/users/me/password", "s"}, ROUTE_END};
static const struct route *const tables[] = {table, NULL};

static struct router *router;
static struct arena *arena;

static int
build(void **state)
{
    char error[200];

    (void)state;
    router = router_new(tables, error, sizeof error);
    arena = arena_new(1 << 20);
    return router && arena ? 0 : -1;
}

static int
teardown(void **state)
{
    (void)state;
    router_free(router);
    arena_free(arena);
    return 0;
}

static struct route_match
match(enum method method, const char *path)
{
    struct route_match found;

    assert_true(router_match(router, arena, method, str_of(path), &found));
    return found;
}

static void
a_literal_wins_over_a_parameter(void **state)
{
    struct route_match found = match(GET, "/tracks/search");

    (void)state;
    assert_string_equal(found.route->pattern, "/tracks/search");
    found = match(GET, "/tracks/42");
    assert_string_equal(found.route->pattern, "/tracks/{id}");
    assert_string_equal(found.values[0], "42");
}

static void
a_literal_that_leads_nowhere_gives_way_to_a_parameter(void **state)
{
    struct route_match found = match(GET, "/tracks/search/hls/master.m3u8");

    (void)state;
    assert_string_equal(found.route->pattern, "/tracks/{id}/hls/master.m3u8");
    assert_string_equal(found.values[0], "search");
    assert_string_equal(match(GET, "/users/me/likes").route->pattern, "/users/me/likes");
    assert_string_equal(match(GET, "/users/7/likes").route->pattern, "/users/{id}/likes");
}

static void
parameters_come_decoded_and_in_order(void **state)
{
    struct route_match found = match(GET, "/tracks/a%20b/hls/low/caf%C3%A9");

    (void)state;
    assert_string_equal(found.values[0], "a b");
    assert_string_equal(found.values[1], "low");
    assert_string_equal(found.values[2], "caf\xc3\xa9");
}

static void
another_method_is_told_from_nothing_there(void **state)
{
    struct route_match found = match(PUT, "/tracks/42");

    (void)state;
    assert_null(found.route);
    assert_true(found.path_exists);
    assert_int_equal(found.allowed, 1u << GET | 1u << DELETE);
    found = match(GET, "/nothing/here");
    assert_null(found.route);
    assert_false(found.path_exists);
    assert_false(match(GET, "/tracks//hls/master.m3u8").path_exists);
    assert_false(match(GET, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r").path_exists);
}

static void
paths_that_climb_or_hide_something_are_refused(void **state)
{
    static const char *const bad[] = {"/tracks/..", "/tracks/%2e%2e", "/tracks/%2E.", "/tracks/.", "/tracks/a%2fb", "/tracks/a%5Cb",
                                      "/tracks/a%00b", "/tracks/%c0%ae%c0%ae", "/tracks/%", "/tracks/%4", "/tracks/%zz", "/tracks/a%0ab",
                                      "/tracks/%ff"};
    struct route_match found;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(router_match(router, arena, GET, str_of(bad[i]), &found));
}

static void
a_route_that_exists_twice_stops_the_start(void **state)
{
    static const struct route twice[] = {{GET, "/a/{x}", "s"}, {GET, "/a/{y}", "s"}, ROUTE_END};
    static const struct route *const both[] = {twice, NULL};
    char error[200];

    (void)state;
    assert_null(router_new(both, error, sizeof error));
    assert_non_null(strstr(error, "/a/{y}"));
}

static void
each_header_that_a_route_declares_is_named_once(void **state)
{
    static const struct field chunk[] = {{"Upload-Offset", FIELD_INT64}, {"Upload-Checksum", FIELD_STRING}, FIELD_END};
    static const struct field creation[] = {{"Upload-Length", FIELD_INT64}, {"upload-offset", FIELD_INT64}, {"Range", FIELD_STRING}, {"Upload", FIELD_STRING}, FIELD_END};
    static const struct route with_headers[] = {{PATCH, "/a/{x}", "s", .headers = chunk}, {GET, "/a/{x}", "s"}, {POST, "/a", "s", .headers = creation}, ROUTE_END};
    static const struct route *const list[] = {with_headers, NULL};
    scoped_buf names = BUF_INIT(4096), none = BUF_INIT(4096);
    struct router *one;
    char error[200];

    (void)state;
    one = router_new(list, error, sizeof error);
    assert_non_null(one);
    buf_add_text(&names, "Authorization, Range");
    router_add_headers(one, &names);
    assert_string_equal(buf_str(&names).ptr, "Authorization, Range, Upload-Offset, Upload-Checksum, Upload-Length, Upload");
    router_add_headers(one, &none);
    assert_string_equal(buf_str(&none).ptr, "Upload-Offset, Upload-Checksum, Upload-Length, Range, Upload");
    router_free(one);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_literal_wins_over_a_parameter),
        cmocka_unit_test(a_literal_that_leads_nowhere_gives_way_to_a_parameter),
        cmocka_unit_test(parameters_come_decoded_and_in_order),
        cmocka_unit_test(another_method_is_told_from_nothing_there),
        cmocka_unit_test(paths_that_climb_or_hide_something_are_refused),
        cmocka_unit_test(a_route_that_exists_twice_stops_the_start),
        cmocka_unit_test(each_header_that_a_route_declares_is_named_once),
    };

    return cmocka_run_group_tests(tests, build, teardown);
}
