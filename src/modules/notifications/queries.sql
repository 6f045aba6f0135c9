-- Notifications: everybody sees and changes their own only.

-- query: notification_list
-- schema: Notification
-- nullable: link, actor
-- type: data object
select n.id, n.type, n.title, n.content, n.link, n.data,
       case when u.id is not null then (u.id, u.username, u.avatar)::user_ref end as actor,
       n.read, n.read_at, n.created_at
  from notifications n
  left join users u on u.id = n.actor_id and user_visible(u, :viewer::uuid)
 where n.user_id = :viewer::uuid
   and (not coalesce(:unread::boolean, false) or not n.read)
   and (:type::text is null or n.type = :type::text)
 order by n.created_at desc, n.id

-- query: notification_unread
-- not null: unread
select count(*) as unread from notifications n where n.user_id = :viewer::uuid and not n.read

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

-- query: notification_preferences
-- schema: NotificationPreferences
select s.notify_on_follow, s.notify_on_like, s.notify_on_comment, s.notify_on_message, s.notify_on_mention,
       s.email_notifications, s.email_on_follow, s.email_on_like, s.email_on_comment, s.email_on_message, s.email_on_mention,
       s.push_notifications, s.browser_notifications
  from user_settings s
 where s.user_id = :viewer::uuid

-- query: notification_preferences_update
-- schema: NotificationPreferences
update user_settings s
   set notify_on_follow = coalesce(:notify_on_follow::boolean, s.notify_on_follow),
       notify_on_like = coalesce(:notify_on_like::boolean, s.notify_on_like),
       notify_on_comment = coalesce(:notify_on_comment::boolean, s.notify_on_comment),
       notify_on_message = coalesce(:notify_on_message::boolean, s.notify_on_message),
       notify_on_mention = coalesce(:notify_on_mention::boolean, s.notify_on_mention),
       email_notifications = coalesce(:email_notifications::boolean, s.email_notifications),
       email_on_follow = coalesce(:email_on_follow::boolean, s.email_on_follow),
       email_on_like = coalesce(:email_on_like::boolean, s.email_on_like),
       email_on_comment = coalesce(:email_on_comment::boolean, s.email_on_comment),
       email_on_message = coalesce(:email_on_message::boolean, s.email_on_message),
       email_on_mention = coalesce(:email_on_mention::boolean, s.email_on_mention),
       push_notifications = coalesce(:push_notifications::boolean, s.push_notifications),
       browser_notifications = coalesce(:browser_notifications::boolean, s.browser_notifications)
 where s.user_id = :viewer::uuid
returning s.notify_on_follow, s.notify_on_like, s.notify_on_comment, s.notify_on_message, s.notify_on_mention,
          s.email_notifications, s.email_on_follow, s.email_on_like, s.email_on_comment, s.email_on_message, s.email_on_mention,
          s.push_notifications, s.browser_notifications

-- query: notification_follow
-- While the follower still follows and nobody has blocked anybody. Following, ending it and following again tells once a day.
with n as (
    insert into notifications (user_id, actor_id, type, title, link)
    select f.followed_id, u.id, 'follow', u.username || ' follows you', '/u/' || u.username
      from user_follows f
      join users u on u.id = f.follower_id and user_shown(u)
      left join user_settings s on s.user_id = f.followed_id
     where f.followed_id = :user_id::uuid and f.follower_id = :follower_id::uuid
       and coalesce(s.notify_on_follow, true)
       and not exists (select from user_blocks b where b.blocker_id = f.followed_id and b.blocked_id = f.follower_id)
       and not exists (select from notifications o
                        where o.user_id = f.followed_id and o.actor_id = u.id and o.type = 'follow'
                          and o.created_at > now() - interval '1 day')
    returning *
)
select n.id,
       pg_notify('notification', json_build_object(
           'user_id', n.user_id,
           'message', json_build_object('type', 'notification', 'notification', json_build_object(
               'id', n.id, 'type', n.type, 'title', n.title, 'content', n.content, 'link', n.link, 'data', n.data,
               'actor', json_build_object('id', u.id, 'username', u.username, 'avatar', u.avatar),
               'read', n.read, 'read_at', n.read_at, 'created_at', n.created_at)))::text)
  from n
  join users u on u.id = n.actor_id

-- query: notification_export
-- Always told: whoever asked for an archive waits for it.
with n as (
    insert into notifications (user_id, type, title, content, link, data)
    select e.user_id, 'export.ready', 'Your data is ready', 'It can be fetched until ' || to_char(e.expires_at at time zone 'UTC', 'YYYY-MM-DD') || '.',
           '/settings/privacy',
           jsonb_build_object('export_id', e.id, 'expires_at', e.expires_at,
                              'download_url', '/api/v1/users/me/exports/' || e.id || '/download')
      from data_exports e
     where e.id = :export_id::uuid and e.user_id = :user_id::uuid and e.status = 'completed'
    returning *
)
select n.id,
       pg_notify('notification', json_build_object(
           'user_id', n.user_id,
           'message', json_build_object('type', 'notification', 'notification', json_build_object(
               'id', n.id, 'type', n.type, 'title', n.title, 'content', n.content, 'link', n.link, 'data', n.data, 'actor', null,
               'read', n.read, 'read_at', n.read_at, 'created_at', n.created_at)))::text)
  from n
