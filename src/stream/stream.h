/* stream.h - the stream server: HLS playlists and segments, on its own port and under the API's tracks.
 *
 * A file that was asked for lately is open, and its headers are made; a public track's visibility is known for a few seconds. So a hot
 * segment costs no query, and goes from the kernel's page cache to the socket (express.h). */
#pragma once

#include "api/module.h"
#include "http/express.h"

/* /hls/... and /internal/... of the stream server; /api/v1/tracks/{id}/hls/... of the API. */
extern const struct module stream_module;

/* Before the stream server opens: what its WebSocket needs. False when threads or descriptors are short. It ends with the module. */
bool stream_start(void);

/* For the stream server's settings. */
extern const struct express_settings stream_express;
