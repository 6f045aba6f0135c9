-- Tracks: everybody finds those that are public and completed, and opens unlisted ones by their address; their owner and staff (:viewer_staff) see
-- all that are not deleted.

-- query: track_schedule
-- What is wrong with what was said of the visibility of a new track.
-- problems: validation
select {schedule_problem(null::timestamptz)} as problem

-- query: track_list
-- Public ones of people in good standing who have not blocked the viewer; with `mine` one's own, whatever their state.
-- filter: mine!=true: {track_listed(t, u, :viewer::uuid, :viewer_staff::boolean)}
-- filter: mine=true: t.creator_id = :viewer::uuid and t.deleted_at is null
-- filter: unmuted=true: {not_blocking(t.creator_id, :viewer::uuid)} and {not_muted(t, :viewer::uuid)}
-- filter: creator_id: t.creator_id = :creator_id::uuid
-- filter: username: lower(u.username) = lower(:username::text)
-- filter: genre: t.genre = (select g.name from genres g where g.slug = genre_of(:genre::text))
-- search: tag: t.tags @> array[tag_named(:tag::text)]
-- filter: status: t.status = :status::track_status
-- The best 1000 that the search finds (ADR 0096).
-- search: q: t.id in (select f_.id from search_find(1::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, case when :mine::boolean then 'own' else 'public' end,
--                                                   search_filters({search_labels}, null, null, null, null, null, null, null, null, null, null,
--                                                   coalesce(:creator_id::uuid, (select o_.id from users o_ where lower(o_.username) = lower(:username::text) and o_.deleted_at is null))), 1000) f_)
-- sort: newest: t.created_at desc, t.id desc
-- sort: oldest: t.created_at, t.id
-- sort: title: lower(t.title), t.id
select {track(t, u)}
  from tracks t
  join users u on u.id = t.creator_id
 where true

-- query: track_found
-- The hits of a search, and of how many of the candidates there is which genre, tag, key and decade.
-- schema: FoundTrack
with f as materialized (select * from search_found(1::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, 'public', {search_filters}, :most::int, :engine_hits::jsonb)),
v as (
    select c.genre, c.tags, c.musical_key, c.year
      from f join tracks c on c.id = f.id join users w on w.id = c.creator_id
     where {track_listed(c, w, :viewer::uuid, :viewer_staff::boolean)}
)
select {track(t, u)}, {search_why}, n_.total as total_, n_.is_partial as partial_, n_.best as best_,
       case when :facets::boolean
            then (select json_build_object('genres', (select coalesce(json_agg(json_build_object('value', x.v, 'count', x.n) order by x.n desc, x.v), '[]')
                                                        from (select g.genre as v, count(*) as n from v g where g.genre <> '' group by 1 order by 2 desc, 1 limit 12) x),
                                           'tags', (select coalesce(json_agg(json_build_object('value', x.v, 'count', x.n) order by x.n desc, x.v), '[]')
                                                      from (select w as v, count(*) as n from v g cross join unnest(g.tags) w group by 1 order by 2 desc, 1 limit 12) x),
                                           'keys', (select coalesce(json_agg(json_build_object('value', x.v, 'count', x.n) order by x.n desc, x.v), '[]')
                                                      from (select upper(k.code) as v, sum(k.n)::int as n
                                                              from (select search_key_code(g.musical_key) as code, count(*) as n from v g where g.musical_key <> '' group by g.musical_key) k
                                                             where k.code is not null group by 1 order by 2 desc, 1 limit 12) x),
                                           'decades', (select coalesce(json_agg(json_build_object('value', x.v::text, 'count', x.n) order by x.v desc), '[]')
                                                         from (select g.year / 10 * 10 as v, count(*) as n from v g where g.year > 0 group by 1 order by 2 desc, 1 limit 12) x))) end as facets_
  from {search_state} n_
  left join ((select f.*, row_number() over (order by case :sort::text when 'newest' then extract(epoch from g.created_at) end desc nulls last,
                                                      case :sort::text when 'oldest' then extract(epoch from g.created_at) end,
                                                      case :sort::text when 'title' then lower(g.title) end, f.place) as n
                from f left join tracks g on :sort::text <> 'relevance' and g.id = f.id
               where f.id is not null
               order by n
              offset :offset::int limit :most_shown::int) f
             join tracks t on t.id = f.id
             join users u on u.id = t.creator_id and {track_listed(t, u, :viewer::uuid, :viewer_staff::boolean)}) on true
 order by f.n

-- query: track_search
-- As track_list with words, the best first.
-- sees: whoever may see the tracks; of the person only the id is used
-- filter: mine!=true: {track_listed(t, u, :viewer::uuid, :viewer_staff::boolean)}
-- filter: mine=true: t.creator_id = :viewer::uuid and t.deleted_at is null
-- filter: creator_id: t.creator_id = :creator_id::uuid
-- filter: username: lower(u.username) = lower(:username::text)
-- filter: status: t.status = :status::track_status
-- sort: relevance: f.place
-- sort: newest: t.created_at desc, t.id desc
-- sort: oldest: t.created_at, t.id
-- sort: title: lower(t.title), t.id
-- unique: each place is taken once
with f as materialized (
    select f_.* from search_find(1::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, case when :mine::boolean then 'own' else 'public' end,
                                 search_filters({search_labels}, null, null, null, null, null, null, null, null, null, null, 
                                 coalesce(:creator_id::uuid, (select o_.id from users o_ where lower(o_.username) = lower(:username::text) and o_.deleted_at is null))), 1000) f_
)
select {track(t, u)}, exists (select from f c_ where c_.class = 'partial') as partial_
  from f
  join tracks t on t.id = f.id
  join users u on u.id = t.creator_id
 where true

-- query: recommendations_of
-- What recommendations begin with: a track that the viewer may see, or nothing.
-- sees: whoever may see the track
select :track_id::uuid as seed_id
 where :track_id::uuid is null or exists (select from tracks t where t.id = :track_id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)})

-- query: track_recommendations
-- Begins with one track, or with the ten tracks that the viewer liked last and the ten that they heard last. Recommends what people who like these also like, then tracks of
-- the same genres, then tracks with the same tags, then what only sounds alike; of those that have as much in common, what sounds
-- most alike first. Each step reads a bounded number of rows by an index. Leaves out the viewer's own tracks, what they like or heard last, and
-- whom and what they have blocked or muted; at most two tracks of one creator.
-- schema: RecommendedTrack
-- not null: reason
-- nullable: because, label
-- type: reason liked_together|same_genre|same_tag|sounds_alike
-- total: none
-- sort: r.place
-- unique: each place is taken once
with heard as materialized (
    select p.track_id, row_number() over (order by p.played_at desc, p.id desc)::int as n
      from (select * from track_plays p where p.user_id = :viewer::uuid order by p.played_at desc, p.id desc limit 50) p
), given as (
    select :seed_id::uuid as track_id, 0 as n
    union all
    select l.track_id, row_number() over (order by l.created_at desc, l.track_id desc)::int
      from (select * from track_likes l where l.user_id = :viewer::uuid and :seed_id::uuid is null order by l.created_at desc, l.track_id desc limit 10) l
    union all
    select h.track_id, h.n + 10 from heard h where h.n <= 10 and :seed_id::uuid is null
), seeds as materialized (
    select t.id as track_id, t.creator_id, t.genre, min(g.n) as n
      from given g
      join tracks t on t.id = g.track_id
      join users u on u.id = t.creator_id
     where {track_seen(t, u, :viewer::uuid, :viewer_staff::boolean)}
     group by t.id
), likers as materialized (
    select s.track_id as because, s.n, l.user_id
      from seeds s
     cross join lateral (select l.user_id
                           from (select * from track_likes l where l.track_id = s.track_id order by l.created_at desc, l.id desc limit 200) l
                           join users u on u.id = l.user_id
                          where {taste_counts(u)}
                          order by l.created_at desc, l.id desc
                          limit 50) l
), found as (
    (select o.track_id, 1 as kind, count(distinct k.user_id) as score, (array_agg(k.because order by k.n))[1] as because, null::text as label
       from likers k
      cross join lateral (select l.track_id from track_likes l where l.user_id = k.user_id order by l.created_at desc, l.track_id desc limit 20) o
      group by o.track_id
      order by count(distinct k.user_id) desc, o.track_id
      limit 300)
    union all
    select t.id, 2, g.uses, g.because, g.genre
      from (select s.genre, count(*) as uses, (array_agg(s.track_id order by s.n))[1] as because
              from seeds s where s.genre <> '' group by s.genre order by count(*) desc, min(s.n) limit 3) g
     cross join lateral (select t.id from tracks t
                          where t.genre = g.genre and t.public_from is not null and t.status = 'completed' and t.deleted_at is null
                          order by t.created_at desc, t.id desc limit 60) t
    union all
    select x.track_id, 3, count(*), (array_agg(g.because order by g.n))[1], (array_agg(g.name order by g.n))[1]
      from (select x.tag_id, y.name, min(s.n) as n, (array_agg(s.track_id order by s.n))[1] as because
              from seeds s
              join track_tags x on x.track_id = s.track_id
              join tags y on y.id = x.tag_id
             group by x.tag_id, y.name order by count(*) desc, min(s.n), x.tag_id limit 5) g
     cross join lateral (select x.track_id from track_tags x where x.tag_id = g.tag_id order by x.created_at desc, x.track_id desc limit 60) x
     group by x.track_id
    union all
    (select n.id, 4, 1, s.track_id, null
       from (select s.track_id from seeds s order by s.n limit 3) s
       join track_analysis a on a.track_id = s.track_id
      cross join lateral sound_neighbours(a.timbre_mean, 30) n (id)
      where n.id <> s.track_id)
), best as (
    select distinct on (f.track_id) f.* from found f order by f.track_id, f.kind
), shown as (
    select f.*, d.distance, t.created_at, row_number() over (partition by t.creator_id order by f.kind, f.score desc, d.distance, t.created_at desc, t.id) as of_creator
      from best f
      join tracks t on t.id = f.track_id
      left join track_analysis a on a.track_id = f.track_id
      left join track_analysis b on b.track_id = f.because
     cross join lateral (select sound_distance(a, b) as distance) d
      join users u on u.id = t.creator_id
     where {track_discovered(t, u, :viewer::uuid, :viewer_staff::boolean)} and t.creator_id <> :viewer::uuid and (f.kind < 4 or d.distance < 2)
       and not exists (select from seeds s where s.track_id = t.id or (s.creator_id = t.creator_id and :seed_id::uuid is not null))
       and not exists (select from track_likes l where l.user_id = :viewer::uuid and l.track_id = t.id)
       and not exists (select from heard h where h.track_id = t.id)
), r as materialized (
    select s.*, row_number() over (order by s.kind, s.score desc, s.distance, s.created_at desc, s.track_id) as place from shown s where s.of_creator <= 2 order by place limit 50
)
select {track(t, u)}, case r.kind when 1 then 'liked_together' when 2 then 'same_genre' when 3 then 'same_tag' else 'sounds_alike' end as reason,
       b.id as "because.id", b.title as "because.title", r.label
  from r
  join tracks t on t.id = r.track_id
  join users u on u.id = t.creator_id
  left join tracks b on b.id = r.because
 where true

