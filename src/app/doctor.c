#include "app/doctor.h"

#include <curl/curl.h>
#include <errno.h>
#include <libpq-fe.h>
#include <limits.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "api/checkup.h"
#include "app/app.h"
#include "app/local_url.h"
#include "base/config.h"
#include "base/country.h"
#include "base/str.h"
#include "bus.queries.h"
#include "db/cluster.h"
#include "db/cluster_damage.h"
#include "db/cluster_place.h"
#include "db/db.h"
#include "db/migrate.h"
#include "db/replica.h"
#include "http/listeners.h"
#include "platform/rabbitmq/rabbitmq.h"
#include "platform/redis/redis.h"
#include "platform/mail/mail.h"
#include "platform/storage/s3.h"

#define SPACE_NEEDED_MB 200
#define SPACE_WORTH_TELLING_MB 2048
#define CONNECT_TIMEOUT_S 5
#define CLOCK_OFF_S 60

static void
check_data_folder(struct checkup *d)
{
    const char *folder = d->config->data_dir;
    char path[PATH_MAX];
    struct statvfs disk;
    unsigned long long free_mb;

    if (access(folder, F_OK) < 0 && errno == ENOENT) {
        checkup_fine("data folder", "%s is made at the first start", folder);
        return;
    }
    if (access(folder, R_OK | W_OK | X_OK) < 0 || !realpath(folder, path)) {
        checkup_wrong(d, "give it to the user that runs Veza, or set VEZA_DATA_DIR", "data folder", "%s: %s", folder, strerror(errno));
        return;
    }
    if (statvfs(path, &disk) < 0) {
        checkup_wrong(d, NULL, "data folder", "%s: %s", path, strerror(errno));
        return;
    }
    free_mb = (unsigned long long)disk.f_bavail * disk.f_frsize / 1048576;
    if (free_mb < SPACE_NEEDED_MB)
        checkup_wrong(d, "free some space: the database stops when the disk is full", "data folder", "%s has %llu MB left", path, free_mb);
    else if (free_mb < SPACE_WORTH_TELLING_MB)
        checkup_note(d, "data folder", "%s is writable, but only %llu MB are free", path, free_mb);
    else
        checkup_fine("data folder", "%s is writable, %.1f GB free", path, (double)free_mb / 1024);
}

/* One line of the server's text, which names host and user but no password. */
static void
database_unreachable(struct checkup *d, PGconn *connection, const char *advice)
{
    const char *said = PQerrorMessage(connection);

    checkup_wrong(d, advice, "database", "%.*s", (int)strcspn(said, "\n"), said);
}

static void
check_migrations(struct checkup *d, const char *conninfo)
{
    char error[1024];
    int missing = migrate_status(&embedded_migrations, conninfo, NULL, error, sizeof error);

    if (missing < 0 || migrate_check(&embedded_migrations, conninfo, error, sizeof error) < 0)
        checkup_wrong(d, NULL, "migrations", "%s", error);
    else if (missing > 0 && d->config->migrate_at_start)
        checkup_note(d, "migrations", "%d missing or changed; missing ones are applied at the next start", missing);
    else if (missing > 0)
        checkup_wrong(d, "veza migrate up", "migrations", "%d missing or changed", missing);
    else
        checkup_fine("migrations", "all %u are applied", embedded_migrations.count);
}

static void
check_events(struct checkup *d)
{
    PGresult *counts;

    if (db_run(&q_bus_counts, NULL, &counts, NULL)) /* not before the migrations */
        return;
    if (!text_equal(PQgetvalue(counts, 0, 2), "0"))
        checkup_wrong(d, "see \"Dead letters\" in docs/operating.md", "events", "%s could not be handed out after 50 attempts", PQgetvalue(counts, 0, 2));
    else
        checkup_fine("events", "%s waiting, none given up", PQgetvalue(counts, 0, 0));
    PQclear(counts);
}

