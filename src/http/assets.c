#include "http/assets.h"

#include <fcntl.h>
#include <fts.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/buf.h"
#include "http/server.h"

#define TOTAL_MAX (64u * 1024 * 1024)
#define PAGE_MAX (1024u * 1024)
#define TITLE "<title>Veza</title>"
#define DATA "<!--page-data-->"
#define BODY "<!--page-body-->"
#define BODY_END "<!--/page-body-->"

enum encoding { PLAIN, GZIP, BROTLI, ENCODINGS };

static const char *const suffixes[ENCODINGS] = {"", ".gz", ".br"};
static const char *const encoding_names[ENCODINGS] = {NULL, "gzip", "br"};

struct asset {
    char *path; /* begins with a slash */
    const char *content_type;
    struct str bodies[ENCODINGS]; /* ptr NULL: not there */
    char etag[20];
};

struct assets {
    struct asset *items; /* sorted by path */
    size_t count, capacity, bytes;
    json_t *pages; /* pages.json */
};

static const char *
content_type_of(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"}, {".css", "text/css; charset=utf-8"},
        {".json", "application/json"}, {".webmanifest", "application/manifest+json"}, {".svg", "image/svg+xml"}, {".png", "image/png"},
        {".webp", "image/webp"}, {".ico", "image/x-icon"}, {".woff2", "font/woff2"}, {".txt", "text/plain; charset=utf-8"},
        {".map", "application/json"}};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < COUNT_OF(types); i++)
        if (text_equal(dot, types[i][0]))
            return types[i][1];
    return "application/octet-stream";
}

static bool
read_file(struct assets *assets, const char *path, struct str *ret_body)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    char *bytes = NULL;
    size_t have = 0;

    if (fd < 0)
        return false;
    if (fstat(fd, &status) == 0 && (size_t)status.st_size <= TOTAL_MAX - assets->bytes)
        bytes = malloc((size_t)status.st_size + 1);
    while (bytes && have < (size_t)status.st_size) {
        ssize_t n = read(fd, bytes + have, (size_t)status.st_size - have);

        if (n <= 0)
            break;
        have += (size_t)n;
    }
    close(fd);
    if (!bytes || have < (size_t)status.st_size) {
        free(bytes);
        return false;
    }
    assets->bytes += have;
    *ret_body = (struct str){bytes, have};
    return true;
}

static bool
add_file(struct assets *assets, const char *path, size_t root_len)
{
    struct asset asset = {.content_type = content_type_of(path)};
    char variant[4096];

    if (assets->count == assets->capacity) {
        size_t capacity = assets->capacity ? assets->capacity * 2 : 64;
        struct asset *grown = realloc(assets->items, capacity * sizeof *grown);

        if (!grown)
            return false;
        assets->items = grown;
        assets->capacity = capacity;
    }
    for (int e = PLAIN; e < ENCODINGS; e++) {
        snprintf(variant, sizeof variant, "%s%s", path, suffixes[e]);
        if (!read_file(assets, variant, &asset.bodies[e]) && e == PLAIN)
            return false;
    }
    asset.path = strdup(path + root_len);
    snprintf(asset.etag, sizeof asset.etag, "\"%016llx\"",
             (unsigned long long)XXH3_64bits(asset.bodies[PLAIN].ptr, asset.bodies[PLAIN].len));
    assets->items[assets->count++] = asset;
    return asset.path != NULL;
}

static int
compare(const void *a, const void *b)
{
    return strcmp(((const struct asset *)a)->path, ((const struct asset *)b)->path);
}

static const struct asset *
find_asset(const struct assets *assets, const char *path)
{
    struct asset key = {.path = (char *)(uintptr_t)path};

    return assets->count ? bsearch(&key, assets->items, assets->count, sizeof key, compare) : NULL;
}

/* Is it there, with the places that are filled in? */
static bool
has_page(const struct assets *assets, const char *path)
{
    const struct asset *html = find_asset(assets, path);
    struct str body = html ? html->bodies[PLAIN] : (struct str){0};

    return html && memmem(body.ptr, body.len, TITLE, strlen(TITLE)) && memmem(body.ptr, body.len, DATA, strlen(DATA));
}

static bool
load_pages(struct assets *assets)
{
    const struct asset *file = find_asset(assets, "/pages.json");

    if (!file || !has_page(assets, "/index.html") || !has_page(assets, "/embed.html"))
        return false;
    assets->pages = json_loadb(file->bodies[PLAIN].ptr, file->bodies[PLAIN].len, 0, NULL);
    return json_is_array(json_object_get(assets->pages, "pages")) && json_is_string(json_object_get(assets->pages, "script_src")) &&
           json_is_string(json_object_get(assets->pages, "style_src"));
}

