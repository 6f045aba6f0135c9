/* What a mail looks like on the wire, whatever is put into it. */
#include "../base/test.h"

#include <stdlib.h>

#include "base/buf.h"
#include "platform/mail/mail.h"

static const struct config config = {.mail_from = "Veza <no-reply@example.org>", .app_domain = "example.org",
                                     .frontend_url = "https://example.org"};

static const char *const languages[] = {"en", "fr", "es"};
static const char *const templates[] = {"verify_email", "reset_password", "notifications", "security", "account_deletion"};

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
    const struct mail_item items[] = {{"evil\r\nBcc: all@example.org\nfollows <b>you</b> & \"me\"", "<script>alert('x')</script>",
                                       "https://example.org/u/evil?\"><script>"},
                                      {"another", NULL, NULL}};
    struct mail good = {.to = "ada@example.org", .template = "notifications", .language = "en", .name = "ada", .subject = "plain"};
    struct mail evil = {.to = "ada@example.org",
                        .template = "notifications",
                        .language = "en",
                        .name = "ada\r\n.\r\nMAIL FROM:<x>",
                        .subject = "evil\r\nBcc: all@example.org\r\n\r\nhello \xE2\x80\xAE txt.exe\xC2\x85",
                        .items = items,
                        .item_count = COUNT_OF(items)};
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
    assert_null(strstr(strstr(other, "text/html"), "<script"));
    assert_non_null(strstr(other, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
    assert_non_null(strstr(other, "href=3D\"https://example.org/u/evil?&quot;&gt;&lt;script&gt;\""));
}

static void
an_address_with_a_line_break_is_refused(void **state)
{
    static const char *const bad[] = {"a@b.c\r\nBcc: x@y.z", "a@b.c\nx", "<a@b.c", "a@b.c>"};
    scoped_buf out = BUF_INIT(65536);
    struct mail mail = {.template = "verify_email", .language = "en", .name = "ada", .link = "https://example.org/x"};

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
            length = *p == '\n' ? 0 : length + (*p != '\r');
            assert_true(length <= 76);
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
    assert_true(has_header(message, "Content-Type: multipart/alternative;\r\n boundary="));
}

static void
a_link_to_another_site_is_refused(void **state)
{
    static const char *const bad[] = {"https://example.org.evil.example/", "https://example.org@evil.example/", "https://evil.example/https://example.org/",
                                      "javascript:alert(1)", "/u/ada", "https://example.org"};
    scoped_buf out = BUF_INIT(65536);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct mail_item items[] = {{"ada follows you", NULL, bad[i]}};
        struct mail button = {.to = "a@b.c", .template = "verify_email", .language = "en", .name = "ada", .link = bad[i]};
        struct mail item = {.to = "a@b.c", .template = "notifications", .language = "en", .name = "ada", .items = items, .item_count = 1};
        struct mail end = {.to = "a@b.c", .template = "notifications", .language = "en", .name = "ada", .unsubscribe = bad[i]};

        assert_false(mail_compose(&config, &button, &out));
        assert_false(mail_compose(&config, &item, &out));
        assert_false(mail_compose(&config, &end, &out));
    }
}

/* How often `word` is in `text`. */
static unsigned
times(const char *text, const char *word)
{
    unsigned count = 0;

    for (; (text = strstr(text, word)); text += strlen(word))
        count++;
    return count;
}

static void
each_mail_is_whole_in_each_language(void **state)
{
    const struct mail_item items[] = {{"ada follows you", "See their profile", NULL}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(templates) * COUNT_OF(languages); i++) {
        const char *language = languages[i % COUNT_OF(languages)];
        struct mail mail = {.to = "ada@example.org", .template = templates[i / COUNT_OF(languages)], .language = language, .name = "ada",
                            .subject = "x", .link = "https://example.org/x", .day = "2026-05-03", .items = items, .item_count = 1};
        scoped_text message = composed(&config, &mail);
        char lang[32];

        unwrap(message);
        snprintf(lang, sizeof lang, "<html lang=3D\"%s\" dir=3D\"ltr\">", language);
        assert_non_null(strstr(message, lang));
        assert_true(strstr(message, "text/plain") < strstr(message, "text/html"));
        assert_int_equal(times(message, "Content-Type: text/"), 2);
        assert_int_equal(times(message, "{"), times(message, "}"));
        assert_null(strstr(message, "{name}"));
        assert_null(strstr(message, "{subject}"));
        assert_null(strstr(message, "{day}"));
        for (const char *const *tag = (const char *const[]){"h1", "table", "tr", "td", "div", "p", "a", "bdi", "style", "head", "body", "html", NULL}; *tag; tag++) {
            char open[16], close[16], open_with[16];

            snprintf(open, sizeof open, "<%s>", *tag);
            snprintf(open_with, sizeof open_with, "<%s ", *tag);
            snprintf(close, sizeof close, "</%s>", *tag);
            assert_int_equal(times(message, open) + times(message, open_with), times(message, close));
        }
        assert_null(strstr(message, "<img"));
        assert_null(strstr(message, "url("));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_in_a_name_starts_a_header_or_turns_the_text),
        cmocka_unit_test(an_address_with_a_line_break_is_refused),
        cmocka_unit_test(lines_are_short_and_seven_bit),
        cmocka_unit_test(a_link_to_another_site_is_refused),
        cmocka_unit_test(each_mail_is_whole_in_each_language),
        cmocka_unit_test(a_mail_that_may_be_ended_says_how),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
