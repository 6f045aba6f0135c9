/* subjects.c - what an archive tells of. A table that is about people belongs here or in the list of docs/privacy.md of what is not
 * exported and why; a test compares. */
#include "modules/privacy/internal.h"

#include "base/log.h"

const struct subject privacy_subjects[] = {
    {"profile", &q_export_profile, true},
    {"settings", &q_export_settings, true},
    {"presence", &q_export_presence, true},
    {"storage_quota", &q_export_storage_quota, true},
    {"sessions", &q_export_sessions},
    {"login_history", &q_export_login_history},
    {"mailed_links", &q_export_mailed_links},
    {"second_factor", &q_export_second_factor},
    {"passkeys", &q_export_passkeys},
    {"push_browsers", &q_export_push_browsers},
    {"connections", &q_export_connections},
    {"api_keys", &q_export_api_keys},
    {"roles", &q_export_roles},
    {"following", &q_export_following},
    {"followers", &q_export_followers},
    {"blocks", &q_export_blocks},
    {"notifications", &q_export_notifications},
    {"tracks", &q_export_tracks},
    {"track_versions", &q_export_track_versions},
    {"track_stems", &q_export_track_stems},
    {"track_history", &q_export_track_history},
    {"track_shares", &q_export_track_shares},
    {"likes", &q_export_likes},
    {"reposts", &q_export_reposts},
    {"comments", &q_export_comments},
    {"plays", &q_export_plays},
    {"playback", &q_export_playback},
    {"playlists", &q_export_playlists},
    {"playlist_versions", &q_export_playlist_versions},
    {"playlist_shares", &q_export_playlist_shares},
    {"playlist_additions", &q_export_playlist_additions},
    {"playlist_collaborations", &q_export_playlist_collaborations},
    {"playlist_follows", &q_export_playlist_follows},
    {"genre_follows", &q_export_genre_follows},
    {"tag_follows", &q_export_tag_follows},
    {"conversations", &q_export_conversations},
    {"invitations", &q_export_invitations},
    {"messages", &q_export_messages},
    {"reactions", &q_export_reactions},
    {"read_messages", &q_export_read_messages},
    {"live_streams", &q_export_live_streams},
    {"listening_together", &q_export_listening_together},
    {"queue", &q_export_queue, true},
    {"shared_queues", &q_export_shared_queues},
    {"folders", &q_export_folders},
    {"files", &q_export_files},
    {"gear", &q_export_gear},
    {"gear_repairs", &q_export_gear_repairs},
    {"gear_documents", &q_export_gear_documents},
    {"seller_account", &q_export_seller_account, true},
    {"royalties", &q_export_royalties},
    {"payouts", &q_export_payouts},
    {"royalty_rates", &q_export_royalty_rates},
    {"reports", &q_export_reports},
    {"announcements", &q_export_announcements},
    {"exports", &q_export_exports},
    {"audit", &q_export_audit},
    {0}};

static bool
put(struct subject_writer *writer, struct str bytes)
{
    writer->failed = writer->failed || !writer->put(writer->context, bytes);
    return !writer->failed;
}

static bool
put_row(void *context, struct str json)
{
    struct subject_writer *writer = context;

    if (!writer->single)
        put(writer, writer->begun ? STR(",\n") : STR("[\n"));
    else if (writer->begun)
        return true;
    writer->begun = true;
    put(writer, json);
    if (writer->row && !writer->failed)
        writer->failed = !writer->row(writer->context, json);
    return !writer->failed;
}

bool
subject_write(const struct subject *subject, const char *user_id, struct subject_writer *writer)
{
    const struct db_arg args[] = {{"user_id", user_id}, {0}};
    struct db_error error;

    writer->single = subject->single;
    writer->begun = writer->failed = false;
    if (db_each(subject->query, args, put_row, writer, &error)) {
        log_warn("subject not read", LOG_TEXT("subject", subject->name), LOG_TEXT("error", error.message));
        return false;
    }
    if (writer->single)
        return writer->begun ? !writer->failed : put(writer, STR("null"));
    return put(writer, writer->begun ? STR("\n]") : STR("[]"));
}
