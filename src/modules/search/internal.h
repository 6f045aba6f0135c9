/* internal.h - search: routes in search.c, the engine in engine.c, what keeps the entries up to date in keep.c. */
#pragma once

#include "api/runner.h"
#include "platform/jobs/jobs.h"

enum search_kind { SEARCH_TRACKS, SEARCH_RELEASES, SEARCH_USERS, SEARCH_PLAYLISTS, SEARCH_KINDS };

/* "tracks", "releases", ...: as `type` and the members of the reply name them. */
extern const char *const search_kind_names[SEARCH_KINDS];

/* What was found of a kind: the part of a page that was asked for. Free with PQclear; NULL: time was up before anything was found. */
struct search_found {
    PGresult *rows;
    int count;       /* of rows that are hits */
    int total;
    bool at_least;   /* there may be more than `total` */
    bool is_partial; /* time was up */
    const char *facets; /* JSON, or NULL */
};

/* The one place where an engine is asked. The inputs of the request say what for; `most` bounds how many candidates are compared. NULL is success, also when
 * time was up. */
const struct problem *search_ask(struct request *req, enum search_kind kind, int most, struct search_found *ret_found);

/* Appends the hits as a JSON array. */
bool search_write_hits(const struct search_found *found, enum search_kind kind, struct buf *out);

/* What may have been meant where nothing was found: sets *ret_text to words that find something that the viewer may see, or NULL. */
const struct problem *search_meant(struct request *req, const char **ret_text);

enum job_outcome search_rank_job(struct job *job);
enum job_outcome search_rebuild_job(struct job *job);
enum job_outcome search_owner_job(struct job *job);
