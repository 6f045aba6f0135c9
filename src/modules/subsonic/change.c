/* change.c - calls that change something. Likes, follows, playlists and links are changed by the statements of their own modules. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "http/limit.h"
#include "http/server.h"
#include "likes.queries.h"
#include "modules/subsonic/internal.h"
#include "playlists.queries.h"
#include "shares.queries.h"
#include "users.queries.h"

#define STARS_MAX 500 /* in one call */
#define TIME_TEXT 40

/* What a person marks by an app, or tells that they heard, each thing counted by itself: a call may name hundreds, and each like and follow tells somebody. */
static const struct limit_rule changes_rule = {STARS_MAX, 300};
static struct limiter *changes;

bool
change_setup(void)
{
    changes = limiter_new();
    return changes;
}

void
change_teardown(void)
{
    limiter_free(changes);
    changes = NULL;
}

const struct problem *
rest_run(struct rest_call *call)
{
    return db_one(call->req, call->method->query, NULL);
}

static const struct problem *
count_change(struct request *req)
{
    struct limit_state state;

    if (!server_settings(req->server)->config->rate_limits)
        return NULL;
    state = limiter_take(changes, str_of(req->identity.user_id), &changes_rule, clock_monotonic_ns());
    return state.allowed ? NULL : problem_retry(req->arena, PROBLEM(TOO_MANY_REQUESTS), (int)state.retry_after_s);
}

/* A song is liked, an artist followed, an album marked. */
static const struct problem *
change_star_one(struct rest_call *call, const char *id, const char *kinds, bool on)
{
    struct request *req = call->req;
    char kind[3], uuid[UUID_TEXT];

    if (!rest_id(id, kinds, kind, uuid))
        return rest_refuse(call, REST_NOT_FOUND, "There is nothing with this id.");
    request_set(req, "id", arena_strdup(req->arena, uuid));
    request_set(req, "id_kind", arena_strdup(req->arena, kind));
    if (text_equal(kind, "tr"))
        return db_one(req, on ? &q_track_like : &q_track_unlike, NULL);
    if (text_equal(kind, "ar"))
        return db_one(req, on ? &q_user_follow : &q_user_unfollow, NULL);
    return db_one(req, on ? &q_subsonic_star_album : &q_subsonic_unstar_album, NULL);
}

/* Each is a change of its own, as if it came alone: those before one that is not there stay. */
static const struct problem *
change_stars(struct rest_call *call, bool on)
{
    static const char *const names[][2] = {{"id", "tr|al|sg|ar"}, {"albumId", "al|sg"}, {"artistId", "ar"}};
    const struct problem *p = NULL;
    unsigned count = 0;

    for (size_t i = 0; i < COUNT_OF(names); i++)
        for (unsigned n = 0; !p && rest_param(call, names[i][0], n); n++) {
            if (count++ == STARS_MAX)
                return rest_refuse(call, REST_GENERIC, "There are more than %d ids.", STARS_MAX);
            p = count_change(call->req);
            if (!p)
                p = change_star_one(call, rest_param(call, names[i][0], n), names[i][1], on);
        }
    return !p && !count ? rest_refuse(call, REST_MISSING_PARAMETER, "The parameter id is missing.") : p;
}

const struct problem *
rest_star(struct rest_call *call)
{
    return change_stars(call, true);
}

const struct problem *
rest_unstar(struct rest_call *call)
{
    return change_stars(call, false);
}

/* Playlists. */

static const struct problem *
change_add_songs(struct request *req)
{
    const struct problem *p;
    struct row added;

    if (text_equal(request_param(req, "ids"), "{}"))
        return NULL;
    p = db_one(req, &q_subsonic_playlist_add, &added);
    if (!p && row_int(&added, "full", 0))
        p = problem_detail(req->arena, PROBLEM(CONFLICT), "The playlist is full.");
    return p;
}

