#include <curl/curl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/file.h"
#include "api/gate.h"
#include "api/once.h"
#include "api/replica.h"
#include "api/runner.h"
#include "app.queries.h"
#include "app/app.h"
#include "base/clock.h"
#include "base/country.h"
#include "base/log.h"
#include "db/cluster_damage.h"
#include "db/migrate.h"
#include "db/replica.h"
#include "http/server.h"
#include "modules/auth/auth.h"
#include "modules/pages/pages.h"
#include "modules/system/system.h"
#include "platform/bus/bus.h"
#include "platform/bus/listener.h"
#include "platform/fetch/fetch.h"
#include "platform/jobs/jobs.h"
#include "platform/mail/mail.h"
#include "platform/rabbitmq/rabbitmq.h"
#include "platform/redis/limits.h"
#include "platform/redis/redis.h"
#include "platform/scanner/clamav.h"
#include "platform/sentry/sentry.h"
#include "platform/storage/storage.h"
#include "stream/stream.h"

#define DRAIN_MS 10000
#define DATABASE_END_MS 5000 /* so long statements may still take when the end has begun */
#define PLACE_MS 10000
#define STATEMENT_TIMEOUT_MS 15000
#define IDLE_CONNECTIONS 64 /* that threads of the servers share */
#define OUTSIDE_JOBS 4 /* at once, which ask servers that people named */
#define SHORT_JOB_S 60 /* ten minutes of sound: see track_create */

#define STATEMENT_HOOKS .lend = db_lend, .take_parked = db_take_parked, .adopt = db_adopt, .give_back = db_give_back, .drop = db_drop, \
                        .settle = db_settle

static const struct server_hooks api_hooks = {STATEMENT_HOOKS, .identify = auth_identify, .check_csrf = auth_check_csrf,
                                              .check_permission = auth_check_permission,
                                              .check_second_factor = auth_check_second_factor,
                                              .check_proof = auth_check_proof,
                                              .run_query = run_route_query, .run_once = once_run, .audit = audit_request, .share_limits = redis_limits_take,
                                              .tell_position = replica_tell_position, .reader_wrote = replica_reader_wrote,
                                              .upload_ready = gate_ready, .upload_begin = gate_begin, .upload_add = gate_add,
                                              .upload_free = gate_free, .upload_check = gate_check,
                                              .fallback = pages_reply, .is_file = pages_has_file};
static const struct server_hooks stream_hooks = {STATEMENT_HOOKS, .identify = auth_identify_stream, .check_csrf = auth_check_csrf,
                                                 .run_query = run_route_query, .run_once = once_run, .audit = audit_request,
                                                 .share_limits = redis_limits_take};

struct run {
    unsigned roles;
    sigset_t stop_signals;
    struct storage *storage;
    struct module_setup with;
    struct server *api, *stream, *worker; /* the last: health and metrics of a process that has neither of the others */
    struct config worker_config;
    int (*work)(const struct config *config, unsigned port); /* instead of waiting for a signal */
};

static struct server *
start_server(const struct config *config, const char *name, const char *port_setting, int64_t port, route_tables tables,
             const struct server_hooks *hooks)
{
    struct server_settings settings = {.name = name, .config = config, .port = (uint16_t)port,
                                       .port_setting = port_setting, .routes = tables, .hooks = hooks,
                                       .stream_secret = auth_stream_secret(), .files_are_elsewhere = config->s3_enabled,
                                       .express = text_equal(name, "stream") ? &stream_express : NULL};
    char error[512];
    struct server *server = server_start(&settings, error, sizeof error);

    if (!server)
        log_error("server not started", LOG_TEXT("server", name), LOG_TEXT("error", error));
    return server;
}

/* For tests and scripts: which ports, once everything answers. Written whole or not at all. */
static void
tell_ready(const struct run *run)
{
    const char *path = getenv("VEZA_READY_FILE");
    char temporary[4096];
    FILE *file;

    if (!path || !*path)
        return;
    snprintf(temporary, sizeof temporary, "%s.new", path);
    file = fopen(temporary, "we");
    if (!file)
        return;
    fprintf(file, "{\"api\":%u,\"stream\":%u,\"pid\":%d}\n", run->api ? server_port(run->api) : 0,
            run->stream ? server_port(run->stream) : 0, getpid());
    if (fclose(file) == 0 && rename(temporary, path))
        log_warn("ready file not written", LOG_TEXT("path", path));
}

static void
warn_of_held_outgoing(void)
{
    PGresult *result;

    if (db_run(&q_outgoing_held, (const struct db_arg[]){{0}}, &result, NULL))
        return;
    if (PQntuples(result))
        log_warn("mails and push messages are held back, since this is a trial restore; veza restore --release lets them go",
                 LOG_TEXT("waiting", PQgetvalue(result, 0, 0)));
    PQclear(result);
}

