/* internal.h - what the parts of this module share. */
#pragma once

#include "api/gate.h"
#include "api/runner.h"
#include "modules/stems/stems.h"
#include "modules/tracks/tracks.h"
#include "modules/uploads/writer.h"
#include "uploads.queries.h"

extern const struct personal uploads_personal; /* personal.c */
extern struct storage *uploads_storage;
extern int64_t uploads_expire_s, uploads_keep_free_mb, uploads_open_max; /* settings */
int64_t uploads_chunk_bytes(void);
extern const struct route_rate upload_part_rate;
extern const struct field upload_track_fields[]; /* what may be said of the file: track_upload_fields, and that it is a new version or a stem */
extern const struct route tus_routes[], chunk_routes[], generic_routes[], quota_routes[];

#define UPLOAD_EMPTY_EXPIRE_S 3600 /* an upload without a byte may be of a client that lost the reply to its creation */

/* An upload as the person who asks owns it. */
struct transfer {
    const char *id;
    enum { TRANSFER_OPEN, TRANSFER_COMPLETED, TRANSFER_FAILED, TRANSFER_EXPIRED } state;
    bool is_chunked;
    const char *filename, *fields, *track_id, *failure;
    uint64_t length, received; /* received: as the row knows it */
    int64_t chunk_bytes, expires_unix_s;
};

/* transfer.c */
/* Finds the one whose id is the input `upload_id`; somebody else's does not exist. One statement, which only reads. Tells whoever writes to it on another node to
 * stop when `takes`. */
const struct problem *transfer_find(struct request *req, bool takes, struct transfer *ret);
/* NULL when bytes may still come. */
const struct problem *transfer_refusal(struct request *req, const struct transfer *transfer);
/* Until when it is kept: later than the row says where bytes came since. */
int64_t transfer_expires(const struct transfer *transfer);
/* Creates one of what was declared: length and file name, and the inputs of upload_track_fields. Room is reserved in the person's quota and on the disk. Its id
 * is then the input `upload_id`. */
const struct problem *transfer_create(struct request *req, const char *protocol, uint64_t length, const char *filename, int64_t chunk_bytes, int64_t idle_s);
/* Before one or several are created, of so many bytes: may the person upload, and is there room? Sets what the statements bind. */
const struct problem *transfer_prepare(struct request *req, uint64_t length);
/* What came of that statement; a refusal because of the quota says how much there is. */
const struct problem *transfer_explain(struct request *req, const struct problem *p, uint64_t length);
/* Takes the file, waiting for a moment for one that is being made a track. In a thread that may wait. */
const struct problem *transfer_take(struct request *req, struct transfer *transfer, struct writer **ret_writer);
const struct problem *writer_problem(struct request *req, int error);
/* Notes in the row how much has come. */
const struct problem *transfer_note(struct request *req, const struct transfer *transfer, uint64_t received);
/* Takes it back, with its bytes. */
const struct problem *transfer_delete(struct request *req);

/* finish.c */
/* All bytes are there: the gate decides, and the file becomes a track, whose id is then the input `id`. What is refused for good ends the upload. In a thread that
 * may wait. */
const struct problem *transfer_finish(struct request *req, struct transfer *transfer, struct writer *writer);

/* receive.c: the body of a request that sends bytes */
struct incoming {
    struct transfer to;
    struct writer *writer;   /* where they go at once; or */
    struct scratch *scratch; /* where they wait, because nobody has checked them yet */
    void *digest;            /* of Upload-Checksum */
    const char *expected;
    size_t expected_len;
    uint64_t received, most;
    bool ends_file;          /* the request was announced to hold all bytes that are missing */
    uint64_t held_at; /* where what waits in scratch goes */
};

/* NULL and a problem: the header Upload-Checksum cannot be used. What is made is `end`ed with the request. */
const struct problem *incoming_begin(struct request *req, uint64_t most, struct incoming **ret);
/* Bytes wait in scratch. */
const struct problem *incoming_hold(struct incoming *in);
const struct problem *incoming_add(struct request *req, const char *bytes, size_t len);
void incoming_end(struct request *req);
/* All bytes of the request are there: are they those that the client meant? */
const struct problem *incoming_check(struct incoming *in);
/* Decodes base64 (RFC 4648, 4) to a text in the arena; its length, or -1. */
long upload_decode_base64(struct request *req, const char *text, const char **ret_bytes);

/* sweep.c */
enum job_outcome uploads_sweep(struct job *job);
