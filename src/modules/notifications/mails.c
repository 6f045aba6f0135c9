/* mails.c - the jobs that mail notifications: what was not read for a while, several as one; and at once what is about the account. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "modules/notifications/internal.h"
#include "modules/notifications/notifications.h"
#include "platform/mail/mail_job.h"

#define ITEMS_MAX 20

/* A mail under way. */
struct letter {
    struct mail_item items[ITEMS_MAX];
    struct buf titles[ITEMS_MAX], texts[ITEMS_MAX], links[ITEMS_MAX];
    unsigned count;
    struct buf subject, link, unsubscribe;
};

static void
letter_begin(struct letter *letter)
{
    *letter = (struct letter){.subject = BUF_INIT(TITLE_MAX), .link = BUF_INIT(4096), .unsubscribe = BUF_INIT(4096)};
}

static void
letter_end(struct letter *letter)
{
    for (unsigned i = 0; i < letter->count; i++) {
        buf_free(&letter->titles[i]);
        buf_free(&letter->texts[i]);
        buf_free(&letter->links[i]);
    }
    buf_free(&letter->subject);
    buf_free(&letter->link);
    buf_free(&letter->unsubscribe);
}

static void
letter_link(struct buf *link, const char *path)
{
    buf_printf(link, "%s%s", config_frontend_url(notifications_config), path ? path : "/notifications");
}

/* "alice follows you", "See their profile and follow back", and where. */
static void
letter_add(struct letter *letter, const struct notice *notice)
{
    struct buf *title = &letter->titles[letter->count], *text = &letter->texts[letter->count], *link = &letter->links[letter->count];

    if (letter->count == ITEMS_MAX)
        return;
    *title = (struct buf)BUF_INIT(TITLE_MAX);
    *text = (struct buf)BUF_INIT(BODY_MAX_BYTES);
    *link = (struct buf)BUF_INIT(4096);
    notice_words(notice, title, text);
    letter_link(link, notice->link);
    letter->items[letter->count++] = (struct mail_item){buf_str(title).ptr, buf_str(text).ptr, buf_str(link).ptr};
}

/* What the one notification says, or how many there are. */
static void
letter_name(struct letter *letter, const struct notice *first, int count)
{
    struct notice digest = {.type = "digest", .language = first->language};
    char number[16];

    if (count == 1) {
        notice_words(first, &letter->subject, NULL);
        return;
    }
    snprintf(number, sizeof number, "%d", count);
    digest.data = json_pack("{s:s}", "count", number);
    notice_words(&digest, &letter->subject, NULL);
    notice_end(&digest);
}

static void
letter_fill(struct letter *letter, const PGresult *rows, int count)
{
    for (int i = 0; i < count; i++) {
        struct notice notice = notice_of_row(rows, i);

        if (i == 0)
            letter_name(letter, &notice, count);
        letter_add(letter, &notice);
        if (i == 0)
            letter_link(&letter->link, count == 1 ? notice.link : NULL);
        notice_end(&notice);
    }
    if (count == 1)
        letter->items[0].link = NULL; /* the button leads there */
}

static enum mail_outcome
post(const struct job *job, struct letter *letter, const PGresult *rows, const char *template)
{
    const struct mail mail = {.to = PQgetvalue(rows, 0, PQfnumber(rows, "email")),
                              .name = PQgetvalue(rows, 0, PQfnumber(rows, "username")),
                              .language = PQgetvalue(rows, 0, PQfnumber(rows, "language")),
                              .template = template,
                              .subject = buf_str(&letter->subject).ptr,
                              .link = letter->link.ptr,
                              .items = letter->items,
                              .item_count = letter->count,
                              .unsubscribe = letter->unsubscribe.len ? letter->unsubscribe.ptr : NULL,
                              .id = job->id};

    return mail_send(&mail);
}

/* Takes these notifications off the list of those that wait, mailed or not worth it any more; one that came meanwhile stays. */
static bool
no_longer_waiting(const PGresult *rows)
{
    scoped_buf ids = BUF_INIT(64 * 1024);
    PGresult *result;

    for (int i = 0; i < PQntuples(rows); i++)
        buf_printf(&ids, "%s%s", i ? "," : "{", PQgetvalue(rows, i, PQfnumber(rows, "id")));
    buf_add_text(&ids, "}");
    const struct db_arg args[] = {{"ids", ids.ptr}, {0}};
    if (ids.failed || db_run(&q_notification_mail_done, args, &result, NULL))
        return false;
    PQclear(result);
    return true;
}

static PGresult *
ask(struct job *job, const struct query *query, const struct db_arg *args)
{
    struct db_error error;
    PGresult *rows;

    if (db_run(query, args, &rows, &error) == DB_OK)
        return rows;
    job_error(job, error.message);
    return NULL;
}

/* How many of the rows are still worth a mail; they come first. */
static int
wanted(const PGresult *rows)
{
    return PQntuples(rows) ? (int)strtol(PQgetvalue(rows, 0, PQfnumber(rows, "wanted_count")), NULL, 10) : 0;
}

enum job_outcome
notifications_mail(struct job *job)
{
    const char *user_id = json_string_value(json_object_get(job->payload, "user_id"));
    const struct db_arg args[] = {{"user_id", user_id}, {0}};
    PGresult *rows = ask(job, &q_notification_mail_due, args);
    enum mail_outcome outcome = MAIL_SENT;
    struct letter letter;

    if (!rows)
        return JOB_RETRY;
    if (wanted(rows)) {
        letter_begin(&letter);
        letter_fill(&letter, rows, wanted(rows));
        unsubscribe_address(user_id, &letter.unsubscribe);
        outcome = post(job, &letter, rows, "notifications");
        letter_end(&letter);
    }
    if (outcome != MAIL_LATER && PQntuples(rows) && !no_longer_waiting(rows))
        log_warn("mailed notifications not noted", LOG_TEXT("user_id", user_id)); /* they may come once more */
    PQclear(rows);
    return mail_end_job(job, outcome);
}

enum job_outcome
notifications_mail_security(struct job *job)
{
    const struct db_arg args[] = {{"notification_id", json_string_value(json_object_get(job->payload, "notification_id"))}, {0}};
    PGresult *rows = ask(job, &q_notification_mail_security, args);
    enum mail_outcome outcome = MAIL_SENT;
    struct letter letter;

    if (!rows)
        return JOB_RETRY;
    if (PQntuples(rows)) {
        letter_begin(&letter);
        letter_fill(&letter, rows, 1);
        outcome = post(job, &letter, rows, "security");
        letter_end(&letter);
    }
    PQclear(rows);
    return mail_end_job(job, outcome);
}
