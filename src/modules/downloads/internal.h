/* internal.h - what the parts of this module share. */
#pragma once

#include "api/module.h"
#include "downloads.queries.h"
#include "platform/storage/storage.h"

extern const struct personal downloads_personal; /* personal.c */
extern struct storage *downloads_storage;

/* make.c. The job `track_download`: joins the segments of a rendition to one file, without decoding a sample. FLAC is taken out of its MP4 and gets the
 * track's title, artist and album; AAC stays in it. Of an original only size and checksum are noted. */
enum job_outcome download_make(struct job *job);

/* archive.c: GET /releases/{id}/archives/{format}. */
const struct problem *archive_get(struct request *req);
