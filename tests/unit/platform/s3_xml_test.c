/* Replies of object stores, good and bad. */
#include "../base/test.h"

#include <stdio.h>

#include "base/buf.h"
#include "platform/storage/s3_xml.h"

static void
note(void *context, const char *path, const char *text)
{
    buf_printf(context, "%s=%s;", path, text);
}

static void
elements_are_told_with_their_paths_and_texts(void **state)
{
    scoped_buf out = BUF_INIT(4096);

    (void)state;
    assert_true(s3_xml_read(STR("<?xml version=\"1.0\"?>\n<L><C><Key>a/b &amp; c</Key>\n <Size>12</Size></C><Empty/></L>"), note, &out));
    assert_string_equal(out.ptr, "L/C/Key=a/b & c;L/C/Size=12;L/C=;L/Empty=;L=;");
}

static void
what_is_no_xml_is_refused(void **state)
{
    scoped_buf out = BUF_INIT(4096);
    scoped_buf deep = BUF_INIT(4096);

    (void)state;
    assert_false(s3_xml_read(STR(""), note, &out));
    assert_false(s3_xml_read(STR("502 Bad Gateway"), note, &out));
    assert_false(s3_xml_read(STR("<L><Key>half"), note, &out));
    assert_false(s3_xml_read(STR("<!DOCTYPE x [<!ENTITY a \"aaaa\">]><x>&a;</x>"), note, &out));
    for (int i = 0; i < 200; i++)
        buf_add_text(&deep, "<deep>");
    assert_false(s3_xml_read(buf_str(&deep), note, &out));
}

static void
a_text_that_is_too_long_is_cut_off(void **state)
{
    scoped_buf xml = BUF_INIT(1024 * 1024);
    scoped_buf out = BUF_INIT(8192);

    (void)state;
    buf_add_text(&xml, "<Key>");
    for (int i = 0; i < 100000; i++)
        buf_add_text(&xml, "k");
    buf_add_text(&xml, "</Key>");
    assert_true(s3_xml_read(buf_str(&xml), note, &out));
    assert_in_range(out.len, 1, 2100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_told_with_their_paths_and_texts),
        cmocka_unit_test(what_is_no_xml_is_refused),
        cmocka_unit_test(a_text_that_is_too_long_is_cut_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
