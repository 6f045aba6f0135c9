/* stream.h - the stream server: HLS playlists and segments, on its own port and under the API's tracks.
 *
 * A file that was asked for lately is open, and its headers are made; a public track's visibility is known for a few seconds. So a hot
 * segment costs no query, and goes from the kernel's page cache to the socket (express.h). */
#pragma once

#include "http/express.h"
#include "http/route.h"
#include "platform/storage/storage.h"

/* /hls/... and /internal/... of the stream server; /api/v1/tracks/{id}/hls/... of the API. */
extern const struct route stream_routes[];
extern const struct route stream_api_routes[];

/* For the stream server's settings. */
extern const struct express_settings stream_express;

struct config;

/* Before servers start and before listener_start(): hears of changed tracks. False when memory is short. */
bool stream_setup(struct storage *storage, const struct config *config);
/* After all servers have stopped. */
void stream_teardown(void);

/* Metrics in the Prometheus text format. */
struct buf;
void stream_metrics(struct buf *out);
