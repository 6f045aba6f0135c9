/* subsonic.c - the addresses /rest/... for music apps that speak the Subsonic protocol 1.16.1 and OpenSubsonic (ADR 0100). */
#include "modules/subsonic/internal.h"

#include "api/layout.h"
#include "http/limit.h"

extern const struct module subsonic_module;

struct storage *rest_storage;

static const char *rate_apps;
static const struct route_rate apps_rate = {"apps", &rate_apps};

static const struct setting settings[] = {
    {.section = "Music apps"},
    {"RATE_LIMIT_APPS", .text = &rate_apps, .fallback = "12000/60", .check = limit_rule_refusal,
     .help = "calls of the Subsonic protocol, covers and audio included, of an address"},
    {0}};

static const struct rest_method *
rest_find(const char *name)
{
    size_t len = strlen(name);

    if (len > 5 && text_equal(name + len - 5, ".view"))
        len -= 5;
    for (const struct rest_method *method = rest_methods; method->name; method++)
        if (strlen(method->name) == len && strncmp(method->name, name, len) == 0)
            return method;
    return NULL;
}

static const struct problem *
rest_carry_out(struct rest_call *call)
{
    const struct rest_method *method;
    const struct problem *p = rest_read(call);

    if (p)
        return p;
    method = call->method = rest_find(request_param(call->req, "method"));
    if (!method)
        return rest_refuse(call, REST_GENERIC, "There is no such call.");
    p = method->open ? NULL : rest_sign_in(call);
    if (!p && method->unavailable)
        p = rest_refuse(call, REST_NOT_ALLOWED, "%s", method->unavailable);
    if (!p && method->changes && call->req->head) /* RFC 9110, 9.2.1: HEAD is safe. GET is what the protocol changes things by */
        p = rest_refuse(call, REST_GENERIC, "HEAD changes nothing. Send GET or POST.");
    if (!p)
        p = rest_bind(call);
    if (p)
        return p;
    return method->handler ? method->handler(call) : rest_query(call, method->query, &call->reply);
}

static const struct problem *
rest_answer(struct request *req)
{
    struct rest_call call = {.req = req};
    const struct problem *p = rest_carry_out(&call);

    if (p)
        p = rest_refuse_problem(&call, p);
    if (!p && call.method->changes)
        p = audit_request(req, 200);
    if (!p || p == &rest_refused)
        p = req->reply.ready && !p ? NULL : rest_reply(&call, call.method ? call.method->member : NULL, call.reply);
    json_decref(call.reply);
    if (!p) { /* an app in a browser has an origin of its own; no cookie counts here, so every site may ask what it knows the password for */
        reply_header(req, "Access-Control-Allow-Origin", "*");
        reply_header(req, "Access-Control-Expose-Headers", "Content-Length, Content-Range, ETag");
        reply_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
    }
    return p;
}

#define METHOD_FIELD \
    {"method", FIELD_STRING, .required = true, .min = 1, .max = 50, .pattern = "[A-Za-z0-9.]+", .help = "Name of the call, with or without `.view`", .example = "ping"}

static const struct field method_in_path[] = {METHOD_FIELD, FIELD_END};
static const enum problem_name rest_problems[] = {PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};

#define REST \
    .auth = AUTH_PUBLIC, .limit = LIMIT_MEDIA, .rate = &apps_rate, .path = method_in_path, .handler = rest_answer, .produces = "application/xml", \
    .no_audit = true

static const struct route rest_routes[] = {
    {GET, "/rest/{method}", "Call the Subsonic protocol",
     "For music apps: Subsonic 1.16.1 and OpenSubsonic, with passwords of `/app-passwords`. Parameters, replies and errors are described at opensubsonic.netlify.app; "
     "docs/subsonic.md tells what is here. Errors have status 200.", REST, .problems = rest_problems},
    {POST, "/rest/{method}", "Call the Subsonic protocol with a form",
     "The same with parameters in the body (OpenSubsonic's extension formPost).", REST, .sink = &rest_form, .max_body = REST_BODY_MAX, .signed_link = true},
    ROUTE_END};

static bool
subsonic_setup(const struct module_setup *with, char *error, size_t error_size)
{
    rest_storage = with->storage;
    if (login_setup() && change_setup())
        return true;
    snprintf(error, error_size, "not enough memory");
    return false;
}

static void
subsonic_teardown(void)
{
    layout_teardown();
    login_teardown();
    change_teardown();
}

const struct module subsonic_module = {.name = "subsonic",
                                       .routes = ROUTE_TABLES(rest_routes, app_routes),
                                       .queries = subsonic_queries,
                                       .personal = &subsonic_personal,
                                       .settings = settings,
                                       .setup = subsonic_setup,
                                       .teardown = subsonic_teardown};