-- query: genre_list
-- The genres that public tracks have, each as it was first entered.
-- schema: Genre
-- not null: name, track_count
-- sort: -g.track_count, lower(g.name)
-- unique: a genre is one group
with hides as (
    select coalesce((select not s.explicit_content from user_settings s where s.user_id = :viewer::uuid), false) as explicit
), other as (
    -- Of what is counted, all that is not listed for this reader though others see it, and their own explicit tracks, which are.
    select t.genre, sum({track_listed(t, u, :viewer::uuid, :viewer_staff::boolean)}::int - (not (h.explicit and t.is_explicit))::int)::int as difference
      from (select s.id from tracks s where s.visibility = 'scheduled' and s.status = 'completed' and s.deleted_at is null and s.public_from > now()
            union
            select b.id from tracks b join user_blocks k on k.blocker_id = b.creator_id and k.blocked_id = :viewer::uuid where b.public_from is not null
            union
            select o.id from tracks o where o.creator_id = :viewer::uuid and o.is_explicit) x
      join tracks t on t.id = x.id and t.genre <> '' and t.public_from is not null and t.status = 'completed' and t.deleted_at is null
      join users u on u.id = t.creator_id and user_shown(u)
      cross join hides h
     group by t.genre
)
select g.name, g.track_count
  from (select c.genre as name, c.public_tracks - case when h.explicit then c.explicit_tracks else 0 end + coalesce(o.difference, 0) as track_count
          from genre_counts c
          cross join hides h
          left join other o on o.genre = c.genre) g
 where g.track_count > 0

-- query: tag_suggest
-- Tags that begin so, whatever their case, accents, spaces and hyphens, the most used first; those that a public track or one's own has.
-- schema: TagName
-- not null: name
-- total: none
-- sort: s.place
-- unique: numbered
select s.name
  from (select g.name, row_number() over (order by label_fold(g.name) = label_fold(:q::text) desc, g.use_count desc, g.id) as place
          from tags g
         where label_fold(g.name) ~>=~ label_fold(:q::text) and label_fold(g.name) ~<~ (label_fold(:q::text) || U&'\+10FFFF')
           and exists (select from track_tags x
                         join tracks t on t.id = x.track_id and t.deleted_at is null
                         join users u on u.id = t.creator_id
                        where x.tag_id = g.id and (t.creator_id = :viewer::uuid or {track_listed(t, u, :viewer::uuid, :viewer_staff::boolean)}))) s
 where true

-- query: tag_popular
-- Of the thousand newest public tracks, or of those of a genre, the tags that most of them have.
-- schema: TagName
-- not null: name
-- total: none
-- sort: s.place
-- unique: numbered
select s.name
  from (select g.name, row_number() over (order by count(*) desc, g.id) as place
          from (select t.id
                  from tracks t
                  join users u on u.id = t.creator_id
                 where {track_listed(t, u, :viewer::uuid, :viewer_staff::boolean)}
                   and (not :has_genre::boolean or t.genre = (select n.name from genres n where n.slug = genre_of(:genre::text)))
                 order by t.created_at desc, t.id desc
                 limit 1000) newest
          join track_tags x on x.track_id = newest.id
          join tags g on g.id = x.tag_id
         group by g.id) s
 where s.place <= 50

-- query: track_get
select {track(t, u)}
  from tracks t
  join users u on u.id = t.creator_id
 where t.id = :id::uuid and {track_seen(t, u, :viewer::uuid, :viewer_staff::boolean)}

-- query: track_page
-- As track_get, for its page; and whether search engines may list that.
select {track(t, u)}, t.visibility <> 'unlisted' and coalesce(s.allow_search_indexing, true) as is_indexable
  from tracks t
  join users u on u.id = t.creator_id
  left join user_settings s on s.user_id = u.id
 where t.id = :id::uuid and {track_seen(t, u, :viewer::uuid, :viewer_staff::boolean)}

-- query: track_seen
-- Asked before what belongs to a track: whoever may see it.
select t.id as track_id from tracks t where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- query: user_tracks
-- What a person liked or reposted, the latest first, as far as the viewer may see those tracks. Unlisted ones only they themselves see here.
-- sort: w.created_at desc, w.track_id desc
-- unique: a person likes a track once, and reposts it once
select {track(t, u)}
  from (select l.track_id, l.created_at from track_likes l where l.user_id = :id::uuid and :which::text = 'likes'
        union all
        select r.track_id, r.created_at from track_reposts r where r.user_id = :id::uuid and :which::text = 'reposts') w
  join tracks t on t.id = w.track_id
  join users u on u.id = t.creator_id
 where ({track_shown(t, u, :viewer::uuid, :viewer_staff::boolean)}
        or (:viewer::uuid is not null and :id::uuid = :viewer::uuid and {track_seen(t, u, :viewer::uuid, :viewer_staff::boolean)}))

-- query: track_sweep_later
-- Before the files of a new track are kept: should this process die before the track exists, they are removed.
insert into jobs (kind, payload, run_at, dedupe_key)
values ('track_sweep', jsonb_build_object('track_id', :id::uuid), now() + interval '1 hour', 'track_sweep:' || :id::uuid)
returning id

-- query: track_create
-- audited
-- The track, the event that tells of it and the work on it, together. What the form left empty comes from the tags in the file. No row when
-- the sweep was faster. Ten seconds of sound count as one of work, for the queue: slow machines are about as fast.
with s as (
    delete from jobs where dedupe_key = 'track_sweep:' || :id::uuid and state = 'queued' returning id),
p as (
    select :probe::jsonb as p, :probe::jsonb -> 'tags' as tags,
           coalesce(:visibility::text, case when :is_public::boolean is false then 'private' else 'public' end) as visibility
      from s),
t as (
    insert into tracks (id, creator_id, title, artist, album, description, genre, tags, year, bpm, musical_key, duration, duration_ms,
                        file_path, file_size, original_filename, content_sha256, format, bitrate, sample_rate, channels, bit_depth,
                        cover_art_path, visibility, publish_at, publish_zone, is_downloadable, is_explicit, status, disc_number, track_number, album_artist)
    select :id::uuid, :viewer::uuid,
           left(coalesce(nullif(btrim(:title::text), ''), nullif(btrim(tags ->> 'title'), ''),
                         nullif(btrim(regexp_replace(regexp_replace(:filename::text, '[\u200B-\u200F\u202A-\u202E\u2066-\u2069]', '', 'g'),
                                                     '\.[^.]*$', '')), ''),
                         'Untitled'), 255),
           left(coalesce(:artist::text, tags ->> 'artist'), 255), left(coalesce(:album::text, tags ->> 'album'), 255),
           :description::text, left(coalesce(:genre::text, tags ->> 'genre'), 100),
           coalesce(:tags::text[], '{}'),
           coalesce(:year::int, least(coalesce((tags ->> 'year')::int, 0), 2100)), coalesce(:bpm::int, (tags ->> 'bpm')::int),
           left(coalesce(:musical_key::text, tags ->> 'key'), 10),
           round((p ->> 'duration_ms')::numeric / 1000)::int, (p ->> 'duration_ms')::int,
           'originals/' || :id::uuid, :file_size::bigint, left(:filename::text, 255), decode(:sha256::text, 'hex'),
           left(p ->> 'format', 10), round((p ->> 'bit_rate')::numeric / 1000)::int, nullif((p ->> 'sample_rate')::int, 0),
           nullif((p ->> 'channels')::int, 0), (p ->> 'bit_depth')::int, :cover_path::text,
           p.visibility, case when p.visibility = 'scheduled' then {publish_instant(:publish_at::timestamptz)} end,
           case when p.visibility = 'scheduled' then coalesce(:publish_zone::text, 'UTC') end,
           :is_downloadable::boolean, :is_explicit::boolean, 'processing', (tags ->> 'disc')::int, (tags ->> 'track')::int,
           left(tags ->> 'album_artist', 255)
      from p
    returning id, creator_id, duration_ms, track_note_changes(null, tracks, :viewer::uuid)),
e as (
    insert into outbox (name, key, payload)
    select 'track.uploaded', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id) from t),
j as (
    {transcode_job(t, null::uuid, 5)})
select id from t

