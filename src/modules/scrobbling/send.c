/* send.c - the jobs `scrobble.send` {account_id, user_id}, which tells a service of plays, `scrobble.playing` {account_id, track_id, user_id}, and `scrobble.sweep`. */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "modules/scrobbling/internal.h"

#define ADDRESS_MAX 512
#define SWEEP_EVERY_S 300
#define RUN_MS 10000 /* then others have their turn */

struct send_work {
    struct job *job;
    const char *account_id;
    const char *sealed;
    struct scrobble_account account;
    unsigned most; /* in one request: one, when the service refused several */
};

static const char *
send_text(const PGresult *rows, int row, const char *column)
{
    int n = PQfnumber(rows, column);

    return PQgetisnull(rows, row, n) ? NULL : PQgetvalue(rows, row, n);
}

/* `address` holds ADDRESS_MAX bytes. */
static struct scrobble
send_play(const PGresult *rows, int row, char *address)
{
    struct scrobble play = {.artist = send_text(rows, row, "artist"), .title = send_text(rows, row, "title"), .album = send_text(rows, row, "album"), .address = address};

    snprintf(address, ADDRESS_MAX, "%s%s", config_frontend_url(scrobbling_config), send_text(rows, row, "path"));
    text_to_int64(send_text(rows, row, "duration_ms"), 0, INT64_MAX, &play.duration_ms);
    if (PQfnumber(rows, "played_at") >= 0)
        text_to_int64(send_text(rows, row, "played_at"), 0, INT64_MAX, &play.played_at);
    return play;
}

static bool
send_run(const struct query *query, const struct db_arg *args, PGresult **ret)
{
    PGresult *result;
    struct db_error error;

    if (db_run(query, args, &result, &error)) {
        log_warn("telling a service of plays", LOG_TEXT("error", error.message));
        return false;
    }
    if (ret)
        *ret = result;
    else
        PQclear(result);
    return true;
}

/* What the person reads of it. */
static const char *
send_error(enum scrobble_outcome outcome)
{
    return outcome == SCROBBLE_UNREACHABLE ? "unreachable" : outcome == SCROBBLE_BUSY ? "busy" : "failed";
}

static enum job_outcome
send_later(struct send_work *work, enum scrobble_outcome outcome, int64_t wait_s)
{
    const struct db_arg args[] = {{"account_id", work->account_id}, {"error", send_error(outcome)}, {0}};

    job_error(work->job, send_error(outcome));
    send_run(&q_scrobble_failed, args, NULL);
    if (outcome != SCROBBLE_BUSY)
        return JOB_RETRY;
    job_wait(work->job, wait_s);
    return JOB_PUT_OFF;
}

static bool
send_done(struct send_work *work, const PGresult *rows, bool taken)
{
    scoped_buf ids = BUF_INIT(8192);
    struct db_arg args[] = {{"account_id", work->account_id}, {"play_ids", NULL}, {"taken", taken ? "true" : "false"}, {0}};

    buf_add_text(&ids, "{");
    for (int i = 0; i < PQntuples(rows); i++)
        buf_printf(&ids, "%s%s", i ? "," : "", PQgetvalue(rows, i, 0));
    buf_add_text(&ids, "}");
    args[1].text = buf_str(&ids).ptr;
    return !ids.failed && send_run(&q_scrobbles_done, args, NULL);
}

/* One request. JOB_GIVE_BACK: go on with the next. */
static enum job_outcome
send_batch(struct send_work *work, const PGresult *rows)
{
    const struct db_arg stop[] = {{"account_id", work->account_id}, {"sealed", work->sealed}, {0}};
    char addresses[SCROBBLE_BATCH_MAX][ADDRESS_MAX];
    struct scrobble plays[SCROBBLE_BATCH_MAX];
    int count = PQntuples(rows);
    enum scrobble_outcome outcome;
    int64_t wait_s;

    for (int i = 0; i < count; i++)
        plays[i] = send_play(rows, i, addresses[i]);
    outcome = scrobble_send(&work->account, plays, (unsigned)count, false, &wait_s);
    switch (outcome) {
    case SCROBBLE_TAKEN:
        return send_done(work, rows, true) ? JOB_GIVE_BACK : JOB_RETRY;
    case SCROBBLE_NOT_TAKEN: /* one of several keeps the others back: from now on one by one */
        if (count > 1)
            work->most = 1;
        return count > 1 || send_done(work, rows, false) ? JOB_GIVE_BACK : JOB_RETRY;
    case SCROBBLE_TOKEN_REFUSED:
    case SCROBBLE_UNCONFIRMED:
        return send_run(&q_scrobble_stop, stop, NULL) ? JOB_DONE : JOB_RETRY;
    default:
        return send_later(work, outcome, wait_s);
    }
}

