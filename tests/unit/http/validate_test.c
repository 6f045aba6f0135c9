#include "request_of.h"

#include <stdio.h>

#include "base/buf.h"

static const struct field body_fields[] = {
    {"title", FIELD_STRING, .required = true, .min = 1, .max = 10},
    {"notes", FIELD_TEXT, .nullable = true, .max = 100},
    {"email", FIELD_EMAIL},
    {"bpm", FIELD_INT, .min = 1, .max = 999},
    {"gain", FIELD_NUMBER, .min = -10, .max = 10},
    {"public", FIELD_BOOL, .fallback = "true"},
    {"kind", FIELD_ENUM, .values = "song|stem"},
    {"tags", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_STRING, .min = 1, .max = 5)},
    {"links", FIELD_OBJECT, .max = 50},
    {"slug", FIELD_STRING, .pattern = "[a-z]+"},
    {"when", FIELD_TIME},
    {"id", FIELD_UUID},
    FIELD_END};
static const struct route route = {POST, "/x", "s", .body = body_fields};

static void
good_values_are_bound_in_postgresqls_text_form(void **state)
{
    struct request *req = request_of(&route, "{\"title\":\"h\\u00e9llo\",\"notes\":null,\"bpm\":120,\"gain\":-1.5,\"tags\":[\"a\\\"b\",\"c\\\\\"],"
                                      "\"links\":{\"web\":\"x\"},\"kind\":\"stem\",\"slug\":\"abc\",\"when\":\"2026-01-31T12:00:00Z\","
                                      "\"id\":\"550e8400-e29b-41d4-a716-446655440000\",\"email\":\"a@b.org\"}");

    (void)state;
    assert_null(validate_json(req));
    assert_string_equal(request_param(req, "title"), "h\xc3\xa9llo");
    assert_true(request_has(req, "notes"));
    assert_null(request_param(req, "notes"));
    assert_string_equal(request_param(req, "bpm"), "120");
    assert_string_equal(request_param(req, "gain"), "-1.5");
    assert_string_equal(request_param(req, "tags"), "{\"a\\\"b\",\"c\\\\\"}");
    assert_string_equal(request_param(req, "links"), "{\"web\":\"x\"}");
    assert_string_equal(request_param(req, "public"), "true");
    request_free(req);
}

