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

-- query: sitemap_sizes
-- And whether there is anything to list, where that is quickly found.
-- sees: everybody; what is counted is not told
select n.tracks, n.releases, n.playlists, n.people,
       n.tracks > 10000 or exists (select from tracks t join users u on u.id = t.creator_id where {track_listed(t, u, null::uuid, false)} and {indexable(u.id)}) as has_tracks,
       n.releases > 10000 or exists (select from releases r join users u on u.id = r.user_id
                                      where {release_listed(r, u, null::uuid, false)} and {indexable(u.id)}) as has_releases,
       n.playlists > 10000 or exists (select from playlists p where p.deleted_at is null and p.visibility = 'public'
                                         and {playlist_owner_shown(p, null::uuid, false)} and {indexable(p.user_id)}) as has_playlists,
       n.people > 10000 or exists (select from users u where {user_listed(u, null::uuid, false)} and {indexable(u.id)}) as has_people
  from (select {some('tracks'::regclass)} as tracks, {some('releases'::regclass)} as releases, {some('playlists'::regclass)} as playlists,
               {some('users'::regclass)} as people) n

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
 where u.id = :id::uuid and {user_visible(u, null::uuid, false)}

-- query: feed_of_person_items
-- The latest first.
select {feed_item(t, u, t.first_public_at)}
  from tracks t
  join users u on u.id = t.creator_id
  left join track_single_files w on w.track_id = t.id
 where t.creator_id = :id::uuid and {track_listed(t, u, null::uuid, false)} and t.stream_status = 'ready'
 order by t.first_public_at desc, t.id desc
 limit 300

-- query: feed_of_release
select r.title, '/release/' || r.slug as path, r.description, coalesce(nullif(r.artist, ''), u.display_name) as author,
       '/api/v1/releases/' || r.id || '/cover/600?v=' || substring(r.cover_path from '^covers/[^/]+/(.+)$') as image, {feed_language(u.id)} as language,
       extract(epoch from r.updated_at)::bigint as changed
  from releases r
  join users u on u.id = r.user_id
 where r.id = :id::uuid and {release_listed(r, u, null::uuid, false)}

-- query: feed_of_release_items
-- In their order.
select {feed_item(t, u, t.first_public_at)}
  from release_tracks i
  join tracks t on t.id = i.track_id
  join users u on u.id = t.creator_id
  left join track_single_files w on w.track_id = t.id
 where i.release_id = :id::uuid and {track_listed(t, u, null::uuid, false)} and t.stream_status = 'ready'
 order by i.disc, i.position, i.track_id
 limit 300

-- query: feed_of_playlist
select p.name as title, '/playlist/' || p.id as path, p.description, u.display_name as author, null::text as image, {feed_language(u.id)} as language,
       extract(epoch from p.updated_at)::bigint as changed
  from playlists p
  join users u on u.id = p.user_id
 where p.id = :id::uuid and p.deleted_at is null and p.visibility = 'public' and {playlist_owner_shown(p, null::uuid, false)}

-- query: feed_of_playlist_items
-- In their order, each track once.
select {feed_item(t, u, i.added_at)}
  from (select x.track_id, min(x.added_at) as added_at, min(x.position) as position
          from (select y.* from {playlist_places(:id::uuid, null::uuid)} y where y.playlist_id = :id::uuid order by y.position limit 1000) x
         group by x.track_id) i
  join tracks t on t.id = i.track_id
  join users u on u.id = t.creator_id
  left join track_single_files w on w.track_id = t.id
 where {track_listed(t, u, null::uuid, false)} and t.stream_status = 'ready'
 order by i.position
 limit 300

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
