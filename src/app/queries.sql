-- query: demo_person
-- not null: id
-- A person of the demonstration; the row that is there already when it was added before.
with old as (
    select id from users where lower(username) = lower(:username) and deleted_at is null
), new as (
    insert into users (username, email, password_hash, password_changed_at, first_name, last_name, bio, location, role, is_verified,
                       email_verified_at)
    select :username, :email, :password_hash, now(), :first_name, :last_name, :bio, :location, :role::user_role, true, now()
     where not exists (select from old)
    returning id
), settings as (
    insert into user_settings (user_id) select id from new
), profile as (
    insert into user_profiles (user_id) select id from new
)
select id from new union all select id from old

-- query: outgoing_hold
-- Whether mails and push messages wait. Returns how many do.
with held as (update installation set outgoing_held = :held::boolean returning outgoing_held)
select (select count(*) from jobs where state = 'queued' and kind ~ '^(mail|push)[.]') as waiting from held

-- query: outgoing_held
select (select count(*) from jobs where state = 'queued' and kind ~ '^(mail|push)[.]') as waiting from installation where outgoing_held

-- query: demo_track
select t.id from tracks t join users u on u.id = t.creator_id
 where lower(u.username) = lower(:username) and t.title = :title and t.deleted_at is null
 limit 1

-- query: demo_release
select r.id from releases r join users u on u.id = r.user_id
 where lower(u.username) = lower(:username) and r.title = :title
 limit 1

-- query: demo_unfinished
select count(*)::int as unfinished,
       (select count(*)::int from tracks where status = 'failed' and deleted_at is null) as failed,
       coalesce((select sum(progress) from jobs where kind = 'transcode' and state = 'running'), 0) as running
  from tracks
 where status = 'processing' and deleted_at is null

-- query: fill_strangers
-- not null: *
-- Accounts that are not of the demonstration, also those that were deleted: how many, and some names.
select count(*)::int as count, coalesce((select string_agg(x.username, ', ') from (select s.username from users s where s.email not like '%@demo.invalid' order by s.created_at limit 5) x), '') as names
  from users u
 where u.email not like '%@demo.invalid'

-- query: fill_begin
-- not null: is_same, before
-- Notes what the database is filled with, unless it was filled before.
with o as (
    select coalesce(i.demo_fill, jsonb_build_object('seed', :seed::bigint, 'tracks', :tracks::int, 'users', :users::int, 'until', :until::text, 'done', '[]'::jsonb)) as fill
      from installation i
       for update
), i as (
    update installation i set demo_fill = o.fill from o
)
select (o.fill ->> 'seed')::bigint = :seed::bigint and (o.fill ->> 'tracks')::int = :tracks::int and (o.fill ->> 'users')::int = :users::int and o.fill ->> 'until' = :until::text as is_same,
       format('--tracks %s --users %s --seed %s --until %s', o.fill ->> 'tracks', o.fill ->> 'users', o.fill ->> 'seed', o.fill ->> 'until') as before
  from o

-- query: fill_hide_owner
-- Nobody signs in as the owner of the sounds, and nobody finds them.
update users set password_hash = null, is_public = false where username = :username and email like '%@demo.invalid' and password_hash is not null returning id

-- query: storage_owned
-- not null: prefix, kind, id, is_needed
-- What the rows own in storage: files, and folders with all that is in them. `is_needed`: something must be there. Rows of what is deleted own nothing, unless
-- it can be restored.
-- Tracks that share the files of another one own none themselves; these are needed as long as one of them is there (ADR 0097).
with a as (
    select * from tracks where deleted_at is null or restorable_until > now()
), t as (
    select * from a where media_of is null
), s as (
    select media_of, media_version, cover_art_path, min(id::text)::uuid as id, bool_or(deleted_at is null) as is_needed from a where media_of is not null group by 1, 2, 3
), v as (
    select v.* from track_versions v join a on a.id = v.track_id
)
select file_path::text as prefix, 'original' as kind, id, deleted_at is null as is_needed from t where file_path is not null
union all select file_path, 'version', id, false from v where file_path is not null
union all select 'hls/' || id || case when media_version <> '' then '/' || media_version else '' end, 'stream', id, deleted_at is null from t where stream_status = 'ready'
union all select 'hls/' || media_of || '/' || media_version, 'stream', id, is_needed from s
union all select 'waveforms/' || media_of || '/' || media_version, 'waveform', id, false from s
union all select cover_art_path, 'cover', id, is_needed from s where cover_art_path is not null
union all select 'waveforms/' || id || case when media_version <> '' then '/' || media_version else '' end, 'waveform', id, false from t where stream_status = 'ready'
union all select f || '/' || v.track_id || '/' || m, 'replaced', v.track_id, false from v, unnest(v.media_versions) m, unnest('{hls,waveforms}'::text[]) f
union all select cover_art_path, 'cover', id, deleted_at is null from t where cover_art_path is not null
union all select cover_path, 'cover', id, true from releases where cover_path is not null
union all select 'avatars/' || id || '/' || split_part(avatar, '?v=', 2), 'avatar', id, deleted_at is null from users where avatar like '%?v=%'
union all select 'banners/' || id || '/' || split_part(banner_url, '?v=', 2), 'banner', id, deleted_at is null from users where banner_url like '%?v=%'
union all select 'stems/' || s.track_id || '/' || s.id, 'stem', s.id, s.deleted_at is null and a.deleted_at is null from track_stems s join a on a.id = s.track_id
union all select d.file_path, 'download', d.track_id, d.format <> 'original' and a.deleted_at is null from track_downloads d join a on a.id = d.track_id
union all select 'exports/' || user_id || '/' || id, 'export', id, s3_key is not null and expires_at > now() from data_exports where s3_key is not null or status in ('pending', 'processing')

-- query: storage_download_forget
-- A file for download that is not there is made again when somebody asks for it.
delete from track_downloads where track_id = :id::uuid and file_path = :key::text returning track_id as id

-- query: server_place_is_free
-- Whether a server of this kind may answer for this database: see listener_claim().
select case when :share::boolean then pg_try_advisory_xact_lock_shared(:claims::int, :kind::int)
            else pg_try_advisory_xact_lock(:claims::int, :kind::int) end as is_free
