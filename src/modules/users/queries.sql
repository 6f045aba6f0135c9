-- People as others see them: accounts in good standing that are public and have not blocked whoever asks; oneself and staff see them
-- anyway. Names are found by everybody unless their owner does not want it (allow_search_indexing).

-- query: user_get
select {person(u)}
  from users u
 where u.id = :id::uuid and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}

-- query: user_get_by_username
select {person(u)}
  from users u
 where lower(u.username) = lower(:username::text) and u.deleted_at is null and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}

-- query: user_page
-- As user_get_by_username, for the page, with what the person published last; and whether search engines may list that.
select coalesce(s.allow_search_indexing, true) as is_indexable,
       (select coalesce(json_agg({page_track(o, u)} order by o.created_at desc, o.id desc), '[]')
          from (select t.* from tracks t where t.creator_id = u.id and {track_listed(t, u, :viewer::uuid, :viewer_staff::boolean)}
                 order by t.created_at desc, t.id desc limit 30) o) as items,
       (select coalesce(json_agg(json_build_object('slug', o.slug, 'title', o.title, 'kind', o.kind) order by o.dated_at desc, o.id desc), '[]')
          from (select r.* from releases r where r.user_id = u.id and {release_listed(r, u, :viewer::uuid, :viewer_staff::boolean)}
                 order by r.dated_at desc, r.id desc limit 12) o) as releases,
       (select coalesce(json_agg(json_build_object('id', o.id, 'name', o.name) order by o.updated_at desc, o.id desc), '[]')
          from (select p.* from playlists p where p.user_id = u.id and p.deleted_at is null and p.visibility = 'public'
                 order by p.updated_at desc, p.id desc limit 12) o) as playlists,
       {person(u)}
  from users u
  left join user_settings s on s.user_id = u.id
 where lower(u.username) = lower(:username::text) and u.deleted_at is null and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}

-- query: user_list
-- filter: role: u.role = :role::user_role
-- sort: newest: u.created_at desc, u.id desc
-- sort: oldest: u.created_at, u.id
-- sort: username: lower(u.username), u.id
select {person(u)}
  from users u
  left join user_settings s on s.user_id = u.id
 where {user_listed(u, :viewer::uuid, :viewer_staff::boolean)}
   and (u.id = :viewer::uuid or coalesce(s.allow_search_indexing, true))

-- query: user_search
-- The best 1000 that the search finds (ADR 0096), the best first.
-- sort: f.place
-- unique: each place is taken once
with f as materialized (
    select f_.* from search_find(3::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, 'both', null, 1000) f_
)
select {person(u)}, exists (select from f c_ where c_.class = 'partial') as partial_
  from f
  join users u on u.id = f.id
  left join user_settings s on s.user_id = u.id
 where {user_listed(u, :viewer::uuid, :viewer_staff::boolean)}
   and (u.id = :viewer::uuid or coalesce(s.allow_search_indexing, true))

-- query: user_found
-- The hits of a search.
-- schema: FoundUser
with f as materialized (select * from search_found(3::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, 'both', {search_filters}, :most::int, :engine_hits::jsonb))
select {person(u)}, {search_why}, n_.total as total_, n_.is_partial as partial_, n_.best as best_
  from {search_state} n_
  left join ((select f.*, row_number() over (order by case :sort::text when 'newest' then extract(epoch from g.created_at) end desc nulls last,
                                                      case :sort::text when 'oldest' then extract(epoch from g.created_at) end,
                                                      case :sort::text when 'title' then lower(g.display_name) end, f.place) as n
                from f left join users g on :sort::text <> 'relevance' and g.id = f.id
               where f.id is not null
               order by n
              offset :offset::int limit :most_shown::int) f
             join users u on u.id = f.id and {user_listed(u, :viewer::uuid, :viewer_staff::boolean)}
             left join user_settings s on s.user_id = u.id) on u.id = :viewer::uuid or coalesce(s.allow_search_indexing, true)
 order by f.n