-- fragment: transcode_job(tracks, version, its_priority)
-- Queues the processing of these tracks (id, creator_id, duration_ms); `version`: the version that is processed, or null. A job that waits keeps its turn and gets the
-- version; one that runs is left alone. Any other is queued again, with a new turn.
insert into jobs (kind, payload, dedupe_key, priority, max_attempts, seconds)
select 'transcode', jsonb_strip_nulls(jsonb_build_object('track_id', x.id, 'user_id', x.creator_id, 'version_id', version)), 'transcode:' || x.id, its_priority, 5,
       greatest(coalesce(x.duration_ms, 0) / 10000, 1)
  from tracks x
on conflict (dedupe_key) do update
   set state = case when jobs.state = 'running' then jobs.state else 'queued' end,
       payload = case jobs.state when 'running' then jobs.payload when 'queued' then jobs.payload || excluded.payload else excluded.payload end,
       attempts = case when jobs.state = 'running' then jobs.attempts else 0 end,
       progress = case when jobs.state = 'running' then jobs.progress else 0 end,
       stage = case when jobs.state = 'running' then jobs.stage end,
       turn = case when jobs.state in ('queued', 'running') then jobs.turn else excluded.turn end,
       deaths = 0, run_at = now(), finished_at = null, priority = excluded.priority, seconds = excluded.seconds

-- fragment: tracks_locked(which)
-- The first part of a statement that changes what releases read of tracks (migrations/functions/releases.sql); the others read it.
l as materialized (select releases_lock(array(select o_.creator_id from tracks o_ where which)))

-- fragment: track_changes(which)
-- sees: the owner, or staff
-- Of tracks that one may change. Inputs that were not given stay as they are. What is_public says changes nothing when it says how it is, so an unlisted
-- track stays so where an older client sends back what it got. A track that followed a release does so no more once somebody says something else of it.
o as (
    select t.id, t as before, t.publish_at, t.publish_zone,
           case when :has_visibility::boolean then :visibility::text
                when :has_is_public::boolean and :is_public::boolean <> coalesce(t.public_from <= now(), false)
                then case when :is_public::boolean then 'public' else 'private' end
                else t.visibility end as visibility,
           {schedule_problem(t.publish_at)} as problem
      from tracks t
     cross join l
     where {track_own(t)} and which
     order by t.id
       for no key update of t),
t as (
    update tracks t
       set {set_given(title, t, text)},
           {set_given(artist, t, text)},
           {set_given(album, t, text)},
           {set_given(description, t, text)},
           {set_given(genre, t, text)},
           tags = case when :has_tags::boolean then :tags::text[] else t.tags end,
           year = case when :has_year::boolean then coalesce(:year::int, 0) else t.year end,
           {set_given(bpm, t, int)},
           {set_given(musical_key, t, text)},
           visibility = o.visibility,
           publish_at = case when o.visibility = 'scheduled' then coalesce({publish_instant(:publish_at::timestamptz)}, o.publish_at) end,
           publish_zone = case when o.visibility = 'scheduled' then coalesce(:publish_zone::text, o.publish_zone, 'UTC') end,
           {set_given(is_downloadable, t, boolean)},
           download_formats = case when :has_download_formats::boolean then :download_formats::text[] else t.download_formats end,
           {set_given(comments_open, t, boolean)},
           {set_given(comments_days, t, int)},
           {set_given(is_explicit, t, boolean)},
           stems_open = case when :has_stems_open::boolean and t.creator_id = :viewer::uuid then :stems_open::boolean else t.stems_open end
      from o
     where t.id = o.id and o.problem is null
    returning t.id, t.creator_id, track_note_changes(o.before, t, :viewer::uuid), pg_notify('track_changed', t.id::text),
              realtime_send('track:' || t.id, 'track.changed', jsonb_build_object('track_id', t.id)),
              case when o.visibility <> (o.before).visibility
                        or (o.visibility = 'scheduled' and {publish_instant(:publish_at::timestamptz)} <> o.publish_at)
                   then release_leave(t.id) end),
e as (
    insert into outbox (name, key, payload)
    select 'track.updated', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id) from t)

-- query: track_update
-- problems: validation
with {tracks_locked(o_.id = :id::uuid)},
{track_changes(t.id = :id::uuid)}
select o.id, o.problem from o

-- query: track_batch_update
-- Each by itself: what one may not change is told, and changes nothing for the others.
-- schema: BatchReply
-- type: items BatchResult[]
-- not null: items
-- problems: validation
with {tracks_locked(o_.id = any (:ids::uuid[]))},
{track_changes(t.id = any (:ids::uuid[]))}
select to_json(array(select row(x.id, case when o.id is null then 'missing' else 'updated' end)::batch_result
                       from unnest(:ids::uuid[]) with ordinality x (id, n)
                       left join o on o.id = x.id
                      order by x.n)) as items,
       (select min(o.problem) from o) as problem

-- query: track_cover_set
-- audited
-- sees: the owner, or staff
-- Without :version the cover is removed. Gives the version that this one replaced: of two at once, the second gets the first.
-- Covers from before there were versions have none, and go with the track. One that other tracks have too stays (ADR 0097).
with o as (
    select t.id, t.cover_art_path, t as before from tracks t where t.id = :id::uuid and {track_own(t)} for no key update),
n as (
    update tracks t
       set cover_art_path = 'covers/' || t.id || '/' || :version::text, cover_is_chosen = true
      from o
     where t.id = o.id
    returning t.id, t.creator_id, track_note_changes(o.before, t, :viewer::uuid), pg_notify('track_changed', t.id::text)),
e as (
    insert into outbox (name, key, payload)
    select 'track.updated', n.id, jsonb_build_object('track_id', n.id, 'user_id', n.creator_id) from n)
select case when o.cover_art_path like 'covers/' || o.id || '/%' and not exists (select from tracks s where s.media_of = o.id and s.cover_art_path = o.cover_art_path)
            then substring(o.cover_art_path from '^covers/[^/]+/(.+)$') end as before
  from o join n using (id)

-- fragment: track_deletion(which)
-- sees: the owner, or staff
-- Of tracks that one may change. Work on them is cancelled. What its owner deletes is gone: its files go with the event, and once more a minute later,
-- when nobody can write any. What staff delete keeps its files for as long as it can be restored.
o as (
    select t.id, t as before from tracks t cross join l where {track_own(t)} and which order by t.id for no key update of t),
t as (
    update tracks t
       set deleted_at = now(),
           deleted_by = case when t.creator_id <> :viewer::uuid then :viewer::uuid end,
           restorable_until = case when t.creator_id <> :viewer::uuid then now() + interval '30 days' end
      from o
     where t.id = o.id
    returning t.id, t.creator_id, t.restorable_until, track_note_changes(o.before, t, :viewer::uuid), pg_notify('track_changed', t.id::text)),
j as (
    update jobs
       set state = 'failed', finished_at = now(), last_error = 'the track was deleted'
     where payload ->> 'track_id' in (select t.id::text from t) and kind in ('transcode', 'stem') and state in ('queued', 'running')),
e as (
    insert into outbox (name, key, payload)
    select case when t.restorable_until is null then 'track.deleted' else 'track.removed' end,
           t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id) from t),
s as (
    insert into jobs (kind, payload, run_at, dedupe_key)
    select 'track_sweep', jsonb_build_object('track_id', t.id), coalesce(t.restorable_until, now() + interval '1 minute'),
           'track_sweep:' || t.id from t
    on conflict (dedupe_key) do update
       set run_at = excluded.run_at, state = 'queued', attempts = 0, finished_at = null)

-- query: track_delete
with {tracks_locked(o_.id = :id::uuid)},
{track_deletion(t.id = :id::uuid)}
select id from t

-- query: track_batch_delete
-- schema: BatchReply
-- type: items BatchResult[]
-- not null: items
with {tracks_locked(o_.id = any (:ids::uuid[]))},
{track_deletion(t.id = any (:ids::uuid[]))}
select to_json(array(select row(x.id, case when t.id is null then 'missing' else 'deleted' end)::batch_result
                       from unnest(:ids::uuid[]) with ordinality x (id, n)
                       left join t on t.id = x.id
                      order by x.n)) as items

-- query: track_history_of
-- Whether the viewer may know of the track; the owner and staff of what it was before.
select t.id as track_id, t.creator_id = :viewer::uuid or :viewer_staff::boolean is true as may_compare
  from tracks t
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- query: track_history_list
-- The latest first. Others than the owner and staff see when something changed and what, from when the track was published on, but not how it was.
-- schema: TrackChange
-- nullable: field, old_value, new_value, person
-- type: person UserRef
-- sort: h.created_at desc, h.id desc
select h.id, h.action, h.field, case when :may_compare::boolean then h.old_value end as old_value,
       case when :may_compare::boolean then h.new_value end as new_value, {user_ref(u, person)}, h.created_at
  from track_history h
  left join users u on u.id = h.user_id and :may_compare::boolean
 where h.track_id = :track_id::uuid
   and (:may_compare::boolean
        or h.created_at >= coalesce((select max(p.created_at) from track_history p where p.track_id = h.track_id and p.action = 'published'), '-infinity'))

