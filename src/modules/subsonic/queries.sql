-- Music apps that speak the Subsonic protocol. Their replies are made here, as JSON in the protocol's words; src/modules/subsonic/reply.c writes it as XML too.
-- What is seen is decided by the fragments that the rest of Veza uses; an app never has the power of staff.

-- fragment: iso(t)
to_char((t) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')

-- fragment: shown(t, u)
-- A track in lists: one's own, or public; u is its creator. It can be played.
({track_shown(t, u, :viewer::uuid, false)} and t.status = 'completed' and t.stream_status = 'ready')

-- fragment: playable(t, u)
-- A track that is asked for by its id.
({track_seen(t, u, :viewer::uuid, false)} and t.status = 'completed' and t.stream_status = 'ready')

-- fragment: release_shown(r, u)
(r.user_id = :viewer::uuid or {release_listed(r, u, :viewer::uuid, false)})

-- fragment: creator_shown(u)
(u.id = :viewer::uuid or (user_shown(u) and {not_blocked_by(u.id, :viewer::uuid, false)}))

-- fragment: is_single(t)
-- In no release that the viewer finds: it then belongs to the album "Singles" of its creator.
not exists (select from release_tracks i_
              join releases r_ on r_.id = i_.release_id
             where i_.track_id = t.id and (r_.user_id = :viewer::uuid or r_.public_from <= now()))

-- fragment: in_folder(creator)
-- The second folder holds what is one's own and of people whom one follows.
(coalesce(:folder::int, 1) <> 2 or creator = :viewer::uuid
 or exists (select from user_follows f_ where f_.follower_id = :viewer::uuid and f_.followed_id = creator))

-- fragment: gets_original(t)
-- An app is streamed the file as it was uploaded only where the person may download it.
(t.format in ('mp3', 'flac', 'mp4', 'ogg', 'aac', 'wav', 'aiff') and may_download(t, 'original', :viewer::uuid, false, null))

-- fragment: album_of(t)
-- The release that a track is shown with: the one that is asked for, else the first that the viewer finds.
left join lateral (
    select r_.id, r_.title, r_.artist, r_.cover_path, i_.disc,
           (select count(*)::int from release_tracks o_ where o_.release_id = i_.release_id and o_.disc = i_.disc and (o_.position, o_.track_id) <= (i_.position, i_.track_id)) as number
      from release_tracks i_
      join releases r_ on r_.id = i_.release_id
     where i_.track_id = t.id and (r_.user_id = :viewer::uuid or r_.public_from <= now() or r_.id = :in_release::uuid)
     order by r_.id is not distinct from :in_release::uuid desc, r_.dated_at, r_.id
     limit 1) a on true

-- fragment: streamed_bits(t)
-- Bits a second of the rendition that an app is streamed where it gets no original: the best of AAC.
(select max((q_ ->> 'bitrate')::int) from hls_streams h_, jsonb_array_elements(h_.info -> 'qualities') q_
  where h_.track_id = coalesce(t.media_of, t.id) and q_ ->> 'name' in ('low', 'medium', 'high'))

-- fragment: song(t, u, a)
-- Strawberry leaves out a song that has no size, so that of a rendition is estimated.
jsonb_strip_nulls(jsonb_build_object(
    'id', 'tr-' || t.id, 'parent', coalesce('al-' || a.id, 'sg-' || u.id), 'isDir', false, 'title', t.title,
    'album', coalesce(a.title, 'Singles'), 'albumId', coalesce('al-' || a.id, 'sg-' || u.id),
    'artist', coalesce(nullif(t.artist, ''), u.display_name), 'artistId', 'ar-' || u.id, 'displayArtist', coalesce(nullif(t.artist, ''), u.display_name),
    'artists', jsonb_build_array(jsonb_build_object('id', 'ar-' || u.id, 'name', coalesce(nullif(t.artist, ''), u.display_name))),
    'displayAlbumArtist', coalesce(nullif(a.artist, ''), u.display_name),
    'albumArtists', jsonb_build_array(jsonb_build_object('id', 'ar-' || u.id, 'name', coalesce(nullif(a.artist, ''), u.display_name))),
    'track', a.number, 'discNumber', a.disc, 'year', nullif(t.year, 0), 'genre', t.genre,
    'genres', case when t.genre is null then '[]' else jsonb_build_array(jsonb_build_object('name', t.genre)) end,
    'coverArt', case when t.cover_art_path is not null then 'tr-' || t.id when a.cover_path is not null then 'al-' || a.id end,
    'size', case when {gets_original(t)} then t.file_size else t.duration_ms::bigint * coalesce({streamed_bits(t)}, 256000) / 8000 end,
    'contentType', case when {gets_original(t)} then {original_type(t)} else 'audio/mp4' end,
    'suffix', case when {gets_original(t)} then ltrim({original_ending(t)}, '.') else 'm4a' end,
    'duration', t.duration, 'bitRate', case when {gets_original(t)} then t.bitrate else {streamed_bits(t)} / 1000 end,
    'bitDepth', nullif(t.bit_depth, 0), 'samplingRate', t.sample_rate, 'channelCount', t.channels))
|| jsonb_strip_nulls(jsonb_build_object(
    'path', translate(u.display_name, '/', '_') || '/' || translate(coalesce(a.title, 'Singles'), '/', '_') || '/' || coalesce(lpad(a.number::text, 2, '0') || ' ', '')
            || translate(t.title, '/', '_') || case when {gets_original(t)} then {original_ending(t)} else '.m4a' end,
    'created', {iso(t.created_at)}, 'type', 'music', 'mediaType', 'song', 'isVideo', false, 'bpm', t.bpm, 'comment', left(t.description, 500),
    'isrc', case when t.isrc is null then '[]' else jsonb_build_array(t.isrc) end,
    'starred', (select {iso(l_.created_at)} from track_likes l_ where l_.user_id = :viewer::uuid and l_.track_id = t.id),
    'userRating', (select g_.rating from app_ratings g_ where g_.user_id = :viewer::uuid and g_.track_id = t.id),
    'bookmarkPosition', (select b_.position_ms from app_bookmarks b_ where b_.user_id = :viewer::uuid and b_.track_id = t.id),
    'explicitStatus', case when t.is_explicit then 'explicit' else '' end,
    'replayGain', jsonb_build_object('trackGain', round((-18 - t.loudness_lufs)::numeric, 2), 'trackPeak', round(power(10, t.true_peak_dbtp / 20)::numeric, 6))))

-- fragment: songs(x)
-- The songs of `x`, rows with the id of a track and its place, as an array.
coalesce((select jsonb_agg({song(t, u, a)} order by x.place)
            from x
            join tracks t on t.id = x.id
            join users u on u.id = t.creator_id
            {album_of(t)}), '[]')

-- fragment: release_album(r, u)
-- A release as an album; u is its creator.
(select jsonb_strip_nulls(jsonb_build_object(
     'id', 'al-' || r.id, 'name', r.title, 'artist', coalesce(nullif(r.artist, ''), u.display_name), 'artistId', 'ar-' || u.id,
     'displayArtist', coalesce(nullif(r.artist, ''), u.display_name),
     'artists', jsonb_build_array(jsonb_build_object('id', 'ar-' || u.id, 'name', coalesce(nullif(r.artist, ''), u.display_name))),
     'coverArt', case when r.cover_path is not null then 'al-' || r.id end, 'songCount', n_.songs, 'duration', n_.seconds, 'created', {iso(r.created_at)},
     'starred', (select {iso(s_.starred_at)} from app_stars s_ where s_.user_id = :viewer::uuid and s_.release_id = r.id),
     'userRating', (select g_.rating from app_ratings g_ where g_.user_id = :viewer::uuid and g_.release_id = r.id),
     'year', extract(year from r.dated_at)::int, 'genre', n_.genre,
     'genres', case when n_.genre is null then '[]' else jsonb_build_array(jsonb_build_object('name', n_.genre)) end,
     'releaseDate', {item_date(r.dated_at)}, 'originalReleaseDate', {item_date(r.dated_at)},
     'releaseTypes', jsonb_build_array(case r.kind when 'ep' then 'EP' else initcap(r.kind) end), 'isCompilation', r.kind = 'compilation',
     'recordLabels', case when nullif(r.label, '') is null then '[]' else jsonb_build_array(jsonb_build_object('name', r.label)) end,
     'explicitStatus', case when n_.explicit then 'explicit' else '' end))
   from (select count(*)::int as songs, coalesce(sum(t_.duration), 0)::int as seconds, min(t_.genre) as genre, coalesce(bool_or(t_.is_explicit), false) as explicit
           from release_tracks i_
           join tracks t_ on t_.id = i_.track_id
          where i_.release_id = r.id and {shown(t_, u)}) n_)

-- fragment: item_date(t)
jsonb_build_object('year', extract(year from (t) at time zone 'UTC')::int, 'month', extract(month from (t) at time zone 'UTC')::int,
                   'day', extract(day from (t) at time zone 'UTC')::int)

-- fragment: singles_album(u)
-- The tracks of a creator that are in no release, as an album.
(select jsonb_strip_nulls(jsonb_build_object(
     'id', 'sg-' || u.id, 'name', 'Singles', 'artist', u.display_name, 'artistId', 'ar-' || u.id, 'displayArtist', u.display_name,
     'artists', jsonb_build_array(jsonb_build_object('id', 'ar-' || u.id, 'name', u.display_name)),
     'coverArt', 'tr-' || n_.cover, 'songCount', n_.songs, 'duration', n_.seconds, 'created', {iso(n_.newest)},
     'starred', (select {iso(s_.starred_at)} from app_stars s_ where s_.user_id = :viewer::uuid and s_.singles_of = u.id),
     'year', extract(year from n_.newest)::int, 'genre', n_.genre,
     'genres', case when n_.genre is null then '[]' else jsonb_build_array(jsonb_build_object('name', n_.genre)) end,
     'releaseTypes', '["Single"]'::jsonb, 'isCompilation', false, 'recordLabels', '[]'::jsonb, 'explicitStatus', ''))
   from (select count(*)::int as songs, coalesce(sum(t_.duration), 0)::int as seconds, min(t_.genre) as genre, coalesce(max(t_.created_at), u.created_at) as newest,
                (array_agg(t_.id order by t_.created_at desc, t_.id) filter (where t_.cover_art_path is not null))[1] as cover
           from tracks t_
          where t_.creator_id = u.id and {shown(t_, u)} and {is_single(t_)}) n_)

-- fragment: album(x)
-- x has the kind and the id of an album that the viewer may see.
case x.kind when 'al' then (select {release_album(r, u)} from releases r join users u on u.id = r.user_id where r.id = x.id)
            else (select {singles_album(u)} from users u where u.id = x.id) end

-- fragment: artist(u)
-- A creator.
jsonb_strip_nulls(jsonb_build_object(
    'id', 'ar-' || u.id, 'name', u.display_name, 'coverArt', case when u.avatar is not null then 'ar-' || u.id end, 'sortName', lower(u.display_name),
    'albumCount', (select count(*)::int from releases r_ where r_.user_id = u.id and {release_shown(r_, u)})
                  + exists (select from tracks t_ where t_.creator_id = u.id and {shown(t_, u)} and {is_single(t_)})::int,
    'starred', (select {iso(f_.created_at)} from user_follows f_ where f_.follower_id = :viewer::uuid and f_.followed_id = u.id),
    'userRating', (select g_.rating from app_ratings g_ where g_.user_id = :viewer::uuid and g_.creator_id = u.id),
    'mediaType', 'artist', 'roles', '["artist", "albumartist"]'::jsonb))

-- fragment: has_songs(u)
exists (select from tracks t_ where t_.creator_id = u.id and {shown(t_, u)})

-- fragment: creators()
-- Whose music lists that have no pages show, at most 5,000: oneself, whom one follows, whose tracks one likes, then those of the latest 20,000 public tracks.
select x_.id
  from (select :viewer::uuid as id, 0 as place
        union all
        select f_.followed_id, 1 from user_follows f_ where f_.follower_id = :viewer::uuid
        union all
        select t_.creator_id, 2
          from (select l_.track_id from track_likes l_ where l_.user_id = :viewer::uuid order by l_.created_at desc limit 10000) k_
          join tracks t_ on t_.id = k_.track_id
         where coalesce(:folder::int, 1) <> 2
        union all
        select n_.creator_id, 3
          from (select t_.creator_id from tracks t_
                 where coalesce(:folder::int, 1) <> 2 and t_.public_from is not null and t_.status = 'completed' and t_.deleted_at is null
                 order by t_.created_at desc, t_.id desc limit 20000) n_) x_
 group by x_.id
 order by min(x_.place), x_.id
 limit 5000


-- query: subsonic_passwords
-- Of an account in good standing. Whoever has no password, or is not there, gives no row; the caller takes the same time.
select p.id, p.sealed, u.id as user_id, u.username, u.is_verified, p.last_used_at is null or p.last_used_at < now() - interval '1 minute' as unnoted,
       p.last_client is distinct from :client_name::text as other_client
  from users u
  join app_passwords p on p.user_id = u.id
 where lower(u.username) = lower(:app_user::text) and user_shown(u)
 order by p.created_at, p.id

-- query: subsonic_password_of_key
select p.id, u.id as user_id, u.username, u.is_verified, p.last_used_at is null or p.last_used_at < now() - interval '1 minute' as unnoted,
       p.last_client is distinct from :client_name::text as other_client
  from app_passwords p
  join users u on u.id = p.user_id and user_shown(u)
 where p.secret_hash = :key_hash::text

-- query: subsonic_password_used
update app_passwords p set last_used_at = now(), last_client = :client_name::text where p.id = :password_id::uuid returning p.id

-- The settings of a person.

-- query: app_password_list
-- sort: p.created_at desc, p.id desc
-- schema: AppPassword
-- nullable: last_used_at, last_client
select p.id, p.name, p.created_at, p.last_used_at, p.last_client
  from app_passwords p
 where p.user_id = :viewer::uuid

-- query: app_password_lock
-- Passwords of one person are made one after another, so that they are counted right.
select u.id from users u where u.id = :viewer::uuid for no key update

-- query: app_password_create
-- audited
-- No row when there are too many already.
insert into app_passwords (id, user_id, name, sealed, secret_hash)
select :password_id::uuid, :viewer::uuid, :name, :sealed, :secret_hash
 where (select count(*) from app_passwords p where p.user_id = :viewer::uuid) < :most_passwords::int
returning id

-- query: app_password_get
-- schema: NewAppPassword
-- not null: password, server_url
-- With the password itself, this once.
select p.id, p.name, :password::text as password, u.username, :server_url::text as server_url, p.created_at
  from app_passwords p
  join users u on u.id = p.user_id
 where p.id = :password_id::uuid and p.user_id = :viewer::uuid

-- query: app_password_delete
delete from app_passwords where id = :id::uuid and user_id = :viewer::uuid returning id

-- Browsing.

-- query: subsonic_user
select jsonb_build_object('username', u.username, 'scrobblingEnabled', true, 'adminRole', false, 'settingsRole', false, 'downloadRole', true, 'uploadRole', false,
                          'playlistRole', true, 'coverArtRole', false, 'commentRole', false, 'podcastRole', false, 'streamRole', true, 'jukeboxRole', false,
                          'shareRole', true, 'videoConversionRole', false, 'folder', '[1, 2]'::jsonb) as reply
  from users u
 where u.id = :viewer::uuid and lower(u.username) = lower(coalesce(:username::text, u.username))

-- query: subsonic_scan_status
-- How many tracks there are is a figure of the whole installation: only as many as one has published oneself are told.
select jsonb_build_object('scanning', false, 'count', (select count(*) from tracks t where t.creator_id = :viewer::uuid and t.deleted_at is null)) as reply

-- query: subsonic_genres
select jsonb_build_object('genre', coalesce(jsonb_agg(jsonb_build_object('value', g.genre, 'songCount', g.songs, 'albumCount', g.albums) order by g.genre), '[]')) as reply
  from (select t.genre, count(*)::int as songs, count(distinct coalesce(i.release_id, t.creator_id))::int as albums
          from tracks t
          join users u on u.id = t.creator_id
          left join release_tracks i on i.track_id = t.id
         where t.genre is not null and {track_listed(t, u, :viewer::uuid, false)}
         group by t.genre) g

-- query: subsonic_artists
-- By their first letters. `:older` is the form of getIndexes.
with c as materialized ({creators()}),
a as materialized (
    select upper(left(search_fold(u.display_name), 1)) as letter, lower(u.display_name) as name, u.id, {artist(u)} as artist
      from c
      join users u on u.id = c.id
     where {creator_shown(u)} and {has_songs(u)}
), i as (
    select case when a.letter ~ '^[A-Z]$' then a.letter else '#' end as letter, jsonb_agg(a.artist order by a.name, a.id) as artists from a group by 1
)
select case when :older::boolean then jsonb_build_object('ignoredArticles', '', 'lastModified', (extract(epoch from date_trunc('minute', now())) * 1000)::bigint,
                                                         'index', coalesce(jsonb_agg(jsonb_build_object('name', i.letter, 'artist', i.artists) order by i.letter), '[]'))
            else jsonb_build_object('ignoredArticles', '', 'index', coalesce(jsonb_agg(jsonb_build_object('name', i.letter, 'artist', i.artists) order by i.letter), '[]')) end as reply
  from i

-- query: subsonic_folder
-- The creators, as folders in a music folder.
with c as materialized ({creators()})
select jsonb_build_object('id', coalesce(:folder::int, 1)::text, 'name', case :folder::int when 2 then 'Mine and followed' else 'Music' end,
                          'child', coalesce(jsonb_agg({artist(u)} || jsonb_build_object('isDir', true, 'title', u.display_name) order by lower(u.display_name), u.id), '[]')) as reply
  from c
  join users u on u.id = c.id
 where {creator_shown(u)} and {has_songs(u)}

-- fragment: albums_of(u)
-- The albums of a creator, the newest first: releases, and at the end what is in none.
(select coalesce(jsonb_agg({release_album(r, u)} order by r.dated_at desc, r.id), '[]')
   from (select * from releases o_ where o_.user_id = u.id and {release_shown(o_, u)} order by o_.dated_at desc, o_.id limit 1000) r)
|| case when exists (select from tracks t_ where t_.creator_id = u.id and {shown(t_, u)} and {is_single(t_)}) then jsonb_build_array({singles_album(u)}) else '[]' end

-- query: subsonic_artist
-- sees: whoever sees one of their tracks
select case when :older::boolean
            then {artist(u)} || jsonb_build_object('parent', '1', 'child', (select coalesce(jsonb_agg(subsonic_album_as(x.album, true) order by x.n), '[]')
                                                                from jsonb_array_elements({albums_of(u)}) with ordinality as x (album, n)))
            else {artist(u)} || jsonb_build_object('album', {albums_of(u)}) end as reply
  from users u
 where u.id = :id::uuid and {creator_shown(u)} and ({has_songs(u)} or u.id = :viewer::uuid)

-- query: subsonic_album
-- A release with its tracks. Tracks that the viewer may not see are left out.
with x as materialized (
    select t.id, row_number() over (order by i.disc, i.position, i.track_id) as place
      from releases r
      join release_tracks i on i.release_id = r.id
      join tracks t on t.id = i.track_id
     where r.id = :id::uuid and {release_visible(r, :viewer::uuid, false)} and t.status = 'completed' and t.stream_status = 'ready'
       and exists (select from users c where c.id = t.creator_id
                      and ({track_shown(t, c, :viewer::uuid, false)} or (r.visibility = 'unlisted' and {track_seen(t, c, :viewer::uuid, false)})))
)
select case when :older::boolean then subsonic_album_as({release_album(r, u)}, true) || jsonb_build_object('child', {songs(x)})
            else {release_album(r, u)} || jsonb_build_object('songCount', (select count(*) from x), 'song', {songs(x)}) end as reply
  from releases r
  join users u on u.id = r.user_id
 where r.id = :id::uuid and {release_seen(r, u, :viewer::uuid, false)}

-- query: subsonic_singles
-- sees: whoever sees one of these tracks
-- The newest 1,000.
with x as materialized (
    select t.id, row_number() over (order by t.created_at desc, t.id) as place
      from tracks t
      join users u on u.id = t.creator_id
     where t.creator_id = :id::uuid and {shown(t, u)} and {is_single(t)}
     order by t.created_at desc, t.id
     limit 1000
)
select case when :older::boolean then subsonic_album_as({singles_album(u)}, true) || jsonb_build_object('child', {songs(x)})
            else {singles_album(u)} || jsonb_build_object('song', {songs(x)}) end as reply
  from users u
 where u.id = :id::uuid and {creator_shown(u)} and exists (select from x)

-- query: subsonic_song
select {song(t, u, a)} as reply
  from tracks t
  join users u on u.id = t.creator_id
  {album_of(t)}
 where t.id = :id::uuid and {playable(t, u)}

-- query: subsonic_artist_info
-- sees: whoever sees one of their tracks
-- Similar: whom those follow who follow this person, of a bounded number, and let that be used. Who has no profile for others tells nothing of themselves.
select jsonb_strip_nulls(jsonb_build_object(
           'biography', case when {user_visible(u, :viewer::uuid, false)} then nullif(u.bio, '') end,
           'smallImageUrl', :site::text || u.avatar, 'mediumImageUrl', :site::text || u.avatar, 'largeImageUrl', :site::text || u.avatar))
       || jsonb_build_object('similarArtist', coalesce((select jsonb_agg({artist(o)} order by s.common desc, o.id)
            from (select g.followed_id as id, count(*) as common
                    from (select f.follower_id from user_follows f where f.followed_id = u.id order by f.created_at desc limit 200) f
                    join users k on k.id = f.follower_id and {taste_counts(k)}
                    join user_follows g on g.follower_id = f.follower_id and g.followed_id <> u.id
                   group by g.followed_id
                   order by 2 desc, 1
                   limit least(coalesce(:count::int, 20), 100)) s
            join users o on o.id = s.id and {creator_shown(o)} and {has_songs(o)}), '[]')) as reply
  from users u
 where u.id = :id::uuid and {creator_shown(u)} and ({has_songs(u)} or u.id = :viewer::uuid)

-- query: subsonic_album_info
select jsonb_strip_nulls(jsonb_build_object('notes', nullif(r.description, ''))) as reply
  from releases r
 where r.id = :id::uuid and {release_visible(r, :viewer::uuid, false)}

-- Lists.

-- query: subsonic_album_list
-- Releases, and one album for each creator who has tracks that are in none. What was played often or lately is what the viewer played.
with c as materialized ({creators()}),
h as materialized (
    select coalesce(i.release_id, t.creator_id) as id, count(*) as plays, max(p.played_at) as last
      from (select track_id, played_at from track_plays where user_id = :viewer::uuid and :type::text in ('frequent', 'recent') order by played_at desc limit 5000) p
      join tracks t on t.id = p.track_id
      left join release_tracks i on i.track_id = t.id
     group by 1
), x as (
    select 'al' as kind, r.id, r.user_id, lower(r.title) as name, lower(coalesce(nullif(r.artist, ''), u.display_name)) as artist, r.dated_at as at,
           extract(year from r.dated_at)::int as year
      from releases r
      join users u on u.id = r.user_id
     where {release_shown(r, u)} and r.track_count > 0
    union all
    select 'sg', u.id, u.id, 'singles', lower(u.display_name), n.newest, extract(year from n.newest)::int
      from c
      join users u on u.id = c.id
     cross join lateral (select max(t.created_at) as newest from tracks t where t.creator_id = u.id and {shown(t, u)} and {is_single(t)}) n
     where {creator_shown(u)} and n.newest is not null
), y as materialized (
    select x.kind, x.id,
           row_number() over (order by
               case :type::text when 'random' then random() end,
               case :type::text when 'newest' then x.at when 'recent' then h.last when 'starred' then s.starred_at end desc nulls last,
               case :type::text when 'frequent' then h.plays when 'highest' then g.rating end desc nulls last,
               case when :type::text = 'byYear' then x.year * case when :to_year::int < :from_year::int then -1 else 1 end end,
               case when :type::text = 'alphabeticalByArtist' then x.artist end,
               x.name, x.artist, x.id) as place
      from x
      left join h on h.id = x.id
      left join app_stars s on s.user_id = :viewer::uuid and (s.release_id = x.id and x.kind = 'al' or s.singles_of = x.id and x.kind = 'sg')
      left join app_ratings g on g.user_id = :viewer::uuid and g.release_id = x.id and x.kind = 'al'
     where {in_folder(x.user_id)}
       and case :type::text when 'starred' then s.user_id is not null when 'frequent' then h.id is not null when 'recent' then h.id is not null
                when 'highest' then g.user_id is not null
                when 'byYear' then x.year between least(:from_year::int, :to_year::int) and greatest(:from_year::int, :to_year::int)
                when 'byGenre' then exists (select from tracks t
                                              left join release_tracks i on i.track_id = t.id
                                              join users u on u.id = t.creator_id
                                             where case x.kind when 'al' then i.release_id = x.id else t.creator_id = x.id and {is_single(t)} end
                                               and lower(t.genre) = lower(:genre::text) and {shown(t, u)})
                else true end
     order by place
     limit :size::int offset :offset::int
)
select jsonb_build_object('album', coalesce((select jsonb_agg(subsonic_album_as({album(y)}, :older::boolean) order by y.place) from y), '[]')) as reply

-- query: subsonic_random_songs
-- Ids are random, so those after a random id are random songs; `:from_year` and `:genre` leave some out, and so do mutes.
with p as materialized (select gen_random_uuid() as id),
x as materialized (
    select s.id, row_number() over (order by random()) as place
      from (select o.* from ((select t.id from tracks t join users u on u.id = t.creator_id, p
               where t.id >= p.id and {track_discovered(t, u, :viewer::uuid, false)} and {shown(t, u)} and {in_folder(t.creator_id)}
                 and (:genre::text is null or lower(t.genre) = lower(:genre::text)) and (:from_year::int is null or t.year >= :from_year::int)
                 and (:to_year::int is null or t.year between 1 and :to_year::int)
               order by t.id limit :size::int)
             union all
             (select t.id from tracks t join users u on u.id = t.creator_id, p
               where t.id < p.id and {track_discovered(t, u, :viewer::uuid, false)} and {shown(t, u)} and {in_folder(t.creator_id)}
                 and (:genre::text is null or lower(t.genre) = lower(:genre::text)) and (:from_year::int is null or t.year >= :from_year::int)
                 and (:to_year::int is null or t.year between 1 and :to_year::int)
               order by t.id limit :size::int)) o
             limit :size::int) s
)
select jsonb_build_object('song', {songs(x)}) as reply

-- query: subsonic_songs_by_genre
with x as materialized (
    select t.id, row_number() over (order by t.created_at desc, t.id desc) as place
      from tracks t
      join users u on u.id = t.creator_id
     where t.genre = coalesce((select g.name from genres g where label_fold(g.name) = label_fold(:genre::text)), :genre::text)
       and {track_listed(t, u, :viewer::uuid, false)} and {shown(t, u)} and {in_folder(t.creator_id)}
     order by t.created_at desc, t.id desc
     limit :size::int offset :offset::int
)
select jsonb_build_object('song', {songs(x)}) as reply

-- query: subsonic_top_songs
-- Veza tells nobody how often others play something. So these are the songs of a creator that the viewer likes, then the newest.
-- sees: what the viewer finds
with x as materialized (
    select t.id, row_number() over (order by l.created_at desc nulls last, t.created_at desc, t.id) as place
      from users u
      join tracks t on t.creator_id = u.id
      left join track_likes l on l.track_id = t.id and l.user_id = :viewer::uuid
     where lower(u.display_name) = lower(:artist::text) and {creator_shown(u)} and {shown(t, u)}
     order by place
     limit :size::int
)
select jsonb_build_object('song', {songs(x)}) as reply

-- query: subsonic_similar_songs
-- Of the genre of a track, or of the latest track of a creator or of a release: the newest 500, those of the nearest tempo first.
-- sees: what the viewer finds
with s as materialized (
    select t.id, t.genre, t.bpm
      from tracks t
      join users u on u.id = t.creator_id
     where {playable(t, u)} and t.genre is not null
       and case :id_kind::text when 'tr' then t.id = :id::uuid
                               when 'al' then t.id in (select i.track_id from release_tracks i where i.release_id = :id::uuid)
                               else t.creator_id = :id::uuid end
     order by t.created_at desc, t.id
     limit 1
), n as materialized (
    select t.id, abs(coalesce(t.bpm, 0) - coalesce(s.bpm, 0)) as away, t.created_at
      from s
      join tracks t on t.genre = s.genre and t.id <> s.id
      join users u on u.id = t.creator_id
     where {track_discovered(t, u, :viewer::uuid, false)} and {shown(t, u)}
     order by t.created_at desc, t.id desc
     limit 500
), x as materialized (
    select n.id, row_number() over (order by n.away, n.created_at desc, n.id) as place from n order by place limit :size::int
)
select jsonb_build_object('song', {songs(x)}) as reply

-- query: subsonic_starred
-- Songs are likes, artists are people whom one follows; at most 5,000 of each.
with x as materialized (
    select l.track_id as id, row_number() over (order by l.created_at desc, l.id) as place
      from track_likes l
      join tracks t on t.id = l.track_id
      join users u on u.id = t.creator_id
     where l.user_id = :viewer::uuid and {playable(t, u)} and {in_folder(t.creator_id)}
     order by l.created_at desc, l.id
     limit 5000
), y as materialized (
    select case when s.release_id is not null then 'al' else 'sg' end as kind, coalesce(s.release_id, s.singles_of) as id, s.starred_at as at
      from app_stars s
      left join releases r on r.id = s.release_id
      left join users u on u.id = coalesce(r.user_id, s.singles_of)
     where s.user_id = :viewer::uuid and case when r.id is null then {creator_shown(u)} else {release_seen(r, u, :viewer::uuid, false)} end and {in_folder(u.id)}
     order by s.starred_at desc
     limit 5000
)
select jsonb_build_object(
           'artist', coalesce((select jsonb_agg({artist(u)} order by f.created_at desc, u.id)
                                 from user_follows f
                                 join users u on u.id = f.followed_id
                                where f.follower_id = :viewer::uuid and {creator_shown(u)} and {has_songs(u)}), '[]'),
           'album', coalesce((select jsonb_agg(subsonic_album_as({album(y)}, :older::boolean) order by y.at desc, y.id) from y), '[]'),
           'song', {songs(x)}) as reply

-- Search.

-- fragment: found(sort, words)
-- The best 1000 that the search finds (ADR 0096), public or one's own: each with its place. Kinds: 1 tracks, 2 releases, 3 people.
search_find(sort::smallint, words::text, :viewer::uuid, false, 'both', null, 1000)

-- query: subsonic_search
with a as materialized (
    select u.id, f.place
      from {found(3, :q)} f
      join users u on u.id = f.id
     where {creator_shown(u)} and {has_songs(u)} and {in_folder(u.id)}
     order by f.place
     limit :artist_count::int offset :artist_offset::int
), b as materialized (
    select 'al' as kind, r.id, f.place
      from {found(2, :q)} f
      join releases r on r.id = f.id
      join users u on u.id = r.user_id
     where {release_shown(r, u)} and {in_folder(r.user_id)}
     order by f.place
     limit :album_count::int offset :album_offset::int
), x as materialized (
    select t.id, f.place
      from {found(1, :q)} f
      join tracks t on t.id = f.id
      join users u on u.id = t.creator_id
     where {shown(t, u)} and {in_folder(t.creator_id)}
     order by f.place
     limit :song_count::int offset :song_offset::int
)
select jsonb_build_object(
           'artist', coalesce((select jsonb_agg({artist(u)} order by a.place) from a join users u on u.id = a.id), '[]'),
           'album', coalesce((select jsonb_agg(subsonic_album_as({album(b)}, :older::boolean) order by b.place) from b), '[]'),
           'song', {songs(x)}) as reply

-- query: subsonic_search_all
-- Everything, page by page, in the order of ids, so that an app can keep a copy of what there is.
with a as materialized (
    select u.id, row_number() over (order by u.id) as place
      from users u
     where {creator_shown(u)} and {has_songs(u)} and {in_folder(u.id)}
     order by u.id
     limit :artist_count::int offset :artist_offset::int
), b as materialized (
    select z.kind, z.id, row_number() over (order by z.id, z.kind) as place
      from (select 'al' as kind, r.id from releases r join users u on u.id = r.user_id where {release_shown(r, u)} and r.track_count > 0 and {in_folder(r.user_id)}
            union all
            select 'sg', u.id from users u
             where {creator_shown(u)} and {in_folder(u.id)} and exists (select from tracks t where t.creator_id = u.id and {shown(t, u)} and {is_single(t)})) z
     order by place
     limit :album_count::int offset :album_offset::int
), x as materialized (
    select t.id, row_number() over (order by t.id) as place
      from tracks t
      join users u on u.id = t.creator_id
     where {shown(t, u)} and {in_folder(t.creator_id)}
     order by t.id
     limit :song_count::int offset :song_offset::int
)
select jsonb_build_object(
           'artist', coalesce((select jsonb_agg({artist(u)} order by a.place) from a join users u on u.id = a.id), '[]'),
           'album', coalesce((select jsonb_agg(subsonic_album_as({album(b)}, :older::boolean) order by b.place) from b), '[]'),
           'song', {songs(x)}) as reply

-- Playlists. Changes are made by the functions that the module of playlists uses, so that versions, counters and events are the same.

-- fragment: playlist_lists(p)
-- One's own, those one works on, those one follows.
(p.deleted_at is null
 and (p.user_id = :viewer::uuid or {playlist_shared_with(p, :viewer::uuid)}
      or (exists (select from playlist_follows f_ where f_.playlist_id = p.id and f_.user_id = :viewer::uuid) and {playlist_visible(p, :viewer::uuid, false)})))

-- fragment: app_playlist_editable(p)
(p.user_id = :viewer::uuid or exists (select from playlist_collaborators w_
                                       where w_.playlist_id = p.id and w_.user_id = :viewer::uuid and w_.permission in ('write', 'admin')
                                         and {playlist_together(p, :viewer::uuid)}))

-- fragment: app_playlist(p, o, songs, seconds)
jsonb_strip_nulls(jsonb_build_object(
    'id', 'pl-' || p.id, 'name', p.name, 'comment', p.description, 'owner', o.username, 'public', p.visibility = 'public', 'songCount', songs, 'duration', seconds,
    'created', {iso(p.created_at)}, 'changed', {iso(p.updated_at)}, 'coverArt', 'pl-' || p.id, 'readonly', p.rules is not null or not {app_playlist_editable(p)}))

-- query: subsonic_playlists
-- How long one of more than 500 songs lasts is not added up in a list, nor are rules evaluated.
select jsonb_build_object('playlist', coalesce(jsonb_agg(
           {app_playlist(p, o, case when p.rules is null then p.track_count else 0 end, coalesce(n.seconds, 0))} order by lower(p.name), p.id), '[]')) as reply
  from (select p_.* from playlists p_
         where p_.id in (select o_.id from playlists o_ where o_.user_id = :viewer::uuid
                         union all select w_.playlist_id from playlist_collaborators w_ where w_.user_id = :viewer::uuid
                         union all select f_.playlist_id from playlist_follows f_ where f_.user_id = :viewer::uuid)
           and {playlist_lists(p_)}
         order by lower(p_.name), p_.id
         limit 2000) p
  join users o on o.id = p.user_id
  left join lateral (select sum(t.duration)::int as seconds
                       from playlist_tracks i
                       join tracks t on t.id = i.track_id
                       join users u on u.id = t.creator_id
                      where p.track_count <= 500 and i.playlist_id = p.id and {shown(t, u)}) n on true

-- fragment: entries()
-- The songs of a playlist that the viewer may hear, in their order.
select t_.id, row_number() over (order by i_.position, i_.id) as place, i_.id as item_id
  from {playlist_places(:id::uuid, :viewer::uuid)} i_
  join tracks t_ on t_.id = i_.track_id
  join users u_ on u_.id = t_.creator_id
 where i_.playlist_id = :id::uuid and {shown(t_, u_)}

-- query: subsonic_playlist
with x as materialized ({entries()})
select {app_playlist(p, o, (select count(*) from x), (select coalesce(sum(t.duration), 0) from x join tracks t on t.id = x.id))} || jsonb_build_object('entry', {songs(x)}) as reply
  from playlists p
  join users o on o.id = p.user_id
 where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, false)}

