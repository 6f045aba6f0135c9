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
    {"parent_id", FIELD_UUID, .nullable = true, .help = "The comment that it answers; without `timestamp`"},
    FIELD_END};

static const struct field edited_comment[] = {
    {"content", FIELD_TEXT, .required = true, .min = 1, .max = 2000, .help = "Plain text", .example = "What a bass line!"}, FIELD_END};

static const struct field comment_status[] = {
    {"status", FIELD_ENUM, .required = true, .values = "shown|hidden",
     .help = "`shown` to everybody, or `hidden` from all but its author, the owner of the track, moderators and staff"},
    FIELD_END};

static const struct route comments_routes[] = {
    {GET, "/api/v1/tracks/{id}/comments", "List the comments on a track",
     "Replies are listed by `GET /comments/{id}/replies`. A comment that waits for the approval of the owner of the track has the `status` `held`, one that was hidden "
     "has `hidden`: only its author, the owner, moderators and staff see these.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = track_in_path, .query = list_options,
     .requires = &q_track_seen, .sql = &q_comment_list, .shape = MANY, .replica = "comments tracks users"},

    {GET, "/api/v1/comments/held", "List the comments on one's tracks that wait for approval, newest first",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .sql = &q_comment_held, .shape = MANY},

    {GET, "/api/v1/comments/{id}/replies", "List the replies to a comment, oldest first",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = comment_in_path,
     .requires = &q_comment_seen, .sql = &q_comment_replies, .shape = MANY, .replica = "comments tracks users"},

    {GET, "/api/v1/comments/{id}/texts", "List the earlier texts of a comment, newest first",
     "For its author, moderators and staff.",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .path = comment_in_path,
     .requires = &q_comment_texts_seen, .sql = &q_comment_texts, .shape = MANY},

    {POST, "/api/v1/tracks/{id}/comments", "Comment on a track, or answer a comment",
     "A reply to a reply stands under the same comment. The owner of the track may have closed its comments, or may want to approve the first one of each person.",
     .auth = AUTH_USER, .scope = "comments:write", .limit = LIMIT_WRITE, .path = track_in_path, .body = new_comment,
     .sql = &q_comment_create, .shape = ONE, .status = 201, .then = &q_comment_get},

    {PUT, "/api/v1/comments/{id}", "Change one's comment",
     "Within a day after it was written. Moderators see what it said before.",
     .auth = AUTH_USER, .scope = "comments:write", .limit = LIMIT_WRITE, .path = comment_in_path, .body = edited_comment,
     .sql = &q_comment_edit, .shape = ONE, .then = &q_comment_get},

    {PUT, "/api/v1/comments/{id}/status", "Show or hide a comment",
     "For the owner of the track, moderators and staff. Showing approves one that waits.",
     .auth = AUTH_USER, .scope = "comments:write", .limit = LIMIT_WRITE, .path = comment_in_path, .body = comment_status,
     .sql = &q_comment_status, .shape = ONE, .then = &q_comment_get},

    {DELETE, "/api/v1/comments/{id}", "Delete a comment",
     "For its author, the owner of the track, moderators and staff. A comment that has replies stays in the list without its text.",
     .auth = AUTH_USER, .scope = "comments:write", .limit = LIMIT_WRITE, .path = comment_in_path, .sql = &q_comment_delete, .shape = EMPTY},
    ROUTE_END};

const struct module comments_module = {
    .name = "comments", .routes = ROUTE_TABLES(comments_routes), .queries = comments_queries, .personal = &comments_personal};
