#include "platform/jobs/jobs.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "jobs.queries.h"
#include "platform/bus/listener.h"
#include "platform/jobs/announce.h"
#include "platform/jobs/internal.h"
#include "platform/jobs/node.h"
#include "platform/rabbitmq/rabbitmq.h"

#define THREADS_MAX 148 /* the most that the settings ask for, and some */
#define POLL_S 2
#define POLL_CARRIED_S 10 /* while RabbitMQ tells of jobs: for those that it did not tell of after all */
#define WAIT_MAX_S 86400
#define PROGRESS_INTERVAL_MS 250
#define RECOVER_INTERVAL_MS 10000
#define ERROR_MAX 500

/* A thread that runs jobs. */
struct runner {
    pthread_t thread;
    enum job_pool pool;
    int max_s; /* takes nothing that probably lasts longer */
    unsigned wakeups; /* what it has seen of its pool's */
    bool busy;        /* under `lock`, like job_id */
    char job_id[UUID_TEXT];
    atomic_bool cancel;
    bool finished; /* the handler has written the end itself */
    int64_t noted_ms;
    int64_t wait_s; /* before the next attempt, at least */
    char stage[32];
    char error[ERROR_MAX];
};

static struct {
    struct jobs_settings settings;
    const struct job_handler *handlers;
    char node[NODE_NAME], machine[NODE_NAME];
    char *kinds[JOB_POOLS]; /* array literals */
    char *all_kinds;
    struct announce_settings announce;
    struct runner runners[THREADS_MAX];
    unsigned runner_count;
    pthread_t keeper;
    bool started, stopping;
    unsigned wakeups[JOB_POOLS];
} jobs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static _Thread_local const atomic_bool *cancel_here; /* of the job that this thread runs */
static _Atomic uint64_t ended[JOB_PUT_OFF + 1], recovered;

PGresult *
jobs_ask(const struct query *query, const struct db_arg *args)
{
    PGresult *result;
    struct db_error error;
    enum db_status status = db_run(query, args, &result, &error);

    if (status == DB_OK)
        return result;
    if (status != DB_UNAVAILABLE)
        log_error("job query failed", LOG_TEXT("query", query->name), LOG_TEXT("error", error.message));
    return NULL;
}

/* Does a query that needs no answer: rows, or -1. */
static int
tell(const struct query *query, const struct db_arg *args)
{
    PGresult *result = jobs_ask(query, args);
    int rows = result ? PQntuples(result) : -1;

    PQclear(result);
    return rows;
}

bool
job_progress(struct job *job, const char *stage, float fraction)
{
    struct runner *runner = job->state;
    int64_t now_ms = clock_monotonic_ms();
    char number[24];

    if (text_equal(runner->stage, stage) && now_ms - runner->noted_ms < PROGRESS_INTERVAL_MS)
        return false;
    snprintf(runner->stage, sizeof runner->stage, "%s", stage);
    runner->noted_ms = now_ms;
    snprintf(number, sizeof number, "%.4f", fraction < 0 ? 0.0 : fraction > 1 ? 1.0 : (double)fraction);
    const struct db_arg args[] = {{"id", job->id}, {"node", jobs.node}, {"stage", stage}, {"progress", number}, {0}};
    if (tell(&q_job_progress, args) == 0)
        atomic_store(&runner->cancel, true);
    return true;
}

bool
job_here_cancelled(void)
{
    return cancel_here && atomic_load(cancel_here);
}

void
job_error(struct job *job, const char *text)
{
    struct runner *runner = job->state;

    snprintf(runner->error, sizeof runner->error, "%s", text);
}

void
job_wait(struct job *job, int64_t seconds)
{
    struct runner *runner = job->state;

    runner->wait_s = seconds < 0 ? 0 : seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S;
}

bool
job_finish(struct job *job, enum job_outcome outcome)
{
    struct runner *runner = job->state;
    const struct db_arg args[] = {{"id", job->id},
                                  {"node", jobs.node},
                                  {"state", outcome == JOB_DONE ? "done" : "failed"},
                                  {"error", *runner->error ? runner->error : NULL},
                                  {0}};

    runner->finished = tell(&q_job_finish, args) == 1;
    return runner->finished;
}

static const struct job_handler *
find_handler(const char *kind)
{
    const struct job_handler *handler = jobs.handlers;

    while (handler->kind && !text_equal(handler->kind, kind))
        handler++;
    return handler->kind ? handler : NULL;
}

