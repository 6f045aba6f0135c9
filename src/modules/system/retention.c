/* retention.c - deletes what has served its time. docs/operating.md lists the periods, docs/privacy.md what they mean for people. */
#include "modules/system/retention.h"

#include <stdio.h>

#include "base/log.h"
#include "db/db.h"
#include "system.queries.h"

#define BATCH 1000 /* rows a statement, so that none holds locks for long */

/* Rows of one table: a query that deletes at most :batch of those older than :days, and returns a row for each. */
struct retention {
    const char *what;
    const struct query *query;
    const int64_t *setting; /* the days; NULL: `days` */
    int days;
};

static int64_t session_keep_days, login_history_days, job_keep_days, job_failed_keep_days, event_keep_days;

const struct setting retention_settings[] = {
    {.section = "How long rows are kept, in days"},
    {"SESSION_KEEP_DAYS", .integer = &session_keep_days, .fallback = "90", .min = 1, .max = 3650,
     .help = "sessions, refresh tokens and mailed links, after their end"},
    {"LOGIN_HISTORY_DAYS", .integer = &login_history_days, .fallback = "180", .min = 1, .max = 3650, .help = "the history of sign-ins"},
    {"JOB_KEEP_DAYS", .integer = &job_keep_days, .fallback = "7", .min = 1, .max = 3650, .help = "jobs that are done"},
    {"JOB_FAILED_KEEP_DAYS", .integer = &job_failed_keep_days, .fallback = "90", .min = 1, .max = 3650, .help = "jobs that failed or were parked"},
    {"EVENT_KEEP_DAYS", .integer = &event_keep_days, .fallback = "30", .min = 1, .max = 3650,
     .help = "events, if all who want them have acted on them"},
    {0}};

static const struct retention retentions[] = {
    {"refresh tokens", &q_keep_refresh_tokens, &session_keep_days},
    {"sessions", &q_keep_sessions, &session_keep_days},
    {"mailed links", &q_keep_user_tokens, &session_keep_days},
    {"login history", &q_keep_login_history, &login_history_days},
    {"failed logins", &q_keep_login_failures, .days = 1},
    {"WebSocket tickets", &q_keep_ws_tickets, .days = 1},
    {"WebSocket messages", &q_keep_realtime_messages, .days = 1},
    {"sign-ins with a provider", &q_keep_oauth_states, .days = 1},
    {"second factor challenges", &q_keep_mfa_challenges, .days = 1},
    {"passkey challenges", &q_keep_webauthn_challenges, .days = 1},
    {"listenings", &q_keep_play_sessions, .days = 1},
    {"listenings by apps", &q_keep_app_listenings, .days = 1},
    {"times of listeners", &q_keep_play_listeners, .days = 1},
    {"openings of playlists", &q_keep_playlist_openings, .days = 1},
    {"addresses of guests of shared queues", &q_keep_guest_addresses, .days = 1},
    {"replies kept under an Idempotency-Key", &q_keep_idempotency_keys, .days = 1},
    {"items of deleted playlists", &q_keep_deleted_playlist_items, .days = 30},
    {"items of versions of playlists", &q_keep_playlist_version_items, .days = 30},
    {"versions of playlists", &q_keep_playlist_versions, .days = 30},
    {"deleted playlists", &q_keep_deleted_playlists, .days = 30},
    {"jobs that are done", &q_keep_done_jobs, &job_keep_days},
    {"jobs that failed", &q_keep_failed_jobs, &job_failed_keep_days},
    {"subscribers of events", &q_keep_subscribers, &event_keep_days},
    {"events", &q_keep_events, &event_keep_days},
};

/* A batch: the number of rows, or -1. */
static int
delete_some(const struct retention *r)
{
    int64_t days = r->setting ? *r->setting : r->days;
    char days_text[24], batch[16];
    const struct db_arg args[] = {{"days", days_text}, {"batch", batch}, {0}};
    PGresult *result;
    int rows;

    snprintf(days_text, sizeof days_text, "%lld", (long long)days);
    snprintf(batch, sizeof batch, "%d", BATCH);
    if (db_run(r->query, args, &result, NULL))
        return -1;
    rows = PQntuples(result);
    PQclear(result);
    return rows;
}

enum job_outcome
retention_run(struct job *job)
{
    enum job_outcome outcome = JOB_DONE;

    for (size_t i = 0; i < COUNT_OF(retentions); i++) {
        int64_t deleted = 0;
        int rows;

        do {
            if (job_cancelled(job))
                return JOB_GIVE_BACK;
            rows = delete_some(&retentions[i]);
            deleted += rows > 0 ? rows : 0;
        } while (rows == BATCH);
        if (deleted)
            log_info("old rows deleted", LOG_TEXT("what", retentions[i].what), LOG_INT("rows", deleted));
        if (rows < 0) {
            job_error(job, retentions[i].what);
            outcome = JOB_RETRY;
        }
    }
    return outcome;
}
