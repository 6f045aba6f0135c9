/* playlists.c - lists of tracks that people make. */
#include "api/module.h"
#include "playlists.queries.h"

extern const struct module playlists_module;
extern const struct personal playlists_personal;

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The playlist"}, FIELD_END};

static const struct field item_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The playlist"},
                                            {"track_id", FIELD_UUID, .required = true, .help = "Id of an item, or of a track: then all items with it go"},
                                            FIELD_END};

static const struct field list_filters[] = {{"track_id", FIELD_UUID, .help = "Only those with this track"}, FIELD_END};

static const struct field new_playlist[] = {
    {"name", FIELD_STRING, .required = true, .min = 1, .max = 200, .pattern = ".*[^ ].*", .help = "Title", .example = "Late trains"},
    {"description", FIELD_TEXT, .nullable = true, .max = 5000, .help = "Plain text"},
    {"is_public", FIELD_BOOL, .fallback = "false", .help = "Public: everybody may see it"},
    FIELD_END};

static const struct field playlist_changes[] = {
    {"name", FIELD_STRING, .min = 1, .max = 200, .pattern = ".*[^ ].*", .help = "Title"},
    {"description", FIELD_TEXT, .nullable = true, .max = 5000, .help = "Plain text"},
    {"is_public", FIELD_BOOL, .help = "Public: everybody may see it"},
    FIELD_END};

static const struct field new_item[] = {{"track_id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};

static const struct field item_move[] = {
    {"item", FIELD_UUID, .required = true, .help = "The item to move"},
    {"after", FIELD_UUID, .nullable = true, .help = "The item that it is put after; null puts it first"},
    FIELD_END};

static const struct route playlists_routes[] = {
    {GET, "/api/v1/playlists", "List the playlists of the signed-in user, latest changed first",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .query = list_filters, .sql = &q_playlist_list, .shape = MANY},

    {POST, "/api/v1/playlists", "Create a playlist",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .body = new_playlist,
     .sql = &q_playlist_create, .shape = ONE, .always = true, .status = 201, .then = &q_playlist_get, .location = "/api/v1/playlists/{id}"},

    {GET, "/api/v1/playlists/{id}", "Get a playlist",
     .auth = AUTH_OPTIONAL, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_playlist_get, .shape = ONE},

    {PUT, "/api/v1/playlists/{id}", "Change a playlist",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = playlist_changes,
     .sql = &q_playlist_update, .shape = ONE, .then = &q_playlist_get},

    {DELETE, "/api/v1/playlists/{id}", "Delete a playlist",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_playlist_delete, .shape = EMPTY},

    {GET, "/api/v1/playlists/{id}/tracks", "List the items of a playlist in their order",
     "An item whose track is not there, or not for the reader, keeps its place: `track_id` is null then.",
     .auth = AUTH_OPTIONAL, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_playlist_seen, .sql = &q_playlist_items, .shape = MANY},

    {POST, "/api/v1/playlists/{id}/tracks", "Add a track to a playlist",
     "The track is added at the end. A track may be in a playlist several times; a playlist holds 10,000 items at most.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = new_item,
     .requires = &q_playlist_changeable, .sql = &q_playlist_add, .shape = ONE, .status = 201},

    {DELETE, "/api/v1/playlists/{id}/tracks/{track_id}", "Remove an item or a track from a playlist",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = item_in_path,
     .requires = &q_playlist_changeable, .sql = &q_playlist_remove, .shape = EMPTY},

    {PUT, "/api/v1/playlists/{id}/tracks/reorder", "Move an item of a playlist",
     "The item is put after another item, wherever that one is by then, so two moves at the same time both hold.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = item_move,
     .requires = &q_playlist_changeable, .sql = &q_playlist_move, .shape = EMPTY},
    ROUTE_END};

const struct module playlists_module = {
    .name = "playlists", .routes = ROUTE_TABLES(playlists_routes), .queries = playlists_queries, .personal = &playlists_personal};
