-- Notifications: everybody sees and changes their own only.

-- fragment: notification_title(n, actor)
-- actor: who caused it last, as far as its reader may know of them. No name is stored: it would outlive the person, or a block.
(case when n.actor_count > 0 then coalesce(actor.username, 'Somebody') || ' ' else '' end || n.title)

-- fragment: notification_link(n, actor)
-- Of a release the present address: while it is unlisted, only that opens it.
(case n.type when 'follow' then '/u/' || actor.username
             when 'release' then (select '/release/' || r_.slug from releases r_ where r_.id = (n.data ->> 'release_id')::uuid)
             else n.link end)

-- fragment: notification_stands(n)
-- Its reader may still open what somebody else's doing is told of: not what has become private, and whose title stands here. What is told of one's own tracks stays.
case when n.type = 'release'
     then exists (select from releases r_ where r_.id = (n.data ->> 'release_id')::uuid and {release_visible(r_, n.user_id, false)})
     when n.type in ('playlist', 'playlist_shared')
     then exists (select from playlists p_ where p_.id = (n.data ->> 'playlist_id')::uuid and {playlist_visible(p_, n.user_id, false)})
     when n.type in ('message', 'room_message', 'mention')
     then exists (select from room_members m_ join rooms r_ on r_.id = m_.room_id and r_.deleted_at is null
                   where m_.room_id = (n.data ->> 'room_id')::uuid and m_.user_id = n.user_id)
     when n.type = 'reply'
     then exists (select from tracks t_ where t_.id = (n.data ->> 'track_id')::uuid and {track_visible(t_, n.user_id, false)})
     when n.type = 'stems_shared'
     then exists (select from tracks t_
                    join track_stem_guests g_ on g_.track_id = t_.id and g_.user_id = n.user_id
                   where t_.id = (n.data ->> 'track_id')::uuid and {track_visible(t_, n.user_id, false)})
     else true end

-- query: notification_list
-- schema: Notification
-- nullable: link, actor
-- not null: title, others
-- type: data object
-- filter: unread=true: not n.read
-- filter: type: n.type = :type::text
-- sort: n.created_at desc, n.id desc
-- `others`: how many more people caused it, besides the actor, who was the last.
select n.id, n.type, {notification_title(n, u)} as title, n.content, {notification_link(n, u)} as link, n.data,
       {user_ref(u, actor)},
       greatest(n.actor_count - 1, 0) as others, n.read, n.read_at, n.created_at
  from notifications n
  left join users u on u.id = n.actor_id and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}
 where n.user_id = :viewer::uuid and {notification_stands(n)}

-- query: notification_unread
-- not null: unread
select count(*) as unread from notifications n where n.user_id = :viewer::uuid and not n.read and {notification_stands(n)}

-- query: notification_read
-- Reading it again changes nothing.
update notifications n
   set read = true, read_at = coalesce(n.read_at, now())
 where n.id = :id::uuid and n.user_id = :viewer::uuid
returning n.id

-- query: notification_read_all
-- not null: changed
with n as (
    update notifications n set read = true, read_at = now() where n.user_id = :viewer::uuid and not n.read returning n.id
)
select count(*) as changed from n

-- query: notification_delete
delete from notifications n where n.id = :id::uuid and n.user_id = :viewer::uuid returning n.id

-- query: notification_delete_all
-- not null: deleted
with n as (
    delete from notifications n where n.user_id = :viewer::uuid returning n.id
)
select count(*) as deleted from n

-- fragment: preferences(s)
-- schema: NotificationPreferences
{notification_settings(s)}, s.email_notifications, s.push_notifications, s.browser_notifications

-- query: notification_preferences
select {preferences(s)}
  from user_settings s
 where s.user_id = :viewer::uuid

-- query: notification_preferences_update
update user_settings s
   set {notification_settings_given(s)},
       {set_given(email_notifications, s, boolean)},
       {set_given(push_notifications, s, boolean)},
       {set_given(browser_notifications, s, boolean)}
 where s.user_id = :viewer::uuid
returning {preferences(s)}

