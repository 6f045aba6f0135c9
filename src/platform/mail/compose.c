#include <openssl/evp.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/encode.h"
#include "platform/mail/body.h"

#define TEXT_MAX (128 * 1024)
#define SUBJECT_MAX 400
#define LINE_MAX_QP 76
#define WORD_BYTES 39 /* 64 characters as an encoded word, so that "Subject: " and one of them are a line of at most 76 */

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
    buf_printf(out, "%s%s", name.len > 10 ? "\r\n " : " ", open); /* a line with an encoded word has at most 76 characters */
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
                    "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n", boundary);
}

static void
add_part(struct buf *out, const char *boundary, const char *type, const struct buf *text)
{
    buf_printf(out, "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", boundary, type);
    add_quoted_printable(out, buf_str(text));
    buf_add(out, STR("\r\n"));
}

/* In the web app. A link elsewhere, such as "https://our.example@other.example", is refused. */
static bool
is_ours(const struct config *config, const char *link)
{
    const char *home = config_frontend_url(config);

    return !link || (text_starts_with(link, home) && link[strlen(home)] == '/');
}

static bool
links_are_ours(const struct config *config, const struct mail *mail)
{
    for (unsigned i = 0; i < mail->item_count; i++)
        if (!is_ours(config, mail->items[i].link))
            return false;
    return is_ours(config, mail->link) && is_ours(config, mail->unsubscribe);
}

bool
mail_compose(const struct config *config, const struct mail *mail, struct buf *out)
{
    scoped_buf subject = BUF_INIT(SUBJECT_MAX), text = BUF_INIT(TEXT_MAX), html = BUF_INIT(TEXT_MAX);
    char boundary[UUID_TEXT];

    /* Addresses are validated when they come in; this keeps a line break out of the headers whatever happens. */
    if (strpbrk(mail->to, "\r\n<>") || (mail->unsubscribe && strpbrk(mail->unsubscribe, "\r\n<> ")) || !links_are_ours(config, mail) ||
        !mail_body(config, mail, &subject, &text, &html))
        return false;
    uuid_random(boundary);
    add_headers(out, config, mail, buf_str(&subject).ptr, boundary);
    add_part(out, boundary, "text/plain", &text);
    add_part(out, boundary, "text/html", &html);
    buf_printf(out, "--%s--\r\n", boundary);
    return !out->failed;
}