-- query: track_analysis
-- What a person says of tempo and key, or else what was measured, if that is sure. Beats are left out where a person says another tempo.
-- schema: TrackAnalysis
-- nullable: bpm, bpm_source, bpm_confidence, measured_bpm, first_beat_s, beat_s, onsets_per_s, musical_key, key_source, key_confidence, measured_key, tuning_cents
-- nullable: timbre_mean, timbre_deviation, measured_at
-- type: bpm_source person|measured|unsure
-- type: key_source person|measured|unsure
select t.id as track_id,
       coalesce(t.bpm::double precision, m.bpm) as bpm,
       case when t.bpm is not null then 'person' when a.bpm_is_sure then 'measured' when a.track_id is not null then 'unsure' end as bpm_source,
       a.bpm_confidence, m.bpm as measured_bpm,
       case when t.bpm is null or abs(t.bpm / a.bpm - 1) < 0.02 then a.first_beat_s end as first_beat_s,
       case when t.bpm is null or abs(t.bpm / a.bpm - 1) < 0.02 then a.beat_s end as beat_s,
       a.onsets_per_s,
       coalesce(t.musical_key, m.musical_key) as musical_key,
       case when t.musical_key is not null then 'person' when a.key_is_sure then 'measured' when a.track_id is not null then 'unsure' end as key_source,
       a.key_confidence, m.musical_key as measured_key, a.tuning_cents, a.timbre_mean, a.timbre_deviation, a.updated_at as measured_at
  from tracks t
  join users u on u.id = t.creator_id
  left join track_analysis a on a.track_id = t.id
 cross join lateral (select case when a.bpm_is_sure then round(a.bpm::numeric, 1)::double precision end as bpm, case when a.key_is_sure then a.musical_key end as musical_key) m
 where t.id = :id::uuid and {track_seen(t, u, :viewer::uuid, :viewer_staff::boolean)}

-- query: track_lyrics
-- Whoever may see the track. Without lyrics there are no lines.
-- schema: Lyrics
-- nullable: content, updated_at
-- not null: is_synced, lines
-- type: lines LyricLine[]
select t.id as track_id, l.content, coalesce(l.lines[1].at_ms is not null, false) as is_synced, to_json(coalesce(l.lines, '{}')) as lines, l.updated_at
  from tracks t
  left join track_lyrics l on l.track_id = t.id
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- query: track_lyrics_set
-- sees: the owner, or staff
-- Without a word they are removed.
-- problems: validation
with o as (
    select t.id, t.creator_id, btrim(:content::text, E' \t\r\n') = '' as is_empty,
           case when exists (select from regexp_split_to_table(:content::text, '[\r\n]') x where length(x) > 1000)
                then 'validation content: A line has at most 1,000 characters'
                when array_length(lyrics_parse(:content::text), 1) > 2000 then 'validation content: There are at most 2,000 lines' end as problem
      from tracks t
     where t.id = :id::uuid and {track_own(t)}
       for no key update),
d as (
    delete from track_lyrics l using o where l.track_id = o.id and o.is_empty),
l as (
    insert into track_lyrics (track_id, content) select o.id, :content::text from o where o.problem is null and not o.is_empty
    on conflict (track_id) do update set content = excluded.content),
e as (
    insert into outbox (name, key, payload)
    select 'track.updated', o.id, jsonb_build_object('track_id', o.id, 'user_id', o.creator_id) from o where o.problem is null),
h as (
    insert into track_history (track_id, user_id, action, field) select o.id, :viewer::uuid, 'updated', 'lyrics' from o where o.problem is null)
select o.id, o.problem, case when o.problem is null then realtime_send('track:' || o.id, 'track.changed', jsonb_build_object('track_id', o.id)) end as sent from o

-- query: track_stats
-- How often it was played, liked and reposted is the owner's to know.
-- schema: TrackStats
-- nullable: published_at, play_count, like_count, repost_count
-- not null: version, comment_count, formats
select t.id as track_id, t.duration_ms, t.version,
       (select count(*) from track_comments c where c.track_id = t.id and c.status = 'shown' and c.deleted_at is null)::int as comment_count,
       array(select q ->> 'name' from jsonb_array_elements(h.info -> 'qualities') q) as formats, t.created_at, t.published_at, t.updated_at,
       case when t.creator_id = :viewer::uuid then t.play_count end as play_count,
       case when t.creator_id = :viewer::uuid then t.like_count end as like_count,
       case when t.creator_id = :viewer::uuid then t.repost_count end as repost_count
  from tracks t
  left join hls_streams h on h.track_id = coalesce(t.media_of, t.id)
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- query: track_changeable
-- sees: the owner, or staff
select t.id as track_id
  from tracks t
 where t.id = :id::uuid and {track_own(t)}

-- query: track_removed_list
-- What staff deleted and can still be restored, the latest first.
-- schema: RemovedTrack
-- nullable: removed_by
-- not null: creator, removed_at, restorable_until
-- sort: t.restorable_until desc, t.id desc
select t.id, t.title, {user_ref(u, creator)}, t.deleted_at as removed_at,
       {user_ref(d, removed_by)}, t.restorable_until
  from tracks t
  join users u on u.id = t.creator_id
  left join users d on d.id = t.deleted_by
 where t.restorable_until > now()

-- query: track_missed_quality_list
-- Tracks with a rendition that misses the bounds of its quality (docs/media.md), the latest first.
-- schema: MissedQualityTrack
-- type: qualities array
-- not null: creator, qualities, processed_at
-- sort: h.updated_at desc, t.id desc
select t.id, t.title, {user_ref(u, creator)}, h.updated_at as processed_at,
       (select jsonb_agg(q) from jsonb_array_elements(h.info -> 'qualities') q where not (q ->> 'is_good')::boolean) as qualities
  from hls_streams h
  join tracks t on t.id = h.track_id and t.deleted_at is null and t.status = 'completed'
  join users u on u.id = t.creator_id
 where h.info @? '$.qualities[*] ? (@.is_good == false)'

-- query: track_restore
-- Takes the deletion by staff back; processing that it broke off begins anew.
with {tracks_locked(o_.id = :id::uuid)},
o as (
    select t.id, t as before from tracks t cross join l where t.id = :id::uuid and t.restorable_until > now() for no key update of t),
t as (
    update tracks t
       set deleted_at = null, deleted_by = null, restorable_until = null
      from o
     where t.id = o.id
    returning t.id, t.creator_id, t.status, t.duration_ms, track_note_changes(o.before, t, :viewer::uuid), pg_notify('track_changed', t.id::text)),
s as (
    delete from jobs where dedupe_key = 'track_sweep:' || :id::uuid and exists (select from t)),
w as (
    select t.id, t.creator_id, t.duration_ms from t where t.status = 'processing'),
j as (
    {transcode_job(w, null::uuid, 5)}),
k as (
    update jobs j
       set state = 'queued', attempts = 0, run_at = now(), finished_at = null
      from t
      join track_stems x on x.track_id = t.id and x.state = 'pending' and x.deleted_at is null
     where j.dedupe_key = 'stem:' || x.id and j.state = 'failed'),
e as (
    insert into outbox (name, key, payload)
    select 'track.restored', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id) from t)
select id from t

-- query: track_files_gone
-- They no longer count against the creator's quota, and what was sent of the track to those who looked at it is kept no longer.
with topic as (
    delete from realtime_topics where name = 'track:' || :id::uuid
), v as (
    delete from track_versions v using tracks t where t.id = v.track_id and t.id = :id::uuid and t.deleted_at is not null
), s as (
    delete from track_stems s using tracks t where t.id = s.track_id and t.id = :id::uuid and t.deleted_at is not null
)
update tracks set file_size = 0, versions_bytes = 0 where id = :id::uuid and deleted_at is not null and stored_bytes <> 0

-- query: track_keeps_files
-- A track that is there, or that staff deleted and that can be restored.
select id from tracks where id = :id::uuid and (deleted_at is null or restorable_until > now())

-- query: track_shares_files
-- Whether another track that is there, or can be restored, plays the files of this one, or of this run of it (ADR 0097).
select s.id
  from tracks s
 where s.media_of = :id::uuid and (:run::text is null or s.media_version = :run::text) and (s.deleted_at is null or s.restorable_until > now())
 limit 1

-- query: track_status
-- schema: TrackStatus
-- type: stage queued|probing|transcoding|storing|done|failed
-- not null: stage, progress, attempts, updated_at
select t.id, t.status, t.status_message, t.failure_code, t.stream_status,
       case when t.status = 'failed' then 'failed'
            when t.status = 'completed' then 'done'
            when j.state = 'running' then coalesce(j.stage, 'probing')
            else 'queued' end as stage,
       case when t.status = 'completed' then 1 else coalesce(j.progress, 0) end as progress,
       coalesce(j.attempts, 0) as attempts,
       greatest(t.updated_at, j.updated_at) as updated_at
  from tracks t
  left join lateral (
       select j.state, j.stage, j.progress, j.attempts, j.updated_at
         from jobs j
        where j.payload ->> 'track_id' = t.id::text and j.kind = 'transcode'
        order by j.created_at desc
        limit 1) j on true
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- query: track_hls_status
-- schema: TrackHlsStatus
-- not null: progress
select t.id as track_id, t.stream_status as status,
       case when t.stream_status = 'ready' then 1 else coalesce(j.progress, 0) end as progress
  from tracks t
  left join lateral (
       select j.progress
         from jobs j
        where j.payload ->> 'track_id' = t.id::text and j.kind = 'transcode'
        order by j.created_at desc
        limit 1) j on true
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- query: track_hls_info
-- What a player needs to join tracks without a gap: delays and padding are in samples of that rendition.
-- schema: TrackHlsInfo
-- nullable: duration_ms, segment_duration_ms
-- not null: status, segments_count, qualities
-- type: qualities array
select t.id as track_id, t.stream_status as status, t.duration_ms, t.sample_rate, t.channels,
       (h.info ->> 'segment_duration_ms')::int as segment_duration_ms, coalesce(h.segments_count, 0) as segments_count, t.samples,
       coalesce(h.info -> 'qualities', '[]') as qualities
  from tracks t
  left join hls_streams h on h.track_id = coalesce(t.media_of, t.id)
 where t.id = :id::uuid and ({track_visible(t, :viewer::uuid, :viewer_staff::boolean)} or share_opens(t, :share::text, 'read', :viewer::uuid, :viewer_staff::boolean))

