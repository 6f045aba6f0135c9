#include "../base/test.h"

#include "base/str.h"
#include "platform/sentry/sentry.h"

static void
a_dsn_tells_where_envelopes_go(void **state)
{
    char url[256], key[64];

    (void)state;
    assert_true(sentry_parse_dsn("https://abc123@errors.example/42", url, sizeof url, key, sizeof key));
    assert_string_equal(url, "https://errors.example/api/42/envelope/");
    assert_string_equal(key, "abc123");
    assert_true(sentry_parse_dsn("http://key:secret@127.0.0.1:9000/sub/folder/7", url, sizeof url, key, sizeof key));
    assert_string_equal(url, "http://127.0.0.1:9000/sub/folder/api/7/envelope/");
    assert_string_equal(key, "key");
}

static void
what_is_no_dsn_is_refused(void **state)
{
    static const char *const bad[] = {"", "abc", "https://errors.example/42", "ftp://k@h/1", "https://k@h", "https://k@h/", "https://k@h/x1",
                                      "https://@h/1", "file:///etc/passwd"};
    char url[256], key[64], small[8];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(sentry_parse_dsn(bad[i], url, sizeof url, key, sizeof key));
    assert_false(sentry_parse_dsn("https://k@errors.example/1", small, sizeof small, key, sizeof key));
    assert_false(sentry_parse_dsn("https://a-long-key@h/1", url, sizeof url, small, sizeof small));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dsn_tells_where_envelopes_go),
        cmocka_unit_test(what_is_no_dsn_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