/* Writes how the attempt ended. While the database is away the row stays `running`; it is then taken back as a dead node's would be. */
static void
write_end(struct runner *runner, struct job *job, enum job_outcome outcome, const struct db_arg *args)
{
    switch (outcome) {
    case JOB_DONE:
    case JOB_FAILED:
        if (!runner->finished)
            job_finish(job, outcome);
        break;
    case JOB_RETRY:
        tell(&q_job_retry, args);
        break;
    case JOB_GIVE_BACK:
        tell(&q_job_give_back, args);
        break;
    case JOB_PUT_OFF:
        tell(&q_job_put_off, args);
        break;
    }
}

static void
settle(struct runner *runner, struct job *job, enum job_outcome outcome)
{
    int every_s = find_handler(job->kind)->every_s;
    char pause[24], wait[24];

    snprintf(pause, sizeof pause, "%lld", runner->wait_s ? (long long)runner->wait_s : (long long)every_s);
    snprintf(wait, sizeof wait, "%lld", (long long)runner->wait_s);
    const struct db_arg args[] = {
        {"id", job->id}, {"node", jobs.node}, {"error", *runner->error ? runner->error : NULL}, {"every_s", pause},
        {"wait_s", wait}, {0}};

    atomic_fetch_add(&ended[outcome], 1);
    if (every_s && outcome != JOB_GIVE_BACK)
        tell(&q_job_again, args);
    else
        write_end(runner, job, outcome, args);
    if (outcome == JOB_RETRY || outcome == JOB_FAILED || outcome == JOB_PUT_OFF)
        log_warn("job did not work", LOG_TEXT("kind", job->kind), LOG_TEXT("job", job->id), LOG_INT("attempt", job->attempts),
                 LOG_TEXT("error", runner->error));
}

/* Takes the next job and runs it. False when there is none. */
static bool
run_next(struct runner *runner)
{
    char max_s[16];
    const struct db_arg args[] = {{"node", jobs.node}, {"kinds", jobs.kinds[runner->pool]}, {"max_seconds", max_s}, {0}};
    PGresult *row;
    struct job job = {.cancel = &runner->cancel, .state = runner};
    const struct job_handler *handler;
    uint64_t offered = rabbitmq_offered(runner->pool);
    enum job_outcome outcome;
    json_t *payload;

    snprintf(max_s, sizeof max_s, "%d", runner->max_s);
    row = jobs_ask(&q_job_claim, args);
    if (!row || !PQntuples(row)) {
        if (row && runner->max_s == INT_MAX)
            rabbitmq_accept_all(runner->pool, offered); /* they stood for jobs that were taken without them */
        PQclear(row);
        return false;
    }
    rabbitmq_accept(runner->pool); /* not at the end: from here on the row's heartbeat guards the job, however long it takes */
    snprintf(job.id, sizeof job.id, "%s", PQgetvalue(row, 0, 0));
    handler = find_handler(PQgetvalue(row, 0, 1));
    payload = json_loads(PQgetvalue(row, 0, 2), 0, NULL);
    job.kind = handler->kind;
    job.payload = payload;
    job.attempts = (int)strtol(PQgetvalue(row, 0, 3), NULL, 10);
    job.max_attempts = (int)strtol(PQgetvalue(row, 0, 4), NULL, 10);
    PQclear(row);

    pthread_mutex_lock(&lock);
    runner->finished = false;
    runner->noted_ms = runner->wait_s = 0;
    *runner->stage = *runner->error = 0;
    memcpy(runner->job_id, job.id, sizeof runner->job_id);
    runner->busy = true;
    atomic_store(&runner->cancel, jobs.stopping);
    pthread_mutex_unlock(&lock);

    log_request_id(job.id);
    cancel_here = job.cancel;
    outcome = payload ? handler->run(&job) : JOB_FAILED;
    cancel_here = NULL;
    settle(runner, &job, outcome);
    log_request_id(NULL);

    pthread_mutex_lock(&lock);
    runner->busy = false;
    pthread_mutex_unlock(&lock);
    json_decref(payload);
    return true;
}

/* Sleeps until a notification, the poll interval, or the end. False when the thread is to end. */
static bool
wait_for_jobs(struct runner *runner)
{
    int64_t until_ms = clock_monotonic_ms() + (rabbitmq_carries() ? POLL_CARRIED_S : POLL_S) * 1000;
    bool go_on;

    pthread_mutex_lock(&lock);
    while (!jobs.stopping && runner->wakeups == jobs.wakeups[runner->pool])
        if (!clock_wait_until(&wake, &lock, until_ms))
            break;
    runner->wakeups = jobs.wakeups[runner->pool];
    go_on = !jobs.stopping;
    pthread_mutex_unlock(&lock);
    return go_on;
}

static bool
is_stopping(void)
{
    bool now;

    pthread_mutex_lock(&lock);
    now = jobs.stopping;
    pthread_mutex_unlock(&lock);
    return now;
}

