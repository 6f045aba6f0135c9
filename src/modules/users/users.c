#include "modules/users/users.h"

#include "users.queries.h"

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};
static const struct field username_in_path[] = {
    {"username", FIELD_STRING, .required = true, .min = 3, .max = 30, .pattern = "[A-Za-z0-9_.-]+", .help = "In any case"},
    FIELD_END};

const struct route users_routes[] = {
    {GET, "/api/v1/users/{id}", "A person's public profile",
     .auth = AUTH_OPTIONAL, .scope = "users:read", .limit = LIMIT_READ, .path = id_in_path,
     .sql = &q_user_get, .shape = ONE, .cache_s = 5, .cache_tag = "users"},

    {GET, "/api/v1/users/by-username/{username}", "A person's public profile, by name",
     .auth = AUTH_OPTIONAL, .scope = "users:read", .limit = LIMIT_READ, .path = username_in_path,
     .sql = &q_user_get_by_username, .shape = ONE, .cache_s = 5, .cache_tag = "users"},
    ROUTE_END};
