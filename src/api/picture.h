/* picture.h - pictures that people upload: avatars, banners, covers.
 *
 * Each is decoded and made anew in the media worker, so no byte that a person sent is ever served as it came. Its sizes lie in a folder of
 * their own, FOLDER/{owner}/{version}/{pixels}.webp: replacing a picture is one update of a row, and nobody is shown the old one from a
 * cache. */
#pragma once

#include <stdatomic.h>

#include "api/runner.h"
#include "media/worker_client.h"
#include "platform/jobs/jobs.h"
#include "platform/storage/storage.h"

/* 16 hexadecimal digits, drawn at random. */
#define PICTURE_VERSION_TEXT 17

struct picture_kind {
    const char *part;   /* of the form */
    const char *folder; /* in storage */
    enum media_mode mode;
    const struct query *set; /* reads :version, null to take the picture down; gives the version that it replaced as `before`, null for none;
                                no row is 404 */
    const struct query *now; /* the reply */
};

void picture_draw_version(char ret_version[PICTURE_VERSION_TEXT]);

/* The folder in storage of a version: kind->folder/owner/version. */
void picture_folder(const struct picture_kind *kind, const char *owner, const char *version, char ret_folder[STORAGE_KEY_MAX + 1]);

/* Deletes the files of a version; nothing for NULL. Writes to the log when some are left. */
void picture_forget(struct storage *storage, const struct picture_kind *kind, const char *owner, const char *version);

/* Makes the sizes of the image `source` (local) below `folder`/. The outcome says why not; files may be left then. `cancel` may be NULL. */
struct media_outcome picture_make(struct storage *storage, enum media_mode mode, struct source *source, const char *folder, const atomic_bool *cancel);

/* A picture as a JPEG, for programs that do not read WebP: `key` is that of one of its sizes, and the JPEG is kept beside it, so it is deleted with the rest. It is made
 * when it is asked for first: *ret_made says so, and then the caller deletes `ret_key` if by now nothing names the picture any more. May take a second. Returns an enum
 * storage_error. */
int picture_open_jpeg(struct storage *storage, const char *key, char ret_key[STORAGE_KEY_MAX + 1], bool *ret_made, struct source **ret_source);

/* What the media worker's outcome means to the client, about the part `field` of the form; NULL for MEDIA_OK. */
const struct problem *problem_of_media(struct request *req, const char *field, const struct media_outcome *outcome);

/* Handlers' work: puts up the uploaded part, or takes the picture down, and deletes the files that it replaced. Whoever asks may do so:
 * at the latest the statement decides. */
const struct problem *picture_put(struct request *req, struct storage *storage, const struct picture_kind *kind, const char *owner);
const struct problem *picture_clear(struct request *req, struct storage *storage, const struct picture_kind *kind, const char *owner);

/* Job `picture_sweep`, an hour after each upload: removes the files when no row names them. */
enum job_outcome picture_sweep(struct job *job, struct storage *storage);
