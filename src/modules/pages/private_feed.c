/* private_feed.c - feeds with a secret token, for podcast apps, which send no headers: each shows what the person who made it may hear of a person, a release or a
 * playlist. The token is in the query, which no log has. */
#include <stdio.h>

#include "api/file.h"
#include "api/runner.h"
#include "modules/pages/internal.h"
#include "pages.queries.h"

/* From here on the request is that of the person who made the feed, with no power of staff. `ret_feed`: what it is about. */
static const struct problem *
feed_enter(struct request *req, struct row *ret_feed)
{
    const struct problem *p = db_one(req, &q_private_feed_open, ret_feed);

    if (p)
        return p;
    snprintf(req->identity.user_id, UUID_TEXT, "%s", row_text(ret_feed, "user_id"));
    req->identity.known = true;
    req->identity.role = ROLE_USER;
    return NULL;
}

static const struct problem *
feed_rss(struct request *req)
{
    const char *id = request_param(req, "id"), *token = request_param(req, "token");
    struct row feed;
    const struct problem *p = feed_enter(req, &feed);

    if (p)
        return p;
    request_set(req, "id", row_text(&feed, "of_id"));
    return feed_reply_private(req, row_text(&feed, "kind"), id, token);
}

static const struct problem *
feed_audio(struct request *req)
{
    struct row feed;
    const struct problem *p = feed_enter(req, &feed);

    if (p)
        return p;
    request_set(req, "kind", row_text(&feed, "kind"));
    request_set(req, "of_id", row_text(&feed, "of_id"));
    p = db_one(req, &q_private_feed_has, NULL);
    if (p)
        return p;
    request_set(req, "id", request_param(req, "track_id"));
    request_set(req, "share", NULL);
    reply_header(req, "X-Robots-Tag", "noindex");
    reply_header(req, "Referrer-Policy", "no-referrer");
    return audio_get(req);
}

#define TOKEN_EXAMPLE "0123456789012345678901234567890123456789012"

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The feed"}, FIELD_END};
static const struct field track_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The feed"}, {"track_id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const struct field token_in_query[] = {
    {"token", FIELD_STRING, .required = true, .min = 43, .max = 43, .pattern = "[A-Za-z0-9_-]*", .help = "The token of the feed", .example = TOKEN_EXAMPLE}, FIELD_END};
static const struct field new_feed[] = {
    {"kind", FIELD_ENUM, .required = true, .values = "person|release|playlist", .help = "What it is about"},
    {"of_id", FIELD_UUID, .required = true, .help = "The person, release or playlist"},
    FIELD_END};
static const enum problem_name rss_problems[] = {PROBLEM_NOT_FOUND, PROBLEM_COUNT};
static const enum problem_name audio_problems[] = {PROBLEM_NOT_FOUND, PROBLEM_STREAM_NOT_READY, PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};

const struct route private_feed_routes[] = {
    {GET, "/api/v1/feeds", "List one's private feeds, the latest first", "Without their tokens. `title` is null when one may not see any more what it is about.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_private_feed_list, .shape = MANY},

    {POST, "/api/v1/feeds", "Make a private feed for a podcast app",
     "Whoever has its address hears what the person who made it may hear there, until it is deleted: private and unlisted tracks of theirs too. `path` has the token "
     "and is told this once; "
     "only its hash is kept.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .body = new_feed, .sql = &q_private_feed_add, .shape = ONE, .status = 201, .then = &q_private_feed_new},

    {DELETE, "/api/v1/feeds/{id}", "Delete a private feed, whose address opens nothing any more",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_private_feed_delete, .shape = EMPTY},

    {GET, "/api/v1/feeds/{id}/rss", "Get a private feed as a podcast", "RSS 2.0. Its enclosures have the token too.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .path = id_in_path, .query = token_in_query, .handler = feed_rss, .produces = "application/rss+xml",
         .problems = rss_problems},

    {GET, "/api/v1/feeds/{id}/tracks/{track_id}/audio.m4a", "Get the sound of a track of a private feed as one file",
     "As `GET /tracks/{id}/audio.m4a`, for tracks that are in the feed.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_MEDIA, .path = track_in_path, .query = token_in_query, .handler = feed_audio, .produces = "audio/mp4",
         .problems = audio_problems},
    ROUTE_END};
