/* assets.h - the built web app, held in memory with its precompressed forms.
 *
 * Files below assets/ carry a hash of their content in their name and may be kept for ever; all others are asked for again. Every page of
 * the app is the same index.html, and every page below /embed/, which other sites show in a frame, is embed.html. Which paths are pages is in
 * pages.json, which the build of the web app writes:
 *     {"pages": ["/", "/track/:id", ...], "script_src": "'sha256-...'", "style_src": "'sha256-...'"}
 * The last two are what the content security policy allows beside the app's own files: what index.html holds inline; embed.html
 * holds nothing inline. */
#pragma once

#include "http/request.h"

#define PAGE_VALUE_MAX 200

struct assets;

/* Reads `folder`. NULL with a sentence in `error` when index.html, embed.html or a valid pages.json is missing, or it is larger than 64 MiB. */
struct assets *assets_load(const char *folder, char *error, size_t error_size);
void assets_free(struct assets *assets);

/* Replies with the file at req->path, or returns NOT_FOUND. `connect_src`: origins beside its own that pages may talk to. */
const struct problem *assets_reply_file(const struct assets *assets, struct request *req, const char *connect_src);

/* Is there a file at `path`? */
bool assets_has_file(const struct assets *assets, const char *path);

/* Is `path` one that only a page can have, known or not? Files and the API are not. */
bool assets_is_page(const char *path);

/* The pattern of the page at `path`, such as "/track/:id", or NULL when there is none. `ret_value` gets what stands for its ":id", else "". */
const char *assets_page(const struct assets *assets, const char *path, char ret_value[PAGE_VALUE_MAX]);

/* Is `path`, or the pattern of one, a page that other sites may show in a frame? */
bool assets_is_embed(const char *path);

/* What is filled into a page. All texts may be NULL. */
struct asset_page {
    bool embed;           /* embed.html, which any site may frame, instead of index.html */
    const char *language; /* of the page, instead of "en" */
    const char *title;    /* the page's title */
    const char *data;     /* a JSON text, put into the page as `<script type="application/json" id="page-data">` */
    struct str head;      /* markup behind the title, instead of the description that index.html has */
    struct str body;      /* markup instead of what is between `<!--page-body-->` and `<!--/page-body-->`; the app replaces it */
};

const struct problem *assets_reply_page(const struct assets *assets, struct request *req, const char *connect_src, int status,
                                        const struct asset_page *page);