struct assets *
assets_load(const char *folder, char *error, size_t error_size)
{
    struct assets *assets = calloc(1, sizeof *assets);
    char *const roots[] = {(char *)(uintptr_t)folder, NULL};
    FTS *tree = assets ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
    bool good = tree != NULL;

    for (FTSENT *entry; good && (entry = fts_read(tree));) {
        const char *dot = strrchr(entry->fts_name, '.');

        if (entry->fts_info == FTS_F && !text_equal(dot, ".gz") && !text_equal(dot, ".br"))
            good = add_file(assets, entry->fts_path, strlen(folder));
    }
    if (tree)
        fts_close(tree);
    good = good && assets->count;
    if (good) {
        qsort(assets->items, assets->count, sizeof *assets->items, compare);
        good = load_pages(assets);
    }
    if (good)
        return assets;
    snprintf(error, error_size, "%s holds no web app; build it with `make build`", folder);
    assets_free(assets);
    return NULL;
}

void
assets_free(struct assets *assets)
{
    if (!assets)
        return;
    for (size_t i = 0; i < assets->count; i++) {
        for (int e = PLAIN; e < ENCODINGS; e++)
            free((void *)(uintptr_t)assets->items[i].bodies[e].ptr);
        free(assets->items[i].path);
    }
    json_decref(assets->pages);
    free(assets->items);
    free(assets);
}

static enum encoding
best_encoding(const struct asset *asset, const char *accepted)
{
    for (int e = BROTLI; accepted && e > PLAIN; e--)
        if (asset->bodies[e].ptr && strstr(accepted, encoding_names[e]))
            return (enum encoding)e;
    return PLAIN;
}

/* A page, not a file: its last part has no dot. */
bool
assets_is_page(const char *path)
{
    if (text_starts_with(path, "/api/") || text_starts_with(path, "/assets/"))
        return false;
    return !strchr(strrchr(path, '/'), '.') || text_starts_with(path, "/u/");
}

