/* frame_parser_test.c - the parent believes nothing that breaks the protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame_parser.h"

static char seen[1000];

static void
note(const char *text)
{
    strncat(seen, text, sizeof seen - strlen(seen) - 1);
}

static int
on_begin(void *user, const char *name)
{
    (void)user;
    note("begin ");
    note(name);
    note(";");
    return 0;
}

static int
on_data(void *user, const void *bytes, size_t length)
{
    char text[64];

    (void)user;
    (void)bytes;
    snprintf(text, sizeof text, "data %zu;", length);
    note(text);
    return 0;
}

static int
on_end(void *user)
{
    (void)user;
    note("end;");
    return 0;
}

static void
on_progress(void *user, const char *stage, float fraction)
{
    char text[64];

    (void)user;
    snprintf(text, sizeof text, "%s %.2f;", stage, (double)fraction);
    note(text);
}

static int
on_playable(void *user, const char *json, size_t length)
{
    (void)user;
    (void)length;
    note("playable ");
    note(json);
    note(";");
    return 0;
}

static int
on_result(void *user, const char *json, size_t length)
{
    (void)user;
    (void)length;
    note(json);
    return 0;
}

static void
on_failed(void *user, const char *code, const char *message)
{
    (void)user;
    note(code);
    note("|");
    note(message);
}

static const struct media_frame_callbacks callbacks = { on_begin, on_data, on_end, on_progress, on_playable, on_result, on_failed, NULL };

static int
feed(const char *bytes, size_t length, size_t step)
{
    struct media_frame_parser *parser = malloc(sizeof *parser);
    int error = 0;

    seen[0] = 0;
    media_frame_parser_init(parser, &callbacks);
    for (size_t at = 0; !error && at < length; at += step)
        error = media_frame_parser_feed(parser, (const uint8_t *)bytes + at, length - at < step ? length - at : step);
    free(parser);
    return error;
}
#define FEED(literal, step) feed(literal, sizeof(literal) - 1, step)

#define BEGIN "\0\0\0\5\1" "a.bin"
#define DATA "\0\0\0\3\2" "xyz"
#define END "\0\0\0\0\3"
#define HALF "\0\0\0\5\4" "\0\7\xa1\x20" "s"
#define RESULT "\0\0\0\2\5" "{}"
#define PLAYABLE "\0\0\0\2\7" "[]"

static void
frames_arrive_whole_whatever_the_pieces(void **state)
{
    (void)state;
    for (size_t step = 1; step < 60; step++) {
        assert_int_equal(FEED(HALF BEGIN DATA DATA END RESULT, step), MEDIA_PARSE_OK);
        assert_string_equal(seen, "s 0.50;begin a.bin;data 3;data 3;end;{}");
    }
    assert_int_equal(FEED(BEGIN END PLAYABLE HALF RESULT, 4), MEDIA_PARSE_OK);
    assert_string_equal(seen, "begin a.bin;end;playable [];s 0.50;{}");
    assert_int_equal(FEED("\0\0\0\6\6" "why\0No", 3), MEDIA_PARSE_OK);
    assert_string_equal(seen, "why|No");
}

static void
broken_rules_are_refused(void **state)
{
    (void)state;
    assert_int_equal(FEED(DATA, 99), MEDIA_PARSE_BROKEN);                    /* no file is open */
    assert_int_equal(FEED(END, 99), MEDIA_PARSE_BROKEN);
    assert_int_equal(FEED(BEGIN BEGIN, 99), MEDIA_PARSE_BROKEN);             /* two files are open */
    assert_int_equal(FEED(BEGIN RESULT, 99), MEDIA_PARSE_BROKEN);            /* a file is open */
    assert_int_equal(FEED(RESULT RESULT, 99), MEDIA_PARSE_BROKEN);           /* after the end */
    assert_int_equal(FEED(PLAYABLE PLAYABLE, 99), MEDIA_PARSE_BROKEN);       /* once */
    assert_int_equal(FEED(BEGIN PLAYABLE, 99), MEDIA_PARSE_BROKEN);          /* a file is open */
    assert_int_equal(FEED(RESULT PLAYABLE, 99), MEDIA_PARSE_BROKEN);         /* after the end */
    assert_int_equal(FEED("\0\0\0\1\7" "{", 99), MEDIA_PARSE_BROKEN);       /* no document */
    assert_int_equal(FEED("\0\1\0\1\2", 99), MEDIA_PARSE_BROKEN);            /* too long */
    assert_int_equal(FEED("\xff\xff\xff\xff\2", 99), MEDIA_PARSE_BROKEN);
    assert_int_equal(FEED("\0\0\0\0\10", 99), MEDIA_PARSE_BROKEN);           /* unknown type */
    assert_int_equal(FEED(HALF "\0\0\0\5\4" "\0\0\0\0s", 99), MEDIA_PARSE_BROKEN); /* progress falls */
    assert_int_equal(FEED("\0\0\0\5\4" "\xff\0\0\0s", 99), MEDIA_PARSE_BROKEN);   /* beyond 1 */
    assert_int_equal(FEED("\0\0\0\3\6" "why", 99), MEDIA_PARSE_BROKEN);      /* no sentence */
    assert_int_equal(FEED("\0\0\0\5\6" "w\0\x1b[m", 99), MEDIA_PARSE_BROKEN);     /* terminal escapes */
    assert_int_equal(FEED("\0\0\0\0\1", 99), MEDIA_PARSE_BROKEN);            /* no name */
}

static void
file_names_cannot_leave_their_folder(void **state)
{
    static const char *const good[] = { "cover.bin", "low/segment_003.m4s", "master.m3u8", "waveform/overview.json" };
    static const char *const bad[] = { "", ".", "..", "../x.m4s", "a/../b.c", "/etc/passwd", "a//b.c", "a/b/c.d", "a\\b.c", "A.bin", ".bin", "a.", "a/.b", "a..b",
                                       "low/", "noextension", "a b.c", "a\n.c", "é.bin", "a.b/c.d",
                                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bin" };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(media_file_name_is_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (media_file_name_is_valid(bad[i], strlen(bad[i])))
            fail_msg("%s", bad[i]);
    assert_false(media_file_name_is_valid("a\0.bin", 6));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_arrive_whole_whatever_the_pieces),
        cmocka_unit_test(broken_rules_are_refused),
        cmocka_unit_test(file_names_cannot_leave_their_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
