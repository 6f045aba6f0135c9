/* oembed.c - what other sites need to show the embed player of a page (oembed.com). */
#include <stdlib.h>

#include "api/runner.h"
#include "base/buf.h"
#include "http/server.h"
#include "modules/pages/internal.h"
#include "playlists.queries.h"
#include "releases.queries.h"
#include "tracks.queries.h"

#define HTML_MAX 4096
#define WIDTH 640
#define COVER 300 /* pixels, of the smallest size that there is */

/* A page about something of which there is an embed player. Links are none: whoever has one shares it themselves. */
static const struct oembed_kind {
    const char *path, *param;
    bool (*valid)(const char *value);
    const struct query *query;
    int height;
} kinds[] = {{"/track/", "id", uuid_valid, &q_track_page, 166},
             {"/release/", "slug", NULL, &q_release_page, 380},
             {"/playlist/", "id", uuid_valid, &q_playlist_page, 380}};

/* The kind of the page at `url`, NULL when it is none of ours; what its path ends with in *ret_value. */
static const struct oembed_kind *
oembed_find(struct request *req, const char *site, const char *url, const char **ret_value)
{
    const char *path = text_starts_with(url, site) ? url + strlen(site) : "";

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const char *value = path + strlen(kinds[i].path), *rest;
        size_t len;

        if (!text_starts_with(path, kinds[i].path))
            continue;
        len = strcspn(value, "/?#");
        *ret_value = arena_printf(req->arena, "%.*s", (int)len, value);
        rest = value + len + (value[len] == '/');
        if (len && (!*rest || *rest == '?' || *rest == '#') && (!kinds[i].valid || kinds[i].valid(*ret_value)))
            return &kinds[i];
    }
    return NULL;
}

static int64_t
at_most(struct request *req, const char *param, int64_t wanted)
{
    int64_t most;

    return text_to_int64(request_param(req, param), 1, INT32_MAX, &most) && most < wanted ? most : wanted;
}

/* The same members as elements (oembed.com, 2.3.4.3). Takes over the reference. */
static const struct problem *
reply_as_xml(struct request *req, json_t *reply)
{
    struct buf out = BUF_INIT(4 * HTML_MAX);
    const char *name;
    json_t *value;

    buf_add_text(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<oembed>");
    json_object_foreach(reply, name, value) {
        buf_printf(&out, "<%s>", name);
        if (json_is_integer(value))
            buf_printf(&out, "%lld", (long long)json_integer_value(value));
        else
            buf_add_xml(&out, json_string_value(value));
        buf_printf(&out, "</%s>", name);
    }
    buf_add_text(&out, "</oembed>\n");
    json_decref(reply);
    if (out.failed) {
        buf_free(&out);
        return PROBLEM(INTERNAL);
    }
    return reply_owned(req, 200, "text/xml; charset=utf-8", buf_str(&out), free, out.ptr);
}

static const struct problem *
oembed_get(struct request *req)
{
    const char *site = config_frontend_url(server_settings(req->server)->config), *value = NULL, *json, *title, *author, *cover, *at;
    const struct oembed_kind *kind = oembed_find(req, site, request_param(req, "url"), &value);
    struct buf html = BUF_INIT(HTML_MAX);
    const struct problem *p;
    int64_t width, height;
    json_t *row, *person, *reply;

    if (!kind)
        return PROBLEM(NOT_FOUND);
    request_set(req, kind->param, value);
    p = query_json(req, kind->query, &json);
    if (p)
        return p;
    row = json_loads(json, 0, NULL);
    if (!json_is_true(json_object_get(row, "is_public"))) {
        json_decref(row);
        return PROBLEM(NOT_FOUND);
    }
    width = at_most(req, "maxwidth", WIDTH);
    height = at_most(req, "maxheight", kind->height);
    title = json_string_value(json_object_get(row, json_object_get(row, "title") ? "title" : "name"));
    person = json_object_get(row, json_object_get(row, "creator") ? "creator" : "owner");
    author = json_string_value(json_object_get(row, "artist"));
    if (!author || !*author)
        author = json_string_value(json_object_get(person, "display_name"));
    cover = json_string_value(json_object_get(row, "cover_url"));
    buf_printf(&html, "<iframe src=\"%s/embed%s%s\" title=\"", site, kind->path, json_string_value(json_object_get(row, kind->param)));
    buf_add_html(&html, str_of(title));
    buf_printf(&html, "\" width=\"%lld\" height=\"%lld\" style=\"border:0;border-radius:10px\" ", (long long)width, (long long)height);
    buf_add_text(&html, "sandbox=\"allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox\"></iframe>");
    buf_add(&html, (struct str){"", 1});
    if (html.failed) {
        buf_free(&html);
        json_decref(row);
        return PROBLEM(INTERNAL);
    }
    reply = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:s}", "version", "1.0", "type", "rich", "provider_name", "Veza", "provider_url", site,
                      "title", title, "author_name", author, "author_url",
                      json_sprintf("%s/u/%s", site, json_string_value(json_object_get(person, "username"))), "width", (json_int_t)width, "height",
                      (json_int_t)height, "html", buf_str(&html).ptr);
    at = cover ? strstr(cover, "/cover/") : NULL;
    if (at && width >= COVER && at_most(req, "maxheight", COVER) >= COVER) {
        const char *rest = at + strlen("/cover/");

        json_object_set_new(reply, "thumbnail_url",
                            json_sprintf("%s%.*s%d%s", site, (int)(rest - cover), cover, COVER, rest + strspn(rest, "0123456789")));
        json_object_set_new(reply, "thumbnail_width", json_integer(COVER));
        json_object_set_new(reply, "thumbnail_height", json_integer(COVER));
    }
    buf_free(&html);
    json_decref(row);
    reply_header(req, "Access-Control-Allow-Origin", "*");
    return text_equal(request_param(req, "format"), "xml") ? reply_as_xml(req, reply) : reply_json(req, 200, reply);
}

