#include "modules/events/events.h"

#include "db/db.h"
#include "http/server.h"
#include "notifications.queries.h"
#include "platform/bus/listener.h"

#define NOTIFY(...) &(const struct notify){__VA_ARGS__}

const struct event_effects event_effects[] = {
    {"account.connected", "An account elsewhere was connected",
     NOTIFY(&q_notification_account, {"user_id"}, .type = "account.connected", .title = "An account elsewhere was connected", .security = true)},
    {"account.passkey_added", "A passkey was added",
     NOTIFY(&q_notification_account, {"user_id"}, .type = "account.passkey_added", .title = "A passkey was added", .security = true)},
    {"account.passkey_removed", "A passkey was deleted",
     NOTIFY(&q_notification_account, {"user_id"}, .type = "account.passkey_removed", .title = "A passkey was deleted", .security = true)},
    {"account.password_changed", "The password was changed, or set anew by a mailed link",
     NOTIFY(&q_notification_account, {"user_id"}, .type = "account.password_changed", .title = "Your password was changed", .security = true)},
    {"account.second_factor_off", "Two-step sign-in was switched off",
     NOTIFY(&q_notification_account, {"user_id"}, .type = "account.second_factor_off", .title = "Two-step sign-in was switched off", .security = true)},
    {"account.second_factor_on", "Two-step sign-in was switched on",
     NOTIFY(&q_notification_account, {"user_id"}, .type = "account.second_factor_on", .title = "Two-step sign-in was switched on", .security = true)},
    {"account.signed_in", "Somebody signed in with a browser that the account was never used in",
     NOTIFY(&q_notification_sign_in, {"user_id", "session_id"}, .security = true)},
    {"export.ready", "An archive of one's own data can be downloaded",
     NOTIFY(&q_notification_export, {"user_id", "export_id"}, .mail = "email_notifications")},
    {"file.infected", "The antivirus found a file harmful that had come in unscanned; what it was of is deleted",
     NOTIFY(&q_notification_infected, {"user_id", "file_of", "found"}, .type = "file.infected", .title = "A harmful file of yours was deleted", .security = true)},
    {"job.died", "A job was given up"},
    {"playlist.shared", "Somebody may work on a playlist",
     NOTIFY(&q_notification_playlist_shared, {"playlist_id", "adder_id", "user_id"}, .group_by = "playlist_id", .mail = "email_on_playlist")},
    {"playlist.track_added", "A track was added to a playlist that somebody follows",
     NOTIFY(&q_notification_playlist, {"playlist_id", "adder_id", "track_id"}, .group_by = "playlist_id", .mail = "email_on_playlist")},
    {"release.deleted", "A release was deleted", .purges = "releases"},
    {"release.published", "The music of a release is out, for the first time",
     NOTIFY(&q_notification_release, {"release_id", "user_id"}, .group_by = "user_id", .mail = "email_on_release")},
    {"release.updated", "A release was made, or what it says, holds or looks like was changed", .purges = "releases"},
    {"track.comment_deleted", "A comment on a track was deleted"},
    {"track.comment_replied", "A reply to a comment is shown to everybody",
     NOTIFY(&q_notification_reply, {"track_id", "comment_id", "user_id"}, .group_by = "track_id", .mail = "email_on_comment")},
    {"track.commented", "Somebody commented on a track",
     NOTIFY(&q_notification_comment, {"track_id", "comment_id"}, .group_by = "track_id", .mail = "email_on_comment")},
    {"track.deleted", "A track was deleted for good", .purges = "tracks"},
    {"track.liked", "Somebody likes a track",
     NOTIFY(&q_notification_like, {"track_id", "liker_id"}, .group_by = "track_id", .mail = "email_on_like")},
    {"track.removed", "An administrator deleted a track; it can be restored for a while",
     NOTIFY(&q_notification_track, {"user_id", "track_id"}, .type = "track.removed", .title = "An administrator removed a track of yours",
            .mail = "email_notifications"), .purges = "tracks"},
    {"track.replaced", "A new version of a track is another recording"},
    {"track.reposted", "Somebody reposted a track",
     NOTIFY(&q_notification_repost, {"track_id", "reposter_id"}, .group_by = "track_id", .mail = "email_on_like")},
    {"track.restored", "An administrator restored a track",
     NOTIFY(&q_notification_track, {"user_id", "track_id"}, .type = "track.restored", .title = "A track of yours was restored",
            .mail = "email_notifications"), .purges = "tracks"},
    {"track.stems_shared", "Somebody was invited to the stems of a track",
     NOTIFY(&q_notification_stems_shared, {"track_id", "user_id"}, .group_by = "track_id", .mail = "email_on_playlist")},
    {"track.unliked", "Somebody does not like a track any more"},
    {"track.unreposted", "Somebody took a repost of a track back"},
    {"track.updated", "What a track says of itself, or who may see it, was changed", .purges = "tracks"},
    {"track.uploaded", "A track was uploaded"},
    {"transcoding.completed", "A track can be played", .purges = "tracks"},
    {"transcoding.failed", "A track cannot be processed", .purges = "tracks"},
    {"transcoding.requested", "A track is to be processed once more", .purges = "tracks"},
    {"user.blocked", "Somebody blocked somebody"},
    {"user.created", "An account was made"},
    {"user.deletion_requested", "An account is to be deleted, and hidden until then", .purges = "tracks users"},
    {"user.erased", "An account was deleted for good", .purges = "tracks users"},
    {"user.followed", "Somebody follows somebody",
     NOTIFY(&q_notification_follow, {"user_id", "follower_id"}, .group_by = "user_id", .mail = "email_on_follow")},
    {"user.restored", "An account is not to be deleted after all", .purges = "tracks users"},
    {"user.role_assigned", "Somebody was given a role"},
    {"user.role_revoked", "Somebody lost a role"},
    {"user.unfollowed", "Somebody does not follow somebody any more"},
    {"user.updated", "What a profile says or shows, or who may see it, was changed", .purges = "tracks users"},
    {0}};

static const struct event_effects *
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
    db_on_told(events_told);
    listener_on("outbox", events_heard, NULL);
    return true;
}

static const struct subscription subscriptions[] = {{"notifications", notifying, BUS_FROM_START, events_notify}, {0}};

const struct module events_module = {.name = "events", .subscriptions = subscriptions, .setup = events_setup};
