-- Releases: everybody finds those that are public, and opens unlisted ones by their address; their owner and staff see all. Before its date a release is
-- announced: it is there, and those of its tracks that follow it are not.

-- fragment: slug_opens(s, r)
-- The slug leads to the release for this viewer: an unlisted one opens by a slug that cannot be guessed.
(s.is_secret or r.visibility <> 'unlisted' or {release_own(r)})

-- fragment: slug_kept(r, new_title, is_open)
-- The slug of a release for which none is given: the one that it has, or one of the other kind where that is what it needs now. A name that was chosen stays.
coalesce((select release_take_slug(r.id, case when not s_.is_chosen then new_title when s_.is_secret then left(s_.slug, -17) else s_.slug end, is_open, s_.is_chosen, false)
            from release_slugs s_
           where s_.slug = r.slug and s_.is_secret = is_open),
         r.slug)

-- fragment: release_problem(before_at, before_visibility, before_release_at)
-- What is wrong with the inputs, given what there was.
coalesce({schedule_problem(before_at)},
         case when :upc::text is not null and not release_upc_valid(:upc::text)
              then 'validation upc: The last digit does not fit the others'
              when :release_zone::text is not null and not exists (select from pg_timezone_names z where z.name = :release_zone::text)
              then 'validation release_zone: There is no such time zone'
              when coalesce(:visibility::text, before_visibility) = 'unlisted'
                   and case when :has_release_at::boolean then :release_at::timestamptz else before_release_at end > now()
              then 'validation release_at: A release that is unlisted cannot be announced: nobody would find its tracks when they come out' end)

-- fragment: releases_locked(person)
-- The first part of a statement that changes releases or what is in them (migrations/functions/releases.sql); the others read it.
l as materialized (select releases_lock(array(person)))

-- fragment: release_credits_given
coalesce((select array_agg(row(c.name, c.role)::release_credit order by c.n)
            from rows from (jsonb_to_recordset(:credits::jsonb) as (name varchar, role text)) with ordinality c (name, role, n)), '{}')

-- fragment: follow_problem(tracks, release)
case when :access::text <> 'own' and exists (select from release_tracks f_ where f_.track_id = any (tracks) and f_.access <> 'own' and f_.release_id is distinct from release)
     then 'conflict: A track follows another release already.' end

-- query: release_list
-- Public ones, announced ones too; with `mine` one's own, whatever their state.
-- filter: mine!=true: {release_listed(r, u, :viewer::uuid, :viewer_staff::boolean)}
-- filter: mine=true: r.user_id = :viewer::uuid
-- filter: unmuted=true: {person_discovered(u, :viewer::uuid)}
-- filter: creator_id: r.user_id = :creator_id::uuid
-- filter: username: lower(u.username) = lower(:username::text)
-- filter: kind: r.kind = :kind::text
-- filter: track_id: r.id in (select i.release_id from release_tracks i where i.track_id = :track_id::uuid)
--                     and exists (select from tracks t where t.id = :track_id::uuid and {release_track_shown(t, r)})
-- search: q: r.id in (select f_.id from search_find(2::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, case when :mine::boolean then 'own' else 'public' end,
--                                                   search_filters(null, null, null, null, null, null, null, null, null, null, null, null,
--                                                   coalesce(:creator_id::uuid, (select o_.id from users o_ where lower(o_.username) = lower(:username::text) and o_.deleted_at is null))), 1000) f_)
-- sort: date: r.dated_at desc, r.id desc
-- sort: newest: r.created_at desc, r.id desc
-- sort: title: lower(r.title), r.id
select {release(r, u)}
  from releases r
  join users u on u.id = r.user_id
 where true

-- query: release_found
-- The hits of a search.
-- schema: FoundRelease
with f as materialized (select * from search_found(2::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, 'public', {search_filters}, :most::int, :engine_hits::jsonb))
select {release(r, u)}, {search_why}, n_.total as total_, n_.is_partial as partial_, n_.best as best_
  from {search_state} n_
  left join ((select f.*, row_number() over (order by case :sort::text when 'newest' then extract(epoch from g.dated_at) end desc nulls last,
                                                      case :sort::text when 'oldest' then extract(epoch from g.dated_at) end,
                                                      case :sort::text when 'title' then lower(g.title) end, f.place) as n
                from f left join releases g on :sort::text <> 'relevance' and g.id = f.id
               where f.id is not null
               order by n
              offset :offset::int limit :most_shown::int) f
             join releases r on r.id = f.id
             join users u on u.id = r.user_id and {release_listed(r, u, :viewer::uuid, :viewer_staff::boolean)}) on true
 order by f.n