-- query: subsonic_playlist_may
-- May the viewer change what is in it?
-- problems: forbidden
select p.id as playlist_id, case when p.rules is not null then 'forbidden: The rules of this smart playlist decide what is in it.'
                                 when not {app_playlist_editable(p)} then 'forbidden: You may not change this playlist.' end as problem
  from playlists p
 where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, false)}

-- query: subsonic_playlist_empty
-- Takes out what is in it, for one that is written anew.
select coalesce(sum(playlist_take_out(:id::uuid, i.id, :viewer::uuid)), 0)::int as removed
  from (select o.id from playlist_tracks o where o.playlist_id = :id::uuid order by o.position) i

-- query: subsonic_playlist_remove
-- By places in the list that the app was given.
with x as materialized ({entries()})
select coalesce(sum(playlist_take_out(:id::uuid, x.item_id, :viewer::uuid)), 0)::int as removed from x where x.place - 1 = any (:places::int[])

-- query: subsonic_playlist_add
-- What the viewer may not see is left out. `full`: there was no room for all of them.
-- sees: the caller has asked subsonic_playlist_may
with w as materialized (
    select t.id, w.n
      from unnest(:ids::uuid[]) with ordinality w (id, n)
      join tracks t on t.id = w.id
      join users u on u.id = t.creator_id and {playable(t, u)}
), i as materialized (
    select playlist_add(:id::uuid, w.id, :viewer::uuid) as item_id from (select w.id from w order by w.n) w
), e as (
    insert into outbox (name, key, payload)
    select 'playlist.track_added', :id::uuid, jsonb_build_object('playlist_id', :id::uuid, 'track_id', (select w.id from w order by w.n limit 1), 'adder_id', :viewer::uuid)
     where exists (select from i where i.item_id is not null) and exists (select from playlist_follows f where f.playlist_id = :id::uuid)
)
select count(i.item_id)::int as added, count(*) filter (where i.item_id is null)::int as full from i

