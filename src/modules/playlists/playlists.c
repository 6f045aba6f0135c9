/* playlists.c - lists of tracks that people make. */
#include "api/module.h"
#include "modules/playlists/file.h"
#include "modules/playlists/internal.h"
#include "playlists.queries.h"
#include "users.queries.h"

extern const struct module playlists_module;
extern const struct personal playlists_personal;

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The playlist"}, FIELD_END};

static const struct field item_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The playlist"},
                                            {"track_id", FIELD_UUID, .required = true, .help = "Id of an item, or of a track: then all items with it go"},
                                            FIELD_END};

static const struct field list_filters[] = {{"track_id", FIELD_UUID, .help = "Only those with this track"}, FIELD_END};

#define VISIBILITY \
    {"visibility", FIELD_ENUM, .values = "public|unlisted|private", \
     .help = "Who may see it: everybody; everybody who has its address; its owner, and those who work on it together with them"}

#define OP(values_) {"op", FIELD_ENUM, .required = true, .values = values_}

static const struct field rule_label[] = {OP("is|is_not"), {"value", FIELD_STRING, .required = true, .min = 1, .max = 100}, FIELD_END};
static const struct field rule_artist[] = {
    OP("is|is_not|contains|not_contains"),
    {"value", FIELD_STRING, .required = true, .min = 1, .max = 100, .help = "Name of the artist, or name or username of who published the track"}, FIELD_END};
static const struct field rule_title[] = {OP("contains|not_contains"), {"value", FIELD_STRING, .required = true, .min = 1, .max = 100}, FIELD_END};
static const struct field rule_flag[] = {OP("is|is_not"), FIELD_END};
static const struct field rule_age[] = {
    OP("within|not_within"), {"value", FIELD_INT, .required = true, .min = 1, .max = 36500, .help = "Days, until now"}, FIELD_END};
static const struct field rule_duration[] = {
    OP("less|more"), {"value", FIELD_INT, .required = true, .min = 1, .max = 86400, .help = "Seconds"}, FIELD_END};
static const struct field rule_playlist[] = {
    OP("in|not_in"), {"value", FIELD_UUID, .required = true, .help = "A playlist of one's own, or one that is not private; it may be a smart one"}, FIELD_END};

static const struct field_case rule_cases[] = {
    {"genre", rule_label}, {"tag", rule_label}, {"artist", rule_artist}, {"title", rule_title}, {"liked", rule_flag}, {"released", rule_age},
    {"added", rule_age}, {"duration", rule_duration}, {"explicit", rule_flag}, {"playlist", rule_playlist}, {0}};

static const struct field rule_fields[] = {
    {"match", FIELD_ENUM, .required = true, .values = "all|any", .help = "Must a track meet all conditions, or one of them?"},
    {"conditions", FIELD_ARRAY, .required = true, .min = 1, .max = 20,
     .items = FIELD_ITEMS(FIELD_ONE_OF, .by = "field", .values = "PlaylistCondition", .cases = rule_cases), .help = "What tracks are in it"},
    {"sort", FIELD_ENUM, .required = true, .values = "newest|oldest|title|artist|shortest|longest", .help = "Order; newest and oldest by when they were added"},
    {"limit", FIELD_INT, .required = true, .min = 1, .max = 500, .help = "How many tracks it has at most"},
    FIELD_END};

#define RULES(help_) {"rules", FIELD_OBJECT, .fields = rule_fields, .help = help_}

static const struct field new_playlist[] = {
    {"name", FIELD_STRING, .required = true, .min = 1, .max = 200, .pattern = ".*[^ ].*", .help = "Title", .example = "Late trains"},
    {"description", FIELD_TEXT, .nullable = true, .max = 5000, .help = "Plain text"},
    VISIBILITY,
    {"is_public", FIELD_BOOL, .fallback = "false", .help = "Without `visibility`: public, or private"},
    RULES("Makes a smart playlist, whose rules decide what is in it"),
    FIELD_END};

static const struct field playlist_changes[] = {
    {"name", FIELD_STRING, .min = 1, .max = 200, .pattern = ".*[^ ].*", .help = "Title"},
    {"description", FIELD_TEXT, .nullable = true, .max = 5000, .help = "Plain text"},
    VISIBILITY,
    {"is_public", FIELD_BOOL, .help = "Without `visibility`: public, or private"},
    RULES("Of a smart playlist; for its owner"),
    FIELD_END};

