/* Days in words. */
#include "test.h"

#include "base/day.h"

static void
expect(const char *iso, const char *language, const char *words)
{
    scoped_buf out = BUF_INIT(200);

    day_in_words(iso, language, &out);
    assert_string_equal(buf_str(&out).ptr, words);
}

static void
a_day_is_written_as_its_language_writes_it(void **state)
{
    (void)state;
    expect("2026-05-03", "en", "3 May 2026");
    expect("2026-05-03", "fr", "3 mai 2026");
    expect("2026-05-01", "fr", "1er mai 2026");
    expect("2026-08-31", "fr", "31 août 2026");
    expect("2026-05-03", "es", "3 de mayo de 2026");
    expect("2026-12-31", "de", "31 December 2026");
    expect("2026-12-31", NULL, "31 December 2026");
}

static void
a_time_follows_its_day(void **state)
{
    (void)state;
    expect("2026-05-03 09:05", "en", "3 May 2026 at 9:05");
    expect("2026-05-03 23:59", "fr", "3 mai 2026 à 23:59");
    expect("2026-05-03 14:00", "es", "3 de mayo de 2026 a las 14:00");
    expect("2026-05-03 01:30", "es", "3 de mayo de 2026 a la 1:30");
}

static void
anything_else_stays_as_it_is(void **state)
{
    static const char *const odd[] = {"", "soon", "2026-13-01", "2026-00-01", "2026-05-03T10:00:00Z", "2026-05-03 10:00 UTC", "2026-05"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd); i++)
        expect(odd[i], "en", odd[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_written_as_its_language_writes_it),
        cmocka_unit_test(a_time_follows_its_day),
        cmocka_unit_test(anything_else_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
