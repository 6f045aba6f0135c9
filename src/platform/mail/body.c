#include "platform/mail/body.h"

#include "base/day.h"
#include "base/translation.h"

static const struct words {
    const char *language, *hello, *colon, *address, *unsubscribe;
} all_words[] = {
#define WORDS(language, hello, colon, address, unsubscribe) {language, hello, colon, address, unsubscribe},
#define TEMPLATE(...)
#include "platform/mail/templates.def"
#undef WORDS
#undef TEMPLATE
};

static const struct template {
    struct translation_key key;
    const char *subject, *before, *action, *after, *why;
} templates[] = {
#define WORDS(...)
#define TEMPLATE(name, language, subject, before, action, after, why) {{name, language}, subject, before, action, after, why},
#include "platform/mail/templates.def"
#undef WORDS
#undef TEMPLATE
};

/* The design. Each colour is written twice: on the element for light, by a class for dark. */
#define FONT "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
#define INK "color:#171411;"
#define MUTED "color:#62594e;"

static const char STYLE[] =
    "<style>\n"
    ":root{color-scheme:light dark;supported-color-schemes:light dark}\n"
    "@media (max-width:480px){.edge{padding:16px 12px!important}.card{padding:24px 20px!important}}\n"
    "@media (prefers-color-scheme:dark){\n"
    ".paper{background:#12100e!important}\n"
    ".card{background:#1c1916!important;border-color:#2d2924!important}\n"
    ".line{border-color:#2d2924!important}\n"
    ".ink{color:#f3ece0!important}\n"
    ".muted{color:#a99f91!important}\n"
    ".link{color:#f5b94a!important}\n"
    "}\n"
    "</style>\n";

/* The mark is five bars whose tops draw a V: offset and height of each, in pixels. */
static const struct {
    int top, height;
} bars[] = {{0, 16}, {5, 19}, {12, 18}, {5, 19}, {0, 16}};