-- query: release_get
select {release(r, u)}
  from releases r
  join users u on u.id = r.user_id
 where r.id = :id::uuid and {release_seen(r, u, :viewer::uuid, :viewer_staff::boolean)}

-- query: release_by_slug
-- By a slug that it has, or ever had: `slug` in the reply is the present one.
select {release(r, u)}
  from release_slugs s
  join releases r on r.id = s.release_id
  join users u on u.id = r.user_id
 where s.slug = :slug::text and {slug_opens(s, r)} and {release_seen(r, u, :viewer::uuid, :viewer_staff::boolean)}

-- query: release_page
-- As release_by_slug, for its page, with its first hundred tracks; and whether search engines may list that.
select {release(r, u)}, r.visibility <> 'unlisted' and coalesce(c.allow_search_indexing, true) as is_indexable,
       (select coalesce(json_agg({page_track(o, w)} order by i.disc, i.position, i.track_id), '[]')
          from (select x.* from release_tracks x where x.release_id = r.id order by x.disc, x.position, x.track_id limit 100) i
          join tracks o on o.id = i.track_id and {release_track_shown(o, r)}
          join users w on w.id = o.creator_id) as items
  from release_slugs s
  join releases r on r.id = s.release_id
  join users u on u.id = r.user_id
  left join user_settings c on c.user_id = u.id
 where s.slug = :slug::text and {slug_opens(s, r)} and {release_seen(r, u, :viewer::uuid, :viewer_staff::boolean)}

-- query: release_create
-- problems: validation conflict
with {releases_locked(select :viewer::uuid)},
n as (
    select gen_random_uuid() as id,
           coalesce({release_problem(null::timestamptz, null::text, null::timestamptz)},
                    case when exists (select from unnest(coalesce(:track_ids::uuid[], '{}')) x
                                       where not exists (select from tracks t where t.id = x and t.creator_id = :viewer::uuid and t.deleted_at is null))
                         then 'validation track_ids: One of these is not a track of yours' end,
                    {follow_problem(:track_ids::uuid[], null::uuid)}) as problem
      from l
), r as (
    insert into releases (id, user_id, slug, title, artist, kind, description, label, upc, licence, credits, visibility, publish_at, publish_zone,
                          release_at, release_zone, is_downloadable, download_formats)
    select n.id, :viewer::uuid,
           release_take_slug(n.id, :title::text,
                             coalesce(:visibility::text = 'public' or (:visibility::text = 'scheduled' and {publish_instant(:publish_at::timestamptz)} <= now()), false),
                             false, false),
           :title::text, :artist::text, :kind::text, :description::text, :label::text, :upc::text,
           :licence::text, {release_credits_given}, :visibility::text, case when :visibility::text = 'scheduled' then {publish_instant(:publish_at::timestamptz)} end,
           case when :visibility::text = 'scheduled' then coalesce(:publish_zone::text, 'UTC') end,
           {publish_instant(:release_at::timestamptz)}, case when :release_at::timestamptz is not null then coalesce(:release_zone::text, 'UTC') end,
           coalesce(:is_downloadable::boolean, false), coalesce(:download_formats::text[], array['original'])
      from n
     where n.problem is null
    returning id, user_id
), e as (
    insert into outbox (name, key, payload)
    select 'release.updated', r.id, jsonb_build_object('release_id', r.id, 'user_id', r.user_id) from r
)
select n.id, n.problem, case when n.problem is null then release_add(r.id, coalesce(:track_ids::uuid[], '{}'), 1, :access::text) end as added
  from n
  left join r on true