static const struct field oembed_query[] = {
    {"url", FIELD_STRING, .required = true, .min = 1, .max = 500, .help = "Address of a page here", .example = "https://veza.example/release/late-trains"},
    {"maxwidth", FIELD_INT, .min = 1, .max = 10000, .help = "How wide the frame may be, in pixels"},
    {"maxheight", FIELD_INT, .min = 1, .max = 10000, .help = "How high it may be"},
    {"format", FIELD_ENUM, .values = "json|xml", .fallback = "json", .help = "Of the reply"},
    FIELD_END};

static const struct field oembed_reply[] = {
    {"version", FIELD_STRING, .required = true, .help = "Of oEmbed: `1.0`"},
    {"type", FIELD_STRING, .required = true, .help = "`rich`"},
    {"provider_name", FIELD_STRING, .required = true, .help = "`Veza`"},
    {"provider_url", FIELD_STRING, .required = true, .help = "This installation"},
    {"title", FIELD_STRING, .required = true, .help = "Of the track, release or playlist"},
    {"author_name", FIELD_STRING, .required = true, .help = "Artist, or who published it"},
    {"author_url", FIELD_STRING, .required = true, .help = "Page of whoever published it"},
    {"width", FIELD_INT, .required = true, .help = "Of the frame, in pixels"},
    {"height", FIELD_INT, .required = true, .help = "Of the frame, in pixels"},
    {"html", FIELD_STRING, .required = true, .help = "The frame with the embed player"},
    {"thumbnail_url", FIELD_STRING, .help = "Cover, where there is one that fits"},
    {"thumbnail_width", FIELD_INT, .help = "In pixels"},
    {"thumbnail_height", FIELD_INT, .help = "In pixels"},
    FIELD_END};

static const enum problem_name oembed_problems[] = {PROBLEM_NOT_FOUND, PROBLEM_COUNT};

const struct route oembed_routes[] = {
    {GET, "/api/v1/oembed", "Get how to embed a page (oEmbed 1.0)",
     "For public tracks, releases and playlists, by the addresses of their pages. Nothing that is unlisted, private or opened by a link. With `format=xml` the same "
     "members are elements of `oembed` (`text/xml`).",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .query = oembed_query, .handler = oembed_get, .reply = oembed_reply, .problems = oembed_problems},
    ROUTE_END};
