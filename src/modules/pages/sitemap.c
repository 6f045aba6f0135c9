/* sitemap.c - which pages search engines may list (sitemaps.org), and robots.txt, which names that list.
 *
 * The index names parts. A part holds the things whose ids begin with the same bits, so the index is made without looking at any of them, and a part by one range of
 * the primary key. A thing stays in its part until the number of parts doubles. */
#include <stdio.h>
#include <stdlib.h>

#include "api/runner.h"
#include "http/server.h"
#include "modules/pages/internal.h"
#include "pages.queries.h"

#define SITEMAP_MAX ((size_t)32 * 1024 * 1024)
#define PART_TARGET 12500 /* addresses; 50,000 is the most that a part may have, and rows are spread unevenly */
#define BITS_MAX 12
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define SCHEMA "http://www.sitemaps.org/schemas/sitemap/0.9"
#define XML_TYPE "application/xml; charset=utf-8"

/* Addresses of pages of one kind. A new kind is a row here, and two columns of the query sitemap_sizes. */
static const struct sitemap_kind {
    const char *name, *prefix;
    const struct query *query; /* gives `value`, which stands behind the prefix, and `changed` */
} kinds[] = {{"tracks", "/track/", &q_sitemap_tracks},
             {"releases", "/release/", &q_sitemap_releases},
             {"playlists", "/playlist/", &q_sitemap_playlists},
             {"people", "/u/", &q_sitemap_people},
             {"genres", "/discover/genre/", &q_sitemap_genres},
             {"tags", "/discover/tag/", &q_sitemap_tags}};

#define KINDS "tracks|releases|playlists|people|genres|tags|site"

/* Pages that are about nothing in particular. */
static const char *const site_pages[] = {"/", "/discover"};

static const char *
site_of(struct request *req)
{
    return config_frontend_url(server_settings(req->server)->config);
}

static const struct problem *
reply_xml(struct request *req, struct buf *out)
{
    if (out->failed) {
        buf_free(out);
        return PROBLEM(INTERNAL);
    }
    return reply_owned(req, 200, XML_TYPE, buf_str(out), free, out->ptr);
}

/* The number of parts as a power of two. */
static int
bits_of(int64_t rows)
{
    int bits = 0;

    while (bits < BITS_MAX && rows >> bits > PART_TARGET)
        bits++;
    return bits;
}

static const struct problem *
index_get(struct request *req)
{
    struct buf out = BUF_INIT(SITEMAP_MAX);
    const struct problem *p;
    struct row sizes;

    p = db_one(req, &q_sitemap_sizes, &sizes);
    if (p)
        return p;
    buf_add_text(&out, XML "<sitemapindex xmlns=\"" SCHEMA "\">\n");
    buf_printf(&out, "<sitemap><loc>%s/sitemap-part.xml?kind=site</loc></sitemap>\n", site_of(req));
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        int bits = bits_of(row_int(&sizes, kinds[i].name, 0));
        bool has_some = row_bool(&sizes, arena_printf(req->arena, "has_%s", kinds[i].name));

        for (int part = 0; has_some && part < 1 << bits; part++)
            buf_printf(&out, "<sitemap><loc>%s/sitemap-part.xml?kind=%s&amp;bits=%d&amp;part=%d</loc></sitemap>\n", site_of(req), kinds[i].name, bits, part);
    }
    buf_add_text(&out, "</sitemapindex>\n");
    return reply_xml(req, &out);
}

/* The lowest and the highest id whose first `bits` bits are `part`. */
static void
set_range(struct request *req, int64_t bits, int64_t part)
{
    unsigned low = (unsigned)(part << (16 - bits)), high = (unsigned)(((part + 1) << (16 - bits)) - 1);

    request_set(req, "low", arena_printf(req->arena, "%04x0000-0000-0000-0000-000000000000", low));
    request_set(req, "high", arena_printf(req->arena, "%04xffff-ffff-ffff-ffff-ffffffffffff", high));
}

