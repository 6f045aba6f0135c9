-- The gate for uploaded files.

-- query: gate_quota
-- Is there room for :size more bytes? The installation's quota counts, unless a person has one of their own. The trigger on the rows that own
-- files decides once more, exactly: two uploads may both find room here.
-- problems: quota_exceeded
with q as (
    insert into user_storage_quotas as q (user_id, max_bytes) values (:viewer::uuid, :quota::bigint)
    on conflict (user_id) do update set max_bytes = case when q.is_own then q.max_bytes else excluded.max_bytes end
    returning q.max_bytes, q.used_bytes)
select case when q.used_bytes + :size::bigint > q.max_bytes then 'quota_exceeded' end as problem from q