static const struct field copy_fields[] = {
    {"name", FIELD_STRING, .min = 1, .max = 200, .pattern = ".*[^ ].*", .help = "Title of the copy; without it, that of the playlist"}, FIELD_END};

static const struct field person_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};

static const struct field search_words[] = {{"q", FIELD_STRING, .required = true, .min = 1, .max = 200, .help = "Words of the name", .example = "trains"}, FIELD_END};

static const struct field new_item[] = {{"track_id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};

#define PERMISSION {"permission", FIELD_ENUM, .required = true, .values = "read|write|admin", \
                    .help = "May see it; may also change what is in it; may also change what it is called, who sees it and who works on it"}

static const struct field new_collaborator[] = {{"user_id", FIELD_UUID, .required = true, .help = "The person"}, PERMISSION, FIELD_END};

static const struct field collaborator_changes[] = {PERMISSION, FIELD_END};

static const struct field collaborator_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The playlist"}, {"userId", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};

static const struct field link_fields[] = {
    {"expires_at", FIELD_TIME, .nullable = true, .help = "Until when the link opens the playlist; null or left out: until it is revoked"}, FIELD_END};

static const struct field link_changes[] = {
    {"expires_at", FIELD_TIME, .required = true, .nullable = true, .help = "Until when the link opens the playlist; null: until it is revoked"}, FIELD_END};

static const struct field link_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The playlist"}, {"share_id", FIELD_UUID, .required = true, .help = "The link"}, FIELD_END};

static const struct field token_in_path[] = {
    {"token", FIELD_STRING, .required = true, .min = 43, .max = 43, .pattern = "[A-Za-z0-9_-]*", .help = "The token of a link",
     .example = "0123456789012345678901234567890123456789012"},
    FIELD_END};

static const struct field analytics_days[] = {{"days", FIELD_INT, .min = 1, .max = 365, .fallback = "30", .help = "How many, today included"}, FIELD_END};

static const struct field editorial_fields[] = {{"is_editorial", FIELD_BOOL, .required = true, .help = "Is it one that the editors chose?"}, FIELD_END};

static const struct field version_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The playlist"}, {"versionId", FIELD_UUID, .required = true, .help = "The version"}, FIELD_END};

static const struct field line_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The playlist"}, {"item_id", FIELD_UUID, .required = true, .help = "The item that the line became"}, FIELD_END};

static const struct field chosen_track[] = {{"track_id", FIELD_UUID, .required = true, .help = "Its track: a candidate of the report, or any other"}, FIELD_END};

static const struct field item_move[] = {
    {"item", FIELD_UUID, .required = true, .help = "The item to move"},
    {"after", FIELD_UUID, .nullable = true, .help = "The item that it is put after; null puts it first"},
    FIELD_END};

static const struct file_field import_files[] = {
    {"file", FILE_TYPE_LIST, .required = true, .max_bytes = PLAYLIST_FILE_BYTES, .help = "M3U, M3U8, XSPF, JSPF, JSON or CSV; its contents tell which"}, {0}};

static const struct field import_fields[] = {
    {"name", FIELD_STRING, .min = 1, .max = 200, .pattern = ".*[^ ].*", .help = "Title; without it, the file's own, or its name"},
    VISIBILITY,
    {"is_public", FIELD_BOOL, .fallback = "false", .help = "Without `visibility`: public, or private"},
    FIELD_END};

static const enum problem_name import_problems[] = {PROBLEM_TOO_MANY_PLAYLISTS, PROBLEM_COUNT};

#define EXPORT .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path, .handler = playlist_export
#define EXPORTED \
    "Tracks that the reader may not see, and lines of an import without a track, keep their place. A file that is imported again gives the same playlist."

static const struct route playlists_routes[] = {
    {GET, "/api/v1/playlists", "List the playlists of the signed-in user, latest changed first",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .query = list_filters, .sql = &q_playlist_list, .shape = MANY},

    {POST, "/api/v1/playlists", "Create a playlist",
     "With `rules` it is a smart playlist: what is in it is decided whenever it is read, for whoever reads it, among the tracks that they find and their own. "
     "`liked` is about the playlist's owner. Playlists in rules may be nested three deep, the one that is made included, and no circle of them is made. "
     "In lists, the `track_count` and `duration_ms` of a smart playlist are null and it has no covers. Nobody adds, moves or removes its items.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .body = new_playlist,
     .sql = &q_playlist_create, .shape = ONE, .always = true, .status = 201, .then = &q_playlist_get, .location = "/api/v1/playlists/{id}"},

    {POST, "/api/v1/playlists/import", "Make a playlist from a file",
     "M3U, M3U8, XSPF, JSPF, other lists of tracks as JSON, or CSV with a line that names its columns; 4 MiB and 10,000 entries at most. An entry is "
     "`matched` by an address of this installation, or by title and artist where one track has both, whatever the case, accents and punctuation; where "
     "several have, by its length. Anything less certain is `ambiguous`, and comes with up to five candidates. What is not matched keeps its place in the "
     "playlist with what the file says of it, and is filled in when such a track is published. `reason` is `address`, `title_and_artist` or `length` for "
     "what is matched; `several`, `other_artist` or `no_artist` for what is ambiguous; `unknown`, `no_title` or `unreadable` for what is missing.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_UPLOAD, .files = import_files, .body = import_fields,
     .handler = playlist_import, .status = 201, .replies = &q_playlist_import, .problems = import_problems},

    {GET, "/api/v1/playlists/{id}/export/json", "Export a playlist as JSPF", EXPORTED, EXPORT, .produces = "application/json"},
    {GET, "/api/v1/playlists/{id}/export/csv", "Export a playlist as CSV", EXPORTED, EXPORT, .produces = "text/csv"},
    {GET, "/api/v1/playlists/{id}/export/m3u", "Export a playlist as M3U8, for players", EXPORTED, EXPORT, .produces = "audio/x-mpegurl"},
    {GET, "/api/v1/playlists/{id}/export/xspf", "Export a playlist as XSPF", EXPORTED, EXPORT, .produces = "application/xspf+xml"},

    {GET, "/api/v1/playlists/search", "Find playlists by their names, the best first",
     "Public ones, and those that one works on: the best 1000, as `GET /search` ranks them.",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .query = search_words,
     .sql = &q_playlist_search, .shape = MANY, .within_ms = 300},

    {GET, "/api/v1/playlists/recommendations", "List recommended playlists",
     "Followed by people who follow the same, then with tracks that one likes, then the editors' choice: `reason` tells which, "
     "and `because` the playlist or track that it is about. "
     "At most 50, of nobody more than two, and nothing that one follows or works on already. People who do not show their activity do not count.",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .sql = &q_playlist_recommendations, .shape = MANY},

    {PUT, "/api/v1/playlists/{id}/imports/{item_id}", "Choose the track of a line of an import",
     "For a line that was `ambiguous` or `missing` and has no track yet. The item keeps its place.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = line_in_path, .body = chosen_track,
     .requires = &q_playlist_items_changeable, .sql = &q_playlist_choose, .shape = ONE},

    {GET, "/api/v1/users/{id}/playlists", "List the public playlists of a user, latest changed first",
     .auth = AUTH_OPTIONAL, .scope = "playlists:read", .limit = LIMIT_READ, .path = person_in_path,
     .requires = &q_user_seen, .sql = &q_playlist_list_of_user, .shape = MANY, .replica = "playlists tracks users"},

    {GET, "/api/v1/playlists/favoris", "Get one's favorites",
     "A playlist of one's own that is always there: it is made when it is first asked for, and made anew after it was deleted.",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .sql = &q_playlist_favorites, .shape = ONE, .then = &q_playlist_get},

    {GET, "/api/v1/playlists/followed", "List the playlists that one follows, latest followed first",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .sql = &q_playlist_followed, .shape = MANY},

    {POST, "/api/v1/playlists/{id}/follow", "Follow a playlist",
     "Its followers are told of new tracks, at most once a day. How many they are is for its owner to know.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_playlist_follow, .shape = ONE},

    {DELETE, "/api/v1/playlists/{id}/follow", "Unfollow a playlist",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_playlist_unfollow, .shape = ONE},

    {POST, "/api/v1/playlists/{id}/collaborators", "Let somebody work on a playlist",
     "The owner may, and whoever administers the playlist; only the owner makes others administer it. The person is told, and may leave.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = new_collaborator,
     .requires = &q_playlist_manager, .sql = &q_collaborator_add, .shape = ONE, .status = 201, .then = &q_collaborator_get},

    {GET, "/api/v1/playlists/{id}/collaborators", "List who works on a playlist, the first added first", "For those who do, and its owner.",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_playlist_worker, .sql = &q_collaborator_list, .shape = MANY},

    {PUT, "/api/v1/playlists/{id}/collaborators/{userId}", "Change what somebody may do with a playlist",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = collaborator_in_path, .body = collaborator_changes,
     .requires = &q_playlist_manager, .sql = &q_collaborator_change, .shape = ONE, .then = &q_collaborator_get},

    {DELETE, "/api/v1/playlists/{id}/collaborators/{userId}", "Take somebody out of a playlist, or leave it",
     "What they added stays. What they still send is refused (403).",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = collaborator_in_path, .sql = &q_collaborator_remove, .shape = EMPTY},

    {POST, "/api/v1/playlists/{id}/share", "Make a link that opens a playlist",
     "Whoever has the link sees the playlist without an account, whatever its visibility: at `/p/{token}` in the web app. It opens no track that they may not hear "
     "anyway, except unlisted ones of the playlist's owner. The token is told once; only its hash is kept. 50 links a playlist.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = link_fields,
     .requires = &q_playlist_own, .sql = &q_playlist_link_add, .shape = ONE, .status = 201, .then = &q_playlist_link_new},

    {GET, "/api/v1/playlists/{id}/share", "List the links of a playlist, newest first",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_playlist_own, .sql = &q_playlist_link_list, .shape = MANY},

    {PUT, "/api/v1/playlists/{id}/share/{share_id}", "Change until when a link opens a playlist",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = link_in_path, .body = link_changes,
     .requires = &q_playlist_own, .sql = &q_playlist_link_change, .shape = ONE, .then = &q_playlist_link_get},

    {DELETE, "/api/v1/playlists/{id}/share/{share_id}", "Revoke a link",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = link_in_path,
     .requires = &q_playlist_own, .sql = &q_playlist_link_revoke, .shape = EMPTY},

    {GET, "/api/v1/playlists/shared/{token}", "Get a playlist by a link", "Counts that somebody opened it.",
     .auth = AUTH_OPTIONAL, .scope = "playlists:read", .limit = LIMIT_READ, .path = token_in_path,
     .sql = &q_shared_open, .shape = ONE, .then = &q_shared_get},

    {GET, "/api/v1/playlists/shared/{token}/tracks", "List the items of a playlist by a link",
     .auth = AUTH_OPTIONAL, .scope = "playlists:read", .limit = LIMIT_READ, .path = token_in_path,
     .requires = &q_shared_seen, .sql = &q_shared_items, .shape = MANY},

    {GET, "/api/v1/playlists/{id}", "Get a playlist",
     .auth = AUTH_OPTIONAL, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_playlist_get, .shape = ONE},

    {PUT, "/api/v1/playlists/{id}", "Change a playlist",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = playlist_changes,
     .sql = &q_playlist_update, .shape = ONE, .then = &q_playlist_get},

    {DELETE, "/api/v1/playlists/{id}", "Delete a playlist",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_playlist_delete, .shape = EMPTY},

    {GET, "/api/v1/playlists/{id}/tracks", "List the items of a playlist in their order",
     "An item whose track is not there, or not for the reader, keeps its place: `track_id` is null then. `wanted` is what a file said of a track that "
     "was not found; where it lies (`location`) is told to those who may change the playlist.",
     .auth = AUTH_OPTIONAL, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_playlist_seen, .sql = &q_playlist_items, .shape = MANY, .replica = "playlists tracks users"},

    {POST, "/api/v1/playlists/{id}/duplicate", "Copy a playlist",
     "The copy is private and belongs to whoever asks. It has the same order; what they may not see leaves an empty place. `origin` names the playlist "
     "that was copied, to those who may see that one. The copy of a smart playlist is an ordinary one, of what is in it now.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = copy_fields,
     .sql = &q_playlist_duplicate, .shape = ONE, .status = 201, .then = &q_playlist_copy_get, .location = "/api/v1/playlists/{copy_id}"},

    {POST, "/api/v1/playlists/{id}/tracks", "Add a track to a playlist",
     "The track is added at the end. A track may be in a playlist several times; a playlist holds 10,000 items at most.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = new_item,
     .requires = &q_playlist_items_changeable, .sql = &q_playlist_add, .shape = ONE, .status = 201},

    {DELETE, "/api/v1/playlists/{id}/tracks/{track_id}", "Remove an item or a track from a playlist",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = item_in_path,
     .requires = &q_playlist_items_changeable, .sql = &q_playlist_remove, .shape = EMPTY},

    {GET, "/api/v1/discover/playlists/editorial", "List the playlists that the editors chose, the latest chosen first", "Those that are public.",
     .auth = AUTH_OPTIONAL, .scope = "playlists:read", .limit = LIMIT_READ, .sql = &q_playlist_editorial_list, .shape = MANY, .replica = "playlists tracks users"},

    {PUT, "/api/v1/playlists/{id}/editorial", "Make a playlist an editorial one, or end that",
     "Only a public playlist can become one. While it is not public it is not listed.",
     .auth = AUTH_ADMIN, .permission = "playlists.feature", .limit = LIMIT_WRITE, .path = id_in_path, .body = editorial_fields,
     .sql = &q_playlist_editorial_set, .shape = ONE},

    {POST, "/api/v1/playlists/{id}/opened", "Report that the page of a playlist was opened",
     "It is counted for the owner's figures, once an hour for a person, or for visitors from one address; not for those who work on the playlist. What is opened by a "
     "link is counted by itself.",
     .auth = AUTH_OPTIONAL, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_playlist_opened, .shape = EMPTY, .no_audit = true},

    {GET, "/api/v1/playlists/{id}/analytics", "Get the figures of a playlist, day by day",
     "For its owner: how often it was opened, by its page and by links; who began and ended to follow it, and how many did at the end of each day; "
     "and the use of each link. "
     "Days are those of UTC, the oldest first.",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path, .query = analytics_days,
     .requires = &q_playlist_own, .sql = &q_playlist_analytics, .shape = ONE},

    {GET, "/api/v1/playlists/{id}/versions", "List the versions of a playlist, newest first",
     "A version is what one person changed within ten minutes: how many items were added, removed and moved, and which of `name`, `description`, `visibility` and "
     "`rules` were changed. The oldest one stands for what there was before. Kept for 30 days, 200 at most, fewer where each changed thousands of items. "
     "For those who may change what is in the playlist.",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_playlist_changeable, .sql = &q_playlist_version_list, .shape = MANY},

    {POST, "/api/v1/playlists/{id}/versions/{versionId}/restore", "Restore a version of a playlist",
     "What is in the playlist, and its order, is then as it was after that version; name and description too, where one may change these. Who may see it stays as it is. "
     "Of a smart playlist the rules come back, for its owner; 409 where they may not be given to it any more, such as when a playlist in them was deleted. "
     "Restoring is a version of its own, so it can be undone by restoring the one before. Tracks that were deleted for good do not come back.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = version_in_path,
     .requires = &q_playlist_changeable, .sql = &q_playlist_restore, .shape = ONE, .then = &q_playlist_get},

    {PUT, "/api/v1/playlists/{id}/tracks/reorder", "Move an item of a playlist",
     "The item is put after another item, wherever that one is by then, so two moves at the same time both hold.",
     .auth = AUTH_USER, .scope = "playlists:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = item_move,
     .requires = &q_playlist_items_changeable, .sql = &q_playlist_move, .shape = EMPTY},
    ROUTE_END};

static const struct topic_kind topics[] = {
    {"playlist", "Changes of one playlist, for everybody who may see it", .may_subscribe = &q_topic_playlist}, TOPIC_END};

static const struct field changed_fields[] = {{"playlist_id", FIELD_UUID}, FIELD_END};

static const struct message messages[] = {
    {"playlist.changed", "playlist", "What is in the playlist, what it says of itself or who works on it was changed", .fields = changed_fields,
     .address = "/api/v1/playlists/{id}"}, MESSAGE_END};

static const struct subscription subscriptions[] = {
    {"playlists.waiting", BUS_EVENTS("transcoding.completed", "track.updated", "track.restored"), BUS_FROM_NOW, playlist_fill}, {0}};

const struct module playlists_module = {.name = "playlists",
                                        .routes = ROUTE_TABLES(playlists_routes),
                                        .queries = playlists_queries,
                                        .subscriptions = subscriptions,
                                        .topics = topics,
                                        .messages = messages,
                                        .personal = &playlists_personal};
