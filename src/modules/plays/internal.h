/* internal.h - what the parts of this module share. */
#pragma once

#include "api/module.h"
#include "plays.queries.h"

extern const struct personal plays_personal; /* personal.c */

/* recount.c. The job `plays.recount`: compares the counters of tracks with what they count, once a day. What differs is an error of ours: it is
 * logged, stands in the metrics, and is put right. */
enum job_outcome plays_recount(struct job *job);
void plays_metrics(struct buf *out);
