/* mail.h - mails by SMTP (SMTP_URL), or as .eml files in the data folder.
 *
 * The texts are templates in three languages (templates.def), sent as plain text and as HTML in one design (body.h). */
#pragma once

#include "base/buf.h"
#include "base/config.h"

/* One of the things that a mail tells of. */
struct mail_item {
    const char *title; /* the subject, where there is one item only */
    const char *text; /* may be NULL or empty */
    const char *link; /* as for `link` below */
};

struct mail {
    const char *to;       /* one address */
    const char *template; /* a name of templates.def */
    const char *language; /* "en", "fr", "es"; anything else is "en" */
    const char *name;     /* of the person */
    const char *link;     /* of the button: an address below FRONTEND_URL; may be NULL */
    const char *day;      /* YYYY-MM-DD, where the person is; may be NULL */
    const char *subject;  /* for templates whose subject is {subject} */
    const struct mail_item *items;
    unsigned item_count;
    const char *unsubscribe; /* address for RFC 8058, which a POST without identity unsubscribes; NULL for mails that must come */
    const char *id;          /* UUID: the same mail sent twice is seen to be the same; NULL for a new one */
};

enum mail_outcome {
    MAIL_SENT = 0,
    MAIL_LATER = -1,   /* the server is away, or did not want it now */
    MAIL_REFUSED = -2, /* the address takes no mail, or this mail */
};

void mail_setup(const struct config *config);

/* Sends and waits. */
enum mail_outcome mail_send(const struct mail *mail);

/* Why this thread's last mail was not sent: what the mail server or libcurl said, and which setting helps. "" when it was sent. */
const char *mail_error(void);

/* What to set when libcurl's result says that the server's certificate is not trusted; else NULL. */
const char *mail_certificate_hint(int curl_result);

/* Tells libcurl's handle about the mail server: address, encryption, certificates. */
void mail_use_server(const struct config *config, void *curl);

/* The whole message as it goes over the wire (RFC 5322 and 2045). False when there is no such template, when an address holds a line break
 * or an angle bracket, or when a link leads to another site than FRONTEND_URL. Nothing in `mail` can start a header or a part of its own:
 * control and bidirectional characters are taken out. */
bool mail_compose(const struct config *config, const struct mail *mail, struct buf *out);
