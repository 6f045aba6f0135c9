#include "app/doctor.h"

#include <curl/curl.h>
#include <errno.h>
#include <libpq-fe.h>
#include <limits.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app/app.h"
#include "base/config.h"
#include "base/country.h"
#include "base/str.h"
#include "bus.queries.h"
#include "db/cluster.h"
#include "db/cluster_damage.h"
#include "db/cluster_place.h"
#include "db/db.h"
#include "db/migrate.h"
#include "http/listeners.h"
#include "platform/redis/redis.h"
#include "modules/oauth/oauth.h"
#include "modules/pages/pages.h"
#include "modules/oauth/redirect.h"
#include "platform/fetch/fetch.h"
#include "platform/mail/mail.h"

#define SPACE_NEEDED_MB 200
#define SPACE_WORTH_TELLING_MB 2048
#define CONNECT_TIMEOUT_S 5
#define KEY_BITS_LEAST 2048

struct doctor {
    const struct config *config;
    unsigned wrong, warnings;
};

static void __attribute__((format(printf, 3, 0)))
line(const char *mark, const char *part, const char *format, va_list values)
{
    printf("%s %-15s ", mark, part);
    vprintf(format, values);
    putchar('\n');
}

static void __attribute__((format(printf, 2, 3)))
fine(const char *part, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    line("✓", part, format, values);
    va_end(values);
}

static void __attribute__((format(printf, 3, 4)))
note(struct doctor *d, const char *part, const char *format, ...)
{
    va_list values;

    d->warnings++;
    va_start(values, format);
    line("!", part, format, values);
    va_end(values);
}

/* `advice`: what to do, or NULL when the sentence says it. */
static void __attribute__((format(printf, 4, 5)))
wrong(struct doctor *d, const char *advice, const char *part, const char *format, ...)
{
    va_list values;

    d->wrong++;
    va_start(values, format);
    line("✗", part, format, values);
    va_end(values);
    if (advice)
        printf("  %-15s → %s\n", "", advice);
}

static void
check_data_folder(struct doctor *d)
{
    const char *folder = d->config->data_dir;
    char path[PATH_MAX];
    struct statvfs disk;
    unsigned long long free_mb;

    if (access(folder, F_OK) < 0 && errno == ENOENT) {
        fine("data folder", "%s is made at the first start", folder);
        return;
    }
    if (access(folder, R_OK | W_OK | X_OK) < 0 || !realpath(folder, path)) {
        wrong(d, "give it to the user that runs Veza, or set VEZA_DATA_DIR", "data folder", "%s: %s", folder, strerror(errno));
        return;
    }
    if (statvfs(path, &disk) < 0) {
        wrong(d, NULL, "data folder", "%s: %s", path, strerror(errno));
        return;
    }
    free_mb = (unsigned long long)disk.f_bavail * disk.f_frsize / 1048576;
    if (free_mb < SPACE_NEEDED_MB)
        wrong(d, "free some space: the database stops when the disk is full", "data folder", "%s has %llu MB left", path, free_mb);
    else if (free_mb < SPACE_WORTH_TELLING_MB)
        note(d, "data folder", "%s is writable, but only %llu MB are free", path, free_mb);
    else
        fine("data folder", "%s is writable, %.1f GB free", path, (double)free_mb / 1024);
}

/* One line of the server's text, which names host and user but no password. */
static void
database_unreachable(struct doctor *d, PGconn *connection, const char *advice)
{
    const char *said = PQerrorMessage(connection);

    wrong(d, advice, "database", "%.*s", (int)strcspn(said, "\n"), said);
}

static void
check_migrations(struct doctor *d, const char *conninfo)
{
    char error[1024];
    int missing = migrate_status(&embedded_migrations, conninfo, NULL, error, sizeof error);

    if (missing < 0 || migrate_check(&embedded_migrations, conninfo, error, sizeof error) < 0)
        wrong(d, NULL, "migrations", "%s", error);
    else if (missing > 0 && d->config->migrate_at_start)
        note(d, "migrations", "%d missing or changed; missing ones are applied at the next start", missing);
    else if (missing > 0)
        wrong(d, "veza migrate up", "migrations", "%d missing or changed", missing);
    else
        fine("migrations", "all %u are applied", embedded_migrations.count);
}

