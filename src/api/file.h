/* file.h - the one way out: how stored files are handed to those who may have them.
 *
 * A route names a statement that gives the file's row, and needs no handler of its own:
 *
 *     {GET, "/api/v1/messages/{id}/attachment", "Download the attachment of a message", ..., .path = id_in_path,
 *      .file = &q_message_attachment, .handler = file_get, .produces = "application/octet-stream", .problems = file_problems},
 *
 *     -- query: message_attachment
 *     -- Whoever may read the message may have its attachment.
 *     select m.file_key as key, m.media_type as content_type, m.filename from ... where m.id = :id::uuid and ...
 *
 * No row is 404. Columns, of which only `key` must be there:
 *
 *     key           in storage; null: 404
 *     content_type  else the route's .produces
 *     etag          changes with the contents, e.g. a hash; else the key, for keys whose contents never change
 *     filename      the file is saved under this name (Content-Disposition: attachment), instead of being shown
 *     is_public     everybody may have it: caches keep it for an hour. Else only this person's browser keeps it, and asks each time
 *     expires_at    the Unix time in seconds from which on it is refused with `gone`; no cache keeps such a file
 *     gone          the code of that problem, also when the file is missing; else not_found
 *
 * It may refuse by its column `problem`, like every query (db/query.h).
 *
 * Ranges and conditional requests are answered as RFC 9110 says. JSON is compressed. */
#pragma once

#include "http/request.h"
#include "platform/storage/storage.h"

/* Larger files of a store elsewhere are sent from there. Smaller ones, such as pictures and waveforms, which many ask for, are copied to this machine first. */
#define FILE_COPIED_MAX (8 * 1024 * 1024)

/* Before servers start; the storage must outlive them. */
void file_setup(struct storage *storage);

/* What a client hears of an enum storage_error; NULL for success. Of STORAGE_WAITS nothing: the request was parked. */
const struct problem *problem_of_storage(struct arena *arena, int error);

/* Handler: answers with the stored file that the row of route->file names. */
const struct problem *file_get(struct request *req);

/* A Content-Disposition: attachment, with a plain name, and the real one too where that is not plain (RFC 6266, RFC 8187). The name ends as files of this
 * type do (a new type is a row of file.c), and has no character that hides or turns what is shown, whatever `name` is. */
const char *file_disposition(struct arena *arena, const char *name, const char *content_type);

/* RANGE_NOT_SATISFIABLE, for .problems. */
extern const enum problem_name file_problems[];
