/* internal.h - what the parts of this module share. */
#pragma once

#include "api/module.h"
#include "base/buf.h"
#include "downloads.queries.h"
#include "platform/storage/storage.h"

extern const struct personal downloads_personal; /* personal.c */
extern struct storage *downloads_storage;

/* make.c. The job `track_download`: joins the segments of a rendition to one file, without decoding a sample. FLAC is taken out of its MP4, AAC stays in
 * it; both get the track's title, artist, album and cover. Of an original only size and checksum are noted. */
enum job_outcome download_make(struct job *job);

/* cover.c. The picture `key` as a JPEG, at most DOWNLOAD_COVER_MAX bytes. Nothing, and true, when it is gone or cannot be read: a file does without it.
 * False when a later attempt may do better. The caller frees the buffer. */
#define DOWNLOAD_COVER_MAX (4 * 1024 * 1024)
bool download_cover(struct job *job, const char *key, struct buf *ret_jpeg);

/* link.c: GET /stream/{filename} of the stream server, by links which link_or_file_get() redirects to where the operator named a stream server (STREAM_URL); else that
 * answers as file_get(). */
extern const char *link_stream_url;
extern int64_t link_life_s;
extern const struct route link_routes[];
const struct problem *link_or_file_get(struct request *req);

/* archive.c: GET /releases/{id}/archives/{format}. */
const struct problem *archive_get(struct request *req);
