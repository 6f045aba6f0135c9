/* pages.h - the pages of the web app, with the status that a search engine and a link preview expect.
 *
 * A page that does not exist is 404, and so is the page of a track or person that visitors may not see: who may see it, such as its owner,
 * gets the same page, and the app asks the API with the reader's own rights. The page of a public track holds the track as the API
 * describes it to a visitor, so that the app can play it without asking first. */
#pragma once

#include "api/module.h"

extern const struct module pages_module;

/* The server's `fallback` hook: a file of the web app, a page, or NOT_FOUND. */
const struct problem *pages_reply(struct request *req);

/* The server's `is_file` hook. */
bool pages_has_file(const char *path);