static const struct problem *
change_write_playlist(struct request *req, void *context)
{
    struct rest_call *call = context;
    const struct problem *p;
    struct row row;

    if (rest_param(call, "playlistId", 0)) {
        p = db_one(req, &q_subsonic_playlist_may, NULL);
        if (!p && request_has(req, "name"))
            p = db_one(req, &q_playlist_update, NULL);
        if (!p)
            p = db_one(req, &q_subsonic_playlist_empty, NULL);
    } else {
        request_set(req, "is_public", "false");
        p = db_one(req, &q_playlist_create, &row);
        if (!p)
            request_set(req, "id", row_text(&row, "id"));
    }
    if (!p)
        p = change_add_songs(req);
    return p ? p : db_one(req, &q_subsonic_playlist_tell, NULL);
}

/* A new one is private; with an id, what is in that playlist is replaced. */
const struct problem *
rest_playlist_create(struct rest_call *call)
{
    const char *name = request_param(call->req, "name");
    const struct problem *p;

    if (!rest_param(call, "playlistId", 0) && (!name || !name[strspn(name, " ")]))
        return rest_refuse(call, REST_MISSING_PARAMETER, "The parameter name is missing.");
    p = db_transaction(call->req, change_write_playlist, call);
    return p ? p : rest_query(call, &q_subsonic_playlist, &call->reply);
}

static const struct problem *
change_playlist(struct request *req, void *context)
{
    struct rest_call *call = context;
    const struct problem *p = NULL;

    if (request_has(req, "name") || request_has(req, "description") || request_has(req, "is_public"))
        p = db_one(req, &q_playlist_update, NULL);
    if (!p && (rest_param(call, "songIndexToRemove", 0) || rest_param(call, "songIdToAdd", 0))) {
        p = db_one(req, &q_subsonic_playlist_may, NULL);
        if (!p && rest_param(call, "songIndexToRemove", 0))
            p = db_one(req, &q_subsonic_playlist_remove, NULL);
        if (!p)
            p = change_add_songs(req);
        if (!p)
            p = db_one(req, &q_subsonic_playlist_tell, NULL);
    }
    return p;
}

const struct problem *
rest_playlist_update(struct rest_call *call)
{
    const char *name = request_param(call->req, "name");

    if (name && !name[strspn(name, " ")])
        return rest_refuse(call, REST_GENERIC, "A playlist has a name.");
    return db_transaction(call->req, change_playlist, call);
}

/* One's own is deleted; one that one follows is followed no more. */
const struct problem *
rest_playlist_delete(struct rest_call *call)
{
    struct row row;
    const struct problem *p = db_maybe(call->req, &q_playlist_delete, &row);

    if (p || row.count)
        return p;
    p = db_one(call->req, &q_playlist_seen, NULL);
    return p ? p : db_one(call->req, &q_playlist_unfollow, NULL);
}

/* The queue. */

const struct problem *
rest_queue_save(struct rest_call *call)
{
    struct request *req = call->req;
    const char *current = request_param(req, "current");
    const struct problem *p;

    for (unsigned n = 0; current && rest_param(call, "id", n); n++)
        if (text_equal(rest_param(call, "id", n) + 3, current)) {
            request_set(req, "current_place", arena_printf(req->arena, "%u", n));
            break;
        }
    if (current && !request_has(req, "current_place"))
        return rest_refuse(call, REST_GENERIC, "The current song is none of the queue.");
    if (request_has(req, "current_place") && text_equal(request_param(req, "ids"), "{}"))
        return rest_refuse(call, REST_MISSING_PARAMETER, "The parameter id is missing.");
    if (request_has(req, "current_place") && !rest_param(call, "id", (unsigned)strtoul(request_param(req, "current_place"), NULL, 10)))
        return rest_refuse(call, REST_GENERIC, "The queue has no such place.");
    p = db_one(req, &q_subsonic_queue_save, NULL);
    return p ? p : db_maybe(req, &q_subsonic_queue_note, NULL);
}

/* What was heard: each song is told of by itself. */
const struct problem *
rest_scrobble(struct rest_call *call)
{
    bool done = text_equal(request_param(call->req, "submission"), "true");
    const struct problem *p = NULL;

    request_set(call->req, "playing", done ? "false" : "true");
    request_set(call->req, "done", done ? "true" : "false");
    for (unsigned n = 0; !p && rest_param(call, "id", n); n++) {
        if (n == STARS_MAX)
            return rest_refuse(call, REST_GENERIC, "There are more than %d ids.", STARS_MAX);
        p = count_change(call->req);
        if (p)
            return p;
        request_set(call->req, "id", rest_param(call, "id", n) + 3); /* it was checked with all of `ids` */
        p = db_one(call->req, &q_subsonic_listen, NULL);
    }
    return p;
}