-- query: release_draft
-- What the files of these tracks say: the album that most of them name, their album artist, or artist where all have the same, discs and order. Where no
-- number is said, names of files decide, with 10 after 9. Private tracks follow the release, so that it publishes them.
-- problems: validation
with {releases_locked(select :viewer::uuid)},
t as materialized (
    select t.*, coalesce(t.disc_number, 1) as disc, row_number() over (partition by coalesce(t.disc_number, 1)
                                                                       order by t.track_number, natural_key(coalesce(t.original_filename, t.title)), x.n) as place
      from l
     cross join unnest(:track_ids::uuid[]) with ordinality x (id, n)
      join tracks t on t.id = x.id
     where t.creator_id = :viewer::uuid and t.deleted_at is null
), n as materialized (
    select gen_random_uuid() as id, coalesce(mode() within group (order by nullif(btrim(t.album), '')), 'Untitled') as title,
           coalesce(mode() within group (order by nullif(btrim(t.album_artist), '')), case when count(distinct t.artist) = 1 then min(t.artist) end) as artist,
           case when count(distinct t.artist) > 1 and count(t.album_artist) = 0 or lower(mode() within group (order by t.album_artist)) = 'various artists' then 'compilation'
                when sum(t.duration_ms) < 1800000 and count(*) <= 3 then 'single'
                when sum(t.duration_ms) < 1800000 and count(*) <= 6 then 'ep'
                else 'album' end as kind,
           case when count(*) <> (select count(distinct x) from unnest(:track_ids::uuid[]) x) or count(*) <> cardinality(:track_ids::uuid[])
                then 'validation track_ids: Each must be a track of yours, once' end as problem
      from t
), r as (
    insert into releases (id, user_id, slug, title, artist, kind)
    select n.id, :viewer::uuid, release_take_slug(n.id, n.title, false, false, false), n.title, n.artist, n.kind from n where n.problem is null
    returning id, user_id
), i as (
    insert into release_tracks (release_id, track_id, disc, position, access)
    select r.id, t.id, t.disc, t.place * 4294967296,
           case when t.visibility = 'private' and release_is_free(t.id) then 'release' else 'own' end
      from t, r
), e as (
    insert into outbox (name, key, payload)
    select 'release.updated', r.id, jsonb_build_object('release_id', r.id, 'user_id', r.user_id) from r
)
select n.id, n.problem from n

-- query: release_update
-- sees: the owner, or staff
-- Inputs that were not given stay as they are.
-- problems: validation
with {releases_locked(select o_.user_id from releases o_ where o_.id = :id::uuid)},
o as (
    select r.id, r.publish_at, r.publish_zone, coalesce(:visibility::text, r.visibility) as visibility,
           n.is_open,
           coalesce({release_problem(r.publish_at, r.visibility, r.release_at)},
                    case when exists (select from release_slugs s where s.slug = :slug::text and s.release_id <> r.id)
                         then 'validation slug taken: Another release has, or had, this address'
                         when :slug::text is not null and (select count(*) from release_slugs s where s.release_id = r.id) >= 20
                              and not exists (select from release_slugs s
                                               where s.release_id = r.id and s.is_secret <> n.is_open
                                                 and :slug::text = case when s.is_secret then left(s.slug, -17) else s.slug end)
                         then 'validation slug: A release has at most 20 addresses, and old ones go on leading to it' end) as problem
      from releases r
     cross join l
     cross join lateral (select case coalesce(:visibility::text, r.visibility)
                                     when 'public' then true
                                     when 'scheduled' then coalesce(coalesce({publish_instant(:publish_at::timestamptz)}, r.publish_at) <= now(), false)
                                     else false end as is_open) n
     where r.id = :id::uuid and {release_own(r)}
       for no key update of r
), r as (
    update releases r
       set slug = case when :slug::text is not null then release_take_slug(r.id, :slug::text, o.is_open, true, true)
                       else {slug_kept(r, coalesce(:title::text, r.title), o.is_open)} end,
           title = coalesce(:title::text, r.title),
           {set_given(artist, r, text)},
           kind = coalesce(:kind::text, r.kind),
           {set_given(description, r, text)},
           {set_given(label, r, text)},
           {set_given(upc, r, text)},
           licence = coalesce(:licence::text, r.licence),
           credits = case when :has_credits::boolean then {release_credits_given} else r.credits end,
           is_downloadable = coalesce(:is_downloadable::boolean, r.is_downloadable),
           download_formats = coalesce(:download_formats::text[], r.download_formats),
           visibility = o.visibility,
           publish_at = case when o.visibility = 'scheduled' then coalesce({publish_instant(:publish_at::timestamptz)}, o.publish_at) end,
           publish_zone = case when o.visibility = 'scheduled' then coalesce(:publish_zone::text, o.publish_zone, 'UTC') end,
           release_at = case when :has_release_at::boolean then {publish_instant(:release_at::timestamptz)} else r.release_at end,
           release_zone = case when not case when :has_release_at::boolean then :release_at::timestamptz is not null else r.release_at is not null end then null
                               else coalesce(:release_zone::text, r.release_zone, 'UTC') end
      from o
     where r.id = o.id and o.problem is null
    returning r.id, r.user_id
), e as (
    insert into outbox (name, key, payload)
    select 'release.updated', r.id, jsonb_build_object('release_id', r.id, 'user_id', r.user_id) from r
)
select o.id, o.problem from o