-- query: track_waveform
-- Files of a track, for whoever may see it (api/file.h). Each run of the processing has a folder of its own, so its peaks never change.
select t.waveform_path || '/' || :resolution::text || '.json' as key, track_is_public(t) and user_shown(u) as is_public
  from tracks t
  join users u on u.id = t.creator_id
 where t.id = :id::uuid and ({track_seen(t, u, :viewer::uuid, :viewer_staff::boolean)} or share_opens(t, :share::text, 'read', :viewer::uuid, :viewer_staff::boolean))

-- query: track_cover
select t.cover_art_path || '/' || :size::text || '.webp' as key, track_is_public(t) and user_shown(u) as is_public
  from tracks t
  join users u on u.id = t.creator_id
 where t.id = :id::uuid and ({track_seen(t, u, :viewer::uuid, :viewer_staff::boolean)} or share_opens(t, :share::text, 'read', :viewer::uuid, :viewer_staff::boolean))

-- query: track_work
-- What the job needs to know, and that the work begins: on the version that is to replace what plays, where there is one. A completed track goes on playing
-- meanwhile. The name of this run is noted before its first file is written.
with v as (
    select v.id, v.file_path from track_versions v where v.track_id = :id::uuid and v.state = 'pending')
update tracks t
   set stream_status = case when t.status = 'processing' then 'processing' else t.stream_status end,
       media_attempts = t.media_attempts || :version::text
 where t.id = :id::uuid and t.deleted_at is null and (t.status in ('processing', 'completed') or exists (select from v))
returning t.id, t.creator_id::text as creator_id, coalesce((select v.file_path from v), t.file_path) as file_path,
          t.cover_art_path is not null or t.cover_is_chosen as cover_stands, t.status = 'completed' as plays,
          (select v.id::text from v) as version_id, t.media_version

-- fragment: keep_analysis(id, music, source)
-- What the media worker found out about the music (docs/media.md), where it found something.
insert into track_analysis (track_id, method, bpm, bpm_confidence, bpm_is_sure, first_beat_s, beat_s, onsets_per_s, musical_key, key_confidence, key_is_sure,
                                tuning_cents, timbre_mean, timbre_deviation)
    select id, x.version, x.bpm, x.bpm_confidence, x.bpm_is_sure, x.first_beat_s, x.beat_s, x.onsets_per_s, x.musical_key, x.key_confidence, x.key_is_sure,
           x.tuning_cents, x.timbre_mean, x.timbre_deviation
      from source
     cross join lateral jsonb_to_record(music) x (version smallint, bpm real, bpm_confidence real, bpm_is_sure boolean, first_beat_s double precision,
                                                  beat_s double precision, onsets_per_s real, musical_key text, key_confidence real, key_is_sure boolean,
                                                  tuning_cents real, timbre_mean real[], timbre_deviation real[])
     where jsonb_typeof(music) = 'object'

-- query: track_playable
-- One quality of a track that never played is made, by the run of the processing that is at work: whoever may open the track now, which is its owner and staff, can hear it. All else waits for
-- track_complete.
-- sees: another part of Veza
with t as (
    update tracks t
       set duration = round((r ->> 'duration_ms')::numeric / 1000)::int, duration_ms = (r ->> 'duration_ms')::int, samples = (r ->> 'samples')::bigint,
           loudness_lufs = (r ->> 'loudness_lufs')::real, true_peak_dbtp = (r ->> 'true_peak_dbtp')::real,
           media_version = :version::text, stream_status = 'ready', waveform_path = 'waveforms/' || t.id || '/' || :version::text,
           waveform_url = '/api/v1/tracks/' || t.id || '/waveform', stream_manifest_url = '/api/v1/tracks/' || t.id || '/hls/' || :version::text || '/master.m3u8'
      from (select :result::jsonb as r) r
     where t.id = :id::uuid and t.deleted_at is null and t.status = 'processing' and t.media_attempts[cardinality(t.media_attempts)] = :version::text
    returning t.id, t.creator_id, t.stream_manifest_url, t.duration_ms, r.r, pg_notify('track_changed', t.id::text),
              realtime_send('user:' || t.creator_id, 'track.progress',
                            jsonb_build_object('track_id', t.id, 'stage', 'playable', 'progress', 0.4, 'status', t.status)))
