#include "../base/test.h"

#include "http/lending.h"

#define MILLISECOND 1000000LL

static void
a_thread_whose_replies_come_lends_each_request_its_time(void **state)
{
    struct lending lending = {0};

    (void)state;
    for (int64_t now_ns = 1000 * MILLISECOND; now_ns < 1010 * MILLISECOND; now_ns += 50000)
        assert_int_equal(lending_budget_ns(&lending, now_ns), LENT_NS);
}

static void
one_wait_in_vain_changes_nothing_for_the_next_request(void **state)
{
    struct lending lending = {0};
    int64_t now_ns = 1000 * MILLISECOND;

    (void)state;
    for (int i = 0; i < 100; i++, now_ns += 10 * MILLISECOND) {
        assert_int_equal(lending_budget_ns(&lending, now_ns), LENT_NS);
        lending_in_vain(&lending);
        assert_int_equal(lending_budget_ns(&lending, now_ns + LENT_NS), LENT_NS);
    }
}

static void
waits_in_vain_take_a_third_of_a_threads_time_at_most(void **state)
{
    struct lending lending = {0};
    const int64_t began_ns = 1000 * MILLISECOND;
    int64_t now_ns = began_ns, waited_ns = 0;

    (void)state;
    while (now_ns < began_ns + 1000 * MILLISECOND) {
        int64_t budget_ns = lending_budget_ns(&lending, now_ns);

        if (budget_ns)
            lending_in_vain(&lending);
        waited_ns += budget_ns;
        now_ns += budget_ns ? budget_ns : 10000;
    }
    assert_in_range(waited_ns, 300 * MILLISECOND, 334 * MILLISECOND + VAIN_MOST_NS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_whose_replies_come_lends_each_request_its_time),
        cmocka_unit_test(one_wait_in_vain_changes_nothing_for_the_next_request),
        cmocka_unit_test(waits_in_vain_take_a_third_of_a_threads_time_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
