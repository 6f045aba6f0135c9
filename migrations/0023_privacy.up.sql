-- What people may take away of theirs, and how an account ends.

-- When a deleted account is erased for good. Until then its owner may sign in and take the deletion back.
alter table users add column deletion_at timestamptz;
create index users_deletion_at_idx on users (deletion_at) where deletion_at is not null;

-- An account that others may know of: in good standing, and not about to be erased.
create function user_shown(u users) returns boolean
    language sql stable parallel safe
    as $$ select user_active(u) and u.deletion_at is null $$;

create or replace function user_visible(u users, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select user_active(u)
   and coalesce(u.id = viewer or (u.is_public and u.deletion_at is null and not user_blocks_viewer(u.id, viewer))
             or user_is_staff(viewer), false)
$$;

create or replace function track_row_visible(t tracks, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select t.deleted_at is null
   and coalesce(t.creator_id = viewer
             or (track_is_public(t)
                 and exists (select from users u where u.id = t.creator_id and user_shown(u))
                 and not exists (select from user_blocks b where b.blocker_id = t.creator_id and b.blocked_id = viewer))
             or user_is_staff(viewer), false)
$$;

-- The archive's file goes when it expires, or when a newer one takes its place; the row tells that it was there.
alter table data_exports
    add column progress real not null default 0,
    add constraint data_exports_progress_check check (progress between 0 and 1),
    drop constraint data_exports_status_check,
    add constraint data_exports_status_check check (status in ('pending', 'processing', 'completed', 'failed', 'expired'));

-- The same, and for how a target begins as well.
drop index audit_logs_target_idx;
create index audit_logs_target_idx on audit_logs (target text_pattern_ops, id desc) where target is not null;

-- The audit log stays whole when somebody is erased: who it was becomes the tombstone, from where is forgotten. So is from where nobody
-- in particular tried to sign in, where it was from an address of this person. Runs with the rights of the log's owner, for accounts
-- whose time has come only.
create function audit_forget(person uuid, tombstone uuid) returns void
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
declare
    old_name text;
    new_name text;
begin
    select u.username into old_name from users u where u.id = person and u.deletion_at <= now() - interval '1 minute' and u.deleted_at is null;
    select u.username into new_name from users u where u.id = tombstone and u.deleted_at is not null;
    if old_name is null or new_name is null then
        raise exception 'nobody is to be erased' using errcode = 'insufficient_privilege';
    end if;
    perform set_config('veza.audit_retention', 'on', true);
    with addresses as (
        select s.ip_address::inet as ip from sessions s where s.user_id = person and s.ip_address is not null
        union
        select h.ip_address::inet from login_history h where h.user_id = person and h.ip_address is not null
        union
        select l.ip from audit_logs l where l.actor_id = person and l.ip is not null
    )
    update audit_logs l
       set actor_id = case when l.actor_id = person then tombstone else l.actor_id end,
           ip = case when l.actor_id is null or l.actor_id = person then null else l.ip end,
           user_agent = case when l.actor_id is null or l.actor_id = person then null else l.user_agent end,
           target = replace(replace(l.target, person::text, tombstone::text), '/' || old_name, '/' || new_name),
           details = replace(l.details::text, person::text, tombstone::text)::jsonb
     where l.actor_id = person or l.target like '%' || person::text || '%' or l.details::text like '%' || person::text || '%'
        or (l.actor_id is null and l.ip in (select ip from addresses));
    perform set_config('veza.audit_retention', 'off', true);
end
$$;