static void *
run_loop(void *argument)
{
    struct runner *runner = argument;

    do
        while (!is_stopping() && run_next(runner))
            continue;
    while (wait_for_jobs(runner));
    db_disconnect();
    return NULL;
}

/* Tells the database that this node lives, and hears which jobs are no longer its own. */
static void
beat(void)
{
    scoped_buf ids = BUF_INIT(THREADS_MAX * 40);
    char asked[THREADS_MAX][UUID_TEXT];
    bool kept[THREADS_MAX] = {false};
    unsigned count = 0;
    PGresult *result;

    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < jobs.runner_count; i++) {
        *asked[i] = 0;
        if (!jobs.runners[i].busy)
            continue;
        memcpy(asked[i], jobs.runners[i].job_id, UUID_TEXT);
        buf_printf(&ids, "%s%s", count++ ? "," : "{", asked[i]);
    }
    pthread_mutex_unlock(&lock);
    if (!count)
        return;
    buf_add_text(&ids, "}");
    const struct db_arg args[] = {{"ids", ids.ptr}, {"node", jobs.node}, {0}};
    result = ids.failed ? NULL : jobs_ask(&q_job_heartbeat, args);
    if (!result)
        return;
    for (unsigned i = 0; i < jobs.runner_count; i++)
        for (int row = 0; row < PQntuples(result); row++)
            kept[i] |= text_equal(asked[i], PQgetvalue(result, row, 0));
    PQclear(result);
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < jobs.runner_count; i++)
        if (*asked[i] && !kept[i] && jobs.runners[i].busy && text_equal(asked[i], jobs.runners[i].job_id))
            atomic_store(&jobs.runners[i].cancel, true);
    pthread_mutex_unlock(&lock);
}

/* Takes jobs back from the dead. */
static void
recover(void)
{
    const struct db_arg who[] = {{"machine", jobs.machine}, {0}};
    PGresult *nodes = jobs_ask(&q_job_nodes, who), *taken;
    scoped_buf dead = BUF_INIT(65536);
    char stale[16];

    buf_add_text(&dead, "{");
    for (int i = 0; nodes && i < PQntuples(nodes); i++)
        if (!node_may_live(PQgetvalue(nodes, i, 0), jobs.machine))
            buf_printf(&dead, "%s\"%s\"", dead.len > 1 ? "," : "", PQgetvalue(nodes, i, 0));
    buf_add_text(&dead, "}");
    PQclear(nodes);
    snprintf(stale, sizeof stale, "%d", jobs.settings.stale_after_s);
    const struct db_arg args[] = {{"dead", dead.ptr}, {"stale_after_s", stale}, {0}};
    taken = dead.failed ? NULL : jobs_ask(&q_job_recover, args);
    for (int i = 0; taken && i < PQntuples(taken); i++) {
        log_warn("job taken back from a dead process", LOG_TEXT("job", PQgetvalue(taken, i, 0)),
                 LOG_TEXT("kind", PQgetvalue(taken, i, 1)), LOG_TEXT("state", PQgetvalue(taken, i, 2)));
        atomic_fetch_add(&recovered, 1);
    }
    PQclear(taken);
}

static bool
keeper_pause(void)
{
    int64_t until_ms = clock_monotonic_ms() + jobs.settings.heartbeat_ms;
    bool go_on;

    pthread_mutex_lock(&lock);
    while (!jobs.stopping)
        if (!clock_wait_until(&wake, &lock, until_ms))
            break;
    go_on = !jobs.stopping;
    pthread_mutex_unlock(&lock);
    return go_on;
}

static void *
keep(void *argument)
{
    int64_t recover_at_ms = 0;

    (void)argument;
    do {
        int64_t now_ms = clock_monotonic_ms();

        beat();
        if (now_ms >= recover_at_ms) {
            recover();
            recover_at_ms = now_ms + RECOVER_INTERVAL_MS;
        }
    } while (keeper_pause());
    db_disconnect();
    return NULL;
}

/* The runners of a pool, or of all. */
static void
wake_runners(int pool)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < JOB_POOLS; i++)
        jobs.wakeups[i] += pool < 0 || pool == i;
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
}

static void
on_notify(void *context, const char *payload)
{
    (void)context, (void)payload;
    if (!announce_queued())
        wake_runners(-1);
}

static enum job_pool
pool_of(const char *kind)
{
    return find_handler(kind)->pool;
}

/* {"a","b"}: the kinds of one pool, or with JOB_POOLS of all. */
static char *
kinds_of(enum job_pool pool)
{
    struct buf out = BUF_INIT(16384);

    buf_add_text(&out, "{");
    for (const struct job_handler *h = jobs.handlers; h->kind; h++)
        if (h->pool == pool || pool == JOB_POOLS)
            buf_printf(&out, "%s\"%s\"", out.len > 1 ? "," : "", h->kind);
    buf_add_text(&out, "}");
    return out.ptr;
}

