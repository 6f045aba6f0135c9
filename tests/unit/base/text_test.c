#include "test.h"

#include "base/str.h"
#include "base/translation.h"

static void
utf8_is_told_from_what_only_looks_like_it(void **state)
{
    static const char *const good[] = {"", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                                       "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
                                      "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3",
                                      "\xe2\x82", "\xf0\x9f\x92", "a\xff"};
    size_t characters;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(utf8_valid(str_of(good[i]), NULL));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(utf8_valid(str_of(bad[i]), NULL));
    assert_false(utf8_valid((struct str){"a\0b", 3}, NULL));
    assert_true(utf8_valid(STR("h\xc3\xa9llo \xf0\x9f\x8e\xb5"), &characters));
    assert_int_equal(characters, 7);
}

static void
bytes_that_are_no_text_become_question_marks(void **state)
{
    static const struct {
        const char *given, *clean;
    } cases[] = {{"", ""}, {"Radio/1", "Radio/1"}, {"\xff\xfe x", "?? x"}, {"caf\xc3\xa9", "caf\xc3\xa9"}, {"caf\xe9 au", "caf? au"},
                 {"\xf0\x9f\x8e\xb5\xf0\x9f", "\xf0\x9f\x8e\xb5??"}, {"\xc0\x80", "??"}, {"\xed\xa0\x80", "???"}};
    char out[32];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        utf8_clean(cases[i].given, out, sizeof out);
        assert_string_equal(out, cases[i].clean);
        assert_true(utf8_valid(str_of(out), NULL));
    }
    utf8_clean("ab\xc3\xa9", out, 4);
    assert_string_equal(out, "ab"); /* no half of a character */
    utf8_clean("abc", out, 1);
    assert_string_equal(out, "");
}

static void
numbers_are_parsed_whole_or_not_at_all(void **state)
{
    static const char *const bad[] = {"", " 1", "1 ", "1x", "+1", "0x10", "9223372036854775808", "--1", "1e3", NULL};
    int64_t whole = 7;
    double number;

    (void)state;
    assert_true(text_to_int64("-42", -100, 100, &whole));
    assert_int_equal(whole, -42);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(text_to_int64(bad[i], INT64_MIN, INT64_MAX, &whole));
    assert_false(text_to_int64("101", 0, 100, &whole));
    assert_int_equal(whole, -42);
    assert_true(text_to_double("-1.5e3", &number));
    assert_true(number == -1500.0);
    assert_false(text_to_double("nan", &number));
    assert_false(text_to_double("1e999", &number));
    assert_false(text_to_double("inf", &number));
    assert_false(text_to_double("1.5 ", &number));
}

static void
secrets_are_compared_by_value(void **state)
{
    (void)state;
    assert_true(bytes_equal_constant_time("same", "same", 4));
    assert_false(bytes_equal_constant_time("same", "sane", 4));
    assert_true(bytes_equal_constant_time("", "", 0));
}

static void
texts_and_prefixes(void **state)
{
    (void)state;
    assert_true(text_starts_with("Bearer x", "Bearer "));
    assert_false(text_starts_with("Bear", "Bearer "));
    assert_false(text_equal(NULL, NULL));
    assert_false(text_equal("a", NULL));
    assert_true(str_equal(STR("ab"), (struct str){"abc", 2}));
}

static void
a_list_holds_whole_entries(void **state)
{
    (void)state;
    assert_true(text_listed("127.0.0.1", "127.0.0.1"));
    assert_true(text_listed("10.0.0.1,127.0.0.1", "127.0.0.1"));
    assert_true(text_listed(" 10.0.0.1 , 127.0.0.1 ,::1", "10.0.0.1"));
    assert_true(text_listed(" 10.0.0.1 , 127.0.0.1 ,::1", "::1"));
    assert_false(text_listed("127.0.0.10", "127.0.0.1"));
    assert_false(text_listed("127.0.0.1", "27.0.0.1"));
    assert_false(text_listed("127.0.0.1", "127.0.0.1,"));
    assert_false(text_listed("", ""));
    assert_false(text_listed(", ,", ""));
    assert_false(text_listed("", "127.0.0.1"));
}

