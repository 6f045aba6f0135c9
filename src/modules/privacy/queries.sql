-- Archives of one's own data, and the end of accounts. Everything here is about :user_id or :viewer and nobody else.

-- query: export_create
-- At most one that waits or runs a person: a unique index refuses the second. The work on it commits with it.
with e as (
    insert into data_exports (user_id) values (:viewer::uuid)
    returning id, user_id
), j as (
    insert into jobs (kind, payload, dedupe_key, max_attempts)
    select 'privacy.export', jsonb_build_object('export_id', id, 'user_id', user_id), 'export:' || id, 5 from e
)
select id from e

-- query: export_list
-- sort: e.created_at desc, e.id desc
-- schema: DataExport
-- nullable: download_url
-- not null: status
-- type: status pending|processing|completed|failed|expired
select e.id, case when e.status = 'completed' and e.expires_at <= now() then 'expired' else e.status end as status, e.progress,
       e.file_size_bytes, e.created_at, e.completed_at, e.expires_at, e.error_message,
       case when e.status = 'completed' and e.expires_at > now() then '/api/v1/users/me/exports/' || e.id || '/download' end
           as download_url
  from data_exports e
 where e.user_id = :viewer::uuid

-- query: export_get
-- schema: DataExport
-- nullable: download_url
-- not null: status
-- type: status pending|processing|completed|failed|expired
select e.id, case when e.status = 'completed' and e.expires_at <= now() then 'expired' else e.status end as status, e.progress,
       e.file_size_bytes, e.created_at, e.completed_at, e.expires_at, e.error_message,
       case when e.status = 'completed' and e.expires_at > now() then '/api/v1/users/me/exports/' || e.id || '/download' end
           as download_url
  from data_exports e
 where e.id = :id::uuid and e.user_id = :viewer::uuid

-- query: export_file
-- An answer of api/file.h.
select e.s3_key as key, e.id as etag, 'veza-' || u.username || '-' || to_char(e.created_at at time zone 'UTC', 'YYYY-MM-DD') || '.zip' as filename,
       case when e.status = 'expired' then 0 else floor(extract(epoch from e.expires_at))::bigint end as expires_at, 'export_expired' as gone
  from data_exports e
  join users u on u.id = e.user_id
 where e.id = :id::uuid and e.user_id = :viewer::uuid and e.status in ('completed', 'expired')

-- query: export_begin
-- No row when it is done, given up or gone.
update data_exports
   set status = 'processing', progress = 0, error_message = null
 where id = :id::uuid and user_id = :user_id::uuid and status in ('pending', 'processing')
returning id

-- query: export_progress
-- Noted in the row, and told to the browsers of the person.
with e as (
    update data_exports
       set progress = :progress::real
     where id = :id::uuid and status = 'processing'
    returning id, user_id, status, progress
)
select e.id, realtime_send('user:' || e.user_id, 'export.progress',
                           jsonb_build_object('export_id', e.id, 'status', e.status, 'progress', e.progress))
  from e

-- query: export_complete
-- The archives before it expire: the newest is enough, and each takes the room of all files. Gives their keys.
with e as (
    update data_exports
       set status = 'completed', progress = 1, s3_key = :key::text, file_size_bytes = :size::bigint, completed_at = now(),
           expires_at = now() + make_interval(days => :days::int)
     where id = :id::uuid and status = 'processing'
    returning id, user_id, expires_at
), event as (
    insert into outbox (name, key, payload)
    select 'export.ready', user_id, jsonb_build_object('user_id', user_id, 'export_id', id) from e
), older as (
    update data_exports o
       set expires_at = now()
      from e
     where o.user_id = e.user_id and o.id <> e.id and o.status = 'completed'
    returning o.id
)
select e.id, realtime_send('user:' || e.user_id, 'export.progress',
                           jsonb_build_object('export_id', e.id, 'status', 'completed', 'progress', 1))
  from e

-- query: export_fail
with e as (
    update data_exports
       set status = 'failed', error_message = :message::text
     where id = :id::uuid and status in ('pending', 'processing')
    returning id, user_id
)
select e.id, realtime_send('user:' || e.user_id, 'export.progress',
                           jsonb_build_object('export_id', e.id, 'status', 'failed', 'progress', 0))
  from e

-- query: export_expired
-- Archives whose time is over and whose file may still be there.
select e.id::text as id, e.user_id::text as user_id, e.s3_key as key from data_exports e
 where e.s3_key is not null and e.expires_at <= now()
 order by e.expires_at
 limit 100

-- query: export_forget
update data_exports set status = 'expired', s3_key = null where id = :id::uuid and expires_at <= now() returning id

-- What an archive tells of tables that no module serves yet (later.c), and of archives.

-- query: export_exports
select e.id, e.status, e.file_size_bytes, e.created_at, e.completed_at, e.expires_at
  from data_exports e
 where e.user_id = :user_id::uuid
 order by e.created_at, e.id

-- query: export_live_streams
select l.id, l.title, l.description, l.category, l.thumbnail_url, l.streamer_name, l.tags, l.scheduled_at, l.started_at, l.ended_at,
       l.is_vod, l.created_at, l.deleted_at
  from live_streams l
 where l.user_id = :user_id::uuid
 order by l.created_at, l.id

