-- The gate for uploaded files, and pictures.

-- query: gate_quota
-- Is there room for :size more bytes? The installation's quota counts, unless a person has one of their own. The trigger on the rows that own
-- files decides once more, exactly: two uploads may both find room here.
-- problems: quota_exceeded
with q as (
    insert into user_storage_quotas as q (user_id, max_bytes) values (:viewer::uuid, :quota::bigint)
    on conflict (user_id) do update set max_bytes = case when q.is_own then q.max_bytes else excluded.max_bytes end
    returning q.max_bytes, q.used_bytes)
select case when q.used_bytes + :size::bigint > q.max_bytes then 'quota_exceeded' end as problem from q

-- query: picture_sweep_later
-- Before the files of a new picture are written: should this process die before a row names them, they are removed.
insert into jobs (kind, payload, run_at, dedupe_key)
values ('picture_sweep', jsonb_build_object('folder', :folder::text, 'owner', :owner::uuid), now() + interval '1 hour', 'picture_sweep:' || :folder::text)
returning id

-- query: picture_is_used
-- Does a row name this picture, of a person or of a track?
select u.id
  from users u
 where u.id = :owner::uuid
   and (split_part(u.avatar, '?v=', 2) = split_part(:folder::text, '/', 3) or split_part(u.banner_url, '?v=', 2) = split_part(:folder::text, '/', 3))
union all
select t.id from tracks t where t.id = :owner::uuid and t.cover_art_path = :folder::text
