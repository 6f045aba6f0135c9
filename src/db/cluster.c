#include "db/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/str.h"
#include "db/cluster_place.h"
#include "db/cluster_process.h"

#define POLL_MS 5
#define ATTACH_TIMEOUT_MS 60000
#define TAKEOVER_POLL_MS 250
#define FIRST_START_TRIES 20
#define RESTART_PAUSE_MAX_MS 5000

enum state { STATE_STARTING, STATE_READY, STATE_FAILED };

struct cluster {
    struct cluster_place place;
    struct cluster_settings settings;
    int lock_fd;
    int stop_fd; /* readable once somebody wants us to stop */
    atomic_bool owner;
    pthread_t watcher;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    enum state state;
    char error[1024];
    char url[256];
    char admin_url[256];
};

static void
announce(struct cluster *c, enum state state)
{
    pthread_mutex_lock(&c->mutex);
    if (c->state == STATE_STARTING)
        c->state = state;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->mutex);
}

/* Waits until somebody wants us to stop (true) or the time is over. */
static bool
stopping(struct cluster *c, int timeout_ms)
{
    struct pollfd stop = {.fd = c->stop_fd, .events = POLLIN};

    return poll(&stop, 1, timeout_ms) > 0;
}

static bool
can_connect(const char *url)
{
    PGconn *connection = PQconnectdb(url);
    bool works = PQstatus(connection) == CONNECTION_OK;

    PQfinish(connection);
    return works;
}

static bool
run_sql(struct cluster *c, PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    bool worked = PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;

    if (!worked)
        snprintf(c->error, sizeof c->error, "cannot prepare the database: %s", PQerrorMessage(connection));
    PQclear(result);
    return worked;
}

static bool
exists(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    bool found = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;

    PQclear(result);
    return found;
}

/* Neither role may read files, run programs or make roles: an SQL injection stays inside the database. `veza` owns the database and
 * migrates it; requests are of `veza_app`, which owns nothing and signs in for itself, so that there is no way back to the owner. */
static bool
ensure_database(struct cluster *c)
{
    PGconn *connection = PQconnectdb(c->admin_url);
    bool worked = PQstatus(connection) == CONNECTION_OK;

    if (!worked)
        snprintf(c->error, sizeof c->error, "cannot connect to the new database server: %s", PQerrorMessage(connection));
    if (worked && !exists(connection, "select 1 from pg_roles where rolname = 'veza'"))
        worked = run_sql(c, connection, "create role veza login nosuperuser");
    if (worked && !exists(connection, "select 1 from pg_roles where rolname = 'veza_app'"))
        worked = run_sql(c, connection, "create role veza_app login nosuperuser; grant veza_app to veza");
    if (worked && !exists(connection, "select 1 from pg_database where datname = 'veza'"))
        worked = run_sql(c, connection, "create database veza owner veza");
    PQfinish(connection);
    return worked;
}

enum outcome { OUTCOME_READY, OUTCOME_DIED, OUTCOME_STOP };

static enum outcome
wait_until_ready(struct cluster *c, struct cluster_process *server)
{
    int64_t begin = clock_monotonic_ms();
    bool told = false;

    for (;;) {
        if (cluster_process_wait(server, c->stop_fd, POLL_MS))
            return OUTCOME_DIED;
        if (stopping(c, 0))
            return OUTCOME_STOP;
        if (cluster_server_ready(&c->place, server->pid))
            return OUTCOME_READY;
        if (!told && clock_monotonic_ms() - begin > 3000) {
            log_info("the database is recovering after an unclean end; this can take a while");
            told = true;
        }
    }
}

/* Runs one server until it ends. */
static enum outcome
run_server(struct cluster *c, bool is_new)
{
    struct cluster_process server;
    int64_t begin = clock_monotonic_ms();
    enum outcome outcome;

    if (!cluster_end_leftover(&c->place, c->error, sizeof c->error))
        return OUTCOME_DIED;
    if (cluster_spawn_server(&c->place, &c->settings, &server, c->error, sizeof c->error) < 0)
        return OUTCOME_DIED;
    outcome = wait_until_ready(c, &server);
    if (outcome == OUTCOME_DIED) {
        cluster_last_words(&c->place, server.log_start, c->error, sizeof c->error);
    } else if (outcome == OUTCOME_READY) {
        if (!ensure_database(c)) {
            cluster_process_end(&server);
            return OUTCOME_DIED;
        }
        log_info("database ready", LOG_TEXT("socket", c->place.socket), LOG_INT("ms", clock_monotonic_ms() - begin));
        announce(c, STATE_READY);
        if (is_new && c->settings.durable)
            cluster_flush(&c->place);
        outcome = OUTCOME_STOP;
        while (!stopping(c, 0)) {
            if (cluster_process_wait(&server, c->stop_fd, -1)) {
                outcome = OUTCOME_DIED;
                snprintf(c->error, sizeof c->error, "the database server ended unexpectedly (%s %d)",
                         server.killed ? "signal" : "status", server.status);
                break;
            }
        }
    }
    cluster_process_end(&server);
    return outcome;
}