-- query: release_delete
-- sees: the owner, or staff
-- Its tracks stay.
with {releases_locked(select o_.user_id from releases o_ where o_.id = :id::uuid)},
r as (
    delete from releases r using l where r.id = :id::uuid and {release_own(r)} returning r.id, r.user_id
), e as (
    insert into outbox (name, key, payload)
    select 'release.deleted', r.id, jsonb_build_object('release_id', r.id, 'user_id', r.user_id) from r
)
select r.id from r

-- query: release_open_to
select r.id as release_id from releases r where r.id = :id::uuid and {release_visible(r, :viewer::uuid, :viewer_staff::boolean)}

-- query: release_changeable
-- sees: the owner, or staff
select r.id as release_id, r.user_id as owner_id from releases r where r.id = :id::uuid and {release_own(r)}

-- query: release_tracks
-- Disc after disc, in their order. A track that is not out yet, or hidden from the viewer, keeps its place with nothing but its number.
-- schema: ReleaseTrack
-- nullable: track_id, title, artist, album, isrc, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator, access, visibility
-- nullable: status, failure_code, status_message
-- not null: number
-- type: access own|release|preview
-- type: visibility public|unlisted|private|scheduled
-- filter: unready=true: {release_own(r)} and t.status <> 'completed'
-- sort: i.disc, i.position, i.track_id
-- unique: a track is in a release once
select i.disc, i.number, t.id as track_id, t.title, t.artist, t.album, t.isrc, t.duration_ms,
       {cover_url(t)} as cover_url,
       {waveform_url(t)} as waveform_url,
       {stream_url(t)} as stream_manifest_url, t.loudness_lufs, t.true_peak_dbtp,
       {user_ref(u, creator)},
       {is_liked(t)},
       case when {release_own(r)} then i.access end as access,
       case when {release_own(r)} then case when t.public_from <= now() then 'public' else t.visibility end end as visibility,
       case when {release_own(r)} then t.status end as status,
       case when {release_own(r)} then t.failure_code end as failure_code,
       case when {release_own(r)} then t.status_message end as status_message
  from (select o.*, (row_number() over (partition by o.disc order by o.position, o.track_id))::int as number
          from release_tracks o
         where o.release_id = :release_id::uuid) i
  join releases r on r.id = i.release_id
  left join tracks t on t.id = i.track_id and {release_track_shown(t, r)}
  left join users u on u.id = t.creator_id
 where true

-- query: release_tracks_add
-- schema: ReleaseAddition
-- not null: added
-- problems: validation conflict
with {releases_locked(select :owner_id::uuid)},
p as (
    select coalesce(case when exists (select from unnest(:track_ids::uuid[]) x
                                       where not exists (select from tracks t where t.id = x and t.creator_id = :owner_id::uuid and t.deleted_at is null))
                         then 'validation track_ids: One of these is not a track of whoever made the release' end,
                    {follow_problem(:track_ids::uuid[], :release_id::uuid)}) as problem
      from l
), i as (
    select case when p.problem is null then release_add(:release_id::uuid, :track_ids::uuid[], :disc::int, :access::text) end as added from p
), e as (
    insert into outbox (name, key, payload)
    select 'release.updated', :release_id::uuid, jsonb_build_object('release_id', :release_id::uuid, 'user_id', :owner_id::uuid) from i where i.added > 0
)
select coalesce(i.added, 0) as added, case when p.problem is not null then p.problem when i.added is null then 'conflict: The release is full' end as problem
  from p, i

-- query: release_track_change
-- sees: the owner, or staff
-- problems: conflict
with {releases_locked(select :owner_id::uuid)},
o as (
    select i.release_id, i.track_id, t as before, {follow_problem(array[i.track_id], i.release_id)} as problem
      from release_tracks i
      join tracks t on t.id = i.track_id
     cross join l
     where i.release_id = :release_id::uuid and i.track_id = :track_id::uuid
       for no key update of i, t
), i as (
    update release_tracks i set access = :access::text from o where o.problem is null and :has_access::boolean and i.release_id = o.release_id and i.track_id = o.track_id
), t as (
    update tracks t set isrc = upper(:isrc::text) from o where o.problem is null and :has_isrc::boolean and t.id = o.track_id
    returning track_note_changes(o.before, t, :viewer::uuid)
), e as (
    insert into outbox (name, key, payload)
    select 'release.updated', o.release_id, jsonb_build_object('release_id', o.release_id, 'user_id', :owner_id::uuid) from o where o.problem is null
)
select o.track_id as id, (select count(*) from t) as changed, o.problem from o

