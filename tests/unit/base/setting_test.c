#include "test.h"

#include <stdlib.h>

#include "base/setting.h"
#include "base/str.h"

static int64_t days, cost;
static bool open;
static const char *name, *secret;

static const char *
setting_test_is_long(const char *value)
{
    return strlen(value) > 3 ? NULL : "more than three characters";
}

static const struct setting table[] = {
    {.section = "A section"},
    {"EXPORT_DAYS", .integer = &days, .fallback = "7", .min = 1, .max = 90, .help = "how many days"},
    {"OPEN_TO_ALL", .boolean = &open, .fallback = "true", .help = "for all"},
    {"SERVER_NAME", .text = &name, .check = setting_test_is_long, .help = "what it is called"},
    {"SERVER_SECRET", .text = &secret, .check = setting_test_is_long, .secret = true, .help = "what nobody knows"},
    {"COST", .integer = &cost, .fallback = "12", .min = 8, .max = 12, .production_min = 12, .help = "how dear it is"},
    {"OAUTH_<NAME>_CLIENT_ID", .help = "of a provider"},
    {0}};

static void
what_is_not_set_or_empty_has_its_default(void **state)
{
    char error[256] = "";

    (void)state;
    clearenv();
    setenv("OPEN_TO_ALL", "", 1);
    assert_true(setting_load(table, error, sizeof error));
    assert_int_equal(days, 7);
    assert_true(open);
    assert_string_equal(name, "");
    setenv("EXPORT_DAYS", "90", 1);
    setenv("OPEN_TO_ALL", "off", 1);
    setenv("SERVER_NAME", "music", 1);
    assert_true(setting_load(table, error, sizeof error));
    assert_int_equal(days, 90);
    assert_false(open);
    assert_string_equal(name, "music");
    assert_string_equal(setting_text(table, "export_days"), "90");
    assert_string_equal(setting_text(table, "server_secret"), "");
    assert_null(setting_text(table, "export_day"));
}

static void
a_value_that_may_not_be_is_named_with_what_may_be_and_a_secret_is_not_repeated(void **state)
{
    static const char *const cases[][3] = {
        {"EXPORT_DAYS", "91", "EXPORT_DAYS is \"91\"; it must be a whole number from 1 to 90"},
        {"EXPORT_DAYS", "7 days", "EXPORT_DAYS is \"7 days\"; it must be a whole number from 1 to 90"},
        {"OPEN_TO_ALL", "perhaps", "OPEN_TO_ALL is \"perhaps\"; it must be true or false"},
        {"SERVER_NAME", "a", "SERVER_NAME is \"a\"; it must be more than three characters"},
        {"SERVER_SECRET", "xyz", "SERVER_SECRET is of another form; it must be more than three characters"},
    };
    char error[256];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        clearenv();
        setenv(cases[i][0], cases[i][1], 1);
        assert_false(setting_load(table, error, sizeof error));
        assert_string_equal(error, cases[i][2]);
    }
}

static void
a_misspelt_name_finds_the_one_that_was_meant(void **state)
{
    static const struct {
        const char *name, *nearest; /* NULL: nothing that is ours */
        bool right;
    } cases[] = {
        {"EXPORT_DAYS", "EXPORT_DAYS", true},
        {"EXPORT_DAY", "EXPORT_DAYS", false},
        {"EXPROT_DAYS", "EXPORT_DAYS", false},
        {"SERVERNAME", "SERVER_NAME", false},
        {"OAUTH_GITHUB_CLIENT_ID", "OAUTH_<NAME>_CLIENT_ID", true},
        {"OAUTH_MY_HOST_CLIENT_ID", "OAUTH_<NAME>_CLIENT_ID", true},
        {"OAUTH_GITHUB_CLEINT_ID", "OAUTH_<NAME>_CLIENT_ID", false},
        {"OAUTH_", NULL, false},
        {"POSTGRES_PASSWORD", NULL, false},
        {"HOME", NULL, false},
        {"PATH", NULL, false},
        {"", NULL, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *nearest = NULL;
        unsigned distance = setting_distance(table, cases[i].name, &nearest);

        if (cases[i].nearest)
            assert_string_equal(nearest, cases[i].nearest);
        else
            assert_null(nearest);
        assert_int_equal(distance == 0, cases[i].right);
        assert_int_equal(distance == SETTING_UNLIKE, !cases[i].nearest);
    }
}

static void
setting_test_note(void *context, const struct weak_setting *weak)
{
    *(const char **)context = weak->name;
}

static void
a_secret_that_was_typed_is_weak_and_an_empty_one_is_not(void **state)
{
    static const char *const weak[] = {"short", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "changechangechangechangechange!!"},
                             *const strong[] = {"", "d1b0f3a7c95e24688f1e2d3c4b5a6978"};
    const char *named = NULL;
    char error[256];

    (void)state;
    clearenv();
    for (size_t i = 0; i < COUNT_OF(weak); i++) {
        named = NULL;
        setenv("SERVER_SECRET", weak[i], 1);
        assert_true(setting_load(table, error, sizeof error));
        assert_int_equal(setting_weak(table, setting_test_note, &named), 1);
        assert_string_equal(named, "SERVER_SECRET");
    }
    for (size_t i = 0; i < COUNT_OF(strong); i++) {
        setenv("SERVER_SECRET", strong[i], 1);
        assert_true(setting_load(table, error, sizeof error));
        assert_int_equal(setting_weak(table, setting_test_note, &named), 0);
    }
}

static void
a_number_below_what_production_allows_is_weak(void **state)
{
    const char *named = NULL;
    char error[256];

    (void)state;
    clearenv();
    assert_true(setting_load(table, error, sizeof error));
    assert_int_equal(setting_weak(table, setting_test_note, &named), 0);
    setenv("COST", "11", 1);
    assert_true(setting_load(table, error, sizeof error));
    assert_int_equal(setting_weak(table, setting_test_note, &named), 1);
    assert_string_equal(named, "COST");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_set_or_empty_has_its_default),
        cmocka_unit_test(a_value_that_may_not_be_is_named_with_what_may_be_and_a_secret_is_not_repeated),
        cmocka_unit_test(a_misspelt_name_finds_the_one_that_was_meant),
        cmocka_unit_test(a_secret_that_was_typed_is_weak_and_an_empty_one_is_not),
        cmocka_unit_test(a_number_below_what_production_allows_is_weak),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
