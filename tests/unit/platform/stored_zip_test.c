/* stored_zip_test.c - names that every system takes, and archives whose bytes are known beforehand, read by libarchive. */
#include "../base/test.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "platform/archive/stored_zip.h"

static void
names_are_taken_by_windows_too(void **state)
{
    static const struct {
        const char *text, *ending, *name;
    } names[] = {
        {"01 Carol - Tides", ".flac", "01 Carol - Tides.flac"},
        {"What? <\"yes\">: a/b\\c|d*", "", "What_ __yes___ a_b_c_d_"},
        {"Ends with dots...", "", "Ends with dots"},
        {"Ends with dots...", ".wav", "Ends with dots.wav"},
        {"Ends with blanks . . ", "", "Ends with blanks"},
        {"...And begins so", "", "And begins so"},
        {"CON", ".flac", "_CON.flac"},
        {"con.first", ".flac", "_con.first.flac"},
        {"nul ", "", "_nul"},
        {"nul .txt", "", "_nul .txt"},
        {"Com1", ".mp3", "_Com1.mp3"},
        {"lpt9.x", "", "_lpt9.x"},
        {"COM\xC2\xB9", "", "_COM\xC2\xB9"},
        {"CONIN$", "", "_CONIN$"},
        {"Console", ".mp3", "Console.mp3"},
        {"com10", "", "com10"},
        {"com", "", "com"},
        {"..", "", "_"},
        {"", ".flac", "_.flac"},
        {"  ", "", "_"},
        {"tab\there\x01\x7F", "", "tabhere"},
        {"\xF0\x9F\x8E\xB5 d\xC3\xA9j\xC3\xA0 vu", ".ogg", "\xF0\x9F\x8E\xB5 d\xC3\xA9j\xC3\xA0 vu.ogg"},
        {"../../etc/passwd", "", "_.._etc_passwd"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct buf out = BUF_INIT(1024);

        stored_zip_name(&out, names[i].text, 180, names[i].ending);
        buf_add(&out, (struct str){"", 1});
        assert_false(out.failed);
        assert_string_equal(out.ptr, names[i].name);
        buf_free(&out);
    }
}

static void
long_names_end_between_characters(void **state)
{
    (void)state;
    for (size_t most = 1; most < 20; most++) {
        struct buf out = BUF_INIT(1024);

        stored_zip_name(&out, "a\xC3\xA9\xF0\x9F\x8E\xB5\xE2\x82\xAC\xC3\xA9\xC3\xA9\xC3\xA9", most, "");
        assert_true(out.len <= most);
        for (size_t i = out.len; i > 0; i--)
            if (((unsigned char)out.ptr[i - 1] & 0xC0) != 0x80) { /* the last character is whole */
                unsigned char c = (unsigned char)out.ptr[i - 1];

                assert_int_equal(out.len - i + 1, c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4);
                break;
            }
        buf_free(&out);
    }
}

/* The whole archive in memory; *ret_length is its length as it was known beforehand. */
static char *
put_together(struct stored_file *files, const char *const *bytes, size_t count, uint64_t limit, size_t *ret_length)
{
    struct buf heads = BUF_INIT(65536), tail = BUF_INIT(65536), all = BUF_INIT(1 << 20);

    for (size_t i = 0; i < count; i++) {
        files[i].size = strlen(bytes[i]);
        files[i].crc32 = (uint32_t)crc32_z(0, (const unsigned char *)bytes[i], strlen(bytes[i]));
    }
    assert_true(stored_zip_lay_out(files, count, 2026, 11, 29, limit, &heads, &tail));
    *ret_length = heads.len + tail.len;
    for (size_t i = 0; i < count; i++) {
        *ret_length += (size_t)files[i].size;
        buf_add(&all, (struct str){heads.ptr + files[i].head_at, files[i].head_len});
        buf_add_text(&all, bytes[i]);
    }
    buf_add(&all, buf_str(&tail));
    assert_false(all.failed);
    assert_int_equal(all.len, *ret_length);
    buf_free(&heads);
    buf_free(&tail);
    return all.ptr;
}

static void
it_is_read_as_it_was_made_with_and_without_zip64(void **state)
{
    static const char *const names[] = {"A - B/01 One.wav", "A - B/02 \xC3\x89t\xC3\xA9 \xF0\x9F\x8E\xB5.flac", "A - B/empty", "A - B/release.txt"};
    static const char *const bytes[] = {"the first of them", "second", "", "and a text"};
    static const uint64_t limits[] = {UINT32_MAX, 10, 0};

    (void)state;
    for (size_t l = 0; l < COUNT_OF(limits); l++) {
        struct stored_file files[COUNT_OF(names)] = {0};
        struct archive *archive = archive_read_new();
        struct archive_entry *entry;
        size_t len, i = 0;
        char *all, got[64];

        for (size_t n = 0; n < COUNT_OF(names); n++)
            files[n].name = names[n];
        all = put_together(files, bytes, COUNT_OF(names), limits[l], &len);
        assert_int_equal(archive_read_support_format_zip_seekable(archive), ARCHIVE_OK);
        assert_int_equal(archive_read_open_memory(archive, all, len), ARCHIVE_OK);
        for (; archive_read_next_header(archive, &entry) == ARCHIVE_OK; i++) {
            la_ssize_t n = archive_read_data(archive, got, sizeof got);

            assert_string_equal(archive_entry_pathname(entry), names[i]);
            assert_int_equal(n, strlen(bytes[i]));
            assert_memory_equal(got, bytes[i], (size_t)n);
            assert_int_equal(archive_entry_perm(entry), 0644);
        }
        if (i != COUNT_OF(names))
            fail_msg("limit %llu: %s", (unsigned long long)limits[l], archive_error_string(archive));
        archive_read_free(archive);
        free(all);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_taken_by_windows_too),
        cmocka_unit_test(long_names_end_between_characters),
        cmocka_unit_test(it_is_read_as_it_was_made_with_and_without_zip64),
    };

    setlocale(LC_ALL, "C.UTF-8"); /* libarchive tells names in it */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
