-- Uploads in several requests. An upload exists for its owner only, whatever their role.

-- query: upload_own
select u.protocol, u.state, u.filename, u.length_bytes, u.received_bytes, u.chunk_bytes, u.fields::text as fields, u.track_id, u.failure,
       floor(extract(epoch from u.expires_at))::bigint as expires_unix_s
  from uploads u
 where u.id = :upload_id::uuid and u.user_id = :viewer::uuid

-- query: upload_taken
-- The same for whoever takes it from a writer on another node: that one is told.
with n as (select pg_notify('upload_taken', u.id::text) from uploads u where u.id = :upload_id::uuid and u.user_id = :viewer::uuid)
select u.protocol, u.state, u.filename, u.length_bytes, u.received_bytes, u.chunk_bytes, u.fields::text as fields, u.track_id, u.failure,
       floor(extract(epoch from u.expires_at))::bigint as expires_unix_s, n.*
  from uploads u, n
 where u.id = :upload_id::uuid and u.user_id = :viewer::uuid

-- query: upload_create
-- audited
-- Room in the quota is taken by the trigger of `uploads`. Of several at once each waits for the row of upload_disk, and then sees what the one before took.
-- problems: too_many_uploads, storage_full
with d as (
    select d.reserved_bytes from upload_disk d for update),
c as (
    select case when uploads_open(:viewer::uuid) >= :setting_upload_open_max::bigint
                then 'too_many_uploads: ' || :setting_upload_open_max::text || ' of your uploads are not finished. Finish or delete some first.'
                when d.reserved_bytes + :length::bigint > :free::bigint
                then 'storage_full: The disk has no room for this file beside those that are being sent.' end as problem
      from d),
u as (
    insert into uploads (user_id, protocol, filename, length_bytes, chunk_bytes, fields, expires_at)
    select :viewer::uuid, :protocol::text, :upload_filename::text, :length::bigint, :chunk_bytes::int, :fields::jsonb,
           now() + make_interval(secs => :idle_s::bigint)
      from c
     where c.problem is null
    returning id)
select u.id as upload_id, c.problem from c left join u on true

-- query: upload_received
-- Bytes came: they are kept for as long as an upload is kept from its last byte on.
update uploads u
   set received_bytes = least(greatest(:received::bigint, 0), u.length_bytes),
       expires_at = greatest(u.expires_at, now() + make_interval(secs => :setting_upload_expires_s::bigint))
 where u.id = :upload_id::uuid and u.user_id = :viewer::uuid and u.state = 'open'
returning u.id

-- query: upload_complete
-- In the transaction that makes the track :id. No row: it was ended meanwhile.
update uploads u
   set state = 'completed', track_id = :id::uuid, received_bytes = u.length_bytes
 where u.id = :upload_id::uuid and u.user_id = :viewer::uuid and u.state = 'open'
returning u.id as upload_id

-- query: upload_fail
update uploads u
   set state = 'failed', failure_code = :failure_code::text, failure = :failure::text
 where u.id = :upload_id::uuid and u.user_id = :viewer::uuid and u.state = 'open'
returning u.id

-- query: upload_delete
-- audited
delete from uploads u where u.id = :upload_id::uuid and u.user_id = :viewer::uuid returning u.id

-- query: upload_get
-- schema: Upload
-- not null: id
select u.id, u.protocol, u.state, u.filename, u.length_bytes, u.received_bytes, u.track_id, u.failure_code, u.failure, u.expires_at, u.created_at
  from uploads u
 where u.id = :upload_id::uuid and u.user_id = :viewer::uuid

-- query: uploads_overdue
select u.id from uploads u where u.state = 'open' and u.expires_at < now() order by u.expires_at limit 1000

-- query: upload_extend
-- Bytes came since the row was written.
update uploads set expires_at = greatest(expires_at, to_timestamp(:until_unix_s::bigint)) where id = :upload_id::uuid and state = 'open' returning id

-- query: upload_expire
update uploads set state = 'expired' where id = :upload_id::uuid and state = 'open' and expires_at < now() returning id

-- query: uploads_without_row
-- Of these staged files, those that no open upload has.
select x.id from unnest(:ids::uuid[]) x (id) where not exists (select from uploads u where u.id = x.id and u.state = 'open')

-- query: uploads_forget
-- What ended is remembered for a week, so that a client that comes back late is told.
delete from uploads where id in (select u.id from uploads u where u.state <> 'open' and u.updated_at < now() - interval '7 days' limit 1000) returning id