-- query: user_suggestions
-- People followed by those whom the viewer follows, who let that be used; then creators with many followers, then new creators. From a bounded number
-- of candidates of each kind.
-- sort: m.common desc, coalesce((select n.follower_count from user_stats n where n.user_id = u.id), 0) desc, u.created_at desc, u.id desc
with candidates as (
    select c.id, max(c.common) as common
      from ((select theirs.followed_id as id, count(*) as common
               from (select f.followed_id from user_follows f where f.follower_id = :viewer::uuid order by f.created_at desc limit 500) mine
               join users k on k.id = mine.followed_id and {taste_counts(k)}
               join lateral (select f.followed_id from user_follows f where f.follower_id = mine.followed_id
                              order by f.created_at desc limit 200) theirs on true
              group by 1
              order by 2 desc, 1
              limit 300)
            union all
            (select n.user_id, 0
               from user_stats n
               join users u on u.id = n.user_id and u.role = 'content_creator' and u.deleted_at is null
              order by n.follower_count desc, n.user_id
              limit 300)
            union all
            (select u.id, 0 from users u where u.role = 'content_creator' and u.deleted_at is null order by u.created_at desc, u.id limit 100)) c
     group by c.id
)
select {person(u)}
  from candidates m
  join users u on u.id = m.id
  left join user_settings s on s.user_id = u.id
 where {user_listed(u, :viewer::uuid, :viewer_staff::boolean)} and u.id <> :viewer::uuid
   and coalesce(s.allow_search_indexing, true)
   and {person_discovered(u, :viewer::uuid)}
   and u.id not in (select f.followed_id from user_follows f where f.follower_id = :viewer::uuid)

-- query: user_blocks_list
-- Only the person who blocked them sees this list. It gives names and picture and no more, since a blocked person may have gone private or
-- blocked the viewer too.
-- schema: BlockedPerson
-- sort: mine.created_at desc, u.id desc
select u.id, u.username, u.display_name, u.avatar, mine.created_at as blocked_at
  from user_blocks mine
  join users u on u.id = mine.blocked_id and user_shown(u)
 where mine.blocker_id = :viewer::uuid

-- query: user_seen
-- Whether the viewer may know of this person.
select u.id from users u where u.id = :id::uuid and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}

-- query: user_reposts_seen
-- What user_tracks lists.
select u.id, 'reposts' as which from users u where u.id = :id::uuid and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}

-- query: user_likes_seen
-- Of whoever does not show their activity only they themselves see it.
select u.id, 'likes' as which
  from users u
  left join user_settings s on s.user_id = u.id
 where u.id = :id::uuid and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}
   and (coalesce(s.show_activity, true) or u.id = :viewer::uuid)

