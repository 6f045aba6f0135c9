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