-- query: export_listening_together
select c.id, c.track_id, c.created_at, c.expires_at
  from co_listening_sessions c
 where c.host_id = :user_id::uuid
 order by c.created_at, c.id

-- query: export_folders
select f.id, f.name, f.parent_id, f.created_at from user_folders f where f.user_id = :user_id::uuid order by f.created_at, f.id

-- query: export_files
select f.id, f.folder_id, f.filename, f.size_bytes, f.mime_type, f.created_at, f.updated_at,
       (select count(*) from cloud_file_versions v where v.file_id = f.id) as versions,
       (select count(*) from cloud_file_shares s where s.file_id = f.id) as shares
  from user_files f
 where f.user_id = :user_id::uuid
 order by f.created_at, f.id

-- query: export_gear
select g.id, g.name, g.category, g.brand, g.model, g.serial_number, g.image, g.images, g.status, g.condition, g.purchase_date,
       g.purchase_price_cents, g.currency, g.vendor, g.order_number, g.warranty_start, g.warranty_expire, g.warranty_type,
       g.warranty_notes, g.support_contact, g.specs, g.notes, g.documents, g.maintenance_history, g.is_public, g.created_at,
       g.updated_at, g.deleted_at,
       array(select i.image_url from gear_images i where i.gear_id = g.id order by i.position) as pictures
  from gear_items g
 where g.user_id = :user_id::uuid
 order by g.created_at, g.id

-- query: export_gear_repairs
select r.gear_id, r.repair_date, r.description, r.cost_cents, r.currency, r.provider, r.notes, r.created_at
  from gear_repairs r
  join gear_items g on g.id = r.gear_id
 where g.user_id = :user_id::uuid
 order by r.repair_date, r.id

-- query: export_gear_documents
select d.id, d.gear_id, d.type, d.filename, d.created_at
  from gear_documents d
  join gear_items g on g.id = d.gear_id
 where g.user_id = :user_id::uuid
 order by d.created_at, d.id

-- query: export_seller_account
select s.stripe_account_id, s.charges_enabled, s.payouts_enabled, s.onboarding_completed, s.kyc_status, s.kyc_verified_at, s.created_at
  from seller_stripe_accounts s
 where s.user_id = :user_id::uuid

-- query: export_royalties
select r.content_id, r.period, r.plays, r.revenue_cents, r.royalty_amount_cents, r.royalty_rate_bps, r.currency, r.status,
       r.calculated_at, r.paid_at
  from royalty_records r
 where r.creator_id = :user_id::uuid
 order by r.period, r.id

-- query: export_payouts
select p.payout_id, p.amount_cents, p.currency, p.period, p.status, p.payment_method, p.transaction_id, p.processed_at,
       p.estimated_arrival, p.created_at
  from royalty_payouts p
 where p.creator_id = :user_id::uuid
 order by p.created_at, p.id

-- query: export_royalty_rates
select r.rate_bps, r.reason, r.is_active, r.created_at from creator_royalty_rates r where r.creator_id = :user_id::uuid order by r.created_at

-- query: export_reports
-- What one reported, and that one was reported; by whom and in what words is the other's.
select r.content_type, r.content_id, r.status, r.created_at, r.resolved_at,
       coalesce(r.reporter_id = :user_id::uuid, false) as reported_by_me,
       case when r.reporter_id = :user_id::uuid then r.reason end as reason
  from reports r
 where r.reporter_id = :user_id::uuid or r.reported_user_id = :user_id::uuid
 order by r.created_at, r.id

-- query: export_later_files
select x.key, x.name
  from (select f.s3_key::text as key, 'files/cloud/' || f.id as name from user_files f where f.user_id = :user_id::uuid
        union all
        select v.storage_key, 'files/cloud/' || v.file_id || '.versions/' || v.version
          from cloud_file_versions v
          join user_files f on f.id = v.file_id
         where f.user_id = :user_id::uuid
        union all
        select d.storage_key, 'files/gear/' || d.gear_id || '/' || d.id
          from gear_documents d
          join gear_items g on g.id = d.gear_id
         where g.user_id = :user_id::uuid) x
 order by x.name

-- query: erase_later
-- What the law wants kept goes to the tombstone: what was earned and paid.
with royalties as (
    update royalty_records set creator_id = :tombstone::uuid where creator_id = :user_id::uuid
), payouts as (
    update royalty_payouts set creator_id = :tombstone::uuid, notes = null where creator_id = :user_id::uuid
), reports as (
    update reports set content_id = :tombstone::uuid where content_id = :user_id::uuid
), seller as (
    delete from seller_stripe_accounts where user_id = :user_id::uuid
)
select 1 as done

-- The end of an account.

-- query: deletion_person
select u.id, u.username, u.password_hash from users u where u.id = :viewer::uuid