static void
own(struct cluster *c)
{
    int pause_ms = 50, tries = 0;
    bool is_new = false;

    if (cluster_place_open_socket(&c->place, c->error, sizeof c->error) < 0 ||
        cluster_create(&c->place, &is_new, c->error, sizeof c->error) < 0) {
        announce(c, STATE_FAILED);
        return;
    }
    while (run_server(c, is_new) == OUTCOME_DIED) {
        bool was_ready = c->state == STATE_READY; /* only this thread writes it */

        is_new = false;
        if (was_ready) {
            log_error("database", LOG_TEXT("error", c->error));
        } else if (!strstr(c->error, "still in use") || ++tries >= FIRST_START_TRIES) {
            /* Backends of a server that was killed need a moment to notice; nothing else gets better by waiting. */
            announce(c, STATE_FAILED);
            return;
        }
        if (stopping(c, pause_ms))
            return;
        pause_ms = pause_ms * 2 < RESTART_PAUSE_MAX_MS ? pause_ms * 2 : RESTART_PAUSE_MAX_MS;
        if (was_ready)
            log_info("starting the database again");
    }
}

/* Waits for another process's server, then for our turn to run it. True when it is. */
static bool
attend(struct cluster *c)
{
    int64_t deadline = clock_monotonic_ms() + ATTACH_TIMEOUT_MS;
    bool ready = false;

    for (;;) {
        if (flock(c->lock_fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (!ready && can_connect(c->url)) {
            ready = true;
            log_info("attached to the database of another process", LOG_TEXT("socket", c->place.socket));
            announce(c, STATE_READY);
        }
        if (!ready && clock_monotonic_ms() > deadline) {
            snprintf(c->error, sizeof c->error, "another process holds the data folder, but its database does not answer");
            announce(c, STATE_FAILED);
            return false;
        }
        if (stopping(c, ready ? TAKEOVER_POLL_MS : 4 * POLL_MS))
            return false;
    }
}

/* The server is a child of this thread, which lives as long as the cluster: the kernel's "parent died" signal is about threads. */
static void *
watch(void *argument)
{
    struct cluster *c = argument;

    if (!c->owner) {
        if (!attend(c))
            return NULL;
        c->owner = true;
    }
    own(c);
    cluster_place_close_socket(&c->place);
    return NULL;
}

static int
take_folder(struct cluster *c, const char *data_dir, char *error, size_t error_size)
{
    char folder[PATH_MAX], lock[PATH_MAX];

    if (!cluster_make_folders(data_dir) || !realpath(data_dir, folder)) {
        snprintf(error, error_size, "cannot make the data folder %s: %s", data_dir, strerror(errno));
        return -1;
    }
    if (!cluster_path(lock, sizeof lock, folder, "lock")) {
        snprintf(error, error_size, "the name of the data folder is too long");
        return -1;
    }
    c->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (c->lock_fd < 0) {
        snprintf(error, error_size, "cannot write to the data folder %s: %s", folder, strerror(errno));
        return -1;
    }
    c->owner = flock(c->lock_fd, LOCK_EX | LOCK_NB) == 0;
    return cluster_place_prepare(folder, &c->place, error, error_size);
}

static struct cluster *
cluster_free(struct cluster *c)
{
    if (c->lock_fd >= 0)
        close(c->lock_fd);
    if (c->stop_fd >= 0)
        close(c->stop_fd);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->mutex);
    free(c);
    return NULL;
}

static int
start_watcher(struct cluster *c)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's business */
    failed = pthread_create(&c->watcher, NULL, watch, c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed ? -1 : 0;
}

int
cluster_start(const struct config *config, struct cluster **ret_cluster, char *error, size_t error_size)
{
    struct cluster *c = calloc(1, sizeof *c);
    enum state state;

    if (!c) {
        snprintf(error, error_size, "out of memory");
        return -1;
    }
    c->lock_fd = -1;
    c->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&c->mutex, NULL);
    pthread_cond_init(&c->changed, NULL);
    cluster_settings_from(config, &c->settings);
    if (take_folder(c, config->data_dir, error, error_size) < 0) {
        cluster_free(c);
        return -1;
    }
    /* The socket's folder has no character that needs quoting, see choose_socket(). */
    snprintf(c->url, sizeof c->url, "host=%s port=5432 user=veza dbname=veza", c->place.socket);
    snprintf(c->admin_url, sizeof c->admin_url, "host=%s port=5432 user=postgres dbname=postgres", c->place.socket);
    if (start_watcher(c) < 0) {
        snprintf(error, error_size, "cannot start a thread");
        cluster_free(c);
        return -1;
    }
    pthread_mutex_lock(&c->mutex);
    while (c->state == STATE_STARTING)
        pthread_cond_wait(&c->changed, &c->mutex);
    state = c->state;
    pthread_mutex_unlock(&c->mutex);
    if (state == STATE_FAILED) {
        snprintf(error, error_size, "%s", c->error);
        cluster_stop(c);
        return -1;
    }
    *ret_cluster = c;
    return 0;
}

const char *
cluster_url(const struct cluster *cluster)
{
    return cluster->url;
}

const char *
cluster_admin_url(const struct cluster *cluster)
{
    return cluster->admin_url;
}

bool
cluster_is_owner(const struct cluster *cluster)
{
    return cluster->owner;
}

struct cluster *
cluster_stop(struct cluster *cluster)
{
    if (!cluster)
        return NULL;
    eventfd_write(cluster->stop_fd, 1);
    pthread_join(cluster->watcher, NULL);
    return cluster_free(cluster);
}