static void
check_events(struct doctor *d)
{
    PGresult *counts;

    if (db_run(&q_bus_counts, NULL, &counts, NULL)) /* not before the migrations */
        return;
    if (!text_equal(PQgetvalue(counts, 0, 2), "0"))
        wrong(d, "see \"Dead letters\" in docs/operating.md", "events", "%s could not be handed out after 50 attempts", PQgetvalue(counts, 0, 2));
    else
        fine("events", "%s waiting, none given up", PQgetvalue(counts, 0, 0));
    PQclear(counts);
}

static void
check_connection(struct doctor *d, const char *conninfo, const char *kind, const char *advice)
{
    const char *const keywords[] = {"dbname", "connect_timeout", NULL}, *const values[] = {conninfo, "5", NULL};
    PQconninfoOption *parsed = PQconninfoParse(conninfo, NULL);
    PGconn *connection;
    bool usable = false;
    int version;

    if (!parsed) { /* libpq's own words would quote it, password and all */
        wrong(d, "DATABASE_URL=postgresql://user:password@host:port/name", "database", "DATABASE_URL is not an address of PostgreSQL");
        return;
    }
    PQconninfoFree(parsed);
    connection = PQconnectdbParams(keywords, values, 1);
    version = PQserverVersion(connection);
    if (PQstatus(connection) != CONNECTION_OK)
        database_unreachable(d, connection, advice);
    else if (version / 10000 < CLUSTER_OLDEST_MAJOR)
        wrong(d, "Veza needs PostgreSQL 15 or newer", "database", "%s is PostgreSQL %d", kind, version / 10000);
    else {
        usable = true;
        fine("database", "%s answers, PostgreSQL %d.%d", kind, version / 10000, version % 10000);
    }
    PQfinish(connection);
    if (!usable)
        return;
    check_migrations(d, conninfo);
    db_setup(conninfo, CONNECT_TIMEOUT_S * 1000);
    if (db_act_as_app(!*d->config->database_url))
        fine("audit log", "requests run as %s, which may only add to it", APP_ROLE);
    else
        note(d, "audit log", "requests run as the owner of the tables: only a trigger protects it. As an administrator of the database: "
                             "create role %s; grant %s to the role of DATABASE_URL; then veza migrate up", APP_ROLE, APP_ROLE);
    check_events(d);
}

/* A copy of the data folder alone would lack the database. */
static void
check_outside(struct doctor *d, const char *place)
{
    char folder[PATH_MAX];

    if (*place && realpath(d->config->data_dir, folder) && !(text_starts_with(place, folder) && place[strlen(folder)] == '/'))
        note(d, "database", "it is outside of the data folder, in %s: copy, move and delete both", place);
}

static void
check_database(struct doctor *d)
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
        wrong(d, NULL, "database", "%s", error);
    else if (cluster_find_programs(0, folder, sizeof folder, error, sizeof error) < 0)
        wrong(d, "apt-get install postgresql-15, or set DATABASE_URL", "database", "%s", error);
    else if (*place)
        fine("database", "embedded, its files in %s are whole; its migrations can be looked at while Veza runs", place);
    else
        fine("database", "embedded, made at the first start; it runs while Veza runs");
    check_outside(d, place);
}

static void
check_port(struct doctor *d, const char *part, const char *variable, int64_t port)
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
        fine(part, "a free port is picked at start (%s=0)", variable);
    else if (!reason)
        fine(part, "%lld is free on %s", (long long)port, address);
    else if (reason == EADDRINUSE && cluster_running(d->config->data_dir, unused, sizeof unused))
        fine(part, "%lld is in use on %s, and so is the data folder: Veza seems to run", (long long)port, address);
    else if (reason == EADDRINUSE)
        wrong(d, advice, part, "another program listens on port %lld of %s", (long long)port, address);
    else if (reason == EACCES)
        wrong(d, "use a port from 1024 up, with a reverse proxy in front", part, "%lld needs special rights", (long long)port);
    else
        wrong(d, "BIND_ADDRESS must list addresses of this machine", part, "cannot listen on %s: %s", address, strerror(reason));
}

