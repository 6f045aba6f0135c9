/* mail.h - mails by SMTP (SMTP_URL), or as .eml files in the data folder.
 *
 * The texts are templates in three languages (templates.def). In development without SMTP the link is written to the log too. */
#pragma once

#include "base/config.h"

struct mail {
    const char *to;       /* one address */
    const char *template; /* a name of templates.def */
    const char *language; /* "en", "fr", "es"; anything else is "en" */
    const char *name;     /* of the person */
    const char *link;     /* may be NULL */
    const char *day;      /* YYYY-MM-DD; may be NULL */
};

void mail_setup(const struct config *config);

/* Sends and waits. 0, or -1 when it may work later. */
int mail_send(const struct mail *mail);