-- query: subsonic_playlist_tell
select realtime_send('playlist:' || :id::uuid, 'playlist.changed', jsonb_build_object('playlist_id', :id::uuid))::text as told

-- Marks.

-- query: subsonic_star_album
with r as (
    select r.id as release_id, null::uuid as singles_of from releases r where :id_kind::text = 'al' and r.id = :id::uuid and {release_visible(r, :viewer::uuid, false)}
    union all
    select null, u.id from users u where :id_kind::text = 'sg' and u.id = :id::uuid and {creator_shown(u)} and {has_songs(u)}
), s as (
    insert into app_stars (user_id, release_id, singles_of) select :viewer::uuid, r.release_id, r.singles_of from r on conflict do nothing
)
select coalesce(r.release_id, r.singles_of) as id from r

-- query: subsonic_unstar_album
with d as (
    delete from app_stars s
     where s.user_id = :viewer::uuid and case :id_kind::text when 'al' then s.release_id = :id::uuid else s.singles_of = :id::uuid end
)
select :id::uuid as id

-- query: subsonic_rate
-- 0 takes a rating away.
-- sees: what the viewer sees
with x as (
    select t.id as track_id, null::uuid as release_id, null::uuid as creator_id
      from tracks t join users u on u.id = t.creator_id where :id_kind::text = 'tr' and t.id = :id::uuid and {playable(t, u)}
    union all
    select null, r.id, null from releases r where :id_kind::text = 'al' and r.id = :id::uuid and {release_visible(r, :viewer::uuid, false)}
    union all
    select null, null, u.id from users u where :id_kind::text = 'ar' and u.id = :id::uuid and {creator_shown(u)} and {has_songs(u)}
), d as materialized (
    select subsonic_rate(:viewer::uuid, x.track_id, x.release_id, x.creator_id, :rating::int)::text as done from x
)
select :id::uuid as id from d

