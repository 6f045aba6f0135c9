#include "db/replica.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/connection.h"

#define CHECK_MS 1000
#define CHECK_WAIT_MS 1000 /* for the database */
#define LEFT_ALONE_MS 5000 /* after a failure */
#define SAMPLES 64         /* where the database was in the last seconds */
#define OPENED_MOST 8      /* connections a second and replica */
#define URL_MAX 1024

struct replica {
    char url[URL_MAX];
    _Atomic int64_t used_until_ms, left_alone_until_ms;
    atomic_bool is_up;  /* it answered the last check */
    atomic_uint wanted; /* connections that requests did not find */
    _Atomic int64_t lag_ms;
    struct connection *checks; /* its thread's own */
};

static struct replica replicas[PLACES - 1];
static unsigned replica_count;
static atomic_uint turn;
static _Atomic uint64_t reads[REPLICA_ANSWERS]; /* by what answered them */

/* One thread asks the database; then those of the replicas, one each, since one that hangs must not hold up the others. */
static pthread_t threads[PLACES];
static unsigned thread_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* for what follows */
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static bool stopping;
static unsigned rounds; /* in which the database was asked */
static uint64_t database_system;
static struct {
    int64_t at_ms;
    uint64_t position;
} samples[SAMPLES];
static unsigned sample_count;

const char *
db_next_replica_url(const char *urls, char *out, size_t size)
{
    size_t len;

    urls += strspn(urls, ", ");
    len = strcspn(urls, ",");
    if (!len)
        return NULL;
    snprintf(out, size, "%.*s", (int)len, urls);
    return urls + len;
}

bool
db_replicas_setup(const char *urls, char *error, size_t error_size)
{
    char url[URL_MAX + 1];

    replica_count = sample_count = rounds = 0;
    while ((urls = db_next_replica_url(urls, url, sizeof url))) {
        PQconninfoOption *parsed = strlen(url) < URL_MAX ? PQconninfoParse(url, NULL) : NULL;

        if (!parsed || replica_count == PLACES - 1) {
            PQconninfoFree(parsed);
            snprintf(error, error_size, "DATABASE_REPLICA_URLS is not a list of at most %d addresses of PostgreSQL with commas between", PLACES - 1);
            return false;
        }
        PQconninfoFree(parsed);
        replicas[replica_count] = (struct replica){0};
        snprintf(replicas[replica_count++].url, URL_MAX, "%s", url);
    }
    return true;
}

const char *
replica_conninfo(unsigned place)
{
    return replicas[place - 1].url;
}

bool
db_has_replicas(void)
{
    return replica_count;
}

static bool
is_usable(struct replica *r)
{
    return atomic_load_explicit(&r->used_until_ms, memory_order_acquire) > clock_monotonic_ms();
}

enum replica_answer
db_go_to_replica(void)
{
    unsigned held = connection_held_place(), first = held ? held - 1 : atomic_fetch_add_explicit(&turn, 1, memory_order_relaxed) % replica_count;
    enum replica_answer why = REPLICA_DOWN;

    for (unsigned i = 0; i < replica_count; i++) {
        unsigned at = (first + i) % replica_count;
        struct replica *r = &replicas[at];

        if (is_usable(r) && connection_go_to(at + 1))
            return REPLICA_SERVED;
        if (is_usable(r)) {
            atomic_fetch_add(&r->wanted, 1);
            why = REPLICA_BUSY;
        } else if (r->is_up && why == REPLICA_DOWN) {
            why = REPLICA_BEHIND;
        }
    }
    return why;
}

/* It is told once until it answers again. */
static void
leave_alone(unsigned place, const char *why)
{
    struct replica *r = &replicas[place - 1];

    r->is_up = false;
    r->left_alone_until_ms = clock_monotonic_ms() + LEFT_ALONE_MS;
    if (atomic_exchange(&r->used_until_ms, 0))
        log_warn("a replica is not asked for a while", LOG_INT("replica", place), LOG_TEXT("why", why));
}

void
db_leave_replica(bool failed)
{
    if (failed)
        leave_alone(connection_place(), "a list was not answered");
    connection_go_to(0);
}

void
db_count_replica_read(enum replica_answer answer)
{
    atomic_fetch_add_explicit(&reads[answer], 1, memory_order_relaxed);
}

/* A position in the write-ahead log that a statement tells in one row. False when it gives none. */
static bool
ask_position(struct connection *c, const char *sql, uint64_t *ret, uint64_t *ret_system)
{
    unsigned high, low;
    PGresult *result;
    bool good;

    watch_expect(c);
    result = PQexec(c->pg, sql);
    watch_got(c);
    good = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) && sscanf(PQgetvalue(result, 0, 0), "%X/%X", &high, &low) == 2;
    if (good) {
        *ret = (uint64_t)high << 32 | low;
        *ret_system = strtoull(PQgetvalue(result, 0, 1), NULL, 10);
    }
    PQclear(result);
    return good;
}

#define SYSTEM "(select system_identifier from pg_control_system())" /* which installation of PostgreSQL it is, a copy of it included */

static void
sample_database(void)
{
    int64_t now_ms = clock_monotonic_ms(); /* before it is asked: what it had written by then */
    struct connection *c;
    uint64_t position, system;
    bool good;

    db_wait_at_most(CHECK_WAIT_MS);
    c = connection_here();
    good = c && ask_position(c, "select pg_current_wal_lsn(), " SYSTEM, &position, &system);
    if (c && !good)
        connection_forget(c);
    pthread_mutex_lock(&lock);
    if (good) {
        database_system = system;
        samples[sample_count % SAMPLES].at_ms = now_ms;
        samples[sample_count++ % SAMPLES].position = position;
    }
    rounds++;
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
}