insert into hls_streams (track_id, playlist_url, segments_count, bitrates, info, duration_ms, status)
select t.id, t.stream_manifest_url, (r #>> '{renditions,0,segments}')::int, jsonb_build_array(r #> '{renditions,0,bitrate}'),
       jsonb_build_object('segment_duration_ms', r #> '{renditions,0,segment_duration_ms}', 'qualities', r -> 'renditions'), t.duration_ms, 'ready'
  from t
on conflict (track_id) do update
   set playlist_url = excluded.playlist_url, segments_count = excluded.segments_count, bitrates = excluded.bitrates, info = excluded.info,
       duration_ms = excluded.duration_ms, status = 'ready'
returning track_id

-- query: track_unplay
-- A run that said track_playable did not come to its end: its files go.
-- sees: another part of Veza
update tracks t
   set stream_status = 'processing', stream_manifest_url = null, waveform_path = null, waveform_url = null
 where t.id = :id::uuid and t.media_version = :version::text and t.status = 'processing'
returning t.id, pg_notify('track_changed', t.id::text)

-- fragment: runs_swept(id, runs, source)
-- The files of runs that were given up are deleted at once. What is left of them goes a minute later: the store was away, the process died, or a worker that had
-- lost its job wrote on.
insert into jobs (kind, payload, run_at)
    select 'track_sweep', jsonb_build_object('track_id', id, 'run', r_.run), now() + interval '1 minute'
      from source
     cross join lateral unnest(runs) r_(run)

-- query: track_run_plays
select t.id from tracks t where t.id = :id::uuid and t.media_version = :run::text and t.stream_status = 'ready'

-- query: track_complete
-- From here on the files of this run of the processing play. With :version_id the job was about a version, which replaces the sound of before. Everything that
-- depends on the sound changes in this statement. The picture in the file is the cover unless there is one, or somebody chose or removed one. What processing found out is noted as codes
-- (processing_notes) and as English sentences (status_message). Beside the version that plays the twenty before it are kept. Returns the runs whose files may be deleted: not those of
-- the sound that was replaced, which listeners may be in the middle of.
with r as (
    select :result::jsonb as r),
o as (
    select o.id, o.media_version, o.media_attempts, o.stream_status, o.file_path, o.file_size, o.version from tracks o where o.id = :id::uuid for no key update),
v as (
    select v.id, v.version_number, v.file_path, v.file_size, v.original_filename, v.content_sha256
      from track_versions v
     where v.id = :version_id::uuid and v.track_id = :id::uuid and v.state = 'pending'),
n as (
    select coalesce(array_agg(n.note order by n.nr), '{}') as notes, string_agg(n.sentence, ' ' order by n.nr) as sentences
      from (select 1 as nr, ('ended_early', null, null)::track_note as note,
                   'This file ends early: it promises more sound than it holds. What is there can be played.' as sentence
              from r
             where (r ->> 'ended_early')::boolean
            union all
            select 2, ('mended_samples', (r ->> 'mended_samples')::bigint, null)::track_note,
                   'Samples that were no sound (not a number, infinite or far too loud): ' || (r ->> 'mended_samples')
                   || '. They were replaced; look at your export.'
              from r
             where (r ->> 'mended_samples')::bigint > 0
            union all
            select 3, ('missed_quality', null, array_agg(q ->> 'name'))::track_note,
                   'These qualities differ from your file more than they should, and listeners may notice: '
                   || string_agg(q ->> 'name', ', ') || '. The others do not.'
              from r, jsonb_array_elements(r -> 'renditions') q
             where not (q ->> 'is_good')::boolean
            having count(*) > 0) n),
t as (
    update tracks t
       set duration = round((r ->> 'duration_ms')::numeric / 1000)::int, duration_ms = (r ->> 'duration_ms')::int,
           format = left(r ->> 'format', 10), bitrate = round((r ->> 'bit_rate')::numeric / 1000)::int,
           sample_rate = (r ->> 'sample_rate')::int, channels = (r ->> 'channels')::int, bit_depth = (r ->> 'bit_depth')::int,
           samples = (r ->> 'samples')::bigint, loudness_lufs = (r ->> 'loudness_lufs')::real,
           loudness_range_lu = (r ->> 'loudness_range_lu')::real, true_peak_dbtp = (r ->> 'true_peak_dbtp')::real,
           fingerprint = r ->> 'fingerprint', waveform_path = 'waveforms/' || t.id || '/' || :version::text,
           media_version = :version::text, media_of = null, media_attempts = '{}',
           waveform_url = '/api/v1/tracks/' || t.id || '/waveform',
           cover_art_path = case when t.cover_is_chosen then t.cover_art_path else coalesce(t.cover_art_path, :cover_path::text) end,
           status = 'completed', failure_code = null, stream_status = 'ready',
           processing_notes = n.notes, status_message = n.sentences,
           stream_manifest_url = '/api/v1/tracks/' || t.id || '/hls/' || :version::text || '/master.m3u8', published_at = coalesce(t.published_at, now()),
           file_path = coalesce(v.file_path, t.file_path), file_size = coalesce(v.file_size, t.file_size),
           original_filename = coalesce(v.original_filename, t.original_filename), content_sha256 = coalesce(v.content_sha256, t.content_sha256),
           versions_bytes = t.versions_bytes + case when v.file_path <> t.file_path then t.file_size - v.file_size else 0 end,
           version = coalesce(v.version_number, t.version), version_at = case when v.id is not null then now() else t.version_at end,
           is_replaced = t.is_replaced or coalesce(:is_replaced::boolean, false)
      from r, n, o
      left join v on true
     where t.id = o.id and t.deleted_at is null and (:version_id::uuid is null or v.id is not null)
    returning t.id, t.creator_id, t.duration_ms, t.format, t.cover_art_path, t.stream_manifest_url, pg_notify('track_changed', t.id::text),
              realtime_send('user:' || t.creator_id, 'track.progress',
                            jsonb_build_object('track_id', t.id, 'stage', 'done', 'progress', 1, 'status', t.status)),
              realtime_send('track:' || t.id, 'track.changed', jsonb_build_object('track_id', t.id))),
x as (
    update track_versions x
       set state = case when x.id = coalesce(:version_id::uuid, x.id) then 'current' else 'kept' end,
           media_versions = case when x.id = coalesce(:version_id::uuid, x.id) then x.media_versions || :version::text else x.media_versions end,
           media_until = case when x.id <> :version_id::uuid then now() + interval '1 hour' + 2 * make_interval(secs => coalesce(x.duration_ms, 0) / 1000) end,
           replaced_at = case when x.id <> :version_id::uuid then now() end,
           played_at = case when x.id = :version_id::uuid then now() else x.played_at end,
           format = case when x.id = coalesce(:version_id::uuid, x.id) then t.format else x.format end,
           duration_ms = case when x.id = coalesce(:version_id::uuid, x.id) then t.duration_ms else x.duration_ms end,
           distance = case when x.id = :version_id::uuid then :distance::real else x.distance end,
           is_replaced = case when x.id = :version_id::uuid then coalesce(:is_replaced::boolean, false) else x.is_replaced end
      from t
     where x.track_id = t.id and (x.state = 'current' or (x.id = :version_id::uuid and x.state = 'pending'))),
y as (
    update track_versions y
       set state = 'expired'
      from (select k.id
              from track_versions k
              join t on t.id = k.track_id
             where k.state = 'kept' and :version_id::uuid is not null
             order by k.version_number desc
            offset 19) k
     where y.id = k.id),
c as (
    insert into track_history (track_id, user_id, action, field, old_value, new_value)
    select t.id, t.creator_id, 'updated', 'audio', o.version::text, v.version_number::text from t, o, v),
m as (
    {keep_analysis(t.id, r -> 'music', t cross join r)}
    on conflict (track_id) do update
       set method = excluded.method, bpm = excluded.bpm, bpm_confidence = excluded.bpm_confidence, bpm_is_sure = excluded.bpm_is_sure,
           first_beat_s = excluded.first_beat_s, beat_s = excluded.beat_s, onsets_per_s = excluded.onsets_per_s, musical_key = excluded.musical_key,
           key_confidence = excluded.key_confidence, key_is_sure = excluded.key_is_sure, tuning_cents = excluded.tuning_cents,
           timbre_mean = excluded.timbre_mean, timbre_deviation = excluded.timbre_deviation),
h as (
    insert into hls_streams (track_id, playlist_url, segments_count, bitrates, info, duration_ms, status)
    select t.id, t.stream_manifest_url,
           coalesce((select max((q ->> 'segments')::int) from jsonb_array_elements(r -> 'renditions') q), 0),
           coalesce((select jsonb_agg((q ->> 'bitrate')::int) from jsonb_array_elements(r -> 'renditions') q), '[]'),
           jsonb_build_object('segment_duration_ms', r #> '{renditions,0,segment_duration_ms}', 'qualities', r -> 'renditions'),
           t.duration_ms, 'ready'
      from t, r
    on conflict (track_id) do update
       set playlist_url = excluded.playlist_url, segments_count = excluded.segments_count, bitrates = excluded.bitrates, info = excluded.info,
           duration_ms = excluded.duration_ms, status = 'ready'),
e as (
    insert into outbox (name, key, payload)
    select 'transcoding.completed', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id) from t),
f as (
    insert into outbox (name, key, payload)
    select 'track.replaced', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id, 'version_id', :version_id::uuid, 'distance', :distance::real)
      from t
     where :is_replaced::boolean),
g as ( -- '' is a run from before runs had names; a track that never played has none
    select t.id, array_remove(case when :version_id::uuid is null and (o.media_version <> '' or o.stream_status = 'ready') then o.media_attempts || o.media_version
                                   else o.media_attempts end, :version::text) as runs
      from t, o),
s as (
    {runs_swept(g.id, g.runs, g)})
select t.id, array_to_string(g.runs, ',') as old_versions, cardinality(g.runs) > 0 as has_old, t.cover_art_path = :cover_path::text as takes_cover
  from t, g

-- query: track_unmeasured
-- The next track, by id, whose sound was never measured, as long as nothing else is to be processed. One that failed twice is left alone until it has another sound.
select t.id, t.file_path, t.media_version
  from tracks t
 where t.id > :after::uuid and t.status = 'completed' and t.stream_status = 'ready' and t.deleted_at is null and t.media_of is null
   and not exists (select from track_analysis a where a.track_id = t.id)
   and not exists (select from track_analysis_failures f where f.track_id = t.id and f.media_version = t.media_version and f.failures >= 2)
   and not exists (select from jobs j where j.kind in ('transcode', 'stem') and (j.state = 'running' or j.state = 'queued' and j.run_at <= now()))
 order by t.id
 limit 1

-- query: track_measured
-- Not where another sound plays by now: that one was measured with it.
with t as (
    select t.id from tracks t where t.id = :id::uuid and t.media_version = :version::text for no key update of t
), m as (
    {keep_analysis(t.id, :result::jsonb -> 'music', t)}
    on conflict (track_id) do nothing
)
delete from track_analysis_failures f using t where f.track_id = t.id

-- query: track_unmeasurable
insert into track_analysis_failures (track_id, media_version, code)
select t.id, :version::text, left(:code::text, 50) from tracks t where t.id = :id::uuid
on conflict (track_id) do update
   set failures = case when track_analysis_failures.media_version = excluded.media_version then track_analysis_failures.failures + 1 else 1 end,
       media_version = excluded.media_version, code = excluded.code

-- query: track_fail
-- With :version_id the work was on that version: only the version fails, and the track plays on. A track that plays already plays on in any case. Returns the runs whose
-- files may be deleted; with :keeps_runs they stay noted, and the next end of the processing returns them.
with o as (
    select o.id, o.media_attempts from tracks o where o.id = :id::uuid for no key update),
v as (
    update track_versions v
       set state = 'failed', failure_code = left(:code::text, 50), failure = :message::text
      from o
     where v.id = :version_id::uuid and v.track_id = o.id and v.state = 'pending'),
t as (
    update tracks t
       set status = case when t.status = 'completed' or a.is_version then t.status else 'failed' end,
           stream_status = case when t.status = 'completed' or a.is_version then t.stream_status else 'error' end,
           failure_code = case when a.is_version then t.failure_code when t.status = 'completed' then null else left(:code::text, 50) end,
           status_message = case when a.is_version then t.status_message when t.status = 'completed' then null else :message::text end,
           media_attempts = case when :keeps_runs::boolean then t.media_attempts else '{}' end,
           stream_manifest_url = case when t.status = 'completed' or a.is_version then t.stream_manifest_url end,
           waveform_path = case when t.status = 'completed' or a.is_version then t.waveform_path end,
           waveform_url = case when t.status = 'completed' or a.is_version then t.waveform_url end
      from o, (select :version_id::uuid is not null as is_version) a
     where t.id = o.id
    returning t.id, t.creator_id, t.status, t.failure_code, a.is_version, pg_notify('track_changed', t.id::text),
              realtime_send('user:' || t.creator_id, 'track.progress',
                            jsonb_build_object('track_id', t.id, 'stage', 'failed', 'progress', 1, 'status', t.status))),
e as (
    insert into outbox (name, key, payload)
    select 'transcoding.failed', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id, 'code', t.failure_code)
      from t
     where t.status = 'failed' and not t.is_version),
s as (
    {runs_swept(o.id, o.media_attempts, o)})
select t.id, array_to_string(o.media_attempts, ',') as old_versions, cardinality(o.media_attempts) > 0 as has_old from t, o

-- Runs of stream servers without the database (remote.c). Whoever took the job of a track holds it as 'stream:' and the name of the run, which stays in the job's payload after
-- its end, so that what is said twice is known.

-- fragment: run_job(j)
j.dedupe_key = 'transcode:' || :track_id::text and j.state = 'running' and j.locked_by = 'stream:' || :version::text

-- query: track_run_take
-- Takes the job where nobody has it. Whoever holds it takes it once.
-- sees: another part of Veza
update jobs j
   set state = 'running', locked_by = 'stream:' || :version::text, locked_at = now(), heartbeat_at = now(), stage = null, progress = 0, finished_at = null,
       attempts = j.attempts + case j.state when 'queued' then 1 else 0 end, payload = j.payload || jsonb_build_object('run', :version::text)
 where {run_job(j)} or (j.dedupe_key = 'transcode:' || :track_id::text and j.state = 'queued' and j.run_at <= now())
returning j.id, j.payload ->> 'track_id' as track_id

-- query: track_run_state
-- sees: another part of Veza
select t.id, t.creator_id::text as creator_id, t.status = 'completed' as plays, t.media_version as before,
       (select v.id::text from track_versions v where v.track_id = t.id and v.state = 'pending') as version_id,
       coalesce({run_job(j)}, false) as is_held,
       t.media_version = :version::text as is_complete, coalesce(j.payload ->> 'run' = :version::text and j.state = 'failed', false) as is_failed
  from tracks t
  left join jobs j on j.dedupe_key = 'transcode:' || t.id
 where t.id = :track_id::uuid and t.deleted_at is null

-- query: track_run_progress
update jobs j set stage = :stage::text, progress = :progress::real, heartbeat_at = now() where {run_job(j)} returning j.id

-- query: track_run_end
update jobs j
   set state = :state::text, finished_at = now(), last_error = :error::text, locked_by = null, heartbeat_at = null,
       stage = case :state::text when 'done' then 'done' else 'failed' end, progress = case :state::text when 'done' then 1 else j.progress end
 where {run_job(j)}
