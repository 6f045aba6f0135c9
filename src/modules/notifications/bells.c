/* bells.c - the job `release.bells` {release_id, artist_id, after}: tells those whose bell of the artist is on of a release that is out. Everybody else
 * has it in the feed, so a release costs nothing for each follower. One job, some people at a time: each step is a transaction that notes how far it is. */
#include <stdio.h>

#include "modules/notifications/internal.h"

#define STEP "100"

static const struct notify release_notice = {.query = &q_notification_release, .mail = "email_on_release", .bulk = true};

/* One step, in the open transaction. False: it did not work. `ret_more`: whether somebody is left. */
static bool
bells_ring(struct job *job, const struct db_arg *args, char after[UUID_TEXT], bool *ret_more)
{
    struct db_error error;
    PGresult *made;
    bool good = true;

    if (db_run(&q_notification_release, args, &made, &error)) {
        job_error(job, error.message);
        return false;
    }
    for (int i = 0; good && i < PQntuples(made); i++)
        if (!PQgetisnull(made, i, 0))
            good = notifications_deliver(&release_notice, PQgetvalue(made, i, 0), PQgetvalue(made, i, 1));
    *ret_more = PQntuples(made) && !PQgetisnull(made, 0, 2);
    if (*ret_more)
        snprintf(after, UUID_TEXT, "%s", PQgetvalue(made, 0, 2));
    PQclear(made);
    return good;
}

enum job_outcome
notifications_bells(struct job *job)
{
    const char *begun = json_string_value(json_object_get(job->payload, "after"));
    char after[UUID_TEXT] = "";
    struct db_arg args[] = {{"release_id", json_string_value(json_object_get(job->payload, "release_id"))},
                            {"artist_id", json_string_value(json_object_get(job->payload, "artist_id"))},
                            {"job_id", job->id},
                            {"most", STEP},
                            {"after", NULL},
                            {0}};
    bool more = true;

    if (!args[0].text || !args[1].text || !uuid_valid(args[0].text) || !uuid_valid(args[1].text))
        return JOB_FAILED;
    if (begun && uuid_valid(begun))
        snprintf(after, sizeof after, "%s", begun);
    while (more) {
        bool good;

        if (job_cancelled(job))
            return JOB_GIVE_BACK;
        args[4].text = *after ? after : NULL;
        if (db_begin())
            return JOB_RETRY;
        good = bells_ring(job, args, after, &more);
        if (db_end(good) || !good)
            return JOB_RETRY;
    }
    return JOB_DONE;
}
