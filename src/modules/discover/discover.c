/* discover.c - finding what one does not know yet: genres and tags, what is new and what rises, radio, and ways from one track to another. */
#include <stdlib.h>

#include "api/module.h"
#include "db/db.h"
#include "discover.queries.h"

extern const struct module discover_module;
extern const struct personal discover_personal;

#define RISING_EVERY_S 900

static const struct field genre_in_path[] = {
    {"genre", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "Its slug, its name or another name of it"},
    FIELD_END};
static const struct field tag_in_path[] = {
    {"tag", FIELD_STRING, .required = true, .min = 1, .max = 30,
     .help = "Its name; case, accents and width do not matter. A slash in it is written as the wide one, U+FF0F"},
    FIELD_END};
static const struct field radio_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The radio"}, FIELD_END};

static const struct field rising_options[] = {
    {"genre", FIELD_STRING, .max = 100, .help = "Only of this genre and those below it"}, {"tag", FIELD_STRING, .max = 30, .help = "Only with this tag"}, FIELD_END};

static const struct field merge_fields[] = {
    {"tag", FIELD_STRING, .required = true, .min = 1, .max = 30, .help = "The tag that goes", .example = "synth-wave"},
    {"into", FIELD_STRING, .required = true, .min = 1, .max = 30, .help = "The tag that stays", .example = "synthwave"},
    FIELD_END};
static const struct field split_fields[] = {
    {"name", FIELD_STRING, .required = true, .min = 1, .max = 30, .help = "As it is written: it is taken for another word by its accents, spaces or hyphens",
     .example = "Zähler"},
    FIELD_END};

static const struct field genre_merge_fields[] = {
    {"genre", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "The genre that goes", .example = "Polka"},
    {"into", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "The genre that stays", .example = "Folk"},
    FIELD_END};
static const struct field genre_move_fields[] = {
    {"parent", FIELD_STRING, .required = true, .nullable = true, .min = 1, .max = 100, .help = "The genre above it; null: none", .example = "Folk"}, FIELD_END};
static const struct field genre_alias_fields[] = {
    {"name", FIELD_STRING, .required = true, .min = 1, .max = 100, .pattern = ".*[^ ].*", .help = "Another name", .example = "Drum'n'bass"},
    {"genre", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "The genre that it leads to", .example = "Drum and bass"},
    FIELD_END};
static const struct field alias_in_path[] = {{"name", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "The other name"}, FIELD_END};

static const struct field radio_fields[] = {{"track_id", FIELD_UUID, .required = true, .help = "Where it begins"}, FIELD_END};
static const struct field radio_next_fields[] = {{"count", FIELD_INT, .min = 1, .max = 20, .help = "How many tracks; 10 without it"}, FIELD_END};
static const struct field path_options[] = {
    {"from", FIELD_UUID, .required = true, .help = "The first track"},
    {"to", FIELD_UUID, .required = true, .help = "The last track"},
    {"length", FIELD_INT, .min = 3, .max = 20, .help = "How many tracks with both ends, at most; 10 without it"},
    FIELD_END};