-- Bookmarks and the queue.

-- query: subsonic_bookmarks
select jsonb_build_object('bookmark', coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
           'position', b.position_ms, 'username', v.username, 'comment', b.comment, 'created', {iso(b.created_at)}, 'changed', {iso(b.changed_at)},
           'entry', {song(t, u, a)})) order by b.changed_at desc, t.id), '[]')) as reply
  from (select * from app_bookmarks o where o.user_id = :viewer::uuid order by o.changed_at desc limit 1000) b
  join users v on v.id = b.user_id
  join tracks t on t.id = b.track_id
  join users u on u.id = t.creator_id
  {album_of(t)}
 where {playable(t, u)}

-- query: subsonic_bookmark_set
-- problems: conflict
with t as (
    select t.id, case when (select count(*) from app_bookmarks b where b.user_id = :viewer::uuid and b.track_id <> t.id) >= 1000
                      then 'conflict: There are 1,000 bookmarks at most.' end as problem
      from tracks t join users u on u.id = t.creator_id where t.id = :id::uuid and {playable(t, u)}
), b as (
    insert into app_bookmarks (user_id, track_id, position_ms, comment)
    select :viewer::uuid, t.id, :position::bigint, left(:comment::text, 1000) from t where t.problem is null
        on conflict (user_id, track_id) do update set position_ms = excluded.position_ms, comment = excluded.comment, changed_at = now()
)
select t.id, t.problem from t

