#include "platform/jobs/announce.h"

#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "jobs.queries.h"
#include "platform/jobs/internal.h"
#include "platform/rabbitmq/rabbitmq.h"

#define LOOK_MS 1000 /* for jobs whose time has come */
#define PAUSE_MS 5000 /* after a queue was full */

static const char *const pool_names[JOB_POOLS] = {[JOB_LIGHT] = "light", [JOB_HEAVY] = "heavy", [JOB_OUTGOING] = "outgoing", [JOB_OUTSIDE] = "outside",
                                                     [JOB_ARCHIVE] = "archive", [JOB_ERASE] = "erase"};
static const struct announce_settings *settings;
static struct rabbitmq_queue queues[JOB_POOLS];
static pthread_t thread;
static bool started, stopping, woken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;

/* Their rows say again that they are to be announced. Until then polling finds them. */
static void
take_back(const PGresult *jobs, int from)
{
    scoped_buf ids = BUF_INIT(RABBITMQ_BATCH * 40);

    for (int i = from; i < PQntuples(jobs); i++)
        buf_printf(&ids, "%s%s", i == from ? "{" : ",", PQgetvalue(jobs, i, 0));
    buf_add_text(&ids, "}");
    PQclear(jobs_ask(&q_job_unannounce, (const struct db_arg[]){{"ids", buf_str(&ids).ptr}, {0}}));
}

/* Announces what is due. Returns how long the next look can wait. */
static int
announce_due(void)
{
    struct rabbitmq_message messages[RABBITMQ_BATCH];
    PGresult *jobs = jobs_ask(&q_job_announce, (const struct db_arg[]){{"kinds", settings->kinds}, {0}});
    int count = jobs ? PQntuples(jobs) : 0, confirmed;

    for (int i = 0; i < count; i++)
        messages[i] = (struct rabbitmq_message){.exchange = "", .routing_key = queues[settings->pool_of(PQgetvalue(jobs, i, 1))].name,
                                                .id = PQgetvalue(jobs, i, 0), .body = STR("{}"), .at_ms = clock_unix_ms()};
    confirmed = (int)rabbitmq_publish(messages, (unsigned)count, NULL);
    if (confirmed < count)
        take_back(jobs, confirmed);
    PQclear(jobs);
    return confirmed < count ? PAUSE_MS : count == RABBITMQ_BATCH ? 0 : LOOK_MS;
}

static void *
announce_loop(void *argument)
{
    int64_t until_ms = 0;
    bool go_on = true;

    (void)argument;
    while (go_on) {
        int64_t now_ms = clock_monotonic_ms();
        int pause_ms = rabbitmq_carries() ? announce_due() : LOOK_MS;

        until_ms = now_ms + pause_ms;
        if (pause_ms)
            db_give_back();
        pthread_mutex_lock(&lock);
        while (!stopping && (!woken || pause_ms > LOOK_MS))
            if (!clock_wait_until(&wake, &lock, until_ms))
                break;
        woken = false;
        go_on = !stopping;
        pthread_mutex_unlock(&lock);
    }
    db_disconnect();
    return NULL;
}

static void
announce_wake(void)
{
    pthread_mutex_lock(&lock);
    woken = true;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
}

/* A message came, or RabbitMQ came or went. */
static void
announce_changed(int pool)
{
    settings->wake(pool);
    if (pool < 0)
        announce_wake();
}

bool
announce_queued(void)
{
    if (!started || !rabbitmq_carries())
        return false;
    announce_wake();
    return true;
}

bool
announce_start(const struct announce_settings *given)
{
    if (!rabbitmq_configured())
        return true;
    settings = given;
    stopping = woken = false;
    for (int pool = 0; pool < JOB_POOLS; pool++) {
        snprintf(queues[pool].name, sizeof queues[pool].name, "veza.jobs.%s", pool_names[pool]);
        queues[pool].prefetch = given->prefetch[pool];
    }
    if (!rabbitmq_start(queues, JOB_POOLS, announce_changed))
        return false;
    started = pthread_create(&thread, NULL, announce_loop, NULL) == 0;
    if (started)
        pthread_setname_np(thread, "veza-announce");
    return started;
}

void
announce_stop(void)
{
    if (!started)
        return;
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    started = false;
}
