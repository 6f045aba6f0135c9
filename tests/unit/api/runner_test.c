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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_alone_is_the_problem_as_it_stands_in_the_list),
        cmocka_unit_test(a_sentence_and_a_field_are_told_to_the_client),
        cmocka_unit_test(a_problem_that_the_query_does_not_declare_is_an_error_of_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
