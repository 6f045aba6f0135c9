#include "modules/events/events.h"

#include "db/db.h"
#include "http/server.h"
#include "notifications.queries.h"
#include "platform/bus/listener.h"

#define NOTIFY(...) &(const struct notify){__VA_ARGS__}

#define WITH(...) .fields = (const struct field[]){__VA_ARGS__, FIELD_END}
#define ID(name, what) {name, FIELD_UUID, .help = what}
#define TRACK ID("track_id", "The track")
#define OWNER ID("user_id", "Whose it is")
#define PERSON ID("user_id", "The person")
#define PLAYLIST ID("playlist_id", "The playlist")
#define RELEASE ID("release_id", "The release")
#define ROOM ID("room_id", "The conversation")
#define COMMENT ID("comment_id", "The comment"), ID("commenter_id", "Who wrote it")

const struct event_effects event_effects[] = {
    {"account.connected", "An account elsewhere was connected", WITH(PERSON),
     .notifies = NOTIFY(&q_notification_account, {"user_id"}, .type = "account.connected", .title = "An account elsewhere was connected", .security = true)},
    {"account.passkey_added", "A passkey was added", WITH(PERSON),
     .notifies = NOTIFY(&q_notification_account, {"user_id"}, .type = "account.passkey_added", .title = "A passkey was added", .security = true)},
    {"account.passkey_removed", "A passkey was deleted", WITH(PERSON),
     .notifies = NOTIFY(&q_notification_account, {"user_id"}, .type = "account.passkey_removed", .title = "A passkey was deleted", .security = true)},
    {"account.password_changed", "The password was changed, or set anew by a mailed link", WITH(PERSON),
     .notifies = NOTIFY(&q_notification_account, {"user_id"}, .type = "account.password_changed", .title = "Your password was changed", .security = true)},
    {"account.second_factor_off", "Two-step sign-in was switched off", WITH(PERSON),
     .notifies = NOTIFY(&q_notification_account, {"user_id"}, .type = "account.second_factor_off", .title = "Two-step sign-in was switched off", .security = true)},
    {"account.second_factor_on", "Two-step sign-in was switched on", WITH(PERSON),
     .notifies = NOTIFY(&q_notification_account, {"user_id"}, .type = "account.second_factor_on", .title = "Two-step sign-in was switched on", .security = true)},
    {"account.signed_in", "Somebody signed in with a browser that the account was never used in", WITH(PERSON, ID("session_id", "The new session")),
     .notifies = NOTIFY(&q_notification_sign_in, {"user_id", "session_id"}, .security = true)},
    {"chat.mention_waits", "Somebody has not read a message that mentions them", WITH(ROOM, PERSON, ID("message_id", "The message")),
     .notifies = NOTIFY(&q_notification_mention, {"room_id", "user_id", "message_id"}, .group_by = "room_id", .mail = "email_on_mention")},
    {"chat.message_waits", "Somebody has not read a message to them", WITH(ROOM, PERSON, ID("message_id", "The message")),
     .notifies = NOTIFY(&q_notification_message, {"room_id", "user_id", "message_id"}, .group_by = "room_id", .mail = "email_on_message")},
    {"export.ready", "An archive of one's own data can be downloaded", WITH(PERSON, ID("export_id", "The archive")),
     .notifies = NOTIFY(&q_notification_export, {"user_id", "export_id"}, .mail = "email_notifications")},
    {"file.infected", "The antivirus found a file harmful that had come in unscanned; what it was of is deleted",
     WITH(OWNER, ID("track_id", "The track that it was a file of"), {"found", FIELD_TEXT, .help = "What the antivirus calls it"}), .version = 2,
     .notifies = NOTIFY(&q_notification_infected, {"user_id", "file_of", "found"}, .type = "file.infected", .title = "A harmful file of yours was deleted",
            .security = true)},
    {"job.died", "A job was given up",
     WITH(ID("job_id", "The job"), {"kind", FIELD_STRING, .help = "Its kind"},
          {"reason", FIELD_ENUM, .values = "attempts|deaths", .help = "What was used up"})},
    {"playlist.deleted", "A playlist was deleted", WITH(PLAYLIST), .kind = "playlist"},
    {"playlist.shared", "Somebody may work on a playlist", WITH(PLAYLIST, PERSON, ID("adder_id", "Who shared it")),
     .notifies = NOTIFY(&q_notification_playlist_shared, {"playlist_id", "adder_id", "user_id"}, .group_by = "playlist_id", .mail = "email_on_playlist")},
    {"playlist.track_added", "A track was added to a playlist that somebody follows", WITH(PLAYLIST, TRACK, ID("adder_id", "Who added it")),
     .notifies = NOTIFY(&q_notification_playlist, {"playlist_id", "adder_id", "track_id"}, .group_by = "playlist_id", .mail = "email_on_playlist")},
    {"playlist.updated", "A playlist was made, or what it says or holds, or who may see it, was changed", WITH(PLAYLIST), .kind = "playlist"},
    {"release.deleted", "A release was deleted", WITH(RELEASE, OWNER), .kind = "release", .purges = "releases"},
    {"release.published", "The music of a release is out, for the first time", WITH(RELEASE, OWNER), .kind = "release"},
    {"release.updated", "A release was made, or what it says, holds or looks like was changed", WITH(RELEASE, OWNER), .kind = "release", .purges = "releases"},
    {"scrobbling.stopped", "A service elsewhere does not take what it is told of somebody's plays any more", WITH(PERSON, ID("account_id", "The connection")),
     .notifies = NOTIFY(&q_notification_scrobbling, {"user_id", "account_id"}, .mail = "email_notifications")},
    {"track.comment_deleted", "A comment on a track was deleted", WITH(TRACK, OWNER, COMMENT)},
    {"track.comment_replied", "A reply to a comment is shown to everybody", WITH(TRACK, ID("user_id", "Who is replied to"), COMMENT),
     .notifies = NOTIFY(&q_notification_reply, {"track_id", "comment_id", "user_id"}, .group_by = "track_id", .mail = "email_on_comment")},
    {"track.commented", "Somebody commented on a track", WITH(TRACK, OWNER, COMMENT),
     .notifies = NOTIFY(&q_notification_comment, {"track_id", "comment_id"}, .group_by = "track_id", .mail = "email_on_comment")},
    {"track.deleted", "A track was deleted for good", WITH(TRACK, OWNER), .kind = "track", .purges = "tracks"},
    {"track.liked", "Somebody likes a track", WITH(TRACK, OWNER, ID("liker_id", "Who likes it")),
     .notifies = NOTIFY(&q_notification_like, {"track_id", "liker_id"}, .group_by = "track_id", .mail = "email_on_like")},
    {"track.removed", "An administrator deleted a track; it can be restored for a while", WITH(TRACK, OWNER), .kind = "track",
     .notifies = NOTIFY(&q_notification_track, {"user_id", "track_id"}, .type = "track.removed", .title = "An administrator removed a track of yours",
            .mail = "email_notifications"), .purges = "tracks"},
    {"track.replaced", "A new version of a track is another recording",
     WITH(TRACK, OWNER, ID("version_id", "The new version"),
          {"distance", FIELD_NUMBER, .nullable = true, .help = "How far its fingerprint is from the one before"}), .kind = "track"},
    {"track.reposted", "Somebody reposted a track", WITH(TRACK, OWNER, ID("reposter_id", "Who reposted it")),
     .notifies = NOTIFY(&q_notification_repost, {"track_id", "reposter_id"}, .group_by = "track_id", .mail = "email_on_like")},
    {"track.restored", "An administrator restored a track", WITH(TRACK, OWNER), .kind = "track",
     .notifies = NOTIFY(&q_notification_track, {"user_id", "track_id"}, .type = "track.restored", .title = "A track of yours was restored",
            .mail = "email_notifications"), .purges = "tracks"},
    {"track.stems_shared", "Somebody was invited to the stems of a track", WITH(TRACK, ID("user_id", "Who was invited")),
     .notifies = NOTIFY(&q_notification_stems_shared, {"track_id", "user_id"}, .group_by = "track_id", .mail = "email_on_playlist")},
    {"track.unliked", "Somebody does not like a track any more", WITH(TRACK, OWNER, ID("liker_id", "Who liked it"))},
    {"track.unreposted", "Somebody took a repost of a track back", WITH(TRACK, OWNER, ID("reposter_id", "Who had reposted it"))},
    {"track.updated", "What a track says of itself, or who may see it, was changed", WITH(TRACK, OWNER), .kind = "track", .purges = "tracks"},
    {"track.uploaded", "A track was uploaded", WITH(TRACK, OWNER), .kind = "track"},
    {"transcoding.completed", "A track can be played", WITH(TRACK, OWNER), .kind = "track", .purges = "tracks"},
    {"transcoding.failed", "A track cannot be processed", WITH(TRACK, OWNER, {"code", FIELD_STRING, .nullable = true, .help = "Why"}), .kind = "track",
     .purges = "tracks"},
    {"transcoding.requested", "A track is to be processed once more", WITH(TRACK, OWNER), .kind = "track", .purges = "tracks"},
    {"user.blocked", "Somebody blocked somebody", WITH(ID("user_id", "Who was blocked"), ID("blocker_id", "Who blocked them"))},
    {"user.created", "An account was made", WITH(PERSON), .version = 2, .kind = "user"},
    {"user.deletion_requested", "An account is to be deleted, and hidden until then", WITH(PERSON), .kind = "user", .purges = "tracks users"},
    {"user.erased", "An account was deleted for good", WITH(ID("tombstone_id", "What stands in for the person from now on")), .purges = "tracks users"},
    {"user.followed", "Somebody follows somebody", WITH(ID("user_id", "Who is followed"), ID("follower_id", "Who follows")),
     .notifies = NOTIFY(&q_notification_follow, {"user_id", "follower_id"}, .group_by = "user_id", .mail = "email_on_follow")},
    {"user.restored", "An account is not to be deleted after all", WITH(PERSON), .kind = "user", .purges = "tracks users"},
    {"user.role_assigned", "Somebody was given a role",
     WITH(PERSON, {"role", FIELD_STRING, .help = "Its name"}, {"by", FIELD_UUID, .nullable = true, .help = "Who gave it"},
          {"expires_at", FIELD_TIME, .nullable = true, .help = "Until when"})},
    {"user.role_revoked", "Somebody lost a role",
     WITH(PERSON, {"role", FIELD_STRING, .help = "Its name"}, {"by", FIELD_UUID, .nullable = true, .help = "Who took it away"})},
    {"user.unfollowed", "Somebody does not follow somebody any more", WITH(ID("user_id", "Who is not followed any more"), ID("follower_id", "Who followed"))},
    {"user.updated", "What a profile says or shows, or who may see it, was changed", WITH(PERSON), .kind = "user", .purges = "tracks users"},
    {0}};

