/* What a mail looks like on the wire, whatever is put into it. */
#include "../base/test.h"

#include <stdlib.h>

#include "base/buf.h"
#include "platform/mail/mail.h"

static const struct config config = {.mail_from = "Veza <no-reply@example.org>", .app_domain = "example.org"};

static char *
composed(const struct config *with, const struct mail *mail)
{
    struct buf out = BUF_INIT(256 * 1024);

    assert_true(mail_compose(with, mail, &out));
    return out.ptr;
}

/* Takes the soft line breaks of quoted-printable out. */
static void
unwrap(char *message)
{
    for (char *soft; (soft = strstr(message, "=\r\n"));)
        memmove(soft, soft + 3, strlen(soft + 3) + 1);
}

/* Is there a header line that begins so? */
static bool
has_header(const char *message, const char *line)
{
    const char *end = strstr(message, "\r\n\r\n"), *found = strstr(message, line);

    return found && found < end && (found == message || found[-1] == '\n');
}

static unsigned
header_lines(const char *message)
{
    const char *end = strstr(message, "\r\n\r\n");
    unsigned count = 1;

    for (const char *p = message; p < end; p++)
        count += p[0] == '\r' && p[1] == '\n' && p[2] != ' ';
    return count;
}

static void
nothing_in_a_name_starts_a_header_or_turns_the_text(void **state)
{
    const struct mail_item items[] = {{"evil\r\nBcc: all@example.org\nfollows <b>you</b> & \"me\"", "/u/evil"}};
    struct mail good = {.to = "ada@example.org", .template = "notifications", .language = "en", .name = "ada", .subject = "plain"};
    struct mail evil = {.to = "ada@example.org",
                        .template = "notifications",
                        .language = "en",
                        .name = "ada\r\n.\r\nMAIL FROM:<x>",
                        .subject = "evil\r\nBcc: all@example.org\r\n\r\nhello \xE2\x80\xAE txt.exe\xC2\x85",
                        .items = items,
                        .item_count = 1};
    scoped_text one = composed(&config, &good);
    scoped_text other = composed(&config, &evil);

    (void)state;
    unwrap(other);
    assert_int_equal(header_lines(one), header_lines(other));
    assert_null(strstr(other, "\nBcc:"));
    assert_null(strstr(other, "\n.\r\n"));
    assert_null(strstr(other, "=E2=80=AE"));
    assert_null(strstr(other, "\xE2\x80\xAE"));
    assert_true(has_header(other, "Subject: evilBcc: all@example.orghello  txt.exe\r\n"));
    assert_null(strstr(strstr(other, "text/html"), "<b>you"));
    assert_non_null(strstr(other, "&lt;b&gt;you&lt;/b&gt; &amp; &quot;me&quot;"));
}

static void
an_address_with_a_line_break_is_refused(void **state)
{
    static const char *const bad[] = {"a@b.c\r\nBcc: x@y.z", "a@b.c\nx", "<a@b.c", "a@b.c>"};
    scoped_buf out = BUF_INIT(65536);
    struct mail mail = {.template = "verify_email", .language = "en", .name = "ada", .link = "https://x"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        mail.to = bad[i];
        assert_false(mail_compose(&config, &mail, &out));
    }
    mail.to = "a@b.c";
    mail.unsubscribe = "https://x>\r\nBcc: y";
    assert_false(mail_compose(&config, &mail, &out));
    mail.unsubscribe = NULL;
    mail.template = "no such template";
    assert_false(mail_compose(&config, &mail, &out));
}

static void
lines_are_short_and_seven_bit(void **state)
{
    static const char *const languages[] = {"en", "fr", "es"};
    struct config with = config;
    char name[201];

    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    with.mail_from = "Véza, la musique de toutes les personnes que nous aimons <no-reply@example.org>";
    for (size_t i = 0; i < COUNT_OF(languages); i++) {
        struct mail mail = {.to = "ada@example.org", .template = "notifications", .language = languages[i], .name = name,
                            .subject = "Élodie vous suit, et beaucoup d’autres personnes dont le nom est très, très long"};
        scoped_text message = composed(&with, &mail);
        size_t length = 0;

        for (const char *p = message; *p; p++) {
            assert_true((*p >= 0x20 && *p < 0x7F) || *p == '\r' || *p == '\n');
            assert_true(*p != '\n' || p[-1] == '\r');
            length = *p == '\n' ? 0 : length + 1;
            assert_true(length <= 100);
        }
        assert_non_null(strstr(message, "Subject: =?UTF-8?B?"));
        assert_non_null(strstr(message, "From: =?UTF-8?B?"));
    }
}

static void
a_mail_that_may_be_ended_says_how(void **state)
{
    struct mail mail = {.to = "ada@example.org", .template = "notifications", .language = "en", .name = "ada", .subject = "x",
                        .unsubscribe = "https://example.org/u?token=1", .id = "00000000-0000-4000-8000-000000000001"};
    scoped_text message = composed(&config, &mail);

    (void)state;
    assert_true(has_header(message, "List-Unsubscribe: <https://example.org/u?token=1>\r\n"));
    assert_true(has_header(message, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    assert_true(has_header(message, "Message-ID: <00000000-0000-4000-8000-000000000001@example.org>\r\n"));
    assert_true(has_header(message, "Content-Type: multipart/alternative; boundary="));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_in_a_name_starts_a_header_or_turns_the_text),
        cmocka_unit_test(an_address_with_a_line_break_is_refused),
        cmocka_unit_test(lines_are_short_and_seven_bit),
        cmocka_unit_test(a_mail_that_may_be_ended_says_how),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
