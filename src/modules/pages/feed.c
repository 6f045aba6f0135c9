/* feed.c - what a person publishes, or what is in a release or a playlist, as RSS 2.0 with the elements that podcast clients know.
 *
 * Only what everybody finds in lists. An item's guid is its track's id: it stays the same whatever becomes of title, file or address. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "api/runner.h"
#include "http/server.h"
#include "modules/pages/internal.h"
#include "pages.queries.h"

#define FEED_MAX ((size_t)8 * 1024 * 1024)
#define MEASURED_MAX 3000 /* files that are looked at for lengths that nobody has asked for yet; what is left over is in the feed the next time */
#define FEED_TYPE "application/rss+xml; charset=utf-8"
#define DATE_SIZE 40

struct feed {
    struct request *req;
    const char *site;
    const char *id, *token; /* of a private feed; NULL: it is public */
    struct buf out;
};

static void
add(struct feed *feed, const char *open, const char *text, const char *close)
{
    if (!text || !*text)
        return;
    buf_add_text(&feed->out, open);
    buf_add_xml(&feed->out, text);
    buf_add_text(&feed->out, close);
}

/* As RFC 822 writes it. */
static const char *
date_of(struct feed *feed, int64_t unix_s)
{
    char text[DATE_SIZE];
    time_t at = (time_t)unix_s;
    struct tm parts;

    gmtime_r(&at, &parts);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return arena_strdup(feed->req->arena, text);
}

static const char *
address(struct feed *feed, const char *path)
{
    return path && *path == '/' ? arena_printf(feed->req->arena, "%s%s", feed->site, path) : NULL;
}

static const char *
value(const PGresult *rows, int row, const char *column)
{
    int n = PQfnumber(rows, column);

    return PQgetisnull(rows, row, n) ? NULL : PQgetvalue(rows, row, n);
}

static int64_t
number(const PGresult *rows, int row, const char *column)
{
    const char *text = value(rows, row, column);

    return text ? strtoll(text, NULL, 10) : 0;
}

/* Nothing for a track whose length is not known yet: a client would take it for broken. */
static void
add_item(struct feed *feed, const PGresult *rows, int row, int64_t *budget, int number_in_order)
{
    struct arena *arena = feed->req->arena;
    const char *id = value(rows, row, "id"), *link = address(feed, page_path(arena, "/track/", id)), *cover = page_cover(arena, value(rows, row, "cover_url"), 600);
    const char *sound;
    int64_t size = number(rows, row, "size_bytes"), ms = number(rows, row, "duration_ms");

    if (!size)
        size = audio_size(id, budget);
    if (!size)
        return;
    buf_add_text(&feed->out, "<item>\n");
    add(feed, "<title>", value(rows, row, "title"), "</title>\n");
    add(feed, "<link>", link, "</link>\n");
    add(feed, "<guid isPermaLink=\"false\">urn:uuid:", id, "</guid>\n");
    add(feed, "<pubDate>", date_of(feed, number(rows, row, "published")), "</pubDate>\n");
    add(feed, "<description>", value(rows, row, "description"), "</description>\n");
    sound = feed->token ? arena_printf(arena, "/api/v1/feeds/%s/tracks/%s/audio.m4a?token=%s", feed->id, id, feed->token) : audio_path(arena, id);
    add(feed, "<enclosure url=\"", address(feed, sound), "\"");
    buf_printf(&feed->out, " length=\"%lld\" type=\"audio/mp4\"/>\n", (long long)size);
    add(feed, "<itunes:author>", value(rows, row, "artist"), "</itunes:author>\n");
    buf_printf(&feed->out, "<itunes:duration>%lld</itunes:duration>\n<itunes:explicit>%s</itunes:explicit>\n", (long long)(ms + 500) / 1000,
               text_equal(value(rows, row, "is_explicit"), "t") ? "true" : "false");
    if (number_in_order)
        buf_printf(&feed->out, "<itunes:episode>%d</itunes:episode>\n", number_in_order);
    add(feed, "<itunes:image href=\"", address(feed, cover), "\"/>\n");
    buf_add_text(&feed->out, "</item>\n");
}