static void
add_address(struct buf *out, const char *site, const char *prefix, const char *value, const char *changed)
{
    buf_add_text(out, "<url><loc>");
    buf_add_xml(out, site);
    buf_add_text(out, prefix);
    buf_add_url(out, value);
    buf_add_text(out, "</loc>");
    if (changed)
        buf_printf(out, "<lastmod>%s</lastmod>", changed);
    buf_add_text(out, "</url>\n");
}

static const struct problem *
part_get(struct request *req)
{
    const char *kind = request_param(req, "kind");
    struct buf out = BUF_INIT(SITEMAP_MAX);
    const struct problem *p;
    int64_t bits = 0, part = 0;
    PGresult *rows;

    text_to_int64(request_param(req, "bits"), 0, BITS_MAX, &bits);
    text_to_int64(request_param(req, "part"), 0, (1 << BITS_MAX) - 1, &part);
    if (part >> bits)
        return PROBLEM(NOT_FOUND);
    set_range(req, bits, part);
    buf_add_text(&out, XML "<urlset xmlns=\"" SCHEMA "\">\n");
    for (size_t i = 0; text_equal(kind, "site") && i < COUNT_OF(site_pages); i++)
        add_address(&out, site_of(req), site_pages[i], "", NULL);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (!text_equal(kind, kinds[i].name))
            continue;
        p = db_rows(req, kinds[i].query, &rows);
        if (p) {
            buf_free(&out);
            return p;
        }
        for (int row = 0; row < PQntuples(rows); row++)
            add_address(&out, site_of(req), kinds[i].prefix, PQgetvalue(rows, row, 0), PQgetvalue(rows, row, 1));
        PQclear(rows);
    }
    buf_add_text(&out, "</urlset>\n");
    return reply_xml(req, &out);
}

/* What needs somebody who is signed in is of no use to a search engine. What is behind a link says `noindex` itself, and must be read for that. */
static const struct problem *
robots_get(struct request *req)
{
    static const char areas[] = "User-agent: *\nDisallow: /admin/\nDisallow: /dashboard\nDisallow: /developer\nDisallow: /library\nDisallow: /notifications\n"
                                "Disallow: /playlists\nDisallow: /releases\nDisallow: /settings\nDisallow: /upload\nDisallow: /listen/\n"
                                "Disallow: /reset-password\nDisallow: /verify-email\nDisallow: /api/v1/auth/\nAllow: /\n\n";
    const char *text = arena_printf(req->arena, "%sSitemap: %s/sitemap.xml\n", areas, site_of(req));

    return reply_bytes(req, 200, "text/plain; charset=utf-8", str_of(text));
}

static const struct field part_query[] = {
    {"kind", FIELD_ENUM, .required = true, .values = KINDS, .help = "What the addresses lead to; `site`: pages that are about nothing in particular"},
    {"bits", FIELD_INT, .min = 0, .max = BITS_MAX, .fallback = "0", .help = "How many bits of an id decide the part; the index says it"},
    {"part", FIELD_INT, .min = 0, .max = (1 << BITS_MAX) - 1, .fallback = "0", .help = "These bits"},
    FIELD_END};

static const enum problem_name part_problems[] = {PROBLEM_NOT_FOUND, PROBLEM_COUNT};

const struct route sitemap_routes[] = {
    {GET, "/robots.txt", "Tell search engines what to leave out (RFC 9309)", "It names the sitemap.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = robots_get, .runs = RUNS_IN_LOOP, .produces = "text/plain"},
    {GET, "/sitemap.xml", "List the sitemaps (sitemaps.org)",
     "Each holds at most 50,000 addresses of pages that everybody may see and search engines may list. A page stays in its sitemap until their number doubles.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = index_get, .produces = "application/xml", .cache_s = 5,
     .cache_tags = "tracks users releases"},
    {GET, "/sitemap-part.xml", "List addresses of pages for search engines (sitemaps.org)", "The addresses of these lists are in `/sitemap.xml`.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .query = part_query, .handler = part_get, .produces = "application/xml", .problems = part_problems,
     .cache_s = 5, .cache_tags = "tracks users releases"},
    ROUTE_END};
