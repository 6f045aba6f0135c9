#include "modules/developer/developer.h"

#include "api/runner.h"
#include "developer.queries.h"
#include "modules/auth/auth.h"

#define KEYS_MAX "50"
#define PREFIX_CHARACTERS 11 /* vz_ and eight more: enough to tell one's keys apart, and of no use to a thief */
#define EXPIRES_MAX_DAYS 3650

static route_tables tables; /* they tell which scopes there are */

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The key"}, FIELD_END};

static const struct field new_key[] = {
    {"name", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "What it is for", .example = "Nightly uploads"},
    {"scopes", FIELD_ARRAY, .required = true, .min = 1, .max = 50, .items = FIELD_ITEMS(FIELD_STRING, .min = 1, .max = 50), .example = "[\"tracks:read\"]",
     .help = "What it may do: x-scope of the operations that it will call"},
    {"expires_in_days", FIELD_INT, .nullable = true, .min = 1, .max = EXPIRES_MAX_DAYS, .help = "Default: it does not expire"},
    FIELD_END};

static const enum problem_name create_problems[] = {PROBLEM_CONFLICT, PROBLEM_COUNT};

static bool
developer_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    tables = module_routes(with->modules, MODULE_API | MODULE_STREAM);
    return true;
}

static bool
scope_exists(const char *scope)
{
    for (route_tables table = tables; table && *table; table++)
        for (const struct route *route = *table; route->pattern; route++)
            if (text_equal(route->scope, scope))
                return true;
    return false;
}

/* A scope that is none is a typing error. */
static const struct problem *
check_scopes(struct request *req)
{
    const json_t *scope;
    size_t i;

    json_array_foreach(request_json(req, "scopes"), i, scope)
        if (!scope_exists(json_string_value(scope)))
            return problem_field(req->arena, arena_printf(req->arena, "scopes[%zu]", i), "value", "There is no such scope.");
    return NULL;
}

static const struct problem *
create_key(struct request *req)
{
    char secret[TOKEN_TEXT], unused[SHA256_HEX], hash[SHA256_HEX];
    const struct problem *p = check_scopes(req);
    const char *key;
    struct row row;

    if (p)
        return p;
    token_make(secret, unused);
    key = arena_printf(req->arena, "%s%s", API_KEY_PREFIX, secret);
    if (!key)
        return PROBLEM(INTERNAL);
    sha256_hex(str_of(key), hash);
    request_set(req, "key", key);
    request_set(req, "prefix", arena_strndup(req->arena, key, PREFIX_CHARACTERS));
    request_set(req, "hashed_key", arena_strdup(req->arena, hash));
    request_set(req, "most_keys", KEYS_MAX);
    p = db_maybe(req, &q_api_key_create, &row);
    if (p)
        return p;
    if (!row.count)
        return problem_detail(req->arena, PROBLEM(CONFLICT), "You have %s keys already; delete one first.", KEYS_MAX);
    request_set(req, "key_id", row_text(&row, "id"));
    req->reply.cache_control = CACHE_NEVER;
    return reply_query(req, 201, &q_api_key_get);
}

static const struct route developer_routes[] = {
    {GET, "/api/v1/developer/api-keys", "List the API keys of the signed-in user",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_api_key_list, .shape = MANY},

    {POST, "/api/v1/developer/api-keys", "Create an API key",
     .description = "`key` is shown this once. Send it as `Authorization: Bearer vz_…`.",
     .auth = AUTH_USER, .proof = PROOF_SIGN_IN, .limit = LIMIT_WRITE, .body = new_key, .handler = create_key, .status = 201, .replies = &q_api_key_get,
     .problems = create_problems},

    {DELETE, "/api/v1/developer/api-keys/{id}", "Delete an API key, which stops working at once",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_api_key_delete, .shape = EMPTY},
    ROUTE_END};

const struct module developer_module = {.name = "developer",
                                        .personal = &developer_personal,
                                        .routes = ROUTE_TABLES(developer_routes),
                                        .queries = developer_queries,
                                        .setup = developer_setup};