/* Shares. */

/* Milliseconds since 1970 as PostgreSQL reads a time; 0 is never. */
static const char *
change_time(struct request *req, const char *ms)
{
    int64_t number;
    struct tm tm;
    time_t at;
    char text[TIME_TEXT];

    if (!text_to_int64(ms, 1, INT64_MAX, &number))
        return NULL;
    at = (time_t)(number / 1000);
    gmtime_r(&at, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return arena_strdup(req->arena, text);
}

/* One's own shares, or the one of :share_id, with their addresses. */
const struct problem *
rest_shares(struct rest_call *call)
{
    struct request *req = call->req;
    const char *site = config_frontend_url(server_settings(req->server)->config);
    const struct problem *p;
    PGresult *rows;
    json_t *list;

    p = db_rows(req, &q_subsonic_shares, &rows);
    if (p)
        return p;
    list = json_array();
    for (int i = 0; i < PQntuples(rows); i++) {
        const char *sealed = PQgetisnull(rows, i, 2) ? NULL : PQgetvalue(rows, i, 2);
        const char *token = sealed ? rest_unseal(req, PQgetvalue(rows, i, 1), sealed) : "";
        json_t *share = json_loads(PQgetvalue(rows, i, 0), 0, NULL), *entry = json_loads(PQgetisnull(rows, i, 4) ? "[]" : PQgetvalue(rows, i, 4), 0, NULL);

        json_object_set_new(share, "url", json_sprintf("%s%s%s", site, PQgetvalue(rows, i, 3), token ? token : ""));
        json_object_set_new(share, "entry", entry);
        json_array_append_new(list, share);
    }
    PQclear(rows);
    call->reply = json_pack("{s:o}", "share", list);
    return call->reply ? NULL : PROBLEM(INTERNAL);
}

/* The link to something of one's own; what is public has a page. */
static const struct problem *
change_make_link(struct rest_call *call, const char *share_id)
{
    struct request *req = call->req;
    bool is_track = text_equal(request_param(req, "id_kind"), "tr");
    const struct problem *p;
    const char *sealed;
    struct row link;

    request_set(req, "permissions", "read");
    request_set(req, "track_id", request_param(req, "id"));
    request_set(req, "playlist_id", request_param(req, "id"));
    p = db_one(req, is_track ? &q_share_add : &q_playlist_link_add, &link);
    if (p)
        return p;
    sealed = rest_seal(req, share_id, row_text(&link, "token"));
    request_set(req, is_track ? "track_share_id" : "playlist_link_id", row_text(&link, is_track ? "share_id" : "link_id"));
    request_set(req, "sealed", sealed);
    return sealed ? NULL : PROBLEM(INTERNAL);
}

static const struct problem *
change_share(struct request *req, void *context)
{
    struct rest_call *call = context;
    const struct problem *p;
    struct row what;

    p = db_one(req, &q_subsonic_share_what, &what);
    if (p)
        return p;
    if (row_bool(&what, "is_own") && !text_equal(request_param(req, "id_kind"), "al"))
        p = change_make_link(call, request_param(req, "share_id"));
    return p ? p : db_one(req, &q_subsonic_share_add, NULL);
}

const struct problem *
rest_share_create(struct rest_call *call)
{
    struct request *req = call->req;
    char id[UUID_TEXT];
    const struct problem *p;

    if (rest_param(call, "id", 1))
        return rest_refuse(call, REST_GENERIC, "One thing is shared at a time. Several songs can be shared as a playlist.");
    uuid_random(id);
    request_set(req, "share_id", arena_strdup(req->arena, id));
    request_set(req, "expires_at", change_time(req, request_param(req, "expires")));
    p = db_transaction(req, change_share, call);
    return p ? p : rest_shares(call);
}

const struct problem *
rest_share_update(struct rest_call *call)
{
    request_set(call->req, "expires_at", change_time(call->req, request_param(call->req, "expires")));
    return rest_run(call);
}
