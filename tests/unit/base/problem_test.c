#include "test.h"

#include "base/arena.h"
#include "base/problem.h"
#include "base/str.h"

static void
codes_are_unique_and_well_formed(void **state)
{
    (void)state;
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        const struct problem *p = &problem_table[i];

        assert_true(p->status >= 400 && p->status < 600);
        assert_int_equal(strspn(p->code, "abcdefghijklmnopqrstuvwxyz_"), strlen(p->code));
        assert_true(*p->title && *p->detail);
        assert_ptr_equal(problem_by_code(p->code), p);
    }
}

static void
a_constraint_becomes_what_a_person_did_wrong(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    const struct problem *p = problem_of_constraint(arena, "tracks_bpm_check");

    (void)state;
    assert_ptr_equal(problem_of_constraint(arena, "users_username_key"), PROBLEM(USERNAME_TAKEN));
    assert_int_equal(p->status, 422);
    assert_int_equal(p->error_count, 1);
    assert_string_equal(p->errors[0].field, "bpm");
    assert_string_equal(p->errors[0].code, "value");
    p = problem_of_constraint(arena, "releases_slug_key");
    assert_string_equal(p->errors[0].field, "slug");
    assert_string_equal(p->errors[0].code, "taken");
    assert_null(problem_of_constraint(arena, "no_such_constraint"));
    arena_free(arena);
}

static void
details_leave_the_table_untouched(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    const struct problem *p = problem_detail(arena, PROBLEM(BAD_REQUEST), "Because of %d", 7);

    (void)state;
    assert_string_equal(p->detail, "Because of 7");
    assert_string_equal(p->code, PROBLEM(BAD_REQUEST)->code);
    assert_ptr_not_equal(p, PROBLEM(BAD_REQUEST));
    assert_int_equal(problem_retry(arena, p, 9)->retry_after_s, 9);
    assert_int_equal(PROBLEM(BAD_REQUEST)->retry_after_s, 0);
    arena_free(arena);
}

static void
without_memory_the_plain_problem_stands_in(void **state)
{
    struct arena *arena = arena_new(16);

    (void)state;
    assert_ptr_equal(problem_detail(arena, PROBLEM(CONFLICT), "x"), PROBLEM(CONFLICT));
    assert_ptr_equal(problem_field(arena, "a", "b", "c"), PROBLEM(VALIDATION));
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_unique_and_well_formed),
        cmocka_unit_test(a_constraint_becomes_what_a_person_did_wrong),
        cmocka_unit_test(details_leave_the_table_untouched),
        cmocka_unit_test(without_memory_the_plain_problem_stands_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
