#include "modules/system/system.h"

#include <malloc.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "api/gate.h"
#include "api/runner.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/profile.h"
#include "db/migrate.h"
#include "db/replica.h"
#include "http/server.h"
#include "modules/auth/auth.h"
#include "modules/system/retention.h"
#include "platform/storage/storage.h"
#include "system.queries.h"
#include "version.h"

#define METRICS_MAX (4 * 1024 * 1024)
#define PROFILE_MAX (1024 * 1024)
#define PROFILE_S 10
#define PROFILE_MAX_S 60
#define DISK_LOW_PERCENT 2
#define PROBE_MS 2000 /* whoever probes does not wait for long */

static module_list modules;
static struct storage *system_storage;
static int64_t started_ms;

__attribute__((constructor)) static void
remember_start(void)
{
    started_ms = clock_monotonic_ms();
}

static bool
system_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    modules = with->modules;
    system_storage = with->storage;
    return true;
}

static const struct config *
config_of(const struct request *req)
{
    return server_settings(req->server)->config;
}

static const struct problem *
alive(struct request *req)
{
    return reply_json(req, 200, json_pack("{s:s}", "status", "ok"));
}

/* Ready: the database answers and is not newer than we are (another node brought a newer version), and nobody asked us to stay away. */
static const struct problem *
ready(struct request *req)
{
    struct row applied;
    const struct problem *p;

    if (server_in_maintenance(req->server))
        return PROBLEM(MAINTENANCE);
    db_wait_at_most(PROBE_MS);
    p = db_one(req, &q_schema_applied, &applied);
    db_wait_at_most(0);
    if (p)
        return p;
    if (migrate_is_newer(&embedded_migrations, row_int(&applied, "newest", 0), row_int(&applied, "count", 0)))
        return problem_detail(req->arena, PROBLEM(UNAVAILABLE), "The database is newer than this program; start a newer version of it");
    return alive(req);
}

static const struct problem *
health_deep(struct request *req)
{
    int64_t before_ns = clock_monotonic_ns();
    const struct problem *database = db_one(req, &q_ping, NULL);
    int64_t database_us = (clock_monotonic_ns() - before_ns) / 1000;
    struct statvfs disk = {0};
    bool storage, objects = storage_answers(system_storage), good;
    json_t *checks;

    storage = statvfs(config_of(req)->data_dir, &disk) == 0 && disk.f_bavail * 100 >= disk.f_blocks * DISK_LOW_PERCENT;
    checks = json_pack("{s:{s:s, s:I}, s:{s:s, s:I}}", "database", "status", database ? "down" : "up", "latency_us",
                       (json_int_t)database_us, "storage", "status", storage ? "up" : "low", "free_bytes",
                       (json_int_t)disk.f_bavail * (json_int_t)disk.f_frsize);
    if (checks && storage_is_elsewhere(system_storage))
        json_object_set_new(checks, "object_store", json_pack("{s:s}", "status", objects ? "up" : "down"));
    good = !database && storage && objects;
    req->reply.cache_control = CACHE_NEVER;
    req->reply.etag = arena_printf(req->arena, "\"%s\"", req->id); /* measured anew each time, never "not modified" */
    return reply_json(req, good ? 200 : 503, json_pack("{s:s, s:o}", "status", good ? "ok" : "degraded", "checks", checks));
}

static const struct problem *
status(struct request *req)
{
    const struct config *config = config_of(req);

    return reply_json(req, 200,
                      json_pack("{s:s, s:s, s:s, s:I, s:b, s:b, s:I}", "name", "veza", "version", VEZA_VERSION, "environment",
                                config->app_env, "uptime_s", (json_int_t)((clock_monotonic_ms() - started_ms) / 1000),
                                "maintenance", server_in_maintenance(req->server), "creator_approval",
                                auth_approves_creators(), "max_upload_bytes", (json_int_t)gate_max_bytes()));
}

static const struct problem *
profile(struct request *req)
{
    scoped_buf text = BUF_INIT(PROFILE_MAX);
    int64_t seconds = PROFILE_S;

    if (!config_is_development(config_of(req)))
        return PROBLEM(NOT_FOUND);
    text_to_int64(request_param(req, "seconds"), 1, PROFILE_MAX_S, &seconds);
    if (!profile_run((unsigned)seconds, &text))
        return problem_retry(req->arena, PROBLEM(UNAVAILABLE), PROFILE_S);
    req->reply.cache_control = CACHE_NEVER;
    return reply_bytes(req, 200, "text/plain", (struct str){arena_strndup(req->arena, text.ptr, text.len), text.len});
}

