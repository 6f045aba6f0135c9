#include "modules/privacy/internal.h"

#include "api/file.h"
#include "auth.queries.h"
#include "platform/bus/bus.h"

const struct config *privacy_config;
struct storage *privacy_storage;
module_list privacy_modules;
int64_t privacy_export_days, privacy_deletion_days;

static const struct setting privacy_settings[] = {
    {.section = "Personal data"},
    {"EXPORT_DAYS", .integer = &privacy_export_days, .fallback = "7", .min = 1, .max = 90,
     .help = "how long an archive of one's own data can be fetched, in days"},
    {"DELETION_DAYS", .integer = &privacy_deletion_days, .fallback = "30", .min = 0, .max = 365,
     .help = "how long a deleted account can be restored before it is erased, in days"},
    {0}};

static bool
privacy_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    privacy_config = with->config;
    privacy_storage = with->storage;
    privacy_modules = with->modules;
    return true;
}

/* The server died on this archive as often as it may. */
static bool
privacy_on_job_died(const struct event *event, void *context)
{
    const json_t *payload = json_object_get(event->payload, "payload");
    const char *id = json_string_value(json_object_get(payload, "export_id"));
    const char *user_id = json_string_value(json_object_get(payload, "user_id"));
    const struct db_arg args[] = {{"id", id}, {"message", "The archive could not be made."}, {0}};
    char key[STORAGE_KEY_MAX + 1];
    PGresult *result;

    (void)context;
    if (!id || !user_id || !text_equal(json_string_value(json_object_get(event->payload, "kind")), "privacy.export"))
        return true;
    if (db_run(&q_export_fail, args, &result, NULL))
        return false;
    PQclear(result);
    export_folder(key, user_id, id);
    return storage_delete_prefix(privacy_storage, key) == 0;
}

static const struct subscription privacy_subscriptions[] = {
    {"privacy.failures", BUS_EVENTS("job.died"), BUS_FROM_START, privacy_on_job_died}, {0}};

static const struct job_handler privacy_jobs[] = {{"mail.account_deletion", JOB_OUTGOING, privacy_deletion_mail},
                                                  {"privacy.export", JOB_ARCHIVE, privacy_export},
                                                  {"privacy.erase", JOB_ERASE, privacy_erase},
                                                  {"privacy.sweep", JOB_LIGHT, privacy_sweep, .every_s = PRIVACY_SWEEP_S},
                                                  {0}};

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};
static const struct field export_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The archive"}, FIELD_END};

static const struct field proof[] = {
    {"password", FIELD_SECRET, .min = 1, .max = 1024, .help = "The account's, once more", .example = "correct horse battery"},
    {"username", FIELD_STRING, .min = 1, .max = 30, .help = "Instead, for an account without a password", .example = "ada"},
    FIELD_END};

static const struct field deletion_reply[] = {
    {"deletion_at", FIELD_TIME, .required = true, .help = "When everything is erased for good"}, FIELD_END};

#define PROBLEMS(...) ((const enum problem_name[]){__VA_ARGS__, PROBLEM_COUNT})

static const struct route privacy_routes[] = {
    {POST, "/api/v1/users/me/export", "Request an archive of the signed-in user's data",
     "A ZIP file with everything as JSON, lists as CSV too, and one's own files. It takes the place of the one before. A notification "
     "`export.ready` tells when it can be fetched; the WebSocket sends `export.progress` meanwhile.",
     .auth = AUTH_USER, .limit = LIMIT_UPLOAD, .sql = &q_export_create, .shape = ONE, .always = true, .then = &q_export_get,
     .location = "/api/v1/users/me/exports/{id}", .idempotent = true, .status = 202, .problems = PROBLEMS(PROBLEM_EXPORT_RUNNING)},

    {GET, "/api/v1/users/me/export", "Export the data of the signed-in user at once, without files",
     .auth = AUTH_USER, .limit = LIMIT_UPLOAD, .handler = export_now, .produces = "application/json"},

    {GET, "/api/v1/users/me/exports", "List the data archives of the signed-in user, newest first",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_export_list, .shape = MANY},

    {GET, "/api/v1/users/me/exports/{id}", "Get the progress of a data archive",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = export_in_path, .sql = &q_export_get, .shape = ONE},

    {GET, "/api/v1/users/me/exports/{id}/download", "Download a data archive",
     .auth = AUTH_USER, .limit = LIMIT_MEDIA, .path = export_in_path, .file = &q_export_file, .handler = file_get, .produces = "application/zip",
     .problems = PROBLEMS(PROBLEM_EXPORT_EXPIRED, PROBLEM_RANGE_NOT_SATISFIABLE)},

    {DELETE, "/api/v1/users/me", "Delete the account of the signed-in user",
     "Everybody is signed out, and nobody sees the account or its tracks any more. All is erased at `deletion_at`; until then one may "
     "sign in and restore it.",
     .auth = AUTH_USER, .limit = LIMIT_AUTH, .body = proof, .handler = deletion_request_mine, .runs = RUNS_ON_PASSWORD_POOL,
     .reply = deletion_reply,
     .problems = PROBLEMS(PROBLEM_PASSWORD_WRONG, PROBLEM_ACCOUNT_LOCKED, PROBLEM_MFA_REQUIRED, PROBLEM_SIGN_IN_AGAIN)},

    {DELETE, "/api/v1/users/{id}", "Delete an account",
     "One's own, as above; administrators may delete others', with a recent second factor instead of a password.",
     .auth = AUTH_USER, .limit = LIMIT_AUTH, .path = id_in_path, .body = proof, .handler = deletion_request, .runs = RUNS_ON_PASSWORD_POOL,
     .reply = deletion_reply,
     .problems = PROBLEMS(PROBLEM_PASSWORD_WRONG, PROBLEM_ACCOUNT_LOCKED, PROBLEM_MFA_REQUIRED, PROBLEM_MFA_SETUP_REQUIRED,
                          PROBLEM_SIGN_IN_AGAIN)},

    {POST, "/api/v1/users/me/restore", "Cancel the deletion of the signed-in user's account",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .sql = &q_deletion_restore, .shape = ONE, .always = true, .then = &q_me, .idempotent = true},
    ROUTE_END};

static const struct field progress_fields[] = {
    {"export_id", FIELD_UUID}, {"status", FIELD_ENUM, .values = "processing|completed|failed"}, {"progress", FIELD_NUMBER, .max = 1}, FIELD_END};

static const struct message privacy_messages[] = {
    {"export.progress", "user", "Progress of a data archive", .fields = progress_fields, .address = "/api/v1/users/me/exports"}, MESSAGE_END};

const struct module privacy_module = {.name = "privacy",
                                      .personal = &privacy_personal,
                                      .routes = ROUTE_TABLES(privacy_routes),
                                      .queries = privacy_queries,
                                      .jobs = privacy_jobs,
                                      .subscriptions = privacy_subscriptions,
                                      .messages = privacy_messages,
                                      .settings = privacy_settings,
                                      .setup = privacy_setup};
