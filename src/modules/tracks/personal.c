/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/tracks/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"tracks", ERASED, "with all files", .archive = "tracks"},
    {"track_lyrics", ERASED, .archive = "tracks"},
    {"track_analysis", ERASED, .archive = "tracks"},
    {"track_analysis_failures", ERASED, .withheld = "work on an upload"},
    {"track_versions", ERASED, "with the files", .archive = "track_versions"},
    {"track_tags", ERASED, .archive = "tracks"},
    {"track_genres", ERASED, .archive = "tracks"},
    {"hls_streams", ERASED, "with the files", .withheld = "made from an upload"},
    {"hls_transcode_queue", ERASED, .withheld = "work on an upload"},
    {"playback_analytics", ERASED, .archive = "playback"},
    {"track_history", FORGOTTEN, "of others' tracks; of one's own: deleted", .archive = "track_history"},
    {"genres", NOT_PERSONAL, "names of genres"},
    {"genre_counts", NOT_PERSONAL, "how many tracks genres have"},
    {"tags", NOT_PERSONAL, "words that tracks are tagged with, and how many are"},
    {"user_genre_follows", ERASED, .archive = "genre_follows"},
    {"user_tag_follows", ERASED, .archive = "tag_follows"},
    {0}};

static const struct subject subjects[] = {
    {"tracks", &q_export_tracks},
    {"track_versions", &q_export_track_versions},
    {"track_history", &q_export_track_history},
    {"playback", &q_export_playback},
    {"genre_follows", &q_export_genre_follows},
    {"tag_follows", &q_export_tag_follows},
    {0}};

static const struct query *const tracks_erase[] = {&q_erase_history, &q_erase_tags, &q_erase_genres, &q_erase_transcodes, &q_erase_sweep, NULL};

static bool
tracks_files_erase(const char *user_id)
{
    const struct db_arg who[] = {{"user_id", user_id}, {0}};
    bool good = true;
    PGresult *tracks;

    if (db_run(&q_erase_tracks, who, &tracks, NULL))
        return false;
    for (int i = 0; good && i < PQntuples(tracks); i++)
        good = !job_here_cancelled() && track_files_delete(PQgetvalue(tracks, i, 0));
    PQclear(tracks);
    return good;
}

const struct personal tracks_personal = {.tables = tables,
                                         .subjects = subjects,
                                         .files = &q_export_track_files,
                                         .erase_files = tracks_files_erase,
                                         .erase = tracks_erase};