static bool
start_runner(enum job_pool pool, int max_s)
{
    static const char *const names[JOB_POOLS] = {[JOB_LIGHT] = "veza-job", [JOB_HEAVY] = "veza-job-heavy", [JOB_OUTGOING] = "veza-job-out",
                                                  [JOB_OUTSIDE] = "veza-job-far", [JOB_ARCHIVE] = "veza-job-arch", [JOB_ERASE] = "veza-job-erase"};
    struct runner *runner = &jobs.runners[jobs.runner_count];

    if (jobs.runner_count == THREADS_MAX) {
        log_error("too many threads for jobs: lower MEDIA_WORKERS or OUTGOING_THREADS", LOG_INT("most", THREADS_MAX));
        return false;
    }
    *runner = (struct runner){.pool = pool, .max_s = max_s};
    if (pthread_create(&runner->thread, NULL, run_loop, runner))
        return false;
    pthread_setname_np(runner->thread, names[pool]);
    pthread_mutex_lock(&lock);
    jobs.runner_count++;
    pthread_mutex_unlock(&lock);
    return true;
}

static bool
start_pool(enum job_pool pool)
{
    unsigned threads = jobs.settings.threads[pool] ? jobs.settings.threads[pool] : 1;
    bool good = true;

    for (unsigned i = 0; i < threads; i++)
        good &= start_runner(pool, INT_MAX);
    for (unsigned i = 0; i < jobs.settings.short_threads[pool]; i++)
        good &= start_runner(pool, jobs.settings.short_s);
    return good;
}

bool
jobs_start(const struct jobs_settings *settings, const struct job_handler *handlers)
{
    bool good = true;

    jobs.settings = *settings;
    jobs.settings.stale_after_s = settings->stale_after_s ? settings->stale_after_s : 30;
    jobs.settings.heartbeat_ms = settings->heartbeat_ms ? settings->heartbeat_ms : 2000;
    jobs.handlers = handlers;
    jobs.stopping = false;
    jobs.runner_count = 0;
    node_name(jobs.node, jobs.machine);
    listener_on("jobs", on_notify, NULL);
    for (int pool = 0; pool < JOB_POOLS; pool++)
        jobs.kinds[pool] = kinds_of((enum job_pool)pool);
    jobs.all_kinds = kinds_of(JOB_POOLS);
    for (const struct job_handler *h = handlers; h->kind; h++)
        if (h->every_s)
            tell(&q_job_every, (const struct db_arg[]){{"kind", h->kind}, {0}});
    if (pthread_create(&jobs.keeper, NULL, keep, NULL))
        return false;
    pthread_setname_np(jobs.keeper, "veza-jobs");
    jobs.started = true;
    for (int pool = 0; pool < JOB_POOLS; pool++)
        good &= start_pool((enum job_pool)pool);
    jobs.announce = (struct announce_settings){.pool_of = pool_of, .wake = wake_runners, .kinds = jobs.all_kinds};
    for (unsigned i = 0; i < jobs.runner_count; i++)
        jobs.announce.prefetch[jobs.runners[i].pool]++;
    good &= announce_start(&jobs.announce);
    if (!good)
        jobs_stop();
    return good;
}

void
jobs_stop(void)
{
    if (!jobs.started)
        return;
    announce_stop();
    pthread_mutex_lock(&lock);
    jobs.stopping = true;
    for (unsigned i = 0; i < jobs.runner_count; i++)
        atomic_store(&jobs.runners[i].cancel, true);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
    for (unsigned i = 0; i < jobs.runner_count; i++)
        pthread_join(jobs.runners[i].thread, NULL);
    pthread_join(jobs.keeper, NULL);
    for (int pool = 0; pool < JOB_POOLS; pool++)
        free(jobs.kinds[pool]);
    free(jobs.all_kinds);
    jobs.started = false;
}

void
jobs_metrics(struct buf *out)
{
    static const char *const names[] = {"done", "retry", "failed", "given_back", "put_off"};
    PGresult *result;

    for (size_t i = 0; i < COUNT_OF(names); i++)
        buf_printf(out, "veza_jobs_ended_total{outcome=\"%s\"} %llu\n", names[i], (unsigned long long)ended[i]);
    buf_printf(out, "veza_jobs_recovered_total %llu\n", (unsigned long long)recovered);
    result = jobs_ask(&q_job_counts, NULL);
    for (int i = 0; result && i < PQntuples(result); i++)
        buf_printf(out, "veza_jobs{kind=\"%s\",state=\"%s\"} %s\n", PQgetvalue(result, i, 0), PQgetvalue(result, i, 1),
                   PQgetvalue(result, i, 2));
    PQclear(result);
}
