/* internal.h - search: routes in search.c, the engine in engine.c, what keeps the entries up to date in keep.c; beside it Elasticsearch (ADR 0102): what it proposes in
 * candidates.c, what it is told in index.c, changes.c, reindex.c and drift.c, and what administrators see of it in admin.c. */
#pragma once

#include "api/checkup.h"
#include "api/runner.h"
#include "platform/jobs/jobs.h"

enum search_kind { SEARCH_TRACKS, SEARCH_RELEASES, SEARCH_USERS, SEARCH_PLAYLISTS, SEARCH_KINDS };
#define SEARCH_CLASSES 4 /* of hits: exact, prefix, words, typo */

/* "tracks", "releases", ...: as `type` and the members of the reply name them. */
extern const char *const search_kind_names[SEARCH_KINDS];

/* What Elasticsearch proposes for each kind. */
struct search_candidates {
    const char *hits[SEARCH_KINDS]; /* as search_found() takes them; NULL: PostgreSQL finds */
    bool is_full[SEARCH_KINDS];     /* there may be more */
    bool is_proposed;               /* it answered */
};

/* What was found of a kind: the part of a page that was asked for. Free with PQclear; NULL: time was up before anything was found. */
struct search_found {
    PGresult *rows;
    int count;       /* of rows that are hits */
    int total;
    bool at_least;   /* there may be more than `total` */
    bool is_partial; /* time was up */
    int best;        /* class of the best hit; SEARCH_CLASSES: there is none */
    const char *facets; /* JSON, or NULL */
};

/* Asks Elasticsearch for the kinds of which `kinds` has a bit, in one request, or in two where there may be typing errors. Where it is not there, too slow, or
 * answers anything but hits, all stays NULL, and it is left alone for a while. */
const struct problem *search_propose(struct request *req, unsigned kinds, int most, struct search_candidates *ret_candidates);

/* The one place where an engine is asked. The inputs of the request say what for; `most` bounds how many candidates are compared. NULL is success, also when
 * time was up. */
const struct problem *search_ask(struct request *req, enum search_kind kind, int most, const struct search_candidates *candidates, struct search_found *ret_found);

/* Appends the hits as a JSON array. */
bool search_write_hits(const struct search_found *found, enum search_kind kind, struct buf *out);

/* What may have been meant where nothing was found: sets *ret_text to words that find something that the viewer may see, or NULL. */
const struct problem *search_meant(struct request *req, const char **ret_text);

/* Makes all entries anew in batches. `is_told`: what search_reindex_tell() writes is kept up to date. */
enum job_outcome search_make_entries(struct job *job, bool is_told);

/* Notes in search_index that about `most` more entries of a kind are made, and tells the progress of the job. False: the database failed. */
bool search_reindex_tell(struct job *job, const char *kind, const char *after, const char *most);

enum job_outcome search_rank_job(struct job *job);
enum job_outcome search_rebuild_job(struct job *job);
enum job_outcome search_owner_job(struct job *job);

/* Of candidates.c: did the last request of this process fail? */
bool search_elastic_is_down(void);
void search_candidates_metrics(struct buf *out);

/* The settings. */
extern const struct setting search_settings[];
extern const char *search_alias;    /* the name under which the index is asked; indexes are called NAME-NUMBER */
extern int64_t search_timeout_ms;   /* for what a request waits for */
extern bool search_auto_index;
bool search_elastic_setup(char *error, size_t error_size);
void search_elastic_checkup(struct checkup *checkup);

/* Of index.c: requests about the index. Each returns the status, or a negative number, with a sentence in `error` where it is not 2xx (404 included). *ret_json may
 * be NULL. */
#define SEARCH_ERROR 256
#define SEARCH_MAPPING "1" /* which fields the index has: a new number makes a new index */
__attribute__((format(printf, 6, 7))) int search_index_ask(const char *method, struct str body, bool is_lines, json_t **ret_json, char error[SEARCH_ERROR],
                                                           const char *path, ...);
int search_index_create(const char *name, char error[SEARCH_ERROR]);

/* Sends rows of (kind, id, noted, version, document) to `targets`, which are aliases: documents, or deletions where there is none. */
enum sent { SENT_GOOD, SENT_LATER, SENT_REFUSED, SENT_NO_INDEX };
#define SEARCH_BATCH 500
struct sent_change {
    enum sent outcome;
    char error[SEARCH_ERROR];
};
/* How many rows were sent, from the first on, each with its outcome in `ret_changes`; negative: the request failed, and nothing is known. */
int search_index_send(const PGresult *rows, const char *const *targets, unsigned target_count, struct sent_change ret_changes[SEARCH_BATCH], char error[SEARCH_ERROR]);

/* The rows of this query, for PQclear; NULL: it failed, which is logged. `args` may be NULL. */
PGresult *search_run(const struct query *query, const struct db_arg *args);
/* The same for its effect. */
bool search_do(const struct query *query, const struct db_arg *args);
bool search_value_is(const PGresult *rows, const char *column, const char *value);
/* The text of a column of the first row, or NULL. */
const char *search_value(const PGresult *rows, const char *column);

/* Of changes.c: a thread that brings the index what changed. */
bool search_changes_start(void);
void search_changes_stop(void);
/* The index was not there: look soon. */
void search_changes_lost(void);
/* Notes what became of rows that were sent; in the transaction that read them. False when it did not work. */
bool search_changes_settle(const PGresult *rows, const struct sent_change *changes, int count);

enum job_outcome search_reindex_job(struct job *job);
enum job_outcome search_drift_job(struct job *job);

extern const struct route search_admin_routes[];