-- query: subsonic_bookmark_delete
delete from app_bookmarks b where b.user_id = :viewer::uuid and b.track_id = :id::uuid returning b.track_id as id

-- query: subsonic_queue
-- The queue of the person, which is the one of the web app too. Without a queue there is none in the reply.
with q as materialized (
    select q.id, q.version, q.current_item, queue_offset_ms(q) as at_ms, q.updated_at, n.client
      from queues q
      left join app_queues n on n.user_id = q.user_id and n.version = q.version
     where q.user_id = :viewer::uuid and q.item_count > 0
), i as materialized (
    select i.id as item_id, t.id, row_number() over (order by i.position, i.id) as place
      from q
      join queue_items i on i.queue_id = q.id
      join tracks t on t.id = i.track_id
      join users u on u.id = t.creator_id
     where {playable(t, u)}
     order by i.position, i.id
     limit 10000
), x as (select i.id, i.place from i)
select jsonb_strip_nulls(jsonb_build_object(
           'current', case when not :by_index::boolean then (select 'tr-' || i.id from i where i.item_id = q.current_item) end,
           'currentIndex', case when :by_index::boolean then (select i.place - 1 from i where i.item_id = q.current_item) end,
           'position', q.at_ms, 'username', v.username, 'changed', {iso(q.updated_at)}, 'changedBy', coalesce(q.client, 'Veza')))
       || jsonb_build_object('entry', {songs(x)}) as reply
  from q
  join users v on v.id = :viewer::uuid