returning j.id

-- query: track_process_again
-- sees: the owner, or staff: by track_changeable or stream_changeable, which go before
-- A completed track goes on playing meanwhile; a job that waits or runs already is left alone.
-- schema: TranscodeJob
-- not null: state
with t as (
    update tracks t
       set status = case when t.status = 'completed' then t.status else 'processing' end,
           stream_status = case when t.status = 'completed' then t.stream_status else 'pending' end,
           status_message = null, failure_code = null, processing_notes = '{}'
     where t.id = :track_id::uuid and t.deleted_at is null
    returning t.id, t.creator_id, t.duration_ms, pg_notify('track_changed', t.id::text)),
e as (
    insert into outbox (name, key, payload)
    select 'transcoding.requested', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id) from t),
j as (
    {transcode_job(t, null::uuid, coalesce(:priority::int, 5))}
    returning id, state)
select j.id as job_id, t.id as track_id, j.state from t, j

-- Versions: what replaces the sound of a track (ADR 0082). The rows of a track begin with its first replacement; before, its sound is version 1, whose id is
-- that of the track.

-- fragment: version_columns(v, may_compare)
-- Listeners see when the sound changed; files and failures are shown to the owner only.
-- schema: TrackVersion
-- type: state pending|current|kept|failed|expired
-- nullable: changelog, restored_from, played_at, replaced_at, duration_ms, filename, size_bytes, format, distance, failure_code, failure, progress
-- not null: id, number, state, is_replaced, has_file, created_at
v.id, v.version_number as number, v.state, v.changelog, v.restored_from, v.played_at, v.replaced_at, v.is_replaced, v.duration_ms, v.created_at,
       v.file_path is not null and may_compare is true and not {version_leaves(v)} as has_file,
       case when may_compare then v.original_filename end as filename, case when may_compare then v.file_size end as size_bytes,
       case when may_compare then v.format end as format, case when may_compare then v.distance end as distance,
       case when may_compare then v.failure_code end as failure_code, case when may_compare then v.failure end as failure,
       case when v.state = 'pending' then (select coalesce(max(j.progress), 0) from jobs j where j.dedupe_key = 'transcode:' || v.track_id) end as progress

-- fragment: version_first(t)
-- Version 1 of a track that was never replaced, as a row of track_versions.
select t.id, t.id as track_id, 1 as version_number, t.file_path, coalesce(t.file_size, 0) as file_size, null::text as changelog, t.created_at, t.updated_at,
       'current'::varchar as state, t.original_filename, t.content_sha256, t.format, t.duration_ms, null::int as restored_from,
       array_remove(array[t.media_version::text], '') as media_versions, null::timestamptz as media_until, t.published_at as played_at,
       null::timestamptz as replaced_at, null::real as distance, false as is_replaced, null::varchar as failure_code, null::text as failure

-- fragment: version_busy(t)
case when t.status in ('uploading', 'processing') or exists (select from track_versions b where b.track_id = t.id and b.state = 'pending')
          or exists (select from jobs j where j.dedupe_key = 'transcode:' || t.id and j.state in ('queued', 'running'))
     then 'conflict: This track is being processed. Wait until that is done.' end

-- fragment: version_job()
-- The work on version n of the track o.
w as (
    select o.id, o.creator_id, n.duration_ms, n.id as version_id from n, o),
j as (
    {transcode_job(w, x.version_id, 5)})

-- fragment: version_may_pass(v)
-- It failed because of the server, not of its file: that is kept for a week, and may be tried again.
(v.state = 'failed' and v.failure_code = any ('{storage,internal,read_failed,out_of_memory,crashed,timed_out,refused,not_started,interrupted}'))

-- fragment: version_leaves(v)
-- Its file may be deleted, unless another version has it too.
(v.state in ('failed', 'expired') and not {version_may_pass(v)} is true)

-- query: track_version_list
-- schema: TrackVersion
-- sort: v.version_number desc
-- unique: the versions of a track are numbered
select {version_columns(v, :may_compare::boolean)}
  from (select w.id, w.track_id, w.version_number, w.file_path, w.file_size, w.changelog, w.created_at, w.updated_at, w.state, w.original_filename,
               w.content_sha256, w.format, w.duration_ms, w.restored_from, w.media_versions, w.media_until, w.played_at, w.replaced_at, w.distance,
               w.is_replaced, w.failure_code, w.failure
          from track_versions w
         where w.track_id = :track_id::uuid
        union all
        {version_first(t)}
          from tracks t
         where t.id = :track_id::uuid and not exists (select from track_versions w where w.track_id = t.id)) v
 where (:may_compare::boolean
        or (v.played_at is not null
            and coalesce(v.replaced_at, 'infinity')
                >= coalesce((select max(p.created_at) from track_history p where p.track_id = v.track_id and p.action = 'published'), '-infinity')))

-- query: track_version_may
-- sees: the owner
-- Asked before a file for a new version is taken, and once more when it is there.
-- problems: conflict
select t.id as track_id, {version_busy(t)} as problem
  from tracks t
 where t.id = :version_of::uuid and t.creator_id = :viewer::uuid and t.deleted_at is null

-- query: track_version_sweep_later
-- As track_sweep_later, for the file of a version.
insert into jobs (kind, payload, run_at, dedupe_key)
values ('track_sweep', jsonb_build_object('track_id', :version_of::uuid, 'version_id', :version_id::uuid), now() + interval '1 hour',
        'track_sweep:' || :version_id::uuid)
returning id

-- query: track_version_create
-- audited
-- sees: the owner
-- Creates the version and its job in one statement; its bytes count from now on. The present sound plays on. No row when the sweep has deleted the file already.
-- problems: conflict
with s as (
    delete from jobs where dedupe_key = 'track_sweep:' || :version_id::uuid and state = 'queued' returning id),
o as (
    select t.id, t.creator_id, {version_busy(t)} as problem
      from tracks t
     where t.id = :version_of::uuid and t.creator_id = :viewer::uuid and t.deleted_at is null and exists (select from s)
       for no key update),
f as (
    insert into track_versions (id, track_id, version_number, file_path, file_size, created_at, state, original_filename, content_sha256, format, duration_ms,
                                media_versions, played_at)
    select x.id, x.track_id, x.version_number, x.file_path, x.file_size, x.created_at, x.state, x.original_filename, x.content_sha256, x.format, x.duration_ms,
           x.media_versions, x.played_at
      from o
      join lateral ({version_first(t)} from tracks t where t.id = o.id) x on true
     where o.problem is null and not exists (select from track_versions w where w.track_id = o.id)),
n as (
    insert into track_versions (id, track_id, version_number, file_path, file_size, changelog, state, original_filename, content_sha256, format, duration_ms)
    select :version_id::uuid, o.id, coalesce((select max(w.version_number) from track_versions w where w.track_id = o.id), 1) + 1,
           'versions/' || o.id || '/' || :version_id::uuid, :file_size::bigint, nullif(btrim(:changelog::text), ''), 'pending', left(:filename::text, 255),
           decode(:sha256::text, 'hex'), left(:probe::jsonb ->> 'format', 10), (:probe::jsonb ->> 'duration_ms')::int
      from o
     where o.problem is null
    returning id, track_id, duration_ms),
t as (
    update tracks t set versions_bytes = t.versions_bytes + :file_size::bigint from n where t.id = n.track_id),
{version_job()}
select o.id as track_id, o.problem from o

-- query: track_version_restore
-- sees: the owner
-- Creates a new version with the file of an old one; the file counts once for both. The old version is locked, so that it does not expire meanwhile.
-- problems: conflict
with t as materialized (
    select t.id, t.creator_id, t.file_path, {version_busy(t)} as problem
      from tracks t
     where t.id = :id::uuid and t.creator_id = :viewer::uuid and t.deleted_at is null
       for no key update),
l as materialized (
    select w.* from t join track_versions w on w.id = :version_id::uuid and w.track_id = t.id for no key update of w),
o as (
    select t.id, t.creator_id, l.version_number, l.file_path, l.file_size, l.original_filename, l.content_sha256, l.format, l.duration_ms,
           coalesce(t.problem,
                    case when l.id is null or l.state = 'current' or l.file_path = t.file_path then 'conflict: This version plays already.'
                         when not (l.state = 'kept' or {version_may_pass(l)}) is true or l.file_path is null
                         then 'conflict: The file of this version is no longer kept.' end) as problem
      from t
      left join l on true
     where l.id is not null or (t.id = :version_id::uuid and not exists (select from track_versions a where a.track_id = t.id))),
n as (
    insert into track_versions (track_id, version_number, file_path, file_size, changelog, state, original_filename, content_sha256, format, duration_ms,
                                restored_from)
    select o.id, (select max(w.version_number) from track_versions w where w.track_id = o.id) + 1, o.file_path, o.file_size, null, 'pending',
           o.original_filename, o.content_sha256, o.format, o.duration_ms, o.version_number
      from o
     where o.problem is null
    returning id, track_id, duration_ms),
{version_job()}
select n.id as made_id, o.problem from o left join n on true

-- query: track_version_get
-- sees: whoever may change the track
select {version_columns(v, true)}
  from track_versions v
  join tracks t on t.id = v.track_id and t.creator_id = :viewer::uuid
 where v.id = :made_id::uuid

-- query: track_version_file
-- sees: the owner
select coalesce(v.file_path, t.file_path) as key,
       case when v.id is null then encode(t.content_sha256, 'hex') else coalesce(encode(v.content_sha256, 'hex'), v.id::text) end as etag,
       case when v.id is null then {original_type(t)} else {original_type(v)} end as content_type
  from tracks t
  left join track_versions v on v.id = :version_id::uuid and v.track_id = t.id
 where t.id = :id::uuid and t.creator_id = :viewer::uuid and t.deleted_at is null
   and (v.file_path is not null or (t.id = :version_id::uuid and not exists (select from track_versions a where a.track_id = t.id)))