-- query: uploads_of
select u.id from uploads u where u.user_id = :user_id::uuid

-- query: export_uploads
select u.id, u.protocol, u.state, u.filename, u.length_bytes, u.received_bytes, u.fields, u.track_id, u.failure, u.expires_at, u.created_at
  from uploads u
 where u.user_id = :user_id::uuid
 order by u.created_at, u.id

-- query: upload_session
-- An upload in parts, as its client needs it to go on.
-- schema: UploadSession
-- not null: *
-- nullable: track_id, failure
select u.id as upload_id, u.state as status, u.filename, u.length_bytes as total_size, u.chunk_bytes as chunk_size,
       ((u.length_bytes + u.chunk_bytes - 1) / u.chunk_bytes)::int as total_chunks,
       array(select c.number from upload_chunks c where c.upload_id = u.id order by c.number) as received_chunks,
       u.received_bytes, round(u.received_bytes::numeric / greatest(u.length_bytes, 1), 4)::float8 as progress, u.track_id, u.failure, u.expires_at
  from uploads u
 where u.id = :upload_id::uuid and u.user_id = :viewer::uuid and u.protocol = 'chunked'

-- query: chunk_find
-- No row: this part has not come.
-- problems: chunk_differs
select c.number, case when c.sha256 <> decode(:sha256::text, 'hex') then 'chunk_differs' end as problem
  from upload_chunks c
 where c.upload_id = :upload_id::uuid and c.number = :chunk_number::int

-- query: chunk_add
with c as (
    insert into upload_chunks (upload_id, number, size_bytes, sha256)
    select u.id, :chunk_number::int, :size::int, decode(:sha256::text, 'hex')
      from uploads u
     where u.id = :upload_id::uuid and u.user_id = :viewer::uuid and u.state = 'open'
    returning upload_id, size_bytes)
update uploads u
   set received_bytes = u.received_bytes + c.size_bytes,
       expires_at = greatest(u.expires_at, now() + make_interval(secs => :setting_upload_expires_s::bigint))
  from c
 where u.id = c.upload_id
returning u.id

-- query: chunks_forget
-- Their file was lost: after the database came from a backup, the files of uploads that were not finished are gone.
with c as (delete from upload_chunks c using uploads u where u.id = c.upload_id and u.id = :upload_id::uuid and u.user_id = :viewer::uuid returning 1)
update uploads set received_bytes = 0 where id = :upload_id::uuid and user_id = :viewer::uuid and state = 'open' returning id

-- query: chunks_missing
-- The first of the parts that have not come; no row: all have.
-- problems: upload_incomplete
select 'upload_incomplete: Parts of this upload are missing, the first of them is ' || min(n) || '.' as problem
  from uploads u, generate_series(1, ((u.length_bytes + u.chunk_bytes - 1) / u.chunk_bytes)::int) n
 where u.id = :upload_id::uuid and u.user_id = :viewer::uuid and not exists (select from upload_chunks c where c.upload_id = u.id and c.number = n)
having count(*) > 0

-- query: upload_whole
-- A file that came in one request is an upload that is done; in the transaction that makes the track :id.
insert into uploads (id, user_id, protocol, state, filename, length_bytes, received_bytes, track_id, expires_at)
values (:upload_id::uuid, :viewer::uuid, 'whole', 'completed', left(:filename::text, 255), :file_size::bigint, :file_size::bigint, :id::uuid, now())
returning id

-- query: upload_create_several
-- audited
-- All of :items, or none.
-- type: items array
-- not null: items
-- problems: too_many_uploads, storage_full
with i as (
    select e.item ->> 'filename' as filename, (e.item ->> 'length_bytes')::bigint as length, e.n
      from jsonb_array_elements(:items::jsonb) with ordinality e (item, n)),
d as (
    select d.reserved_bytes from upload_disk d for update),
c as (
    select case when uploads_open(:viewer::uuid) + (select count(*) from i) > :setting_upload_open_max::bigint
                then 'too_many_uploads: ' || :setting_upload_open_max::text || ' of your uploads may be unfinished at once.'
                when d.reserved_bytes + (select sum(i.length) from i) > :free::bigint
                then 'storage_full: The disk has no room for these files beside those that are being sent.' end as problem
      from d),
u as (
    insert into uploads (user_id, protocol, filename, length_bytes, fields, expires_at)
    select :viewer::uuid, 'tus', i.filename, i.length, :fields::jsonb, now() + make_interval(secs => :setting_upload_expires_s::bigint)
      from i, c
     where c.problem is null
     order by i.n
    returning id, filename, length_bytes, expires_at)