static void
check_connection(struct checkup *d, const char *conninfo, const char *kind, const char *advice)
{
    const char *const keywords[] = {"dbname", "connect_timeout", NULL}, *const values[] = {conninfo, "5", NULL};
    PQconninfoOption *parsed = PQconninfoParse(conninfo, NULL);
    PGconn *connection;
    bool usable = false;
    int version;

    if (!parsed) { /* libpq's own words would quote it, password and all */
        checkup_wrong(d, "DATABASE_URL=postgresql://user:password@host:port/name", "database", "DATABASE_URL is not an address of PostgreSQL");
        return;
    }
    PQconninfoFree(parsed);
    connection = PQconnectdbParams(keywords, values, 1);
    version = PQserverVersion(connection);
    if (PQstatus(connection) != CONNECTION_OK)
        database_unreachable(d, connection, advice);
    else if (version / 10000 < CLUSTER_OLDEST_MAJOR)
        checkup_wrong(d, "Veza needs PostgreSQL 15 or newer", "database", "%s is PostgreSQL %d", kind, version / 10000);
    else {
        usable = true;
        checkup_fine("database", "%s answers, PostgreSQL %d.%d", kind, version / 10000, version % 10000);
    }
    PQfinish(connection);
    if (!usable)
        return;
    check_migrations(d, conninfo);
    db_setup(conninfo, CONNECT_TIMEOUT_S * 1000);
    if (db_act_as_app(!*d->config->database_url))
        checkup_fine("audit log", "requests run as %s, which may only add to it", APP_ROLE);
    else
        checkup_note(d, "audit log", "requests run as the owner of the tables: only a trigger protects it. As an administrator of the database: "
                             "create role %s; grant %s to the role of DATABASE_URL; then veza migrate up", APP_ROLE, APP_ROLE);
    check_events(d);
}

/* A copy of the data folder alone would lack the database. */
static void
check_outside(struct checkup *d, const char *place)
{
    char folder[PATH_MAX];

    if (*place && realpath(d->config->data_dir, folder) && !(text_starts_with(place, folder) && place[strlen(folder)] == '/'))
        checkup_note(d, "database", "it is outside of the data folder, in %s: copy, move and delete both", place);
}

static void
check_database(struct checkup *d)
{
    char folder[PATH_MAX], place[PATH_MAX], socket_folder[PATH_MAX], conninfo[PATH_MAX + 64], error[3 * PATH_MAX];

    if (*d->config->database_url) {
        check_connection(d, d->config->database_url, "the one of DATABASE_URL", "check DATABASE_URL, and that its server runs");
        return;
    }
    if (cluster_running(d->config->data_dir, socket_folder, sizeof socket_folder)) {
        if (cluster_check_folder(d->config->data_dir, place, sizeof place, error, sizeof error))
            check_outside(d, place);
        snprintf(conninfo, sizeof conninfo, "host=%s port=5432 user=veza dbname=veza", socket_folder);
        check_connection(d, conninfo, "the embedded one runs and", "run this as the user that runs Veza, or as root");
        return;
    }
    if (!cluster_check_folder(d->config->data_dir, place, sizeof place, error, sizeof error))
        checkup_wrong(d, NULL, "database", "%s", error);
    else if (cluster_find_programs(0, folder, sizeof folder, error, sizeof error) < 0)
        checkup_wrong(d, "apt-get install postgresql-15, or set DATABASE_URL", "database", "%s", error);
    else if (*place)
        checkup_fine("database", "embedded, its files in %s are whole; its migrations can be looked at while Veza runs", place);
    else
        checkup_fine("database", "embedded, made at the first start; it runs while Veza runs");
    check_outside(d, place);
}