static const struct route discover_routes[] = {
    {GET, "/api/v1/discover/genres", "List genres, by name",
     "A tree: `parent` is the slug of the genre above. With genres that people entered themselves and that a public track has. `also` are other names that lead to it.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .sql = &q_discover_genres, .shape = MANY, .cache_s = 5, .cache_tags = "tracks"},

    {GET, "/api/v1/discover/genre/{genre}", "List the tracks of a genre, newest first", "With those of the genres below it, ordered by when they were first published.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = genre_in_path, .requires = &q_discover_genre,
     .sql = &q_discover_genre_tracks, .shape = MANY, .cache_s = 5, .cache_tags = "tracks"},

    {GET, "/api/v1/discover/genre/{genre}/follow", "Get a genre, and whether one follows it",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = genre_in_path, .sql = &q_discover_genre_state, .shape = ONE},

    {POST, "/api/v1/discover/genre/{genre}/follow", "Follow a genre", "New tracks of it, and of genres below it, are in the feed.",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = genre_in_path, .sql = &q_discover_genre_follow, .shape = ONE},

    {DELETE, "/api/v1/discover/genre/{genre}/follow", "Unfollow a genre",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = genre_in_path, .sql = &q_discover_genre_unfollow, .shape = ONE},

    {GET, "/api/v1/discover/tag/{tag}", "List the tracks with a tag, newest first", "Ordered by when they were first published.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = tag_in_path, .requires = &q_discover_tag, .sql = &q_discover_tag_tracks, .shape = MANY,
     .cache_s = 5, .cache_tags = "tracks"},

    {GET, "/api/v1/discover/tag/{tag}/follow", "Get a tag, and whether one follows it",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = tag_in_path, .sql = &q_discover_tag_state, .shape = ONE},

    {POST, "/api/v1/discover/tag/{tag}/follow", "Follow a tag", "New tracks with it are in the feed.",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = tag_in_path, .sql = &q_discover_tag_follow, .shape = ONE},

    {DELETE, "/api/v1/discover/tag/{tag}/follow", "Unfollow a tag",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = tag_in_path, .sql = &q_discover_tag_unfollow, .shape = ONE},

    {GET, "/api/v1/discover/following", "List the genres and tags that one follows, the latest first",
     .auth = AUTH_USER, .scope = "users:read", .limit = LIMIT_READ, .sql = &q_discover_followed, .shape = MANY},

    {GET, "/api/v1/discover/new", "List new tracks, newest first", "Ordered by when they were first published.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .sql = &q_discover_new, .shape = MANY, .cache_s = 5, .cache_tags = "tracks"},

    {GET, "/api/v1/discover/rising", "List tracks that rise",
     "The listeners of a track in the last seven days, over the listeners that all tracks of its artist are used to in a week, and five: so a newcomer can "
     "be first. Each person counts once for "
     "a track, by plays that count; visitors do not, and a track needs three listeners. It is made anew every 15 minutes. The order is all that is told, no "
     "number of plays.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .query = rising_options, .sql = &q_discover_rising, .shape = MANY,
     .cache_s = 5, .cache_tags = "tracks"},

    {GET, "/api/v1/discover/path", "List tracks that lead from one track to another",
     "By how they sound: each is near to a point between the timbres and tempos of both ends. Of nobody more than two. Fewer than `length` where there is "
     "not enough between.",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .query = path_options, .requires = &q_sound_path_ends, .sql = &q_sound_path, .shape = MANY},

    {POST, "/api/v1/discover/radio", "Begin a radio with a track", "It remembers what it played. One has five at most: the one that was used longest ago gives way.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .body = radio_fields, .sql = &q_radio_start, .shape = ONE, .status = 201, .no_audit = true},

    {POST, "/api/v1/discover/radio/{id}/next", "Choose the next tracks of a radio",
     "What sounds like the first track comes first, then its genre, then its tags, then anything. None of the last five artists comes again, and no track "
     "comes again. Where there is "
     "not enough, rules give way in this order, and `relaxed` names them: `artist_spacing`, then `repeats`, which begins with what was played longest ago. "
     "What is blocked, muted or hidden never comes.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = radio_in_path, .body = radio_next_fields, .requires = &q_radio_own, .sql = &q_radio_next,
     .then = &q_radio_new, .shape = ONE, .no_audit = true},

    {GET, "/api/v1/discover/radio/{id}/tracks", "List what a radio chose, the latest first",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .path = radio_in_path, .requires = &q_radio_own, .sql = &q_radio_tracks_list, .shape = MANY},

    {DELETE, "/api/v1/discover/radio/{id}", "Delete a radio",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = radio_in_path, .sql = &q_radio_end, .shape = EMPTY, .no_audit = true},

    {POST, "/api/v1/admin/tags/merge", "Merge a tag into another",
     "Its name leads to the other one from now on. Whoever follows or mutes it follows or mutes the other one. Its tracks get the other tag within moments.",
     .auth = AUTH_ADMIN, .permission = "labels.manage", .limit = LIMIT_WRITE, .body = merge_fields, .sql = &q_tags_merge, .shape = ONE},

    {POST, "/api/v1/admin/tags/split", "Make a word a tag of its own",
     "A word that differs only by accents, spaces or hyphens is taken for a tag that is there. From now on it is one of its own, where it is written exactly "
     "so. Whoever follows or mutes "
     "the one follows or mutes both. Tracks keep the tag that they have.",
     .auth = AUTH_ADMIN, .permission = "labels.manage", .limit = LIMIT_WRITE, .body = split_fields, .sql = &q_tags_split, .shape = ONE},

    {POST, "/api/v1/admin/genres/merge", "Merge a genre into another",
     "As `POST /admin/tags/merge`. Its other names lead to the other genre too, and what stood below it stands below the other.",
     .auth = AUTH_ADMIN, .permission = "labels.manage", .limit = LIMIT_WRITE, .body = genre_merge_fields, .sql = &q_genres_merge, .shape = ONE},

    {PUT, "/api/v1/admin/genres/{genre}", "Move a genre in the tree",
     .auth = AUTH_ADMIN, .permission = "labels.manage", .limit = LIMIT_WRITE, .path = genre_in_path, .body = genre_move_fields, .sql = &q_genre_move, .shape = ONE},

    {POST, "/api/v1/admin/genres/aliases", "Give a genre another name", "One that led to another genre leads to this one.",
     .auth = AUTH_ADMIN, .permission = "labels.manage", .limit = LIMIT_WRITE, .body = genre_alias_fields, .sql = &q_genre_alias_add, .shape = ONE},

    {DELETE, "/api/v1/admin/genres/aliases/{name}", "Take away another name of a genre",
     .auth = AUTH_ADMIN, .permission = "labels.manage", .limit = LIMIT_WRITE, .path = alias_in_path, .sql = &q_genre_alias_remove, .shape = EMPTY},
    ROUTE_END};

static enum job_outcome
discover_rising(struct job *job)
{
    static const struct db_arg none[] = {{0}};
    PGresult *result;
    struct db_error error;

    if (db_run(&q_rising_compute, none, &result, &error)) {
        job_error(job, error.message);
        return JOB_RETRY;
    }
    PQclear(result);
    return JOB_DONE;
}

/* Gives the tracks of a merged tag or genre the other one, some at a time: each step is a transaction of its own. */
static enum job_outcome
discover_merge(struct job *job, const struct query *step, const struct db_arg *args)
{
    for (long changed = 1; changed > 0;) {
        struct db_error error;
        PGresult *result;

        if (job_cancelled(job))
            return JOB_GIVE_BACK;
        if (db_run(step, args, &result, &error)) {
            job_error(job, error.message);
            return JOB_RETRY;
        }
        changed = strtol(PQgetvalue(result, 0, 0), NULL, 10);
        PQclear(result);
    }
    return JOB_DONE;
}

static enum job_outcome
discover_merge_genre(struct job *job)
{
    const struct db_arg args[] = {{"genre", json_string_value(json_object_get(job->payload, "genre"))},
                                  {"into", json_string_value(json_object_get(job->payload, "into"))},
                                  {0}};

    return args[0].text && args[1].text ? discover_merge(job, &q_genre_merge_step, args) : JOB_FAILED;
}

static enum job_outcome
discover_merge_tag(struct job *job)
{
    const struct db_arg args[] = {{"tag_id", json_string_value(json_object_get(job->payload, "tag_id"))},
                                  {"into_id", json_string_value(json_object_get(job->payload, "into_id"))},
                                  {0}};

    if (!args[0].text || !args[1].text || !uuid_valid(args[0].text) || !uuid_valid(args[1].text))
        return JOB_FAILED;
    return discover_merge(job, &q_tag_merge_step, args);
}

static const struct job_handler jobs[] = {{"discover.rising", JOB_LIGHT, discover_rising, .every_s = RISING_EVERY_S}, {"tag.merge", JOB_LIGHT, discover_merge_tag},
                                          {"genre.merge", JOB_LIGHT, discover_merge_genre}, {0}};

const struct module discover_module = {
    .name = "discover", .routes = ROUTE_TABLES(discover_routes), .queries = discover_queries, .jobs = jobs, .personal = &discover_personal};