-- query: user_update
-- sees: the person
-- Inputs that were not given stay as they are. What is shown as a link must not run as a script.
-- problems: validation
with asked as (
    select u.id,
           case when (select count(*) > 12
                             or bool_or(l.service !~ '^[A-Za-z0-9_-]{1,30}$' or jsonb_typeof(l.address) <> 'string'
                                        or octet_length(l.address #>> '{}') > 300
                                        or l.address #>> '{}' !~ '^https?://[^\u0001-\u0020\u007f<>"''`\\]+$')
                        from jsonb_each(:social_links::jsonb) l (service, address))
                then 'validation social_links: Names of services, each with an http or https address; at most 12' end as problem
      from users u
     where u.id = :id::uuid and u.id = :viewer::uuid
), changed as (
    update users u
       set {set_given(first_name, u, text)},
           {set_given(last_name, u, text)},
           {set_given(bio, u, text)},
           {set_given(location, u, text)},
           {set_given(social_links, u, jsonb)},
           {set_given(is_public, u, boolean)}
      from asked a
     where u.id = a.id and a.problem is null
    returning u.id
), event as (
    insert into outbox (name, key, payload) select 'user.updated', id, jsonb_build_object('user_id', id) from changed
)
select id, problem from asked

-- query: user_completion
-- How much of one's own profile is filled in.
-- sees: the person
-- schema: ProfileCompletion
-- not null: percent, done, missing
with steps as (
    select x.step, x.filled
      from users u
     cross join lateral (values
           ('avatar', u.avatar is not null),
           ('banner', u.banner_url is not null),
           ('name', coalesce(btrim(u.first_name), '') <> '' or coalesce(btrim(u.last_name), '') <> ''),
           ('bio', coalesce(btrim(u.bio), '') <> ''),
           ('location', coalesce(btrim(u.location), '') <> ''),
           ('social_links', u.social_links <> '{}'),
           ('email_verified', u.is_verified),
           ('first_track', u.role = 'user'
                           or exists (select from tracks t where t.creator_id = u.id and t.deleted_at is null))) as x (step, filled)
     where u.id = :id::uuid and u.id = :viewer::uuid
)
select round(100.0 * count(*) filter (where filled) / count(*))::int as percent,
       coalesce(array_agg(step) filter (where filled), '{}') as done,
       coalesce(array_agg(step) filter (where not filled), '{}') as missing
  from steps
having count(*) > 0

-- query: presence_set
-- schema: Presence
-- nullable: last_seen_at, status_message, track_id, track_title
-- not null: user_id, status, invisible
-- type: status online|away|busy|offline
-- Only a track that one may hear oneself.
insert into user_presence as p (user_id, status, status_message, invisible, track_id, last_seen_at)
select :viewer::uuid, :status::text, :status_message::text, coalesce(:invisible::boolean, false),
       (select t.id from tracks t where t.id = :track_id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}), now()
on conflict (user_id) do update
   set status = excluded.status,
       status_message = case when :has_status_message::boolean then excluded.status_message else p.status_message end,
       {set_given(invisible, p, boolean)},
       track_id = case when :has_track_id::boolean then excluded.track_id else p.track_id end,
       last_seen_at = now()
returning p.user_id, p.status, p.last_seen_at, p.status_message, p.track_id,
          (select t.title from tracks t where t.id = p.track_id) as track_title, p.invisible

-- query: presence_get
-- Whoever is invisible, or was not heard of for five minutes, is offline to others. What somebody listens to shows when they let it
-- be seen and the viewer may hear it too; an unlisted track shows to nobody else.
-- schema: Presence
-- nullable: last_seen_at, status_message, track_id, track_title
-- not null: user_id, status, invisible
-- type: status online|away|busy|offline
select u.id as user_id,
       case when v.shown and p.last_seen_at > now() - interval '5 minutes' then p.status else 'offline' end as status,
       case when v.shown then p.last_seen_at end as last_seen_at,
       case when v.shown then p.status_message end as status_message,
       t.id as track_id, t.title as track_title,
       coalesce(p.invisible and u.id = :viewer::uuid, false) as invisible
  from users u
  left join user_presence p on p.user_id = u.id
  left join user_settings s on s.user_id = u.id
 cross join lateral (select p.user_id is not null and (not p.invisible or u.id = :viewer::uuid) as shown) v
  left join tracks t on t.id = p.track_id and v.shown and p.last_seen_at > now() - interval '5 minutes'
                    and (coalesce(s.show_activity, true) or u.id = :viewer::uuid)
                    and exists (select from users c where c.id = t.creator_id
                                   and ({track_shown(t, c, :viewer::uuid, :viewer_staff::boolean)}
                                        or (u.id = :viewer::uuid and {track_seen(t, c, :viewer::uuid, :viewer_staff::boolean)})))
 where u.id = :id::uuid and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}

-- query: user_follow
-- Doing it twice changes nothing and tells nobody twice.
-- schema: FollowState
-- not null: user_id, is_following, follower_count
-- problems: conflict
with target as (
    select u.id,
           case when u.id = :viewer::uuid then 'conflict: Nobody can follow themselves.'
                when exists (select from user_blocks b where b.blocker_id = :viewer::uuid and b.blocked_id = u.id)
                then 'conflict: You have blocked this person.' end as problem
      from users u
     where u.id = :id::uuid and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}
), added as (
    insert into user_follows (follower_id, followed_id)
    select :viewer::uuid, id from target where problem is null
    on conflict do nothing
    returning followed_id
), event as (
    insert into outbox (name, key, payload)
    select 'user.followed', followed_id, jsonb_build_object('user_id', followed_id, 'follower_id', :viewer::uuid) from added
)
select t.id as user_id, true as is_following,
       coalesce((select n.follower_count from user_stats n where n.user_id = t.id), 0) + (select count(*) from added) as follower_count,
       t.problem
  from target t

-- query: user_bell
-- On or off, of somebody whom one follows.
-- schema: BellState
-- not null: user_id, has_bell
-- problems: conflict
with target as (
    select u.id, case when not exists (select from user_follows f where f.follower_id = :viewer::uuid and f.followed_id = u.id)
                      then 'conflict: Only those whom one follows have a bell.' end as problem
      from users u
     where u.id = :id::uuid and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}
), f as (
    update user_follows f set has_bell = true from target t where t.problem is null and f.follower_id = :viewer::uuid and f.followed_id = t.id
)
select t.id as user_id, t.problem is null as has_bell, t.problem from target t

-- query: user_bell_off
-- schema: BellState
-- not null: user_id, has_bell
update user_follows f set has_bell = false where f.follower_id = :viewer::uuid and f.followed_id = :id::uuid
returning f.followed_id as user_id, false as has_bell

