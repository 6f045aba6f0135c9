#include "api/docs.h"

#include <pthread.h>

#include "api/docs_assets.h"
#include "api/openapi.h"
#include "base/log.h"
#include "http/server.h"

static struct {
    pthread_mutex_t lock;
    module_list modules;
    struct buf text;
    bool written;
} document = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool
docs_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    document.modules = with->modules;
    document.text = (struct buf)BUF_INIT(OPENAPI_MAX);
    return true;
}

static void
docs_teardown(void)
{
    buf_free(&document.text);
    document.written = false;
}

static bool
document_ready(void)
{
    char error[1024] = "";

    pthread_mutex_lock(&document.lock);
    if (!document.written && document.modules) {
        document.written = openapi_write(document.modules, &document.text, error, sizeof error);
        if (!document.written) {
            log_error("the API's description cannot be written", LOG_TEXT("error", error));
            buf_free(&document.text);
            document.text = (struct buf)BUF_INIT(OPENAPI_MAX);
        }
    }
    pthread_mutex_unlock(&document.lock);
    return document.written;
}

static const struct problem *
get_document(struct request *req)
{
    if (!document_ready())
        return problem_retry(req->arena, PROBLEM(UNAVAILABLE), 5);
    return reply_bytes(req, 200, "application/json", buf_str(&document.text));
}

static const struct problem *
reply_asset(struct request *req, const char *content_type, struct str bytes)
{
    if (config_is_production(server_settings(req->server)->config))
        return PROBLEM(NOT_FOUND);
    reply_header(req, "Content-Security-Policy",
                 "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
                 "form-action 'none'; frame-ancestors 'none'");
    return reply_bytes(req, 200, content_type, bytes);
}

static const struct problem *
get_page(struct request *req)
{
    return reply_asset(req, "text/html; charset=utf-8", docs_reader_html);
}

static const struct problem *
get_script(struct request *req)
{
    return reply_asset(req, "text/javascript; charset=utf-8", docs_reader_js);
}

static const struct problem *
get_style(struct request *req)
{
    return reply_asset(req, "text/css; charset=utf-8", docs_reader_css);
}

static const enum problem_name outside_production[] = {PROBLEM_NOT_FOUND, PROBLEM_COUNT};

static const struct route docs_routes[] = {
    {GET, "/openapi.json", "Get this description (OpenAPI 3.1)",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = get_document, .produces = "application/json"},
    {GET, "/docs", "Show the API reference",
     .description = "Outside production.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = get_page, .runs = RUNS_IN_LOOP, .produces = "text/html; charset=utf-8",
     .problems = outside_production},
    {GET, "/docs/reader.js", "Get the script of the API reference",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = get_script, .runs = RUNS_IN_LOOP, .produces = "text/javascript; charset=utf-8",
     .problems = outside_production},
    {GET, "/docs/reader.css", "Get the style sheet of the API reference",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = get_style, .runs = RUNS_IN_LOOP, .produces = "text/css; charset=utf-8",
     .problems = outside_production},
    ROUTE_END};

const struct module docs_module = {.name = "docs",
                                   .routes = ROUTE_TABLES(docs_routes),
                                   .setup = docs_setup,
                                   .teardown = docs_teardown};