static enum job_outcome
send_all(struct send_work *work)
{
    const struct db_arg account[] = {{"account_id", work->account_id}, {0}};
    enum job_outcome outcome = JOB_GIVE_BACK;
    int64_t until_ms = clock_monotonic_ms() + RUN_MS;

    while (outcome == JOB_GIVE_BACK) {
        char most[12];
        const struct db_arg args[] = {{"account_id", work->account_id}, {"most", most}, {0}};
        PGresult *rows;

        if (job_cancelled(work->job))
            return JOB_GIVE_BACK;
        if (clock_monotonic_ms() > until_ms) {
            job_wait(work->job, 1);
            return JOB_PUT_OFF;
        }
        snprintf(most, sizeof most, "%u", work->most);
        if (!send_run(&q_scrobbles_drop, account, NULL) || !send_run(&q_scrobbles_due, args, &rows))
            return JOB_RETRY;
        outcome = PQntuples(rows) ? send_batch(work, rows) : JOB_DONE;
        PQclear(rows);
    }
    return outcome;
}

static enum job_outcome
send_now_playing(struct send_work *work, const char *track_id)
{
    const struct db_arg args[] = {{"account_id", work->account_id}, {"track_id", track_id}, {0}};
    char address[ADDRESS_MAX];
    struct scrobble play;
    PGresult *rows;
    int64_t wait_s;

    if (!send_run(&q_scrobble_playing, args, &rows))
        return JOB_FAILED;
    if (PQntuples(rows)) { /* it matters for a moment only: what does not work is not tried again, and plays will tell that a token is refused */
        play = send_play(rows, 0, address);
        scrobble_send(&work->account, &play, 1, true, &wait_s);
    }
    PQclear(rows);
    return JOB_DONE;
}

/* Opens the account of the job, and does one or the other. */
static enum job_outcome
send_with_account(struct job *job)
{
    const char *id = json_string_value(json_object_get(job->payload, "account_id")), *track = json_string_value(json_object_get(job->payload, "track_id"));
    const struct db_arg args[] = {{"account_id", id}, {0}};
    struct send_work work = {.job = job, .account_id = id, .most = SCROBBLE_BATCH_MAX};
    enum job_outcome outcome = JOB_DONE;
    json_t *secrets = NULL;
    PGresult *row;

    if (!id || !uuid_valid(id) || (track && !uuid_valid(track)))
        return JOB_FAILED;
    if (!send_run(&q_scrobble_account_of, args, &row))
        return JOB_RETRY;
    if (PQntuples(row)) {
        work.sealed = PQgetvalue(row, 0, 2);
        secrets = scrobbling_open(id, work.sealed);
        scrobbling_account(&work.account, PQgetvalue(row, 0, 0), PQgetvalue(row, 0, 1), secrets);
        if (!secrets) { /* the application's secret has changed: nobody can open it any more */
            const struct db_arg stop[] = {{"account_id", id}, {"sealed", work.sealed}, {0}};

            outcome = send_run(&q_scrobble_stop, stop, NULL) ? JOB_DONE : JOB_RETRY;
        } else {
            outcome = track ? send_now_playing(&work, track) : send_all(&work);
        }
    }
    json_decref(secrets);
    PQclear(row);
    return outcome;
}

static enum job_outcome
send_sweep(struct job *job)
{
    static const struct db_arg none[] = {{0}};

    (void)job;
    return send_run(&q_scrobble_sweep, none, NULL) ? JOB_DONE : JOB_RETRY;
}

const struct job_handler scrobbling_jobs[] = {{"scrobble.send", JOB_OUTSIDE, send_with_account},
                                              {"scrobble.playing", JOB_OUTSIDE, send_with_account},
                                              {"scrobble.sweep", JOB_LIGHT, send_sweep, .every_s = SWEEP_EVERY_S},
                                              {0}};
