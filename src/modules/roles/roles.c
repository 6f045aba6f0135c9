#include "modules/roles/roles.h"

#include <strings.h>

#include "api/runner.h"
#include "roles.queries.h"

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The role"}, FIELD_END};
static const struct field person_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};
static const struct field assignment_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"},
                                                  {"role_id", FIELD_UUID, .required = true, .help = "The role"},
                                                  FIELD_END};

#define ROLE_DETAILS \
    {"description", FIELD_TEXT, .nullable = true, .max = 1000, .help = "What it is for"}, \
        {"permissions", FIELD_STRINGS, .max = 100, .item_max = 100, .help = "Names, such as those of the role admin"}

static const struct field new_role[] = {
    {"name", FIELD_STRING, .required = true, .min = 2, .max = 50, .pattern = "[a-z][a-z0-9_]*", .help = "For programs; never changes",
     .example = "label_manager"},
    {"display_name", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "For people", .example = "Label manager"},
    ROLE_DETAILS,
    FIELD_END};

static const struct field role_changes[] = {
    {"display_name", FIELD_STRING, .min = 1, .max = 100, .help = "For people", .example = "Label manager"},
    ROLE_DETAILS,
    {"is_active", FIELD_BOOL, .help = "false takes it out of use without forgetting who has it"},
    FIELD_END};

static const struct field assignment[] = {
    {"role_id", FIELD_UUID, .required = true, .help = "The role"},
    {"expires_at", FIELD_TIME, .nullable = true, .help = "Until when; for good when absent", .example = "2099-01-31T12:00:00Z"},
    FIELD_END};

#define PROBLEMS(...) ((const enum problem_name[]){__VA_ARGS__, PROBLEM_COUNT})

static const struct problem *
check_permissions(struct request *req)
{
    struct row row;
    const struct problem *p = db_maybe(req, &q_role_unknown_permissions, &row);

    if (p || !row.count)
        return p;
    return problem_field(req->arena, "permissions", "value",
                         arena_printf(req->arena, "There is no permission %s", row_text(&row, "name")));
}

/* Administrators give what they like. Whoever manages roles by a permission gives and takes only what they hold themselves, and
 * nothing to or from themselves. `role_id` (may be NULL) is the role that they touch, `person_id` whose it becomes or was. */
static const struct problem *
check_giver(struct request *req, const char *role_id, const char *person_id)
{
    const struct problem *p;
    struct row row;

    if (request_role(req, ROLE_ADMIN))
        return NULL;
    if (person_id && strcasecmp(person_id, req->identity.user_id) == 0)
        return PROBLEM(FORBIDDEN);
    request_set(req, "touched_role_id", role_id);
    p = db_one(req, &q_role_beyond, &row);
    if (p)
        return p;
    return row_bool(&row, "beyond") ? PROBLEM(FORBIDDEN) : NULL;
}

static const struct problem *
create(struct request *req)
{
    const struct problem *p = check_permissions(req);
    struct row row;

    if (!p)
        p = check_giver(req, NULL, NULL);
    if (!p)
        p = db_one(req, &q_role_create, &row);
    if (p)
        return p;
    request_set(req, "id", row_text(&row, "id"));
    reply_header(req, "Location", arena_printf(req->arena, "/api/v1/roles/%s", row_text(&row, "id")));
    return reply_query(req, 201, &q_role_get);
}

/* The role exists and is not one of the server's own. */
static const struct problem *
check_own(struct request *req)
{
    struct row row;
    const struct problem *p = db_one(req, &q_role_get, &row);

    if (p)
        return p;
    return row_bool(&row, "is_system") ? PROBLEM(SYSTEM_ROLE) : NULL;
}

static const struct problem *
update(struct request *req)
{
    const struct problem *p = check_own(req);

    if (!p)
        p = check_permissions(req);
    if (!p)
        p = check_giver(req, request_param(req, "id"), NULL);
    if (!p)
        p = db_one(req, &q_role_update, NULL);
    return p ? p : reply_query(req, 200, &q_role_get);
}

static const struct problem *
delete(struct request *req)
{
    const struct problem *p = check_own(req);

    if (!p)
        p = check_giver(req, request_param(req, "id"), NULL);
    if (!p)
        p = db_one(req, &q_role_delete, NULL);
    return p ? p : reply_empty(req, 204);
}

static const struct problem *
assign(struct request *req)
{
    struct row row;
    const struct problem *p = db_one(req, &q_role_assign_check, &row);

    if (p)
        return p;
    if (!row_text(&row, "role_id") || !row_bool(&row, "is_active"))
        return problem_field(req->arena, "role_id", "value", "There is no such role in use");
    if (!row_bool(&row, "in_future"))
        return problem_field(req->arena, "expires_at", "value", "This time has passed");
    p = check_giver(req, request_param(req, "role_id"), request_param(req, "id"));
    return p ? p : reply_query(req, 201, &q_role_assign);
}

static const struct problem *
revoke(struct request *req)
{
    const struct problem *p = check_giver(req, request_param(req, "role_id"), request_param(req, "id"));

    return p ? p : run_route_query(req);
}

static const struct problem *
list_assignments(struct request *req)
{
    const struct problem *p = db_one(req, &q_role_assign_check, NULL);

    return p ? p : run_route_query(req);
}

static const struct route roles_routes[] = {
    {GET, "/api/v1/roles", "List roles and their permissions",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_role_list, .shape = MANY},

    {GET, "/api/v1/roles/{id}", "Get a role",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = id_in_path, .sql = &q_role_get, .shape = ONE},

    {POST, "/api/v1/roles", "Create a role",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_WRITE, .body = new_role, .handler = create,
     .replies = &q_role_get, .status = 201, .problems = PROBLEMS(PROBLEM_CONFLICT)},

    {PUT, "/api/v1/roles/{id}", "Change a role",
     "Not one of the system roles.",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_WRITE, .path = id_in_path, .body = role_changes,
     .handler = update, .replies = &q_role_get, .problems = PROBLEMS(PROBLEM_SYSTEM_ROLE)},

    {DELETE, "/api/v1/roles/{id}", "Delete a role",
     "Not one of the system roles.",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_WRITE, .path = id_in_path, .handler = delete, .status = 204,
     .problems = PROBLEMS(PROBLEM_SYSTEM_ROLE)},

    {GET, "/api/v1/users/{id}/roles", "List the roles assigned to a user",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_READ, .path = person_in_path,
     .sql = &q_role_assignments, .shape = MANY, .handler = list_assignments, .runs = RUNS_IN_LOOP},

    {POST, "/api/v1/users/{id}/roles", "Assign a role to a user",
     "Counts from the person's next request on. Who is no administrator gives only what they hold, and not to themselves.",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_WRITE, .path = person_in_path, .body = assignment, .handler = assign,
     .replies = &q_role_assign, .status = 201},

    {DELETE, "/api/v1/users/{id}/roles/{role_id}", "Remove a role from a user",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_WRITE, .path = assignment_in_path,
     .sql = &q_role_revoke, .shape = EMPTY, .handler = revoke},
    ROUTE_END};

const struct module roles_module = {.name = "roles", .routes = ROUTE_TABLES(roles_routes), .queries = roles_queries};