-- query: user_unfollow
-- Also of somebody who cannot be seen any more.
-- schema: FollowState
-- not null: user_id, is_following, follower_count
with target as (
    select u.id
      from users u
     where u.id = :id::uuid and u.id <> :viewer::uuid
       and ({user_visible(u, :viewer::uuid, :viewer_staff::boolean)}
            or exists (select from user_follows f where f.follower_id = :viewer::uuid and f.followed_id = u.id))
), removed as (
    delete from user_follows f using target t where f.follower_id = :viewer::uuid and f.followed_id = t.id
    returning f.followed_id
), event as (
    insert into outbox (name, key, payload)
    select 'user.unfollowed', followed_id, jsonb_build_object('user_id', followed_id, 'follower_id', :viewer::uuid) from removed
)
select t.id as user_id, false as is_following,
       coalesce((select n.follower_count from user_stats n where n.user_id = t.id), 0) - (select count(*) from removed) as follower_count
  from target t

-- query: user_block
-- Ends following both ways, also of playlists, and work on playlists of the one together with the other, and takes back what the blocked person caused in one's notifications. Somebody who blocked the viewer can be
-- blocked too.
-- problems: conflict
with person as (
    select u.id, case when u.id = :viewer::uuid then 'conflict: Nobody can block themselves.' end as problem
      from users u
     where u.id = :id::uuid and user_shown(u) and (u.is_public or {user_visible(u, :viewer::uuid, :viewer_staff::boolean)})
), target as (
    select id from person where problem is null
), added as (
    insert into user_blocks (blocker_id, blocked_id)
    select :viewer::uuid, id from target
    on conflict do nothing
    returning blocked_id
), follows as (
    delete from user_follows f
     using target t
     where (f.follower_id = :viewer::uuid and f.followed_id = t.id) or (f.follower_id = t.id and f.followed_id = :viewer::uuid)
), lists as (
    delete from playlist_follows f
     using playlists p, target t
     where p.id = f.playlist_id
       and ((p.user_id = :viewer::uuid and f.user_id = t.id) or (p.user_id = t.id and f.user_id = :viewer::uuid))
), shared as (
    delete from playlist_collaborators w
     using playlists p, target t
     where p.id = w.playlist_id
       and ((p.user_id = :viewer::uuid and w.user_id = t.id) or (p.user_id = t.id and w.user_id = :viewer::uuid))
), told as (
    delete from notification_actors a
     using notifications n, target t
     where n.id = a.notification_id and n.user_id = :viewer::uuid and a.actor_id = t.id
), event as (
    insert into outbox (name, key, payload)
    select 'user.blocked', blocked_id, jsonb_build_object('user_id', blocked_id, 'blocker_id', :viewer::uuid) from added
)
select id, problem from person

-- query: user_unblock
delete from user_blocks where blocker_id = :viewer::uuid and blocked_id = :id::uuid returning blocked_id

-- query: user_password_hash
select u.password_hash from users u where u.id = :viewer::uuid

-- query: user_password_lock
-- Before a new password: nobody opens a session with the old one meanwhile, and what they have opened is seen.
select u.id from users u where u.id = :viewer::uuid for update

-- query: user_password_change
-- audited
-- Compared with what was checked, so that of two changes at once one wins. Other sessions end; what was begun with the old password ends by
-- a trigger.
with changed as (
    update users u
       set password_hash = :password_hash, password_changed_at = now()
     where u.id = :viewer::uuid and u.password_hash = :old_hash::text
    returning u.id
), ended as (
    update sessions s
       set revoked_at = now()
      from changed c
     where s.user_id = c.id and s.id is distinct from nullif(:session_id::text, '')::uuid and s.revoked_at is null
    returning s.id
), tokens as (
    update refresh_tokens r set revoked_at = now() from ended e where r.session_id = e.id and r.revoked_at is null
), keys as (
    delete from api_keys k using changed c where k.user_id = c.id and :revoke_api_keys::boolean returning k.id
), apps as (
    delete from app_passwords a using changed c where a.user_id = c.id and :revoke_api_keys::boolean
), event as (
    insert into outbox (name, key, payload) select 'account.password_changed', id, jsonb_build_object('user_id', id) from changed
)
select c.id,
       (select count(*) from api_keys k
         where k.user_id = c.id and (k.expires_at is null or k.expires_at > now()) and k.id not in (select id from keys)) as keys_left
  from changed c

