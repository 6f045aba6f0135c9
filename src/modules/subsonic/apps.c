/* apps.c - the passwords that a person gives to apps. */
#include "http/server.h"
#include "modules/subsonic/internal.h"

#define PASSWORDS_MAX "20"

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The password"}, FIELD_END};

static const struct field new_password[] = {
    {"name", FIELD_STRING, .required = true, .min = 1, .max = 100, .pattern = ".*[^ ].*", .help = "Which app or device it is for", .example = "Phone"}, FIELD_END};

static const enum problem_name create_problems[] = {PROBLEM_CONFLICT, PROBLEM_COUNT};

static const struct problem *
keep_app_password(struct request *req, void *context)
{
    const struct problem *p = db_one(req, &q_app_password_lock, NULL);
    struct row row;

    (void)context;
    if (!p)
        p = db_maybe(req, &q_app_password_create, &row);
    if (!p && !row.count)
        p = problem_detail(req->arena, PROBLEM(CONFLICT), "You have %s passwords of apps already; delete one first.", PASSWORDS_MAX);
    return p;
}

static const struct problem *
create_app_password(struct request *req)
{
    const char *sealed, *hash, *text;
    char id[UUID_TEXT], password[APP_PASSWORD_TEXT];
    const struct problem *p;

    uuid_random(id);
    text = arena_strdup(req->arena, id);
    if (!text || !app_password_make(req, id, password, &sealed, &hash))
        return PROBLEM(INTERNAL);
    request_set(req, "password_id", text);
    request_set(req, "password", arena_strdup(req->arena, password));
    request_set(req, "sealed", sealed);
    request_set(req, "secret_hash", hash);
    request_set(req, "most_passwords", PASSWORDS_MAX);
    request_set(req, "server_url", config_frontend_url(server_settings(req->server)->config));
    p = db_transaction(req, keep_app_password, NULL);
    if (p)
        return p;
    req->reply.cache_control = CACHE_NEVER;
    return reply_query(req, 201, &q_app_password_get);
}

const struct route app_routes[] = {
    {GET, "/api/v1/app-passwords", "List the passwords of one's music apps",
     "Without the passwords themselves. `last_client` is how the app that used it last calls itself.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_app_password_list, .shape = MANY},

    {POST, "/api/v1/app-passwords", "Create a password for a music app",
     "For apps that speak the Subsonic protocol, and for nothing else: it opens no session. `password` is shown this once.",
     .auth = AUTH_USER, .proof = PROOF_SIGN_IN, .limit = LIMIT_WRITE, .body = new_password, .handler = create_app_password, .status = 201,
     .replies = &q_app_password_get, .problems = create_problems},

    {DELETE, "/api/v1/app-passwords/{id}", "Delete the password of a music app, which is signed out at once",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_app_password_delete, .shape = EMPTY},
    ROUTE_END};