static void
each_wrong_field_is_named_with_a_code(void **state)
{
    static const struct wrong_field cases[] = {
        {"{}", "title", "required"},
        {"{\"title\":\"\"}", "title", "required"},
        {"{\"title\":\"12345678901\"}", "title", "too_long"},
        {"{\"title\":7}", "title", "type"},
        {"{\"title\":null}", "title", "type"},
        {"{\"title\":\"a\\nb\"}", "title", "value"},
        {"{\"title\":\"a\\u202eb\"}", "title", "value"},
        {"{\"title\":\"a\\u0085b\"}", "title", "value"},
        {"{\"title\":\"a\\u2028b\"}", "title", "value"},
        {"{\"title\":\"a\\u0000b\"}", "title", "type"},
        {"{\"title\":\"a\",\"role\":\"admin\"}", "role", "unknown"},
        {"{\"title\":\"a\",\"bpm\":0}", "bpm", "too_small"},
        {"{\"title\":\"a\",\"bpm\":1000}", "bpm", "too_large"},
        {"{\"title\":\"a\",\"bpm\":\"120\"}", "bpm", "type"},
        {"{\"title\":\"a\",\"bpm\":1.5}", "bpm", "type"},
        {"{\"title\":\"a\",\"bpm\":99999999999}", "bpm", "too_large"},
        {"{\"title\":\"a\",\"public\":1}", "public", "type"},
        {"{\"title\":\"a\",\"kind\":\"other\"}", "kind", "value"},
        {"{\"title\":\"a\",\"kind\":\"son\"}", "kind", "value"},
        {"{\"title\":\"a\",\"tags\":[\"1\",\"2\",\"3\",\"4\"]}", "tags", "too_long"},
        {"{\"title\":\"a\",\"tags\":[\"toolong\"]}", "tags[0]", "too_long"},
        {"{\"title\":\"a\",\"tags\":[\"a\",1]}", "tags[1]", "type"},
        {"{\"title\":\"a\",\"tags\":\"x\"}", "tags", "type"},
        {"{\"title\":\"a\",\"links\":[]}", "links", "type"},
        {"{\"title\":\"a\",\"links\":{\"a\":\"0123456789012345678901234567890123456789012345678901\"}}", "links", "too_long"},
        {"{\"title\":\"a\",\"slug\":\"ABC\"}", "slug", "pattern"},
        {"{\"title\":\"a\",\"slug\":\"abc\\u00e9\"}", "slug", "pattern"},
        {"{\"title\":\"a\",\"email\":\"nobody\"}", "email", "value"},
        {"{\"title\":\"a\",\"email\":\"a@b@c.org\"}", "email", "value"},
        {"{\"title\":\"a\",\"email\":\"a b@c.org\"}", "email", "value"},
        {"{\"title\":\"a\",\"when\":\"yesterday\"}", "when", "value"},
        {"{\"title\":\"a\",\"id\":\"42\"}", "id", "value"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_wrong_field(&route, &cases[i]);
}

static void
lines_end_in_lf_however_they_were_sent(void **state)
{
    struct request *req = request_of(&route, "{\"title\":\"a\",\"notes\":\"one\\r\\ntwo\\nthree\\r\"}");

    (void)state;
    assert_null(validate_json(req));
    assert_string_equal(request_param(req, "notes"), "one\ntwo\nthree\r");
    request_free(req);
}

static void
all_errors_come_at_once(void **state)
{
    struct request *req = request_of(&route, "{\"bpm\":0,\"kind\":\"x\",\"zzz\":1}");
    const struct problem *p = validate_json(req);

    (void)state;
    assert_int_equal(p->error_count, 4);
    request_free(req);
}

static void
what_is_not_one_json_object_is_malformed(void **state)
{
    static const char *const bodies[] = {"[]", "\"x\"", "{", "{\"title\":\"a\"} x", "{\"title\":\"a\",\"title\":\"b\"}", "nonsense", "\xff"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct request *req = request_of(&route, bodies[i]);
        const struct problem *p = validate_json(req);

        assert_non_null(p);
        assert_string_equal(p->code, "malformed_json");
        request_free(req);
    }
}

static void
lists_have_pages_within_bounds(void **state)
{
    static const struct field filters[] = {{"genre", FIELD_STRING, .max = 20}, FIELD_END};
    static const struct route list = {GET, "/x", "s", .query = filters, .shape = MANY};
    static const char *const bad[] = {"page=0", "limit=101", "limit=x", "page=1&page=2", "genre=%zz", "genre=%00"};
    struct request *req = request_of(&route, "");

    (void)state;
    req->route = &list;
    req->raw_query = "genre=drum+%26+bass&limit=100&utm_source=mail";
    assert_null(validate_query(req));
    assert_string_equal(request_param(req, "genre"), "drum & bass");
    assert_null(request_param(req, "page")); /* a cursor may stand in its place */
    assert_string_equal(request_param(req, "limit"), "100");
    assert_false(request_has(req, "utm_source"));
    request_free(req);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        req = request_of(&route, "");
        req->route = &list;
        req->raw_query = bad[i];
        assert_int_equal(validate_query(req)->status, 422);
        request_free(req);
    }
}

static void
more_errors_than_are_told_are_still_errors(void **state)
{
    static const struct field filters[] = {{"bpm", FIELD_INT, .min = 1, .max = 999}, FIELD_END};
    static const struct route list = {GET, "/x", "s", .query = filters};
    struct request *req = request_of(&route, "");
    scoped_buf query = BUF_INIT(4096);

    (void)state;
    for (int i = 0; i < 40; i++)
        buf_add_text(&query, "bpm=%&");
    buf_add_text(&query, "bpm=1000");
    req->route = &list;
    req->raw_query = query.ptr;
    assert_int_equal(validate_query(req)->status, 422);
    assert_false(request_has(req, "bpm"));
    request_free(req);
}

static void
a_route_with_more_inputs_than_fit_refuses_the_start(void **state)
{
    static const struct field header[] = {{"Upload-Offset", FIELD_INT64}, FIELD_END};
    static struct field fields[PARAM_DECLARED_MAX + 2];
    static char names[PARAM_DECLARED_MAX + 1][12];
    struct route many = {.method = POST, .pattern = "/x", .summary = "s", .auth = AUTH_USER, .limit = LIMIT_WRITE, .body = fields,
                         .sql = (const struct query *)&fields, .shape = ONE};
    char error[256];

    (void)state;
    for (int i = 0; i <= PARAM_DECLARED_MAX; i++) {
        snprintf(names[i], sizeof names[i], "field%d", i);
        fields[i] = (struct field){names[i], FIELD_STRING, .max = 10};
    }
    fields[PARAM_DECLARED_MAX].name = NULL;
    assert_true(route_check(&many, error, sizeof error));
    fields[0].type = FIELD_MONEY;
    assert_false(route_check(&many, error, sizeof error));
    assert_string_equal(error, "route POST /x has more than 48 inputs");
    fields[0].type = FIELD_STRING;
    many.headers = header;
    assert_false(route_check(&many, error, sizeof error));
    many.headers = NULL;
    many.idempotent = true;
    assert_false(route_check(&many, error, sizeof error));
    many.idempotent = false;
    fields[PARAM_DECLARED_MAX].name = names[PARAM_DECLARED_MAX];
    assert_false(route_check(&many, error, sizeof error));
    assert_string_equal(error, "route POST /x has more than 48 inputs");
}

static void
a_route_without_policy_is_refused(void **state)
{
    static const struct field id[] = {{"id", FIELD_UUID}, FIELD_END};
    struct route good = {GET, "/x/{id}", "s", .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .path = id,
                         .handler = (const struct problem *(*)(struct request *))(uintptr_t)1};
    struct route bad;
    char error[300];

    (void)state;
    assert_true(route_check(&good, error, sizeof error));
    bad = good, bad.auth = AUTH_UNDECLARED;
    assert_false(route_check(&bad, error, sizeof error));
    bad = good, bad.limit = LIMIT_UNDECLARED;
    assert_false(route_check(&bad, error, sizeof error));
    bad = good, bad.path = NULL;
    assert_false(route_check(&bad, error, sizeof error));
    bad = good, bad.handler = NULL;
    assert_false(route_check(&bad, error, sizeof error));
    bad = good, bad.auth = AUTH_ADMIN, bad.permission = "audit.view";
    assert_true(route_check(&bad, error, sizeof error));
    bad.scope = "audit:read";
    assert_false(route_check(&bad, error, sizeof error));
    bad = good, bad.permission = "audit.view";
    assert_false(route_check(&bad, error, sizeof error));
}

static void
a_route_that_changes_and_then_reads_is_two_queries_that_give_one_row(void **state)
{
    const struct query *query = (const struct query *)(uintptr_t)1;
    struct route both = {POST, "/x", "s", .auth = AUTH_USER, .limit = LIMIT_WRITE, .sql = query, .shape = ONE, .then = query};
    char error[300];

    (void)state;
    assert_true(route_check(&both, error, sizeof error));
    both.shape = MANY;
    assert_false(route_check(&both, error, sizeof error));
    both.shape = ONE;
    both.handler = (const struct problem *(*)(struct request *))(uintptr_t)1;
    assert_false(route_check(&both, error, sizeof error));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_with_more_inputs_than_fit_refuses_the_start),
        cmocka_unit_test(a_route_that_changes_and_then_reads_is_two_queries_that_give_one_row),
        cmocka_unit_test(good_values_are_bound_in_postgresqls_text_form),
        cmocka_unit_test(each_wrong_field_is_named_with_a_code),
        cmocka_unit_test(lines_end_in_lf_however_they_were_sent),
        cmocka_unit_test(all_errors_come_at_once),
        cmocka_unit_test(what_is_not_one_json_object_is_malformed),
        cmocka_unit_test(lists_have_pages_within_bounds),
        cmocka_unit_test(more_errors_than_are_told_are_still_errors),
        cmocka_unit_test(a_route_without_policy_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