static void
check_web(struct doctor *d)
{
    char folder[PATH_MAX], index[PATH_MAX];

    pages_find_web_app(d->config, folder);
    if (cluster_path(index, sizeof index, folder, "index.html") && access(index, R_OK) == 0)
        fine("web app", "built, in %s", folder);
    else
        wrong(d, "make build, or set VEZA_WEB_DIR", "web app", "there is no index.html in %s", folder);
}

static bool
read_key(const char *path, bool private_key, int *ret_bits)
{
    FILE *file = fopen(path, "re");
    EVP_PKEY *key;

    if (!file)
        return false;
    errno = 0;
    key = private_key ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : PEM_read_PUBKEY(file, NULL, NULL, NULL);
    fclose(file);
    if (!key)
        return false;
    *ret_bits = EVP_PKEY_base_id(key) == EVP_PKEY_RSA ? EVP_PKEY_bits(key) : 0;
    EVP_PKEY_free(key);
    return true;
}

static void
check_key(struct doctor *d, const char *variable, const char *path, bool private_key)
{
    struct stat st;
    int bits = 0;

    if (!*path)
        return;
    if (!read_key(path, private_key, &bits))
        wrong(d, "it must be an unencrypted PEM file that Veza's user may read", variable, "%s: %s", path,
              errno ? strerror(errno) : "not a key");
    else if (bits < KEY_BITS_LEAST)
        wrong(d, "openssl genrsa -out FILE 3072", variable, "%s is not an RSA key of at least %d bits", path, KEY_BITS_LEAST);
    else if (private_key && stat(path, &st) == 0 && (st.st_mode & 0007))
        wrong(d, "chmod 600 on it", variable, "%s may be read by every user of this machine", path);
    else
        fine(variable, "%s, %d bits", path, bits);
}

static void
check_keys(struct doctor *d)
{
    const struct config *c = d->config;

    if (!*c->jwt_private_key_path && !*c->jwt_public_key_path) {
        fine("token keys", "%s", *c->jwt_secret ? "one shared secret (JWT_SECRET)" : "made and rotated in the data folder");
        return;
    }
    check_key(d, "token key", c->jwt_private_key_path, true);
    check_key(d, "public key", c->jwt_public_key_path, false);
}

static void
check_redis(struct doctor *d)
{
    char error[256];

    if (!*d->config->redis_url) {
        fine("Redis", "none (REDIS_URL is not set); fine for one node");
        return;
    }
    if (!redis_setup(d->config, error, sizeof error)) {
        wrong(d, "redis://:password@host:6379/0, or unix:///path", "Redis", "%s", error);
        return;
    }
    switch (redis_probe()) {
    case REDIS_ANSWERS:
        fine("Redis", "answers");
        break;
    case REDIS_FROZEN:
        wrong(d, "look at the process: stopped (kill -CONT), swapping, or saving to a slow disk", "Redis",
              "is frozen: it takes connections and does not answer within %lld ms; requests go on without it", (long long)d->config->redis_timeout_ms);
        break;
    case REDIS_REFUSES:
        wrong(d, "start it, or check the address and the password in REDIS_URL", "Redis",
              "refuses connections, or the password; requests go on without it");
    }
}

static void
check_sign_in(struct doctor *d)
{
    char error[512];

    fetch_setup(d->config);
    if (!oauth_setup(&(struct module_setup){.config = d->config}, error, sizeof error))
        wrong(d, "docs/operating.md tells what each provider needs", "sign-in", "%s", error);
    else if (*oauth_provider_names())
        fine("sign-in", "with %s; they are to send people back to %s/api/v1/auth/oauth/NAME/callback", oauth_provider_names(),
             redirect_base());
    else
        fine("sign-in", "with passwords and passkeys (OAUTH_PROVIDERS is not set)");
}

