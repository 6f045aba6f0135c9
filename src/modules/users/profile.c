/* profile.c - one's own profile, and what is between two people. */
#include "modules/users/internal.h"

#include <ctype.h>

#include "http/server.h"

#define LINKS_MAX 12
#define LINK_MAX 300

/* What is shown as a link must not run as a script. */
static bool
link_valid(const char *service, const char *address)
{
    size_t characters;

    if (!*service || strlen(service) > 30)
        return false;
    for (const char *p = service; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-')
            return false;
    if (!address || strlen(address) > LINK_MAX || !utf8_valid(str_of(address), &characters))
        return false;
    for (const unsigned char *p = (const unsigned char *)address; *p; p++)
        if (*p <= 0x20 || *p == 0x7F || strchr("<>\"'`\\", *p))
            return false;
    return (text_starts_with(address, "https://") && address[8]) || (text_starts_with(address, "http://") && address[7]);
}

static bool
links_valid(json_t *links)
{
    const char *service;
    json_t *address;

    json_object_foreach(links, service, address)
        if (!link_valid(service, json_string_value(address)))
            return false;
    return json_object_size(links) <= LINKS_MAX;
}

const struct problem *
profile_update(struct request *req)
{
    const struct problem *p;

    if (!links_valid(json_object_get(req->json, "social_links")))
        return problem_field(req->arena, "social_links", "value", "Names of services, each with an http or https address; at most 12");
    p = reply_query(req, 200, &q_user_update);
    if (!p)
        server_purge(req->server, "tracks"); /* they show their creator's name */
    return p;
}

static const struct problem *
list_tracks_of(struct request *req, const char *which, bool private_when_hidden)
{
    struct row person;
    const struct problem *p = db_one(req, &q_user_seen, &person);

    if (p)
        return p;
    if (private_when_hidden && !row_bool(&person, "shows_activity"))
        return PROBLEM(NOT_FOUND);
    request_set(req, "which", which);
    return run_route_query(req);
}

const struct problem *
profile_likes(struct request *req)
{
    return list_tracks_of(req, "likes", true);
}

const struct problem *
profile_reposts(struct request *req)
{
    return list_tracks_of(req, "reposts", false);
}

const struct problem *
profile_gear(struct request *req)
{
    const struct problem *p = db_one(req, &q_user_seen, NULL);

    return p ? p : run_route_query(req);
}

const struct problem *
person_follow(struct request *req)
{
    struct row person;
    const struct problem *p = db_one(req, &q_user_seen, &person);

    if (p)
        return p;
    if (row_bool(&person, "is_self"))
        return problem_detail(req->arena, PROBLEM(CONFLICT), "Nobody can follow themselves.");
    if (row_bool(&person, "is_blocked"))
        return problem_detail(req->arena, PROBLEM(CONFLICT), "You have blocked this person.");
    return reply_query(req, 200, &q_user_follow);
}

const struct problem *
person_block(struct request *req)
{
    const struct problem *p;

    if (strcasecmp(request_param(req, "id"), req->identity.user_id) == 0)
        return problem_detail(req->arena, PROBLEM(CONFLICT), "Nobody can block themselves.");
    p = db_one(req, &q_user_block, NULL);
    return p ? p : reply_empty(req, 204);
}