select coalesce((select jsonb_agg(jsonb_build_object('id', u.id, 'filename', u.filename, 'length_bytes', u.length_bytes,
                                                     'url', '/api/v1/uploads/tus/' || u.id, 'expires_at', u.expires_at))
                   from u), '[]') as items,
       c.problem
  from c

-- query: upload_progress
-- schema: UploadProgress
-- not null: *
-- nullable: track_id
select u.id, u.state, least(greatest(u.received_bytes, :on_disk::bigint), u.length_bytes) as received_bytes, u.length_bytes,
       round(least(greatest(u.received_bytes, :on_disk::bigint), u.length_bytes)::numeric / greatest(u.length_bytes, 1), 4)::float8 as progress, u.track_id
  from uploads u
 where u.id = :upload_id::uuid and u.user_id = :viewer::uuid

-- query: upload_stats
-- One's own uploads that are remembered: open ones, and those that ended within the last week.
-- schema: UploadStats
-- not null: *
select count(*) filter (where u.state = 'open')::int as open, count(*) filter (where u.state = 'completed')::int as completed,
       count(*) filter (where u.state = 'failed')::int as failed, count(*) filter (where u.state = 'expired')::int as expired,
       coalesce(sum(u.counted_bytes), 0)::bigint as reserved_bytes,
       coalesce(sum(u.received_bytes) filter (where u.state = 'open'), 0)::bigint as received_bytes,
       coalesce(sum(u.length_bytes) filter (where u.state = 'completed'), 0)::bigint as completed_bytes
  from uploads u
 where u.user_id = :viewer::uuid

-- query: storage_quota
-- sees: oneself, administrators, and whoever sets quotas
-- schema: StorageQuota
-- not null: *
-- nullable: held_until
select u.id as user_id, m.max_bytes, coalesce(q.used_bytes, 0) as used_bytes, greatest(m.max_bytes - coalesce(q.used_bytes, 0), 0) as free_bytes,
       coalesce(h.held_bytes, 0)::bigint as held_bytes, h.held_until, coalesce(q.is_own, false) as is_own
  from users u
  cross join lateral (select storage_max_of(u.id, :setting_storage_quota_mb::bigint * 1048576) as max_bytes) m
  left join user_storage_quotas q on q.user_id = u.id
  cross join lateral (select sum(o.counted_bytes) as held_bytes, max(o.expires_at) as held_until
                        from uploads o
                       where o.user_id = u.id and o.state = 'open') h
 where u.id = :id::uuid and u.deleted_at is null
   and (u.id = :viewer::uuid or :viewer_staff::boolean and :viewer_role::text = 'admin' or user_has_permission(:viewer::uuid, 'storage.manage'))

-- query: storage_quota_people
-- sort: q.used_bytes desc, q.user_id desc
-- schema: PersonStorage
-- not null: max_bytes, held_bytes
select q.used_bytes, storage_max_of(u.id, :setting_storage_quota_mb::bigint * 1048576) as max_bytes, h.held_bytes, q.is_own,
       {user_ref(u, user)}
  from user_storage_quotas q
  join users u on u.id = q.user_id
  cross join lateral (select coalesce(sum(o.counted_bytes), 0)::bigint as held_bytes
                        from uploads o
                       where o.user_id = u.id and o.state = 'open') h
 where u.deleted_at is null

-- query: storage_quota_set
-- Without a number the person has what their roles and the installation give. What is there stays, also where it is more.
with p as (
    select u.id from users u where u.id = :id::uuid and u.deleted_at is null)
insert into user_storage_quotas as q (user_id, max_bytes, is_own)
select p.id, coalesce(:max_bytes::bigint, :setting_storage_quota_mb::bigint * 1048576), :max_bytes::bigint is not null from p
on conflict (user_id) do update set max_bytes = excluded.max_bytes, is_own = excluded.is_own
returning q.user_id

-- query: storage_quota_role_set
update roles r set storage_bytes = :max_bytes::bigint where r.id = :id::uuid returning r.id, r.storage_bytes as max_bytes

-- query: storage_quota_role
-- schema: RoleStorageQuota
-- not null: id, name, display_name
select r.id, r.name, r.display_name, r.storage_bytes as max_bytes from roles r where r.id = :id::uuid

-- query: storage_quota_roles
-- sort: not r.is_system, r.name
-- schema: RoleStorageQuota
select r.id, r.name, r.display_name, r.storage_bytes as max_bytes from roles r where r.is_active
