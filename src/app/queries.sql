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

-- query: storage_owned
-- not null: prefix, kind, id, is_needed
-- What the rows own in storage: files, and folders with all that is in them. `is_needed`: something must be there. Rows of what is deleted own nothing, unless
-- it can be restored.
with t as (
    select * from tracks where deleted_at is null or restorable_until > now()
), v as (
    select v.* from track_versions v join t on t.id = v.track_id
)
select file_path::text as prefix, 'original' as kind, id, deleted_at is null as is_needed from t where file_path is not null
union all select file_path, 'version', id, false from v where file_path is not null
union all select 'hls/' || id || case when media_version <> '' then '/' || media_version else '' end, 'stream', id, deleted_at is null from t where stream_status = 'ready'
union all select 'waveforms/' || id || case when media_version <> '' then '/' || media_version else '' end, 'waveform', id, false from t where stream_status = 'ready'
union all select f || '/' || v.track_id || '/' || m, 'replaced', v.track_id, false from v, unnest(v.media_versions) m, unnest('{hls,waveforms}'::text[]) f
union all select cover_art_path, 'cover', id, deleted_at is null from t where cover_art_path is not null
union all select cover_path, 'cover', id, true from releases where cover_path is not null
union all select 'avatars/' || id || '/' || split_part(avatar, '?v=', 2), 'avatar', id, deleted_at is null from users where avatar like '%?v=%'
union all select 'banners/' || id || '/' || split_part(banner_url, '?v=', 2), 'banner', id, deleted_at is null from users where banner_url like '%?v=%'
union all select 'stems/' || s.track_id || '/' || s.id, 'stem', s.id, s.deleted_at is null and t.deleted_at is null from track_stems s join t on t.id = s.track_id
union all select d.file_path, 'download', d.track_id, d.format <> 'original' and t.deleted_at is null from track_downloads d join t on t.id = d.track_id
union all select 'exports/' || user_id || '/' || id, 'export', id, s3_key is not null and expires_at > now() from data_exports where s3_key is not null or status in ('pending', 'processing')

-- query: storage_download_forget
-- A file for download that is not there is made again when somebody asks for it.
delete from track_downloads where track_id = :id::uuid and file_path = :key::text returning track_id as id

-- query: server_place_is_free
-- Whether a server of this kind may answer for this database: see listener_claim().
select case when :share::boolean then pg_try_advisory_xact_lock_shared(:claims::int, :kind::int)
            else pg_try_advisory_xact_lock(:claims::int, :kind::int) end as is_free
