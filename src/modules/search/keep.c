/* keep.c - jobs that bring the entries of the search up to date with what changes too often to be followed at once. */
#include <jansson.h>
#include <stdio.h>

#include "base/log.h"
#include "db/db.h"
#include "modules/search/internal.h"
#include "search.queries.h"

#define KEY_CHARACTERS 48 /* of a word; an id is shorter */
#define WAITS_MAX 600    /* each as long as lock_timeout of the functions */

/* In a transaction of its own, whose statements may take long: all entries are looked at. */
static enum job_outcome
run_long(const struct query *query, const struct db_arg *args)
{
    PGresult *result;
    bool good;

    if (db_begin_long())
        return JOB_RETRY;
    good = !db_run(query, args, &result, NULL);
    if (good)
        PQclear(result);
    return db_end(good) || !good ? JOB_RETRY : JOB_DONE;
}

static bool
run_whole(const struct query *query)
{
    static const struct db_arg none[] = {{0}};

    return run_long(query, none) == JOB_DONE;
}

/* Calls `query` for one batch after the other, each in a transaction of its own: nothing is held for long, and others go on meanwhile. It returns the last key of its
 * batch, null at the end; the key that it was given where somebody else holds the rows for long. `is_told`: administrators see how far it is. */
static enum job_outcome
run_batches(struct job *job, const struct query *query, const char *kind, const char *most, bool is_told)
{
    char after[4 * KEY_CHARACTERS + 1] = "", last[sizeof after];

    for (int waits = 0; waits < WAITS_MAX;) {
        const struct db_arg args[] = {{"after", *after ? after : NULL}, {"most", most}, {"kind", kind}, {0}};
        PGresult *result;

        if (job_cancelled(job))
            return JOB_GIVE_BACK;
        if (db_run(query, args, &result, NULL))
            return JOB_RETRY;
        if (PQgetisnull(result, 0, 0)) {
            PQclear(result);
            return JOB_DONE;
        }
        snprintf(last, sizeof last, "%s", PQgetvalue(result, 0, 0));
        PQclear(result);
        waits = text_equal(last, after) ? waits + 1 : 0;
        if (is_told && !waits && !search_reindex_tell(job, kind, last, most))
            return JOB_RETRY;
        snprintf(after, sizeof after, "%s", last);
    }
    job_error(job, "somebody holds what is read");
    return JOB_RETRY;
}

static enum job_outcome
run_kinds(struct job *job, const struct query *query, const char *most, bool is_told)
{
    static const char *const kinds[] = {"1", "2", "3", "4"};
    enum job_outcome outcome = JOB_DONE;

    for (size_t i = 0; outcome == JOB_DONE && i < COUNT_OF(kinds); i++)
        outcome = run_batches(job, query, kinds[i], most, is_told);
    return outcome;
}

/* The words that typing errors are compared with. */
static enum job_outcome
count_words(struct job *job)
{
    return run_whole(&q_search_words_count) ? run_batches(job, &q_search_words_batch, NULL, "2000", false) : JOB_RETRY;
}

static enum job_outcome
keep(struct job *job, const struct query *query, const char *most, bool is_told)
{
    enum job_outcome outcome = run_whole(&q_search_draw_tiers) ? run_kinds(job, query, most, is_told) : JOB_RETRY;

    return outcome == JOB_DONE ? count_words(job) : outcome;
}

enum job_outcome
search_rank_job(struct job *job)
{
    return keep(job, &q_search_rank_batch, "1000", false);
}

enum job_outcome
search_make_entries(struct job *job, bool is_told)
{
    return keep(job, &q_search_rebuild_batch, "200", is_told);
}

enum job_outcome
search_rebuild_job(struct job *job)
{
    return search_make_entries(job, false);
}

enum job_outcome
search_owner_job(struct job *job)
{
    const char *user_id = json_string_value(json_object_get(job->payload, "user_id"));
    const struct db_arg args[] = {{"user_id", user_id}, {0}};

    return user_id ? run_long(&q_search_refresh_owner, args) : JOB_FAILED;
}