static void
write_process_metrics(struct buf *out)
{
    struct rusage usage;
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");

    if (statm) {
        if (fscanf(statm, "%*d %ld", &pages) != 1)
            pages = 0;
        fclose(statm);
    }
    getrusage(RUSAGE_SELF, &usage);
    buf_printf(out, "process_resident_memory_bytes %lld\nprocess_cpu_seconds_total %.3f\nprocess_uptime_seconds %lld\n",
               (long long)pages * sysconf(_SC_PAGESIZE),
               (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
               (long long)(clock_monotonic_ms() - started_ms) / 1000);
}

static const struct problem *
metrics(struct request *req)
{
    struct buf out = BUF_INIT(METRICS_MAX);

    write_process_metrics(&out);
    db_metrics(&out);
    db_replica_metrics(&out);
    server_metrics(req->server, &out);
    for (module_list module = modules; *module; module++)
        if ((*module)->metrics)
            (*module)->metrics(&out);
    storage_metrics(system_storage, &out);
    if (out.failed) {
        buf_free(&out);
        return PROBLEM(INTERNAL);
    }
    req->reply.cache_control = CACHE_NEVER;
    return reply_owned(req, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&out), free, out.ptr);
}

/* What went wrong in somebody's browser, in our log. */
static const struct problem *
log_frontend(struct request *req)
{
    const char *level = request_param(req, "level"), *message = request_param(req, "message");
    enum log_level at = LOG_LEVEL_INFO;

    log_level_parse(level, &at);
    if (at == LOG_LEVEL_ERROR)
        at = LOG_LEVEL_WARN; /* an error of a browser must not wake the operator */
    log_at(at, "web app", LOG_TEXT("text", message), LOG_TEXT("stack", request_param(req, "stack")),
           LOG_TEXT("url", request_param(req, "url")), LOG_TEXT("context", request_param(req, "context")), LOG_TEXT("ip", req->ip));
    return reply_empty(req, 204);
}

static const struct field health_reply[] = {{"status", FIELD_ENUM, .required = true, .values = "ok"}, FIELD_END};
static const struct field check_reply[] = {
    {"status", FIELD_ENUM, .required = true, .values = "up|down|low"},
    {"latency_us", FIELD_INT},
    {"free_bytes", FIELD_INT64},
    FIELD_END};
static const struct field checks_reply[] = {
    {"database", FIELD_OBJECT, .required = true, .fields = check_reply},
    {"storage", FIELD_OBJECT, .required = true, .fields = check_reply, .help = "The disk of the data folder"},
    {"object_store", FIELD_OBJECT, .fields = check_reply, .help = "Where files are, when they are not on that disk"},
    FIELD_END};
static const struct field deep_reply[] = {
    {"status", FIELD_ENUM, .required = true, .values = "ok|degraded"},
    {"checks", FIELD_OBJECT, .required = true, .fields = checks_reply},
    FIELD_END};
static const struct field status_reply[] = {
    {"name", FIELD_STRING, .required = true},
    {"version", FIELD_STRING, .required = true},
    {"environment", FIELD_ENUM, .required = true, .values = "development|staging|production"},
    {"uptime_s", FIELD_INT, .required = true},
    {"maintenance", FIELD_BOOL, .required = true},
    {"creator_approval", FIELD_BOOL, .required = true, .help = "Becoming a creator waits for an administrator"},
    {"max_upload_bytes", FIELD_INT64, .required = true},
    FIELD_END};
static const struct field log_body[] = {
    {"level", FIELD_ENUM, .required = true, .values = "debug|info|warn|error"},
    {"message", FIELD_TEXT, .required = true, .min = 1, .max = 2000, .example = "Player failed to load"},
    {"stack", FIELD_TEXT, .max = 8000},
    {"url", FIELD_STRING, .max = 2000},
    {"context", FIELD_OBJECT, .max = 4000},
    FIELD_END};

static const struct field profile_query[] = {{"seconds", FIELD_INT, .min = 1, .max = PROFILE_MAX_S, .help = "How long to look"}, FIELD_END};