-- query: release_track_remove
-- Its visibility stays as it is.
with {releases_locked(select :owner_id::uuid)},
i as (
    delete from release_tracks i using l where i.release_id = :release_id::uuid and i.track_id = :track_id::uuid returning i.release_id, i.track_id
), e as (
    insert into outbox (name, key, payload)
    select 'release.updated', i.release_id, jsonb_build_object('release_id', i.release_id, 'user_id', :owner_id::uuid) from i
)
select i.track_id as id from i

-- query: release_track_move
-- problems: conflict
with {releases_locked(select :owner_id::uuid)},
m as materialized (
    select release_move(:release_id::uuid, :track_id::uuid, :after::uuid, :disc::int) as missing from l
), e as (
    insert into outbox (name, key, payload)
    select 'release.updated', :release_id::uuid, jsonb_build_object('release_id', :release_id::uuid, 'user_id', :owner_id::uuid) from m where m.missing is null
)
select :release_id::uuid as id,
       case m.missing when 'track' then 'conflict: The track is not in the release any more.'
                      when 'after' then 'conflict: The track after which it should stand is not in the release any more.' end as problem
  from m

-- query: release_cover_set
-- audited
-- sees: the owner, or staff
-- As track_cover_set.
with o as (
    select r.id, r.user_id, r.cover_path from releases r where r.id = :id::uuid and {release_own(r)} for no key update
), n as (
    update releases r set cover_path = 'covers/' || r.id || '/' || :version::text from o where r.id = o.id
), e as (
    insert into outbox (name, key, payload)
    select 'release.updated', o.id, jsonb_build_object('release_id', o.id, 'user_id', o.user_id) from o
)
select substring(o.cover_path from '^covers/[^/]+/(.+)$') as before from o

-- query: release_cover
select r.cover_path || '/' || :size::text || '.webp' as key, r.public_from <= now() and user_shown(u) as is_public
  from releases r
  join users u on u.id = r.user_id
 where r.id = :id::uuid and {release_seen(r, u, :viewer::uuid, :viewer_staff::boolean)}

-- query: release_tell
-- When its music is out. Once: taking it back and publishing it again tells nobody a second time. One that was scheduled gets a plain slug, every time. A job rings the bells.
with o as (
    select r.id, r.told_at is null as is_first
      from releases r
     where r.id = :release_id::uuid and r.public_from <= now() and (r.told_at is not null or coalesce(r.release_at, '-infinity') <= now())
       for no key update of r
), r as (
    update releases r
       set told_at = coalesce(r.told_at, now()), slug = {slug_kept(r, r.title, true)}
      from o
     where r.id = o.id
    returning r.id, r.user_id, o.is_first
), b as (
    insert into jobs (kind, payload, dedupe_key, priority)
    select 'release.bells', jsonb_build_object('release_id', r.id, 'artist_id', r.user_id), 'release.bells:' || r.id, 6 from r where r.is_first
        on conflict (dedupe_key) do nothing
)
insert into outbox (name, key, payload)
select case when r.is_first then 'release.published' else 'release.updated' end, r.id, jsonb_build_object('release_id', r.id, 'user_id', r.user_id) from r

-- query: export_releases
select r.id, r.slug, r.title, r.artist, r.kind, r.description, r.label, r.upc, r.licence, to_json(r.credits) as credits, r.visibility, r.publish_at,
       r.publish_zone, r.release_at, r.release_zone, r.is_downloadable, r.download_formats, r.created_at, r.updated_at,
       array(select i.track_id from release_tracks i where i.release_id = r.id order by i.disc, i.position, i.track_id) as track_ids,
       array(select s.slug from release_slugs s where s.release_id = r.id order by s.created_at, s.slug) as slugs
  from releases r
 where r.user_id = :user_id::uuid
 order by r.created_at, r.id

-- query: export_release_files
select r.cover_path || '/1200.webp' as key, 'files/releases/' || r.id || '/cover.webp' as name
  from releases r
 where r.user_id = :user_id::uuid and r.cover_path is not null

-- query: erase_releases
select r.id::text as id from releases r where r.user_id = :user_id::uuid