/* Does `path` fit `pattern`, whose parts that begin with a colon stand for any one part? */
static bool
fits(const char *pattern, const char *path, char ret_value[PAGE_VALUE_MAX])
{
    *ret_value = 0;
    while (*pattern && *path) {
        if (*pattern == ':') {
            size_t len = strcspn(path, "/");

            if (!len || len >= PAGE_VALUE_MAX)
                return false;
            memcpy(ret_value, path, len);
            ret_value[len] = 0;
            path += len;
            pattern += strcspn(pattern, "/");
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return !*pattern && (!*path || text_equal(path, "/"));
}

const char *
assets_page(const struct assets *assets, const char *path, char ret_value[PAGE_VALUE_MAX])
{
    json_t *pattern;
    size_t i;

    json_array_foreach(json_object_get(assets->pages, "pages"), i, pattern)
        if (json_is_string(pattern) && fits(json_string_value(pattern), path, ret_value))
            return json_string_value(pattern);
    return NULL;
}

bool
assets_is_embed(const char *path)
{
    return text_starts_with(path, "/embed/");
}

/* The object store after a blank, where segments come from there (S3_DIRECT_READS); else "". */
static const char *
direct_source(struct request *req)
{
    const struct config *config = server_settings(req->server)->config;
    const char *endpoint = *config->s3_public_endpoint ? config->s3_public_endpoint : config->s3_endpoint, *host = strstr(endpoint, "://");

    if (!config->s3_enabled || !config->s3_direct_reads || !host)
        return "";
    host += strlen("://");
    return config->s3_path_style ? arena_printf(req->arena, " %s", endpoint)
                                 : arena_printf(req->arena, " %.*s%s.%s", (int)(host - endpoint), endpoint, config->s3_bucket, host);
}

/* Any site may show the page in a frame. It loads nothing but what it plays. */
static void
add_embed_policies(struct request *req)
{
    reply_header(req, "Content-Security-Policy",
                 arena_printf(req->arena,
                              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'%s; "
                              "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *", direct_source(req)));
    reply_header(req, "X-Frame-Options", "");
    reply_header(req, "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
    reply_header(req, "X-Robots-Tag", "noindex");
}

/* A script's own policy is that of the workers it is run in. */
static void
add_policies(const struct assets *assets, struct request *req, const char *connect_src)
{
    reply_header(req, "Content-Security-Policy",
                 arena_printf(req->arena,
                              "default-src 'self'; script-src 'self' %s; style-src 'self' %s; img-src 'self' blob: data:; "
                              "media-src 'self' blob:; connect-src 'self' %s%s; font-src 'self'; worker-src 'self' blob:; "
                              "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
                              json_string_value(json_object_get(assets->pages, "script_src")),
                              json_string_value(json_object_get(assets->pages, "style_src")), connect_src, direct_source(req)));
    reply_header(req, "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
    reply_header(req, "Cross-Origin-Opener-Policy", "same-origin");
}

static const struct problem *
reply_asset(const struct assets *assets, struct request *req, const struct asset *asset, int status, const char *connect_src, bool embed)
{
    enum encoding encoding = best_encoding(asset, request_header(req, "Accept-Encoding"));

    reply_bytes(req, status, asset->content_type, asset->bodies[encoding]);
    if (status == 200)
        req->reply.etag = asset->etag;
    req->reply.encoded = true;
    req->reply.cache_control = text_starts_with(asset->path, "/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    reply_header(req, "Vary", "Accept-Encoding");
    reply_header(req, "Content-Encoding", encoding_names[encoding]);
    if (embed)
        add_embed_policies(req);
    else if (text_starts_with(asset->content_type, "text/html") || text_starts_with(asset->content_type, "text/javascript"))
        add_policies(assets, req, connect_src);
    return NULL;
}

bool
assets_has_file(const struct assets *assets, const char *path)
{
    return find_asset(assets, path) != NULL;
}

const struct problem *
assets_reply_file(const struct assets *assets, struct request *req, const char *connect_src)
{
    const struct asset *asset = find_asset(assets, req->path);

    return asset ? reply_asset(assets, req, asset, 200, connect_src, false) : PROBLEM(NOT_FOUND);
}

/* A part of index.html that is replaced: from `begins` on, and up to and with `ends`, if any. */
struct slot {
    const char *begins, *ends;
    struct str with; /* ptr NULL: it stays as it is */
};

static void
fill_slots(struct str html, const struct slot *slots, size_t count, struct buf *out)
{
    const char *rest = html.ptr, *end = html.ptr + html.len;

    for (size_t i = 0; i < count; i++) {
        const char *at = slots[i].with.ptr ? memmem(rest, (size_t)(end - rest), slots[i].begins, strlen(slots[i].begins)) : NULL;
        const char *behind = at ? at + strlen(slots[i].begins) : NULL;

        if (at && slots[i].ends) {
            behind = memmem(behind, (size_t)(end - behind), slots[i].ends, strlen(slots[i].ends));
            behind = behind ? behind + strlen(slots[i].ends) : NULL;
        }
        if (!behind)
            continue;
        buf_add(out, (struct str){rest, (size_t)(at - rest)});
        buf_add(out, slots[i].with);
        rest = behind;
    }
    buf_add(out, (struct str){rest, (size_t)(end - rest)});
}

const struct problem *
assets_reply_page(const struct assets *assets, struct request *req, const char *connect_src, int status, const struct asset_page *page)
{
    const struct asset *asset = find_asset(assets, page->embed ? "/embed.html" : "/index.html");
    scoped_buf language = BUF_INIT(64), title = BUF_INIT(PAGE_MAX), data = BUF_INIT(PAGE_MAX);
    struct buf out = BUF_INIT(PAGE_MAX);

    if (!page->title && !page->data && !page->head.ptr && !page->body.ptr && (!page->language || text_equal(page->language, "en")))
        return reply_asset(assets, req, asset, status, connect_src, page->embed);
    if (page->language)
        buf_printf(&language, "<html lang=\"%s\"", page->language);
    if (page->title) {
        buf_add_text(&title, "<title>");
        buf_add_html(&title, str_of(page->title));
        buf_add_text(&title, " · Veza</title>");
    } else {
        buf_add_text(&title, TITLE);
    }
    buf_add(&title, page->head);
    if (page->data) {
        buf_add_text(&data, "<script type=\"application/json\" id=\"page-data\">");
        buf_add_script_json(&data, page->data);
        buf_add_text(&data, "</script>");
    }
    fill_slots(asset->bodies[PLAIN],
               (const struct slot[]){{"<html lang=\"en\"", NULL, {language.ptr, language.len}},
                                     {TITLE, NULL, buf_str(&title)},
                                     {"<meta name=\"description\"", ">", {page->head.ptr ? "" : NULL, 0}},
                                     {BODY, BODY_END, page->body},
                                     {DATA, NULL, buf_str(&data)}},
               5, &out);
    if (out.failed || title.failed || data.failed) {
        buf_free(&out);
        return reply_asset(assets, req, asset, status, connect_src, page->embed);
    }
    req->reply.cache_control = "no-cache";
    if (page->embed)
        add_embed_policies(req);
    else
        add_policies(assets, req, connect_src);
    return reply_owned(req, status, asset->content_type, (struct str){out.ptr, out.len}, free, out.ptr);
}
