/* likes.c - who likes which track. */
#include "api/module.h"
#include "likes.queries.h"
#include "tracks.queries.h"

extern const struct module likes_module;
extern const struct personal likes_personal;

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};

static const struct route likes_routes[] = {
    {POST, "/api/v1/tracks/{id}/like", "Like a track",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_track_like, .shape = ONE},

    {DELETE, "/api/v1/tracks/{id}/like", "Unlike a track",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_track_unlike, .shape = ONE},

    {GET, "/api/v1/tracks/{id}/likes", "List the people who like a track, newest first",
     "Without a total. People who do not show their activity are left out.",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_track_seen, .sql = &q_track_likers, .shape = MANY},
    ROUTE_END};

const struct module likes_module = {
    .name = "likes", .routes = ROUTE_TABLES(likes_routes), .queries = likes_queries, .personal = &likes_personal};
