-- What the pages that are rendered here, sitemaps and feeds tell: only what everybody finds in lists.

-- query: landing_page
-- The latest tracks, as in the list of them.
select (select coalesce(json_agg({page_track(t, u)} order by t.created_at desc, t.id desc), '[]')
          from (select o.id from tracks o join users w on w.id = o.creator_id
                 where {track_listed(o, w, :viewer::uuid, :viewer_staff::boolean)} order by o.created_at desc, o.id desc limit 8) n
          join tracks t on t.id = n.id
          join users u on u.id = t.creator_id) as items

-- Sitemaps. A part holds the things whose ids begin with the same bits: ids are random, so parts are of about the same size, and no part is looked for by going through
-- those before it. The number of parts follows an estimate of PostgreSQL, and doubles.

-- fragment: indexable(person)
-- Search engines may list what this person publishes.
coalesce((select s_.allow_search_indexing from user_settings s_ where s_.user_id = person), true)

-- fragment: some(reltable)
-- How many rows there are, about; a table that was never analysed is small.
(select greatest(c_.reltuples, 0)::bigint from pg_class c_ where c_.oid = reltable)

-- fragment: newest_public(which)
-- The newest track that search engines may list and of which `which` is so: the page of its genre or tag changed then.
(select greatest(t.first_public_at, t.created_at) as at
   from tracks t
   join users u on u.id = t.creator_id
  where which and {track_listed(t, u, null::uuid, false)} and {indexable(u.id)}
  order by t.first_public_at desc nulls last, t.id desc
  limit 1)

-- query: sitemap_sizes
-- And whether there is anything to list, where that is quickly found.
-- sees: everybody; what is counted is not told
select n.tracks, n.releases, n.playlists, n.people,
       n.tracks > 10000 or exists (select from tracks t join users u on u.id = t.creator_id where {track_listed(t, u, null::uuid, false)} and {indexable(u.id)}) as has_tracks,
       n.releases > 10000 or exists (select from releases r join users u on u.id = r.user_id
                                      where {release_listed(r, u, null::uuid, false)} and {indexable(u.id)}) as has_releases,
       n.playlists > 10000 or exists (select from playlists p where p.deleted_at is null and p.visibility = 'public'
                                         and {playlist_owner_shown(p, null::uuid, false)} and {indexable(p.user_id)}) as has_playlists,
       n.people > 10000 or exists (select from users u where {user_listed(u, null::uuid, false)} and {indexable(u.id)}) as has_people,
       n.genres, n.tags,
       exists (select from genres g cross join lateral {newest_public(t.genre = g.name)} w) as has_genres,
       exists (select from tracks t join users u on u.id = t.creator_id where cardinality(t.tags) > 0 and {track_listed(t, u, null::uuid, false)} and {indexable(u.id)}) as has_tags
  from (select {some('tracks'::regclass)} as tracks, {some('releases'::regclass)} as releases, {some('playlists'::regclass)} as playlists,
               {some('users'::regclass)} as people, {some('genres'::regclass)} as genres, {some('tags'::regclass)} as tags) n