/* One of DATABASE_REPLICA_URLS: does it answer, is it a standby, and how far behind? */
static void
check_replica(struct checkup *d, const char *url, unsigned number)
{
    const char *const keywords[] = {"dbname", "connect_timeout", NULL}, *const values[] = {url, "5", NULL};
    PGconn *connection = PQconnectdbParams(keywords, values, 1);
    PGresult *result = NULL;
    const char *said;
    char part[24];

    snprintf(part, sizeof part, "replica %u", number);
    if (PQstatus(connection) == CONNECTION_OK)
        result = PQexec(connection, "select pg_is_in_recovery(), coalesce(pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn(), false),"
                                    " coalesce(round(extract(epoch from now() - pg_last_xact_replay_timestamp()))::text, 'unknown')");
    said = PQerrorMessage(connection);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        checkup_wrong(d, "check DATABASE_REPLICA_URLS, and that its server runs", part, "%.*s", (int)strcspn(said, "\n"), said);
    else if (*PQgetvalue(result, 0, 0) != 't')
        checkup_wrong(d, "name a standby of DATABASE_URL: lists are never asked of anything else", part, "is no standby");
    else if (*PQgetvalue(result, 0, 1) == 't')
        checkup_fine(part, "has replayed all that it received");
    else
        checkup_note(d, part, "replays what was committed %s s ago; lists come from it while that is less than 5 s", PQgetvalue(result, 0, 2));
    PQclear(result);
    PQfinish(connection);
}

static void
check_replicas(struct checkup *d)
{
    const char *urls = d->config->database_replica_urls;
    char url[1024], error[256];
    unsigned number = 0;

    if (!db_replicas_setup(urls, error, sizeof error)) { /* libpq's own words would quote it, password and all */
        checkup_wrong(d, "DATABASE_REPLICA_URLS=postgresql://user:password@host:port/name,...", "replicas", "%s", error);
        return;
    }
    while ((urls = db_next_replica_url(urls, url, sizeof url)))
        check_replica(d, url, ++number);
}

/* Does a server of Veza answer at this port? */
static bool
veza_listens(const struct config *config, int64_t port)
{
    char url[LOCAL_URL_MAX], said[64] = "";
    FILE *body = fmemopen(said, sizeof said, "w");
    CURL *curl = curl_easy_init();
    bool good = body && curl;

    local_url(config, port, "/healthz", url);
    if (good) {
        curl_easy_setopt(curl, CURLOPT_URL, url);
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, 2L);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
        good = curl_easy_perform(curl) == CURLE_OK;
    }
    curl_easy_cleanup(curl);
    if (body)
        fclose(body);
    return good && text_equal(said, "{\"status\":\"ok\"}");
}

static void
check_port(struct checkup *d, const char *part, const char *variable, int64_t port)
{
    const char *address = d->config->bind_address;
    char advice[160], unused[PATH_MAX], failed[IP_TEXT];
    struct listeners listeners;
    int reason = port ? listeners_open(&d->config->bind_addresses, (uint16_t)port, &listeners, failed) : 0;

    if (reason)
        address = failed;
    else if (port)
        listeners_close(&listeners);
    snprintf(advice, sizeof advice, "choose another %s, or end what uses it (ss -ltnp shows it)", variable);
    if (!port)
        checkup_fine(part, "a free port is picked at start (%s=0)", variable);
    else if (!reason)
        checkup_fine(part, "%lld is free on %s", (long long)port, address);
    else if (reason == EADDRINUSE && cluster_running(d->config->data_dir, unused, sizeof unused))
        checkup_fine(part, "%lld is in use on %s, and so is the data folder: Veza seems to run", (long long)port, address);
    else if (reason == EADDRINUSE && veza_listens(d->config, port))
        checkup_fine(part, "%lld is in use on %s, and Veza answers there", (long long)port, address);
    else if (reason == EADDRINUSE)
        checkup_wrong(d, advice, part, "another program listens on port %lld of %s", (long long)port, address);
    else if (reason == EACCES)
        checkup_wrong(d, "use a port from 1024 up, with a reverse proxy in front", part, "%lld needs special rights", (long long)port);
    else
        checkup_wrong(d, "BIND_ADDRESS must list addresses of this machine", part, "cannot listen on %s: %s", address, strerror(reason));
}

