#include "modules/roles/roles.h"

#include "api/runner.h"
#include "roles.queries.h"

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The role"}, FIELD_END};
static const struct field person_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};
static const struct field assignment_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"},
                                                  {"role_id", FIELD_UUID, .required = true, .help = "The role"},
                                                  FIELD_END};

#define ROLE_DETAILS \
    {"description", FIELD_TEXT, .nullable = true, .max = 1000, .help = "What it is for"}, \
        {"permissions", FIELD_ARRAY, .max = 100, .items = FIELD_ITEMS(FIELD_STRING, .min = 1, .max = 100), .help = "Names, such as those of the role admin"}

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

static const struct route roles_routes[] = {
    {GET, "/api/v1/roles", "List roles and their permissions",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_role_list, .shape = MANY},

    {GET, "/api/v1/roles/{id}", "Get a role",
     .auth = AUTH_USER, .limit = LIMIT_READ, .path = id_in_path, .sql = &q_role_get, .shape = ONE},

    {POST, "/api/v1/roles", "Create a role",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_WRITE, .body = new_role,
     .requires = &q_role_may_create, .sql = &q_role_create, .shape = ONE, .then = &q_role_get, .always = true, .location = "/api/v1/roles/{id}",
     .idempotent = true, .status = 201, .problems = (const enum problem_name[]){PROBLEM_CONFLICT, PROBLEM_COUNT}},

    {PUT, "/api/v1/roles/{id}", "Change a role",
     "Not one of the system roles.",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_WRITE, .path = id_in_path, .body = role_changes,
     .requires = &q_role_may_change, .sql = &q_role_update, .shape = ONE, .then = &q_role_get},

    {DELETE, "/api/v1/roles/{id}", "Delete a role",
     "Not one of the system roles.",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_WRITE, .path = id_in_path,
     .requires = &q_role_may_delete, .sql = &q_role_delete, .shape = EMPTY},

    {GET, "/api/v1/users/{id}/roles", "List the roles assigned to a user",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_READ, .path = person_in_path,
     .requires = &q_role_person, .sql = &q_role_assignments, .shape = MANY},

    {POST, "/api/v1/users/{id}/roles", "Assign a role to a user",
     "Counts from the person's next request on. Who is no administrator gives only what they hold, and not to themselves.",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_WRITE, .path = person_in_path, .body = assignment,
     .requires = &q_role_may_assign, .sql = &q_role_assign, .shape = ONE, .status = 201},

    {DELETE, "/api/v1/users/{id}/roles/{role_id}", "Remove a role from a user",
     .auth = AUTH_ADMIN, .permission = "roles.manage", .limit = LIMIT_WRITE, .path = assignment_in_path,
     .requires = &q_role_may_revoke, .sql = &q_role_revoke, .shape = EMPTY},
    ROUTE_END};

const struct module roles_module = {.name = "roles",
                                    .personal = &roles_personal,
                                    .routes = ROUTE_TABLES(roles_routes),
                                    .queries = roles_queries};
