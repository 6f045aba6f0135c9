/* reposts.c - who reposted which track, for those who follow them. */
#include "api/module.h"
#include "reposts.queries.h"

extern const struct module reposts_module;
extern const struct personal reposts_personal;

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};

static const struct route reposts_routes[] = {
    {GET, "/api/v1/tracks/{id}/repost", "Tell whether one has reposted a track",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_track_repost_state, .shape = ONE},

    {POST, "/api/v1/tracks/{id}/repost", "Repost a track",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_track_repost, .shape = ONE},

    {DELETE, "/api/v1/tracks/{id}/repost", "Take a repost back",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_track_unrepost, .shape = ONE},
    ROUTE_END};

const struct module reposts_module = {
    .name = "reposts", .routes = ROUTE_TABLES(reposts_routes), .queries = reposts_queries, .personal = &reposts_personal};
