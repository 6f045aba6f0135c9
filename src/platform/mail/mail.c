#include "platform/mail/mail.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"

#define MAIL_MAX (256 * 1024)
#define SEND_TIMEOUT_S 30

static const struct config *config;

static const struct {
    const char *name, *language, *subject, *text;
} templates[] = {
#define TEMPLATE(name, language, subject, text) {name, language, subject, text},
#include "platform/mail/templates.def"
#undef TEMPLATE
};

void
mail_setup(const struct config *the_config)
{
    config = the_config;
}

static int
find_template(const char *name, const char *language)
{
    int english = -1;

    for (size_t i = 0; i < COUNT_OF(templates); i++) {
        if (!text_equal(templates[i].name, name))
            continue;
        if (text_equal(templates[i].language, language))
            return (int)i;
        if (text_equal(templates[i].language, "en"))
            english = (int)i;
    }
    return english;
}

/* Lines end in CRLF; a lone dot needs no care here, libcurl stuffs it. */
static void
add_text(struct buf *out, const char *text, const struct mail *mail)
{
    for (const char *p = text; *p; p++) {
        if (text_starts_with(p, "{name}")) {
            buf_add_text(out, mail->name ? mail->name : "");
            p += 5;
        } else if (text_starts_with(p, "{link}")) {
            buf_add_text(out, mail->link ? mail->link : "");
            p += 5;
        } else if (text_starts_with(p, "{day}")) {
            buf_add_text(out, mail->day ? mail->day : "");
            p += 4;
        } else if (*p == '\n') {
            buf_add(out, STR("\r\n"));
        } else {
            buf_add(out, (struct str){p, 1});
        }
    }
}

/* RFC 5322, with the subject as an encoded word (RFC 2047, base64). */
static void
compose(struct buf *out, const struct mail *mail, int template)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *s = (const unsigned char *)templates[template].subject;
    size_t len = strlen(templates[template].subject);
    char date[64], id[UUID_TEXT];
    struct tm utc;
    time_t now = (time_t)clock_unix_s();

    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &utc);
    uuid_random(id);
    buf_printf(out, "From: %s\r\nTo: <%s>\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\nSubject: =?UTF-8?B?", config->mail_from, mail->to,
               date, id, config->app_domain);
    for (size_t i = 0; i < len; i += 3) {
        unsigned v = (unsigned)s[i] << 16 | (i + 1 < len ? (unsigned)s[i + 1] << 8 : 0) | (i + 2 < len ? s[i + 2] : 0);

        buf_printf(out, "%c%c%c%c", digits[v >> 18], digits[v >> 12 & 63], i + 1 < len ? digits[v >> 6 & 63] : '=',
                   i + 2 < len ? digits[v & 63] : '=');
    }
    buf_add_text(out, "?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                      "Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n");
    add_text(out, templates[template].text, mail);
}

static int
write_file(const struct buf *message, const struct mail *mail)
{
    char folder[4096], path[4200], id[UUID_TEXT];
    ssize_t written = -1;
    int fd;

    uuid_random(id);
    snprintf(folder, sizeof folder, "%s/mail", config->data_dir);
    mkdir(folder, 0700);
    snprintf(path, sizeof path, "%s/%lld-%.8s.eml", folder, (long long)clock_unix_s(), id);
    fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0) {
        written = write(fd, message->ptr, message->len);
        close(fd);
    }
    if (written != (ssize_t)message->len) {
        log_warn("mail not written", LOG_TEXT("path", path));
        return -1;
    }
    log_info("mail written", LOG_TEXT("template", mail->template), LOG_TEXT("file", path)); /* not its link, which is a secret */
    return 0;
}

struct reader {
    struct str rest;
};

static size_t
read_message(char *to, size_t size, size_t count, void *context)
{
    struct reader *reader = context;
    size_t n = size * count < reader->rest.len ? size * count : reader->rest.len;

    memcpy(to, reader->rest.ptr, n);
    reader->rest.ptr += n;
    reader->rest.len -= n;
    return n;
}

static int
send_smtp(const struct buf *message, const struct mail *mail)
{
    const char *open = strchr(config->mail_from, '<'), *close = open ? strchr(open, '>') : NULL;
    struct reader reader = {buf_str(message)};
    char sender[256], failure[CURL_ERROR_SIZE] = "";
    struct curl_slist *recipients = curl_slist_append(NULL, mail->to);
    CURL *curl = curl_easy_init();
    CURLcode code = CURLE_OUT_OF_MEMORY;

    if (open && close)
        snprintf(sender, sizeof sender, "%.*s", (int)(close - open - 1), open + 1);
    else
        snprintf(sender, sizeof sender, "%s", config->mail_from);
    if (curl && recipients) {
        curl_easy_setopt(curl, CURLOPT_URL, config->smtp_url);
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
        curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender);
        curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message);
        curl_easy_setopt(curl, CURLOPT_READDATA, &reader);
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SEND_TIMEOUT_S);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, failure);
        code = curl_easy_perform(curl);
    }
    if (code != CURLE_OK)
        log_warn("mail not sent", LOG_TEXT("template", mail->template), LOG_TEXT("error", failure));
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    return code == CURLE_OK ? 0 : -1;
}

int
mail_send(const struct mail *mail)
{
    scoped_buf message = BUF_INIT(MAIL_MAX);
    int template = find_template(mail->template, mail->language);

    /* Addresses are validated when they come in; this keeps a line break out of the headers whatever happens. */
    if (template < 0 || strpbrk(mail->to, "\r\n<>"))
        return -1;
    compose(&message, mail, template);
    if (message.failed)
        return -1;
    return *config->smtp_url ? send_smtp(&message, mail) : write_file(&message, mail);
}
