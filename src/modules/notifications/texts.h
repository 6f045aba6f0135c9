/* texts.h - the words of notifications where the web app cannot choose them: push messages and mails (texts.def). */
#pragma once

#include <jansson.h>
#include <libpq-fe.h>

#include "base/buf.h"

#define TITLE_MAX 1200
#define BODY_MAX_BYTES 4000

/* A notification on its way out. */
struct notice {
    const char *id, *type, *language;
    const char *title, *content; /* English, for types without words of their own */
    const char *link;            /* a path of ours; NULL for none */
    const char *actor, *avatar;  /* NULL for none */
    const char *others;          /* how many more caused it; NULL or 0 for none */
    const char *when, *zone;     /* YYYY-MM-DD HH:MM, in this time zone (IANA name) */
    json_t *data;
};

/* Row of a query with the columns id, type, title, content, link, data, actor, avatar, others, language, happened, timezone. The texts belong to `rows`;
 * notice_end() gives back the rest. */
struct notice notice_of_row(const PGresult *rows, int row);
void notice_end(struct notice *notice);

/* Appends title and body; `body` may be NULL. */
void notice_words(const struct notice *notice, struct buf *title, struct buf *body);