/* How long ago the database had written what is replayed. Longer than it is known, that much at least. Under the lock. */
static int64_t
lag_of(uint64_t replayed, bool *ret_known)
{
    int64_t now_ms = clock_monotonic_ms(), at_ms = now_ms;

    for (unsigned i = sample_count; i > 0 && sample_count - i < SAMPLES; i--) {
        at_ms = samples[(i - 1) % SAMPLES].at_ms;
        if (replayed >= samples[(i - 1) % SAMPLES].position) {
            *ret_known = true;
            return now_ms - at_ms;
        }
    }
    *ret_known = false;
    return now_ms - at_ms;
}

/* Connections for requests. */
static bool
open_more(unsigned place, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct connection *c = connection_open_to(place);

        if (!c)
            return false;
        connection_give_spare(c);
    }
    return true;
}

static void
check(unsigned place)
{
    struct replica *r = &replicas[place - 1];
    unsigned wanted = atomic_exchange(&r->wanted, 0);
    uint64_t replayed, system;
    int64_t lag_ms;
    bool good, known;

    if (clock_monotonic_ms() < r->left_alone_until_ms)
        return;
    if (!r->checks) {
        r->checks = connection_open_to(place);
        wanted = 2;
    }
    good = r->checks && ask_position(r->checks, "select pg_last_wal_replay_lsn(), " SYSTEM " where pg_is_in_recovery()", &replayed, &system);
    if (good) {
        pthread_mutex_lock(&lock);
        good = system == database_system;
        lag_ms = lag_of(replayed, &known);
        pthread_mutex_unlock(&lock);
    }
    if (!good || !open_more(place, wanted > OPENED_MOST ? OPENED_MOST : wanted)) {
        connection_free(r->checks);
        r->checks = NULL;
        leave_alone(place, "it does not answer, or is no standby of DATABASE_URL");
        return;
    }
    r->lag_ms = lag_ms;
    if (clock_monotonic_ms() < r->left_alone_until_ms)
        return; /* a request had no answer meanwhile */
    r->is_up = true;
    if (!known || lag_ms >= REPLICA_BEHIND_MS) {
        r->used_until_ms = 0;
        return;
    }
    if (!r->used_until_ms)
        log_info("a replica is asked", LOG_INT("replica", place), LOG_INT("lag_ms", lag_ms));
    r->used_until_ms = clock_monotonic_ms() + REPLICA_BEHIND_MS - lag_ms;
}

static void *
sample_loop(void *unused)
{
    int64_t next_ms = clock_monotonic_ms();

    (void)unused;
    pthread_mutex_lock(&lock);
    while (!stopping) {
        pthread_mutex_unlock(&lock);
        sample_database();
        pthread_mutex_lock(&lock);
        next_ms += CHECK_MS;
        if (next_ms < clock_monotonic_ms())
            next_ms = clock_monotonic_ms() + CHECK_MS;
        while (!stopping && clock_monotonic_ms() < next_ms)
            clock_wait_until(&wake, &lock, next_ms);
    }
    pthread_mutex_unlock(&lock);
    db_disconnect();
    return NULL;
}

static void *
check_loop(void *replica)
{
    unsigned place = (unsigned)((struct replica *)replica - replicas) + 1, seen = 0;

    pthread_mutex_lock(&lock);
    while (!stopping) {
        if (seen == rounds) {
            pthread_cond_wait(&wake, &lock);
            continue;
        }
        seen = rounds;
        pthread_mutex_unlock(&lock);
        check(place);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

bool
db_replicas_start(void)
{
    stopping = false;
    if (!replica_count)
        return true;
    for (thread_count = 0; thread_count <= replica_count; thread_count++) {
        pthread_t *thread = &threads[thread_count];

        if (thread_count ? pthread_create(thread, NULL, check_loop, &replicas[thread_count - 1]) : pthread_create(thread, NULL, sample_loop, NULL))
            return false;
        pthread_setname_np(*thread, "veza-replicas");
    }
    return true;
}

void
db_replicas_stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
    while (thread_count)
        pthread_join(threads[--thread_count], NULL);
    for (unsigned i = 0; i < replica_count; i++)
        connection_free(replicas[i].checks);
    replica_count = 0;
}

void
db_replica_metrics(struct buf *out)
{
    static const char *const whys[REPLICA_ANSWERS] = {[REPLICA_DOWN] = "down", [REPLICA_BEHIND] = "behind", [REPLICA_BUSY] = "busy",
                                                      [REPLICA_HIDING] = "hiding", [REPLICA_WRITTEN] = "written", [REPLICA_FAILED] = "failed"};

    if (!replica_count)
        return;
    for (unsigned i = 0; i < replica_count; i++)
        buf_printf(out, "veza_replica_used{replica=\"%u\"} %d\nveza_replica_lag_seconds{replica=\"%u\"} %.3f\n", i + 1, is_usable(&replicas[i]), i + 1,
                   (double)replicas[i].lag_ms / 1000);
    buf_printf(out, "veza_replica_reads_total{served=\"replica\",why=\"\"} %llu\n", (unsigned long long)reads[REPLICA_SERVED]);
    for (unsigned i = 1; i < REPLICA_ANSWERS; i++)
        buf_printf(out, "veza_replica_reads_total{served=\"primary\",why=\"%s\"} %llu\n", whys[i], (unsigned long long)reads[i]);
}
