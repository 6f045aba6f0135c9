/* quota.c - how much somebody may store, and who sets it. */
#include "modules/uploads/internal.h"

static const struct field person_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};
static const struct field role_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The role"}, FIELD_END};
static const struct field new_quota[] = {
    {"max_bytes", FIELD_INT64, .required = true, .nullable = true, .min = 0, .max = FIELD_EXACT_MAX, .example = "10737418240",
     .help = "null: no quota of their own"},
    FIELD_END};

const struct route quota_routes[] = {
    {GET, "/api/v1/tracks/quota/{id}", "Get how much a person may store, and how much is taken",
     "For oneself and for administrators. Originals count as long as they are kept, and unfinished uploads by their whole length (`held_bytes`).",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .path = person_in_path, .sql = &q_storage_quota, .shape = ONE},

    {PUT, "/api/v1/admin/users/{id}/quota", "Set how much a person may store",
     "What is stored already stays, also where it is more.",
     .auth = AUTH_ADMIN, .permission = "storage.manage", .limit = LIMIT_WRITE, .path = person_in_path, .body = new_quota, .sql = &q_storage_quota_set, .shape = ONE,
     .then = &q_storage_quota},

    {PUT, "/api/v1/admin/roles/{id}/quota", "Set how much people with a role may store",
     "Who has several such roles has the most of them; a quota of their own goes before.",
     .auth = AUTH_ADMIN, .permission = "storage.manage", .limit = LIMIT_WRITE, .path = role_in_path, .body = new_quota, .sql = &q_storage_quota_role_set, .shape = ONE,
     .then = &q_storage_quota_role},

    {GET, "/api/v1/admin/users/quotas", "List how much people store, who stores most first",
     "Everybody who ever stored something or has a quota of their own.",
     .auth = AUTH_ADMIN, .permission = "storage.manage", .limit = LIMIT_READ, .sql = &q_storage_quota_people, .shape = MANY},

    {GET, "/api/v1/admin/roles/quotas", "List how much people with each role may store",
     .auth = AUTH_ADMIN, .permission = "storage.manage", .limit = LIMIT_READ, .sql = &q_storage_quota_roles, .shape = MANY},
    ROUTE_END};