const struct event_effects *
events_find(const char *name)
{
    for (const struct event_effects *e = event_effects; e->name; e++)
        if (text_equal(e->name, name))
            return e;
    return NULL;
}

static bool
events_notify(const struct event *event, void *context)
{
    const struct event_effects *effects = events_find(event->name);

    (void)context;
    return !effects || !effects->notifies || notifications_notify(effects->notifies, event);
}

/* Before the one who wrote the event goes on, and so before the reply to their request; in all other processes a moment later. "*" is all. */
static void
events_purge(const char *name)
{
    for (const struct event_effects *e = event_effects; e->name; e++)
        if (e->purges && (text_equal(name, "*") || text_equal(name, e->name)))
            server_purge(e->purges);
}

static void
events_told(const char *text)
{
    if (text_starts_with(text, "event "))
        events_purge(text + strlen("event "));
    else if (text_equal(text, "*"))
        events_purge("*");
}

static void
events_heard(void *context, const char *payload)
{
    (void)context;
    events_purge(payload && *payload ? payload : "*");
}

/* The events of the table that notify somebody. */
static const char *notifying[COUNT_OF(event_effects) + 1];

static bool
events_setup(const struct module_setup *with, char *error, size_t error_size)
{
    unsigned count = 0;

    (void)with, (void)error, (void)error_size;
    for (const struct event_effects *e = event_effects; e->name; e++)
        if (e->notifies)
            notifying[count++] = e->name;
    notifying[count] = NULL;
    events_publish_setup();
    db_on_told(events_told);
    listener_on("outbox", events_heard, NULL);
    return true;
}

static const struct subscription subscriptions[] = {{"notifications", notifying, BUS_FROM_START, events_notify}, {0}};

const struct module events_module = {.name = "events", .subscriptions = subscriptions, .setup = events_setup};
