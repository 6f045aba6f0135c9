#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "api/docs.h"
#include "api/runner.h"
#include "app/app.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/migrate.h"
#include "http/assets.h"
#include "http/server.h"
#include "modules/audit/audit.h"
#include "modules/auth/auth.h"
#include "modules/realtime/realtime.h"
#include "modules/system/system.h"
#include "platform/mail/mail.h"
#include "platform/sentry/sentry.h"

#define DRAIN_MS 10000
#define STATEMENT_TIMEOUT_MS 15000

static struct assets *web_app;

/* The web app on the API's port; pages may also talk to their own host by WebSocket. */
static const struct problem *
reply_web_app(struct request *req)
{
    return web_app ? assets_reply(web_app, req, "ws: wss:") : PROBLEM(NOT_FOUND);
}

static const struct server_hooks api_hooks = {.identify = auth_identify, .check_csrf = auth_check_csrf,
                                              .run_query = run_route_query, .audit = audit_change, .fallback = reply_web_app};
static const struct server_hooks stream_hooks = {.identify = auth_identify, .check_csrf = auth_check_csrf,
                                                 .run_query = run_route_query, .audit = audit_change};

/* VEZA_WEB_DIR, or web/dist beside the folder that the binary was built in. */
static void
load_web_app(const struct config *config)
{
    char folder[4096], error[512];
    ssize_t len = readlink("/proc/self/exe", folder, sizeof folder - 64);

    if (*config->web_dir) {
        snprintf(folder, sizeof folder, "%s", config->web_dir);
    } else if (len > 0) {
        folder[len] = 0;
        for (int up = 0; up < 2 && strrchr(folder, '/'); up++)
            *strrchr(folder, '/') = 0;
        strncat(folder, "/web/dist", 16);
    }
    web_app = assets_load(folder, error, sizeof error);
    if (!web_app)
        log_warn("no web app", LOG_TEXT("error", error));
}

struct run {
    unsigned roles;
    sigset_t stop_signals;
    struct server *api, *stream;
};

static struct server *
start_server(const struct config *config, const char *name, int64_t port, route_tables tables,
             const struct server_hooks *hooks)
{
    static char upload_dir[4096];
    struct server_settings settings = {.name = name, .config = config, .port = (uint16_t)port, .routes = tables, .hooks = hooks,
                                       .upload_dir = upload_dir, .stream_secret = auth_stream_secret()};
    char error[512];
    struct server *server;

    snprintf(upload_dir, sizeof upload_dir, "%s/files/tmp", config->data_dir);
    server = server_start(&settings, error, sizeof error);
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

static int
run_servers(const struct config *config, const char *conninfo, void *context)
{
    struct run *run = context;
    char error[2048];
    int signal_number = 0, result = 1;

    if (config->migrate_at_start &&
        migrate_up(&embedded_migrations, conninfo, config_is_production(config), error, sizeof error) < 0) {
        log_error("migration failed", LOG_TEXT("error", error));
        return 1;
    }
    db_setup(conninfo, STATEMENT_TIMEOUT_MS);
    if (!sentry_start(config, error, sizeof error) || !auth_setup(config, error, sizeof error)) {
        log_error("not started", LOG_TEXT("error", error));
        return 1;
    }
    mail_setup(config);
    docs_setup(document_tables);
    if (run->roles & APP_API && !realtime_start()) {
        log_error("not started", LOG_TEXT("error", "no threads for WebSockets"));
        goto stop;
    }
    system_add_metrics(realtime_metrics);
    system_add_metrics(sentry_metrics);
    if (run->roles & APP_API)
        load_web_app(config);
    if (run->roles & APP_API)
        run->api = start_server(config, "api", config->port_backend, api_tables, &api_hooks);
    if (run->roles & APP_STREAM)
        run->stream = start_server(config, "stream", config->port_stream, stream_tables, &stream_hooks);
    if ((run->roles & APP_API && !run->api) || (run->roles & APP_STREAM && !run->stream))
        goto stop;
    if (run->api)
        fprintf(stdout, "Veza is ready: http://localhost:%u\n", server_port(run->api));
    else if (run->stream)
        fprintf(stdout, "The stream server is ready: http://localhost:%u\n", server_port(run->stream));
    else
        fprintf(stdout, "The worker is ready.\n");
    fflush(stdout);
    tell_ready(run);
    sigwait(&run->stop_signals, &signal_number);
    log_info("stopping", LOG_INT("signal", signal_number));
    result = 0;
stop:
    realtime_stop();
    server_stop(run->api, DRAIN_MS);
    server_stop(run->stream, DRAIN_MS);
    assets_free(web_app);
    docs_teardown();
    sentry_stop();
    auth_teardown();
    db_disconnect();
    return result;
}

int
serve(const struct config *config, unsigned roles)
{
    struct run run = {.roles = roles};
    char error[512];
    int result;

    /* Blocked before any thread exists, so that sigwait is the only one to hear of them. */
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&run.stop_signals);
    sigaddset(&run.stop_signals, SIGINT);
    sigaddset(&run.stop_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &run.stop_signals, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (!prepare_data_dir(config, error, sizeof error)) {
        log_error("not started", LOG_TEXT("error", error));
        return 1;
    }
    result = with_database(config, run_servers, &run);
    curl_global_cleanup();
    return result;
}
