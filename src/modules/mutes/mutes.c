/* mutes.c - what a person does not want to be shown by feed, discovery, recommendations and radio. It still opens by its address. */
#include "api/module.h"
#include "mutes.queries.h"

extern const struct module mutes_module;
extern const struct personal mutes_personal;

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The mute"}, FIELD_END};
static const struct field person_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};
static const struct field track_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const struct field genre_in_path[] = {
    {"genre", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "Its slug, its name or another name of it"},
    FIELD_END};
static const struct field tag_in_path[] = {
    {"tag", FIELD_STRING, .required = true, .min = 1, .max = 30, .help = "Its name; case, accents and width do not matter"},
    FIELD_END};

static const struct route mutes_routes[] = {
    {GET, "/api/v1/users/me/mutes", "List what one has muted, newest first", "People, genres, tags, and tracks of which one said \"not this\".",
     .auth = AUTH_USER, .scope = "users:read", .limit = LIMIT_READ, .sql = &q_mute_list, .shape = MANY},

    {DELETE, "/api/v1/users/me/mutes/{id}", "Take back a mute",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_mute_delete, .shape = EMPTY},

    {POST, "/api/v1/users/{id}/mute", "Mute a user",
     "Their tracks, releases and reposts are left out of the feed, of discovery, recommendations and radio. Their profile stays as it was, and they are not told.",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = person_in_path, .sql = &q_mute_person, .shape = ONE},

    {DELETE, "/api/v1/users/{id}/mute", "End muting a user",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = person_in_path, .sql = &q_mute_person_end, .shape = ONE},

    {POST, "/api/v1/tracks/{id}/not-this", "Say \"not this\" of a track", "It is left out of the feed, of discovery, recommendations and radio.",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = track_in_path, .sql = &q_mute_track, .shape = ONE},

    {DELETE, "/api/v1/tracks/{id}/not-this", "Take back \"not this\" of a track",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = track_in_path, .sql = &q_mute_track_end, .shape = ONE},

    {POST, "/api/v1/discover/genre/{genre}/mute", "Mute a genre and the genres below it",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = genre_in_path, .sql = &q_mute_genre, .shape = ONE},

    {DELETE, "/api/v1/discover/genre/{genre}/mute", "End muting a genre",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = genre_in_path, .sql = &q_mute_genre_end, .shape = ONE},

    {POST, "/api/v1/discover/tag/{tag}/mute", "Mute a tag",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = tag_in_path, .sql = &q_mute_tag, .shape = ONE},

    {DELETE, "/api/v1/discover/tag/{tag}/mute", "End muting a tag",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = tag_in_path, .sql = &q_mute_tag_end, .shape = ONE},
    ROUTE_END};

const struct module mutes_module = {.name = "mutes", .routes = ROUTE_TABLES(mutes_routes), .queries = mutes_queries, .personal = &mutes_personal};
