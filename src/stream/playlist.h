/* playlist.h - HLS playlists (RFC 8216) whose addresses are not those in storage. */
#pragma once

#include "base/source.h"
#include "http/request.h"

#define PLAYLIST_TYPE "application/vnd.apple.mpegurl"

/* Replies with the playlist in `source`, of which any player gets what it names. `flat` NULL: its addresses carry `share`, the token of the link by which it was
 * asked for. Else they are those by a job: all in one folder, "" for a master playlist, or the quality of a playlist of segments. */
const struct problem *playlist_rewrite(struct request *req, struct source *source, const char *share, const char *flat);
