/* keep.c - jobs that bring the entries of the search up to date with what changes too often to be followed at once. */
#include <jansson.h>

#include "base/log.h"
#include "db/db.h"
#include "modules/search/internal.h"
#include "search.queries.h"

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

enum job_outcome
search_rank_job(struct job *job)
{
    static const struct db_arg none[] = {{0}};

    (void)job;
    return run_long(&q_search_rank, none);
}

enum job_outcome
search_rebuild_job(struct job *job)
{
    static const struct db_arg none[] = {{0}};

    (void)job;
    return run_long(&q_search_rebuild, none);
}

enum job_outcome
search_owner_job(struct job *job)
{
    const char *user_id = json_string_value(json_object_get(job->payload, "user_id"));
    const struct db_arg args[] = {{"user_id", user_id}, {0}};

    return user_id ? run_long(&q_search_refresh_owner, args) : JOB_FAILED;
}