-- query: subsonic_queue_save
-- In place of what was there. The item that plays is named by its place; without one it is the first.
-- problems: conflict validation
with w as materialized (
    select gen_random_uuid() as item_id, t.id as track_id, w.n
      from unnest(:ids::uuid[]) with ordinality w (id, n)
      join tracks t on t.id = w.id
      join users u on u.id = t.creator_id and {playable(t, u)}
), c as materialized (
    select queue_put(:viewer::uuid, coalesce((select q.version from queues q where q.user_id = :viewer::uuid), 0), coalesce(array_agg(w.item_id order by w.n), '{}'),
                     coalesce(array_agg(w.track_id order by w.n), '{}'), coalesce(array_agg(w.n order by w.n), '{}'),
                     (array_agg(w.item_id) filter (where w.n = :current_place::int + 1))[1], least(:position::bigint, 86400000)::int, false, false, null, null) as wrong
      from w
)
select :viewer::uuid as id, case when c.wrong like 'version %' then 'conflict: The queue was changed at the same moment.'
                                 when c.wrong is not null then 'validation ' || c.wrong end as problem
  from c

-- query: subsonic_queue_note
insert into app_queues (user_id, version, client) select q.user_id, q.version, :client_name::text from queues q where q.user_id = :viewer::uuid
    on conflict (user_id) do update set version = excluded.version, client = excluded.client
