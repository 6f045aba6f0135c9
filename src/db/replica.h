/* replica.h - standbys of the database that answer a part of what is read (DATABASE_REPLICA_URLS, ADR 0093).
 *
 * A thread asks each second how far the database is, and then one for each standby what it has replayed. A replica is used while it answers and has replayed
 * all that the database had written less than five seconds ago. Requests never connect to one: its thread does, as many times as they needed a connection. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define REPLICA_BEHIND_MS 5000

/* What answered a read that a replica may answer, and why. */
enum replica_answer {
    REPLICA_SERVED,
    REPLICA_DOWN,    /* the database did: no replica answers */
    REPLICA_BEHIND,  /* none has replayed enough */
    REPLICA_BUSY,    /* no idle connection to one */
    REPLICA_HIDING,  /* something was hidden that the replica still shows */
    REPLICA_WRITTEN, /* whoever asks wrote something that the replica has not got */
    REPLICA_FAILED,  /* the replica was asked and did not answer in time, or with an error */
    REPLICA_ANSWERS
};

/* After db_setup(), before any thread. `urls`: addresses as libpq takes them with commas between, or "". False with a sentence in `error`. */
bool db_replicas_setup(const char *urls, char *error, size_t error_size);
bool db_replicas_start(void);
/* Ends the threads and forgets the replicas. */
void db_replicas_stop(void);
bool db_has_replicas(void);

/* From now on this thread's statements go to a replica: REPLICA_SERVED. Else nothing is changed, and it is said why. */
enum replica_answer db_go_to_replica(void);
/* To the database again. `failed`: the replica is left alone for a while. */
void db_leave_replica(bool failed);
void db_count_replica_read(enum replica_answer answer);

/* The first address of a list into `out`, and where the next begins; NULL: there is none. */
const char *db_next_replica_url(const char *urls, char *out, size_t size);

/* Metrics in the Prometheus text format. */
void db_replica_metrics(struct buf *out);