/* What every role needs, in the order of dependence. */
static bool
start_parts(const struct config *config, const char *conninfo, struct run *run, char *error, size_t error_size)
{
    char countries4[PATH_MAX], countries6[PATH_MAX];
    const struct scanner *scanner;

    if ((config->migrate_at_start ? migrate_up(&embedded_migrations, conninfo, config_is_production(config), error, error_size)
                                  : migrate_check(&embedded_migrations, conninfo, error, error_size)) < 0)
        return false;
    db_setup(conninfo, STATEMENT_TIMEOUT_MS);
    db_share_connections(IDLE_CONNECTIONS);
    if (!db_watch_start())
        return false;
    if (!db_act_as_app(!*config->database_url))
        log_warn("requests run as the owner of the tables, so only a trigger protects the audit log; veza doctor tells more");
    if (run->roles & APP_API && !db_replicas_setup(config->database_replica_urls, error, error_size))
        return false;
    if (!db_replicas_start())
        return false;
    warn_of_held_outgoing();
    if (!redis_setup(config, error, error_size) || !rabbitmq_setup(config, error, error_size) || !sentry_start(config, error, error_size))
        return false;
    country_find(config->geoip_file, "geoip", countries4, sizeof countries4);
    country_find(config->geoip6_file, "geoip6", countries6, sizeof countries6);
    country_setup(countries4, countries6);
    fetch_setup(config);
    mail_setup(config);
    run->storage = app_open_storage(config, error, error_size);
    if (!run->storage)
        return false;
    if (!storage_answers(run->storage))
        log_warn("the object store does not answer; what needs files fails until it does", LOG_TEXT("endpoint", config->s3_endpoint));
    else if (run->roles & APP_WORKER)
        storage_tidy(run->storage);
    if (!clamav_setup(config, &scanner, error, error_size))
        return false;
    gate_setup(config, run->storage);
    gate_set_scanner(scanner);
    file_setup(run->storage);
    run->with = (struct module_setup){.config = config, .storage = run->storage, .modules = all_modules};
    return module_setup(&run->with, error, error_size);
}

static bool
place_is_free(int kind, bool share)
{
    char number[12];
    const struct db_arg args[] = {{"claims", LISTENER_CLAIMS}, {"kind", number}, {"share", share ? "true" : "false"}, {0}};
    PGresult *result;
    bool is_free;

    snprintf(number, sizeof number, "%d", kind);
    if (db_run(&q_server_place_is_free, args, &result, NULL))
        return true; /* the database cannot be asked: others will tell */
    is_free = *PQgetvalue(result, 0, 0) == 't';
    PQclear(result);
    return is_free;
}

/* Limits are counted, and sessions remembered, in Redis or in the one process: a second one without it would double every limit. A server that died may hold
 * its place for a moment longer. */
static bool
claim_places(const struct config *config, unsigned roles)
{
    static const int kinds[] = {APP_API, APP_STREAM};
    bool share = *config->redis_url;

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (!(roles & (unsigned)kinds[i]))
            continue;
        for (int64_t end = clock_monotonic_ms() + PLACE_MS; !place_is_free(kinds[i], share);) {
            if (clock_monotonic_ms() > end)
                return false;
            poll(NULL, 0, 100);
        }
        listener_claim(kinds[i], share);
    }
    return true;
}

/* Whoever probes and Prometheus: a thread of each kind is enough for them, and one more since /health/deep may wait for the object store. */
static bool
start_worker_server(const struct config *config, struct run *run)
{
    if (run->roles != APP_WORKER || !config->port_worker)
        return true;
    run->worker_config = *config;
    run->worker_config.http_threads = run->worker_config.waiter_threads = run->worker_config.password_threads = 1;
    run->worker_config.handler_threads = 2;
    run->worker = start_server(&run->worker_config, "worker", "PORT_WORKER", config->port_worker, health_tables, &stream_hooks);
    return run->worker;
}

static bool
start_roles(const struct config *config, struct run *run, char *error, size_t error_size)
{
    if (!config_is_development(config) && !run->work && !claim_places(config, run->roles)) {
        snprintf(error, error_size, "another server of this kind answers for the same database, and the two do not share a Redis: set the same REDIS_URL on all nodes");
        return false;
    }
    snprintf(error, error_size, "a thread or a port is missing, or a setting is wrong; see above");
    if (run->roles & APP_API) {
        if (!module_start(all_modules))
            return false;
        run->api = start_server(config, "api", "PORT_BACKEND", config->port_backend, module_routes(all_modules, MODULE_API), &api_hooks);
        if (!run->api)
            return false;
    }
    if (run->roles & APP_STREAM) {
        if (!stream_start())
            return false;
        run->stream = start_server(config, "stream", "PORT_STREAM", config->port_stream, module_routes(all_modules, MODULE_STREAM), &stream_hooks);
        if (!run->stream)
            return false;
    }
    if (run->roles & APP_WORKER) {
        struct jobs_settings settings = {.threads = {[JOB_LIGHT] = 1, [JOB_HEAVY] = (unsigned)config->media_workers,
                                                    [JOB_OUTGOING] = (unsigned)config->outgoing_threads, [JOB_OUTSIDE] = OUTSIDE_JOBS},
                                         .short_threads = {[JOB_HEAVY] = 1}, .short_s = SHORT_JOB_S,
                                         .stale_after_s = (int)config->job_stale_s};

        module_subscribe(all_modules);
        if (!start_worker_server(config, run) || !module_jobs(all_modules) || !jobs_start(&settings, module_jobs(all_modules)) || !bus_start())
            return false;
    }
    if (run->roles & (APP_API | APP_STREAM))
        listener_count_as_server();
    return listener_start();
}