static void
a_text_comes_in_its_language_or_else_in_english(void **state)
{
    static const struct {
        struct translation_key key;
        const char *text;
    } rows[] = {{{"a", "fr"}, "un"}, {{"a", "en"}, "one"}, {{"b", "es"}, "dos"}};
    static const struct {
        const char *name, *language;
        int row; /* or -1 */
    } cases[] = {{"a", "fr", 0}, {"a", "en", 1}, {"a", "es", 1}, {"a", NULL, 1}, {"b", "es", 2}, {"b", "fr", -1}, {"c", "en", -1}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_ptr_equal(translation_find(rows, COUNT_OF(rows), sizeof *rows, cases[i].name, cases[i].language),
                         cases[i].row < 0 ? NULL : &rows[cases[i].row]);
}

static void
hidden_characters_are_told_from_those_that_are_seen(void **state)
{
    static const char *const seen[] = {"a", " ", "~", "\xC2\xA0", "\xC3\xA9", "\xD8\x9B", "\xE2\x80\x90", "\xE2\x81\x9F",
                                       "\xE3\x80\x80", "\xF0\x9F\x8E\xB5", "", "\x80", "\xE2", "\xE2\x80"};
    static const char *const needed[] = {"\xD8\x9C", "\xE2\x80\x8B", "\xE2\x80\x8D", "\xE2\x80\x8F", "\xE2\x81\xA0", "\xEF\xBB\xBF"};
    static const char *const unwanted[] = {"\x01", "\n", "\x7F", "\xC2\x80", "\xC2\x85", "\xC2\x9F", "\xE2\x80\xA8", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9"};
    bool belongs;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(seen); i++)
        assert_int_equal(text_hidden_character(seen[i], &belongs), 0);
    for (size_t i = 0; i < COUNT_OF(needed); i++) {
        assert_int_equal(text_hidden_character(needed[i], &belongs), strlen(needed[i]));
        assert_true(belongs);
    }
    for (size_t i = 0; i < COUNT_OF(unwanted); i++) {
        assert_int_equal(text_hidden_character(unwanted[i], &belongs), strlen(unwanted[i]));
        assert_false(belongs);
    }
}

static void
a_text_of_which_nothing_can_be_seen_is_told_from_others(void **state)
{
    static const char *const unseen[] = {"\u200B", " \u200D", "\u3164", "\u2800\u00A0", "\u00AD", "\uFE0F", "\U000E0041", "\u115F\u1160", "\n\u2060", "\uFFF0"};
    static const char *const seen[] = {"", " ", " \t\n", ".", "\u200Ba", "\u2764\uFE0F", "\u0301", "\u1F3A4", "\U0001F469\u200D\U0001F3A4", "\x80", "\xE2\x80", "\uFFFD"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(unseen); i++)
        assert_true(text_is_unseen(unseen[i]));
    for (size_t i = 0; i < COUNT_OF(seen); i++)
        assert_false(text_is_unseen(seen[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_told_from_what_only_looks_like_it),
        cmocka_unit_test(bytes_that_are_no_text_become_question_marks),
        cmocka_unit_test(numbers_are_parsed_whole_or_not_at_all),
        cmocka_unit_test(secrets_are_compared_by_value),
        cmocka_unit_test(texts_and_prefixes),
        cmocka_unit_test(a_list_holds_whole_entries),
        cmocka_unit_test(hidden_characters_are_told_from_those_that_are_seen),
        cmocka_unit_test(a_text_comes_in_its_language_or_else_in_english),
        cmocka_unit_test(a_text_of_which_nothing_can_be_seen_is_told_from_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
