/* internal.h - what the files of this module share. */
#pragma once

#include "http/request.h"
#include "platform/bus/bus.h"

/* Handlers. */
const struct problem *playlist_export(struct request *req);
const struct problem *playlist_import(struct request *req);

/* A track came to be, or says something else of itself: places of imported playlists that wait for it are filled. */
bool playlist_fill(const struct event *event, void *context);
