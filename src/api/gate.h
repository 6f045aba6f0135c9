/* gate.h - the gate that every uploaded byte passes on its way in. */
#pragma once

#include "http/request.h"
#include "platform/storage/storage.h"

/* Before servers start; the storage must outlive them. */
void gate_setup(struct storage *storage);

/* The server's hooks for the files of a form (http/server.h). */
const struct problem *gate_begin(struct request *req, struct upload *upload);
const struct problem *gate_add(struct upload *upload, const char *bytes, size_t len);
void gate_free(struct upload *upload);

/* What was received, as a local source; the reference is the request's. */
struct source *gate_source(const struct upload *upload);
/* SHA-256 of what was received, in hex. */
const char *gate_sha256(const struct upload *upload);
/* Gives what was received this key in storage. */
const struct problem *gate_keep(const struct upload *upload, const char *key);
