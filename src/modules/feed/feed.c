/* feed.c - what is new from those whom one follows, and in genres and tags. Posts of the community are to be merged by the same function, feed_page(). */
#include "api/module.h"
#include "feed.queries.h"

extern const struct module feed_module;

static const struct route feed_routes[] = {
    {GET, "/api/v1/feed", "List what is new from people, genres and tags that one follows, newest first",
     "Tracks, releases and reposts of people whom one follows, and tracks of followed genres, with those below them, and tags. Each track or release is "
     "there once, at the time when it was "
     "first published; one that is there only because it was reposted, at the first repost by somebody whom one follows. `reason` says why it is there, and "
     "`label` the genre or tag. "
     "`reposter` is the first of those whom one follows who reposted it, and `other_reposters` how many more did. A track that comes out with a release is "
     "not listed beside it. "
     "Nothing that one muted, and nothing of people who are blocked either way.",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .sql = &q_feed_list, .shape = MANY},
    ROUTE_END};

const struct module feed_module = {.name = "feed", .routes = ROUTE_TABLES(feed_routes), .queries = feed_queries};
