#include "http/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/internal.h"
#include "http/listeners.h"

#define CACHE_BYTES (16 * 1024 * 1024)
#define OUTSIDE_THREADS 4
#define QUEUE_MAX 512

static struct server *running[8]; /* those of this process */
static pthread_mutex_t running_lock = PTHREAD_MUTEX_INITIALIZER;

static bool
read_rules(struct server *server, char *error, size_t error_size)
{
    const struct config *config = server->settings.config;
    const struct {
        const char *name, *text;
        struct limit_rule *rule;
    } rules[] = {{"RATE_LIMIT_GLOBAL", config->rate_global, &server->global_rule},
                 {"RATE_LIMIT_IP", config->rate_ip, &server->ip_rule},
                 {"RATE_LIMIT_READ", config->rate_read, &server->rules[LIMIT_READ]},
                 {"RATE_LIMIT_WRITE", config->rate_write, &server->rules[LIMIT_WRITE]},
                 {"RATE_LIMIT_AUTH", config->rate_auth, &server->rules[LIMIT_AUTH]},
                 {"RATE_LIMIT_UPLOAD", config->rate_upload, &server->rules[LIMIT_UPLOAD]},
                 {"RATE_LIMIT_MEDIA", config->rate_media, &server->rules[LIMIT_MEDIA]}};

    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (!limit_rule_parse(rules[i].text, rules[i].rule)) {
            snprintf(error, error_size, "%s is \"%s\"; it must be requests/seconds, such as 100/1", rules[i].name, rules[i].text);
            return false;
        }
    }
    return true;
}

/* The plainest way to listen on several addresses: connections begin in the loops of express.h, which hand all of them over. */
static enum express_found
find_nothing(struct str path, struct express_file *ret_file)
{
    (void)path, (void)ret_file;
    return EXPRESS_NOT_MINE;
}

static const struct express_settings hand_over_all = {.pattern = "", .identity_cookie = "", .find = find_nothing};

static struct MHD_Daemon *
start_daemon(struct server *server, char *error, size_t error_size)
{
    const struct config *config = server->settings.config;
    unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = config->http_threads ? (unsigned)config->http_threads : cores * 2 < 4 ? 4 : cores * 2;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE | MHD_USE_TURBO;
    const struct express_settings *express = server->settings.express;
    struct MHD_OptionItem listens[] = {{MHD_OPTION_LISTEN_SOCKET, 0, NULL}, {MHD_OPTION_END, 0, NULL}};
    struct listeners listeners;
    char failed[IP_TEXT];
    struct MHD_Daemon *daemon;
    int reason = listeners_open(&config->bind_addresses, server->settings.port, &listeners, failed);

    if (reason) {
        snprintf(error, error_size, "port %u (%s) on %s cannot be opened: %s", server->settings.port, server->settings.port_setting, failed,
                 strerror(reason));
        return NULL;
    }
    server->port = listeners.port;
    if (!express && listeners.count > 1)
        express = &hand_over_all;
    if (express) {
        flags |= MHD_USE_NO_LISTEN_SOCKET;
        listens[0].option = MHD_OPTION_END;
    } else {
        listens[0].value = listeners.fds[0];
    }
    daemon = MHD_start_daemon(flags, server->port, NULL, NULL, exchange_goes_on, server, MHD_OPTION_ARRAY, listens,
                              MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_URI_LOG_CALLBACK, exchange_begins, server,
                              MHD_OPTION_NOTIFY_COMPLETED, exchange_ends, server, MHD_OPTION_NOTIFY_CONNECTION,
                              watchdog_connection, server, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)config->request_timeout_s,
                              MHD_OPTION_CONNECTION_LIMIT, (unsigned)config->max_connections,
                              MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)config->max_connections_per_ip,
                              MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(32 * 1024), MHD_OPTION_STRICT_FOR_CLIENT, 1,
                              MHD_OPTION_END);
    if (!daemon) {
        snprintf(error, error_size, "not enough memory or threads to listen on port %u", server->port);
        listeners_close(&listeners);
        return NULL;
    }
    server->daemon = daemon;
    if (express && !(server->express = express_start(server, express, &listeners))) {
        snprintf(error, error_size, "cannot start a thread");
        listeners_close(&listeners);
        MHD_stop_daemon(daemon);
        return NULL;
    }
    return daemon;
}

/* Headers that other origins may send: those of HTTP and of Veza, and what routes declare. */
static bool
server_list_headers(struct server *server)
{
    struct buf list = BUF_INIT(4096);

    buf_add(&list, STR("Authorization, Content-Type, X-CSRF-Token, Idempotency-Key, If-None-Match, Range"));
    router_add_headers(server->router, &list);
    if (list.failed)
        buf_free(&list);
    server->allow_headers = list.ptr;
    return server->allow_headers != NULL;
}

