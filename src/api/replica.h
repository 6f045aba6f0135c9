/* replica.h - lists for visitors from a replica of the database (ADR 0093; db/replica.h).
 *
 * Which lists, the row of the route says (`.replica`). A replica answers when it has replayed every change that hid something of the kinds that the list shows, as
 * the database counts them at this moment, and what whoever asks has written before. Otherwise, and when anything goes wrong, the database answers. */
#pragma once

#include "db/db.h"
#include "http/request.h"

/* May this statement of this request be answered by a replica? */
bool replica_may_answer(const struct request *req, const struct query *query);

/* DB_OK with the rows, DB_PARKED, or anything else: ask the database. */
enum db_status replica_ask(struct request *req, const struct query *query, db_form form, db_bind *bind, PGresult **ret);

/* The server's hook for changes: the reply says how far the database was, as a header and a cookie that lives as long as a replica may be behind. NULL or
 * &request_parked. Does nothing where there are no replicas. */
const struct problem *replica_tell_position(struct request *req);

/* Has whoever asks written something a moment ago? Then nothing that is kept in memory is for them. */
bool replica_reader_wrote(struct request *req);