static void
check_redis(struct checkup *d)
{
    char error[256];

    if (!*d->config->redis_url && config_is_development(d->config)) {
        checkup_fine("Redis", "none (REDIS_URL is not set); fine for one node");
        return;
    }
    if (!*d->config->redis_url) {
        checkup_note(d, "Redis", "none (REDIS_URL is not set): this is the only node, and a second API or stream server refuses to start");
        return;
    }
    if (!redis_setup(d->config, error, sizeof error)) {
        checkup_wrong(d, "redis://:password@host:6379/0, or unix:///path", "Redis", "%s", error);
        return;
    }
    switch (redis_probe()) {
    case REDIS_ANSWERS:
        checkup_fine("Redis", "answers");
        break;
    case REDIS_FROZEN:
        checkup_wrong(d, "look at the process: stopped (kill -CONT), swapping, or saving to a slow disk", "Redis",
              "is frozen: it takes connections and does not answer within %lld ms; requests go on without it", (long long)d->config->redis_timeout_ms);
        break;
    case REDIS_REFUSES:
        checkup_wrong(d, "start it, or check the address and the password in REDIS_URL", "Redis",
              "refuses connections, or the password; requests go on without it");
    }
}

#define RABBITMQ_RIGHTS "'^veza[.]' '^veza[.]|^amq[.]default$' '^veza[.]'" /* configure, write, read */

static void
check_rabbitmq(struct checkup *d)
{
    char error[256] = "";
    unsigned dead;

    if (!*d->config->rabbitmq_url) {
        checkup_fine("RabbitMQ", "none (RABBITMQ_URL is not set); events and jobs go through PostgreSQL");
        return;
    }
    if (!rabbitmq_setup(d->config, error, sizeof error)) {
        checkup_wrong(d, "amqp://user:password@host:5672/vhost, special characters as %XX", "RabbitMQ", "%s", error);
        return;
    }
    switch (rabbitmq_probe(error, sizeof error, &dead)) {
    case RABBITMQ_ANSWERS:
        checkup_fine("RabbitMQ", "takes and confirms messages");
        break;
    case RABBITMQ_AWAY:
        checkup_wrong(d, "start it, or check the address in RABBITMQ_URL and RABBITMQ_CA_FILE; events wait for it, jobs do not", "RabbitMQ",
                      "cannot be reached: %s", error);
        break;
    case RABBITMQ_NO_LOGIN:
        checkup_wrong(d, "check user and password in RABBITMQ_URL; guest may come from the broker's own machine only", "RabbitMQ", "refuses the user: %s", error);
        break;
    case RABBITMQ_NO_VHOST:
        checkup_wrong(d, "rabbitmqctl add_vhost NAME; rabbitmqctl set_permissions -p NAME USER " RABBITMQ_RIGHTS, "RabbitMQ", "refuses the vhost: %s", error);
        break;
    case RABBITMQ_NO_RIGHTS:
        checkup_wrong(d, "rabbitmqctl set_permissions -p VHOST USER " RABBITMQ_RIGHTS "; or what is there was made otherwise: delete it", "RabbitMQ",
                      "does not let Veza declare or write: %s", error);
        break;
    case RABBITMQ_BLOCKED:
        checkup_wrong(d, "rabbitmq-diagnostics alarms; give it memory or disk, or consume what is in its queues", "RabbitMQ",
                      "takes no messages (an alarm); events wait, jobs do not");
    }
    if (dead)
        checkup_note(d, "RabbitMQ", "%u messages in " RABBITMQ_DEAD " were in a queue of jobs and are not Veza's; see docs/operating.md", dead);
}

static void
check_error_reports(struct checkup *d)
{
    if (*d->config->sentry_dsn)
        checkup_fine("error reports", "sent to the host of SENTRY_DSN");
    else if (config_is_development(d->config))
        checkup_fine("error reports", "in the log (SENTRY_DSN is not set)");
    else
        checkup_note(d, "error reports", "in the log only: set SENTRY_DSN to hear of errors without reading it");
}

