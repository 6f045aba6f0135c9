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

/* One row, which the tests change: the list of a program's tables is made once. */
static struct route routes[2];
static const struct module module = {.name = "x", .routes = ROUTE_TABLES(routes)};
static const struct module *const modules[] = {&module, NULL};

static void
a_row_that_binds_more_columns_than_there_is_room_for_refuses_the_start(void **state)
{
    static const char *const few[] = {"id", "viewer", "has_id", "upload_offset", "price_amount", "one", "two", NULL};
    static const char *const many[] = {"c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", NULL};
    static const struct query asked = {.name = "asked", .params = few}, change = {.name = "change", .params = few}, large = {.name = "large", .params = many};
    static const struct field id[] = {{"id", FIELD_UUID}, FIELD_END}, header[] = {{"Upload-Offset", FIELD_INT64}, FIELD_END};
    static const struct field body[] = {{"price", FIELD_MONEY}, FIELD_END};
    char error[256] = "";

    (void)state;
    routes[0] = (struct route){POST, "/x/{id}", "x", .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id, .headers = header, .body = body,
                               .requires = &asked, .sql = &change, .shape = ONE, .then = &change};
    assert_true(runner_check(modules, error, sizeof error));
    routes[0].then = &large;
    assert_false(runner_check(modules, error, sizeof error));
    assert_string_equal(error, "route POST /x/{id} binds 13 columns of one query to the next; there is room for 10");
}

static void
a_row_that_reads_by_an_input_without_saying_who_sees_it_refuses_the_start_unless_it_is_for_administrators(void **state)
{
    static const char *const params[] = {"viewer", "id", "other_id", NULL};
    static const struct query open = {.name = "open", .params = params, .open = " id "}, of_no_input = {.name = "closed", .params = params, .open = " track_id "};
    static const struct field id[] = {{"id", FIELD_UUID}, FIELD_END}, other_id[] = {{"other_id", FIELD_UUID}, FIELD_END};
    char error[512] = "";

    (void)state;
    routes[0] = (struct route){GET, "/x/{id}", "x", .auth = AUTH_OPTIONAL, .limit = LIMIT_READ, .path = id, .sql = &open, .shape = ONE};
    assert_false(runner_check(modules, error, sizeof error));
    assert_non_null(strstr(error, "route GET /x/{id}: query open reads by the input id"));
    routes[0].auth = AUTH_ADMIN;
    assert_true(runner_check(modules, error, sizeof error));
    routes[0].auth = AUTH_USER;
    routes[0].path = other_id;
    assert_true(runner_check(modules, error, sizeof error));
    routes[0].path = id;
    routes[0].sql = &of_no_input;
    assert_true(runner_check(modules, error, sizeof error));
    routes[0].requires = &open;
    assert_false(runner_check(modules, error, sizeof error));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_that_binds_more_columns_than_there_is_room_for_refuses_the_start),
        cmocka_unit_test(a_row_that_reads_by_an_input_without_saying_who_sees_it_refuses_the_start_unless_it_is_for_administrators),
        cmocka_unit_test(a_code_alone_is_the_problem_as_it_stands_in_the_list),
        cmocka_unit_test(a_sentence_and_a_field_are_told_to_the_client),
        cmocka_unit_test(a_problem_that_the_query_does_not_declare_is_an_error_of_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
