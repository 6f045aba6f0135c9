#include "platform/mail/mail.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "platform/jobs/jobs.h"

#define MAIL_MAX (256 * 1024)
#define SEND_TIMEOUT_S 30

static const struct config *config;
static __thread char last_error[512]; /* of this thread's last mail; empty when it was sent */

void
mail_setup(const struct config *the_config)
{
    config = the_config;
}

static enum mail_outcome
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
        int reason = errno;

        close(fd);
        errno = reason;
    }
    if (written != (ssize_t)message->len) {
        snprintf(last_error, sizeof last_error, "%s cannot be written: %s", path, fd < 0 || written < 0 ? strerror(errno) : "no room");
        log_warn("mail not written", LOG_TEXT("error", last_error));
        return MAIL_LATER;
    }
    log_info("mail written", LOG_TEXT("template", mail->template), LOG_TEXT("file", path)); /* not its link, which is a secret */
    return MAIL_SENT;
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

/* The sender's address alone. */
static void
envelope_sender(char *out, size_t size)
{
    const char *open = strchr(config->mail_from, '<'), *address = open ? open + 1 : config->mail_from;

    snprintf(out, size, "%.*s", (int)strcspn(address, ">"), address);
}

/* A password must not travel in the clear because somebody on the way took STARTTLS out of the greeting; to this machine it may. */
static curl_usessl
encryption_needed(const char *url)
{
    const char *host = strrchr(url, '@');

    if (!host || text_starts_with(host + 1, "127.0.0.1") || text_starts_with(host + 1, "localhost") || text_starts_with(host + 1, "[::1]"))
        return CURLUSESSL_TRY;
    return CURLUSESSL_ALL;
}

void
mail_use_server(const struct config *with, void *curl)
{
    curl_easy_setopt(curl, CURLOPT_URL, with->smtp_url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)encryption_needed(with->smtp_url));
    if (*with->smtp_ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, with->smtp_ca_file);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

const char *
mail_certificate_hint(int curl_result)
{
    return curl_result == CURLE_PEER_FAILED_VERIFICATION || curl_result == CURLE_SSL_CACERT_BADFILE
               ? "SMTP_CA_FILE names the certificate of a mail server of your own"
               : NULL;
}

/* 55x is about this mailbox or this mail (RFC 5321, 4.2.3), for good; all else may be the operator's or the moment's fault. */
static enum mail_outcome
outcome_of(CURL *curl, CURLcode code)
{
    long reply = 0;

    if (code == CURLE_OK)
        return MAIL_SENT;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
    return reply / 10 == 55 ? MAIL_REFUSED : MAIL_LATER;
}

/* Ends the wait for a mail server when the job must stop, but not once the text is under way: it might arrive, and be sent again. */
static int
stop_waiting(void *context, curl_off_t download_total, curl_off_t downloaded, curl_off_t upload_total, curl_off_t uploaded)
{
    (void)context, (void)download_total, (void)downloaded, (void)upload_total;
    return uploaded == 0 && job_here_cancelled();
}

static enum mail_outcome
send_smtp(const struct buf *message, const struct mail *mail)
{
    struct reader reader = {buf_str(message)};
    char sender[256], failure[CURL_ERROR_SIZE] = "";
    struct curl_slist *recipients = curl_slist_append(NULL, mail->to);
    enum mail_outcome outcome = MAIL_LATER;
    CURLcode result = CURLE_OUT_OF_MEMORY;
    CURL *curl = curl_easy_init();

    envelope_sender(sender, sizeof sender);
    if (curl && recipients) {
        mail_use_server(config, curl);
        curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender);
        curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message);
        curl_easy_setopt(curl, CURLOPT_READDATA, &reader);
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, stop_waiting);
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SEND_TIMEOUT_S);
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, failure);
        result = curl_easy_perform(curl);
        outcome = outcome_of(curl, result);
    }
    if (outcome != MAIL_SENT && result != CURLE_ABORTED_BY_CALLBACK) {
        const char *hint = mail_certificate_hint((int)result);

        snprintf(last_error, sizeof last_error, "%s%s%s", *failure ? failure : curl_easy_strerror(result), hint ? "; " : "", hint ? hint : "");
        log_warn("mail not sent", LOG_TEXT("template", mail->template), LOG_TEXT("error", last_error));
    }
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    return outcome;
}

enum mail_outcome
mail_send(const struct mail *mail)
{
    scoped_buf message = BUF_INIT(MAIL_MAX);

    *last_error = 0;
    if (!mail_compose(config, mail, &message)) {
        snprintf(last_error, sizeof last_error, "the mail \"%s\" could not be written", mail->template);
        log_error("mail not composed", LOG_TEXT("template", mail->template));
        return MAIL_REFUSED;
    }
    return *config->smtp_url ? send_smtp(&message, mail) : write_file(&message, mail);
}

const char *
mail_error(void)
{
    return last_error;
}
