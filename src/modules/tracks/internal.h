/* internal.h - what the parts of this module share. */
#pragma once

#include <stdatomic.h>

#include "api/file.h"
#include "api/picture.h"
#include "api/runner.h"
#include "media/worker_client.h"
#include "modules/tracks/tracks.h"
#include "platform/storage/storage.h"
#include "tracks.queries.h"

extern const struct personal tracks_personal; /* personal.c */

extern bool tracks_verified_email;
extern struct storage *tracks_storage;
extern const struct picture_kind tracks_cover;

/* Deletes what one run of the processing made of a track. False when something is left. */
bool track_version_delete(const char *track_id, const char *version);

extern const struct route track_routes[]; /* routes.c */

/* Job `transcode`. */
enum job_outcome tracks_transcode(struct job *job);

/* Job `tracks_measure`: tempo, key and timbre of tracks that have none. */
enum job_outcome tracks_measure(struct job *job);

/* versions.c */
/* Deletes the uploaded file of a version that was never created. False when it is not known whether it was. */
bool track_version_sweep_file(const char *track_id, const char *version_id);
/* Job `track_versions_sweep`: deletes files of versions that are no longer kept, and renditions of replaced sounds once nobody listens to them any more. */
enum job_outcome track_versions_sweep(struct job *job);

/* upload.c, versions.c, cover.c: handlers */
const struct problem *track_version_upload(struct request *req);
const struct problem *track_upload(struct request *req);
const struct problem *track_cover_put(struct request *req);
const struct problem *track_cover_delete(struct request *req);
