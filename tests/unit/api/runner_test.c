/* What a query's column `problem` is to the client. */
#include "../base/test.h"

#include "api/runner.h"

static const struct query refusing = {.name = "lend", .problems = " conflict validation "};

static const struct problem *
problem_for(struct request *req, const char *text)
{
    return problem_of_refusal(req, &refusing, text);
}

static void
a_code_alone_is_the_problem_as_it_stands_in_the_list(void **state)
{
    struct request req = {.arena = arena_new(65536)};

    (void)state;
    assert_ptr_equal(problem_for(&req, "conflict"), PROBLEM(CONFLICT));
    arena_free(req.arena);
}

static void
a_sentence_and_a_field_are_told_to_the_client(void **state)
{
    struct request req = {.arena = arena_new(65536)};
    const struct problem *p;

    (void)state;
    p = problem_for(&req, "conflict: It is lent: come back tomorrow.");
    assert_int_equal(p->status, 409);
    assert_string_equal(p->detail, "It is lent: come back tomorrow.");
    p = problem_for(&req, "validation until: This time has passed");
    assert_int_equal(p->status, 422);
    assert_int_equal(p->error_count, 1);
    assert_string_equal(p->errors[0].field, "until");
    assert_string_equal(p->errors[0].code, "value");
    assert_string_equal(p->errors[0].message, "This time has passed");
    arena_free(req.arena);
}

static void
a_problem_that_the_query_does_not_declare_is_an_error_of_ours(void **state)
{
    static const char *const texts[] = {"forbidden", "conflic", "onflict", "", " ", ":", "no_such_problem: x"};
    struct request req = {.arena = arena_new(65536)};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_ptr_equal(problem_for(&req, texts[i]), PROBLEM(INTERNAL));
    arena_free(req.arena);
}

static void
a_row_that_binds_more_columns_than_there_is_room_for_refuses_the_start(void **state)
{
    static const char *const few[] = {"id", "viewer", "has_id", "upload_offset", "price_amount", "one", "two", NULL};
    static const char *const many[] = {"c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", NULL};
    static const struct query asked = {.name = "asked", .params = few}, change = {.name = "change", .params = few}, large = {.name = "large", .params = many};
    static const struct field id[] = {{"id", FIELD_UUID}, FIELD_END}, header[] = {{"Upload-Offset", FIELD_INT64}, FIELD_END};
    static const struct field body[] = {{"price", FIELD_MONEY}, FIELD_END};
    struct route routes[] = {{POST, "/x/{id}", "x", .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id, .headers = header, .body = body,
                              .requires = &asked, .sql = &change, .shape = ONE, .then = &change}, ROUTE_END};
    const struct module module = {.name = "x", .routes = ROUTE_TABLES(routes)};
    const struct module *const modules[] = {&module, NULL};
    char error[256] = "";

    (void)state;
    assert_true(runner_check(modules, error, sizeof error));
    routes[0].then = &large;
    assert_false(runner_check(modules, error, sizeof error));
    assert_string_equal(error, "route POST /x/{id} binds 13 columns of one query to the next; there is room for 10");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_that_binds_more_columns_than_there_is_room_for_refuses_the_start),
        cmocka_unit_test(a_code_alone_is_the_problem_as_it_stands_in_the_list),
        cmocka_unit_test(a_sentence_and_a_field_are_told_to_the_client),
        cmocka_unit_test(a_problem_that_the_query_does_not_declare_is_an_error_of_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
