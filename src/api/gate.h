/* gate.h - the gate that every uploaded byte passes on its way in.
 *
 * A route declares its files as a table (struct file_field in http/route.h). For each the server calls the gate: while the bytes come they are
 * counted, hashed and written to scratch; when all are there, and before the handler runs, gate_check() decides in this order
 *
 *     type      by the first bytes, whatever name and Content-Type say
 *     quota     of the person, for fields with .counts
 *     scanner   if there is one; it gets the bytes while they come
 *
 * So a handler sees only files that may come in. It keeps one with gate_keep(), or has the media worker make something of gate_source(). What it does
 * not keep is gone with the request, and when the process dies nothing is left.
 *
 * A table whose rows own such files has the triggers of count_stored_bytes() and count_stored_bytes_of_all() (migrations 0106 and 0155), which count their bytes
 * in the statement that changes the rows and refuse what is too much: gate_check() cannot know what another upload does meanwhile. */
#pragma once

#include <openssl/types.h>

#include "base/config.h"
#include "base/encode.h"
#include "http/request.h"
#include "platform/scanner/scanner.h"
#include "platform/storage/storage.h"

/* Before servers start; both must outlive them. */
void gate_setup(const struct config *config, struct storage *storage);

/* The most bytes that a file may have (MAX_UPLOAD_MB, or what the scanner looks at where that is less and required), and that a person may store
 * where nothing else was set (STORAGE_QUOTA_MB). */
uint64_t gate_max_bytes(void);
int64_t gate_usual_quota(void);

/* NULL: nothing is scanned. With CLAMAV_REQUIRED a file whose verdict is not known is refused; else gate_keep() notes it in `unscanned_files`, and
 * the module `scans` asks again. Must outlive the servers. */
void gate_set_scanner(const struct scanner *scanner);
const struct scanner *gate_get_scanner(void);

/* Whose file it was that the antivirus found too late. For the modules that keep files: they delete what the file is of, as if its owner had, in the
 * caller's transaction. Where it is of nothing any more, they leave this as it was. */
struct infected {
    char user_id[UUID_TEXT], track_id[UUID_TEXT], title[1024];
};

/* The server's hooks for the files of a form (http/server.h). gate_ready(): before the body is read, in threads that must not wait. */
const struct problem *gate_ready(struct request *req);
const struct problem *gate_begin(struct request *req, struct upload *upload);
const struct problem *gate_add(struct upload *upload, const char *bytes, size_t len);
void gate_free(struct upload *upload);
const struct problem *gate_check(struct request *req);

/* The file of this part, or NULL: an optional part without a byte is none, since that is how browsers send a field that was left empty. */
struct upload *gate_file(struct request *req, const char *name);

/* What was received, as a local source; never NULL in a handler. The reference is the request's. */
struct source *gate_source(const struct upload *upload);
/* A file that came in several requests passes the same gate when it is whole: it is hashed, unless `sha256` is the hash of all its bytes already, and
 * its type and the scanner decide. Its bytes count already against the person's quota. `scratch` stays the caller's, and must outlive the upload, which ends with
 * gate_leave(). In a thread that may wait. */
const struct problem *gate_take(struct request *req, const struct file_field *field, const char *filename, struct scratch *scratch, const EVP_MD_CTX *sha256,
                                struct upload *ret_upload);
void gate_leave(struct upload *upload);
/* Is there room for so many more bytes in the person's quota? The refusal says how much there is. */
const struct problem *gate_check_room(struct request *req, uint64_t size);

/* Of a FILE_TYPE_ATTACHMENT: "image", "audio" or "pdf" by its first bytes, "project" by the ending of its name where these do not tell; and the media type
 * that it is sent with later. A project (a preset, an archive) is never opened, and goes out as application/octet-stream. NULL when it is none of these. */
const char *gate_attachment_kind(const struct upload *upload, const char **ret_media_type);

/* SHA-256 of what was received, in hex. */
const char *gate_sha256(const struct upload *upload);
/* What was received, to be copied into a staged file (platform/storage/staged.h). */
const struct scratch *gate_scratch(const struct upload *upload);
/* Gives what was received this key in storage. */
const struct problem *gate_keep(struct request *req, const struct upload *upload, const char *key);
