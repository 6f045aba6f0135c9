#include <openssl/evp.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/encode.h"
#include "platform/mail/mail.h"

#define TEXT_MAX (128 * 1024)
#define SUBJECT_MAX 400
#define LINE_MAX_QP 76
#define WORD_BYTES 45 /* 60 characters of base64: an encoded word has at most 75 */

static const struct template {
    const char *name, *language, *subject, *text;
} templates[] = {
#define TEMPLATE(name, language, subject, text) {name, language, subject, text},
#include "platform/mail/templates.def"
#undef TEMPLATE
};

static const struct template *
find_template(const char *name, const char *language)
{
    const struct template *english = NULL;

    for (size_t i = 0; i < COUNT_OF(templates); i++) {
        if (!text_equal(templates[i].name, name))
            continue;
        if (text_equal(templates[i].language, language))
            return &templates[i];
        if (text_equal(templates[i].language, "en"))
            english = &templates[i];
    }
    return english;
}

/* Length of the character at `p` that would end a line or turn the direction of what follows: C0, C1, U+061C, U+200E, U+200F,
 * U+2028-202E, U+2066-2069. 0 for any other. */
static size_t
unwanted(const char *p)
{
    unsigned char a = (unsigned char)p[0], b = a ? (unsigned char)p[1] : 0, c = b ? (unsigned char)p[2] : 0;

    if (a < 0x20 || a == 0x7F)
        return 1;
    if ((a == 0xC2 && b >= 0x80 && b <= 0x9F) || (a == 0xD8 && b == 0x9C))
        return 2;
    if (a == 0xE2 && ((b == 0x80 && (c == 0x8E || c == 0x8F || (c >= 0xA8 && c <= 0xAE))) || (b == 0x81 && c >= 0xA6 && c <= 0xA9)))
        return 3;
    return 0;
}

static void
add_escaped(struct buf *out, char c)
{
    switch (c) {
    case '&':
        buf_add_text(out, "&amp;");
        break;
    case '<':
        buf_add_text(out, "&lt;");
        break;
    case '>':
        buf_add_text(out, "&gt;");
        break;
    case '"':
        buf_add_text(out, "&quot;");
        break;
    default:
        buf_add(out, (struct str){&c, 1});
    }
}

/* A value that came from outside. */
static void
add_value(struct buf *out, const char *text, bool html)
{
    for (const char *p = text ? text : ""; *p;) {
        size_t skip = unwanted(p);

        if (skip) {
            p += skip;
        } else if (html) {
            add_escaped(out, *p++);
        } else {
            buf_add(out, (struct str){p++, 1});
        }
    }
}

static void
add_link(struct buf *out, const char *link, bool html)
{
    if (html && link) {
        buf_add_text(out, "<a href=\"");
        add_value(out, link, true);
        buf_add_text(out, "\">");
    }
    add_value(out, link, html);
    if (html && link)
        buf_add_text(out, "</a>");
}

static void
add_items(struct buf *out, const struct mail *mail, bool html)
{
    for (unsigned i = 0; i < mail->item_count; i++) {
        if (i)
            buf_add_text(out, html ? "</p>\n<p>" : "\n\n");
        add_value(out, mail->items[i].text, html);
        if (!mail->items[i].link)
            continue;
        buf_add_text(out, html ? "<br>\n" : "\n");
        add_link(out, mail->items[i].link, html);
    }
}

/* Writes the placeholder that `p` begins with; its length, or 0 when there is none. */
static size_t
add_placeholder(struct buf *out, const char *p, const struct mail *mail, bool html)
{
    if (text_starts_with(p, "{name}"))
        add_value(out, mail->name, html);
    else if (text_starts_with(p, "{subject}"))
        add_value(out, mail->subject, html);
    else if (text_starts_with(p, "{day}"))
        add_value(out, mail->day, html);
    else if (text_starts_with(p, "{link}"))
        add_link(out, mail->link, html);
    else if (text_starts_with(p, "{unsubscribe}"))
        add_link(out, mail->unsubscribe, html);
    else if (text_starts_with(p, "{items}"))
        add_items(out, mail, html);
    else
        return 0;
    return strcspn(p, "}") + 1;
}

static void
expand(struct buf *out, const char *text, const struct mail *mail)
{
    while (*text) {
        size_t len = add_placeholder(out, text, mail, false);

        if (!len)
            buf_add(out, (struct str){text, len = 1});
        text += len;
    }
}