static const struct route health_routes[] = {
    {GET, "/health", "Check that the process is alive", .auth = AUTH_PUBLIC, .limit = LIMIT_NONE, .handler = alive, .runs = RUNS_IN_LOOP, .reply = health_reply},
    {GET, "/healthz", "Check that the process is alive (liveness probe)",
     .auth = AUTH_PUBLIC, .limit = LIMIT_NONE, .handler = alive, .runs = RUNS_IN_LOOP, .reply = health_reply},
    {GET, "/readyz", "Check that the server is ready: the database answers and is not newer than the program",
     .auth = AUTH_PUBLIC, .limit = LIMIT_NONE, .handler = ready, .reply = health_reply,
     .problems = (const enum problem_name[]){PROBLEM_UNAVAILABLE, PROBLEM_MAINTENANCE, PROBLEM_COUNT}},
    {GET, "/health/deep", "Get the health of every part",
     .description = "503 with the same body when a part is down or the disk is nearly full.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = health_deep, .reply = deep_reply},
    {GET, "/metrics", "Get metrics in the Prometheus text format",
     .auth = AUTH_METRICS, .limit = LIMIT_NONE, .handler = metrics, .produces = "text/plain"},
    {GET, "/debug/profile", "Get where the server spends its processor time",
     .description = "Looks for so long, and answers with a line for each place. In development only; `veza profile` asks for it.",
     .auth = AUTH_METRICS, .limit = LIMIT_NONE, .handler = profile, .query = profile_query, .produces = "text/plain",
     .problems = (const enum problem_name[]){PROBLEM_UNAVAILABLE, PROBLEM_NOT_FOUND, PROBLEM_COUNT}},
    ROUTE_END};
const struct route *const health_tables[] = {health_routes, NULL};

static const struct field one_subscriber[] = {
    {"subscriber", FIELD_STRING, .max = 100, .pattern = "[a-z0-9_.]+", .help = "Only those of this part of Veza", .example = "tracks.files"}, FIELD_END};
static const struct field dead_event_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The dead letter"}, FIELD_END};

static const struct route system_routes[] = {
    {GET, "/api/v1/status", "Get the version and state of this installation",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = status, .reply = status_reply},
    {GET, "/api/v1/announcements/active", "List active announcements of the operator",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .sql = &q_announcements_active, .shape = MANY, .cache_s = 60,
     .cache_tags = "announcements"},
    {POST, "/api/v1/logs/frontend", "Report an error of the web app",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = log_body, .handler = log_frontend, .status = 204, .no_audit = true},

    {GET, "/api/v1/admin/events/dead", "List dead letters, newest first",
     "Events that a part of Veza failed to act on fifty times in some hours. Whoever holds the permission `jobs.manage` may see them too.",
     .auth = AUTH_ADMIN, .permission = "jobs.manage", .limit = LIMIT_READ, .query = one_subscriber, .sql = &q_dead_events, .shape = MANY},
    {POST, "/api/v1/admin/events/dead/replay", "Deliver all dead letters again",
     .auth = AUTH_ADMIN, .permission = "jobs.manage", .limit = LIMIT_WRITE, .body = one_subscriber, .sql = &q_dead_events_replay, .shape = ONE,
     .always = true},
    {POST, "/api/v1/admin/events/dead/{id}/replay", "Deliver a dead letter again",
     "It may be handed out after later events with the same key. After fifty more failures it is a dead letter again.",
     .auth = AUTH_ADMIN, .permission = "jobs.manage", .limit = LIMIT_WRITE, .path = dead_event_in_path, .sql = &q_dead_event_replay, .shape = EMPTY},
    {DELETE, "/api/v1/admin/events/dead/{id}", "Delete a dead letter",
     .auth = AUTH_ADMIN, .permission = "jobs.manage", .limit = LIMIT_WRITE, .path = dead_event_in_path, .sql = &q_dead_event_delete, .shape = EMPTY},
    ROUTE_END};

static const struct job_handler system_jobs[] = {{"retention", JOB_ERASE, retention_run, .every_s = RETENTION_S}, {0}};

const struct module system_module = {.name = "system",
                                     .personal = &system_personal,
                                     .routes = ROUTE_TABLES(system_routes, health_routes),
                                     .stream_routes = health_tables,
                                     .queries = system_queries,
                                     .jobs = system_jobs,
                                     .settings = retention_settings,
                                     .setup = system_setup};
