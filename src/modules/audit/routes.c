/* routes.c - reading the audit log: one's own part of it, and all of it for administrators. */
#include "api/runner.h"
#include "audit.queries.h"
#include "base/log.h"
#include "modules/audit/audit.h"

#define BATCH 20000 /* rows that one statement of the clean-up deletes */
#define BATCHES_MAX 500

static const struct field id_in_path[] = {
    {"id", FIELD_STRING, .required = true, .min = 1, .max = 18, .pattern = "[0-9]+", .help = "The line", .example = "900000000000000000"}, FIELD_END};
static const struct field ip_in_path[] = {
    {"ip", FIELD_STRING, .required = true, .min = 2, .max = 45, .pattern = "[0-9A-Fa-f:.]+", .help = "IPv4 or IPv6", .example = "192.0.2.1"},
    FIELD_END};

static const struct field search_options[] = {
    {"actor_id", FIELD_UUID, .help = "Only by this person"},
    {"username", FIELD_STRING, .max = 30, .help = "Only by this person"},
    {"action", FIELD_STRING, .max = 200, .help = "Part of method and route", .example = "POST /api/v1/auth"},
    {"target", FIELD_STRING, .max = 500, .help = "How the path begins", .example = "/api/v1/users/"},
    {"status", FIELD_INT, .min = 100, .max = 599, .help = "Only requests that were answered with this status"},
    {"outcome", FIELD_ENUM, .values = "granted|refused", .help = "Status below 400, or from there on"},
    {"ip", FIELD_STRING, .min = 2, .max = 49, .pattern = "[0-9A-Fa-f:.]+(/[0-9]{1,3})?", .help = "An address or a network",
     .example = "192.0.2.0/24"},
    {"request_id", FIELD_STRING, .max = 64, .help = "Only of this request"},
    {"from", FIELD_TIME, .help = "Default: 30 days ago"},
    {"to", FIELD_TIME, .help = "Up to, and not with"},
    FIELD_END};

static const struct field own_options[] = {
    {"action", FIELD_STRING, .max = 200, .help = "Part of method and route", .example = "POST"}, FIELD_END};
static const struct field stats_options[] = {
    {"days", FIELD_INT, .min = 1, .max = 365, .fallback = "30", .help = "How far back"}, FIELD_END};
static const struct field suspicious_options[] = {
    {"hours", FIELD_INT, .min = 1, .max = 720, .fallback = "24", .help = "How far back"}, FIELD_END};
static const struct field cleanup_fields[] = {
    {"older_than_days", FIELD_INT, .min = 90, .max = 3650, .fallback = "365", .help = "What is younger stays"}, FIELD_END};
static const struct field cleanup_reply[] = {{"deleted", FIELD_INT, .required = true, .help = "How many lines"}, FIELD_END};

/* In pieces, so that neither a statement nor a lock takes long. */
static const struct problem *
cleanup(struct request *req)
{
    int64_t total = 0, deleted;
    struct row row;

    request_set(req, "most", arena_printf(req->arena, "%d", BATCH));
    for (int i = 0; i < BATCHES_MAX; i++) {
        const struct problem *p = db_one(req, &q_audit_delete_old, &row);

        if (p)
            return p;
        deleted = row_int(&row, "deleted", 0);
        total += deleted;
        if (deleted < BATCH)
            break;
    }
    log_info("audit log cleaned up", LOG_INT("deleted", total), LOG_TEXT("by", req->identity.user_id));
    return reply_json(req, 200, json_pack("{s:I}", "deleted", (json_int_t)total));
}

static const struct route audit_routes[] = {
    {GET, "/api/v1/audit/logs", "Search the audit log",
     .auth = AUTH_ADMIN, .permission = "audit.view", .limit = LIMIT_READ, .query = search_options, .sql = &q_audit_search, .shape = MANY},

    {GET, "/api/v1/audit/logs/{id}", "Get an audit log entry",
     .auth = AUTH_ADMIN, .permission = "audit.view", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_audit_get, .shape = ONE},

    {GET, "/api/v1/audit/activity", "List the audit log entries of the signed-in user",
     .auth = AUTH_USER, .limit = LIMIT_READ, .query = own_options, .sql = &q_audit_own, .shape = MANY},

    {GET, "/api/v1/audit/stats", "Get statistics of the audit log",
     .auth = AUTH_ADMIN, .permission = "audit.view", .limit = LIMIT_READ, .query = stats_options, .sql = &q_audit_stats, .shape = ONE},

    {GET, "/api/v1/audit/suspicious", "List suspicious activity found by the rules",
     "The rules are in the guide to the audit log.",
     .auth = AUTH_ADMIN, .permission = "audit.view", .limit = LIMIT_READ, .query = suspicious_options, .sql = &q_audit_suspicious, .shape = MANY},

    {GET, "/api/v1/audit/ip/{ip}", "List the audit log entries of one IP address",
     .auth = AUTH_ADMIN, .permission = "audit.view", .limit = LIMIT_READ, .path = ip_in_path, .requires = &q_audit_ip_known,
     .sql = &q_audit_ip, .shape = MANY},

    {POST, "/api/v1/audit/cleanup", "Delete audit log entries older than the retention period",
     .auth = AUTH_ADMIN, .permission = "audit.cleanup", .limit = LIMIT_WRITE, .body = cleanup_fields, .handler = cleanup,
     .reply = cleanup_reply},
    ROUTE_END};

static bool
audit_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)with, (void)error, (void)error_size;
    runner_set_audit_line(&q_audit_add);
    return true;
}

const struct module audit_module = {.name = "audit",
                                    .personal = &audit_personal,
                                    .routes = ROUTE_TABLES(audit_routes),
                                    .queries = audit_queries,
                                    .setup = audit_setup};