static void
stop_all(struct run *run)
{
    db_end_waits(DATABASE_END_MS);
    module_stop(all_modules);
    listener_stop(); /* what it hears goes to the servers and the hub: first silence, then free them */
    server_stop(run->api, DRAIN_MS);
    server_stop(run->stream, DRAIN_MS);
    server_stop(run->worker, DRAIN_MS);
    rabbitmq_stop(); /* before the jobs and the bus, which may wait for a confirm */
    jobs_stop();
    bus_stop();
    module_teardown(all_modules);
    storage_close(run->storage);
    country_teardown();
    sentry_stop();
    redis_disconnect();
    db_replicas_stop();
    db_disconnect();
    db_watch_stop();
}

/* Where the data is. A copy of the data folder lacks the database when that had to be elsewhere. */
static void
tell_data(const struct config *config)
{
    char folder[PATH_MAX], database[PATH_MAX] = "", error[512];

    if (!realpath(config->data_dir, folder))
        return;
    if (!*config->database_url)
        cluster_check_folder(folder, database, sizeof database, error, sizeof error);
    if (*database && !text_starts_with(database, folder))
        printf("Its data is in %s and, the database, in %s: copy, move and delete both.\n", folder, database);
    else
        printf("Its data is in %s%s.\n", folder, *config->database_url ? " and in the database of DATABASE_URL" : "");
}

static void
greet(const struct run *run, const struct config *config)
{
    if (run->api)
        printf("Veza is ready: http://localhost:%u\n", server_port(run->api));
    else if (run->stream)
        printf("The stream server is ready: http://localhost:%u\n", server_port(run->stream));
    else
        printf("The worker is ready.\n");
    tell_data(config);
    fflush(stdout);
}

/* Waits for the signal that ends the servers. A service manager sends SIGHUP to have logs opened again: ours go to standard output, so there
 * is nothing to do. From a terminal SIGHUP means that its window was closed, and nothing stays in the background. */
static int
serve_wait(const sigset_t *signals)
{
    bool terminal = isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
    int number = 0;

    while (sigwait(signals, &number) == 0 && number == SIGHUP && !terminal)
        log_info("SIGHUP changes nothing: logs go to standard output, settings are read at the start");
    return number;
}

static int
run_servers(const struct config *config, const char *conninfo, void *context)
{
    struct run *run = context;
    char error[2048] = "";
    int signal_number, result = 1;

    if (start_parts(config, conninfo, run, error, sizeof error) && start_roles(config, run, error, sizeof error)) {
        if (run->work) {
            result = run->work(config, server_port(run->api));
        } else {
            greet(run, config);
            tell_ready(run);
            signal_number = serve_wait(&run->stop_signals);
            log_info("stopping", LOG_INT("signal", signal_number));
            result = 0;
        }
    } else {
        log_error("not started", LOG_TEXT("error", error));
    }
    stop_all(run);
    return result;
}

/* Connections and open segments are file descriptors. */
static void
raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void
serve_refuse_weak(void *context, const struct weak_setting *weak)
{
    (void)context;
    log_error("a setting is too weak for production", LOG_TEXT("setting", weak->name), LOG_TEXT("why", weak->why), LOG_TEXT("mend", weak->mend));
}

static int
run_roles(const struct config *config, unsigned roles, int (*work)(const struct config *config, unsigned port))
{
    struct run run = {.roles = roles, .work = work};
    char error[512];
    int result;

    /* Blocked before any thread exists, so that sigwait is the only one to hear of them. */
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&run.stop_signals);
    sigaddset(&run.stop_signals, SIGINT);
    sigaddset(&run.stop_signals, SIGTERM);
    sigaddset(&run.stop_signals, SIGHUP);
    if (!work)
        pthread_sigmask(SIG_BLOCK, &run.stop_signals, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    raise_file_limit();
    if (!prepare_data_dir(config, error, sizeof error)) {
        log_error("not started", LOG_TEXT("error", error));
        return 1;
    }
    result = with_database(config, run_servers, &run);
    curl_global_cleanup();
    return result;
}

int
serve(const struct config *config, unsigned roles)
{
    if (module_weak_settings(all_modules, config, serve_refuse_weak, NULL)) {
        log_error("not started", LOG_TEXT("error", "settings above are too weak for production (APP_ENV); veza doctor explains all of them"));
        return 1;
    }
    return run_roles(config, roles, NULL);
}

int
serve_for(const struct config *config, int (*work)(const struct config *config, unsigned port))
{
    struct config private = *config;

    private.port_backend = private.port_stream = 0;
    private.rate_limits = private.access_log = false;
    return run_roles(&private, APP_ALL, work);
}
