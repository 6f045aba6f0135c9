/* internal.h - what the parts of this module share.
 *
 * A page about one thing is rendered here, so that it is there before any script is, and without one. What it shows is the row that the API has for
 * that thing; the app takes the place of the markup when it is there. A page is a row of the table in pages.c and a function that fills in a
 * `struct page`; what is common to all (head, links to other languages, escaping) is in render.c. The HTML is the same for every visitor. */
#pragma once

#include <jansson.h>

#include "api/module.h"
#include "base/buf.h"
#include "http/request.h"

#define PAGE_HTML_MAX ((size_t)512 * 1024)

extern const struct route oembed_routes[];  /* oembed.c */
extern const struct route sitemap_routes[]; /* sitemap.c */
extern const struct route feed_routes[];    /* feed.c */
extern const struct route audio_routes[];   /* audio.c */
extern const struct route private_feed_routes[]; /* private_feed.c */
extern const struct personal pages_personal; /* personal.c */

struct page {
    struct request *req;
    json_t *row;          /* of the page's query */
    const char *site;     /* FRONTEND_URL */
    const char *language; /* "en", "fr" or "es" */
    const char *suffix;   /* "?lang=fr" where the address says a language, for links; else "" */
    const char *path;     /* the one address of this page, without that */

    /* Filled in by the page's function. Texts are plain: they are escaped where they are written. NULL: there is none. */
    const char *title;       /* of the tab; NULL: only "Veza" */
    const char *name;        /* the thing's, for link previews */
    const char *description; /* one line */
    const char *type;        /* og:type */
    const char *image;       /* address of its picture, beginning with a slash */
    int image_size;          /* width and height in pixels */
    const char *feed;        /* address of its feed, beginning with a slash */
    const char *player;      /* path of its embed player */
    const char *audio;       /* path of its sound as one file */
    int player_height;
    json_t *data;            /* JSON-LD; freed with the page */
    struct buf more;         /* further elements of the head */
    struct buf body;
};

/* The language that the address asks for (`?lang=`), or NULL. */
const char *page_language(const struct request *req);

/* Writes what belongs into <head> behind the title. */
void page_write_head(struct page *page, struct buf *out);

/* A text of words.c in the page's language, with `{0}` and `{1}` replaced. In the request's arena. */
const char *page_words(const struct page *page, const char *name, const char *first, const char *second);
/* "1 track", "7 tracks": `name`_one or `name`_many. */
const char *page_count(const struct page *page, const char *name, int64_t count);

/* The row's text, or NULL where it is null or empty. `page_text(row, "creator", "username")`. */
const char *page_text(const json_t *row, const char *name, const char *member);
/* One line of at most `max` characters of a longer text, or NULL. */
const char *page_summary(struct arena *arena, const char *text, size_t max);
/* An absolute address of `path` on this site. */
const char *page_address(const struct page *page, const char *path);
/* `prefix` and a value that is escaped for an address. */
const char *page_path(struct arena *arena, const char *prefix, const char *value);
/* "PT3M5S" (ISO 8601), and "3:05". */
const char *page_iso_duration(struct arena *arena, int64_t ms);
const char *page_clock(struct arena *arena, int64_t ms);
/* The address of this cover in another size. */
const char *page_cover(struct arena *arena, const char *url, int size);

/* Markup. `html` is ours and goes as it is; all other texts are escaped. */
void page_add(struct page *page, const char *html);
void page_add_text(struct page *page, const char *text);
void page_add_element(struct page *page, const char *open, const char *text, const char *close);
void page_add_link(struct page *page, const char *path, const char *classes, const char *text);
void page_add_meta(struct page *page, const char *property, const char *content);
/* A list of tracks: rows of the fragment page_track(). */
void page_add_tracks(struct page *page, const json_t *tracks, const char *title);

/* The pages (body.c). */
void page_of_landing(struct page *page);
void page_of_track(struct page *page);
void page_of_release(struct page *page);
void page_of_playlist(struct page *page);
void page_of_person(struct page *page);
void page_of_label(struct page *page); /* a genre or a tag */

/* feed.c: answers with the feed `kind` of :id, as the person who is known may hear it. `token`: of a private feed, whose enclosures have it too. */
const struct problem *feed_reply_private(struct request *req, const char *kind, const char *feed_id, const char *token);

/* audio.c: the path of a track's sound as one file, and how long that file is. It is measured, by looking at all of its parts, as
 * long as *budget parts are left, from which they are taken; 0 when it is not known. */
const char *audio_path(struct arena *arena, const char *track_id);
int64_t audio_size(const char *track_id, int64_t *budget);
/* Handler: answers with the sound of the track :id, as the person who is known may hear it. */
const struct problem *audio_get(struct request *req);
void audio_setup(const struct module_setup *with);