-- query: settings_get
-- A browser that sends Sec-GPC asks for the opt-out by that alone.
-- schema: UserSettings
-- not null: *
-- nullable: do_not_sell_at
with heard as (
    update user_settings s
       set do_not_sell = true, do_not_sell_at = now(), do_not_sell_source = 'gpc', email_marketing = false
     where s.user_id = :viewer::uuid and :gpc::boolean and not s.do_not_sell
    returning s.*
), s as (
    select * from heard
    union all
    select s.* from user_settings s where s.user_id = :viewer::uuid and not exists (select from heard)
)
select p.language, p.timezone, p.theme,
       s.email_notifications, s.push_notifications, s.browser_notifications, s.email_on_follow, s.email_on_like, s.email_on_comment,
       s.email_on_message, s.email_on_mention, s.email_marketing, s.allow_search_indexing, s.show_activity, s.explicit_content,
       s.autoplay, s.listening_history, s.hold_first_comments, s.do_not_sell, s.do_not_sell_at
  from s
  join user_profiles p on p.user_id = s.user_id

-- query: settings_update
-- Inputs that were not given stay as they are.
-- schema: UserSettings
-- not null: *
-- nullable: do_not_sell_at
with s as (
    update user_settings s
       set {set_given(email_notifications, s, boolean)},
           {set_given(push_notifications, s, boolean)},
           {set_given(browser_notifications, s, boolean)},
           {set_given(email_on_follow, s, boolean)},
           {set_given(email_on_like, s, boolean)},
           {set_given(email_on_comment, s, boolean)},
           {set_given(email_on_message, s, boolean)},
           {set_given(email_on_mention, s, boolean)},
           {set_given(email_marketing, s, boolean)},
           {set_given(allow_search_indexing, s, boolean)},
           {set_given(show_activity, s, boolean)},
           {set_given(explicit_content, s, boolean)},
           {set_given(autoplay, s, boolean)},
           {set_given(listening_history, s, boolean)},
           {set_given(hold_first_comments, s, boolean)}
     where s.user_id = :viewer::uuid
    returning s.*
), p as (
    update user_profiles p
       set {set_given(language, p, text)},
           {set_given(timezone, p, text)},
           {set_given(theme, p, text)}
     where p.user_id = :viewer::uuid and (now() at time zone coalesce(:timezone::text, 'UTC')) is not null
    returning p.*
)
select p.language, p.timezone, p.theme,
       s.email_notifications, s.push_notifications, s.browser_notifications, s.email_on_follow, s.email_on_like, s.email_on_comment,
       s.email_on_message, s.email_on_mention, s.email_marketing, s.allow_search_indexing, s.show_activity, s.explicit_content,
       s.autoplay, s.listening_history, s.hold_first_comments, s.do_not_sell, s.do_not_sell_at
  from s
  join p on p.user_id = s.user_id

-- query: privacy_opt_out
-- schema: PrivacyChoice
-- type: do_not_sell_source person|gpc
update user_settings s
   set do_not_sell = :opt_out::boolean,
       do_not_sell_at = case when s.do_not_sell = :opt_out::boolean then s.do_not_sell_at else now() end,
       do_not_sell_source = case when not :opt_out::boolean then null
                                 when s.do_not_sell then s.do_not_sell_source else 'person' end,
       email_marketing = s.email_marketing and not :opt_out::boolean
 where s.user_id = :viewer::uuid
returning s.do_not_sell, s.do_not_sell_at, s.do_not_sell_source

-- query: user_avatar_set
-- audited
-- Without :version the picture is removed. The address changes with the picture, so that nobody is shown the old one from a cache. Gives
-- the version that this one replaced: of two at once, the second gets the first.
with o as (
    select u.id, u.avatar from users u where u.id = :viewer::uuid for update),
n as (
    update users u
       set avatar = '/api/v1/users/' || u.id || '/avatar/300?v=' || :version::text
      from o
     where u.id = o.id
    returning u.id),
event as (
    insert into outbox (name, key, payload) select 'user.updated', id, jsonb_build_object('user_id', id) from n)
select substring(o.avatar from '\?v=([0-9a-f]+)$') as before from o join n using (id)

-- query: user_avatar_now
-- schema: Avatar
-- not null: avatar
select u.id as user_id, u.avatar from users u where u.id = :viewer::uuid