/* Connects, greets and signs in, and sends nothing. */
static void
check_mail(struct doctor *d)
{
    CURLcode result = CURLE_FAILED_INIT;
    CURL *curl;

    if (!*d->config->smtp_url) {
        fine("mail", "written to the data folder as .eml files (SMTP_URL is not set)");
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
        fine("mail", "the server of SMTP_URL answers");
    else
        wrong(d, mail_certificate_hint(result) ? mail_certificate_hint(result) : "check SMTP_URL: smtp://user:password@host:port", "mail",
              "the server of SMTP_URL: %s", curl_easy_strerror(result));
}

static void
check_sandbox(struct doctor *d)
{
    unsigned action = SECCOMP_RET_KILL_PROCESS;
    long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0)
        wrong(d, "use a Linux kernel with seccomp; uploads are not decoded without it", "sandbox", "seccomp is missing");
    else if (landlock < 0)
        note(d, "sandbox", "seccomp works; Landlock is missing (kernel 5.13 or newer has it), so one fence is gone");
    else
        fine("sandbox", "seccomp and Landlock (version %ld) work", landlock);
}

static void
check_countries(struct doctor *d)
{
    char path[PATH_MAX];

    country_find(d->config->geoip_file, "geoip", path, sizeof path);
    if (access(path, R_OK) == 0)
        fine("countries", "the history of sign-ins names them, by %s", path);
    else
        note(d, "countries", "the history of sign-ins names none: run tools/setup countries, or set GEOIP_FILE and GEOIP6_FILE");
}

static void
check_limits(struct doctor *d)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return;
    if ((int64_t)files.rlim_max < d->config->max_connections)
        note(d, "open files", "this process may open %llu files, fewer than MAX_CONNECTIONS (%lld): raise LimitNOFILE or ulimit -n",
             (unsigned long long)files.rlim_max, (long long)d->config->max_connections);
    else
        fine("open files", "up to %llu", (unsigned long long)files.rlim_max);
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
    wrong(context, weak->mend, "environment", "%s %s", weak->name, weak->why);
}

static void
check_production(struct doctor *d)
{
    const struct config *c = d->config;
    unsigned before = d->wrong;

    if (!config_is_production(c)) {
        note(d, "environment", "APP_ENV is %s; set it to production before strangers use this server", c->app_env);
        return;
    }
    config_weak_settings(c, doctor_tell_weak, d);
    if (text_equal(c->app_domain, "localhost"))
        wrong(d, "APP_DOMAIN=your.domain", "environment", "APP_DOMAIN is localhost");
    if (!*c->smtp_url)
        wrong(d, "SMTP_URL=smtp://user:password@host:port", "environment", "SMTP_URL is not set, so nobody gets a mail");
    if (strstr(c->mail_from, "@localhost"))
        wrong(d, "MAIL_FROM=Name <no-reply@your.domain>", "environment", "MAIL_FROM is an address at localhost");
    if (text_equal(c->log_level, "DEBUG"))
        note(d, "environment", "LOG_LEVEL is DEBUG, which is slow and tells much");
    if (listens_on_loopback_only(c) && !*c->trusted_proxies)
        note(d, "environment", "servers listen on %s and TRUSTED_PROXIES is not set: behind a proxy, all visitors count as one address",
             c->bind_address);
    if (!listens_on_loopback_only(c))
        note(d, "environment", "servers listen on %s without TLS; a reverse proxy on this machine needs 127.0.0.1 only", c->bind_address);
    if (d->wrong == before)
        fine("environment", "production, at %s", config_frontend_url(c));
}

int
doctor_run(const struct config *config)
{
    struct doctor d = {.config = config};

    check_data_folder(&d);
    check_database(&d);
    check_port(&d, "API port", "PORT_BACKEND", config->port_backend);
    check_port(&d, "stream port", "PORT_STREAM", config->port_stream);
    check_web(&d);
    check_keys(&d);
    check_redis(&d);
    check_sign_in(&d);
    check_mail(&d);
    check_sandbox(&d);
    check_countries(&d);
    check_limits(&d);
    check_production(&d);
    putchar('\n');
    if (d.wrong)
        printf("%u thing%s to mend.\n", d.wrong, d.wrong == 1 ? "" : "s");
    else
        printf("Nothing to mend%s.\n", d.warnings ? "; lines with ! are worth a look" : "");
    return d.wrong ? 1 : 0;
}