-- query: sitemap_tracks
select t.id::text as value, to_char(t.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as changed
  from tracks t
  join users u on u.id = t.creator_id
 where t.id between :low::uuid and :high::uuid and {track_listed(t, u, null::uuid, false)} and {indexable(u.id)}
 order by t.id
 limit 50000

-- query: sitemap_releases
select r.slug::text as value, to_char(r.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as changed
  from releases r
  join users u on u.id = r.user_id
 where r.id between :low::uuid and :high::uuid and {release_listed(r, u, null::uuid, false)} and {indexable(u.id)}
 order by r.id
 limit 50000

-- query: sitemap_playlists
select p.id::text as value, to_char(p.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as changed
  from playlists p
 where p.id between :low::uuid and :high::uuid and p.deleted_at is null and p.visibility = 'public' and {playlist_owner_shown(p, null::uuid, false)}
   and {indexable(p.user_id)}
 order by p.id
 limit 50000

-- query: sitemap_people
select u.username::text as value, to_char(u.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as changed
  from users u
 where u.id between :low::uuid and :high::uuid and {user_listed(u, null::uuid, false)} and {indexable(u.id)}
 order by u.id
 limit 50000

-- query: sitemap_genres
-- Those with something public. Slugs have no random bits, so their hash decides the part.
select g.slug::text as value, to_char(w.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as changed
  from genres g
 cross join lateral {newest_public(t.genre = g.name)} w
 where md5(g.slug)::uuid between :low::uuid and :high::uuid
 order by g.slug
 limit 50000

-- query: sitemap_tags
select g.name::text as value, to_char(w.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as changed
  from tags g
 cross join lateral (select greatest(k.first_public_at, t.created_at) as at
                       from track_tags k
                       join tracks t on t.id = k.track_id
                       join users u on u.id = t.creator_id
                      where k.tag_id = g.id and k.first_public_at is not null and {track_listed(t, u, null::uuid, false)} and {indexable(u.id)}
                      order by k.first_public_at desc, k.track_id desc
                      limit 1) w
 where g.id between :low::uuid and :high::uuid
 order by g.id
 limit 50000

-- Feeds. Of each: what it is called, then its items. `changed` is a Unix time.

-- fragment: feed_language(person)
coalesce((select p_.language from user_profiles p_ where p_.user_id = person), 'en')

-- fragment: feed_item(t, u, at)
-- A track as an episode; `at` is when it was published there.
-- sees: everybody
t.id, t.title, coalesce(nullif(t.artist, ''), u.display_name) as artist, t.description, t.duration_ms, t.is_explicit, {cover_url(t)} as cover_url,
       extract(epoch from at)::bigint as published, extract(epoch from greatest(t.updated_at, at))::bigint as changed,
       case when w.version = t.media_version then w.size_bytes end as size_bytes

-- query: feed_of_person
select u.display_name as title, '/u/' || u.username as path, u.bio as description, u.display_name as author, u.avatar as image, {feed_language(u.id)} as language,
       extract(epoch from u.created_at)::bigint as changed
  from users u
 where u.id = :id::uuid and {user_visible(u, :viewer::uuid, false)}

-- query: feed_of_person_items
-- The latest first.
select {feed_item(t, u, t.first_public_at)}
  from tracks t
  join users u on u.id = t.creator_id
  left join track_single_files w on w.track_id = t.id
 where t.creator_id = :id::uuid and {track_listed(t, u, null::uuid, false)} and t.stream_status = 'ready'
 order by t.first_public_at desc, t.id desc
 limit 300

-- query: feed_of_person_own_items
-- Of a private feed: one's own in whatever state, of others what one finds.
select {feed_item(t, u, coalesce(t.first_public_at, t.created_at))}
  from tracks t
  join users u on u.id = t.creator_id
  left join track_single_files w on w.track_id = t.id
 where t.creator_id = :id::uuid and {track_shown(t, u, :viewer::uuid, false)} and t.stream_status = 'ready'
 order by coalesce(t.first_public_at, t.created_at) desc, t.id desc
 limit 300

-- fragment: release_track_heard(t, u, r)
-- As release_track_shown, for a private feed.
({track_shown(t, u, :viewer::uuid, false)} or (r.visibility = 'unlisted' and {track_seen(t, u, :viewer::uuid, false)}))

-- query: feed_of_release
select r.title, '/release/' || r.slug as path, r.description, coalesce(nullif(r.artist, ''), u.display_name) as author,
       '/api/v1/releases/' || r.id || '/cover/600?v=' || substring(r.cover_path from '^covers/[^/]+/(.+)$') as image, {feed_language(u.id)} as language,
       extract(epoch from r.updated_at)::bigint as changed
  from releases r
  join users u on u.id = r.user_id
 where r.id = :id::uuid and ({release_listed(r, u, :viewer::uuid, false)} or (:viewer::uuid is not null and {release_seen(r, u, :viewer::uuid, false)}))

-- query: feed_of_release_items
-- In their order.
select {feed_item(t, u, coalesce(t.first_public_at, t.created_at))}
  from release_tracks i
  join releases r on r.id = i.release_id
  join tracks t on t.id = i.track_id
  join users u on u.id = t.creator_id
  left join track_single_files w on w.track_id = t.id
 where i.release_id = :id::uuid and t.stream_status = 'ready'
   and ({track_listed(t, u, :viewer::uuid, false)} or (:viewer::uuid is not null and {release_track_heard(t, u, r)}))
 order by i.disc, i.position, i.track_id
 limit 300

-- query: feed_of_playlist
select p.name as title, '/playlist/' || p.id as path, p.description, u.display_name as author, null::text as image, {feed_language(u.id)} as language,
       extract(epoch from p.updated_at)::bigint as changed
  from playlists p
  join users u on u.id = p.user_id
 where p.id = :id::uuid
   and ((p.deleted_at is null and p.visibility = 'public' and {playlist_owner_shown(p, :viewer::uuid, false)}) or (:viewer::uuid is not null and {playlist_visible(p, :viewer::uuid, false)}))

-- query: feed_of_playlist_items
-- In their order, each track once.
select {feed_item(t, u, i.added_at)}
  from (select x.track_id, min(x.added_at) as added_at, min(x.position) as position
          from (select y.* from {playlist_places(:id::uuid, :viewer::uuid)} y where y.playlist_id = :id::uuid order by y.position limit 1000) x
         group by x.track_id) i
  join tracks t on t.id = i.track_id
  join users u on u.id = t.creator_id
  left join track_single_files w on w.track_id = t.id
 where {track_shown(t, u, :viewer::uuid, false)} and t.stream_status = 'ready'
 order by i.position
 limit 300

-- Private feeds: a person makes the address of one, which shows what they may hear.

-- fragment: private_feed(f)
-- schema: PrivateFeed
-- type: kind person|release|playlist
-- nullable: title, last_used_at
-- not null: kind, of_id
f.id, case when f.person_id is not null then 'person' when f.release_id is not null then 'release' else 'playlist' end as kind,
       coalesce(f.person_id, f.release_id, f.playlist_id) as of_id,
       case when f.person_id is not null then (select u_.display_name from users u_ where u_.id = f.person_id and {user_visible(u_, :viewer::uuid, false)})
            when f.release_id is not null then (select r_.title from releases r_ where r_.id = f.release_id and {release_visible(r_, :viewer::uuid, false)})
            else (select p_.name from playlists p_ where p_.id = f.playlist_id and {playlist_visible(p_, :viewer::uuid, false)}) end as title,
       f.last_used_at, f.created_at

-- query: private_feed_list
-- sort: f.created_at desc, f.id desc
select {private_feed(f)} from private_feeds f where f.user_id = :viewer::uuid

-- query: private_feed_add
-- Of what one may see. 50 a person.
-- problems: conflict
with x as (
    select case when (select count(*) from private_feeds f where f.user_id = :viewer::uuid) >= 50
                then 'conflict: You have made 50 private feeds, which is the most. Delete one first.' end as problem
     where case :kind::text when 'person' then exists (select from users u where u.id = :of_id::uuid and {user_visible(u, :viewer::uuid, false)})
                            when 'release' then exists (select from releases r where r.id = :of_id::uuid and {release_visible(r, :viewer::uuid, false)})
                            else exists (select from playlists p where p.id = :of_id::uuid and {playlist_visible(p, :viewer::uuid, false)}) end
), n as (
    select {new_link_token} as token from x where x.problem is null
), f as (
    insert into private_feeds (user_id, token_hash, person_id, release_id, playlist_id)
    select :viewer::uuid, {link_hash(n.token)}, case :kind::text when 'person' then :of_id::uuid end, case :kind::text when 'release' then :of_id::uuid end,
           case :kind::text when 'playlist' then :of_id::uuid end
      from n
    returning id
)
select f.id as feed_id, n.token, x.problem from x left join n on true left join f on true

-- query: private_feed_new
-- With the address, this once.
-- schema: NewPrivateFeed
-- not null: path
select {private_feed(f)}, '/api/v1/feeds/' || f.id || '/rss?token=' || :token::text as path from private_feeds f where f.id = :feed_id::uuid and f.user_id = :viewer::uuid

-- query: private_feed_delete
delete from private_feeds f where f.id = :id::uuid and f.user_id = :viewer::uuid returning f.id

-- query: private_feed_open
-- sees: whoever has the token, as the person who made the feed
-- That it was used is noted once a minute.
with f as (
    select f.* from private_feeds f join users u on u.id = f.user_id and user_shown(u) where f.id = :id::uuid and f.token_hash = {link_hash(:token::text)}
), u as (
    update private_feeds o set last_used_at = now() from f where o.id = f.id and (f.last_used_at is null or f.last_used_at < now() - interval '1 minute')
)
select f.user_id, case when f.person_id is not null then 'person' when f.release_id is not null then 'release' else 'playlist' end as kind,
       coalesce(f.person_id, f.release_id, f.playlist_id) as of_id
  from f

-- query: private_feed_has
-- The token opens the tracks of its feed and no others.
-- sees: whoever has the token; single_file decides
select t.id from tracks t
 where t.id = :track_id::uuid
   and case :kind::text when 'person' then t.creator_id = :of_id::uuid
                        when 'release' then exists (select from release_tracks i where i.release_id = :of_id::uuid and i.track_id = t.id)
                        else exists (select from {playlist_places(:of_id::uuid, :viewer::uuid)} y where y.playlist_id = :of_id::uuid and y.track_id = t.id)
                             and exists (select from playlists p where p.id = :of_id::uuid and {playlist_visible(p, :viewer::uuid, false)}) end

-- query: export_private_feeds
select f.person_id, f.release_id, f.playlist_id, f.last_used_at, f.created_at from private_feeds f where f.user_id = :user_id::uuid order by f.created_at, f.id

-- A track's sound as one file.

-- fragment: medium(h)
-- The sample rate of the rendition `medium`; null: there is none.
(select (q_ ->> 'sample_rate')::int from jsonb_array_elements(h.info -> 'qualities') q_ where q_ ->> 'name' = 'medium')

-- query: single_file
-- Whoever may see the track may hear it, and whoever has a link to it.
-- problems: stream_not_ready
select t.id, coalesce(t.media_of, t.id) as media_track, t.media_version as version, {medium(h)} as sample_rate, track_is_open(t) and user_shown(u) as is_public,
       case when t.stream_status <> 'ready' or t.status <> 'completed' or {medium(h)} is null then 'stream_not_ready' end as problem
  from tracks t
  join users u on u.id = t.creator_id and {not_blocked_by(t.creator_id, :viewer::uuid, :viewer_staff::boolean)}
  left join hls_streams h on h.track_id = coalesce(t.media_of, t.id)
 where t.id = :id::uuid and ({track_visible(t, :viewer::uuid, :viewer_staff::boolean)} or share_opens(t, :share::text, 'read', :viewer::uuid, :viewer_staff::boolean))

-- query: single_file_of
-- The same of a track in a feed, to measure it.
-- sees: everybody
select coalesce(t.media_of, t.id) as media_track, t.media_version as version, {medium(h)} as sample_rate
  from tracks t
  join hls_streams h on h.track_id = coalesce(t.media_of, t.id)
 where t.id = :id::uuid and {medium(h)} is not null

-- query: single_file_measured
insert into track_single_files (track_id, version, size_bytes)
select t.id, :version::text, :size_bytes::bigint from tracks t where t.id = :id::uuid and t.media_version = :version::text
on conflict (track_id) do update set version = excluded.version, size_bytes = excluded.size_bytes
returning track_id
