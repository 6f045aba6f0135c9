/* tracks.h - tracks: upload, processing, listing, files and plays.
 *
 * An upload is looked at (is it audio at all?), kept, and answered with a track that is `processing`; the job `transcode` then makes
 * everything from one decode and completes it, or fails it with a reason that a person understands. */
#pragma once

#include "api/module.h"

/* The name of one run of the processing, in hex: its files are in hls/{id}/{version} and waveforms/{id}/{version}. "" for tracks from
 * before there were versions. */
#define MEDIA_VERSION_TEXT 17

extern const struct module tracks_module;

/* Deletes all files of a track. False when something is left. */
bool track_files_delete(const char *track_id);