static bool
prepare(struct server *server, char *error, size_t error_size)
{
    const struct config *config = server->settings.config;
    unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);

    if (!read_rules(server, error, error_size))
        return false;
    server->router = router_new(server->settings.routes, error, error_size);
    if (!server->router)
        return false;
    for (unsigned i = 0; i < router_count(server->router); i++) {
        const struct route *route = router_route(server->router, i);

        if (!route_check(route, error, error_size))
            return false;
        if (route->idempotent && !server->settings.hooks->run_once) {
            snprintf(error, error_size, "route %s %s: this server keeps no replies under an Idempotency-Key", method_name(route->method), route->pattern);
            return false;
        }
    }
    server->max_upload_bytes = (uint64_t)config->max_upload_mb * 1024 * 1024;
    server->maintenance = config->maintenance;
    server->limiter = limiter_new();
    server->cache = cache_new(CACHE_BYTES);
    server->metrics = calloc(router_count(server->router) + 1, sizeof *server->metrics);
    server->waiters = pool_start("veza-waiter", (unsigned)config->waiter_threads, QUEUE_MAX);
    if (server->waiters) /* see park.c */
        pool_share(server->waiters, (unsigned)config->waiter_threads / 4, (unsigned)config->waiter_threads * 3 / 4);
    server->pools[RUNS_ON_POOL] = pool_start("veza-handler", (unsigned)config->handler_threads, QUEUE_MAX);
    server->pools[RUNS_ON_PASSWORD_POOL] =
        pool_start("veza-password", config->password_threads ? (unsigned)config->password_threads : cores, 128);
    server->pools[RUNS_ON_OUTSIDE_POOL] = pool_start("veza-outside", OUTSIDE_THREADS, QUEUE_MAX);
    if (server->pools[RUNS_ON_OUTSIDE_POOL])
        pool_share(server->pools[RUNS_ON_OUTSIDE_POOL], 1, OUTSIDE_THREADS);
    if (server_list_headers(server) && server->limiter && server->cache && server->metrics && server->waiters && server->pools[RUNS_ON_POOL] &&
        server->pools[RUNS_ON_PASSWORD_POOL] && server->pools[RUNS_ON_OUTSIDE_POOL])
        return true;
    snprintf(error, error_size, "not enough memory or threads to start the %s server", server->settings.name);
    return false;
}

static void
release(struct server *server)
{
    linger_stop(server->linger);
    pool_free(server->waiters);
    for (int i = 0; i < RUNS_COUNT; i++)
        pool_free(server->pools[i]);
    cache_free(server->cache);
    limiter_free(server->limiter);
    router_free(server->router);
    free(server->allow_headers);
    free(server->metrics);
    free(server);
}

/* Puts a server into the list, or takes it out. */
static void
server_replace_running(struct server *old, struct server *new)
{
    pthread_mutex_lock(&running_lock);
    for (unsigned i = 0; i < COUNT_OF(running); i++)
        if (running[i] == old) {
            running[i] = new;
            break;
        }
    pthread_mutex_unlock(&running_lock);
}

struct server *
server_start(const struct server_settings *settings, char *error, size_t error_size)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server) {
        snprintf(error, error_size, "not enough memory");
        return NULL;
    }
    server->settings = *settings;
    if (!prepare(server, error, error_size)) {
        release(server);
        return NULL;
    }
    server->linger = linger_start();
    if (!server->linger || !watchdog_start(server)) {
        snprintf(error, error_size, "cannot start a thread");
        release(server);
        return NULL;
    }
    server->daemon = start_daemon(server, error, error_size);
    if (server->daemon) {
        server_replace_running(NULL, server);
        return server;
    }
    watchdog_stop(server);
    release(server);
    return NULL;
}

uint16_t
server_port(const struct server *server)
{
    return server->port;
}

const struct server_settings *
server_settings(const struct server *server)
{
    return &server->settings;
}

bool
server_in_maintenance(const struct server *server)
{
    return server->maintenance;
}

void
server_purge(const char *tags)
{
    pthread_mutex_lock(&running_lock);
    for (unsigned i = 0; i < COUNT_OF(running); i++)
        if (running[i])
            cache_purge(running[i]->cache, tags);
    pthread_mutex_unlock(&running_lock);
}

void
server_stop(struct server *server, int drain_ms)
{
    int64_t until_ms = clock_monotonic_ms() + drain_ms;
    int listener;

    if (!server)
        return;
    server_replace_running(server, NULL);
    server->draining = true;
    if (server->express)
        express_quiesce(server->express);
    listener = MHD_quiesce_daemon(server->daemon);
    while (server->active > 0 && clock_monotonic_ms() < until_ms)
        usleep(5000);
    pool_stop(server->waiters); /* their work may point to connections of the express loops */
    express_stop(server->express);
    /* What is on a pool must come back before MHD can stop: its connections are suspended. */
    for (int i = 0; i < RUNS_COUNT; i++)
        if (server->pools[i])
            pool_stop(server->pools[i]);
    MHD_stop_daemon(server->daemon);
    if (listener >= 0)
        close(listener);
    watchdog_stop(server);
    release(server);
}
