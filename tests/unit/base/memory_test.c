#include "test.h"

#include "base/arena.h"
#include "base/buf.h"

static void
an_arena_hands_out_aligned_zeroed_memory(void **state)
{
    struct arena *arena = arena_new(1 << 20);

    (void)state;
    for (size_t size = 1; size < 3000; size = size * 3 + 1) {
        unsigned char *p = arena_alloc(arena, size);

        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAA, size);
    }
    arena_free(arena);
}

static void
an_arena_refuses_more_than_its_maximum_and_stays_usable(void **state)
{
    struct arena *arena = arena_new(20000);

    (void)state;
    assert_null(arena_alloc(arena, 20001));
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_non_null(arena_alloc(arena, 19000));
    assert_null(arena_alloc(arena, 2000));
    assert_non_null(arena_alloc(arena, 500));
    arena_free(arena);
    assert_null(arena_free(NULL));
}

static void
arena_text_is_copied_and_ended(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    char source[] = "abcdef";
    char *copy = arena_strndup(arena, source, 3);

    (void)state;
    source[0] = 'X';
    assert_string_equal(copy, "abc");
    assert_string_equal(arena_strndup(arena, NULL, 0), "");
    assert_string_equal(arena_printf(arena, "%d-%s", 42, copy), "42-abc");
    arena_free(arena);
}

static void
a_buffer_grows_to_its_maximum_and_not_beyond(void **state)
{
    struct buf buf = BUF_INIT(10);

    (void)state;
    buf_add_text(&buf, "0123456789");
    assert_false(buf.failed);
    assert_string_equal(buf.ptr, "0123456789");
    buf_add_text(&buf, "x");
    assert_true(buf.failed);
    buf_add_text(&buf, "y");
    assert_int_equal(buf.len, 10);
    buf_free(&buf);
}

static void
json_strings_escape_what_must_be_and_mend_broken_utf8(void **state)
{
    static const struct {
        const char *text, *json;
    } cases[] = {{"plain", "\"plain\""},
                 {"a\"b\\c", "\"a\\\"b\\\\c\""},
                 {"line\nbreak\x1b[31m", "\"line\\nbreak\\u001b[31m\""},
                 {"d\x7f", "\"d\\u007f\""},
                 {"caf\xc3\xa9", "\"caf\xc3\xa9\""},
                 {"\xff", "\"\xef\xbf\xbd\""},
                 {"\xc3", "\"\xef\xbf\xbd\""},
                 {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
                 {NULL, "null"}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped_buf buf = BUF_INIT(100);

        buf_add_json_string(&buf, cases[i].text);
        assert_string_equal(buf.ptr, cases[i].json);
    }
}

static void
html_has_references_for_what_means_something_in_it(void **state)
{
    scoped_buf buf = BUF_INIT(100);

    (void)state;
    buf_add_html(&buf, STR("<a href='x'>\"R&B\" caf\xc3\xa9</a>"));
    assert_string_equal(buf.ptr, "&lt;a href=&#39;x&#39;&gt;&quot;R&amp;B&quot; caf\xc3\xa9&lt;/a&gt;");
}

static void
xml_has_references_and_no_character_that_it_does_not_know(void **state)
{
    scoped_buf buf = BUF_INIT(200);

    (void)state;
    buf_add_xml(&buf, "a]]>\x01\xEF\xBF\xBF\t\n\r'\"&\xE2\x80\xA8\xEF\xBF");
    assert_string_equal(buf_str(&buf).ptr, "a]]&gt;\xEF\xBF\xBD\xEF\xBF\xBD&#9;&#10;&#13;&#39;&quot;&amp;\xE2\x80\xA8\xEF\xBF");
}

static void
json_in_a_script_element_cannot_end_it(void **state)
{
    scoped_buf buf = BUF_INIT(200);

    (void)state;
    buf_add_script_json(&buf, "[\"</script><!-- & \xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xA6\xE2\"]");
    assert_string_equal(buf_str(&buf).ptr, "[\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028\\u2029\xE2\x80\xA6\xE2\"]");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_hands_out_aligned_zeroed_memory),
        cmocka_unit_test(an_arena_refuses_more_than_its_maximum_and_stays_usable),
        cmocka_unit_test(arena_text_is_copied_and_ended),
        cmocka_unit_test(a_buffer_grows_to_its_maximum_and_not_beyond),
        cmocka_unit_test(json_strings_escape_what_must_be_and_mend_broken_utf8),
        cmocka_unit_test(html_has_references_for_what_means_something_in_it),
        cmocka_unit_test(xml_has_references_and_no_character_that_it_does_not_know),
        cmocka_unit_test(json_in_a_script_element_cannot_end_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