-- query: deletion_request
-- audited
-- sees: the person, or administrators (deletion.c)
-- Marks the account, ends its sessions and queues the mail. Asking again changes nothing.
with before as (
    select u.id, u.deletion_at from users u where u.id = :id::uuid and u.deleted_at is null for update
), marked as (
    update users u
       set deletion_at = now() + make_interval(days => :days::int)
      from before b
     where u.id = b.id and b.deletion_at is null
    returning u.id, u.deletion_at, pg_notify('track_changed', '')
), ended as (
    update sessions s set revoked_at = now() from before b where s.user_id = b.id and s.revoked_at is null
    returning s.id
), tokens as (
    update refresh_tokens r set revoked_at = now() from before b where r.user_id = b.id and r.revoked_at is null
), challenges as (
    delete from mfa_challenges m using before b where m.user_id = b.id
), mail as (
    insert into jobs (kind, payload, priority, max_attempts)
    select 'mail.account_deletion', jsonb_build_object('user_id', id), 2, 20 from marked
), event as (
    insert into outbox (name, key, payload)
    select 'user.deletion_requested', id, jsonb_build_object('user_id', id) from marked
)
select b.id, to_char(coalesce(m.deletion_at, b.deletion_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') as deletion_at
  from before b
  left join marked m on m.id = b.id

-- query: deletion_restore
-- Until the time has come; the erasure begins a minute later, when no restoration can be under way any more.
-- problems: conflict
with restored as (
    update users u set deletion_at = null where u.id = :viewer::uuid and u.deletion_at > now() and u.deleted_at is null
    returning u.id, pg_notify('track_changed', '')
), event as (
    insert into outbox (name, key, payload)
    select 'user.restored', id, jsonb_build_object('user_id', id) from restored
)
select u.id, case when not exists (select from restored) then 'conflict' end as problem from users u where u.id = :viewer::uuid

-- query: deletion_mail
-- As long as it has not been taken back.
select u.email, u.username, p.language, to_char(u.deletion_at at time zone coalesce(p.timezone, 'UTC'), 'YYYY-MM-DD') as day
  from users u
  left join user_profiles p on p.user_id = u.id
 where u.id = :user_id::uuid and u.deletion_at is not null and u.deleted_at is null

-- query: erase_due
-- Accounts whose time has come, each to be erased by a job of its own.
insert into jobs (kind, payload, dedupe_key)
select 'privacy.erase', jsonb_build_object('user_id', u.id), 'erase:' || u.id
  from users u
 where u.deletion_at <= now() - interval '1 minute' and u.deleted_at is null
on conflict (dedupe_key) do update
   set state = 'queued', attempts = 0, run_at = now(), finished_at = null
 where jobs.state in ('done', 'failed', 'dead')
returning id

-- query: erase_check
select u.id::text as id from users u where u.id = :user_id::uuid and u.deletion_at <= now() - interval '1 minute' and u.deleted_at is null

-- query: erase_tombstone
-- Who stands for the person from now on: a name and an address that say nothing, an account that nobody can open. No row when the
-- deletion was taken back; from here on it cannot be.
with l as materialized (
    select releases_lock(array[:user_id::uuid])
), person as (
    select u.id, u.created_at
      from users u
     cross join l
     where u.id = :user_id::uuid and u.deletion_at <= now() - interval '1 minute' and u.deleted_at is null
       for update of u
), mark as (
    select gen_random_uuid() as id, encode(sha256(gen_random_uuid()::text::bytea), 'hex') as random
)
insert into users (id, username, email, is_active, is_public, created_at, deleted_at)
select m.id, 'deleted-' || left(m.random, 12), 'deleted-' || left(m.random, 12) || '@invalid', false, false,
       date_trunc('month', p.created_at), now()
  from person p, mark m
returning id::text as tombstone

-- query: erase_locks
-- The tracks of others whose counters change when the likes and reposts go, in the order in which everybody locks tracks.
select t.id
  from tracks t
 where t.id in (select k.track_id from track_likes k where k.user_id = :user_id::uuid union all select p.track_id from track_reposts p where p.user_id = :user_id::uuid)
   and t.creator_id <> :user_id::uuid
 order by t.id
   for no key update

-- query: erase_traces
-- Messages between the parts that name the person: those under way are of no use any more.
with person as (
    select u.id, u.id::text as text, lower(u.email) as email, lower(u.username) as username from users u where u.id = :user_id::uuid
), events as (
    delete from outbox o
     using person p
     where o.key = p.text or o.payload::text like '%' || p.text || '%' or lower(o.payload ->> 'email') = p.email
        or lower(o.payload ->> 'username') = p.username
), jobs as (
    delete from jobs j
     using person p
     where j.id <> :job_id::uuid and (j.payload::text like '%' || p.text || '%' or lower(j.payload ->> 'email') = p.email)
), own as (
    update jobs set payload = '{}', owner = null, dedupe_key = null where id = :job_id::uuid
)
select id from person

-- query: erase_person
-- Everything that belongs to the person and to nobody else goes with the row, as each table's foreign key says.
with gone as (
    delete from users u where u.id = :user_id::uuid returning u.id
), event as (
    insert into outbox (name, key, payload) select 'user.erased', :tombstone::uuid, jsonb_build_object('tombstone_id', :tombstone::uuid) from gone
)
select id, pg_notify('track_changed', '') from gone
