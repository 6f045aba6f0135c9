#include "modules/pages/pages.h"
#include "modules/pages/internal.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "api/checkup.h"
#include "api/runner.h"
#include "base/log.h"
#include "http/assets.h"
#include "http/server.h"
#include "pages.queries.h"
#include "discover.queries.h"
#include "playlists.queries.h"
#include "releases.queries.h"
#include "shares.queries.h"
#include "tracks.queries.h"
#include "users.queries.h"

/* The same page for everybody: caches between may hand it out for a while, browsers ask whether it is still so. What is hidden is gone from them that soon. */
#define PAGE_CACHE "public, max-age=0, s-maxage=30, must-revalidate"

static const char *web_dir;
static struct assets *web_app;

/* A page about one thing, which exists for visitors when the query has a row. */
struct subject_page {
    const char *pattern, *param; /* NULL: of the whole site */
    bool (*valid)(const char *value); /* NULL: any text is */
    const struct query *query;
    void (*fill)(struct page *page); /* what is rendered (internal.h); NULL: only `title` is */
    const char *(*title)(struct request *req, json_t *row);
    bool has_data; /* the row is put into the page */
    bool moves; /* the row says what `param` is by now: another value leads there */
};

/* Of a track, or a release. */
static const char *
track_title(struct request *req, json_t *row)
{
    const char *title = json_string_value(json_object_get(row, "title")), *artist = json_string_value(json_object_get(row, "artist"));

    if (!artist || !*artist)
        artist = json_string_value(json_object_get(json_object_get(row, "creator"), "display_name"));
    if (!title)
        return NULL;
    return artist ? arena_printf(req->arena, "%s – %s", title, artist) : arena_printf(req->arena, "%s", title); /* the row is freed before it is used */
}

static const char *
playlist_title(struct request *req, json_t *row)
{
    return arena_printf(req->arena, "%s", json_string_value(json_object_get(row, "name")));
}

/* What one may not see is a page that does not exist, for its owner too: who they are is not known here, and the app asks with their rights. */
static const struct subject_page subject_pages[] = {
    {"/", NULL, NULL, &q_landing_page, page_of_landing},
    {"/track/:id", "id", uuid_valid, &q_track_page, page_of_track, .has_data = true},
    {"/playlist/:id", "id", uuid_valid, &q_playlist_page, page_of_playlist},
    {"/u/:username", "username", NULL, &q_user_page, page_of_person},
    {"/release/:slug", "slug", NULL, &q_release_page, page_of_release, .moves = true},
    {"/discover/genre/:genre", "genre", NULL, &q_genre_page, page_of_label, .moves = true},
    {"/discover/tag/:tag", "tag", NULL, &q_tag_page, page_of_label},
    /* Opened by a link, which is a secret: nothing is told but the title. */
    {"/track/shared/:token", "token", NULL, &q_share_page, .title = track_title},
    {"/p/:token", "token", NULL, &q_shared_page, .title = playlist_title},
    /* In a frame on another site nobody is signed in. */
    {"/embed/track/shared/:token", "token", NULL, &q_share_page, .title = track_title},
    {"/embed/track/:id", "id", uuid_valid, &q_track_page, .title = track_title, .has_data = true},
    {"/embed/playlist/:id", "id", uuid_valid, &q_playlist_page, .title = playlist_title},
    {"/embed/p/:token", "token", NULL, &q_shared_page, .title = playlist_title},
    {"/embed/release/:slug", "slug", NULL, &q_release_page, .title = track_title, .moves = true},
};

/* Pages whose address is a secret: the log has the pattern in its place. */
static const char *const secret_pages[][2] = {{"/p/", "/p/:token"},
                                              {"/track/shared/", "/track/shared/:token"},
                                              {"/embed/p/", "/embed/p/:token"},
                                              {"/embed/track/shared/", "/embed/track/shared/:token"}};

/* VEZA_WEB_DIR, or web/dist beside the folder that the program is in; of /usr/bin/veza it is /usr/share/veza/web. It may not be there. */
static void
pages_find_web_app(char ret_folder[PATH_MAX])
{
    char program[PATH_MAX - 16];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);

    program[len > 0 ? len : 0] = 0;
    for (int up = 0; up < 2 && strrchr(program, '/'); up++)
        *strrchr(program, '/') = 0;
    if (*web_dir)
        snprintf(ret_folder, PATH_MAX, "%s", web_dir);
    else if (text_equal(program, "/usr"))
        snprintf(ret_folder, PATH_MAX, "/usr/share/veza/web");
    else
        snprintf(ret_folder, PATH_MAX, "%s/web/dist", program);
}

static bool
pages_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    audio_setup(with);
    return true;
}

static bool
pages_start(void)
{
    char folder[PATH_MAX], error[512];

    pages_find_web_app(folder);
    web_app = assets_load(folder, error, sizeof error);
    if (!web_app)
        log_warn("no web app", LOG_TEXT("error", error));
    return true;
}

static void
pages_teardown(void)
{
    assets_free(web_app);
    web_app = NULL;
}

/* Pages talk to their own host by WebSocket: 'self' says so in current browsers, older ones want the address. */
static const char *
socket_address(struct request *req)
{
    const char *url = config_frontend_url(server_settings(req->server)->config);

    return text_starts_with(url, "http") ? arena_printf(req->arena, "ws%s", url + strlen("http")) : "";
}