returning user_id as id

-- What was heard. An app says that it plays a track (`:playing`), or that it has played it (`:done`); or it fetches one, which may be the beginning of a listening.
-- Whether it was a play is for play_report() to say, from the time that passed since the listening began here.

-- query: subsonic_listen
with t as (
    select t.id, t.duration_ms from tracks t join users u on u.id = t.creator_id where t.id = :id::uuid and {playable(t, u)}
), d as materialized (
    select subsonic_listen(:viewer::uuid, t.id, t.duration_ms, left(:client_name::text, 100), :playing::boolean, :done::boolean)::text as told from t
)
select :id::uuid as id from d

-- query: subsonic_now_playing
-- One's own only: what others hear is theirs to know.
select jsonb_build_object('entry', coalesce(jsonb_agg({song(t, u, a)} || jsonb_build_object(
           'username', v.username, 'minutesAgo', floor(extract(epoch from now() - n.playing_at) / 60)::int, 'playerId', 1, 'playerName', n.client)
           order by n.playing_at desc, t.id), '[]')) as reply
  from (select * from app_listenings o where o.user_id = :viewer::uuid and o.playing_at > now() - interval '10 minutes' order by o.playing_at desc limit 10) n
  join users v on v.id = n.user_id
  join tracks t on t.id = n.track_id
  join users u on u.id = t.creator_id
  {album_of(t)}
 where {playable(t, u)} and n.playing_at > now() - make_interval(secs => t.duration_ms / 1000.0)

-- Lyrics.

-- fragment: lyric_text(l)
(select string_agg(x_.text, E'\n' order by x_.n) from unnest(l.lines) with ordinality x_ (at_ms, text, words, n))

-- query: subsonic_lyrics
-- Of a song with this artist and title; an empty element where there is none.
select coalesce((select jsonb_build_object('artist', coalesce(nullif(t.artist, ''), u.display_name), 'title', t.title, 'value', coalesce({lyric_text(l)}, ''))
                   from tracks t
                   join users u on u.id = t.creator_id
                   join track_lyrics l on l.track_id = t.id
                  where t.id in (select f.id from {found(1, :title)} f) and lower(t.title) = lower(:title::text)
                    and (coalesce(:artist::text, '') = '' or lower(:artist::text) in (lower(t.artist), lower(u.display_name)))
                    and {shown(t, u)}
                  order by t.created_at desc, t.id
                  limit 1),
                '{"value": ""}') as reply

-- query: subsonic_lyrics_of_song
select jsonb_build_object('structuredLyrics', case when l.track_id is null or cardinality(l.lines) = 0 then '[]' else jsonb_build_array(jsonb_build_object(
           'displayArtist', coalesce(nullif(t.artist, ''), u.display_name), 'displayTitle', t.title, 'lang', 'und', 'offset', 0,
           'synced', s.synced,
           'line', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('start', case when s.synced then x.at_ms end, 'value', coalesce(x.text, ''))) order by x.n)
                      from unnest(l.lines) with ordinality x (at_ms, text, words, n)))) end) as reply
  from tracks t
  join users u on u.id = t.creator_id
  left join track_lyrics l on l.track_id = t.id
  left join lateral (select bool_and(x.at_ms is not null) as synced from unnest(l.lines) x) s on true
 where t.id = :id::uuid and {playable(t, u)}

-- Shares.

-- query: subsonic_shares
-- With the sealed token of a link, which the caller opens. A release that is not to be seen any more is left out: its address has its title.
select jsonb_strip_nulls(jsonb_build_object(
           'id', 'sh-' || s.id, 'description', s.description, 'username', v.username, 'created', {iso(s.created_at)},
           'expires', {iso(coalesce(k.expires_at, m.expires_at))}, 'lastVisited', {iso(coalesce(k.last_used_at, m.last_used_at))},
           'visitCount', coalesce(k.access_count, m.access_count, 0))) as share,
       s.id, s.token, case when s.track_id is not null then '/track/' || case when s.token is null then s.track_id::text else 'shared/' end
                           when s.release_id is not null then '/release/' || r.slug
                           else case when s.token is null then '/playlist/' || s.playlist_id else '/p/' end end as page,
       case when s.track_id is not null then (select jsonb_build_array({song(t, u, a)}) from tracks t join users u on u.id = t.creator_id {album_of(t)}
                                              where t.id = s.track_id and {playable(t, u)})
            when s.release_id is not null then jsonb_build_array(subsonic_album_as({release_album(r, w)}, true)) end as entry
  from app_shares s
  join users v on v.id = s.user_id
  left join track_shares k on k.id = s.track_share_id
  left join playlist_share_links m on m.id = s.playlist_link_id
  left join releases r on r.id = s.release_id
  left join users w on w.id = r.user_id
 where s.user_id = :viewer::uuid and (:share_id::uuid is null or s.id = :share_id::uuid) and (r.id is null or {release_seen(r, w, :viewer::uuid, false)})
 order by s.created_at desc, s.id
 limit 500