static const struct words *
find_words(const char *language)
{
    for (size_t i = 0; i < COUNT_OF(all_words); i++)
        if (text_equal(all_words[i].language, language))
            return &all_words[i];
    return &all_words[0];
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

/* A value that came from outside. */
static void
add_value(struct buf *out, const char *text, bool html)
{
    for (const char *p = text ? text : ""; *p;) {
        size_t skip = unwanted(p);

        if (skip) {
            p += skip;
        } else if (html) {
            buf_add_html(out, (struct str){p++, 1});
        } else {
            buf_add(out, (struct str){p++, 1});
        }
    }
}

/* Writes the placeholder that `p` begins with; its length, or 0 when there is none. */
static size_t
add_placeholder(struct buf *out, const char *p, const struct mail *mail, bool html)
{
    if (text_starts_with(p, "{name}")) {
        buf_add_text(out, html ? "<bdi>" : "");
        add_value(out, mail->name, html);
        buf_add_text(out, html ? "</bdi>" : "");
    } else if (text_starts_with(p, "{subject}")) {
        add_value(out, mail->subject, html);
    } else if (text_starts_with(p, "{day}")) {
        scoped_buf day = BUF_INIT(100);

        day_in_words(mail->day ? mail->day : "", mail->language, &day);
        add_value(out, buf_str(&day).ptr, html);
    } else {
        return 0;
    }
    return strcspn(p, "}") + 1;
}

/* Words of a template. */
static void
add_words(struct buf *out, const char *text, const struct mail *mail, bool html)
{
    while (*text) {
        size_t len = add_placeholder(out, text, mail, html);

        if (!len && html && text_starts_with(text, "\n\n")) {
            buf_add_text(out, "</p>\n<p class=\"ink\" style=\"margin:0 0 16px;" INK "\">");
            len = 2;
        } else if (!len && html) {
            buf_add_html(out, (struct str){text, len = 1});
        } else if (!len) {
            buf_add(out, (struct str){text, len = 1});
        }
        text += len;
    }
}

static void
write_text(struct buf *out, const struct template *template, const struct words *words, const struct mail *mail)
{
    add_words(out, words->hello, mail, false);
    buf_add_text(out, "\n\n");
    if (*template->before) {
        add_words(out, template->before, mail, false);
        buf_add_text(out, "\n\n");
    }
    for (unsigned i = 0; i < mail->item_count; i++) {
        const struct mail_item *item = &mail->items[i];

        add_value(out, item->title, false);
        if (item->text && *item->text) {
            buf_add_text(out, "\n");
            add_value(out, item->text, false);
        }
        if (item->link) {
            buf_add_text(out, "\n");
            add_value(out, item->link, false);
        }
        buf_add_text(out, "\n\n");
    }
    if (mail->link) {
        buf_printf(out, "%s%s\n", template->action, words->colon);
        add_value(out, mail->link, false);
        buf_add_text(out, "\n\n");
    }
    if (*template->after) {
        add_words(out, template->after, mail, false);
        buf_add_text(out, "\n\n");
    }
    buf_add_text(out, "-- \n"); /* what mail programs show as a signature */
    add_words(out, template->why, mail, false);
    buf_add_text(out, "\n");
    if (mail->unsubscribe) {
        buf_printf(out, "\n%s%s\n", words->unsubscribe, words->colon);
        add_value(out, mail->unsubscribe, false);
        buf_add_text(out, "\n");
    }
}

static void
add_paragraphs(struct buf *out, const char *text, const struct mail *mail)
{
    if (!*text)
        return;
    buf_add_text(out, "<p class=\"ink\" style=\"margin:0 0 16px;" INK "\">");
    add_words(out, text, mail, true);
    buf_add_text(out, "</p>\n");
}

/* A link whose words are `words`, or its address. */
static void
add_link(struct buf *out, const char *link, const char *words)
{
    buf_add_text(out, "<a class=\"link\" style=\"color:#7a4b00;word-break:break-all\" href=\"");
    add_value(out, link, true);
    buf_add_text(out, "\">");
    add_value(out, words ? words : link, true);
    buf_add_text(out, "</a>");
}

static void
add_items(struct buf *out, const struct mail *mail)
{
    for (unsigned i = 0; i < mail->item_count; i++) {
        const struct mail_item *item = &mail->items[i];

        buf_printf(out, "<div class=\"line\" style=\"margin:0 0 16px;%s\">\n",
                   i ? "padding:16px 0 0;border-top:1px solid #dcd3c3" : "");
        if (mail->item_count > 1) { /* else it is the heading */
            buf_add_text(out, "<p class=\"ink\" dir=\"auto\" style=\"margin:0;font-weight:700;overflow-wrap:anywhere;" INK "\">");
            add_value(out, item->title, true);
            buf_add_text(out, "</p>\n");
        }
        if (item->text && *item->text) {
            buf_add_text(out, "<p class=\"ink\" dir=\"auto\" style=\"margin:4px 0 0;overflow-wrap:anywhere;" INK "\">");
            add_value(out, item->text, true);
            buf_add_text(out, "</p>\n");
        }
        if (item->link) {
            buf_add_text(out, "<p style=\"margin:4px 0 0;font-size:14px\">");
            add_link(out, item->link, NULL);
            buf_add_text(out, "</p>\n");
        }
        buf_add_text(out, "</div>\n");
    }
}

/* A table, since some mail programs give links no padding of their own. */
static void
add_button(struct buf *out, const struct template *template, const struct words *words, const struct mail *mail)
{
    if (!mail->link)
        return;
    buf_add_text(out, "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"margin:24px 0 16px\"><tr>\n"
                      "<td bgcolor=\"#ffb938\" style=\"background:#ffb938;border-radius:10px\"><a style=\"display:inline-block;padding:14px 26px;" FONT
                      "font-size:16px;line-height:20px;font-weight:700;color:#171208;text-decoration:none\" href=\"");
    add_value(out, mail->link, true);
    buf_add_text(out, "\">");
    add_value(out, template->action, true);
    buf_add_text(out, "</a></td>\n</tr></table>\n<p class=\"muted\" style=\"margin:0 0 16px;font-size:14px;" MUTED "\">");
    add_value(out, words->address, true);
    buf_add_text(out, "<br>\n");
    add_link(out, mail->link, NULL);
    buf_add_text(out, "</p>\n");
}

static void
add_mark(struct buf *out)
{
    buf_add_text(out, "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"margin:0 0 16px\"><tr>\n"
                      "<td bgcolor=\"#12100e\" aria-hidden=\"true\" style=\"background:#12100e;border-radius:10px;padding:9px 7px 7px\">"
                      "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>\n");
    for (size_t i = 0; i < COUNT_OF(bars); i++)
        buf_printf(out, "<td valign=\"top\" style=\"padding:%dpx 1px 0\"><div style=\"width:4px;height:%dpx;border-radius:2px;background:#ffb938;"
                        "font-size:0;line-height:0\"></div></td>\n", bars[i].top, bars[i].height);
    buf_add_text(out, "</tr></table></td>\n"
                      "<td class=\"ink\" style=\"padding:0 0 0 12px;" FONT "font-size:22px;font-weight:800;letter-spacing:-0.5px;" INK "\">Veza</td>\n"
                      "</tr></table>\n");
}

static void
write_html(struct buf *out, const char *home, const char *subject, const struct template *template, const struct words *words,
           const struct mail *mail)
{
    buf_printf(out, "<!doctype html>\n<html lang=\"%s\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
                    "<meta name=\"format-detection\" content=\"telephone=no, date=no, address=no, email=no\">\n<title>", template->key.language);
    add_value(out, subject, true);
    buf_printf(out, "</title>\n%s</head>\n<body class=\"paper\" style=\"margin:0;padding:0;background:#f6f1e7\">\n", STYLE);
    buf_printf(out, "<table class=\"paper\" role=\"presentation\" width=\"100%%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" lang=\"%s\" dir=\"ltr\" "
                    "style=\"background:#f6f1e7\"><tr>\n<td class=\"edge\" align=\"center\" style=\"padding:32px 16px\">\n"
                    "<div role=\"main\" style=\"max-width:600px;margin:0 auto;text-align:left;" FONT "font-size:16px;line-height:24px\">\n", template->key.language);
    add_mark(out);
    buf_add_text(out, "<div class=\"card\" style=\"padding:32px;background:#fffcf6;border:1px solid #dcd3c3;border-radius:14px\">\n"
                      "<h1 class=\"ink\" dir=\"auto\" style=\"margin:0 0 20px;font-size:22px;line-height:28px;font-weight:800;overflow-wrap:anywhere;" INK "\">");
    add_value(out, subject, true);
    buf_add_text(out, "</h1>\n");
    add_paragraphs(out, words->hello, mail);
    add_paragraphs(out, template->before, mail);
    add_items(out, mail);
    add_button(out, template, words, mail);
    add_paragraphs(out, template->after, mail);
    buf_add_text(out, "</div>\n<p class=\"muted\" style=\"margin:20px 4px 8px;font-size:13px;line-height:20px;" MUTED "\">");
    add_words(out, template->why, mail, true);
    buf_add_text(out, "</p>\n<p class=\"muted\" style=\"margin:0 4px;font-size:13px;line-height:20px;" MUTED "\">");
    if (mail->unsubscribe) {
        add_link(out, mail->unsubscribe, words->unsubscribe);
        buf_add_text(out, " · ");
    }
    add_link(out, home, NULL);
    buf_add_text(out, "</p>\n</div>\n</td>\n</tr></table>\n</body>\n</html>\n");
}

bool
mail_body(const struct config *config, const struct mail *mail, struct buf *subject, struct buf *text, struct buf *html)
{
    const struct template *template = translation_find(templates, COUNT_OF(templates), sizeof *templates, mail->template, mail->language);
    const struct words *words;

    if (!template)
        return false;
    words = find_words(template->key.language);
    add_words(subject, template->subject, mail, false);
    write_text(text, template, words, mail);
    write_html(html, config_frontend_url(config), buf_str(subject).ptr, template, words, mail);
    return !subject->failed && !text->failed && !html->failed;
}