static void
add_channel(struct feed *feed, const struct row *channel, const char *type, int64_t changed)
{
    const char *link = address(feed, row_text(channel, "path")), *image = address(feed, row_text(channel, "image")), *about = row_text(channel, "description");
    const char *title = row_text(channel, "title");

    buf_add_text(&feed->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" "
                             "xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">\n<channel>\n");
    add(feed, "<title>", title, "</title>\n");
    add(feed, "<link>", link, "</link>\n");
    add(feed, "<description>", about && *about ? about : title, "</description>\n");
    add(feed, "<language>", row_text(channel, "language"), "</language>\n");
    add(feed, "<lastBuildDate>", date_of(feed, changed), "</lastBuildDate>\n");
    buf_add_text(&feed->out, "<generator>Veza</generator>\n");
    add(feed, "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"",
        address(feed, feed->token ? arena_printf(feed->req->arena, "%s?token=%s", feed->req->path, feed->token) : feed->req->path), "\"/>\n");
    if (feed->token)
        buf_add_text(&feed->out, "<itunes:block>Yes</itunes:block>\n");
    add(feed, "<itunes:author>", row_text(channel, "author"), "</itunes:author>\n");
    add(feed, "<itunes:type>", type, "</itunes:type>\n");
    buf_add_text(&feed->out, "<itunes:category text=\"Music\"/>\n");
    if (image) {
        add(feed, "<itunes:image href=\"", image, "\"/>\n");
        add(feed, "<image><url>", image, "</url>");
        add(feed, "<title>", title, "</title>");
        add(feed, "<link>", link, "</link></image>\n");
    }
}

/* `in_order`: the items are parts of a whole, and are numbered. `id`, `token`: of a private feed, or NULL. */
static const struct problem *
reply_feed(struct request *req, const struct query *of, const struct query *items, bool in_order, const char *id, const char *token)
{
    struct feed feed = {.req = req, .id = id, .token = token, .site = config_frontend_url(server_settings(req->server)->config), .out = BUF_INIT(FEED_MAX)};
    int64_t budget = MEASURED_MAX, changed;
    const struct problem *p;
    struct row channel;
    PGresult *rows;
    bool is_explicit = false;

    p = db_one(req, of, &channel);
    if (!p)
        p = db_rows(req, items, &rows);
    if (p)
        return p;
    changed = row_int(&channel, "changed", 0);
    for (int row = 0; row < PQntuples(rows); row++) {
        int64_t at = number(rows, row, "changed");

        changed = at > changed ? at : changed;
        is_explicit |= text_equal(value(rows, row, "is_explicit"), "t");
    }
    add_channel(&feed, &channel, in_order ? "serial" : "episodic", changed);
    buf_printf(&feed.out, "<itunes:explicit>%s</itunes:explicit>\n", is_explicit ? "true" : "false");
    for (int row = 0; row < PQntuples(rows); row++)
        add_item(&feed, rows, row, &budget, in_order ? row + 1 : 0);
    PQclear(rows);
    buf_add_text(&feed.out, "</channel>\n</rss>\n");
    if (feed.out.failed) {
        buf_free(&feed.out);
        return PROBLEM(INTERNAL);
    }
    reply_header(req, "Last-Modified", date_of(&feed, changed));
    if (token) {
        reply_header(req, "X-Robots-Tag", "noindex");
        reply_header(req, "Referrer-Policy", "no-referrer"); /* its address is its key */
        req->reply.cache_control = "private, no-cache";
    } else {
        reply_header(req, "Access-Control-Allow-Origin", "*");
    }
    return reply_owned(req, 200, FEED_TYPE, buf_str(&feed.out), free, feed.out.ptr);
}

static const struct problem *
feed_of_person(struct request *req)
{
    return reply_feed(req, &q_feed_of_person, &q_feed_of_person_items, false, NULL, NULL);
}

static const struct problem *
feed_of_release(struct request *req)
{
    return reply_feed(req, &q_feed_of_release, &q_feed_of_release_items, true, NULL, NULL);
}

static const struct problem *
feed_of_playlist(struct request *req)
{
    return reply_feed(req, &q_feed_of_playlist, &q_feed_of_playlist_items, true, NULL, NULL);
}

const struct problem *
feed_reply_private(struct request *req, const char *kind, const char *feed_id, const char *token)
{
    if (text_equal(kind, "person"))
        return reply_feed(req, &q_feed_of_person, &q_feed_of_person_own_items, false, feed_id, token);
    if (text_equal(kind, "release"))
        return reply_feed(req, &q_feed_of_release, &q_feed_of_release_items, true, feed_id, token);
    return reply_feed(req, &q_feed_of_playlist, &q_feed_of_playlist_items, true, feed_id, token);
}

static const struct field person_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};
static const struct field release_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The release"}, FIELD_END};
static const struct field playlist_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The playlist"}, FIELD_END};
static const enum problem_name feed_problems[] = {PROBLEM_NOT_FOUND, PROBLEM_COUNT};

#define FEED .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .produces = "application/rss+xml", .problems = feed_problems
#define EPISODES \
    "RSS 2.0, with the elements that podcast clients know. A track's `guid` never changes. `If-None-Match` saves it where nothing has changed. What is " \
    "not public is in no feed."

const struct route feed_routes[] = {
    {GET, "/api/v1/users/{id}/rss", "Get the latest 300 tracks of a person as a podcast", EPISODES, FEED, .path = person_in_path, .handler = feed_of_person},
    {GET, "/api/v1/releases/{id}/rss", "Get the tracks of a release as a podcast", EPISODES, FEED, .path = release_in_path, .handler = feed_of_release},
    {GET, "/api/v1/playlists/{id}/rss", "Get the first 300 tracks of a playlist as a podcast", EPISODES, FEED, .path = playlist_in_path, .handler = feed_of_playlist},
    ROUTE_END};
