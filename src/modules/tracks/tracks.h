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

struct query;
struct request;
struct upload;

/* What a person may say about a track that they upload, and how the file is declared. */
extern const struct field track_upload_fields[];
extern const struct file_field track_upload_files[];

/* May the person upload at all, and does what they said about the track fit together? */
const struct problem *track_may_upload(struct request *req);
/* Makes a track of a file that came in through the gate (api/gate.h), with the inputs of track_upload_fields; its id is then the input `id`. `first` is
 * NULL, or a query that is run in the same transaction, before: with the new :id, and no row of it undoes all. `cover` may be NULL. */
const struct problem *track_make(struct request *req, const struct upload *file, const struct upload *cover, const struct query *first);
/* 201 with the track whose id is the input `id`. */
const struct problem *track_reply(struct request *req);
extern const struct query q_track_get;

/* Deletes all files of a track. False when something is left. */
bool track_files_delete(const char *track_id);
