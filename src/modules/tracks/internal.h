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

/* One run of the processing of a track. */
struct track_run {
    const char *track_id, *version;
    const char *version_id; /* of track_versions: its sound will replace what plays; NULL: it is the sound that there is */
    const char *before;     /* the run that plays until then */
};

/* Ends the run's job and runs `query`, in one transaction. Its row, to be freed with PQclear(); NULL when nothing was changed, or nobody knows. */
typedef PGresult *track_commit(void *context, const struct query *query, const struct db_arg *args, enum job_outcome outcome);

/* The end of a run, whoever did it: from then on it plays, or has failed; what it left over is deleted. `result` is RESULT (docs/media.md), cover_path of the picture
 * in the file or NULL; *ret_takes_cover tells whether that is the track's cover now. False when `commit` gave no row. */
bool track_run_complete(const struct track_run *run, const char *result, const char *cover_path, bool *ret_takes_cover, track_commit *commit, void *context);
bool track_run_fail(const struct track_run *run, const char *code, const char *message, track_commit *commit, void *context);

/* For statements of jobs, to which nobody is sent a reply: how many rows it gave, or -1 when the database could not be asked. */
int track_rows(const struct query *query, const struct db_arg *args);

/* Tells its owner how far the processing is. `plays`: the track plays meanwhile. */
void track_tell_progress(const char *owner_id, const char *track_id, const char *stage, double progress, bool plays);

extern const struct route remote_routes[]; /* remote.c */

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