-- query: track_version_exists
select v.id from track_versions v where v.id = :version_id::uuid

-- query: track_versions_expire
-- A version is kept for ninety days from when it was replaced, one that failed because of the server for a week. track_complete sees that there are twenty at most.
update track_versions v
   set state = 'expired'
 where v.id in ((select k.id from track_versions k where k.state = 'kept' and k.replaced_at < now() - interval '90 days' order by k.replaced_at limit 1000)
                union all
                (select k.id from track_versions k where k.file_path is not null and {version_may_pass(k)} and k.updated_at < now() - interval '7 days' limit 1000))
returning v.id

-- query: track_versions_left
-- Files that are to go, each once; and runs of the processing whose sound was replaced and that nobody can be in the middle of any more.
(select distinct v.track_id::text as track_id, v.file_path as key, null as run, null as version_id
   from track_versions v
  where {version_leaves(v)} and v.file_path is not null
  limit 1000)
union all
(select v.track_id::text, null, v.media_versions[cardinality(v.media_versions)], v.id::text
   from track_versions v
  where v.media_until < now()
  limit 1000)

-- query: track_version_needed
-- Does a version that is kept, or the track itself, have this file too?
select v.id from track_versions v where v.track_id = :track_id::uuid and v.file_path = :key::text and not {version_leaves(v)}
union all
select t.id from tracks t where t.id = :track_id::uuid and t.file_path = :key::text

-- query: track_version_file_gone
-- The bytes are given back once, unless what is kept has this file too.
with o as (
    select t.id from tracks t where t.id = :track_id::uuid for no key update),
v as (
    update track_versions v
       set file_path = null
      from o
     where v.track_id = o.id and v.file_path = :key::text and {version_leaves(v)}
    returning v.track_id, v.file_size)
update tracks t
   set versions_bytes = greatest(t.versions_bytes - x.file_size, 0)
  from (select v.track_id, max(v.file_size) as file_size from v group by v.track_id) x
 where t.id = x.track_id and not :is_needed::boolean

-- query: track_version_run_gone
update track_versions v set media_until = null where v.id = :version_id::uuid and v.state <> 'current' returning v.id

-- query: track_versions_resume
-- Queues the job of a version again that has none, such as when a job was running already when the version was created. Not when the job is dead: the event
-- job.died ends the version then.
with w as (
    select t.id, t.creator_id, v.duration_ms, v.id as version_id
      from track_versions v
      join tracks t on t.id = v.track_id and t.deleted_at is null
     where v.state = 'pending' and v.created_at < now() - interval '5 minutes'
       and not exists (select from jobs j where j.dedupe_key = 'transcode:' || t.id and j.state in ('queued', 'running', 'dead'))
     order by v.created_at
     limit 1000)
{transcode_job(w, x.version_id, 5)}
returning id

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_tracks
select t.id, t.title, t.artist, t.album, t.description, t.genre, t.tags, nullif(t.year, 0) as year, t.bpm, t.musical_key, t.isrc, t.disc_number, t.track_number, t.album_artist, t.duration_ms,
       t.original_filename, encode(t.content_sha256, 'hex') as sha256, t.file_size, t.format, t.bitrate, t.sample_rate, t.channels,
       t.bit_depth, t.loudness_lufs, t.loudness_range_lu, t.true_peak_dbtp, t.visibility, t.publish_at, t.publish_zone, t.is_downloadable, t.download_formats, t.comments_open, t.comments_days, t.stems_open,
       t.is_explicit, t.status, t.status_message, t.play_count, t.like_count, t.repost_count, t.published_at, t.created_at, t.updated_at, t.deleted_at, l.content as lyrics,
       a.bpm as measured_bpm, a.bpm_confidence, a.musical_key as measured_key, a.key_confidence
  from tracks t
  left join track_lyrics l on l.track_id = t.id
  left join track_analysis a on a.track_id = t.id
 where t.creator_id = :user_id::uuid
 order by t.created_at, t.id

-- query: export_track_versions
select v.track_id, v.version_number, v.state, v.original_filename, v.file_size, v.format, v.duration_ms, v.changelog, v.restored_from, v.distance, v.failure,
       v.played_at, v.replaced_at, v.created_at
  from track_versions v
  join tracks t on t.id = v.track_id
 where t.creator_id = :user_id::uuid
 order by v.created_at, v.id

-- query: export_track_history
select h.track_id, h.action, h.field, h.old_value, h.new_value, h.created_at
  from track_history h
 where h.user_id = :user_id::uuid
 order by h.created_at, h.id

-- query: export_playback
select p.track_id, p.play_time, p.pause_count, p.seek_count, p.completion_rate, p.started_at, p.ended_at
  from playback_analytics p
 where p.user_id = :user_id::uuid
 order by p.started_at, p.id

-- query: export_genre_follows
select g.genre_slug as genre, g.created_at from user_genre_follows g where g.user_id = :user_id::uuid order by g.created_at, g.genre_slug

-- query: export_tag_follows
select t.name as tag, f.created_at
  from user_tag_follows f
  join tags t on t.id = f.tag_id
 where f.user_id = :user_id::uuid
 order by f.created_at, t.name

-- query: erase_tracks
select t.id::text as id from tracks t where t.creator_id = :user_id::uuid

-- query: erase_tags
-- Words that only their tracks have, and that nobody else follows or mutes.
delete from tags g
 where g.id in (select x.tag_id from track_tags x join tracks t on t.id = x.track_id where t.creator_id = :user_id::uuid)
   and not g.is_split and not exists (select from tag_aliases a where a.tag_id = g.id)
   and not exists (select from track_tags x join tracks t on t.id = x.track_id where x.tag_id = g.id and t.creator_id <> :user_id::uuid)
   and not exists (select from user_tag_follows f where f.tag_id = g.id and f.user_id <> :user_id::uuid)
   and not exists (select from user_mutes m where m.tag_id = g.id and m.user_id <> :user_id::uuid)

-- query: erase_genres
delete from genres g
 where not g.is_usual
   and g.slug in (select x.genre_slug from track_genres x join tracks t on t.id = x.track_id where t.creator_id = :user_id::uuid)
   and not exists (select from track_genres x join tracks t on t.id = x.track_id where x.genre_slug = g.slug and t.creator_id <> :user_id::uuid)
   and not exists (select from user_genre_follows f where f.genre_slug = g.slug and f.user_id <> :user_id::uuid)
   and not exists (select from user_mutes m where m.genre_slug = g.slug and m.user_id <> :user_id::uuid)
   and not exists (select from genre_aliases a where a.genre_slug = g.slug)
   and not exists (select from genres o where o.parent_slug = g.slug)

-- query: erase_transcodes
delete from jobs j using tracks t where t.creator_id = :user_id::uuid and j.payload ->> 'track_id' = t.id::text returning j.id

-- query: erase_sweep
-- Should a worker still be at one of the tracks: what it leaves is removed when it has heard that its job is gone.
insert into jobs (kind, payload, run_at, dedupe_key)
select 'track_sweep', jsonb_build_object('track_id', t.id), now() + interval '1 minute', 'track_sweep:' || t.id
  from tracks t
 where t.creator_id = :user_id::uuid
on conflict (dedupe_key) do nothing
returning id

-- query: export_track_files
-- Uploads, covers and versions: where each lies in storage, and its name in the archive.
select x.key, x.name
  from (select t.file_path::text as key,
               'files/tracks/' || t.id || '/original.' || coalesce(lower(substring(t.original_filename from '\.([A-Za-z0-9]{1,8})$')), 'bin')
                   as name
          from tracks t
         where t.creator_id = :user_id::uuid and t.deleted_at is null and t.file_path is not null
        union all
        select t.cover_art_path || '/1200.webp', 'files/tracks/' || t.id || '/cover.webp'
          from tracks t
         where t.creator_id = :user_id::uuid and t.deleted_at is null and t.cover_art_path is not null
        union all
        select distinct on (v.file_path) v.file_path, 'files/tracks/' || v.track_id || '/versions/' || v.version_number
          from track_versions v
          join tracks t on t.id = v.track_id
         where t.creator_id = :user_id::uuid and t.deleted_at is null and v.file_path is not null and v.file_path <> t.file_path) x
 order by x.name

-- query: erase_history
-- The history of one's own tracks goes with them.
delete from track_history h using tracks t where h.track_id = t.id and t.creator_id = :user_id::uuid

-- query: topic_track
-- Whoever may see a track hears of its changes. Staff see what they see as a person.
select a.n
  from unnest(:ids::uuid[], :viewers::uuid[]) with ordinality as a (id, viewer, n)
  join tracks t on t.id = a.id and {track_visible(t, a.viewer, false)}

-- query: track_of_file
-- sees: nobody; for the antivirus
-- `plays`: it is the file of the track itself, not only of a version before it or of one that is made.
select t.id, t.creator_id, t.title, t.file_path = :key::text as plays
  from tracks t
 where t.id = split_part(:key::text, '/', 2)::uuid and t.deleted_at is null
   and (t.file_path = :key::text
        or exists (select from track_versions v where v.track_id = t.id and v.file_path = :key::text and v.state in ('pending', 'kept')))

-- query: track_version_infected
-- The sweep deletes the file, and gives its bytes back.
update track_versions v
   set state = case v.state when 'pending' then 'failed' else 'expired' end,
       failure_code = case v.state when 'pending' then 'infected' end,
       failure = case v.state when 'pending' then 'This file was deleted: it contains harmful software.' end
 where v.track_id = :id::uuid and v.file_path = :key::text and v.state in ('pending', 'kept')
returning v.id