-- query: user_avatar
-- Whoever may see the profile may see the picture.
select 'avatars/' || u.id || '/' || substring(u.avatar from '\?v=([0-9a-f]+)$') || '/' || :size::text || '.webp' as key,
       u.is_public and u.deletion_at is null as is_public
  from users u
 where u.id = :id::uuid and u.avatar is not null and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}

-- query: user_banner_set
-- audited
-- As user_avatar_set.
with o as (
    select u.id, u.banner_url from users u where u.id = :viewer::uuid for update),
n as (
    update users u
       set banner_url = '/api/v1/users/' || u.id || '/banner/1500?v=' || :version::text
      from o
     where u.id = o.id
    returning u.id),
event as (
    insert into outbox (name, key, payload) select 'user.updated', id, jsonb_build_object('user_id', id) from n)
select substring(o.banner_url from '\?v=([0-9a-f]+)$') as before from o join n using (id)

-- query: user_banner_now
-- schema: Banner
-- not null: banner_url
select u.id as user_id, u.banner_url from users u where u.id = :viewer::uuid

-- query: user_banner
select 'banners/' || u.id || '/' || substring(u.banner_url from '\?v=([0-9a-f]+)$') || '/' || :size::text || '.webp' as key,
       u.is_public and u.deletion_at is null as is_public
  from users u
 where u.id = :id::uuid and u.banner_url is not null and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}

-- query: user_gear
-- What a person shows of their equipment, the latest first. Serial and order numbers, prices, papers and notes are the owner's own.
-- schema: PublicGear
-- sort: g.created_at desc, g.id desc
-- type: images array
-- type: specs object
select g.id, g.name, g.category, g.brand, g.model, g.image, g.images, g.condition, g.specs, g.created_at
  from gear_items g
  join users u on u.id = g.user_id and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}
 where g.user_id = :id::uuid and g.is_public and g.deleted_at is null and g.status <> 'sold'

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_profile
select u.id, u.username, u.email, u.first_name, u.last_name, u.avatar, u.banner_url, u.bio, u.location, u.birthdate, u.gender, u.role,
       u.is_active, u.is_verified, u.is_banned, u.is_public, u.social_links, u.last_login_at, u.login_count, u.password_changed_at,
       u.email_verified_at, u.creator_requested_at, u.deletion_at, u.created_at, u.updated_at
  from users u
 where u.id = :user_id::uuid

-- query: export_settings
select p.language, p.timezone, p.theme, {notification_settings(s)}, s.email_notifications, s.push_notifications, s.browser_notifications,
       s.email_marketing, s.allow_search_indexing, s.show_activity, s.explicit_content, s.autoplay, s.listening_history, s.hold_first_comments, s.do_not_sell, s.do_not_sell_at, s.do_not_sell_source, s.updated_at
  from user_settings s
  join user_profiles p on p.user_id = s.user_id
 where s.user_id = :user_id::uuid

-- query: export_presence
select p.status, p.status_message, p.invisible, p.track_id, p.last_seen_at from user_presence p where p.user_id = :user_id::uuid

-- query: export_storage_quota
select q.max_bytes, q.used_bytes, q.updated_at from user_storage_quotas q where q.user_id = :user_id::uuid

-- query: export_following
select f.followed_id as user_id, u.username, f.has_bell, f.created_at
  from user_follows f
  join users u on u.id = f.followed_id
 where f.follower_id = :user_id::uuid
 order by f.created_at, f.followed_id

-- query: export_followers
select f.follower_id as user_id, u.username, f.created_at
  from user_follows f
  join users u on u.id = f.follower_id
 where f.followed_id = :user_id::uuid
 order by f.created_at, f.follower_id

-- query: export_blocks
-- Whom one has blocked; who has blocked one is theirs to know.
select b.blocked_id as user_id, u.username, b.created_at
  from user_blocks b
  join users u on u.id = b.blocked_id
 where b.blocker_id = :user_id::uuid
 order by b.created_at, b.blocked_id

-- query: export_pictures
select 'avatars/' || u.id || '/' || substring(u.avatar from '\?v=([0-9a-f]+)$') || '/1200.webp' as key, 'files/avatar.webp' as name
  from users u
 where u.id = :user_id::uuid and u.avatar ~ '\?v=[0-9a-f]+$'
union all
select 'banners/' || u.id || '/' || substring(u.banner_url from '\?v=([0-9a-f]+)$') || '/1500.webp', 'files/banner.webp'
  from users u
 where u.id = :user_id::uuid and u.banner_url ~ '\?v=[0-9a-f]+$'