/* An empty line is a new paragraph, a line break stays one. */
static void
expand_html(struct buf *out, const char *text, const struct mail *mail)
{
    buf_add_text(out, "<!doctype html>\n<html><body>\n<p>");
    while (*text && !text_equal(text, "\n")) {
        size_t len = add_placeholder(out, text, mail, true);

        if (!len && text_starts_with(text, "\n\n"))
            buf_add_text(out, "</p>\n<p>"), len = 2;
        else if (!len && *text == '\n')
            buf_add_text(out, "<br>\n"), len = 1;
        else if (!len)
            add_escaped(out, *text), len = 1;
        text += len;
    }
    buf_add_text(out, "</p>\n</body></html>\n");
}

/* RFC 2045, 6.7: lines of at most 76 characters that any server passes on as they are. */
static void
add_quoted_printable(struct buf *out, struct str text)
{
    size_t column = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool last = i + 1 == text.len || text.ptr[i + 1] == '\n';
        bool plain = c >= 0x20 && c < 0x7F && c != '=' && !(c == ' ' && last) && !(c == '.' && column == 0);

        if (c == '\n') {
            buf_add(out, STR("\r\n"));
            column = 0;
            continue;
        }
        if (column + (plain ? 1 : 3) > LINE_MAX_QP - 1) {
            buf_add(out, STR("=\r\n"));
            column = 0;
        }
        if (plain)
            buf_add(out, (struct str){text.ptr + i, 1});
        else
            buf_printf(out, "=%02X", c);
        column += plain ? 1 : 3;
    }
}

static bool
is_plain_header(const char *text)
{
    if (strlen(text) > LINE_MAX_QP - 16 || strstr(text, "=?"))
        return false;
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7E)
            return false;
    return true;
}

/* As it is, or as encoded words of whole characters (RFC 2047). */
static void
add_words(struct buf *out, const char *text)
{
    size_t left = strlen(text);

    if (is_plain_header(text)) {
        buf_add_text(out, text);
        return;
    }
    while (left) {
        unsigned char word[4 * (WORD_BYTES / 3) + 1];
        size_t len = left < WORD_BYTES ? left : WORD_BYTES;

        while (len < left && len > 1 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
        EVP_EncodeBlock(word, (const unsigned char *)text, (int)len);
        buf_printf(out, "=?UTF-8?B?%s?=", (const char *)word);
        text += len;
        left -= len;
        if (left)
            buf_add(out, STR("\r\n "));
    }
}

/* "Name <address>" with the name encoded where it must be. */
static void
add_sender(struct buf *out, const char *sender)
{
    const char *open = strrchr(sender, '<');
    scoped_buf name = BUF_INIT(SUBJECT_MAX);

    if (!open || is_plain_header(sender)) {
        buf_add_text(out, sender);
        return;
    }
    buf_add(&name, (struct str){sender, (size_t)(open - sender)});
    while (name.len && name.ptr[name.len - 1] == ' ')
        name.ptr[--name.len] = 0;
    add_words(out, buf_str(&name).ptr);
    buf_printf(out, " %s", open);
}

static void
add_headers(struct buf *out, const struct config *config, const struct mail *mail, const char *subject, const char *boundary)
{
    time_t now = (time_t)clock_unix_s();
    char date[64], id[UUID_TEXT];
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &utc);
    uuid_random(id);
    buf_add_text(out, "From: ");
    add_sender(out, config->mail_from);
    buf_printf(out, "\r\nTo: <%s>\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\nSubject: ", mail->to, date, mail->id ? mail->id : id,
               config->app_domain);
    add_words(out, subject);
    if (mail->unsubscribe)
        buf_printf(out, "\r\nList-Unsubscribe: <%s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click", mail->unsubscribe);
    buf_printf(out, "\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
                    "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", boundary);
}

static void
add_part(struct buf *out, const char *boundary, const char *type, const struct buf *text)
{
    buf_printf(out, "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", boundary, type);
    add_quoted_printable(out, buf_str(text));
    buf_add(out, STR("\r\n"));
}

bool
mail_compose(const struct config *config, const struct mail *mail, struct buf *out)
{
    const struct template *template = find_template(mail->template, mail->language);
    scoped_buf subject = BUF_INIT(SUBJECT_MAX), text = BUF_INIT(TEXT_MAX), html = BUF_INIT(TEXT_MAX);
    char boundary[UUID_TEXT];

    /* Addresses are validated when they come in; this keeps a line break out of the headers whatever happens. */
    if (!template || strpbrk(mail->to, "\r\n<>") || (mail->unsubscribe && strpbrk(mail->unsubscribe, "\r\n<> ")))
        return false;
    expand(&subject, template->subject, mail);
    expand(&text, template->text, mail);
    expand_html(&html, template->text, mail);
    uuid_random(boundary);
    add_headers(out, config, mail, buf_str(&subject).ptr, boundary);
    add_part(out, boundary, "text/plain", &text);
    add_part(out, boundary, "text/html", &html);
    buf_printf(out, "--%s--\r\n", boundary);
    return !subject.failed && !text.failed && !html.failed && !out->failed;
}
