/* internal.h - what the parts of this module share. */
#pragma once

#include <stdatomic.h>

#include "api/picture.h"
#include "api/runner.h"
#include "media/worker_client.h"
#include "modules/tracks/tracks.h"
#include "platform/storage/storage.h"
#include "tracks.queries.h"

#define CACHE_PUBLIC "public, max-age=3600"
#define CACHE_PRIVATE "private, no-cache"

extern const struct config *tracks_config;
extern struct storage *tracks_storage;
extern const struct picture_kind tracks_cover;

/* Deletes what one run of the processing made of a track. False when something is left. */
bool track_version_delete(const char *track_id, const char *version);

extern const struct route track_routes[]; /* routes.c */

/* Job `transcode`. */
enum job_outcome tracks_transcode(struct job *job);

/* upload.c, files.c: handlers */
const struct problem *track_upload(struct request *req);
const struct problem *track_waveform(struct request *req);
const struct problem *track_cover(struct request *req);
const struct problem *track_cover_put(struct request *req);
const struct problem *track_cover_delete(struct request *req);
const struct problem *track_download(struct request *req);

/* What a failure to keep a file means to the client. */
const struct problem *problem_of_storage(enum storage_error error);
