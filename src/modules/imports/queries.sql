-- Playlists and stars that a person takes over from a Subsonic server: everybody sees their own only, and nobody what opens the account there.

-- fragment: library_import(x)
-- schema: LibraryImport
-- nullable: username, error, finished_at
-- type: state queued|running|done|failed
-- type: error refused|unreachable|not_subsonic|no_room|gave_up
x.id, x.base_url, x.username, x.wants_playlists, x.wants_stars, x.state, x.error, x.position, x.playlist_count, x.matched, x.missing, x.likes, x.created_at, x.finished_at

-- query: import_list
-- sort: x.created_at desc, x.id desc
select {library_import(x)} from library_imports x where x.user_id = :viewer::uuid

-- query: import_get
select {library_import(x)} from library_imports x where x.id = :id::uuid and x.user_id = :viewer::uuid

-- query: import_made
select {library_import(x)} from library_imports x where x.id = :import_id::uuid and x.user_id = :viewer::uuid

-- query: import_own
select x.id as import_id from library_imports x where x.id = :id::uuid and x.user_id = :viewer::uuid

-- query: import_missing_list
-- schema: ImportMissing
-- nullable: playlist_id, name, title, artist
-- type: source playlist|star
-- type: status missing|ambiguous
-- sort: m.id
select m.id::text as id, m.source, m.playlist_id, m.name, m.title, m.artist, m.status from library_import_missing m where m.import_id = :import_id::uuid

-- query: import_add
-- audited
-- One at a time. Reports of the latest ten are kept.
-- problems: conflict
with x as (
    select case when exists (select from library_imports o where o.user_id = :viewer::uuid and o.state in ('queued', 'running'))
                then 'conflict: An import is under way already. Wait until it has ended, or end it.' end as problem
), old as (
    delete from library_imports o using x
     where x.problem is null and o.user_id = :viewer::uuid
       and o.id not in (select k.id from library_imports k where k.user_id = :viewer::uuid order by k.created_at desc, k.id desc limit 9)
), n as (
    insert into library_imports (id, user_id, base_url, username, sealed, wants_playlists, wants_stars)
    select :import_id::uuid, :viewer::uuid, :address::text, :username::text, :sealed::text, coalesce(:playlists::boolean, true), coalesce(:stars::boolean, true)
      from x where x.problem is null
    returning id, user_id
), j as (
    insert into jobs (kind, payload, dedupe_key, max_attempts)
    select 'library.import', jsonb_build_object('import_id', n.id, 'user_id', n.user_id), 'library.import:' || n.id, 8 from n
)
select x.problem from x

-- query: import_delete
-- One that is under way ends with the playlist that it is at.
delete from library_imports x where x.id = :id::uuid and x.user_id = :viewer::uuid returning x.id

-- The job.

-- query: import_state
-- No row: it was ended, or its person is banned or about to be erased; then the sweep ends it.
update library_imports x set state = 'running'
  from users u
 where x.id = :import_id::uuid and x.state in ('queued', 'running') and u.id = x.user_id and user_shown(u)
returning x.user_id, x.base_url, x.username, x.sealed, x.wants_playlists, x.wants_stars, x.plan is not null as is_planned, x.position, x.playlist_count,
          x.plan -> x.position ->> 'id' as next_id, x.plan -> x.position ->> 'name' as next_name

-- query: import_plan
update library_imports x set plan = :plan::jsonb, playlist_count = jsonb_array_length(:plan::jsonb) where x.id = :import_id::uuid and x.state = 'running' and x.plan is null

-- query: import_lock
-- It is still wanted, and at this playlist.
select x.id from library_imports x where x.id = :import_id::uuid and x.state = 'running' and x.position = :position::int for update

-- query: import_skip
update library_imports x set position = x.position + 1 where x.id = :import_id::uuid and x.position = :position::int

-- query: import_note
-- What became of the lines; 10,000 that were not found are kept.
with l as materialized (
    select * from jsonb_to_recordset(:lines::jsonb) as l (status text, title text, artist text)
), m as (
    insert into library_import_missing (import_id, playlist_id, source, name, title, artist, status)
    select :import_id::uuid, :playlist_id::uuid, :source::text, left(:name::text, 200), left(l.title, 500), left(l.artist, 500), l.status
      from l
     where l.status <> 'matched'
     limit greatest(10000 - (select count(*) from library_import_missing o where o.import_id = :import_id::uuid), 0)
)
update library_imports x
   set position = x.position + 1, matched = x.matched + (select count(*) from l where l.status = 'matched'), missing = x.missing + (select count(*) from l where l.status <> 'matched'),
       likes = x.likes + coalesce(:likes::int, 0)
 where x.id = :import_id::uuid

-- query: import_stars
-- Likes of the songs that were found, at the time at which they were starred. Nobody is told: these are likes of long ago.
with {matched_lines}, s as (
    select (a.one ->> 'n')::int as n, to_timestamp((a.one ->> 'starred')::bigint) as at from jsonb_array_elements(:lines::jsonb) a (one) where a.one ? 'starred'
), n as (
    insert into track_likes (track_id, user_id, created_at)
    select r.found, :viewer::uuid, min(least(now(), coalesce(s.at, now()))) from r left join s on s.n = r.n where r.found is not null group by r.found
        on conflict do nothing
    returning track_id
)
select (select count(*) from n)::int as likes,
       coalesce((select json_agg(json_build_object('status', case when r.found is not null then 'matched' when r.candidates is not null then 'ambiguous' else 'missing' end,
                                                   'title', r.title, 'artist', r.artist) order by r.n) from r), '[]')::text as lines

-- query: import_end
update library_imports x set state = :state::text, error = :error::text, sealed = null, plan = null, finished_at = now()
 where x.id = :import_id::uuid and x.state in ('queued', 'running')

-- query: import_sweep
-- Imports whose job is gone: what opens the account there is not kept.
update library_imports x set state = 'failed', error = 'gave_up', sealed = null, plan = null, finished_at = now()
 where x.state in ('queued', 'running')
   and not exists (select from jobs j where j.dedupe_key = 'library.import:' || x.id and j.state in ('queued', 'running'))

-- query: export_library_imports
select x.base_url, x.username, x.state, x.playlist_count, x.matched, x.missing, x.likes, x.created_at, x.finished_at,
       (select json_agg(json_build_object('source', m.source, 'name', m.name, 'title', m.title, 'artist', m.artist) order by m.id)
          from library_import_missing m where m.import_id = x.id) as not_found
  from library_imports x where x.user_id = :user_id::uuid order by x.created_at, x.id
