/* comments.c - comments on tracks. */
#include "api/module.h"
#include "comments.queries.h"
#include "tracks.queries.h"

extern const struct module comments_module;
extern const struct personal comments_personal;

static const struct field track_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const struct field comment_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The comment"}, FIELD_END};

static const struct field list_options[] = {
    {"sort", FIELD_ENUM, .values = "newest|oldest|time", .fallback = "newest", .help = "Order; `time` is that in the track"}, FIELD_END};

static const struct field new_comment[] = {
    {"content", FIELD_TEXT, .required = true, .min = 1, .max = 2000, .help = "Plain text", .example = "What a bass line"},
    {"timestamp", FIELD_NUMBER, .nullable = true, .min = 0, .max = 86400, .help = "Seconds into the track", .example = "12.5"},
    FIELD_END};

static const struct route comments_routes[] = {
    {GET, "/api/v1/tracks/{id}/comments", "List the comments on a track",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = track_in_path, .query = list_options,
     .requires = &q_track_seen, .sql = &q_comment_list, .shape = MANY},

    {POST, "/api/v1/tracks/{id}/comments", "Comment on a track",
     .auth = AUTH_USER, .scope = "comments:write", .limit = LIMIT_WRITE, .path = track_in_path, .body = new_comment,
     .sql = &q_comment_create, .shape = ONE, .status = 201, .then = &q_comment_get},

    {DELETE, "/api/v1/comments/{id}", "Delete a comment",
     "For its author, the owner of the track, and moderators.",
     .auth = AUTH_USER, .scope = "comments:write", .limit = LIMIT_WRITE, .path = comment_in_path, .sql = &q_comment_delete, .shape = EMPTY},
    ROUTE_END};

const struct module comments_module = {
    .name = "comments", .routes = ROUTE_TABLES(comments_routes), .queries = comments_queries, .personal = &comments_personal};