-- The queries of events (modules/events/events.c) make notifications with notification_add(), which puts those of one group into one, and return
-- `id` and `is_new`. They bind :group_of, which is null for those that have no group.
-- Who is told, and of what, is a materialized part of its own: in one `from` PostgreSQL may call the function before it has asked all conditions.
-- The title begins with who did it, which is not stored: see notification_title.

-- fragment: told_today(recipient, actor, kind, address)
-- Was the recipient told within a day that the actor did this to what is at this address?
exists (select from notification_actors o_
          join notifications n_ on n_.id = o_.notification_id
         where o_.actor_id = actor and n_.user_id = recipient and n_.type = kind and n_.link is not distinct from address and o_.at > now() - interval '1 day')

-- query: notification_follow
-- While the follower still follows and nobody has blocked anybody. Following, ending it and following again tells once a day.
with due as materialized (
    select f.followed_id as recipient, u.id as actor
      from user_follows f
      join users u on u.id = f.follower_id and user_shown(u)
      left join user_settings s on s.user_id = f.followed_id
     where f.followed_id = :user_id::uuid and f.follower_id = :follower_id::uuid
       and coalesce(s.notify_on_follow, true)
       and {not_blocked_by(f.followed_id, f.follower_id, false)}
       and not {told_today(f.followed_id, u.id, 'follow', null)}
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(d.recipient, d.actor, 'follow', 'follows you', '', null, '{}', :group_of) a

-- query: notification_like
-- While the person likes the track, and has not been blocked. Liking, ending it and liking again tells once a day.
with due as materialized (
    select t.creator_id as recipient, u.id as actor, t.id as track_id, t.title
      from track_likes l
      join tracks t on t.id = l.track_id and t.deleted_at is null and t.creator_id <> l.user_id
      join users u on u.id = l.user_id and user_shown(u)
      left join user_settings s on s.user_id = t.creator_id
     where l.track_id = :track_id::uuid and l.user_id = :liker_id::uuid
       and coalesce(s.notify_on_like, true)
       and {not_blocked_by(t.creator_id, u.id, false)}
       and not {told_today(t.creator_id, u.id, 'like', '/track/' || t.id)}
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(d.recipient, d.actor, 'like', left('likes ' || d.title, 255), '', '/track/' || d.track_id,
                                     jsonb_build_object('track_id', d.track_id, 'title', d.title), :group_of) a

-- query: notification_playlist
-- Everybody who follows the playlist and may see it, while what was added is in it for everybody. Once a day, and not again while it is unread.
with due as materialized (
    select f.user_id as recipient, a.id as actor, p.id as playlist_id, p.name
      from playlists p
      join users a on a.id = :adder_id::uuid and user_shown(a)
      join playlist_follows f on f.playlist_id = p.id and f.user_id <> a.id
      left join user_settings s on s.user_id = f.user_id
     where p.id = :playlist_id::uuid and p.deleted_at is null and p.visibility <> 'private'
       and exists (select from playlist_tracks i
                     join tracks t on t.id = i.track_id
                     join users u on u.id = t.creator_id
                    where i.playlist_id = p.id and i.track_id = :track_id::uuid and {track_listed(t, u, f.user_id, false)})
       and coalesce(s.notify_on_playlist, true)
       and {playlist_owner_shown(p, f.user_id, false)}
       and {not_blocked_by(f.user_id, a.id, false)}
       and not exists (select from notifications n
                        where n.user_id = f.user_id and n.type = 'playlist' and n.group_key = :group_of and (not n.read or n.created_at > now() - interval '1 day'))
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(d.recipient, d.actor, 'playlist', left('added to ' || d.name, 255), '', '/playlist/' || d.playlist_id,
                                     jsonb_build_object('playlist_id', d.playlist_id, 'title', d.name), :group_of) a

-- query: notification_stems_shared
-- While the person is invited, and may see the track; once in 30 days for a track. It goes with the settings of playlists, which people invite to as well.
with due as materialized (
    select g.user_id as recipient, a.id as actor, t.id as track_id, t.title
      from tracks t
      join users a on a.id = t.creator_id and user_shown(a)
      join track_stem_guests g on g.track_id = t.id and g.user_id = :user_id::uuid
      left join user_settings s on s.user_id = g.user_id
     where t.id = :track_id::uuid
       and coalesce(s.notify_on_playlist, true)
       and not exists (select from notifications n
                        where n.user_id = g.user_id and n.type = 'stems_shared' and (n.data ->> 'track_id')::uuid = t.id and n.created_at > now() - interval '30 days')
       and {track_visible(t, g.user_id, false)}
       and {not_blocked_by(g.user_id, a.id, false)}
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(d.recipient, d.actor, 'stems_shared', left('invites you to the stems of ' || d.title, 255), '', '/track/' || d.track_id,
                                     jsonb_build_object('track_id', d.track_id, 'title', d.title), :group_of) a

-- query: notification_playlist_shared
-- While the person works on the playlist. It goes with the settings of followed playlists.
with due as materialized (
    select w.user_id as recipient, a.id as actor, p.id as playlist_id, p.name
      from playlists p
      join users a on a.id = :adder_id::uuid and user_shown(a)
      join playlist_collaborators w on w.playlist_id = p.id and w.user_id = :user_id::uuid and w.permission <> 'none'
      left join user_settings s on s.user_id = w.user_id
     where p.id = :playlist_id::uuid and p.deleted_at is null
       and coalesce(s.notify_on_playlist, true)
       and {not_blocked_by(w.user_id, a.id, false)}
       and {playlist_together(p, w.user_id)}
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(d.recipient, d.actor, 'playlist_shared', left('lets you work on ' || d.name, 255), '', '/playlist/' || d.playlist_id,
                                     jsonb_build_object('playlist_id', d.playlist_id, 'title', d.name), :group_of) a

-- query: notification_repost
-- While the repost stands, and its author has not been blocked. It goes with the settings of likes; reposting again tells once a day.
with due as materialized (
    select t.creator_id as recipient, u.id as actor, t.id as track_id, t.title
      from track_reposts r
      join tracks t on t.id = r.track_id and t.deleted_at is null and t.creator_id <> r.user_id
      join users u on u.id = r.user_id and user_shown(u)
      left join user_settings s on s.user_id = t.creator_id
     where r.track_id = :track_id::uuid and r.user_id = :reposter_id::uuid
       and coalesce(s.notify_on_like, true)
       and {not_blocked_by(t.creator_id, u.id, false)}
       and not {told_today(t.creator_id, u.id, 'repost', '/track/' || t.id)}
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(d.recipient, d.actor, 'repost', left('reposted ' || d.title, 255), '', '/track/' || d.track_id,
                                     jsonb_build_object('track_id', d.track_id, 'title', d.title), :group_of) a

-- query: notification_comment
-- While the comment is there, and its author has not been blocked.
with due as materialized (
    select t.creator_id as recipient, u.id as actor, t.id as track_id, t.title
      from track_comments c
      join tracks t on t.id = c.track_id and t.deleted_at is null and t.creator_id <> c.user_id
      join users u on u.id = c.user_id and user_shown(u)
      left join user_settings s on s.user_id = t.creator_id
     where c.id = :comment_id::uuid and c.track_id = :track_id::uuid
       and coalesce(s.notify_on_comment, true)
       and {not_blocked_by(t.creator_id, u.id, false)}
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(d.recipient, d.actor, 'comment', left('commented on ' || d.title, 255), '', '/track/' || d.track_id,
                                     jsonb_build_object('track_id', d.track_id, 'title', d.title), :group_of) a

-- query: notification_reply
-- To whoever wrote the comment that it answers, or the reply before it, while they may see both.
with due as materialized (
    select p.id as recipient, u.id as actor, t.id as track_id, t.title
      from track_comments c
      join tracks t on t.id = c.track_id and t.deleted_at is null
      join users u on u.id = c.user_id and user_shown(u)
      join users p on p.id = :user_id::uuid and p.id <> c.user_id and user_active(p)
      left join user_settings s on s.user_id = p.id
     where c.id = :comment_id::uuid and c.track_id = :track_id::uuid and c.status = 'shown'
       and coalesce(s.notify_on_comment, true)
       and {track_visible(t, p.id, false)}
       and {not_blocked_by(c.user_id, p.id, false)} and {not_blocked_by(p.id, u.id, false)}
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(d.recipient, d.actor, 'reply', left('replied to your comment on ' || d.title, 255), '', '/track/' || d.track_id,
                                     jsonb_build_object('track_id', d.track_id, 'title', d.title), :group_of) a

-- fragment: message_waits(x, r, m, u)
-- The message is there, and its reader still a member who has not read it; neither has blocked the other. What it says is not told.
messages x
      join rooms r on r.id = x.room_id and r.deleted_at is null
      join room_members m on m.room_id = r.id and m.user_id = :user_id::uuid and m.read_seq < x.seq
      join users p on p.id = m.user_id and user_active(p)
      join users u on u.id = x.sender_id and user_shown(u)
      left join user_settings s on s.user_id = m.user_id

-- query: notification_message
with due as materialized (
    select m.user_id as recipient, u.id as actor, r.id as room_id, r.name, r.room_type = 'dm' as is_direct
      from {message_waits(x, r, m, u)}
     where x.id = :message_id::uuid and x.room_id = :room_id::uuid and not x.is_deleted
       and coalesce(s.notify_on_message, true)
       and {not_blocked_by(m.user_id, u.id, false)} and {not_blocked_by(u.id, m.user_id, false)}
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(d.recipient, d.actor, case when d.is_direct then 'message' else 'room_message' end,
                                     case when d.is_direct then 'wrote to you' else left('wrote in ' || d.name, 255) end, '', '/chat/' || d.room_id,
                                     jsonb_build_object('room_id', d.room_id, 'title', coalesce(d.name, '')), :group_of) a

-- query: notification_mention
with due as materialized (
    select m.user_id as recipient, u.id as actor, r.id as room_id, r.name, r.room_type = 'dm' as is_direct
      from {message_waits(x, r, m, u)}
     where x.id = :message_id::uuid and x.room_id = :room_id::uuid and not x.is_deleted
       and coalesce(s.notify_on_mention, true)
       and {not_blocked_by(m.user_id, u.id, false)} and {not_blocked_by(u.id, m.user_id, false)}
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(d.recipient, d.actor, case when d.is_direct then 'message' else 'mention' end,
                                     case when d.is_direct then 'wrote to you' else left('mentioned you in ' || d.name, 255) end, '', '/chat/' || d.room_id,
                                     jsonb_build_object('room_id', d.room_id, 'title', coalesce(d.name, '')), :group_of) a

-- query: notification_release
-- To the next of those who follow its creator with the bell on and find it, once its music is out. Several of one person are one while unread: it tells of the latest.
-- How far the job is stands in its payload, so that it goes on there when it is begun again.
with f as materialized (
    select f.follower_id
      from user_follows f
     where f.followed_id = :artist_id::uuid and f.has_bell and f.follower_id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
     order by f.follower_id
     limit :most::int
), due as materialized (
    select f.follower_id as recipient, u.id as actor, r.id as release_id, r.title, r.slug
      from f
      join releases r on r.id = :release_id::uuid and r.user_id = :artist_id::uuid
      join users u on u.id = r.user_id and user_shown(u)
      join users p on p.id = f.follower_id and user_active(p)
      left join user_settings s on s.user_id = f.follower_id
     where r.public_from <= now() and coalesce(r.release_at, '-infinity') <= now()
       and coalesce(s.notify_on_release, true)
       and {not_blocked_by(r.user_id, f.follower_id, false)}
       and not exists (select from user_mutes m where m.user_id = f.follower_id and m.person_id = r.user_id)
), n as (
    select a.id, a.is_new
      from due d
     cross join lateral notification_add(d.recipient, d.actor, 'release', left('released ' || d.title, 255), '', '/release/' || d.slug,
                                         jsonb_build_object('release_id', d.release_id, 'title', d.title), d.actor::text) a
), j as (
    update jobs j set payload = j.payload || jsonb_build_object('after', (select max(f.follower_id::text) from f)) where j.id = :job_id::uuid and exists (select from f)
)
select n.id, n.is_new, (select max(f.follower_id::text) from f) as last_id
  from (select 1) one
  left join n on true

-- query: notification_export
-- Always told: whoever asked for an archive waits for it.
select a.id, a.is_new
  from data_exports e
 cross join lateral notification_add(
        e.user_id, null, 'export.ready', 'Your data is ready',
        'It can be fetched until ' || to_char(e.expires_at at time zone 'UTC', 'YYYY-MM-DD') || '.', '/settings/data',
        jsonb_build_object('export_id', e.id, 'expires_at', e.expires_at, 'download_url', '/api/v1/users/me/exports/' || e.id || '/download'),
        :group_of) a
 where e.id = :export_id::uuid and e.user_id = :user_id::uuid and e.status = 'completed'

-- query: notification_scrobbling
-- While it is switched off. Always told, since nobody else would notice.
select a.id, a.is_new
  from scrobble_accounts s
  join users u on u.id = s.user_id and user_active(u)
 cross join lateral notification_add(
        s.user_id, null, 'scrobbling.stopped', 'A service no longer takes what you listen to', 'Connect it anew in the settings.', '/settings/scrobbling',
        jsonb_build_object('account_id', s.id, 'service', s.service), :group_of) a
 where s.id = :account_id::uuid and s.user_id = :user_id::uuid and s.stopped_for = 'refused'

-- query: notification_sign_in
-- A session of a browser that the account was never used in.
with due as materialized (
    select s.user_id, s.ip_address, coalesce(s.device_label, device_label(s.user_agent)) as device
      from sessions s
      join users u on u.id = s.user_id and user_active(u)
     where s.id = :session_id::uuid and s.user_id = :user_id::uuid
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(
        d.user_id, null, 'account.signed_in', 'New sign-in to your account', d.device || coalesce(', from ' || d.ip_address, ''), '/settings/sessions',
        jsonb_build_object('device', d.device, 'address', coalesce(d.ip_address, '?')), :group_of) a

-- query: notification_account
-- Something about the account that its person should know, should it not have been them.
select a.id, a.is_new
  from users u
 cross join lateral notification_add(
        u.id, null, :type::text, :title, '', '/settings/security',
        case when :type::text = 'account.password_changed'
             then jsonb_build_object('keys', (select count(*) from api_keys k
                                               where k.user_id = u.id and (k.expires_at is null or k.expires_at > now()))::text)
             else '{}' end,
        :group_of) a
 where u.id = :user_id::uuid and user_active(u)

-- query: notification_track
-- What administrators did with somebody's track.
with due as materialized (
    select t.id, t.creator_id, t.title, t.deleted_at, t.restorable_until
      from tracks t
      join users u on u.id = t.creator_id and user_active(u)
     where t.id = :track_id::uuid and t.creator_id = :user_id::uuid
)
select a.id, a.is_new
  from due d
 cross join lateral notification_add(
        d.creator_id, null, :type::text, :title, '', case when d.deleted_at is null then '/track/' || d.id end,
        jsonb_strip_nulls(jsonb_build_object('track_id', d.id, 'title', d.title, 'until', to_char(d.restorable_until at time zone 'UTC', 'YYYY-MM-DD'))),
        :group_of) a

-- query: notification_infected
-- What the antivirus found in a file of theirs that had come in unscanned.
select a.id, a.is_new
  from users u
 cross join lateral notification_add(u.id, null, :type::text, :title, '', '/library',
                                     jsonb_build_object('title', :file_of::text, 'found', :found::text), :group_of) a
 where u.id = :user_id::uuid and user_active(u)

-- query: notification_deliver
-- Tells of a new notification: open sockets now, browsers that asked for push messages by a job each, and a mail. One that has grown is only told
-- to open sockets: its person has heard of it and not looked yet. Notices about security
-- are mailed at once; others wait for a while, and those that come meanwhile go with them: a job that is queued already is locked, so
-- that it cannot begin before this one is written. What one release rings for many (:bulk) waits behind all others.
with n as (
    select n.*, :is_new::boolean and coalesce(s.push_notifications, true) as wants_push,
           :is_new::boolean and u.is_verified and (:security::boolean
                              or coalesce(s.email_notifications and (to_jsonb(s) ->> :mail_setting::text)::boolean, false)) as wants_mail
      from notifications n
      join users u on u.id = n.user_id
      left join user_settings s on s.user_id = n.user_id
     where n.id = :id::uuid
), push as (
    insert into jobs (kind, payload, dedupe_key, priority, max_attempts)
    select 'push.send', jsonb_build_object('notification_id', n.id, 'subscription_id', p.id), 'push:' || n.id || ':' || p.id, case when :bulk::boolean then 6 else 4 end, 10
      from n
      join push_subscriptions p on p.user_id = n.user_id
     where n.wants_push
    on conflict (dedupe_key) do nothing
), at_once as (
    insert into jobs (kind, payload, dedupe_key, priority, max_attempts)
    select 'mail.security', jsonb_build_object('notification_id', n.id), 'mail:' || n.id, 2, 20
      from n
     where n.wants_mail and :security::boolean
    on conflict (dedupe_key) do nothing
), waiting as (
    update notifications w set mail_waits = true from n where w.id = n.id and n.wants_mail and not :security::boolean
    returning w.user_id
), queued as (
    select j.id
      from jobs j
     where j.kind = 'mail.notifications' and j.state = 'queued' and j.payload ->> 'user_id' = (select user_id::text from waiting)
       for update
), sooner as (
    update jobs j set priority = 3 where j.id in (select q.id from queued q) and not :bulk::boolean and j.priority > 3
), digest as (
    insert into jobs (kind, payload, run_at, priority, max_attempts)
    select 'mail.notifications', jsonb_build_object('user_id', user_id), now() + make_interval(secs => :delay_s::int), case when :bulk::boolean then 6 else 3 end, 20
      from waiting
     where not exists (select from queued)
)
select n.id,
       realtime_send('user:' || n.user_id, 'notification', jsonb_build_object('is_new', :is_new::boolean, 'notification', jsonb_build_object(
           'id', n.id, 'type', n.type, 'title', {notification_title(n, u)}, 'content', n.content, 'link', {notification_link(n, u)}, 'data', n.data,
           'actor', case when u.id is not null then jsonb_build_object('id', u.id, 'username', u.username, 'avatar', u.avatar, 'display_name', u.display_name) end,
           'others', greatest(n.actor_count - 1, 0), 'read', n.read, 'read_at', n.read_at, 'created_at', n.created_at)))
  from n
  left join users u on u.id = n.actor_id and {user_visible(u, n.user_id, false)}

-- query: notification_mail_due
-- What waits for the mail; what is worth it first. Not what was read meanwhile, or whose person has gone private or is here right now.
select n.id, n.type, {notification_title(n, a)} as title, left(n.content, 500) as content, {notification_link(n, a)} as link, n.data::text as data,
       a.display_name as actor, a.avatar, greatest(n.actor_count - 1, 0) as others,
       to_char(n.created_at at time zone coalesce(p.timezone, 'UTC'), 'YYYY-MM-DD HH24:MI') as happened, coalesce(p.timezone, 'UTC') as timezone,
       u.email, u.username, coalesce(p.language, 'en') as language, count(*) filter (where w.wanted) over () as wanted_count
  from notifications n
  join users u on u.id = n.user_id
  left join user_profiles p on p.user_id = u.id
  left join user_settings s on s.user_id = u.id
  left join users a on a.id = n.actor_id and {user_visible(a, n.user_id, false)}
 cross join lateral (
    select not n.read and u.is_verified and user_active(u) and coalesce(s.email_notifications, true)
           and (n.actor_id is null or a.id is not null) and {notification_stands(n)}
           and not exists (select from user_presence o
                            where o.user_id = u.id and o.status <> 'offline' and o.last_seen_at > now() - interval '5 minutes') as wanted) w
 where n.user_id = :user_id::uuid and n.mail_waits
 order by w.wanted desc, n.created_at, n.id
 limit 200

-- query: notification_mail_done
update notifications n set mail_waits = false where n.id = any (:ids::uuid[]) returning n.id

-- query: notification_mail_security
select n.id, n.type, n.title, left(n.content, 500) as content, n.link, n.data::text as data, null as actor, null as avatar,
       to_char(n.created_at at time zone coalesce(p.timezone, 'UTC'), 'YYYY-MM-DD HH24:MI') as happened, coalesce(p.timezone, 'UTC') as timezone,
       u.email, u.username, coalesce(p.language, 'en') as language
  from notifications n
  join users u on u.id = n.user_id and u.is_verified and user_active(u)
  left join user_profiles p on p.user_id = u.id
 where n.id = :notification_id::uuid

-- query: push_subscribe
-- schema: PushSubscription
-- The browser's one subscription, now this person's. Those of sessions that ended, and the oldest beyond :most, give way.
with stale as (
    delete from push_subscriptions o
     where o.user_id = :viewer::uuid and o.endpoint <> :endpoint::text
       and (exists (select from sessions s where s.id = o.session_id and s.revoked_at is not null)
            or o.id not in (select k.id
                              from push_subscriptions k
                             where k.user_id = :viewer::uuid and k.endpoint <> :endpoint::text
                             order by k.updated_at desc
                             limit :most::int - 1))
)
insert into push_subscriptions as p (user_id, session_id, endpoint, p256dh, auth)
values (:viewer::uuid, :session_id::uuid, :endpoint, :keys::jsonb ->> 'p256dh', :keys::jsonb ->> 'auth')
on conflict (endpoint) do update
   set user_id = excluded.user_id, session_id = excluded.session_id, p256dh = excluded.p256dh, auth = excluded.auth
returning p.id

-- query: push_unsubscribe
delete from push_subscriptions p where p.endpoint = :endpoint::text and p.user_id = :viewer::uuid returning p.id

-- query: push_forget
-- Nobody listens there any more.
delete from push_subscriptions p where p.id = :subscription_id::uuid returning p.id

-- query: push_message
-- A notification that was not read yet, for a browser whose session stands.
select n.id, n.type, {notification_title(n, a)} as title, left(n.content, 500) as content, {notification_link(n, a)} as link, n.data::text as data,
       a.display_name as actor, a.avatar, greatest(n.actor_count - 1, 0) as others,
       to_char(n.created_at at time zone coalesce(l.timezone, 'UTC'), 'YYYY-MM-DD HH24:MI') as happened, coalesce(l.timezone, 'UTC') as timezone,
       coalesce(l.language, 'en') as language,
       p.id as subscription_id, p.endpoint, p.p256dh, p.auth
  from push_subscriptions p
  join sessions s on s.id = p.session_id and s.revoked_at is null
  join notifications n on n.id = :notification_id::uuid and n.user_id = p.user_id and not n.read
  join users u on u.id = n.user_id and user_active(u)
  left join user_profiles l on l.user_id = n.user_id
  left join users a on a.id = n.actor_id and {user_visible(a, n.user_id, false)}
 where p.id = :subscription_id::uuid and (n.actor_id is null or a.id is not null) and {notification_stands(n)}

-- query: unsubscribe_whose
select coalesce(p.language, 'en') as language
  from users u
  left join user_profiles p on p.user_id = u.id
 where u.id = :user_id::uuid and u.deleted_at is null

-- query: unsubscribe
with changed as (
    update user_settings s set email_notifications = false
      from users u
     where s.user_id = :user_id::uuid and u.id = s.user_id and u.deleted_at is null
    returning s.user_id
)
select coalesce(p.language, 'en') as language from changed c left join user_profiles p on p.user_id = c.user_id

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_push_browsers
-- Which browsers get push messages, by the service that carries them; the rest of the address and the keys are secrets.
select p.id, substring(p.endpoint from '^[a-z]+://([^/]+)') as service, p.session_id, p.created_at, p.updated_at
  from push_subscriptions p
 where p.user_id = :user_id::uuid
 order by p.created_at, p.id

-- query: export_notifications
select n.id, n.type, {notification_title(n, u)} as title, n.content, {notification_link(n, u)} as link, n.data, n.read, n.read_at, n.created_at
  from notifications n
  left join users u on u.id = n.actor_id and {user_visible(u, n.user_id, false)}
 where n.user_id = :user_id::uuid and {notification_stands(n)}
 order by n.created_at, n.id
