/* tracks.h - tracks: upload, processing, listing, files and plays.
 *
 * An upload is looked at (is it audio at all?), kept, and answered with a track that is `processing`; the job `transcode` then makes
 * everything from one decode and completes it, or fails it with a reason that a person understands. */
#pragma once

#include "base/config.h"
#include "http/route.h"
#include "platform/jobs/jobs.h"
#include "platform/storage/storage.h"

/* The name of one run of the processing, in hex: its files are in hls/{id}/{version} and waveforms/{id}/{version}. "" for tracks from
 * before there were versions. */
#define MEDIA_VERSION_TEXT 17

extern const struct route tracks_routes[];

/* Before servers and jobs start. Both arguments must outlive them. */
void tracks_setup(const struct config *config, struct storage *storage);

/* Deletes all files of a track. False when something is left. */
bool track_files_delete(const char *track_id);

/* Subscribes to the events that tracks act on. Before bus_start(). */
void tracks_subscribe(void);

/* Handlers of the jobs `transcode` (heavy) and `track_sweep` (light: removes the files of a track that does not exist). */
enum job_outcome tracks_transcode(struct job *job);
enum job_outcome tracks_sweep(struct job *job);

/* A track was changed, completed, failed or deleted, in whatever process: cached lists (tag "tracks") are stale. `track_id` is NULL when
 * any may have changed. In the listener's thread. Before listener_start(). */
typedef void tracks_change_listener(void *context, const char *track_id);
void tracks_set_change_listener(tracks_change_listener *listener, void *context);
