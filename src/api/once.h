/* once.h - requests with an Idempotency-Key: repeated, they get the first reply instead of changing something twice
 * (draft-ietf-httpapi-idempotency-key-header, ADR 0033).
 *
 * A row says `.idempotent = true`, and nothing else changes for it. The reply of a success is kept with the change, in the same transaction: the runner
 * begins it at the statement that makes the change (see the audit line in runner.h), and it ends when the route has answered. So a handler does
 * its other work before, and must bear that what it did in the database is undone when it returns a problem or when the commit fails.
 *
 *     the same key and request              the kept reply, with the header Idempotency-Replayed: true, for 24 h
 *     the same key, another request         422 idempotency_key_reused
 *     while the first is being carried out  409 request_in_progress
 *
 * A refused request changed nothing and keeps nothing: repeated, it is tried again. Keys are a person's own. */
#pragma once

#include "api/runner.h"

/* Parameters: :viewer, :idempotency_key, and a hash of the request as :idempotency_request. */
struct once_queries {
    const struct query *lock; /* refuses with request_in_progress; the lock ends with the transaction */
    const struct query *find; /* the kept reply: status, reply, location. Refuses with idempotency_key_reused */
    const struct query *keep; /* :reply_status, :reply_text, :reply_location */
};

/* Before requests come. */
void once_setup(const struct once_queries *queries);

/* The server's run_once hook. */
const struct problem *once_run(struct request *req, const struct problem *(*work)(struct request *req));

/* Before the statement that makes the change, or the transaction with it: begins that of the request, unless it is open or there is no key. */
const struct problem *once_begin(struct request *req);