static const struct problem *
reply_page(struct request *req, int status, const struct asset_page *page)
{
    return assets_reply_page(web_app, req, socket_address(req), status, page);
}

/* Renders what the row tells. False when there is too much of it, or no memory: then the app has to do. */
static bool
render(struct request *req, const struct subject_page *subject, json_t *row, struct asset_page *filled, struct buf *head, struct buf *body)
{
    struct page page = {.req = req, .row = row, .site = config_frontend_url(server_settings(req->server)->config), .language = "en", .suffix = "",
                        .more = BUF_INIT(PAGE_HTML_MAX), .body = BUF_INIT(PAGE_HTML_MAX)};

    if (filled->language) {
        page.language = filled->language;
        page.suffix = arena_printf(req->arena, "?lang=%s", filled->language);
    }
    subject->fill(&page);
    page_write_head(&page, head);
    filled->title = page.title ? arena_strdup(req->arena, page.title) : NULL; /* the row is freed before it is used */
    *body = page.body;
    buf_free(&page.more);
    json_decref(page.data);
    filled->head = buf_str(head);
    filled->body = buf_str(body);
    return !head->failed && !body->failed;
}

/* When the database cannot be asked, the page comes without data: the app asks again and says what is wrong. */
static const struct problem *
reply_subject(struct request *req, const struct subject_page *page, const char *value)
{
    struct asset_page filled = {.embed = assets_is_embed(page->pattern), .language = page_language(req)};
    scoped_buf head = BUF_INIT(PAGE_HTML_MAX), body = BUF_INIT(0);
    const char *json = NULL;
    const struct problem *p = NULL;
    json_t *row;
    bool is_secret = text_equal(page->param, "token");

    if (page->valid && !page->valid(value))
        return reply_page(req, 404, &filled);
    if (page->param)
        request_set(req, page->param, arena_printf(req->arena, "%s", value));
    p = query_json(req, page->query, &json);
    if (p == &request_parked)
        return p;
    if (p)
        return reply_page(req, p->status == 404 ? 404 : 200, &filled);
    row = json_loads(json, 0, NULL);
    if (page->moves && !text_equal(json_string_value(json_object_get(row, page->param)), value)) {
        reply_header(req, "Location", arena_printf(req->arena, "%.*s%s%s", (int)(strchr(page->pattern, ':') - page->pattern), page->pattern,
                                                   json_string_value(json_object_get(row, page->param)),
                                                   filled.language ? arena_printf(req->arena, "?lang=%s", filled.language) : ""));
        json_decref(row);
        return reply_empty(req, 301);
    }
    if (!page->fill)
        filled.title = page->title(req, row);
    else if (!render(req, page, row, &filled, &head, &body))
        filled = (struct asset_page){.language = filled.language, .title = filled.title};
    if (page->has_data)
        filled.data = json;
    if (json_is_false(json_object_get(row, "is_indexable")) && !filled.embed)
        reply_header(req, "X-Robots-Tag", "noindex");
    json_decref(row);
    p = reply_page(req, 200, &filled);
    if (!filled.embed)
        req->reply.cache_control = is_secret ? CACHE_NEVER : PAGE_CACHE;
    return p;
}

bool
pages_has_file(const char *path)
{
    return web_app && assets_has_file(web_app, path);
}

const struct problem *
pages_reply(struct request *req)
{
    char value[PAGE_VALUE_MAX];
    const char *pattern;

    for (size_t i = 0; i < COUNT_OF(secret_pages); i++)
        if (text_starts_with(req->path, secret_pages[i][0]))
            req->log_path = secret_pages[i][1];
    if (!web_app)
        return PROBLEM(NOT_FOUND);
    if (!assets_reply_file(web_app, req, socket_address(req)))
        return NULL;
    if (!assets_is_page(req->path))
        return PROBLEM(NOT_FOUND);
    pattern = assets_page(web_app, req->path, value);
    for (size_t i = 0; pattern && i < COUNT_OF(subject_pages); i++)
        if (text_equal(pattern, subject_pages[i].pattern))
            return reply_subject(req, &subject_pages[i], value);
    return reply_page(req, pattern ? 200 : 404, &(const struct asset_page){.language = page_language(req)});
}

static void
pages_checkup(struct checkup *d)
{
    char folder[PATH_MAX], index[PATH_MAX];

    pages_find_web_app(folder);
    if ((size_t)snprintf(index, sizeof index, "%s/index.html", folder) < sizeof index && access(index, R_OK) == 0)
        checkup_fine("web app", "built, in %s", folder);
    else
        checkup_wrong(d, "make build, or set VEZA_WEB_DIR", "web app", "there is no index.html in %s", folder);
}

static const struct setting settings[] = {
    {.section = "Web app"},
    {"VEZA_WEB_DIR", .text = &web_dir, .help = "folder with the built web app; default: web/dist next to the binary's project"},
    {0}};

const struct module pages_module = {.name = "pages",
                                    .routes = ROUTE_TABLES(oembed_routes, sitemap_routes, feed_routes, private_feed_routes, audio_routes),
                                    .queries = pages_queries,
                                    .personal = &pages_personal,
                                    .setup = pages_setup,
                                    .settings = settings,
                                    .checkup = pages_checkup,
                                    .start = pages_start,
                                    .teardown = pages_teardown};