static void
check_object_store(struct checkup *d)
{
    const struct s3_settings settings = s3_settings_of(d->config);
    char error[256], folder[PATH_MAX];
    struct s3_checkup found;
    struct storage *storage;

    if (!d->config->s3_enabled) {
        checkup_fine("files", "in the data folder (S3_ENABLED is not set)");
        return;
    }
    snprintf(folder, sizeof folder, "%s/files", d->config->data_dir);
    storage = storage_open_s3(&settings, folder, error, sizeof error);
    if (!storage) {
        checkup_wrong(d, NULL, "object store", "%s", error);
        return;
    }
    s3_checkup(storage, &found);
    storage_close(storage);
    if (!found.answers)
        checkup_wrong(d, "start it, or check S3_ENDPOINT and S3_CA_FILE", "object store", "%s does not answer", settings.endpoint);
    else if (text_equal(found.code, "NoSuchBucket") || found.status == 404)
        checkup_wrong(d, "make it, or check S3_BUCKET", "object store", "there is no bucket %s", settings.bucket);
    else if (llabs(found.clock_ahead_s) > CLOCK_OFF_S)
        checkup_wrong(d, "set the clocks by NTP: stores refuse signatures that are 15 minutes off", "object store", "its clock is %lld s %s ours",
                      llabs((long long)found.clock_ahead_s), found.clock_ahead_s > 0 ? "ahead of" : "behind");
    else if (found.status != 200)
        checkup_wrong(d, "check S3_ACCESS_KEY, S3_SECRET_KEY and S3_REGION", "object store", "it refuses the bucket %s: %d %s", settings.bucket,
                      found.status, found.code);
    else if (!found.can_write)
        checkup_wrong(d, "the key needs s3:GetObject, PutObject, DeleteObject, ListBucket and multipart uploads", "object store",
                      "files can be listed in %s, but not written, read and deleted", settings.bucket);
    else
        checkup_fine("object store", "files can be written, read and deleted in %s", settings.bucket);
    if (found.status == 200 && found.has_versions)
        checkup_note(d, "object store", "the bucket keeps versions: what Veza deletes stays, and costs, until a lifecycle rule for noncurrent versions ends it");
    if (found.uploads)
        checkup_note(d, "object store", "%u multipart uploads are under way, or were left within S3_ABANDONED_S; those are swept later", found.uploads);
}

/* Connects, greets and signs in, and sends nothing. */
static void
check_mail(struct checkup *d)
{
    CURLcode result = CURLE_FAILED_INIT;
    CURL *curl;

    if (!*d->config->smtp_url) {
        checkup_fine("mail", "written to the data folder as .eml files (SMTP_URL is not set)");
        return;
    }
    curl = curl_easy_init();
    if (curl) {
        mail_use_server(d->config, curl);
        curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)CONNECT_TIMEOUT_S);
        result = curl_easy_perform(curl);
        curl_easy_cleanup(curl);
    }
    if (result == CURLE_OK)
        checkup_fine("mail", "the server of SMTP_URL answers");
    else
        checkup_wrong(d, mail_certificate_hint(result) ? mail_certificate_hint(result) : "check SMTP_URL: smtp://user:password@host:port", "mail",
              "the server of SMTP_URL: %s", curl_easy_strerror(result));
}

static void
check_sandbox(struct checkup *d)
{
    unsigned action = SECCOMP_RET_KILL_PROCESS;
    long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0)
        checkup_wrong(d, "use a Linux kernel with seccomp; uploads are not decoded without it", "sandbox", "seccomp is missing");
    else if (landlock < 0)
        checkup_note(d, "sandbox", "seccomp works; Landlock is missing (kernel 5.13 or newer has it), so one fence is gone");
    else
        checkup_fine("sandbox", "seccomp and Landlock (version %ld) work", landlock);
}

static void
check_countries(struct checkup *d)
{
    char path[PATH_MAX];

    country_find(d->config->geoip_file, "geoip", path, sizeof path);
    if (access(path, R_OK) == 0)
        checkup_fine("countries", "the history of sign-ins names them, by %s", path);
    else
        checkup_note(d, "countries", "the history of sign-ins names none: run tools/setup countries, or set GEOIP_FILE and GEOIP6_FILE");
}

