/* assets.h - the built web app, held in memory with its precompressed forms.
 *
 * Files below assets/ carry a hash of their content in their name and may be kept for ever; all others are asked for again. A path
 * that looks like a page gets index.html, and the app's own router takes it from there. */
#pragma once

#include "http/request.h"

struct assets;

/* Reads `folder`. NULL with a sentence in `error` when there is no index.html in it, or it is larger than 64 MiB. */
struct assets *assets_load(const char *folder, char *error, size_t error_size);
void assets_free(struct assets *assets);

/* Replies with the file or page for req->path, or returns NOT_FOUND. `connect_src`: origins beside its own that pages may talk to. */
const struct problem *assets_reply(const struct assets *assets, struct request *req, const char *connect_src);
