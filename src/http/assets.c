#include "http/assets.h"

#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define TOTAL_MAX (64u * 1024 * 1024)

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
find(const struct assets *assets, const char *path)
{
    struct asset key = {.path = (char *)(uintptr_t)path};

    return assets->count ? bsearch(&key, assets->items, assets->count, sizeof key, compare) : NULL;
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
        good = find(assets, "/index.html") != NULL;
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
static bool
is_page(const char *path)
{
    return !strchr(strrchr(path, '/'), '.') && !text_starts_with(path, "/api/") && !text_starts_with(path, "/assets/");
}

const struct problem *
assets_reply(const struct assets *assets, struct request *req, const char *connect_src)
{
    const struct asset *asset = find(assets, req->path);
    enum encoding encoding;

    if (!asset && (is_page(req->path) || text_starts_with(req->path, "/u/")))
        asset = find(assets, "/index.html");
    if (!asset)
        return PROBLEM(NOT_FOUND);
    encoding = best_encoding(asset, request_header(req, "Accept-Encoding"));
    reply_bytes(req, 200, asset->content_type, asset->bodies[encoding]);
    req->reply.etag = asset->etag;
    req->reply.encoded = true;
    req->reply.cache_control = text_starts_with(asset->path, "/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    reply_header(req, "Vary", "Accept-Encoding");
    reply_header(req, "Content-Encoding", encoding_names[encoding]);
    /* A script's own policy is that of the workers it is run in. */
    if (text_starts_with(asset->content_type, "text/html") || text_starts_with(asset->content_type, "text/javascript")) {
        reply_header(req, "Content-Security-Policy",
                     arena_printf(req->arena,
                                  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
                                  "media-src 'self' blob:; connect-src 'self' %s; font-src 'self'; worker-src 'self' blob:; "
                                  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
                                  connect_src));
        reply_header(req, "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
        reply_header(req, "Cross-Origin-Opener-Policy", "same-origin");
    }
    return NULL;
}
