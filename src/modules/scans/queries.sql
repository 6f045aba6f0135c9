-- Files that came in while the antivirus could not be asked (api/gate.h).

-- query: scan_next
-- One that is too large is looked at once a day: it may be gone, or CLAMAV_MAX_MB be more by now.
-- The one that was not tried for the longest time: one that cannot be read, or that clamd does not get through, does not hold up the others.
update unscanned_files
   set tried_at = now()
 where key = (select f.key
                from unscanned_files f
               where f.reason = 'unreachable' and (f.tried_at is null or f.tried_at < now() - interval '1 minute')
                  or f.reason = 'too_large' and coalesce(f.tried_at, f.created_at) < now() - interval '1 day'
               order by f.tried_at nulls first, f.created_at
               limit 1
                 for update skip locked)
returning key, created_at < now() - interval '1 day' as is_old

-- query: scan_too_large
update unscanned_files set reason = 'too_large' where key = :key::text returning key

-- query: scan_done
delete from unscanned_files where key = :key::text returning key

-- query: scan_counts
select count(*) filter (where reason = 'unreachable') as waiting, count(*) filter (where reason = 'too_large') as too_large from unscanned_files

-- query: scan_found
-- In the transaction that deleted the thing the file was of: its owner is told, and the audit log. The title is for the notification only.
with a as (
    insert into audit_logs (actor_id, action, target, status, details)
    values (null, 'file.infected', :key::text, 200, jsonb_build_object('found', :found::text, 'owner', :user_id::uuid, 'title', :title::text)))
insert into outbox (name, key, payload)
select 'file.infected', :user_id::uuid, jsonb_build_object('user_id', :user_id::uuid, 'track_id', :track_id::uuid, 'file_of', :title::text, 'found', :found::text)
returning id