-- query: subsonic_share_what
-- What can be shared: something public by its page, what is one's own by a link.
-- problems: forbidden conflict
select x.is_own, case when not (x.is_own or x.is_public) then 'forbidden: Only its creator can share this.'
                      when x.is_own and x.kind = 'al' and not x.is_public then 'forbidden: A private release has no page yet.'
                      when (select count(*) from app_shares s where s.user_id = :viewer::uuid) >= 500 then 'conflict: There are 500 shares at most.' end as problem
  from (select 'tr' as kind, t.creator_id = :viewer::uuid as is_own, track_is_public(t) is true as is_public
          from tracks t join users u on u.id = t.creator_id where :id_kind::text = 'tr' and t.id = :id::uuid and {playable(t, u)}
        union all
        select 'al', r.user_id = :viewer::uuid, r.visibility = 'unlisted' or r.public_from <= now() is true
          from releases r where :id_kind::text = 'al' and r.id = :id::uuid and {release_visible(r, :viewer::uuid, false)}
        union all
        select 'pl', p.user_id = :viewer::uuid, p.visibility = 'public'
          from playlists p where :id_kind::text = 'pl' and p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, false)}) x

-- query: subsonic_share_add
insert into app_shares (id, user_id, track_id, release_id, playlist_id, track_share_id, playlist_link_id, token, description)
values (:share_id::uuid, :viewer::uuid, case :id_kind::text when 'tr' then :id::uuid end, case :id_kind::text when 'al' then :id::uuid end,
        case :id_kind::text when 'pl' then :id::uuid end, :track_share_id::uuid, :playlist_link_id::uuid, :sealed::text, left(:description::text, 500))
returning id

-- query: subsonic_share_update
-- A page has no end, so `:expires_at` is about links.
-- problems: validation conflict
with s as (
    select s.*, case when :has_expires::boolean and s.token is null then 'conflict: This is a public page, which does not expire.'
                     when :has_expires::boolean then {link_expires_problem(:expires_at::timestamptz)} end as problem
      from app_shares s
     where s.id = :id::uuid and s.user_id = :viewer::uuid
), u as (
    update app_shares a set description = coalesce(left(:description::text, 500), a.description) from s where a.id = s.id and s.problem is null
), k as (
    update track_shares k set expires_at = :expires_at::timestamptz from s where :has_expires::boolean and s.problem is null and k.id = s.track_share_id
), m as (
    update playlist_share_links m set expires_at = :expires_at::timestamptz from s where :has_expires::boolean and s.problem is null and m.id = s.playlist_link_id
)
select s.id, s.problem from s

-- query: subsonic_share_delete
-- With the link, which ends at once.
with s as (
    delete from app_shares s where s.id = :id::uuid and s.user_id = :viewer::uuid returning s.id, s.track_share_id, s.playlist_link_id
), k as (
    delete from track_shares k using s where k.id = s.track_share_id
), m as (
    delete from playlist_share_links m using s where m.id = s.playlist_link_id
)
select s.id from s

-- Files.

-- query: subsonic_media
-- What a track is played from: the file as it was uploaded, where the person may have it, and the renditions.
select t.media_version, coalesce(t.media_of, t.id) as media_track, t.duration_ms, {gets_original(t)} as gets_original, may_download(t, 'original', :viewer::uuid, false, null) as may_download,
       t.file_path, t.format, coalesce(t.bitrate, 0) as kbps, {original_type(t)} as original_type, {original_ending(t)} as original_ending,
       encode(t.content_sha256, 'hex') as original_hash, coalesce(nullif(t.artist, '') || ' - ', '') || t.title as name, coalesce(nullif(t.original_filename, ''), 'track') as filename,
       track_is_public(t) and user_shown(u) as is_public, coalesce(h.info -> 'qualities', '[]')::text as qualities
  from tracks t
  join users u on u.id = t.creator_id
  join hls_streams h on h.track_id = coalesce(t.media_of, t.id)
 where t.id = :id::uuid and {playable(t, u)}

-- query: subsonic_cover
-- sees: whoever sees what it is the cover of
-- A playlist has the cover of its first track that has one.
select c.key
  from (select coalesce(t.cover_art_path, a.cover_path) || '/' || :size::text || '.webp' as key
          from tracks t
          join users u on u.id = t.creator_id
          {album_of(t)}
         where :id_kind::text = 'tr' and t.id = :id::uuid and {track_seen(t, u, :viewer::uuid, false)}
        union all
        select r.cover_path || '/' || :size::text || '.webp' from releases r where :id_kind::text = 'al' and r.id = :id::uuid and {release_visible(r, :viewer::uuid, false)}
        union all
        select (select t.cover_art_path || '/' || :size::text || '.webp' from tracks t
                 where t.creator_id = u.id and t.cover_art_path is not null and {shown(t, u)} and {is_single(t)} order by t.created_at desc, t.id limit 1)
          from users u where :id_kind::text = 'sg' and u.id = :id::uuid and {creator_shown(u)}
        union all
        select (select t.cover_art_path || '/' || :size::text || '.webp'
                  from playlist_tracks i
                  join tracks t on t.id = i.track_id
                  join users u on u.id = t.creator_id
                 where i.playlist_id = p.id and t.cover_art_path is not null and {shown(t, u)}
                 order by i.position
                 limit 1)
          from playlists p where :id_kind::text = 'pl' and p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, false)}
        union all
        select 'avatars/' || u.id || '/' || substring(u.avatar from '\?v=([0-9a-f]+)$') || '/300.webp'
          from users u where :id_kind::text = 'ar' and u.id = :id::uuid and u.avatar is not null and {creator_shown(u)}) c
 where c.key is not null

-- query: subsonic_avatar
select 'avatars/' || u.id || '/' || substring(u.avatar from '\?v=([0-9a-f]+)$') || '/300.webp' as key
  from users u
 where lower(u.username) = lower(:username::text) and u.avatar is not null and {user_visible(u, :viewer::uuid, false)}

-- What an archive of one's own data tells (personal.c).

-- query: export_app_passwords
select p.id, p.name, p.created_at, p.last_used_at, p.last_client from app_passwords p where p.user_id = :user_id::uuid order by p.created_at, p.id

-- query: export_app_marks
-- Ratings, albums with a star, and bookmarks.
select 'rating' as kind, g.track_id, g.release_id, g.creator_id, g.rating::bigint as value, null::text as comment, g.rated_at as at
  from app_ratings g where g.user_id = :user_id::uuid
union all
select 'star', null, s.release_id, s.singles_of, null, null, s.starred_at from app_stars s where s.user_id = :user_id::uuid
union all
select 'bookmark', b.track_id, null, null, b.position_ms, b.comment, b.changed_at from app_bookmarks b where b.user_id = :user_id::uuid
 order by at, track_id, release_id, creator_id

-- query: export_app_listenings
select l.track_id, l.client, l.began_at, l.playing_at from app_listenings l where l.user_id = :user_id::uuid order by l.began_at, l.track_id

-- query: export_app_shares
select s.id, s.track_id, s.release_id, s.playlist_id, s.description, s.created_at from app_shares s where s.user_id = :user_id::uuid order by s.created_at, s.id