static void
check_limits(struct checkup *d)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return;
    if ((int64_t)files.rlim_max < d->config->max_connections)
        checkup_note(d, "open files", "this process may open %llu files, fewer than MAX_CONNECTIONS (%lld): raise LimitNOFILE or ulimit -n",
             (unsigned long long)files.rlim_max, (long long)d->config->max_connections);
    else
        checkup_fine("open files", "up to %llu", (unsigned long long)files.rlim_max);
}

static bool
listens_on_loopback_only(const struct config *config)
{
    bool only = true;

    for (unsigned i = 0; i < config->bind_addresses.count; i++)
        only &= ip_is_loopback(&config->bind_addresses.list[i].ip);
    return only;
}

static void
doctor_tell_weak(void *context, const struct weak_setting *weak)
{
    checkup_wrong(context, weak->mend, "environment", "%s %s", weak->name, weak->why);
}

static void
check_production(struct checkup *d)
{
    const struct config *c = d->config;
    unsigned before = d->wrong;

    if (!config_is_production(c)) {
        checkup_note(d, "environment", "APP_ENV is %s; set it to production before strangers use this server", c->app_env);
        return;
    }
    module_weak_settings(all_modules, c, doctor_tell_weak, d);
    if (text_equal(c->app_domain, "localhost"))
        checkup_wrong(d, "APP_DOMAIN=your.domain", "environment", "APP_DOMAIN is localhost");
    if (!*c->smtp_url)
        checkup_wrong(d, "SMTP_URL=smtp://user:password@host:port", "environment", "SMTP_URL is not set, so nobody gets a mail");
    if (strstr(c->mail_from, "@localhost"))
        checkup_wrong(d, "MAIL_FROM=Name <no-reply@your.domain>", "environment", "MAIL_FROM is an address at localhost");
    if (text_equal(c->log_level, "DEBUG"))
        checkup_note(d, "environment", "LOG_LEVEL is DEBUG, which is slow and tells much");
    if (listens_on_loopback_only(c) && !*c->trusted_proxies)
        checkup_note(d, "environment", "servers listen on %s and TRUSTED_PROXIES is not set: behind a proxy, all visitors count as one address",
             c->bind_address);
    if (!listens_on_loopback_only(c))
        checkup_note(d, "environment", "servers listen on %s without TLS; a reverse proxy on this machine needs 127.0.0.1 only", c->bind_address);
    if (d->wrong == before)
        checkup_fine("environment", "production, at %s", config_frontend_url(c));
}

static void
check_name(void *context, const char *name, const char *nearest)
{
    checkup_note(context, "settings", "%s is no setting%s%s; veza serve --help lists them", name, nearest ? ", did you mean " : "", nearest ? nearest : "");
}

/* What is in .env and does nothing. */
static void
check_names(struct checkup *d)
{
    module_check_names(all_modules, check_name, d);
}

int
doctor_run(const struct config *config)
{
    struct checkup d = {.config = config};

    check_data_folder(&d);
    check_database(&d);
    check_replicas(&d);
    check_port(&d, "API port", "PORT_BACKEND", config->port_backend);
    check_port(&d, "stream port", "PORT_STREAM", config->port_stream);
    if (config->port_worker)
        check_port(&d, "worker port", "PORT_WORKER", config->port_worker);
    check_redis(&d);
    check_rabbitmq(&d);
    check_error_reports(&d);
    check_object_store(&d);
    check_mail(&d);
    check_sandbox(&d);
    check_countries(&d);
    check_limits(&d);
    for (module_list module = all_modules; *module; module++)
        if ((*module)->checkup)
            (*module)->checkup(&d);
    check_names(&d);
    check_production(&d);
    putchar('\n');
    if (d.wrong)
        printf("%u thing%s to mend.\n", d.wrong, d.wrong == 1 ? "" : "s");
    else
        printf("Nothing to mend%s.\n", d.warnings ? "; lines with ! are worth a look" : "");
    return d.wrong ? 1 : 0;
}
