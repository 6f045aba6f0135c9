/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "playlists.queries.h"

extern const struct personal playlists_personal;

static const struct personal_table tables[] = {
    {"playlists", ERASED, .archive = "playlists"},
    {"playlist_tracks", FORGOTTEN, "in others' lists; one's own lists are deleted", .archive = "playlists playlist_additions"},
    {"playlist_collaborators", ERASED, .archive = "playlist_collaborations"},
    {"playlist_follows", ERASED, .archive = "playlist_follows"},
    {"playlist_share_links", ERASED, .archive = "playlist_shares", .withheld = "without tokens"},
    {"playlist_versions", FORGOTTEN, "of others' lists; of one's own: deleted", .archive = "playlist_versions"},
    {"playlist_days", ERASED, .archive = "playlist_days"},
    {"playlist_openings", ERASED, .withheld = "which playlists one opened, for a day"},
    {"playlist_version_items", FORGOTTEN, "of others' lists; of one's own: deleted", .withheld = "places of items in the last 30 days; the playlists are in it"},
    {0}};

static const struct subject subjects[] = {
    {"playlists", &q_export_playlists},
    {"playlist_versions", &q_export_playlist_versions},
    {"playlist_days", &q_export_playlist_days},
    {"playlist_shares", &q_export_playlist_shares},
    {"playlist_additions", &q_export_playlist_additions},
    {"playlist_collaborations", &q_export_playlist_collaborations},
    {"playlist_follows", &q_export_playlist_follows},
    {0}};

const struct personal playlists_personal = {.tables = tables, .subjects = subjects};
