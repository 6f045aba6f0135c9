/* shares.c - links to single tracks, for people without an account and whatever the track's visibility. */
#include "api/module.h"
#include "shares.queries.h"

extern const struct module shares_module;
extern const struct personal shares_personal;

static const struct field track_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const struct field share_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The link"}, FIELD_END};
static const struct field token_in_path[] = {
    {"token", FIELD_STRING, .required = true, .min = 43, .max = 43, .pattern = "[A-Za-z0-9_-]*", .help = "The token of a link",
     .example = "0123456789012345678901234567890123456789012"},
    FIELD_END};
static const struct field new_share[] = {
    {"permissions", FIELD_ENUM, .values = "read|download", .fallback = "read", .help = "`read`: hear it. `download`: also keep it, in the formats of the track"},
    {"expires_at", FIELD_TIME, .nullable = true, .help = "Until when the link opens the track; null or left out: until it is revoked"},
    FIELD_END};

static const struct route shares_routes[] = {
    {POST, "/api/v1/tracks/{id}/share", "Make a link that opens a track",
     "Whoever has the link hears the track without an account, whatever its visibility: at `/track/shared/{token}` in the web app. It opens nothing else. "
     "The token is told once; only its hash is kept. 50 links a track.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = track_in_path, .body = new_share,
     .requires = &q_share_own, .sql = &q_share_add, .shape = ONE, .status = 201, .then = &q_share_new},

    {GET, "/api/v1/tracks/{id}/shares", "List the links of a track, newest first",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .path = track_in_path,
     .requires = &q_share_own, .sql = &q_share_list, .shape = MANY},

    {DELETE, "/api/v1/tracks/share/{id}", "Revoke a link",
     "What plays by it falls silent within a minute: nothing more is sent.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = share_in_path, .sql = &q_share_revoke, .shape = EMPTY},

    {GET, "/api/v1/tracks/shared/{token}", "Get a track by a link",
     "Counts that somebody opened it. The addresses of the stream, the waveform and the cover carry the token; other players can use them as they are.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = token_in_path,
     .sql = &q_share_open, .shape = ONE, .then = &q_share_get},
    ROUTE_END};

const struct module shares_module = {
    .name = "shares", .routes = ROUTE_TABLES(shares_routes), .queries = shares_queries, .personal = &shares_personal};
