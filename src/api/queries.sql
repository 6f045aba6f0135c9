-- The gate for uploaded files, and pictures.

-- fragment: size_text(bytes)
-- A number of bytes as people say it.
case when bytes < 1000000 then round(bytes / 1e3, 1) || ' kB' when bytes < 1000000000 then round(bytes / 1e6, 1) || ' MB' else round(bytes / 1e9, 2) || ' GB' end

-- query: gate_quota
-- Is there room for :size more bytes? The installation's quota counts, unless the person or one of their roles has another. The trigger on the rows that own
-- files decides once more, exactly: two uploads may both find room here.
-- problems: quota_exceeded
with q as (
    insert into user_storage_quotas as q (user_id, max_bytes) values (:viewer::uuid, storage_max_of(:viewer::uuid, :quota::bigint))
    on conflict (user_id) do update set max_bytes = case when q.is_own then q.max_bytes else excluded.max_bytes end
    returning q.max_bytes, q.used_bytes)
select case when q.used_bytes + :size::bigint > q.max_bytes
            then 'quota_exceeded: This needs ' || {size_text(:size::bigint)} || ', and ' || {size_text(greatest(q.max_bytes - q.used_bytes, 0))} || ' of your '
                 || {size_text(q.max_bytes)} || ' are free.'
                 || coalesce((select ' Unfinished uploads hold ' || {size_text(sum(u.counted_bytes))} || ', until '
                                     || to_char(max(u.expires_at) at time zone 'utc', 'YYYY-MM-DD HH24:MI') || ' UTC at the latest.'
                                from uploads u
                               where u.user_id = :viewer::uuid and u.state = 'open'
                              having sum(u.counted_bytes) > 0), '') end as problem
  from q

-- query: gate_unscanned
-- The file that gets this key was not scanned: `unreachable` (asked again) or `too_large`.
insert into unscanned_files (key, size_bytes, reason) values (:key::text, :size::bigint, :reason::text)
on conflict (key) do update set size_bytes = excluded.size_bytes, reason = excluded.reason, created_at = now(), tried_at = null
returning key

-- query: picture_sweep_later
-- Before the files of a new picture are written: should this process die before a row names them, they are removed.
insert into jobs (kind, payload, run_at, dedupe_key)
values ('picture_sweep', jsonb_build_object('folder', :folder::text, 'owner', :owner::uuid), now() + interval '1 hour', 'picture_sweep:' || :folder::text)
returning id

-- query: picture_is_used
-- Does a row name this picture, of a person, a track or a release?
select u.id
  from users u
 where u.id = :owner::uuid
   and (split_part(u.avatar, '?v=', 2) = split_part(:folder::text, '/', 3) or split_part(u.banner_url, '?v=', 2) = split_part(:folder::text, '/', 3))
union all
select t.id from tracks t where t.id = :owner::uuid and t.cover_art_path = :folder::text
union all
select r.id from releases r where r.id = :owner::uuid and r.cover_path = :folder::text

-- query: hidings
-- not null: *
-- How often something of these kinds was hidden, by kind and slot.
select coalesce(jsonb_object_agg(h.kind || h.slot, h.number), '{}')::text as hidings
  from hidings h
 where h.kind = any (string_to_array(:kinds::text, ' ')) and h.number > 0

-- query: replica_has
-- not null: *
-- Asked of a replica: has it replayed so many, and this position (null: none)?
select coalesce((select bool_and(coalesce(h.number >= g.value::bigint, false))
                   from jsonb_each_text(:hidings::jsonb) g
                   left join hidings h on h.kind || h.slot = g.key), true) as hidings,
       pg_is_in_recovery() and (:position::pg_lsn is null or pg_last_wal_replay_lsn() >= :position::pg_lsn) as position

-- query: position
-- not null: *
-- How far the database has written.
select pg_current_wal_insert_lsn()::text as position
